//! A fence around commits whose answer was lost.
//!
//! What was sent on a connection that is lost may reach the server later. Where the locks were
//! taken by an earlier trip, whoever looks waits for them; but a batch that is one trip holds
//! nothing until it arrives, and may be committed after somebody looked. So the server's process
//! that a commit in doubt was sent to is noted, and nobody gets a new connection for writing before
//! it has ended: what is found then will not change any more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use store::StoreError;
use tokio_postgres::SimpleQueryMessage;

use crate::session::Session;
use crate::trip::values;

/// How long one waits for such a process to end: it does so at once, unless its disk hangs.
const PATIENCE: Duration = Duration::from_secs(4);
/// The first pause between two looks; it doubles each time.
const PAUSE_MIN: Duration = Duration::from_millis(1);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// The server's process of a connection and when it was started, in microseconds; no time where
/// the role may not see that.
macro_rules! process {
    () => {
        "a.pid, (extract(epoch FROM a.backend_start) * 1000000)::bigint \
         FROM pg_catalog.pg_stat_activity a"
    };
}

/// Asks which process serves this connection.
pub(crate) const WHO: &str =
    concat!("SELECT ", process!(), " WHERE a.pid = pg_catalog.pg_backend_pid()");

/// Ends a process, unless it has ended; another one may have its number by now.
const END: &str = concat!(
    "SELECT pg_catalog.pg_terminate_backend(p.pid) FROM (SELECT ",
    process!(),
    ") p (pid, started) WHERE p.pid = $1::bigint AND p.started = $2::bigint"
);

/// A process of the server that serves one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backend {
    pub(crate) pid: i64,
    started: i64,
}

/// Processes that commits in doubt were sent to and that may not have ended yet.
#[derive(Debug, Default)]
pub(crate) struct Fence(Mutex<Vec<Backend>>);

impl Backend {
    /// What the answer to [`WHO`], the last of some words, told.
    pub(crate) fn told(messages: &[SimpleQueryMessage]) -> Option<Backend> {
        let last = messages.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) if row.len() == 2 => Some(row),
            _ => None,
        })?;
        let number = |column: usize| last.get(column)?.parse().ok();
        Some(Backend { pid: number(0)?, started: number(1)? })
    }
}

impl Fence {
    /// A commit that was sent to this process is in doubt.
    pub(crate) fn note(&self, backend: Backend) {
        self.noted().push(backend);
    }

    /// Makes sure that all who were noted have ended. A server that does not have them, because
    /// it took the place of one that did, knows nobody of that name.
    ///
    /// # Errors
    /// [`StoreError::Database`] when one does not end in time. It stays noted.
    pub(crate) fn clear(&self, session: &Session) -> Result<(), StoreError> {
        let noted = self.noted().clone();
        for backend in noted {
            end(session, backend)?;
            self.noted().retain(|other| *other != backend);
        }
        Ok(())
    }

    fn noted(&self) -> MutexGuard<'_, Vec<Backend>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a process and waits until it is gone.
fn end(session: &Session, backend: Backend) -> Result<(), StoreError> {
    let begin = Instant::now();
    let mut pause = PAUSE_MIN;
    loop {
        let asked = values![backend.pid, backend.started];
        if session.first(END, asked, |fields| fields.get::<bool>())?.is_none() {
            return Ok(());
        }
        if begin.elapsed() >= PATIENCE {
            return Err(StoreError::Database(format!(
                "{}: process {} of the server has a commit whose answer was lost, and does not \
                 end. Until it has, nobody knows whether that was written. See what it waits for \
                 in pg_stat_activity.",
                session.place().shown(),
                backend.pid
            )));
        }
        sleep(pause);
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
