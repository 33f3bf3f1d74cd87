//! Runs of ordinals that no document holds.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::At;
use crate::id::{GapId, LedgerId, SequenceId};

/// Why ordinals are blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GapCause {
    /// The sequence was moved forward over them.
    Skipped,
    /// Their documents were deleted.
    Deleted,
    /// Their documents were given other numbers.
    Renumbered,
    /// They were missing from an imported list.
    Imported,
}

/// What somebody said about a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The words.
    pub text: String,
    /// Who wrote them.
    pub actor: String,
    /// When.
    pub at: At,
}

/// A maximal run of one cause and one trail entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its id.
    pub id: GapId,
    /// The sequence.
    pub sequence: SequenceId,
    /// First blank ordinal.
    pub from: u64,
    /// Last blank ordinal.
    pub to: u64,
    /// The text that `from` has, or would have had.
    pub first_text: String,
    /// The text that `to` has, or would have had.
    pub last_text: String,
    /// The day that it counts as: that of the last document that held one of its ordinals, else the
    /// latest below it, else the period's first. Never a day that was locked when it arose, unless
    /// it was imported: whoever locks has seen what was there.
    #[serde(with = "super::civil")]
    pub date: Date,
    /// Why.
    pub cause: GapCause,
    /// When it arose.
    pub at: At,
    /// Who made it.
    pub actor: String,
    /// Index of the trail entry.
    pub index: u64,
    /// What was said about it.
    pub explanation: Option<Explanation>,
}

impl GapCause {
    /// Every cause.
    pub const ALL: [GapCause; 4] =
        [GapCause::Skipped, GapCause::Deleted, GapCause::Renumbered, GapCause::Imported];

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            GapCause::Skipped => "skipped",
            GapCause::Deleted => "deleted",
            GapCause::Renumbered => "renumbered",
            GapCause::Imported => "imported",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<GapCause> {
        GapCause::ALL.into_iter().find(|cause| cause.text() == text)
    }
}
