//! Stores with a planted fault, to prove that the checks would see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::Changes;
use store::{Store, StoreError};

use crate::hooked::{Commit, HookedStore, WriterHook};

/// What goes wrong in a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The last number of the batch is not written.
    LostRow,
    /// A counter is left where it stood one number ago, so that its last ordinal is given again.
    ReusedOrdinal,
    /// The last trail entry of the batch is not written.
    SkippedTrailEntry,
}

/// A store in which the fault happens once, in the first commit in which it can. `done` tells
/// whether it has happened, and keeps it from happening again, also in another faulty store.
pub fn faulty(below: Box<dyn Store>, fault: Fault, done: Arc<AtomicBool>) -> impl Store {
    HookedStore::new(below, move || Spoiler { fault, done: Arc::clone(&done) })
}

struct Spoiler {
    fault: Fault,
    done: Arc<AtomicBool>,
}

impl WriterHook for Spoiler {
    fn commit(&mut self, mut commit: Commit<'_>, changes: &Changes) -> Result<bool, StoreError> {
        let mut changed = changes.clone();
        if !self.done.load(Ordering::Relaxed) && spoil(&mut changed, self.fault) {
            let written = commit.run(&changed)?;
            self.done.store(written, Ordering::Relaxed);
            return Ok(written);
        }
        commit.run(changes)
    }
}

/// Puts the fault into a batch; whether there was a place for it.
fn spoil(changes: &mut Changes, fault: Fault) -> bool {
    match fault {
        Fault::LostRow => changes.new_numbers.pop().is_some(),
        Fault::ReusedOrdinal => {
            let Some(newest) = changes.new_numbers.last() else { return false };
            let (ledger, id) = (newest.ledger, newest.sequence);
            let sequence =
                changes.sequences.iter_mut().find(|row| (row.ledger, row.id) == (ledger, id));
            sequence.is_some_and(|row| {
                row.last -= 1;
                true
            })
        }
        Fault::SkippedTrailEntry => changes.trail.pop().is_some(),
    }
}
