//! `gapless pattern`: what a number teaches, and whether a pattern is safe.

mod check;
mod infer;
mod next;

use clap::{Args, Subcommand};
use numbering::infer::InferError;
use numbering::{FiscalYearError, FiscalYearStart};

use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Learn a pattern from a number, continue a number, or check a pattern
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Infer(infer::Arguments),
    Next(next::Arguments),
    Check(check::Arguments),
}

/// The end of the fiscal year.
#[derive(Debug, Args)]
pub(crate) struct FiscalYear {
    /// Last day of the fiscal year; 02-28 is the end of February [default: 12-31]
    #[arg(long, value_name = "MM-DD", value_parser = fiscal_year)]
    fiscal_year_end: Option<FiscalYearStart>,
}

impl FiscalYear {
    /// The day after it, where it was given.
    pub(crate) fn given(&self) -> Option<FiscalYearStart> {
        self.fiscal_year_end
    }

    /// The day after it.
    pub(crate) fn start(&self) -> FiscalYearStart {
        self.fiscal_year_end.unwrap_or_default()
    }
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    match command {
        Command::Infer(arguments) => infer::run(arguments, output),
        Command::Next(arguments) => next::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
    }
}

fn fiscal_year(text: &str) -> Result<FiscalYearStart, FiscalYearError> {
    FiscalYearStart::from_end(text)
}

fn refusal(error: &InferError) -> Failure {
    Failure::refused(error.code(), error.to_string()).about("number")
}
