//! The threads that answer queries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use store::{Reader, Store};

use crate::error::{EngineError, StoreFailureKind};
use crate::pending::Pending;

/// How soon a query must have failed to be asked again: one that the database thought about for
/// long would only cost as much again.
const AGAIN_WITHIN: Duration = Duration::from_secs(1);

/// A query that answers whoever waits for it, unless it is to be asked again.
type Query = Box<dyn FnMut(Result<&mut dyn Reader, EngineError>, Chance) -> After + Send>;

/// Whether a query may be asked again when the database fails it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chance {
    /// It may: this way to read was open before, and the connection may have died meanwhile.
    First,
    /// It may not: what the database says now is the answer.
    Last,
}

/// What becomes of a way to read after a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    /// It is used again.
    Keep,
    /// It is opened anew for the next query.
    Close,
    /// It is opened anew for the same query, which has not answered yet.
    Again,
}

/// A few threads, each with a way to read of its own, behind one bounded queue.
pub(crate) struct Readers {
    queries: Mutex<Option<SyncSender<Query>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    pub(crate) fn start(store: &Arc<dyn Store>, threads: usize, waiting_max: usize) -> Readers {
        let (sender, receiver) = sync_channel(waiting_max.max(1));
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = (0..threads.max(1))
            .map(|_| {
                let (store, receiver) = (Arc::clone(store), Arc::clone(&receiver));
                std::thread::spawn(move || answer(&*store, &receiver))
            })
            .collect();
        Readers { queries: Mutex::new(Some(sender)), threads: Mutex::new(threads) }
    }

    /// Runs a query on one of the threads; once more when the connection turns out to have died
    /// since it was used last.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        mut query: impl FnMut(&mut dyn Reader) -> Result<T, EngineError> + Send + 'static,
    ) -> Pending<T> {
        let (reply, pending) = Pending::pair();
        let mut reply = Some(reply);
        let run: Query = Box::new(move |reader, chance| {
            let begun = Instant::now();
            let result = reader.and_then(&mut query);
            let after = match &result {
                Err(EngineError::Store(failure)) => {
                    let is_gone = failure.kind == StoreFailureKind::Database;
                    match is_gone && chance == Chance::First && begun.elapsed() < AGAIN_WITHIN {
                        true => return After::Again,
                        false => After::Close,
                    }
                }
                _ => After::Keep,
            };
            // Who no longer waits needs no answer.
            drop(reply.take().map(|reply| reply.send(result)));
            after
        });
        let queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
        match queries.as_ref().map(|queries| queries.try_send(run)) {
            Some(Ok(())) => pending,
            Some(Err(TrySendError::Full(_))) => Pending::refused(EngineError::Overloaded),
            Some(Err(TrySendError::Disconnected(_))) | None => {
                Pending::refused(EngineError::Stopped)
            }
        }
    }

    /// Takes nothing new, finishes what was taken, and waits for the threads' end.
    pub(crate) fn stop(&self) {
        *self.queries.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        crate::engine::join(&mut threads);
    }
}

fn answer(store: &dyn Store, queries: &Mutex<Receiver<Query>>) {
    let mut open: Option<Box<dyn Reader>> = None;
    loop {
        let next = queries.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut query) = next else { return };
        let mut chance = if open.is_some() { Chance::First } else { Chance::Last };
        loop {
            let reader = match open.take() {
                Some(reader) => Ok(reader),
                None => store.reader().map_err(EngineError::from),
            };
            // A reader that a query panicked on is not used again.
            let (after, reader) = match reader {
                Ok(mut reader) => {
                    let run = AssertUnwindSafe(|| query(Ok(reader.as_mut()), chance));
                    (catch_unwind(run).unwrap_or(After::Close), Some(reader))
                }
                Err(error) => (query(Err(error), Chance::Last), None),
            };
            match after {
                After::Again => chance = Chance::Last,
                After::Keep => {
                    open = reader;
                    break;
                }
                After::Close => break,
            }
        }
    }
}
