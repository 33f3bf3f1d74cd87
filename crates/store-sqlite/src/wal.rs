//! Keeping the write-ahead log short, beside the batches.
//!
//! A thread copies the log into the file while batches go on. Those make the log longer at the
//! same time, and it only begins again from its start when all of it is copied. So when little is
//! left the thread asks the writer, which copies the rest before its next batch.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use store::StoreError;

use crate::counters::{Counting, count};
use crate::open::{Checkpoints, Place};
use crate::session::{Session, Use};

/// Pages in the log from which on it is copied: 16 MiB.
const LONG: u64 = 4_096;
/// Pages that the writer may be asked to copy itself.
const LITTLE: i64 = 256;
/// Passes over a log that grows meanwhile, before the next commit is waited for.
const PASSES: u32 = 4;
/// A page in the log, with its header.
const FRAME_BYTES: u64 = 4_096 + 24;

/// The thread that copies, and what it shares with the writer.
pub(crate) struct Checkpointer {
    log: Arc<Log>,
    thread: Option<JoinHandle<()>>,
}

/// What is known of the log.
pub(crate) struct Log {
    pages: AtomicU64,
    /// Set when the writer is to copy what is left.
    finish: AtomicBool,
    wish: Mutex<Wish>,
    changed: Condvar,
    counting: Arc<Counting>,
    kind: Checkpoints,
}

/// What the thread is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Copy,
    Stop,
}

impl Checkpointer {
    pub(crate) fn start(
        kind: Checkpoints,
        place: &Place,
        counting: &Arc<Counting>,
    ) -> Result<Checkpointer, StoreError> {
        let log = Arc::new(Log {
            pages: AtomicU64::new(0),
            finish: AtomicBool::new(false),
            wish: Mutex::new(Wish::Nothing),
            changed: Condvar::new(),
            counting: Arc::clone(counting),
            kind,
        });
        let thread = match kind {
            Checkpoints::BetweenBatches => None,
            Checkpoints::Background => {
                let session = place.connect(Use::Read, counting)?;
                let log = Arc::clone(&log);
                let builder = std::thread::Builder::new().name("checkpoints".to_owned());
                let started = builder.spawn(move || log.serve(&session));
                Some(started.map_err(|error| StoreError::Storage(error.to_string()))?)
            }
        };
        Ok(Checkpointer { log, thread })
    }

    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.log
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.log.wish(Wish::Stop);
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed, and nothing is lost with the thread.
            let _ = thread.join();
        }
    }
}

impl Log {
    /// Pages of the log in use, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.pages.load(Ordering::Relaxed) * FRAME_BYTES
    }

    /// Hears after a commit how long the log is.
    pub(crate) fn committed(&self, pages: u64) {
        let before = self.pages.swap(pages, Ordering::Relaxed);
        // A shorter log has begun again from its start.
        let written = if pages < before { pages } else { pages - before };
        self.counting.log_frames.fetch_add(written, Ordering::Relaxed);
        if pages < before {
            count(&self.counting.log_restarts);
        }
        if pages >= LONG && !self.finish.load(Ordering::Acquire) {
            match self.kind {
                Checkpoints::Background => self.wish(Wish::Copy),
                Checkpoints::BetweenBatches => self.finish.store(true, Ordering::Release),
            }
        }
    }

    /// Copies what is left, if the writer was asked to; called between batches.
    pub(crate) fn finish(&self, session: &Session) {
        if self.finish.swap(false, Ordering::AcqRel) {
            // When it fails the log stays long, and the next commit asks again.
            let _ = session.checkpoint();
        }
    }

    fn serve(&self, session: &Session) {
        while self.next() {
            for _ in 0..PASSES {
                match session.checkpoint() {
                    Ok((log, copied)) if log - copied <= LITTLE => {
                        self.finish.store(true, Ordering::Release);
                        break;
                    }
                    Ok(_) => {}
                    // Most likely the disk is full; the next commit asks again.
                    Err(_) => break,
                }
            }
        }
    }

    /// Waits for something to do; `false` when it is to stop.
    fn next(&self) -> bool {
        let idle = self
            .changed
            .wait_while(self.locked(), |wish| *wish == Wish::Nothing)
            .unwrap_or_else(PoisonError::into_inner);
        let mut wish = idle;
        match *wish {
            Wish::Stop => false,
            Wish::Copy | Wish::Nothing => {
                *wish = Wish::Nothing;
                true
            }
        }
    }

    fn wish(&self, wanted: Wish) {
        let mut wish = self.locked();
        if *wish != Wish::Stop {
            *wish = wanted;
        }
        drop(wish);
        self.changed.notify_one();
    }

    fn locked(&self) -> MutexGuard<'_, Wish> {
        // A wish is one word; it is whole whatever panicked.
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
