//! *Complete*, for one sequence: its rows and its gaps cover first to last, each ordinal once.

use std::collections::VecDeque;

use super::violation::{Invariant, Log};
use crate::model::{GapRow, NumberRow, SequenceRow, State};

/// Walks rows and gaps of one sequence together, both in the order of ordinals.
#[derive(Clone, Debug)]
pub(super) struct Coverage {
    name: String,
    first: u64,
    last: u64,
    next: u64,
    /// Gaps that no row has passed yet: first and last ordinal.
    gaps: VecDeque<(u64, u64)>,
    gap_end: u64,
}

impl Coverage {
    pub(super) fn new(row: &SequenceRow) -> Coverage {
        Coverage {
            name: format!("sequence {}", row.id.0),
            first: row.first,
            last: row.last,
            next: row.first,
            gaps: VecDeque::new(),
            gap_end: 0,
        }
    }

    /// The sequence goes on to here by now.
    pub(super) fn reach(&mut self, last: u64) {
        self.last = last;
    }

    pub(super) fn gap(&mut self, gap: &GapRow, log: &mut Log) {
        let (from, to) = (gap.from, gap.to);
        if from > to {
            let what = format!("the gap {} of {} ends before it begins", gap.id.0, self.name);
            return log.say(Invariant::Complete, what);
        }
        if from <= self.gap_end && self.gap_end > 0 {
            let what = format!("two gaps of {} hold ordinal {from}", self.name);
            log.say(Invariant::Complete, what);
        }
        self.gap_end = self.gap_end.max(to);
        self.gaps.push_back((from, to));
    }

    /// Takes the next number; `is_late_blank` when its gap may lie behind the place where the walk
    /// is, so that it covers its ordinal itself.
    pub(super) fn number(&mut self, row: &NumberRow, is_late_blank: bool, log: &mut Log) {
        if row.state == State::Blank && !is_late_blank {
            // A blank row keeps what its ordinal once was; the gap around it covers it.
            let inside = |&(from, to): &(u64, u64)| from <= row.ordinal && row.ordinal <= to;
            if !self.gaps.iter().any(inside) && row.ordinal >= self.next {
                let what = format!("{} of {} is blank without a gap", row.text, self.name);
                log.say(Invariant::Complete, what);
            }
            return;
        }
        self.pass_gaps(row.ordinal, log);
        self.cover(row.ordinal, row.ordinal, log);
    }

    /// Ends the walk.
    pub(super) fn finish(mut self, log: &mut Log) {
        while let Some((from, to)) = self.gaps.pop_front() {
            self.cover(from, to, log);
        }
        if self.next <= self.last {
            self.missing(self.next, self.last, log);
        }
    }

    fn pass_gaps(&mut self, ordinal: u64, log: &mut Log) {
        while let Some((from, to)) = self.gaps.pop_front_if(|(from, _)| *from <= ordinal) {
            self.cover(from, to, log);
        }
    }

    fn cover(&mut self, from: u64, to: u64, log: &mut Log) {
        if from < self.first || to > self.last {
            let what = format!(
                "ordinals {from} to {to} lie outside {}, which covers {} to {}",
                self.name, self.first, self.last
            );
            log.say(Invariant::Complete, what);
        } else if from < self.next {
            let what = format!("ordinal {from} of {} is there twice", self.name);
            log.say(Invariant::Complete, what);
        } else if from > self.next {
            self.missing(self.next, from - 1, log);
        }
        self.next = self.next.max(to.saturating_add(1));
    }

    fn missing(&self, from: u64, to: u64, log: &mut Log) {
        let what = match from == to {
            true => format!("ordinal {from} of {} is in no row and no gap", self.name),
            false => format!("ordinals {from} to {to} of {} are in no row and no gap", self.name),
        };
        log.say(Invariant::Complete, what);
    }
}
