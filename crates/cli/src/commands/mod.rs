//! One file for each command.

pub(crate) mod audit;
pub(crate) mod pattern;

use crate::arguments::{Arguments, Command};
use crate::failure::{Ending, Failure};
use crate::output::{Audience, Output};

/// Runs the command that was typed.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    if arguments.general.json {
        output.set_audience(Audience::Programs);
    }
    match &arguments.command {
        Command::Audit(audit) => audit::run(audit, output),
        Command::Pattern(pattern) => pattern::run(pattern, output),
    }
}
