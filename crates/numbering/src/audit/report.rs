//! What an audit is given and what it answers.

use jiff::civil::Date;

use super::odd::OddOneOut;
use crate::{Ordinal, Pattern, Period, Reset};

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
    /// The counter it takes its ordinals from: an index into [`Audit::counters`]. Where each
    /// customer has one, the largest of them.
    pub counter: usize,
}

/// A counter, with all formats that take ordinals from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The prefix of the customer whose counter it is, where customers have their own.
    pub customer: Option<String>,
    /// The formats that take ordinals from it: indices into [`Audit::formats`], rising.
    pub formats: Vec<usize>,
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

/// How a row is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// An index into [`Audit::formats`].
    pub format: usize,
    /// The ordinal.
    pub ordinal: Ordinal,
}
