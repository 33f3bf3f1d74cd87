//! `gapless series`: the families of numbers.

use std::ops::ControlFlow;

use clap::{Args, Subcommand};
use engine::StoreAccess;
use jiff::civil::Date;
use ledger::command::SeriesChange;
use numbering::Reset;
use serde_json::{Value, json};

use crate::date;
use crate::door::{Place, walk};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// List, show, change or plan ahead the families of numbers
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    List(List),
    Show(Show),
    Change(Change),
    CancelPlan(CancelPlan),
}

/// List the series, with the number that each gives next
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless series list")]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

/// Show one series with the formats that it had, has and will have
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless series show invoices")]
pub(crate) struct Show {
    /// The series, by its name or id
    #[arg(value_name = "SERIES")]
    series: String,
    #[command(flatten)]
    place: Place,
}

/// Change a series for the next document on, or with --from for documents dated from a day on
///
/// Numbers that were given never change. What only prints otherwise keeps the counter; another
/// reset goes on to its first boundary, or begins on the day that --from names.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  gapless series change invoices --prefix FAC- --from 2027-01-01"
)]
pub(crate) struct Change {
    /// The series, by its name or id
    #[arg(value_name = "SERIES")]
    series: String,
    /// The first day of the documents that the change holds for
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    from: Option<Date>,
    /// Another name
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    name: Option<String>,
    /// Another pattern, such as INV/{year}/{seq:5}
    #[arg(long, value_name = "PATTERN")]
    pattern: Option<String>,
    /// When it starts again: never, yearly, fiscal_year, quarterly, monthly, weekly or daily
    #[arg(long, value_name = "RESET", value_parser = reset)]
    reset: Option<Reset>,
    /// What {prefix} prints; may be empty
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,
    /// The very first ordinal, before the first number
    #[arg(long, value_name = "N", conflicts_with = "from")]
    starting_number: Option<u64>,
    /// Start another reset at once, or on the day of --from, with this ordinal
    #[arg(long, value_name = "N")]
    first_ordinal: Option<u64>,
    #[command(flatten)]
    place: Place,
}

/// Take back a change that was planned with --from
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless series cancel-plan invoices")]
pub(crate) struct CancelPlan {
    /// The series, by its name or id
    #[arg(value_name = "SERIES")]
    series: String,
    #[command(flatten)]
    place: Place,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    let series = match command {
        Command::List(arguments) => return list(arguments, output),
        Command::Show(arguments) => {
            arguments.place.open(StoreAccess::Read)?.one_series(&arguments.series)?
        }
        Command::Change(arguments) => {
            let door = arguments.place.open(StoreAccess::Write)?;
            door.change_series(&arguments.series, arguments.change()).map_err(of_flags)?
        }
        Command::CancelPlan(arguments) => {
            arguments.place.open(StoreAccess::Write)?.cancel_plan(&arguments.series)?
        }
    };
    output.either(|| series.clone(), || shown(&series))?;
    Ok(Ending::Done)
}

impl Change {
    fn change(&self) -> SeriesChange {
        SeriesChange {
            name: self.name.clone(),
            pattern: self.pattern.clone(),
            reset: self.reset,
            prefix: self.prefix.clone(),
            kinds: None,
            starting_number: self.starting_number,
            first_ordinal: self.first_ordinal,
            default: None,
            effective_from: self.from,
        }
    }
}

fn list(arguments: &List, output: &mut Output) -> Result<Ending, Failure> {
    let door = arguments.place.open(StoreAccess::Read)?;
    let mut all: Vec<Value> = Vec::new();
    walk(
        "series",
        |after| door.series(after),
        |series| {
            all.push(series);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    output
        .either(|| json!({ "object": "list", "has_more": false, "data": all }), || table(&all))?;
    Ok(Ending::Done)
}

fn table(all: &[Value]) -> String {
    let headings = ["series", "pattern", "reset", "next", "planned"];
    let mut table = Table::new(&headings.map(|heading| (heading, Align::Left)));
    for series in all.iter().rev() {
        let cells = ["name", "pattern", "reset", "next_number"].map(|name| word(&series[name]));
        table.row(cells.into_iter().chain([planned(series).unwrap_or_default()]));
    }
    table.render()
}

fn shown(series: &Value) -> String {
    let mut text = format!("{} ({})\n", word(&series["name"]), word(&series["id"]));
    let kinds: Vec<&str> =
        series["kinds"].as_object().into_iter().flatten().map(|(kind, _)| kind.as_str()).collect();
    let rows = [
        ("kinds", kinds.join(", ")),
        ("counts by", word(&series["scope"])),
        ("pattern", word(&series["pattern"])),
        ("reset", word(&series["reset"])),
        ("prefix", word(&series["prefix"])),
        ("next", word(&series["next_number"])),
        ("planned", planned(series).unwrap_or_default()),
    ];
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("  {name:<10}{value}\n"));
    }
    if series["archived"] == true {
        text.push_str("  It takes no more documents.\n");
    }
    text
}

/// What was set ahead, with its day.
fn planned(series: &Value) -> Option<String> {
    let plan = series["planned"].as_object()?;
    let prefix = match word(&plan["prefix"]) {
        prefix if prefix.is_empty() => String::new(),
        prefix => format!(", prefix {prefix}"),
    };
    let (from, pattern, reset) =
        (word(&plan["from"]), word(&plan["pattern"]), word(&plan["reset"]));
    Some(format!("from {from}: {pattern}, {reset}{prefix}"))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn reset(text: &str) -> Result<Reset, String> {
    text.parse().map_err(|_| {
        let known: Vec<String> = Reset::ALL.iter().map(ToString::to_string).collect();
        format!("expected one of {}", known.join(", "))
    })
}

/// The ledger speaks of the fields of a request; here they are flags.
fn of_flags(mut failure: Failure) -> Failure {
    for (field, flag) in [
        ("(POST /v1/series/:id/cancel_plan)", "(gapless series cancel-plan)"),
        ("`effective_from`", "--from"),
    ] {
        failure.message = failure.message.replace(field, flag);
    }
    failure
}
