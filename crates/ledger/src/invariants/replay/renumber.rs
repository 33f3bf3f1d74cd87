//! Numbers that were changed, from the trail.

use std::collections::BTreeSet;

use super::import::Import;
use super::{Event, Replay};
use crate::id::{GapId, Position, SequenceId};
use crate::invariants::violation::Invariant;
use crate::model::{FormerRow, SequenceEnds};
use crate::trail::{Hash, MovedGap, RenumberedLine, Sealed};

/// What resequences changed: of these an answer that went out before may tell otherwise.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    /// Index of the last entry that changed numbers.
    pub last: Option<u64>,
    /// Numbers.
    pub numbers: BTreeSet<Position>,
    /// Gaps that were left, changed or closed.
    pub gaps: BTreeSet<GapId>,
    /// Sequences.
    pub sequences: BTreeSet<SequenceId>,
}

impl Replay {
    /// Takes the ends of sequences and the gaps that an entry states; its lines follow.
    pub(super) fn renumber(
        &mut self,
        sealed: &Sealed,
        sequences: &[SequenceEnds],
        gaps: Vec<MovedGap>,
        (count, digest): (u64, Hash),
    ) {
        self.import = Some(Import::new(sealed.clone(), true, count, digest));
        let index = sealed.entry.index;
        self.moved.last = Some(index);
        for ends in sequences {
            self.moved.sequences.insert(ends.id);
            match self.sequences.get_mut(&ends.id) {
                Some(row) if (row.first, row.last) == ends.before => {
                    (row.first, row.last) = ends.after;
                }
                _ => {
                    let what = format!("trail entry {index} moves a sequence that was otherwise");
                    self.log.say(Invariant::Recorded, what);
                }
            }
        }
        for MovedGap { before, after } in gaps {
            if let Some(row) = before {
                self.moved.gaps.insert(row.id);
                if self.gaps.remove(&row.id).as_ref() != Some(&row) {
                    let what = format!("trail entry {index} changes a gap that was otherwise");
                    self.log.say(Invariant::Recorded, what);
                } else if let Some(count) = self.gap_counts.get_mut(&row.sequence) {
                    *count = count.saturating_sub(1);
                }
            }
            if let Some(row) = after {
                self.keep_gap(row);
            }
        }
    }

    /// Takes a line of such an entry.
    pub(super) fn renumbered_line(
        &mut self,
        sealed: &Sealed,
        bytes: &[u8],
        on: &mut dyn FnMut(Event),
    ) {
        let entry = &sealed.entry;
        match RenumberedLine::read(bytes) {
            Ok(line) => {
                self.moved.numbers.insert(line.position);
                let former = FormerRow {
                    ledger: entry.ledger,
                    position: line.position,
                    index: entry.index,
                    text: line.from.text.clone(),
                    at: entry.at,
                };
                on(Event::Renumbered(Box::new(line), former));
            }
            Err(error) => {
                let what = format!("a line of trail entry {} is {error}", entry.index);
                self.log.say(Invariant::Recorded, what);
            }
        }
    }
}
