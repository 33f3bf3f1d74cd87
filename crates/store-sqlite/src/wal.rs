//! Keeping the write-ahead log short, beside the batches.
//!
//! A thread copies the log into the file while batches go on. Those make the log longer at the
//! same time, and it only begins again from its start when all of it is copied. So when little is
//! left the thread asks the writer, which copies the rest before its next batch. Only who has the
//! right to write copies.

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
    /// Set when the log begins a run that is not counted yet in the file's stamp.
    has_begun: AtomicBool,
    wish: Mutex<Wish>,
    changed: Condvar,
    counting: Arc<Counting>,
    kind: Checkpoints,
}

/// What the thread is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Nobody may write.
    Rest,
    Nothing,
    Copy,
    /// It is at it.
    Copying,
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
            has_begun: AtomicBool::new(true),
            wish: Mutex::new(Wish::Rest),
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
        self.log.stop();
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
            self.begin_run();
        }
        if pages >= LONG && !self.finish.load(Ordering::Acquire) {
            match self.kind {
                Checkpoints::Background => self.copy(),
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

    /// The log begins a run, or somebody begins to write who does not know whether it did.
    pub(crate) fn begin_run(&self) {
        self.has_begun.store(true, Ordering::Release);
    }

    /// Whether a run has begun since this was asked last.
    pub(crate) fn has_begun_run(&self) -> bool {
        self.has_begun.swap(false, Ordering::AcqRel)
    }

    /// From now on the log may be copied.
    pub(crate) fn allow(&self) {
        let mut wish = self.locked();
        if *wish == Wish::Rest {
            *wish = Wish::Nothing;
        }
    }

    /// From when this returns the log is not copied.
    pub(crate) fn forbid(&self) {
        let mut wish = self
            .changed
            .wait_while(self.locked(), |wish| *wish == Wish::Copying)
            .unwrap_or_else(PoisonError::into_inner);
        if *wish != Wish::Stop {
            *wish = Wish::Rest;
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
            self.copied();
        }
    }

    /// Waits for something to do; `false` when it is to stop.
    fn next(&self) -> bool {
        let idle = |wish: &mut Wish| matches!(wish, Wish::Nothing | Wish::Rest);
        let mut wish =
            self.changed.wait_while(self.locked(), idle).unwrap_or_else(PoisonError::into_inner);
        if *wish == Wish::Stop {
            return false;
        }
        *wish = Wish::Copying;
        true
    }

    /// What was to be copied is.
    fn copied(&self) {
        let mut wish = self.locked();
        if *wish == Wish::Copying {
            *wish = Wish::Nothing;
        }
        drop(wish);
        self.changed.notify_all();
    }

    fn copy(&self) {
        let mut wish = self.locked();
        if *wish == Wish::Nothing {
            *wish = Wish::Copy;
        }
        drop(wish);
        self.changed.notify_all();
    }

    fn stop(&self) {
        *self.locked() = Wish::Stop;
        self.changed.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, Wish> {
        // A wish is one word; it is whole whatever panicked.
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
