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
///
/// A file that may only be read, such as a backup, is read as it is. It must not change meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  gapless verify --database sqlite:invoices.db\n  \
    gapless verify --deep --database sqlite:backup.db")]
pub(crate) struct Arguments {
    /// Look through the whole file first, and hold its indexes against its rows
    #[arg(long, conflicts_with = "url")]
    deep: bool,
    #[command(flatten)]
    place: Place,
}

/// Verifies, and reports.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let door = arguments.place.open(StoreAccess::Read)?;
    let damage = if arguments.deep { door.examine()? } else { Vec::new() };
    let mut report = door.verify().map_err(|failure| with_damage(failure, &damage))?;
    if arguments.deep {
        report["valid"] = (report["valid"] == true && damage.is_empty()).into();
        report["damage"] = damage.into();
    }
    let holds = report["valid"] == true;
    output.either(|| report.clone(), || to_text(&report))?;
    Ok(if holds { Ending::Done } else { Ending::Refused })
}

/// A proof that could not be made, with what may have kept it from that.
fn with_damage(mut failure: Failure, damage: &[String]) -> Failure {
    for damage in damage {
        failure.message.push_str(&format!("\n  damaged: {damage}"));
    }
    failure
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
    for damage in report["damage"].as_array().map(Vec::as_slice).unwrap_or_default() {
        text.push_str(&format!("  damaged: {}\n", damage.as_str().unwrap_or_default()));
    }
    text
}
