//! A file that was made and never used.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OpenFlags};

use crate::lock::Lock;
use crate::open::Place;

/// A file that a store made. Until something is committed in it, closing the store takes it away
/// again: whoever is refused, or runs out of room, leaves nothing behind.
pub(crate) struct Unused {
    place: Place,
    made: AtomicBool,
}

impl Unused {
    /// Looks whether opening a file is going to make it.
    pub(crate) fn before_opening(place: &Place) -> Unused {
        // A file of another file system is known to that one alone.
        let made = place.vfs.is_none() && matches!(place.path.try_exists(), Ok(false));
        Unused { place: place.clone(), made: AtomicBool::new(made) }
    }

    /// Something was committed: the file stays.
    pub(crate) fn keep(&self) {
        self.made.store(false, Ordering::Relaxed);
    }

    /// Whether another process has set the file up meanwhile. What cannot be read was never
    /// finished: it was not there before this store.
    fn is_in_use(&self) -> bool {
        let connection =
            Connection::open_with_flags(&self.place.path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let found = connection.and_then(|connection| {
            connection.query_row("SELECT EXISTS (SELECT 1 FROM ledger)", [], |row| row.get(0))
        });
        found.unwrap_or(false)
    }

    fn remove(&self) {
        // Whoever holds the lock is at work in the file.
        let Ok(lock) = Lock::take(&self.place.path) else { return };
        if self.is_in_use() {
            return;
        }
        for suffix in ["", "-wal", "-shm", "-journal", "-lock"] {
            let mut name = OsString::from(&self.place.path);
            name.push(suffix);
            // What is not there, or may not be removed, is left as it is.
            drop(std::fs::remove_file(PathBuf::from(name)));
        }
        drop(lock);
    }
}

impl Drop for Unused {
    fn drop(&mut self) {
        if self.made.load(Ordering::Relaxed) {
            self.remove();
        }
    }
}
