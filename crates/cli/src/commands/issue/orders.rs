//! The orders in a file, read and judged whole before any of them gets a number.

use std::collections::HashMap;

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::command::Item;
use ledger::id::CustomerId;
use ledger::limits::REFERENCE_CHARS_MAX;
use ledger::model::Kind;

use crate::date::{self, Writing};
use crate::failure::Failure;
use crate::sheet::{Column, Record, Sheet, Wanted};

/// Which columns are which.
#[derive(Debug, Args)]
#[command(next_help_heading = "With --file")]
pub(crate) struct Columns {
    /// Column with the documents' references [default: one with a usual name]
    #[arg(long, value_name = "NAME")]
    pub(crate) reference_column: Option<String>,
    /// Column with the documents' dates [default: one with a usual name]
    #[arg(long, value_name = "NAME")]
    pub(crate) date_column: Option<String>,
    /// Column with the customers, for series that count by customer [default: none]
    #[arg(long, value_name = "NAME")]
    pub(crate) customer_column: Option<String>,
    /// Name of the column that is added
    #[arg(long, value_name = "NAME", default_value = "issued_number")]
    pub(crate) output_column: String,
    /// How the dates are written: iso, compact, day-first or month-first [default: as they fit]
    #[arg(long, value_name = "ORDER", value_parser = date::parse_writing)]
    pub(crate) date_order: Option<Writing>,
}

/// What all documents of a file have in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(crate) kind: Option<Kind>,
    pub(crate) date: Option<Date>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) reissue: bool,
}

/// A file's documents.
pub(crate) struct Orders {
    /// The documents that are to get numbers, each once, in the order of the file.
    pub(crate) items: Vec<Item>,
    /// The line of each item.
    pub(crate) lines: Vec<u32>,
    /// For each record of the file, the place of its document in `items`.
    pub(crate) places: Vec<usize>,
    /// The zone in which dates with an offset are days, where there are such.
    pub(crate) zone: Option<TimeZone>,
}

impl Orders {
    /// The documents of a sheet. Dates with an offset are days in the zone.
    ///
    /// # Errors
    /// A reference or date is missing or unreadable, or one reference stands there with two
    /// dates: told with the line.
    pub(crate) fn of(
        sheet: &Sheet,
        columns: &Columns,
        shared: &Shared,
        zone: impl FnOnce() -> Result<TimeZone, Failure>,
    ) -> Result<Orders, Failure> {
        let reference =
            sheet.find_needed(Wanted::Reference, columns.reference_column.as_deref())?;
        let customer = columns.customer_column.as_deref();
        let customer = customer.map(|name| sheet.find_needed(Wanted::Customer, Some(name)));
        let customer = customer.transpose()?;
        if sheet.has(&columns.output_column) {
            let name = &columns.output_column;
            return Err(sheet
                .refuse_whole(format!(
                    "there is a column '{name}' already; name the new one with --output-column"
                ))
                .about("output_column"));
        }
        let (dates, zone) = dates(sheet, columns, shared, zone)?;
        let mut orders = Orders { items: Vec::new(), lines: Vec::new(), places: Vec::new(), zone };
        let mut known: HashMap<String, (usize, Record)> = HashMap::new();
        for (record, date) in sheet.rows().iter().copied().zip(dates) {
            filled(sheet, record, reference)?;
            // Kept exactly: the same text is the same reference wherever it is given.
            let name = sheet.exact(record, reference).into_owned();
            check_reference(&name).map_err(|problem| sheet.refuse(record, problem))?;
            let customer = customer.map(|column| filled(sheet, record, column)).transpose()?;
            let item = Item {
                date: Some(date),
                reference: Some(name.clone()),
                kind: shared.kind.clone(),
                customer: customer.map(CustomerId).or(shared.customer.clone()),
                reissue: shared.reissue,
                ..Item::default()
            };
            let next = (orders.items.len(), record);
            let (place, first) = *known.entry(name).or_insert(next);
            if place == orders.items.len() {
                orders.items.push(item);
                orders.lines.push(record.line);
            } else if orders.items[place] != item {
                return Err(sheet.refuse(
                    record,
                    format!(
                        "the same reference stands in line {} with another date or customer; one \
                         document has one number, so give each its own reference",
                        first.line
                    ),
                ));
            }
            orders.places.push(place);
        }
        Ok(orders)
    }
}

/// What no document can be called, found before any of the file gets a number.
fn check_reference(name: &str) -> Result<(), String> {
    let count = name.chars().count();
    if count > REFERENCE_CHARS_MAX {
        return Err(format!(
            "the reference has {count} characters; expected at most {REFERENCE_CHARS_MAX}"
        ));
    }
    match name.chars().any(char::is_control) {
        true => Err("the reference has a control character in it; take it out".to_owned()),
        false => Ok(()),
    }
}

fn filled(sheet: &Sheet, record: Record, column: Column) -> Result<String, Failure> {
    let value = sheet.value(record, column);
    if value.is_empty() {
        let name = sheet.name(column);
        return Err(sheet.refuse(record, format!("nothing stands in column '{name}'; fill it in")));
    }
    Ok(value.into_owned())
}

fn dates(
    sheet: &Sheet,
    columns: &Columns,
    shared: &Shared,
    zone: impl FnOnce() -> Result<TimeZone, Failure>,
) -> Result<(Vec<Date>, Option<TimeZone>), Failure> {
    if let (Some(date), None) = (shared.date, &columns.date_column) {
        return Ok((vec![date; sheet.rows().len()], None));
    }
    let column = sheet.find_needed(Wanted::Date, columns.date_column.as_deref())?;
    let dates = sheet.dates(column, columns.date_order, zone)?;
    let each = sheet.rows().iter().zip(dates.each).map(|(record, date)| {
        let name = sheet.name(column);
        let missing =
            || sheet.refuse(*record, format!("no date stands in column '{name}'; fill it in"));
        date.ok_or_else(missing)
    });
    Ok((each.collect::<Result<_, _>>()?, dates.zone))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn orders(text: &str, shared: &Shared) -> Result<Orders, String> {
        let sheet = Sheet::of_bytes(Path::new("o.csv"), text.as_bytes().to_vec());
        let columns = Columns {
            reference_column: None,
            date_column: None,
            customer_column: None,
            output_column: "issued_number".to_owned(),
            date_order: None,
        };
        sheet
            .and_then(|sheet| Orders::of(&sheet, &columns, shared, || Ok(TimeZone::UTC)))
            .map_err(|failure| failure.message)
    }

    #[test]
    fn a_document_on_several_lines_gets_one_number() {
        let text = "order,date\nA,2026-01-02\nB,2026-01-03\nA,2026-01-02\n";
        let found = orders(text, &Shared::default()).unwrap();
        assert_eq!(found.places, [0, 1, 0]);
        assert_eq!(found.items.len(), 2);
        assert_eq!(found.items[1].reference.as_deref(), Some("B"));
    }

    #[test]
    fn what_cannot_be_numbered_is_told_with_its_line() {
        let refusal = |text: &str| orders(text, &Shared::default()).err().unwrap_or_default();
        let swapped = refusal("order,date\nA,2026-01-02\nA,2026-01-03\n");
        assert!(swapped.contains("line 3") && swapped.contains("line 2"), "{swapped}");
        assert!(refusal("order,date\nA,2026-02-30\n").contains("line 2: '2026-02-30'"));
        assert!(refusal("order,date\nA,2026-01-01\n,2026-01-01\n").contains("line 3: nothing"));
        assert!(refusal("order,date\nA,\n").contains("line 2: no date"));
        assert!(refusal("order,date\nA,01/02/2026\n").contains("--date-order"));
        assert!(refusal("order,day\nA,2026-01-01\n").contains("--date-column"));
        assert!(refusal("order,issued number\nA,1\n").contains("--output-column"));
    }

    #[test]
    fn a_reference_keeps_its_spaces() {
        let found = orders("order,date\n\" A\",2026-01-02\nA, 2026-01-02\n", &Shared::default());
        let found = found.unwrap();
        assert_eq!(found.items[0].reference.as_deref(), Some(" A"));
        assert_eq!(found.items[1].reference.as_deref(), Some("A"));
        let blank = orders("order,date\n\"  \",2026-01-02\n", &Shared::default());
        assert!(blank.is_err_and(|message| message.contains("line 2: nothing")));
    }

    #[test]
    fn a_reference_that_no_document_can_have_is_told_with_its_line() {
        let refusal = |name: &str| {
            let text = format!("order,date\nA,2026-01-02\n\"{name}\",2026-01-02\n");
            orders(&text, &Shared::default()).err().unwrap_or_default()
        };
        assert!(refusal(&"x".repeat(256)).contains("line 3: the reference has 256"));
        assert_eq!(refusal(&"x".repeat(255)), "");
        assert!(refusal("a\tb").contains("line 3: the reference has a control"));
    }

    #[test]
    fn one_date_for_all_needs_no_column() {
        let date = jiff::civil::date(2026, 5, 3);
        let shared = Shared { date: Some(date), ..Shared::default() };
        let found = orders("order\nA\n", &shared).unwrap();
        assert_eq!(found.items[0].date, Some(date));
    }
}
