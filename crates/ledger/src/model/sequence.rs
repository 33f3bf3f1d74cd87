//! The counter of one series, in one scope, in one period.

use jiff::civil::Date;
use numbering::Period;
use serde::{Deserialize, Serialize};

use super::Mark;
use super::series::SeriesRow;
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
    /// The day after the period's last, fixed when the sequence is opened. It moves in one case:
    /// a changed reset stretched the period, and a document is dated behind the end known so far.
    #[serde(with = "super::civil")]
    pub period_to: Date,
    /// How people call the period; changes with `period_to` alone.
    pub period_label: String,
    /// First ordinal covered.
    pub first: u64,
    /// Last ordinal covered; `first - 1` while there is none (`first` is then at least 1).
    pub last: u64,
    /// Latest date that a document of it has.
    #[serde(with = "super::civil::option")]
    pub last_date: Option<Date>,
    /// What changed it since it gave its last number: the next one that is held says so.
    pub mark: Option<Mark>,
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

    /// The period, as fixed when it was first used.
    pub fn period(&self) -> Period {
        Period { from: self.period_from, to: self.period_to }
    }

    /// Takes in the date of a document that belongs here: a period that a changed reset stretched
    /// ends later from the first document on that is dated behind its old end. A reset that cuts
    /// the period leaves it as it is, since numbers were given in it.
    pub(crate) fn reach(&mut self, series: &SeriesRow, date: Date) {
        if self.period().contains(date) {
            return;
        }
        let stretched = series.period(date);
        if stretched.from == self.period_from && stretched.to > self.period_to {
            self.period_label = series.period_label(&stretched);
            self.period_to = stretched.to;
        }
    }

    /// The ordinal that comes next.
    pub fn next(&self) -> u64 {
        self.last + 1
    }
}
