//! `gapless why`: everything that led to a number, and what happened to it since.

use clap::Args;
use engine::StoreAccess;
use serde_json::Value;

use crate::door::Place;
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// Explain why a number is what it is
///
/// Names the series and its rule, the date and the period, the counter before and after, who asked
/// for it, and what happened to it since.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless why INV-2026-00042")]
pub(crate) struct Arguments {
    /// The number, as printed, or its id
    #[arg(value_name = "NUMBER")]
    number: String,
    #[command(flatten)]
    place: Place,
}

/// Looks the number up and explains it.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let why = arguments.place.open(StoreAccess::Read)?.why(&arguments.number)?;
    output.either(|| why.clone(), || report(&why))?;
    Ok(Ending::Done)
}

fn report(why: &Value) -> String {
    let mut table = Table::new(&[("what", Align::Left), ("is", Align::Left)]);
    let text = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let number = &why["number"];
    let rows = [
        ("number", &number["number"]),
        ("state", &number["state"]),
        ("reference", &number["reference"]),
        ("customer", &number["customer"]),
        ("series", &why["series"]["name"]),
        ("pattern", &why["series"]["pattern"]),
        ("reset", &why["series"]["reset"]),
        ("date", &number["date"]),
        ("time zone", &why["time_zone"]),
        ("period", &number["period"]["label"]),
        ("counter before", &why["counter"]["before"]),
        ("counter after", &why["counter"]["after"]),
        ("actor", &why["actor"]),
        ("trail entry", &number["receipt"]["index"]),
    ];
    for (name, value) in rows {
        table.row([name.to_owned(), text(value)]);
    }
    format!("{}\n{}\n", table.render(), why["text"].as_str().unwrap_or_default())
}
