//! What tells a pump that its ledger has something new.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Rung for a ledger that has a pump already.
#[derive(Debug, Default)]
pub(super) struct Ring {
    rung: AtomicBool,
    notify: Notify,
}

impl Ring {
    /// Says that there may be something new.
    pub(super) fn ring(&self) {
        self.rung.store(true, Ordering::SeqCst);
        self.notify.notify_one();
    }

    /// Waits until it is rung.
    pub(super) async fn heard(&self) {
        self.notify.notified().await;
    }

    /// Whether it was rung and not yet taken note of.
    pub(super) fn is_rung(&self) -> bool {
        self.rung.load(Ordering::SeqCst)
    }

    /// Takes note of it; says whether it was rung since that was done last.
    pub(super) fn take(&self) -> bool {
        self.rung.swap(false, Ordering::SeqCst)
    }
}
