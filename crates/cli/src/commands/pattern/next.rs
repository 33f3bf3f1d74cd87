//! `gapless pattern next`: the number after a number.

use clap::Args;
use jiff::civil::Date;
use numbering::infer;
use serde_json::json;

use super::FiscalYear;
use crate::date;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Print the number that follows a number, for a date
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    gapless pattern next INV/2026/11/0041 --date 2026-11-28 --for 2026-12-01")]
pub(crate) struct Arguments {
    /// The number before, as it was printed
    number: String,
    /// The date of the document that has it
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    date: Date,
    /// The date of the document that is to get the next one
    #[arg(long = "for", value_name = "DATE", value_parser = date::parse)]
    for_date: Date,
    #[command(flatten)]
    fiscal_year: FiscalYear,
}

/// Prints the number.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let Arguments { number, date, for_date, fiscal_year } = arguments;
    let next = infer::next(number, *date, *for_date, fiscal_year.start())
        .map_err(|error| super::refusal(&error))?;
    output.either(|| json!({ "number": next }), || format!("{next}\n"))?;
    Ok(Ending::Done)
}
