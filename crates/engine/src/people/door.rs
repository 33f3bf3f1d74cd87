//! The thread on which passwords are hashed.
//!
//! A hash is made to cost memory and time, so there is one at a time, and whoever comes when many
//! wait is turned away: somebody who tries passwords takes no more of the machine than that.

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::first_start::FirstStart;
use super::throttle::Throttle;
use crate::error::EngineError;
use crate::pending::Pending;

/// Passwords that may wait.
const WAITING_MAX: usize = 64;

type Work = Box<dyn FnOnce() + Send>;

/// Where people come in.
#[derive(Default)]
pub(crate) struct Door {
    thread: Mutex<Option<SyncSender<Work>>>,
    throttle: Mutex<Throttle>,
    first_start: Mutex<Option<FirstStart>>,
}

impl Door {
    /// Does something on the thread, which is started for the first and ends with the engine.
    pub(super) fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
    ) -> Pending<T> {
        let (reply, pending) = Pending::pair();
        // Who no longer waits needs no answer.
        let run: Work = Box::new(move || drop(reply.send(work())));
        let mut thread = lock(&self.thread);
        let sender = thread.get_or_insert_with(start);
        match sender.try_send(run) {
            Ok(()) => pending,
            Err(TrySendError::Full(_)) => Pending::refused(EngineError::Overloaded),
            Err(TrySendError::Disconnected(_)) => {
                *thread = None;
                Pending::refused(EngineError::Stopped)
            }
        }
    }

    pub(super) fn throttle(&self) -> MutexGuard<'_, Throttle> {
        lock(&self.throttle)
    }

    pub(super) fn first_start(&self) -> MutexGuard<'_, Option<FirstStart>> {
        lock(&self.first_start)
    }
}

fn start() -> SyncSender<Work> {
    let (sender, receiver) = sync_channel::<Work>(WAITING_MAX);
    std::thread::spawn(move || receiver.into_iter().for_each(|work| work()));
    sender
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
