//! `gapless gaps`: the numbers that no document holds, and why.

use std::ops::ControlFlow;

use clap::Args;
use engine::StoreAccess;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::date;
use crate::door::{Door, Format, Place, StatementRequest, walk};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::counted;

/// List the missing numbers with their causes, or explain one
///
/// Every gap is named with who caused it, when and why. Gaps without an explanation are asked
/// for one.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless gaps\n  \
    gapless gaps --explain gap_000000100000000001 --text 'Book 12 was lost in the move'")]
pub(crate) struct Arguments {
    /// Only those of a series, by its name or id
    #[arg(long, value_name = "SERIES")]
    series: Option<String>,
    /// The gap to explain
    #[arg(long, value_name = "ID", requires = "text")]
    explain: Option<String>,
    /// The explanation
    #[arg(long, value_name = "TEXT", requires = "explain")]
    text: Option<String>,
    /// Print the statement as a page, to be printed or kept
    #[arg(long, conflicts_with_all = ["csv", "explain"])]
    html: bool,
    /// Print the statement as a table for spreadsheets
    #[arg(long, conflicts_with = "explain")]
    csv: bool,
    /// Begin the statement on this day [default: the first that is not locked]
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    from: Option<Date>,
    /// End the statement on this day [default: today]
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    to: Option<Date>,
    #[command(flatten)]
    place: Place,
}

/// Explains, or lists.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    if let (Some(gap), Some(text)) = (&arguments.explain, &arguments.text) {
        let gap = arguments.place.open(StoreAccess::Write)?.explain_gap(gap, text)?;
        output.either(|| gap.clone(), || entry(&gap))?;
        return Ok(Ending::Done);
    }
    let door = arguments.place.open(StoreAccess::Read)?;
    if arguments.html || arguments.csv {
        let format = if arguments.html { Format::Html } else { Format::Csv };
        let (from, to) = (arguments.from, arguments.to);
        let asked = StatementRequest { series: arguments.series.clone(), from, to, format };
        let text = door.statement(&asked)?;
        output.text(text.as_str().unwrap_or_default())?;
        return Ok(Ending::Done);
    }
    let gaps = all(&door, arguments.series.as_deref())?;
    output.either(
        || json!({ "object": "list", "has_more": false, "data": gaps }),
        || report(&gaps),
    )?;
    Ok(Ending::Done)
}

/// Every gap, the latest date first.
fn all(door: &Door, series: Option<&str>) -> Result<Vec<Value>, Failure> {
    let mut gaps: Vec<Value> = Vec::new();
    walk(
        "gaps",
        |after| door.gaps(series, after),
        |gap| {
            gaps.push(gap);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(gaps)
}

fn report(gaps: &[Value]) -> String {
    let missing: u64 = gaps.iter().filter_map(|gap| gap["count"].as_u64()).sum();
    let unexplained = gaps.iter().filter(|gap| gap["explanation"].is_null()).count();
    if gaps.is_empty() {
        return "No number is missing.\n".to_owned();
    }
    let mut text = format!(
        "{} missing in {}; {unexplained} not explained.\n\n",
        counted(missing, "number is", "numbers are"),
        counted(gaps.len() as u64, "gap", "gaps"),
    );
    text.extend(gaps.iter().map(entry));
    if unexplained > 0 {
        text.push_str("\nExplain one with: gapless gaps --explain ID --text TEXT\n");
    }
    text
}

fn entry(gap: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (first, last) = (word(&gap["numbers"][0]), word(&gap["numbers"][1]));
    let numbers = if first == last { first } else { format!("{first} to {last}") };
    let explanation = match &gap["explanation"] {
        Value::Null => "not explained".to_owned(),
        given => format!("{} ({}, {})", word(&given["text"]), word(&given["actor"]), day(given)),
    };
    format!(
        "{numbers}  ({}, {} of {})\n  {}: {} by {} on {}\n  {explanation}\n",
        gap["count"],
        word(&gap["period"]["label"]),
        word(&gap["series"]),
        word(&gap["id"]),
        word(&gap["cause"]),
        word(&gap["actor"]),
        day(gap)
    )
}

fn day(value: &Value) -> String {
    let at = value["at"].as_i64().and_then(|at| Timestamp::from_second(at).ok());
    at.map(|at| at.to_string()).unwrap_or_default()
}
