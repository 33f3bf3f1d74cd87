//! Connections that are kept for the next event.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::connect::Sender;
use super::target::Origin;

/// How long a connection is kept unused: less than the five seconds after which widespread
/// receivers close it themselves.
const IDLE_MAX: Duration = Duration::from_secs(4);
/// How long a connection is used: a name that leads elsewhere now is noticed after that.
const AGE_MAX: Duration = Duration::from_secs(60);
/// Connections kept unused, for all receivers together.
const KEPT_MAX: usize = 1_024;

/// A connection.
pub(super) struct Connection {
    pub(super) sender: Sender,
    since: Instant,
    used: Instant,
}

/// Connections kept unused, by where they lead.
#[derive(Default)]
pub(super) struct Pool {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_origin: HashMap<Origin, Vec<Connection>>,
    count: usize,
}

impl Connection {
    pub(super) fn new(sender: Sender) -> Connection {
        let now = Instant::now();
        Connection { sender, since: now, used: now }
    }

    fn is_fresh(&self, now: Instant) -> bool {
        let is_young = now.duration_since(self.since) < AGE_MAX;
        let is_warm = now.duration_since(self.used) < IDLE_MAX;
        is_young && is_warm && !self.sender.is_closed()
    }
}

impl Pool {
    /// The connection that was used last, which is the likeliest to be open still.
    pub(super) fn take(&self, origin: &Origin) -> Option<Connection> {
        let now = Instant::now();
        let mut kept = self.lock();
        let Kept { by_origin, count } = &mut *kept;
        let connections = by_origin.get_mut(origin)?;
        while let Some(connection) = connections.pop() {
            *count -= 1;
            if connection.is_fresh(now) {
                return Some(connection);
            }
        }
        by_origin.remove(origin);
        None
    }

    /// Keeps a connection, unless there are enough.
    pub(super) fn put(&self, origin: &Origin, mut connection: Connection) {
        connection.used = Instant::now();
        let mut kept = self.lock();
        if kept.count >= KEPT_MAX || !connection.is_fresh(connection.used) {
            return;
        }
        kept.count += 1;
        match kept.by_origin.get_mut(origin) {
            Some(connections) => connections.push(connection),
            None => drop(kept.by_origin.insert(origin.clone(), vec![connection])),
        }
    }

    /// Closes what was not used for too long.
    pub(super) fn tidy(&self) {
        let now = Instant::now();
        let mut kept = self.lock();
        kept.by_origin.retain(|_, connections| {
            connections.retain(|connection| connection.is_fresh(now));
            !connections.is_empty()
        });
        kept.count = kept.by_origin.values().map(Vec::len).sum();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
