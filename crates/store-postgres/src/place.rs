//! Where a database is, and what is known of it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use store::StoreError;

use crate::citus::Shards;
use crate::connect::Location;
use crate::counters::Counting;
use crate::fence::{self, Fence};
use crate::session::{Session, Use};

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For one statement; zero: any time.
    pub(crate) statement_timeout: Duration,
    /// For a lock that another process holds; zero: any time.
    pub(crate) lock_timeout: Duration,
}

/// A database.
pub(crate) struct Place {
    pub(crate) location: Location,
    pub(crate) limits: Limits,
    /// Where ledgers lie, when there are many servers; known from opening on.
    pub(crate) shards: OnceLock<Option<Shards>>,
    /// Who must be gone before anybody writes on a new connection.
    pub(crate) fence: Fence,
}

/// How long a transaction of a writer may stand still: a process that was frozen must not hold its
/// ledgers for longer than those who wait for them are patient. What takes long to decide is
/// decided before a transaction is begun.
const IDLE_MS: u128 = 5_000;

impl Place {
    pub(crate) fn new(location: Location, limits: Limits) -> Place {
        Place { location, limits, shards: OnceLock::new(), fence: Fence::default() }
    }

    /// The place, as it is named to people.
    pub(crate) fn shown(&self) -> &str {
        self.location.shown()
    }

    /// Whether the database spans several servers.
    pub(crate) fn is_distributed(&self) -> bool {
        self.shards().is_some()
    }

    /// Where ledgers lie, when there are many servers.
    pub(crate) fn shards(&self) -> Option<&Shards> {
        self.shards.get().and_then(Option::as_ref)
    }

    /// Connects for reading or for writing; for writing once every commit in doubt that was sent by
    /// this process has come to its end.
    pub(crate) fn connect(
        self: &Arc<Place>,
        purpose: Use,
        counting: &Arc<Counting>,
    ) -> Result<Session, StoreError> {
        let session = Session::connect(self, purpose, &self.words(purpose), counting)?;
        if purpose == Use::Write {
            self.fence.clear(&session)?;
        }
        Ok(session)
    }

    /// What every connection is told first.
    ///
    /// Each statement is written for the index that it uses. Statistics of a young or fast growing
    /// database would lead a planner elsewhere, so what reads whole tables, or sorts where an index
    /// has the order, is left out where there is a choice, and plans are made once.
    fn words(&self, purpose: Use) -> String {
        let mut words = format!(
            "SET statement_timeout = {}; SET lock_timeout = {}; \
             SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; \
             SET enable_incremental_sort = off; SET jit = off; \
             SET idle_in_transaction_session_timeout = {}; \
             SELECT set_config('transaction_timeout', '0', false) \
             WHERE current_setting('transaction_timeout', true) IS NOT NULL",
            self.limits.statement_timeout.as_millis(),
            self.limits.lock_timeout.as_millis(),
            // A state that is held for a proof or a move stands still while it is worked on.
            if purpose == Use::Write { IDLE_MS } else { 0 },
        );
        if !self.is_distributed() {
            words.push_str("; SET plan_cache_mode = force_generic_plan");
        }
        if purpose == Use::Write {
            // What was answered is on disk, also where the server is set up to promise less.
            words.push_str(
                "; SELECT set_config('synchronous_commit', 'on', false) \
                 WHERE current_setting('synchronous_commit') = 'off'",
            );
            // What is sent behind a `BEGIN` that fails would run on its own, each statement a
            // transaction: only one that was begun to write can.
            words.push_str("; SET default_transaction_read_only = on; ");
            words.push_str(fence::WHO);
        }
        words
    }
}
