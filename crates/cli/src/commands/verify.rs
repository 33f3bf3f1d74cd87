//! `gapless verify`: the proof.

use clap::Args;
use engine::StoreAccess;
use serde_json::Value;

use crate::door::Place;
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::counted;

/// Prove that nothing is missing, doubled or changed
///
/// Walks the whole trail, checks that each entry follows from the one before, and holds the
/// register against it. Exit code 1 when anything does not hold.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless verify --database sqlite:invoices.db")]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

/// Verifies, and reports.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let report = arguments.place.open(StoreAccess::Read)?.verify()?;
    let holds = report["valid"] == true;
    output.either(|| report.clone(), || to_text(&report))?;
    Ok(if holds { Ending::Done } else { Ending::Refused })
}

fn to_text(report: &Value) -> String {
    let count = |name: &str| report[name].as_u64().unwrap_or_default();
    let head = report["head"].as_str().unwrap_or_default();
    let over = format!(
        "{} and {}, head {head}",
        counted(count("entries"), "trail entry", "trail entries"),
        counted(count("numbers"), "number", "numbers")
    );
    let violations = report["violations"].as_array().map(Vec::as_slice).unwrap_or_default();
    if report["valid"] == true {
        return format!("Everything holds: {over}.\n");
    }
    let mut text = format!("Not everything holds: {over}.\n");
    for violation in violations {
        let word = |name: &str| violation[name].as_str().unwrap_or_default().to_owned();
        text.push_str(&format!("  {}: {}\n", word("invariant"), word("message")));
    }
    text
}
