//! One file for each command.

pub(crate) mod audit;
pub(crate) mod close;
pub(crate) mod demo;
pub(crate) mod gaps;
pub(crate) mod hammer;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod issue;
pub(crate) mod key;
pub(crate) mod lock;
pub(crate) mod migrate;
pub(crate) mod pattern;
pub(crate) mod pdf;
pub(crate) mod preview;
pub(crate) mod series;
pub(crate) mod serve;
pub(crate) mod trail;
pub(crate) mod user;
pub(crate) mod verify;
pub(crate) mod why;

use crate::arguments::{Arguments, Command};
use crate::failure::{Ending, Failure};
use crate::output::{Audience, Output};

/// Runs the command that was typed.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    if arguments.general.json {
        output.set_audience(Audience::Programs);
    }
    match &arguments.command {
        Command::Audit(arguments) => audit::run(arguments, output),
        Command::Pattern(command) => pattern::run(command, output),
        Command::Demo(arguments) => demo::run(arguments, output),
        Command::Serve(arguments) => serve::run(arguments, output),
        Command::Init(arguments) => init::run(arguments, output),
        Command::Issue(arguments) => issue::run(arguments, output),
        Command::Preview(arguments) => preview::run(arguments, output),
        Command::Import(arguments) => import::run(arguments, output),
        Command::Series(command) => series::run(command, output),
        Command::Gaps(arguments) => gaps::run(arguments, output),
        Command::Why(arguments) => why::run(arguments, output),
        Command::Lock(arguments) => lock::run(arguments, output),
        Command::Close(arguments) => close::run(arguments, output),
        Command::Verify(arguments) => verify::run(arguments, output),
        Command::Trail(command) => trail::run(command, output),
        Command::Key(command) => key::run(command, output),
        Command::User(command) => user::run(command, output),
        Command::Pdf(command) => pdf::run(command, output),
        Command::Hammer(arguments) => hammer::run(arguments, output),
        Command::Migrate(arguments) => migrate::run(arguments, output),
    }
}
