//! `gapless pattern infer`: the pattern that one number was written by.

use clap::Args;
use jiff::civil::Date;
use numbering::infer::{Candidate, Inference, infer};
use serde_json::{Value, json};

use super::FiscalYear;
use crate::date;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Say by which pattern a number was written
///
/// From one number and its document's date: the pattern, when it starts again, and the other
/// readings where there are several. Refused when the number shows a date that is not its own.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    gapless pattern infer INV/2026/11/0001 --date 2026-11-03")]
pub(crate) struct Arguments {
    /// The number, as it was printed
    number: String,
    /// The document's date
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    date: Date,
    #[command(flatten)]
    fiscal_year: FiscalYear,
}

/// Prints the reading, and the others.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let found = infer(&arguments.number, arguments.date, arguments.fiscal_year.start())
        .map_err(|error| super::refusal(&error))?;
    output.either(|| to_json(&found), || to_text(&found))?;
    Ok(Ending::Done)
}

fn to_json(found: &Inference) -> Value {
    let best = &found.best;
    json!({
        "pattern": best.pattern.to_string(),
        "reset": best.reset.as_str(),
        "ordinal": best.ordinal.get(),
        "consistent": true,
        "explanation": found.explanation,
        "alternatives": found.alternatives.iter().map(candidate).collect::<Vec<_>>(),
    })
}

fn candidate(candidate: &Candidate) -> Value {
    json!({
        "pattern": candidate.pattern.to_string(),
        "reset": candidate.reset.as_str(),
        "ordinal": candidate.ordinal.get(),
        "reason": candidate.reason,
    })
}

fn to_text(found: &Inference) -> String {
    let best = &found.best;
    let mut text = format!(
        "{}\n\n  pattern  {}\n  reset    {}\n  ordinal  {}\n  because  {}\n",
        found.explanation, best.pattern, best.reset, best.ordinal, best.reason
    );
    if !found.alternatives.is_empty() {
        text.push_str("\nIt could also be read as:\n");
    }
    for other in &found.alternatives {
        let Candidate { pattern, reset, ordinal, reason } = other;
        text.push_str(&format!("  {pattern}  ({reset}, ordinal {ordinal}): {reason}\n"));
    }
    text
}
