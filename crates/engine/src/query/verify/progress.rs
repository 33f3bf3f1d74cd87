//! How far a long walk is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a long walk is; clones are the same walk.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// Steps done, and steps to do in all as far as is known; both 0 before the start.
    pub fn read(&self) -> (u64, u64) {
        (self.0.done.load(Ordering::Relaxed), self.0.total.load(Ordering::Relaxed))
    }

    pub(crate) fn begin(&self, total: u64) {
        self.0.total.fetch_add(total, Ordering::Relaxed);
    }

    pub(crate) fn step(&self, steps: usize) {
        self.0.done.fetch_add(steps as u64, Ordering::Relaxed);
    }
}
