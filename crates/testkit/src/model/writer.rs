//! The model's writer.

use std::sync::Arc;

use ledger::id::LedgerId;
use ledger::model::At;
use ledger::trail::Hash;
use ledger::{Changes, Loaded, Misses};
use store::{StoreError, Writer, restored_ledgers};

use super::Shared;
use super::loading;

pub(super) struct ModelWriter {
    shared: Arc<Shared>,
}

impl ModelWriter {
    pub(super) fn new(shared: Arc<Shared>) -> ModelWriter {
        ModelWriter { shared }
    }
}

impl Drop for ModelWriter {
    fn drop(&mut self) {
        *self.shared.written() = false;
    }
}

impl Writer for ModelWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        Ok(ledgers.to_vec())
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        Ok(loading::load(&self.shared.rows(), misses))
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        Ok(self.shared.rows().trail.get(&(ledger, index)).map(|sealed| sealed.hash))
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.shared.rows().commit(changes)
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        let mut left = limit;
        self.shared.rows().outcomes.retain(|_, row| {
            let stays = row.at >= before || left == 0;
            left -= u32::from(!stays);
            stays
        });
        Ok(limit - left)
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        let mut rows = self.shared.rows();
        for ledger in restored_ledgers(part)? {
            rows.refuse_head(ledger)?;
        }
        rows.commit(part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        let mut rows = self.shared.rows();
        rows.refuse_head(ledger)?;
        rows.discard(ledger);
        Ok(())
    }
}
