//! The counter of one series, in one scope, in one period.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{LedgerId, ScopeKey, SequenceId, SeriesId};

/// What a sequence is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceKey {
    /// The ledger.
    pub ledger: LedgerId,
    /// The series.
    pub series: SeriesId,
    /// What is counted apart.
    pub scope: ScopeKey,
    /// First day of the period.
    pub period_from: Date,
}

/// A counter, with the ends of what it covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// Its id.
    pub id: SequenceId,
    /// The series.
    pub series: SeriesId,
    /// What is counted apart.
    pub scope: ScopeKey,
    /// First day of the period.
    #[serde(with = "super::civil")]
    pub period_from: Date,
    /// First ordinal covered.
    pub first: u64,
    /// Last ordinal covered; `first - 1` while there is none (`first` is then at least 1).
    pub last: u64,
    /// Latest date that a document of it has.
    #[serde(with = "super::civil::option")]
    pub last_date: Option<Date>,
}

impl SequenceRow {
    /// What it is found by.
    pub fn key(&self) -> SequenceKey {
        SequenceKey {
            ledger: self.ledger,
            series: self.series,
            scope: self.scope.clone(),
            period_from: self.period_from,
        }
    }

    /// The ordinal that comes next.
    pub fn next(&self) -> u64 {
        self.last + 1
    }
}
