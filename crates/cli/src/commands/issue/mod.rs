//! `gapless issue`: give numbers.

mod orders;
mod rehearsal;

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::command::Item;
use ledger::id::CustomerId;
use ledger::limits::BATCH_ITEMS_MAX;
use serde_json::{Value, json};

use self::orders::{Columns, Orders, Shared};
use crate::date;
use crate::door::{Door, Place, kind};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::progress;
use crate::sheet::Sheet;

/// Give numbers to documents
///
/// One document, several with --count, or all documents of a file with --file. A reference names
/// a document in its own system: asked for again, it gets the same number again, never a second
/// one. So a file can be given in again after any failure, and gives the same bytes.
///
/// A date in the file with an offset from UTC is an instant, and the day that it is in the
/// account's time zone as it is when the command begins.
///
/// A file is read whole and refused whole. One of more than 10,000 documents takes several
/// commands, and is rehearsed before the first: what stands against a document then is told, and
/// no number is given. What changes while the numbers are given, as when somebody moves the lock
/// date, can refuse the rest of such a file; its first documents then keep their numbers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gapless issue --reference order-4711 --date 2026-11-20\n  \
    gapless issue --file orders.csv --reference-column order --date-column date > numbered.csv")]
pub(crate) struct Arguments {
    /// The series, by its name or id [default: the one for the kind]
    #[arg(long, value_name = "SERIES")]
    series: Option<String>,
    /// The document's date [default: today in the account's time zone]
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    date: Option<Date>,
    /// The document's name in its own system
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// Whom it is for; needed in series that count by customer
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// The kind of document, such as invoice or credit_note [default: invoice]
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// How many numbers
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MANY))]
    count: Option<u32>,
    /// Give new numbers to references whose numbers were voided
    #[arg(long)]
    reissue: bool,
    /// A CSV file of documents: written to standard output with a column of numbers added
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    columns: Columns,
    #[command(flatten)]
    place: Place,
}

const MANY: i64 = BATCH_ITEMS_MAX as i64;

/// Issues, then prints.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    match &arguments.file {
        Some(path) => file(arguments, path, output)?,
        None => single(arguments, output)?,
    }
    Ok(Ending::Done)
}

impl Arguments {
    fn shared(&self) -> Result<Shared, Failure> {
        Ok(Shared {
            kind: self.kind.as_deref().map(kind).transpose()?,
            date: self.date,
            customer: self.customer.clone().map(CustomerId),
            reissue: self.reissue,
        })
    }
}

fn single(arguments: &Arguments, output: &mut Output) -> Result<(), Failure> {
    if arguments.reference.is_some() && arguments.count.is_some_and(|count| count > 1) {
        let message =
            "a reference names one document, so it goes with one number; leave --count out";
        return Err(Failure::usage("parameters_exclusive", message).about("count"));
    }
    let Shared { kind, date, customer, reissue } = arguments.shared()?;
    let reference = arguments.reference.clone();
    let item = Item { date, reference, kind, customer, reissue, ..Item::default() };
    let items = vec![item; arguments.count.unwrap_or(1) as usize];
    let door = arguments.place.open_or_make(|news| output.note(news))?;
    let mut numbers = door.issue(items, arguments.series.as_deref())?;
    let texts = texts(&numbers)?;
    output.either(
        || match arguments.count {
            None => numbers.remove(0),
            Some(_) => json!({ "object": "list", "has_more": false, "data": numbers }),
        },
        || texts.iter().map(|text| format!("{text}\n")).collect(),
    )
}

fn file(arguments: &Arguments, path: &Path, output: &mut Output) -> Result<(), Failure> {
    for (flag, is_given) in
        [("reference", arguments.reference.is_some()), ("count", arguments.count.is_some())]
    {
        if is_given {
            let message = format!("--{flag} is about single documents and does not go with --file");
            return Err(Failure::usage("parameters_exclusive", message).about(flag));
        }
    }
    let sheet = Sheet::read(path)?;
    let zone = || arguments.place.time_zone();
    let orders = Orders::of(&sheet, &arguments.columns, &arguments.shared()?, zone)?;
    if let Some(zone) = orders.zone.as_ref().and_then(TimeZone::iana_name) {
        output.note(&format!("Dates with an offset are days in {zone}."));
    }
    let door = arguments.place.open_or_make(|news| output.note(news))?;
    let issued = issue_all(&door, &orders, arguments.series.as_deref())?;
    let each = orders.places.iter().map(|place| issued[*place].clone());
    let numbers: Vec<String> = each.collect();
    if output.is_for_programs() {
        return output.json(&listed(&sheet, &orders, &numbers));
    }
    output.bytes(&sheet.with_column(&arguments.columns.output_column, &numbers))
}

/// The numbers of all items. Each command takes as many as a command may, all or none.
fn issue_all(door: &Door, orders: &Orders, series: Option<&str>) -> Result<Vec<String>, Failure> {
    if orders.items.len() > BATCH_ITEMS_MAX {
        rehearse(door, orders, series)?;
    }
    let bar = progress::bar(orders.items.len() as u64, "issuing");
    let mut numbers = Vec::with_capacity(orders.items.len());
    let lines = orders.lines.chunks(BATCH_ITEMS_MAX);
    for (items, lines) in orders.items.chunks(BATCH_ITEMS_MAX).zip(lines) {
        let issued = door.issue(items.to_vec(), series);
        let issued = issued.map_err(|failure| behind(at_line(failure, lines), numbers.len()))?;
        numbers.extend(texts(&issued)?);
        bar.inc(items.len() as u64);
    }
    bar.finish_and_clear();
    Ok(numbers)
}

/// Finds what one of several commands would be refused for, before the first gives numbers.
fn rehearse(door: &Door, orders: &Orders, series: Option<&str>) -> Result<(), Failure> {
    let bar = progress::bar(orders.items.len() as u64, "checking");
    for places in rehearsal::commands(&orders.items) {
        let items = places.iter().map(|place| orders.items[*place].clone()).collect();
        let lines: Vec<u32> = places.iter().map(|place| orders.lines[*place]).collect();
        door.rehearse(items, series).map_err(|failure| at_line(failure, &lines))?;
        bar.set_position(rehearsal::done(&places));
    }
    bar.finish_and_clear();
    Ok(())
}

/// Says which line of the file a failure is about, where it is about one item of a command whose
/// items stand in these lines.
fn at_line(mut failure: Failure, lines: &[u32]) -> Failure {
    let item = failure.param.as_deref().and_then(|param| param.strip_prefix("items["));
    let item = item.and_then(|rest| rest.split(']').next()?.parse::<usize>().ok());
    // A command of one item speaks of no place.
    let item = item.or_else(|| (lines.len() == 1).then_some(0));
    if let Some((item, line)) = item.and_then(|item| Some((item, lines.get(item)?))) {
        let in_command = format!("Item {item}: ");
        let message = failure.message.strip_prefix(&in_command).unwrap_or(&failure.message);
        failure.message = format!("line {line}: {message}");
        failure.param = Some("file".to_owned());
    }
    failure
}

/// Says what was done before a failure, and that it is no harm.
fn behind(mut failure: Failure, done: usize) -> Failure {
    if done > 0 {
        failure.message.push_str(&format!(
            "\nThe first {done} documents of the file have their numbers already and keep them; \
             run the same command again when the cause is gone."
        ));
    }
    failure
}

fn listed(sheet: &Sheet, orders: &Orders, numbers: &[String]) -> Value {
    let rows = sheet.rows().iter().zip(&orders.places).zip(numbers);
    let data: Vec<Value> = rows
        .map(|((record, place), number)| {
            let reference = &orders.items[*place].reference;
            json!({ "line": record.line, "reference": reference, "number": number })
        })
        .collect();
    json!({ "object": "list", "has_more": false, "data": data })
}

fn texts(numbers: &[Value]) -> Result<Vec<String>, Failure> {
    let text = |number: &Value| number["number"].as_str().map(str::to_owned);
    numbers.iter().map(text).collect::<Option<_>>().ok_or_else(|| {
        Failure::service("server_strange", "an answer has no number; is the server as new as this?")
    })
}
