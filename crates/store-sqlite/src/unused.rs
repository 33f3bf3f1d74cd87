//! A file that was made and never used.

use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OpenFlags};
use store::Create;

use crate::beside::{INDEX, JOURNAL, LOCK, LOG, beside};
use crate::lock::Lock;
use crate::open::Place;

/// A file that a store made. Until something is committed in it, closing the store takes it away
/// again: whoever is refused, or runs out of room, leaves nothing behind.
pub(crate) struct Unused {
    place: Place,
    made: AtomicBool,
}

impl Unused {
    /// Looks whether opening a file is going to make it. Whoever may not make one has no part in
    /// a file that another process is just making.
    pub(crate) fn before_opening(place: &Place, create: Create) -> Unused {
        // A file of another file system is known to that one alone.
        let is_missing = place.vfs.is_none() && matches!(place.path.try_exists(), Ok(false));
        let made = is_missing && create == Create::WhenMissing;
        Unused { place: place.clone(), made: AtomicBool::new(made) }
    }

    /// Something was committed: the file stays.
    pub(crate) fn keep(&self) {
        self.made.store(false, Ordering::Relaxed);
    }

    /// Whether the file is known to hold nothing: it has no tables, or those of a database without
    /// a ledger. One that cannot be read may hold what another process has put there meanwhile.
    fn is_empty(&self) -> rusqlite::Result<bool> {
        let connection =
            Connection::open_with_flags(&self.place.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let answer = |sql| connection.query_row(sql, [], |row| row.get::<_, bool>(0));
        if answer("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)")? {
            return Ok(true);
        }
        answer("SELECT NOT EXISTS (SELECT 1 FROM ledger)")
    }

    fn remove(&self) {
        // Whoever holds the lock is at work in the file.
        let Ok(lock) = Lock::take(&self.place) else { return };
        let is_missing = matches!(self.place.path.try_exists(), Ok(false));
        if !is_missing && !self.is_empty().unwrap_or(false) {
            return;
        }
        for suffix in ["", LOG, INDEX, JOURNAL, LOCK] {
            // What is not there, or may not be removed, is left as it is.
            drop(std::fs::remove_file(beside(&self.place.path, suffix)));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a file that appears, with these bytes, while a store is being opened.
    fn left(create: Create, bytes: &[u8]) -> Option<Vec<u8>> {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(&directory.path().join("new.db"), None);
        let unused = Unused::before_opening(&place, create);
        std::fs::write(&place.path, bytes).unwrap();
        drop(unused);
        std::fs::read(&place.path).ok()
    }

    #[test]
    fn a_file_that_another_process_is_making_stays() {
        assert_eq!(left(Create::Never, b""), Some(Vec::new()));
        assert_eq!(left(Create::WhenMissing, b""), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_stays() {
        let bytes = b"the notes of somebody else, which are no database";
        assert_eq!(left(Create::WhenMissing, bytes), Some(bytes.to_vec()));
    }

    #[test]
    fn tables_of_another_program_stay() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::new(&directory.path().join("new.db"), None);
        let unused = Unused::before_opening(&place, Create::WhenMissing);
        let connection = Connection::open(&place.path).unwrap();
        connection.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
        drop(connection);
        drop(unused);
        assert!(place.path.exists());
    }
}
