//! How an engine is set up.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::ids::{Ids, SystemIds};

/// Writers where the machine has cores for them.
const WRITERS_MAX: usize = 4;

/// How an engine is set up. The default is what a server uses.
#[derive(Clone)]
pub struct EngineOptions {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and secrets.
    pub ids: Arc<dyn Ids>,
    /// Whether this engine writes.
    pub access: StoreAccess,
    /// Commands that may wait; one more is answered with `Overloaded`.
    pub queue_max: usize,
    /// Items of commands that may wait.
    pub queue_items_max: usize,
    /// Commands in one batch, at most.
    pub batch_max: usize,
    /// Items in one batch, at most; a command with more has a batch of its own.
    pub batch_items_max: usize,
    /// How long a batch waits for as many commands as the batch before had.
    pub linger: Duration,
    /// How long a failing store is tried again before its callers are told.
    pub patience: Duration,
    /// How often old outcomes are forgotten.
    pub housekeeping: Duration,
    /// Writers, each for its share of the ledgers, where the store takes several at once.
    pub writers: usize,
    /// Threads that answer queries.
    pub readers: usize,
    /// Queries that may wait; one more is answered with `Overloaded`.
    pub reads_max: usize,
    /// How long a key is believed to be what it was, by the clock, for reading. Writing always
    /// looks again.
    pub key_ttl_ms: i64,
}

/// What an engine does with its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreAccess {
    /// Reads and writes; fails to start while another process writes.
    #[default]
    Write,
    /// Reads only, beside whoever writes.
    Read,
}

impl Default for EngineOptions {
    fn default() -> EngineOptions {
        EngineOptions {
            clock: Arc::new(SystemClock),
            ids: Arc::new(SystemIds),
            access: StoreAccess::Write,
            queue_max: 16_384,
            queue_items_max: 200_000,
            batch_max: 512,
            batch_items_max: 2_048,
            linger: Duration::from_micros(200),
            patience: Duration::from_secs(10),
            housekeeping: Duration::from_secs(60),
            writers: writers(),
            readers: 2,
            reads_max: 4_096,
            key_ttl_ms: 5_000,
        }
    }
}

/// Enough writers to keep the cores and the database busy: more would make batches smaller.
fn writers() -> usize {
    std::thread::available_parallelism().map_or(WRITERS_MAX, |cores| cores.get().min(WRITERS_MAX))
}
