//! The `gapless` command: wiring between the command line and the parts that do the work.

mod allocator;
mod arguments;
mod client;
mod commands;
mod configuration;
mod date;
mod door;
mod failure;
mod output;
mod progress;
mod scratch;
mod sheet;
mod table;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::FromArgMatches;

use crate::arguments::Arguments;
use crate::configuration::Configuration;
use crate::failure::{Ending, Failure};
use crate::output::Output;

fn main() -> ExitCode {
    allocator::give_back_at_once();
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut output = Output::for_words(&words);
    let ended = run(&words, &mut output);
    let ended = ended.and_then(|ending| output.finish().map(|()| ending));
    match ended {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Refused) => ExitCode::from(1),
        Err(failure) => {
            output.tell(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(words: &[OsString], output: &mut Output) -> Result<Ending, Failure> {
    let configuration = Configuration::find(words)?;
    let command = configuration.apply(arguments::command())?;
    let matches = match command.try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => return Err(Failure::of_arguments(&error)),
        Err(help) => {
            output.text(&help.render().to_string())?;
            return Ok(Ending::Done);
        }
    };
    let arguments =
        Arguments::from_arg_matches(&matches).map_err(|error| Failure::of_arguments(&error))?;
    commands::run(&arguments, output)
}
