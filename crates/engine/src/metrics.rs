//! Counts of what the engine did.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Commands answered by a writer, refusals included.
    pub commands: u64,
    /// Of these, refused by a rule.
    pub refused: u64,
    /// Of these, answered again from memory.
    pub replayed: u64,
    /// Commands turned away because too many were waiting.
    pub overloaded: u64,
    /// Commands that failed because the store did.
    pub failed: u64,
    /// Batches committed.
    pub batches: u64,
    /// Commands in committed batches.
    pub batch_commands: u64,
    /// Commands in the largest batch.
    pub batch_commands_max: u64,
    /// Time spent in commits, in microseconds.
    pub commit_us: u64,
    /// The longest commit, in microseconds.
    pub commit_us_max: u64,
    /// Batches that the store refused and that were run again command by command.
    pub split_batches: u64,
    /// Times that the way to write was opened again after a failure.
    pub reopened: u64,
    /// Jobs run.
    pub jobs: u64,
    /// Queries answered.
    pub queries: u64,
    /// Commands waiting now.
    pub queue_depth: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) commands: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) replayed: AtomicU64,
    pub(crate) overloaded: AtomicU64,
    pub(crate) failed: AtomicU64,
    batches: AtomicU64,
    batch_commands: AtomicU64,
    batch_commands_max: AtomicU64,
    commit_us: AtomicU64,
    commit_us_max: AtomicU64,
    pub(crate) split_batches: AtomicU64,
    pub(crate) reopened: AtomicU64,
    pub(crate) jobs: AtomicU64,
    pub(crate) queries: AtomicU64,
}

pub(crate) fn count(counter: &AtomicU64, by: usize) {
    counter.fetch_add(by as u64, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn committed(&self, commands: usize, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        count(&self.batches, 1);
        count(&self.batch_commands, commands);
        self.batch_commands_max.fetch_max(commands as u64, Ordering::Relaxed);
        self.commit_us.fetch_add(took, Ordering::Relaxed);
        self.commit_us_max.fetch_max(took, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, queue_depth: usize) -> Metrics {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Metrics {
            commands: get(&self.commands),
            refused: get(&self.refused),
            replayed: get(&self.replayed),
            overloaded: get(&self.overloaded),
            failed: get(&self.failed),
            batches: get(&self.batches),
            batch_commands: get(&self.batch_commands),
            batch_commands_max: get(&self.batch_commands_max),
            commit_us: get(&self.commit_us),
            commit_us_max: get(&self.commit_us_max),
            split_batches: get(&self.split_batches),
            reopened: get(&self.reopened),
            jobs: get(&self.jobs),
            queries: get(&self.queries),
            queue_depth: queue_depth as u64,
        }
    }
}
