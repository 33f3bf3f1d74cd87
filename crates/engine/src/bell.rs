//! Who waits for deliveries to send is told when some were written.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ledger::Changes;
use ledger::id::LedgerId;
use tokio::sync::Notify;

/// Rings when this process has committed deliveries. What other processes commit, and what becomes
/// due by the clock alone, it does not tell.
#[derive(Debug, Default)]
pub struct Bell {
    /// Whether somebody listens: else nobody would ever take what is kept.
    is_heard: AtomicBool,
    ledgers: Mutex<BTreeSet<LedgerId>>,
    rung: Notify,
}

impl Bell {
    /// Waits until deliveries were committed; answers their ledgers, each once. Only one may listen
    /// at a time. What was committed before somebody first listened is not told.
    pub async fn heard(&self) -> Vec<LedgerId> {
        self.is_heard.store(true, Ordering::SeqCst);
        loop {
            let ledgers = std::mem::take(&mut *self.lock());
            if !ledgers.is_empty() {
                return ledgers.into_iter().collect();
            }
            self.rung.notified().await;
        }
    }

    /// Tells of what was committed, where that brings deliveries.
    pub(crate) fn ring(&self, changes: &Changes) {
        let deliveries = changes.deliveries.iter().map(|row| row.ledger);
        let mut ledgers = deliveries.chain(changes.retries.iter().map(|retry| retry.ledger));
        let Some(first) = ledgers.next() else { return };
        if !self.is_heard.load(Ordering::SeqCst) {
            return;
        }
        let mut last = first;
        let mut rung = self.lock();
        rung.insert(first);
        for ledger in ledgers.filter(|&ledger| std::mem::replace(&mut last, ledger) != ledger) {
            rung.insert(ledger);
        }
        drop(rung);
        self.rung.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<LedgerId>> {
        self.ledgers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use ledger::id::ObjectId;
    use ledger::model::{At, DeliveryRow, Retry};

    use super::*;
    use crate::wait;

    fn changes(ledgers: &[u64]) -> Changes {
        let delivery = |&id: &u64| DeliveryRow::new(LedgerId(id), ObjectId(1), ObjectId(2), At(0));
        Changes { deliveries: ledgers.iter().map(delivery).collect(), ..Changes::default() }
    }

    fn listen(bell: &Bell) -> Vec<u64> {
        wait(bell.heard()).into_iter().map(|ledger| ledger.0).collect()
    }

    #[test]
    fn each_ledger_is_told_once() {
        let bell = Bell::default();
        bell.ring(&changes(&[9]));
        bell.is_heard.store(true, Ordering::SeqCst);
        bell.ring(&changes(&[]));
        bell.ring(&changes(&[3, 3, 1]));
        bell.ring(&changes(&[3, 2]));
        assert_eq!(listen(&bell), [1, 2, 3], "and nothing from before somebody listened");
        let retry = Retry { ledger: LedgerId(4), after: ObjectId(0), due: At(0) };
        bell.ring(&Changes { retries: vec![retry], ..Changes::default() });
        assert_eq!(listen(&bell), [4]);
    }

    #[test]
    fn who_waits_is_woken() {
        let bell = Bell::default();
        std::thread::scope(|scope| {
            let listening = scope.spawn(|| listen(&bell));
            while !bell.is_heard.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            bell.ring(&changes(&[5]));
            assert_eq!(listening.join().expect("no panic"), [5]);
        });
    }
}
