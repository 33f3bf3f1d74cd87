//! What a store has done since it was opened.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts that only rise, kept by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    pub(crate) written_statements: AtomicU64,
    pub(crate) read_statements: AtomicU64,
    pub(crate) written_trips: AtomicU64,
    pub(crate) read_trips: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) connections: AtomicU64,
}

/// What a store has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Statements that writers ran, `BEGIN` and `COMMIT` included.
    pub writer_statements: u64,
    /// Statements that readers ran.
    pub reader_statements: u64,
    /// Times that a writer sent statements and waited for their answers.
    pub writer_trips: u64,
    /// Times that a reader sent statements and waited for their answers.
    pub reader_trips: u64,
    /// Batches that were committed.
    pub commits: u64,
    /// Connections that were made.
    pub connections: u64,
}

impl Counting {
    pub(crate) fn now(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            writer_statements: read(&self.written_statements),
            reader_statements: read(&self.read_statements),
            writer_trips: read(&self.written_trips),
            reader_trips: read(&self.read_trips),
            commits: read(&self.commits),
            connections: read(&self.connections),
        }
    }
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
