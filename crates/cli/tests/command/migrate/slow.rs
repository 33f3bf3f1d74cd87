//! A store that takes its time to write what is moved in.

use std::sync::Arc;
use std::time::Duration;

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Loaded, Misses};
use store::{Reader, Store, StoreError, Writer};

/// A store that waits before it writes a part.
pub(super) struct Slow {
    below: Arc<dyn Store>,
    wait: Duration,
}

struct SlowWriter {
    below: Box<dyn Writer>,
    wait: Duration,
}

impl Slow {
    pub(super) fn new(below: Arc<dyn Store>, wait: Duration) -> Slow {
        Slow { below, wait }
    }
}

impl Store for Slow {
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
        Ok(Box::new(SlowWriter { below: self.below.writer()?, wait: self.wait }))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.below.reader()
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.below.size_bytes()
    }
}

impl Writer for SlowWriter {
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
        std::thread::sleep(self.wait);
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
