//! A renumbering of a selection: what was asked for, what it comes to, and where it is.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::document::words;
use super::{At, Receipt, SeriesRow, civil};
use crate::id::{LedgerId, Position, SequenceId, SeriesId};
use crate::trail::Hash;

/// In which order a selection is numbered anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ordering {
    /// In the order of the present numbers.
    #[default]
    Keep,
    /// In the order of dates; of one date, in the order of the present numbers.
    Date,
}

/// Where a resequence is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ResequenceStatus {
    /// Worked out and not applied.
    #[default]
    Previewed,
    /// Applied.
    Confirmed,
    /// Given up before it was applied.
    Canceled,
    /// Applied and taken back.
    Reverted,
}

/// What is wrong with a resequence, or to be known about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemCode {
    /// Nothing was selected.
    #[default]
    NothingSelected,
    /// More than one series was selected.
    SeriesMixed,
    /// What was selected is no document's number.
    NotADocument,
    /// The first number disagrees with the date of the earliest document.
    NumberDateMismatch,
    /// The first number cannot be read, or not be counted on from.
    FirstNumberInvalid,
    /// The format could print what another format prints.
    PatternCollision,
    /// The document's date is locked.
    PeriodLocked,
    /// The invoice was sent.
    DocumentSent,
    /// Another document has the number, or its ordinal.
    NumberTaken,
    /// The counter would pass the largest ordinal.
    OrdinalOverflow,
    /// More documents of this server, or more gaps, than one resequence takes.
    TooMany,
    /// It is not known whether the document was sent.
    SentUnknown,
}

words!(Ordering { Keep => "keep", Date => "date" });
words!(ResequenceStatus {
    Previewed => "previewed",
    Confirmed => "confirmed",
    Canceled => "canceled",
    Reverted => "reverted",
});
words!(ProblemCode {
    NothingSelected => "nothing_selected",
    SeriesMixed => "series_mixed",
    NotADocument => "not_a_document",
    NumberDateMismatch => "number_date_mismatch",
    FirstNumberInvalid => "first_number_invalid",
    PatternCollision => "pattern_collision",
    PeriodLocked => "period_locked",
    DocumentSent => "document_sent",
    NumberTaken => "number_taken",
    OrdinalOverflow => "ordinal_overflow",
    TooMany => "too_many",
    SentUnknown => "sent_unknown",
});

/// One thing that keeps a resequence from being applied, or that is to be known before it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// What it is.
    pub code: ProblemCode,
    /// The number that it concerns, as it is now.
    pub number: Option<String>,
    /// That number's place.
    pub position: Option<Position>,
    /// What is wrong and what to do about it, for a person.
    pub message: String,
}

/// The ends of a sequence that a resequence changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceEnds {
    /// The sequence.
    pub id: SequenceId,
    /// First and last ordinal before.
    pub before: (u64, u64),
    /// First and last ordinal behind it.
    pub after: (u64, u64),
}

/// What is selected and how it is to be numbered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resequencing {
    /// These numbers; those of the series and the dates when empty.
    pub numbers: Vec<Position>,
    /// All of a series.
    pub series: Option<SeriesId>,
    /// Dated on this day or later.
    #[serde(with = "civil::option")]
    pub from: Option<Date>,
    /// Dated on this day or earlier.
    #[serde(with = "civil::option")]
    pub to: Option<Date>,
    /// In which order.
    pub ordering: Ordering,
    /// The number of the first document.
    pub first: String,
    /// Why; must say something.
    pub reason: String,
    /// Whether new documents are to be numbered in the format of the first number.
    pub follow: bool,
    /// Whether invoices that were sent are renumbered too; for administrators.
    pub include_sent: bool,
}

/// A resequence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resequence {
    /// What was asked for.
    pub asked: Resequencing,
    /// Where it is.
    pub status: ResequenceStatus,
    /// The series of what was selected; `None` when there is none, or more than one.
    pub series: Option<SeriesId>,
    /// The pattern of the new numbers.
    pub pattern: Option<String>,
    /// When the new numbers start again.
    pub reset: Option<String>,
    /// Documents selected.
    pub selected: u64,
    /// Documents whose number changes.
    pub changed: u64,
    /// Documents of this server among them.
    pub documents: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// How many problems there are of each code.
    pub problem_counts: Vec<(ProblemCode, u64)>,
    /// What is to be known before it is applied.
    pub warnings: Vec<Problem>,
    /// The sequences that change.
    pub sequences: Vec<SequenceEnds>,
    /// Gaps that it leaves.
    pub gaps_left: u64,
    /// Gaps that it closes or shortens.
    pub gaps_closed: u64,
    /// SHA-256 over its lines, each with its length before it.
    pub digest: Hash,
    /// The job that staged its lines.
    pub job: u64,
    /// For how long the ledger will give no numbers while it is applied, in milliseconds, as far
    /// as can be told.
    pub stall_ms: u64,
    /// The entry that applied it, whose lines are its mapping.
    pub applied: Option<Receipt>,
    /// The entry that took it back.
    pub reverted: Option<Receipt>,
    /// When it was applied or given up.
    pub ended: Option<At>,
    /// The series before, and as it was left, where its formats changed.
    pub series_change: Option<Box<(SeriesRow, SeriesRow)>>,
}

/// A number that a document had before a resequence, found for ever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormerRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// The number that is another text now.
    pub position: Position,
    /// Index of the trail entry that changed it.
    pub index: u64,
    /// The text that it had before.
    pub text: String,
    /// When it was changed.
    pub at: At,
}

impl Resequence {
    /// How many problems there are.
    pub fn problem_count(&self) -> u64 {
        self.problem_counts.iter().map(|(_, count)| count).sum()
    }
}

impl ResequenceStatus {
    /// The number that stands for it in a database; it never changes.
    pub fn code(self) -> i16 {
        match self {
            ResequenceStatus::Previewed => 1,
            ResequenceStatus::Confirmed => 2,
            ResequenceStatus::Canceled => 3,
            ResequenceStatus::Reverted => 4,
        }
    }
}
