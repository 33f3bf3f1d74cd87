//! The store: one file, one writer at a time, any number of readers.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::id::LedgerId;
use store::{Reader, Store, StoreError, Writer};

use crate::counters::{Counters, Counting};
use crate::lock::Lock;
use crate::open::{Access, Checkpoints, Locking, OpenOptions, Place};
use crate::reader::SqliteReader;
use crate::session::Use;
use crate::soundness::{self, AT_ONCE, Examination};
use crate::standing::Standing;
use crate::unused::Unused;
use crate::wal::Checkpointer;
use crate::writer::SqliteWriter;

/// A database in one SQLite file.
///
/// ```
/// use store::Store;
/// use store_sqlite::{OpenOptions, SqliteStore};
///
/// let directory = tempfile::tempdir()?;
/// let store = SqliteStore::open(&directory.path().join("invoices.db"), OpenOptions::default())?;
/// let writer = store.writer()?;
/// assert!(store.writer().is_err(), "one writes at a time");
/// # drop(writer);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    shared: Arc<Shared>,
}

/// What the connections of a store have in common.
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) locking: Locking,
    pub(crate) counting: Arc<Counting>,
    pub(crate) checkpointer: Checkpointer,
    standing: Standing,
    written: AtomicBool,
    /// Begun with the first writer: a damaged file may be read by whoever can.
    examination: Mutex<Option<Examination>>,
    // Dropped last: a file is taken away when no connection to it is left.
    pub(crate) unused: Unused,
}

/// The right to write, from this process and in it.
pub(crate) struct Turn {
    shared: Arc<Shared>,
    lock: Option<Lock>,
}

impl SqliteStore {
    /// Opens a file, and makes it or brings it up to date where it must be.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the file is missing and may not be made, is no database of
    /// ours, is damaged or newer than this program; [`StoreError::Storage`] when it may not be
    /// written. The file is then as it was.
    pub fn open(path: &Path, options: OpenOptions) -> Result<SqliteStore, StoreError> {
        let mut place = Place::new(path, options.vfs);
        let counting = Arc::new(Counting::default());
        let unused = Unused::before_opening(&place, options.create);
        if options.lock == Locking::SideFile {
            Lock::refuse_other_name(&place)?;
        }
        match place.prepare(options.create, &counting) {
            Err(failure @ StoreError::Storage(_)) if options.access == Access::Read => {
                place.prepare_to_read(&counting).map_err(|second| match second {
                    told @ StoreError::Unusable(_) => told,
                    // What is missing is the right to write.
                    _ => failure,
                })?;
            }
            prepared => prepared?,
        }
        let checkpoints = match place.is_free() {
            true => options.checkpoints,
            false => Checkpoints::BetweenBatches,
        };
        let standing = Standing::of(&place);
        let checkpointer = Checkpointer::start(checkpoints, &place, &counting)?;
        let standing = match checkpoints {
            Checkpoints::Background => standing.with_log(),
            Checkpoints::BetweenBatches => standing,
        };
        let shared = Shared {
            place,
            locking: options.lock,
            counting,
            checkpointer,
            standing,
            written: AtomicBool::new(false),
            examination: Mutex::default(),
            unused,
        };
        Ok(SqliteStore { shared: Arc::new(shared) })
    }

    /// What was done since the store was opened.
    pub fn counters(&self) -> Counters {
        self.shared.counting.now()
    }

    /// Bytes of the write-ahead log that were in use after the last commit.
    pub fn wal_bytes(&self) -> u64 {
        self.shared.checkpointer.log().bytes()
    }
}

impl SqliteStore {
    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Takes the right to write, if nobody has it.
    pub(crate) fn turn(&self) -> Result<Turn, StoreError> {
        self.shared.standing.check()?;
        if !self.shared.place.is_free() {
            return Err(self.shared.place.read_only());
        }
        self.shared.examined()?;
        Turn::take(Arc::clone(&self.shared))
    }
}

impl Store for SqliteStore {
    fn writers_max(&self) -> usize {
        1
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn group(&self, _ledger: LedgerId) -> Option<u32> {
        None
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(SqliteWriter::open(self.turn()?)?))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.shared.standing.check()?;
        let session = self.shared.place.connect(Use::Read, &self.shared.counting)?;
        Ok(Box::new(SqliteReader::new(session)))
    }

    fn examine(&self, tell: &mut dyn FnMut(u64, u64)) -> Result<Option<Vec<String>>, StoreError> {
        let session = self.shared.place.connect(Use::Read, &self.shared.counting)?;
        soundness::examine_all(&session, tell).map(Some)
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let session = self.shared.place.connect(Use::Read, &self.shared.counting)?;
        Ok(session.bytes()? + self.wal_bytes())
    }
}

impl Shared {
    /// Whether the file may be written, as far as is known without reading it.
    pub(crate) fn may_be_written(&self) -> Result<(), StoreError> {
        self.place.soundness.check()?;
        self.standing.check()
    }

    /// Whether another file, or none, stands where this one or its log was opened.
    pub(crate) fn has_moved(&self) -> bool {
        self.place.soundness.check().is_ok() && self.standing.check().is_err()
    }

    /// Looks through the file, once, unless that is known to be damaged.
    fn examined(&self) -> Result<(), StoreError> {
        let mut begun = self.examination.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.is_none() {
            let log = self.checkpointer.log();
            *begun = Some(Examination::begin(&self.place, &self.counting, log, AT_ONCE)?);
        }
        self.place.soundness.check()
    }
}

impl Turn {
    fn take(shared: Arc<Shared>) -> Result<Turn, StoreError> {
        if shared.written.swap(true, Ordering::AcqRel) {
            return Err(StoreError::Busy(format!(
                "{} is being written by this process already. Use the writer that is open.",
                shared.place.name
            )));
        }
        // From here on, dropping the turn gives it back.
        let mut turn = Turn { shared, lock: None };
        if turn.shared.locking == Locking::SideFile {
            turn.lock = Some(Lock::take(&turn.shared.place)?);
        }
        turn.shared.checkpointer.log().allow();
        Ok(turn)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Nothing is copied into a file that another process may write to.
        self.shared.checkpointer.log().forbid();
        // The locks first: whoever gets the turn must be able to take them.
        self.lock = None;
        self.shared.written.store(false, Ordering::Release);
    }
}
