//! The threads that answer queries.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use store::{Reader, Store};

use crate::error::EngineError;
use crate::pending::Pending;

type Query = Box<dyn FnOnce(Result<&mut dyn Reader, EngineError>) + Send>;

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

    /// Runs a query on one of the threads.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&mut dyn Reader) -> Result<T, EngineError> + Send + 'static,
    ) -> Pending<T> {
        let (reply, pending) = Pending::pair();
        let run: Query = Box::new(move |reader| {
            // Who no longer waits needs no answer.
            drop(reply.send(reader.and_then(query)));
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
        let Ok(query) = next else { return };
        let reader = match open.take() {
            Some(reader) => Ok(reader),
            None => store.reader().map_err(EngineError::from),
        };
        match reader {
            Ok(mut reader) => {
                // A reader that a query panicked on is not used again.
                if catch_unwind(AssertUnwindSafe(|| query(Ok(reader.as_mut())))).is_ok() {
                    open = Some(reader);
                }
            }
            Err(error) => query(Err(error)),
        }
    }
}
