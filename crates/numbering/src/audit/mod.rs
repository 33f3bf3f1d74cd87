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
//! assert_eq!((hole.first_number.as_str(), hole.last_number.as_str()), ("INV-2026-0004", "INV-2026-0005"));
//! assert_eq!(counter.next[0].number, "INV-2026-0007");
//! ```

mod apart;
mod counter;
mod duplicate;
mod entry;
mod kind;
mod odd;
mod order;
mod share;
mod upcoming;

use jiff::civil::Date;

use self::entry::{Entry, entries};
use crate::{
    FiscalYearStart, Ordinal, Pattern, Period, Reset,
    infer::learn::{Example, Lesson, Place, learn},
};

/// A number of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The number; spaces around it are ignored.
    pub number: &'a str,
    /// The document's date, if the list tells it.
    pub date: Option<Date>,
    /// The document's kind, if the list tells it.
    pub kind: Option<&'a str>,
    /// The line it stands on, for the reader.
    pub line: u64,
}

/// What was found in a list. Rows are named by their index in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// How many rows the list has.
    pub rows: usize,
    /// The formats, the most used first.
    pub formats: Vec<FoundFormat>,
    /// The counters behind them, the most used first.
    pub counters: Vec<Counter>,
    /// Numbers that occur more than once, in order of appearance. Where numbers restart without
    /// showing it, only repeats within one period.
    pub duplicates: Vec<Duplicate>,
    /// Neighbours in a counter whose dates go back.
    pub order_breaks: Vec<OrderBreak>,
    /// Rows that fit nothing, or show another date than theirs; in order of appearance.
    pub odd: Vec<OddOneOut>,
    /// Of each row its format and ordinal, if a format reads it.
    pub assignments: Vec<Option<Assignment>>,
}

/// A way in which numbers of the list are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFormat {
    /// The pattern of these numbers alone.
    pub pattern: Pattern,
    /// When counting starts again.
    pub reset: Reset,
    /// What `{kind}` prints for them, when they share their counter with other kinds.
    pub kind_text: Option<String>,
    /// The kind that the list gives to all of them.
    pub kind: Option<String>,
    /// How many rows.
    pub count: u64,
    /// The number with the lowest ordinal of the first period.
    pub first_number: String,
    /// The number with the highest ordinal of the last period.
    pub last_number: String,
    /// The earliest date.
    pub first_date: Option<Date>,
    /// The latest date.
    pub last_date: Option<Date>,
    /// The counter it takes its ordinals from: an index into [`Audit::counters`].
    pub counter: usize,
}

/// A counter, with all formats that take ordinals from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The pattern; with `{kind}` when several kinds share the counter, that of the newest format
    /// when one followed the other.
    pub pattern: Pattern,
    /// When counting starts again.
    pub reset: Reset,
    /// The texts of the kinds that share it, with their rows; empty when no kinds do.
    pub kinds: Vec<(String, u64)>,
    /// The periods that occur, in order.
    pub periods: Vec<CounterPeriod>,
    /// How many rows.
    pub count: u64,
    /// How many ordinals are missing between the first and the last of each period.
    pub missing: u64,
    /// In how many runs.
    pub hole_runs: u64,
    /// How many of the runs are a single ordinal.
    pub single_holes: u64,
    /// The longest run; the first of several.
    pub longest: Option<HoleRun>,
    /// What comes next: in the last period, then in the one after it.
    pub next: Vec<NextNumber>,
}

/// One period of a counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterPeriod {
    /// The dates.
    pub period: Period,
    /// What people call it: `2026-05`.
    pub label: String,
    /// The lowest ordinal.
    pub first: Ordinal,
    /// The highest ordinal.
    pub last: Ordinal,
    /// How many rows.
    pub count: u64,
    /// The ordinals missing between the two, as runs.
    pub holes: Vec<HoleRun>,
}

/// A run of missing ordinals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoleRun {
    /// The first ordinal missing.
    pub from: Ordinal,
    /// The last ordinal missing.
    pub to: Ordinal,
    /// The first number missing, as the commonest kind would print it.
    pub first_number: String,
    /// The last number missing.
    pub last_number: String,
}

impl HoleRun {
    /// How many ordinals are missing.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.to.get() - self.from.get() + 1
    }
}

/// A number that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextNumber {
    /// The number, as the commonest kind would print it.
    pub number: String,
    /// The earliest date it can be given for: the last date seen, or the next period's first.
    /// None when neither the list nor its numbers show dates.
    pub date: Option<Date>,
    /// What people call the period.
    pub period: String,
}

/// Rows with the same number, compared without spaces around it and case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The number as the first row has it.
    pub number: String,
    /// The rows, in order; two at least.
    pub rows: Vec<usize>,
    /// Their lines.
    pub lines: Vec<u64>,
}

/// Two neighbours in a counter of which the later one has the earlier date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBreak {
    /// The row with the lower ordinal, its number and date.
    pub before: Dated,
    /// The row with the higher ordinal.
    pub after: Dated,
}

/// A row with its number and date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The row.
    pub row: usize,
    /// Its line.
    pub line: u64,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: Date,
}

pub use self::odd::{OddOneOut, OddReason};

/// How a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// An index into [`Audit::formats`].
    pub format: usize,
    /// The ordinal.
    pub ordinal: Ordinal,
}

/// Audits a list.
///
/// Dates may be missing; without them formats with a two-digit year are not told from fixed text,
/// and nothing is said about the order of dates.
#[must_use]
pub fn audit(rows: &[Row<'_>], fiscal: FiscalYearStart) -> Audit {
    let examples: Vec<Example<'_>> =
        rows.iter().map(|row| Example { number: row.number.trim(), date: row.date }).collect();
    let lesson = learn(&examples, fiscal);
    let mut groups = share::share(&lesson.formats, entries(&lesson));
    let apart = apart::split_off(&mut groups, rows.len());
    groups.sort_by_key(|group| std::cmp::Reverse(group.entries.len()));
    let order = format_order(&lesson, &groups);
    let counters: Vec<Counter> =
        groups.iter().map(|group| counter::counter(&lesson.formats, group)).collect();
    Audit {
        rows: rows.len(),
        assignments: assignments(&lesson, &order),
        formats: order
            .iter()
            .map(|&(format, group)| found(rows, &lesson, &groups[group], format, group))
            .collect(),
        order_breaks: order::order_breaks(rows, &groups),
        duplicates: duplicate::duplicates(rows, |row| hidden_period(&lesson, row)),
        odd: odd::odd(rows, &lesson, &apart),
        counters,
    }
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

/// The formats in use with the group of each, the most used first.
fn format_order(lesson: &Lesson, groups: &[share::Group]) -> Vec<(usize, usize)> {
    let mut counts = vec![0_usize; lesson.formats.len()];
    for place in lesson.places.iter().flatten() {
        counts[place.format] += 1;
    }
    let mut order: Vec<(usize, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.formats.iter().map(move |format| (*format, index)))
        .collect();
    order.sort_by_key(|(format, _)| (std::cmp::Reverse(counts[*format]), *format));
    order
}

fn found(
    rows: &[Row<'_>],
    lesson: &Lesson,
    group: &share::Group,
    format: usize,
    counter: usize,
) -> FoundFormat {
    let own = || group.entries.iter().filter(|entry| entry.format() == format);
    let number = |entry: Option<&Entry>| {
        entry.map_or_else(String::new, |entry| rows[entry.row()].number.trim().to_owned())
    };
    let mut kinds = own().map(|entry| rows[entry.row()].kind);
    let kind = kinds.next().flatten().filter(|first| kinds.all(|kind| kind == Some(first)));
    let learned = &lesson.formats[format].format;
    FoundFormat {
        pattern: learned.pattern.clone(),
        reset: learned.reset,
        kind_text: group.kind_text(&lesson.formats, format),
        kind: kind.map(str::to_owned),
        count: own().count().try_into().unwrap_or(u64::MAX),
        first_number: number(own().next()),
        last_number: number(own().next_back()),
        first_date: own().filter_map(|entry| rows[entry.row()].date).min(),
        last_date: own().filter_map(|entry| rows[entry.row()].date).max(),
        counter,
    }
}
