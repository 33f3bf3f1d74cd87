//! `gapless trail`: the record of everything that touched numbering.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use engine::StoreAccess;
use serde_json::{Value, json};

use crate::door::{Door, Place};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;

/// Export the trail, or print its head
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Export(Export),
    Head(Head),
}

/// Write the whole trail as one JSON object a line
///
/// Each entry holds its canonical bytes and its hash, in hexadecimal digits: the hash is SHA-256
/// over the hash of the entry before (32 zero bytes before the first) and then these bytes. Lines
/// kept beside a large entry follow it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless trail export --output trail.ndjson")]
pub(crate) struct Export {
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Print how long the trail is, and its last hash
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless trail head")]
pub(crate) struct Head {
    #[command(flatten)]
    place: Place,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    match command {
        Command::Export(arguments) => export(arguments, output)?,
        Command::Head(arguments) => head(arguments, output)?,
    }
    Ok(Ending::Done)
}

fn export(arguments: &Export, output: &mut Output) -> Result<(), Failure> {
    let door = arguments.place.open(StoreAccess::Read)?;
    let Some(path) = &arguments.output else {
        return walk(&door, |line| output.line(line)).map(drop);
    };
    let unwritable = |error| Failure::of_writing(path, &error).about("output");
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    let entries = walk(&door, |line| writeln!(file, "{line}").map_err(unwritable))?;
    let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)?;
    output.either(
        || {
            let file = path.display().to_string();
            json!({ "object": "trail_export", "entries": entries, "file": file })
        },
        || format!("{entries} entries are in {}.\n", path.display()),
    )
}

/// Tells each entry, with its lines behind it; returns how many entries there are.
fn walk(door: &Door, mut tell: impl FnMut(&str) -> Result<(), Failure>) -> Result<u64, Failure> {
    let spinner = progress::spinner("exporting");
    let (mut after, mut entries) = (None, 0);
    loop {
        let page = door.trail(after)?;
        for entry in &page.data {
            tell(&entry.to_string())?;
            entries += 1;
            after = entry["index"].as_u64();
            if let (Some(index), Some(1..)) = (after, entry["lines"].as_u64()) {
                lines(door, index, &mut tell)?;
            }
        }
        if !page.has_more || page.data.is_empty() {
            spinner.finish_and_clear();
            return Ok(entries);
        }
    }
}

fn lines(
    door: &Door,
    index: u64,
    tell: &mut impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut from = 0;
    loop {
        let page = door.trail_lines(index, from)?;
        if page.is_empty() {
            return Ok(());
        }
        for bytes in page {
            let line = json!({
                "object": "trail_line", "entry": index, "line": from, "bytes": hexadecimal(&bytes),
            });
            tell(&line.to_string())?;
            from += 1;
        }
    }
}

fn head(arguments: &Head, output: &mut Output) -> Result<(), Failure> {
    let head: Value = arguments.place.open(StoreAccess::Read)?.trail_head()?;
    let text = || {
        let hash = head["head"].as_str().unwrap_or_default();
        format!("{} {hash}\n", head["entries"])
    };
    output.either(|| head.clone(), text)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
