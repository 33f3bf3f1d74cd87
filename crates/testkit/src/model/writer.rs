//! The model's writer.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, DeliveryState, Head};
use ledger::trail::Hash;
use ledger::{Changes, Guess, Loaded, Misses};
use store::{SessionChange, StoreError, Writer, restored_ledgers};

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

    fn begin_loading(
        &mut self,
        ledgers: &[LedgerId],
        misses: &Misses,
    ) -> Result<(Vec<LedgerId>, Loaded), StoreError> {
        store::begin_then_load(self, ledgers, misses)
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

    fn guesses(&self) -> bool {
        // Nothing is far away here, but whatever runs on the model is to be tried on guesses too.
        true
    }

    fn commit_guessed(&mut self, guess: &Guess, changes: &Changes) -> Result<bool, StoreError> {
        store::commit_after_a_look(self, guess, changes)
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

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        let mut rows = self.shared.rows();
        let mut free: Vec<&mut DeliveryRow> = rows
            .deliveries
            .values_mut()
            .filter(|row| row.ledger == ledger && is_free(row, now))
            .collect();
        free.sort_by_key(|row| (free_since(row), row.event, row.endpoint));
        free.truncate(limit as usize);
        let lease = |row: &mut DeliveryRow| {
            row.leased_until = Some(lease_until);
            row.clone()
        };
        Ok(free.into_iter().map(lease).collect())
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        let mut stored = self.shared.rows();
        for row in rows {
            let key = (row.ledger, row.event, row.endpoint);
            let Some(stored) = stored.deliveries.get_mut(&key) else { continue };
            if stored.leased_until.is_some() && stored.leased_until == row.leased_until {
                *stored = DeliveryRow { leased_until: None, ..row.clone() };
            }
        }
        Ok(())
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        let mut rows = self.shared.rows();
        let is_pending = |row: &DeliveryRow| row.state == DeliveryState::Pending;
        let pending: BTreeSet<_> = rows
            .deliveries
            .values()
            .filter(|row| is_pending(row))
            .map(|row| (row.ledger, row.event))
            .collect();
        let mut old: Vec<_> = rows.events.values().filter(|row| row.at < before).collect();
        old.sort_by_key(|row| row.at);
        let old = old.into_iter().map(|row| (row.ledger, row.id));
        let old = old.filter(|key| !pending.contains(key));
        let old: BTreeSet<_> = old.take(limit as usize).collect();
        rows.events.retain(|key, _| !old.contains(key));
        rows.deliveries.retain(|(ledger, event, _), _| !old.contains(&(*ledger, *event)));
        Ok(u32::try_from(old.len()).unwrap_or(limit))
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.shared.rows().replace(ledger, expected, fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.shared.rows().stage(part)
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        Ok(self.shared.rows().unstage(ledger, job, limit))
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        let rows = self.shared.rows();
        let jobs = rows.jobs.iter().filter(|((of, _), _)| *of == ledger);
        Ok(jobs.map(|((_, job), at)| (*job, *at)).collect())
    }

    fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError> {
        self.shared.rows().change_sessions(change)
    }
}

/// Since when a delivery may be taken in hand.
pub(super) fn free_since(row: &DeliveryRow) -> At {
    row.leased_until.map_or(row.due, |until| row.due.max(until))
}

/// Whether a delivery may be taken in hand.
pub(super) fn is_free(row: &DeliveryRow, now: At) -> bool {
    row.state == DeliveryState::Pending && free_since(row) <= now
}
