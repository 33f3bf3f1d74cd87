//! What can be asked of a reader.

use jiff::civil::Date;
use ledger::id::{CustomerId, LedgerId, Position, SequenceId, SeriesId};
use ledger::model::{GapCause, GapRow, Kind, NumberRow, OutcomeRow, SequenceRow, State};
use ledger::trail::Sealed;

/// Which part of a list: behind or before an id, never both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page<Id> {
    /// Only what comes after this one in the list.
    pub starting_after: Option<Id>,
    /// Only what comes just before this one in the list.
    pub ending_before: Option<Id>,
    /// How many at most.
    pub limit: u32,
}

/// Bounds of dates, each included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// The earliest.
    pub from: Option<Date>,
    /// The latest.
    pub to: Option<Date>,
}

/// Which numbers; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberFilter {
    /// Of a series.
    pub series: Option<SeriesId>,
    /// Of a period that begins on a day (used with `series`).
    pub period_from: Option<Date>,
    /// In a state.
    pub state: Option<State>,
    /// Of a kind.
    pub kind: Option<Kind>,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// With a reference.
    pub reference: Option<String>,
    /// With a text, compared trimmed and case-folded.
    pub number: Option<String>,
    /// Dated between.
    pub date: DateRange,
}

/// A number and the sequence that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberWithPlace {
    /// The register's entry.
    pub row: NumberRow,
    /// Its sequence.
    pub sequence: SequenceRow,
}

/// A page of numbers, newest given first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberPage {
    /// The numbers.
    pub rows: Vec<NumberWithPlace>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// Which gaps; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapFilter {
    /// Of a series.
    pub series: Option<SeriesId>,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
}

/// A page of gaps, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapPage {
    /// The gaps with their sequences.
    pub rows: Vec<(GapRow, SequenceRow)>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// A page of sequences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequencePage {
    /// The sequences.
    pub rows: Vec<SequenceRow>,
    /// Whether more follow.
    pub has_more: bool,
}

/// A trail entry as stored, with the number of lines kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The entry.
    pub sealed: Sealed,
    /// Lines kept beside it.
    pub lines: u64,
}

/// A page of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailPage {
    /// The entries in order.
    pub entries: Vec<StoredEntry>,
    /// Whether more follow.
    pub has_more: bool,
}

/// A place in a ledger's list of outcomes, as the store that gave it marked it; another store's
/// means nothing. It has room for a key, or for any count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeCursor(pub [u8; 16]);

/// A page of remembered outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomePage {
    /// The outcomes.
    pub rows: Vec<OutcomeRow>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<OutcomeCursor>,
}

/// What a ledger holds, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerSummary {
    /// The ledger.
    pub ledger: LedgerId,
    /// Positions given so far: numbers, and ordinals found occupied.
    pub numbers: u64,
    /// Gaps recorded.
    pub gaps: u64,
    /// The newest position.
    pub newest: Position,
    /// The newest sequence.
    pub newest_sequence: SequenceId,
}
