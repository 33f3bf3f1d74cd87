//! `gapless pdf`: the templates that documents are printed with.

use std::fs;
use std::path::{Path, PathBuf};

use ::pdf::{Press, specimens, write_templates};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Change how documents are printed
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Template(Template),
    Sample(Sample),
}

/// Write the built-in templates to a directory, to be changed there
///
/// They are set by Typst. `gapless pdf sample` shows what a change does, and `gapless serve
/// --templates DIRECTORY` prints documents with them. Pictures and fonts may lie beside them.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless pdf template my-templates")]
pub(crate) struct Template {
    /// Where to write them; a file that is there already is left alone
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

/// Print sample documents with templates, and say what is wrong with those
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless pdf sample --templates my-templates --output samples")]
pub(crate) struct Sample {
    /// The templates [default: the built-in ones]
    #[arg(long, value_name = "DIRECTORY")]
    templates: Option<PathBuf>,
    /// Where to write the samples; those of before are replaced
    #[arg(long, value_name = "DIRECTORY", default_value = "samples")]
    output: PathBuf,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    match command {
        Command::Template(arguments) => template(arguments, output)?,
        Command::Sample(arguments) => sample(arguments, output)?,
    }
    Ok(Ending::Done)
}

/// What prints documents: the templates of a directory, else the built-in ones.
pub(crate) fn press(templates: Option<&Path>) -> Result<Press, Failure> {
    let Some(directory) = templates else { return Ok(Press::new()) };
    Press::with_templates(directory)
        .map_err(|error| Failure::usage("template_invalid", error.to_string()).about("templates"))
}

fn template(arguments: &Template, output: &mut Output) -> Result<(), Failure> {
    let written = write_templates(&arguments.directory).map_err(|error| {
        Failure::usage("template_unwritable", error.to_string()).about("directory")
    })?;
    tell(&written, output)
}

fn sample(arguments: &Sample, output: &mut Output) -> Result<(), Failure> {
    let press = press(arguments.templates.as_deref())?;
    let directory = &arguments.output;
    let unwritable = |path: &Path, error| Failure::of_writing(path, &error).about("output");
    fs::create_dir_all(directory).map_err(|error| unwritable(directory, error))?;
    let mut written = Vec::new();
    for (kind, paper) in specimens() {
        let printed = press.print(&paper).map_err(|error| {
            Failure::usage("template_invalid", error.to_string()).about("templates")
        })?;
        let path = directory.join(format!("{}.pdf", kind.replace(' ', "-")));
        fs::write(&path, printed).map_err(|error| unwritable(&path, error))?;
        written.push(path);
    }
    tell(&written, output)
}

fn tell(written: &[PathBuf], output: &mut Output) -> Result<(), Failure> {
    let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    output.either(
        || json!({ "object": "files", "files": names }),
        || names.iter().map(|name| format!("{name}\n")).collect(),
    )
}
