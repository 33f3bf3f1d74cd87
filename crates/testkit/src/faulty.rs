//! Stores with a planted fault, to prove that the checks would see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Loaded, Misses};
use store::{Reader, Store, StoreError, Writer};

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

/// A store in which the fault happens once, in the first commit in which it can.
pub struct FaultyStore {
    below: Box<dyn Store>,
    fault: Fault,
    done: Arc<AtomicBool>,
}

struct FaultyWriter {
    below: Box<dyn Writer>,
    fault: Fault,
    done: Arc<AtomicBool>,
}

impl FaultyStore {
    /// Plants a fault into a store. `done` tells whether it has happened, and keeps it from
    /// happening again, also behind another `FaultyStore`.
    pub fn new(below: Box<dyn Store>, fault: Fault, done: Arc<AtomicBool>) -> FaultyStore {
        FaultyStore { below, fault, done }
    }
}

impl Store for FaultyStore {
    fn writers_max(&self) -> usize {
        self.below.writers_max()
    }

    fn is_shared(&self) -> bool {
        self.below.is_shared()
    }

    fn group(&self, ledger: LedgerId) -> Option<u32> {
        self.below.group(ledger)
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let below = self.below.writer()?;
        Ok(Box::new(FaultyWriter { below, fault: self.fault, done: Arc::clone(&self.done) }))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.below.reader()
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.below.size_bytes()
    }
}

impl Writer for FaultyWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        self.below.begin(ledgers)
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        self.below.load(misses)
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        self.below.entry_hash(ledger, index)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let mut changed = changes.clone();
        if !self.done.load(Ordering::Relaxed) && spoil(&mut changed, self.fault) {
            self.below.commit(&changed)?;
            self.done.store(true, Ordering::Relaxed);
            return Ok(());
        }
        self.below.commit(changes)
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        self.below.confirm()
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.below.rollback()
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.below.forget_outcomes(before, limit)
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        self.below.restore(part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        self.below.discard(ledger)
    }

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.below.claim_deliveries(ledger, now, lease_until, limit)
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        self.below.settle_deliveries(rows)
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.below.forget_events(before, limit)
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.below.replace(ledger, expected, fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.below.stage(part)
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        self.below.unstage(ledger, job, limit)
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        self.below.staged(ledger)
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
