//! Auditing a list of numbers that some other system gave.
//!
//! Without any set-up: the formats are learnt from the list itself, formats whose numbers come
//! from one counter are put together, and what is missing, doubled, out of order or odd is named.
//!
//! ```
//! use jiff::civil::date;
//! use numbering::{FiscalYearStart, audit::{Row, audit}};
//!
//! let row = |line, number, date| Row { number, date: Some(date), kind: None, line };
//! let rows = [
//!     row(2, "INV-2026-0001", date(2026, 1, 5)),
//!     row(3, "CN-2026-0002", date(2026, 1, 9)),
//!     row(4, "INV-2026-0003", date(2026, 2, 1)),
//!     row(5, "INV-2026-0006", date(2026, 2, 3)),
//! ];
//! let audit = audit(&rows, FiscalYearStart::CALENDAR);
//! let counter = &audit.counters[0];
//! assert_eq!(counter.pattern.to_string(), "{kind}-{year}-{seq:4}");
//! let hole = &counter.periods[0].holes[0];
//! assert_eq!((hole.first_number.as_str(), hole.count()), ("INV-2026-0004", 2));
//! assert_eq!(counter.next[0].number, "INV-2026-0007");
//! ```

mod apart;
mod counter;
mod customer;
mod duplicate;
mod entry;
mod kind;
mod odd;
mod order;
mod report;
mod share;
mod upcoming;
mod year;

use self::{
    customer::Customers,
    entry::{Entry, entries},
    share::Group,
};
pub use self::{
    odd::{OddOneOut, OddReason},
    report::{
        Assignment, Audit, Counter, CounterPeriod, Dated, Duplicate, FoundFormat, HoleRun,
        NextNumber, OrderBreak, Row,
    },
};
use crate::{
    FiscalYearStart, Period, Reset,
    infer::learn::{Example, Lesson, Place, learn},
};

/// Audits a list.
///
/// Dates may be missing; without them formats with a two-digit year are not told from fixed text,
/// and nothing is said about the order of dates.
#[must_use]
pub fn audit(rows: &[Row<'_>], fiscal: FiscalYearStart) -> Audit {
    let customers = Customers::of(rows);
    let examples: Vec<Example<'_>> = rows
        .iter()
        .enumerate()
        .map(|(index, row)| Example {
            number: customers.rest(index, row.number.trim()),
            date: row.date,
        })
        .collect();
    let mut lesson = learn(&examples, fiscal);
    customers.mark(&mut lesson.formats);
    let entries = entries(&lesson, |row| customers.of_row(row));
    let mut groups = share::share(&lesson.formats, entries);
    let owner = |group: &Group| customers.prefix(group.customer, &lesson.formats[group.formats[0]]);
    let sizes = sizes(&lesson);
    let apart = apart::split_off(&mut groups, rows.len(), |group| {
        owner(group).is_some() && !apart::is_slip(sizes[group.formats[0]], rows.len())
    });
    groups.sort_by_key(|group| std::cmp::Reverse(group.entries.len()));
    let order = format_order(&sizes, &groups);
    let counters = counters(&lesson, &groups, &order, owner);
    Audit {
        rows: rows.len(),
        assignments: assignments(&lesson, &order),
        formats: order
            .iter()
            .map(|&(format, counter)| found(rows, &lesson, &groups, format, counter))
            .collect(),
        order_breaks: order::order_breaks(rows, &groups),
        duplicates: duplicate::duplicates(rows, |row| hidden_period(&lesson, row)),
        odd: odd::odd(rows, &lesson, &apart, &year::other_years(rows, &lesson, fiscal)),
        counters,
    }
}

fn counters<'a>(
    lesson: &Lesson,
    groups: &[Group],
    order: &[(usize, usize)],
    owner: impl Fn(&Group) -> Option<&'a str>,
) -> Vec<Counter> {
    let counter = |group: &Group| {
        let index = |format: &usize| order.iter().position(|(other, _)| other == format);
        let mut formats: Vec<usize> = group.formats.iter().filter_map(index).collect();
        formats.sort_unstable();
        Counter { formats, ..counter::counter(&lesson.formats, group, owner(group)) }
    };
    groups.iter().map(counter).collect()
}

/// The period of a row whose number shows no date although it restarts.
fn hidden_period(lesson: &Lesson, row: usize) -> Option<Period> {
    let place = lesson.places[row].as_ref()?;
    let learned = &lesson.formats[place.format];
    let hides = learned.format.reset != Reset::Never && !learned.shape.is_dated();
    place.date.filter(|_| hides).map(|date| learned.format.period(date))
}

fn assignments(lesson: &Lesson, order: &[(usize, usize)]) -> Vec<Option<Assignment>> {
    let mut indices: Vec<Option<usize>> = vec![None; lesson.formats.len()];
    for (index, (format, _)) in order.iter().enumerate() {
        indices[*format] = Some(index);
    }
    let assignment =
        |place: &Place| Some(Assignment { format: indices[place.format]?, ordinal: place.ordinal });
    lesson.places.iter().map(|place| place.as_ref().and_then(assignment)).collect()
}

/// How many rows each format reads.
fn sizes(lesson: &Lesson) -> Vec<usize> {
    let mut sizes = vec![0_usize; lesson.formats.len()];
    for place in lesson.places.iter().flatten() {
        sizes[place.format] += 1;
    }
    sizes
}

/// The formats in use with the largest group of each, the most used first.
fn format_order(sizes: &[usize], groups: &[Group]) -> Vec<(usize, usize)> {
    let mut largest: Vec<Option<usize>> = vec![None; sizes.len()];
    for (index, group) in groups.iter().enumerate() {
        for format in &group.formats {
            largest[*format].get_or_insert(index);
        }
    }
    let used = largest.iter().enumerate();
    let mut order: Vec<(usize, usize)> =
        used.filter_map(|(format, group)| Some((format, (*group)?))).collect();
    order.sort_by_key(|(format, _)| (std::cmp::Reverse(sizes[*format]), *format));
    order
}

fn found(
    rows: &[Row<'_>],
    lesson: &Lesson,
    groups: &[Group],
    format: usize,
    counter: usize,
) -> FoundFormat {
    let own: Vec<&Entry> = groups
        .iter()
        .filter(|group| group.formats.contains(&format))
        .flat_map(|group| group.entries.iter().filter(|entry| entry.format() == format))
        .collect();
    let number = |entry: Option<&&Entry>| {
        entry.map_or_else(String::new, |entry| rows[entry.row()].number.trim().to_owned())
    };
    let mut kinds = own.iter().map(|entry| rows[entry.row()].kind);
    let kind = kinds.next().flatten().filter(|first| kinds.all(|kind| kind == Some(first)));
    let dates = || own.iter().filter_map(|entry| rows[entry.row()].date);
    let learned = &lesson.formats[format].format;
    FoundFormat {
        pattern: learned.pattern.clone(),
        reset: learned.reset,
        kind_text: groups[counter].kind_text(&lesson.formats, format),
        kind: kind.map(str::to_owned),
        count: own.len().try_into().unwrap_or(u64::MAX),
        first_number: number(own.iter().min_by_key(|entry| entry.place())),
        last_number: number(own.iter().max_by_key(|entry| entry.place())),
        first_date: dates().min(),
        last_date: dates().max(),
        counter,
    }
}
