//! What a store has done since it was opened.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that only rise, kept by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    pub(crate) written_statements: AtomicU64,
    pub(crate) read_statements: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) log_frames: AtomicU64,
    pub(crate) checkpoints: AtomicU64,
    pub(crate) log_restarts: AtomicU64,
}

/// What a store has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Statements that writers ran, `BEGIN` and `COMMIT` included.
    pub writer_statements: u64,
    /// Statements that readers ran.
    pub reader_statements: u64,
    /// Batches that were committed.
    pub commits: u64,
    /// Pages of 4,096 bytes that commits put into the write-ahead log, each with a header of 24.
    pub log_frames: u64,
    /// Times that the write-ahead log was copied into the file, wholly or in part.
    pub checkpoints: u64,
    /// Times that the write-ahead log began again from its start.
    pub log_restarts: u64,
}

impl Counting {
    pub(crate) fn now(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            writer_statements: read(&self.written_statements),
            reader_statements: read(&self.read_statements),
            commits: read(&self.commits),
            log_frames: read(&self.log_frames),
            checkpoints: read(&self.checkpoints),
            log_restarts: read(&self.log_restarts),
        }
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
