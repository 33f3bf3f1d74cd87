//! `gapless close`: a period is explained, then locked.

use std::io::{self, IsTerminal};

use clap::Args;
use engine::StoreAccess;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::date;
use crate::door::{Door, Place, StatementRequest};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::counted;

/// Close everything up to a day: all gaps explained, then locked
///
/// The period begins behind the lock date. Every gap in it needs an explanation, and no draft may
/// hold a number in it. On a terminal, explanations that are missing are asked for.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless close 2026-10-31\n  \
    gapless close 2026-10-31 --explain 'gap_000000100000000001=Book 12 was lost in the move'")]
pub(crate) struct Arguments {
    /// The last day of the period
    #[arg(value_name = "DATE", value_parser = date::parse)]
    end: Date,
    /// Why a gap is there; may be given several times
    #[arg(long, value_name = "ID=TEXT", value_parser = explanation)]
    explain: Vec<(String, String)>,
    /// Say what it would come to, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    place: Place,
}

fn explanation(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, words)) => Ok((id.trim().to_owned(), words.trim().to_owned())),
        None => Err("expected the gap's id, =, and the explanation".to_owned()),
    }
}

/// Asks for what is missing where somebody can answer, then closes.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    let access = if arguments.dry_run { StoreAccess::Read } else { StoreAccess::Write };
    let door = arguments.place.open(access)?;
    let given = arguments.explain.iter().cloned();
    let mut explanations: Map<String, Value> =
        given.map(|(id, text)| (id, Value::String(text))).collect();
    if !output.is_for_programs() && io::stdin().is_terminal() {
        ask(&door, arguments.end, &mut explanations, output)?;
    }
    let closed = door.close_period(arguments.end, &explanations, arguments.dry_run);
    let closed = closed.map_err(of_flags)?;
    output.either(|| closed.clone(), || report(&closed, arguments.dry_run))?;
    Ok(Ending::Done)
}

/// The ledger speaks of the fields of a request; here they are flags.
fn of_flags(mut failure: Failure) -> Failure {
    let (field, flag) = ("Send what is missing in `explanations`", "Say it by --explain ID=TEXT");
    failure.message = failure.message.replace(field, flag);
    failure
}

/// Asks for the explanation of each gap that has none. An empty answer leaves it as it is.
fn ask(
    door: &Door,
    end: Date,
    explanations: &mut Map<String, Value>,
    output: &Output,
) -> Result<(), Failure> {
    let free = |locks: &Value| {
        let locked: Option<Date> = locks["locked_through"].as_str()?.parse().ok();
        locked?.tomorrow().ok()
    };
    let from = free(&door.locks()?);
    let asked = StatementRequest { from, to: Some(end), ..StatementRequest::default() };
    let statement = door.statement(&asked)?;
    let lines = statement["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    for line in lines.iter().filter(|line| line["kind"] == "gap") {
        let id = line["id"].as_str().unwrap_or_default();
        if !line["explanation"].is_null() || explanations.contains_key(id) {
            continue;
        }
        let word = |at: usize| line["numbers"][at].as_str().unwrap_or_default();
        let numbers = match (word(0), word(1)) {
            (first, last) if first == last => first.to_owned(),
            (first, last) => format!("{first} to {last}"),
        };
        let cause = line["cause"].as_str().unwrap_or_default();
        output.note(&format!("{numbers} ({cause}): why?"));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(|error| {
            Failure::usage("input_unreadable", format!("no answer can be read: {error}"))
        })?;
        if !answer.trim().is_empty() {
            explanations.insert(id.to_owned(), Value::String(answer.trim().to_owned()));
        }
    }
    Ok(())
}

fn report(closed: &Value, dry_run: bool) -> String {
    let word = |name: &str| closed[name].as_str().unwrap_or_default().to_owned();
    let count = |name: &str| closed[name].as_u64().unwrap_or_default();
    let verb = if dry_run { "Would be closed" } else { "Closed" };
    let mut text = format!(
        "{verb}: {} to {}\n  {} missing in {}, {} void\n  {} explained with it\n",
        word("from"),
        word("end"),
        counted(count("missing"), "number", "numbers"),
        counted(count("gaps"), "gap", "gaps"),
        count("voids"),
        counted(count("explained"), "gap was", "gaps were"),
    );
    text.push_str(&format!("  digest  {}\n", word("digest")));
    if !dry_run {
        let index = closed["receipt"]["index"].as_u64().unwrap_or_default();
        let hash = closed["receipt"]["hash"].as_str().unwrap_or_default();
        text.push_str(&format!("  trail   entry {index}, {hash}\n"));
    }
    text
}
