//! What a file is known by while it is written: so that one that was overwritten is not written on.
//!
//! A file that is copied over (`cp backup.db x.db`) stays the same file, with the same lock, under
//! the same name, and SQLite goes on with what it has in its cache and in the log. So each
//! database has a page of its own with random bytes and a count of the runs of its log, both drawn
//! and counted by whoever writes. Before each batch that page is read as it stands in the file
//! itself: another database has other bytes, an older copy of this one an older run.
//!
//! The page gets into the file when the log is copied into it, by whoever does that, so it may be
//! behind the log and never ahead of it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use store::StoreError;

use crate::error::damaged;
use crate::held::Held;
use crate::session::Session;
use crate::wal_file;

/// Random bytes of a database.
type Mark = [u8; 16];
const MARK: usize = 16;
const RUN: usize = 8;

/// The stamp of a file, shared by those who copy its log into it.
#[derive(Debug, Default)]
pub(crate) struct Stamp {
    known: Mutex<Option<Known>>,
}

/// What is known of a stamp.
#[derive(Debug)]
struct Known {
    mark: Mark,
    /// The run that was committed last.
    run: u64,
    /// The run that may have been committed meanwhile.
    run_max: u64,
    root: u64,
    /// The page as it was in the file when it was looked at last; empty before it is there.
    page: Vec<u8>,
}

/// What was seen in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Same,
    /// The page is not what it can have become.
    Different,
}

impl Stamp {
    /// Reads the stamp of a file that is going to be written.
    pub(crate) fn learn(&self, session: &Session) -> Result<(), StoreError> {
        let sql = "SELECT mark, run FROM stamp WHERE stamp_id = 1";
        let read = |fields: &mut crate::cell::Fields<'_>| {
            Ok((fields.array::<MARK>()?, u64::from_be_bytes(fields.array::<RUN>()?)))
        };
        let stored = session.first(sql, [], read)?;
        let (mark, run) = stored.ok_or_else(|| damaged("a database without its stamp"))?;
        let root = root(session)?;
        let page = vec![0; session.page_bytes()?];
        *self.known() = Some(Known { mark, run, run_max: run, root, page });
        Ok(())
    }

    /// Counts a run, in the transaction that is open. It is known once that is committed.
    pub(crate) fn count(&self, session: &Session) -> Result<u64, StoreError> {
        let mut known = self.known();
        let known = known.as_mut().ok_or_else(|| damaged("a stamp that was not read"))?;
        let next = known.run + 1;
        known.run_max = next;
        let sql = "UPDATE stamp SET run = ?1 WHERE stamp_id = 1";
        session.run(sql, [next.to_be_bytes()])?;
        Ok(next)
    }

    /// A run was committed.
    pub(crate) fn counted(&self, run: u64) {
        if let Some(known) = self.known().as_mut() {
            known.run = run;
        }
    }

    /// Whether the file can be the one that was opened; true as long as nothing can be told.
    pub(crate) fn is_there(&self, held: &Held, session: &Session) -> bool {
        let mut known = self.known();
        let Some(known) = known.as_mut() else { return true };
        if known.look(held) == Seen::Same {
            return true;
        }
        // Who rebuilds a database through SQLite moves its pages.
        match root(session) {
            Ok(root) if root != known.root => {
                known.root = root;
                known.page.fill(0);
                known.look(held) == Seen::Same
            }
            _ => false,
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        // Each change of it is whole before anything can panic.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn look(&mut self, held: &Held) -> Seen {
        let mut page = vec![0; self.page.len()];
        let is_read = held.read(&mut page, (self.root - 1) * self.page.len() as u64);
        if is_read && page == self.page {
            return Seen::Same;
        }
        let Some(before) = run(&self.page, &self.mark) else {
            // It has not been in the file yet.
            if run(&page, &self.mark).is_some_and(|run| run <= self.run_max) {
                self.page = page;
            }
            return Seen::Same;
        };
        match run(&page, &self.mark) {
            Some(run) if (before..=self.run_max).contains(&run) => {
                self.page = page;
                Seen::Same
            }
            _ => Seen::Different,
        }
    }
}

/// The run that a page tells of a database with this mark. The two lie side by side in the only
/// row, as <https://sqlite.org/fileformat2.html#record_format> has it.
pub(crate) fn run(page: &[u8], mark: &[u8; MARK]) -> Option<u64> {
    let at = page.windows(MARK).rposition(|bytes| bytes == mark)? + MARK;
    let run = page.get(at..at + RUN)?;
    run.try_into().ok().map(u64::from_be_bytes)
}

/// Whether a log can be that of the file that it lies beside: the first stamp in it follows on the
/// one in the file, or is one that the file has had. True where either has none.
pub(crate) fn belongs(log: &Path, file: &Connection) -> std::io::Result<bool> {
    let sql = "SELECT rootpage, mark, run FROM sqlite_schema, stamp WHERE name = 'stamp'";
    let stored = file.query_row(sql, [], |row| {
        Ok((row.get::<_, u32>(0)?, row.get::<_, Mark>(1)?, row.get::<_, [u8; RUN]>(2)?))
    });
    // A file whose tables are still in the log, or one of another program.
    let Ok((root, mark, stored)) = stored else { return Ok(true) };
    let Some(page) = wal_file::first_of_page(log, root)? else { return Ok(true) };
    let next = u64::from_be_bytes(stored).saturating_add(1);
    Ok(run(&page, &mark).is_some_and(|first| first <= next))
}

fn root(session: &Session) -> Result<u64, StoreError> {
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'stamp'";
    session
        .first(sql, [], |fields| fields.u64())?
        .filter(|root| *root > 0)
        .ok_or_else(|| damaged("a database without its stamp"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use ledger::Changes;
    use store::{Store, Writer};
    use tempfile::TempDir;

    use super::*;
    use crate::{OpenOptions, SqliteStore};

    struct Stage {
        _directory: TempDir,
        path: PathBuf,
    }

    impl Stage {
        fn new() -> Stage {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("x.db");
            let stage = Stage { _directory: directory, path };
            stage.write_once();
            stage
        }

        fn beside(&self, name: &str) -> PathBuf {
            self.path.with_file_name(name)
        }

        fn open(&self) -> Result<SqliteStore, StoreError> {
            SqliteStore::open(&self.path, OpenOptions::default())
        }

        /// Writes something, and closes the file: all of it is in the file then.
        fn write_once(&self) {
            let store = self.open().expect("a store");
            commit(&mut *store.writer().expect("a writer")).expect("a commit");
        }

        fn copy_to(&self, name: &str) -> PathBuf {
            let copy = self.beside(name);
            fs::copy(&self.path, &copy).expect("copy");
            copy
        }

        /// As `cp` does: into the file that is there.
        fn overwrite_with(&self, other: &Path) {
            fs::write(&self.path, fs::read(other).expect("read")).expect("overwrite");
        }
    }

    fn commit(writer: &mut dyn Writer) -> Result<(), StoreError> {
        writer.begin(&[])?;
        writer.commit(&Changes::default())
    }

    #[track_caller]
    fn refused<T>(result: Result<T, StoreError>, words: &str) {
        match result.err() {
            Some(StoreError::Unusable(text)) => {
                assert!(text.contains(words) && text.contains("x.db-wal"), "{text}");
            }
            other => panic!("unusable, not {other:?}"),
        }
    }

    #[test]
    fn a_file_that_is_overwritten_is_written_no_more() {
        for older in [true, false] {
            let stage = Stage::new();
            let copy = stage.copy_to("copy.db");
            stage.write_once();
            if !older {
                let other = Stage::new();
                fs::copy(&other.path, &copy).expect("copy");
            }
            let store = stage.open().expect("a store");
            let mut writer = store.writer().expect("a writer");
            commit(&mut *writer).expect("it is the file");
            stage.overwrite_with(&copy);
            for _ in 0..2 {
                refused(commit(&mut *writer), "overwritten");
            }
            drop(writer);
            refused(store.writer().map(drop), "overwritten");
            drop(store);
            let left = fs::read(&stage.path).expect("read");
            assert!(left == fs::read(&copy).expect("read"), "written to at closing");
            // What is left of the log is not for this file.
            refused(stage.open().map(drop), "is not that of this file");
            fs::remove_file(stage.beside("x.db-wal")).expect("move it away");
            stage.write_once();
        }
    }

    #[test]
    fn a_batch_that_was_begun_before_is_not_committed() {
        let stage = Stage::new();
        let copy = stage.copy_to("copy.db");
        stage.write_once();
        let store = stage.open().expect("a store");
        let mut writer = store.writer().expect("a writer");
        writer.begin(&[]).expect("it is the file");
        stage.overwrite_with(&copy);
        refused(writer.commit(&Changes::default()), "overwritten");
    }

    #[test]
    fn what_sqlite_itself_does_to_a_file_is_no_other_file() {
        let stage = Stage::new();
        let beside = |sql: &str| {
            let connection = Connection::open(&stage.path).expect("open");
            connection.execute_batch(sql).expect("done");
        };
        // Pages before that of the stamp become free, and it comes to lie elsewhere.
        beside("DROP TABLE staged_number; DROP TABLE staged_job; DROP TABLE prefix");
        let page = || {
            let connection = Connection::open(&stage.path).expect("open");
            let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'stamp'";
            connection.query_row(sql, [], |row| row.get::<_, u32>(0)).expect("a page")
        };
        let before = page();
        let store = stage.open().expect("a store");
        let mut writer = store.writer().expect("a writer");
        for sql in ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
        {
            commit(&mut *writer).expect("before");
            beside(sql);
            commit(&mut *writer).expect("after");
        }
        assert_ne!(page(), before);
    }

    #[test]
    fn a_run_is_counted_once_for_each_run_of_the_log() {
        let stage = Stage::new();
        let stored = || {
            let file = Connection::open(&stage.path).expect("open");
            let run = file.query_row("SELECT run FROM stamp", [], |row| row.get::<_, [u8; 8]>(0));
            u64::from_be_bytes(run.expect("a run"))
        };
        let before = stored();
        let store = stage.open().expect("a store");
        let mut writer = store.writer().expect("a writer");
        for _ in 0..3 {
            commit(&mut *writer).expect("a commit");
        }
        assert_eq!(stored(), before + 1);
        store.shared().checkpointer.log().begin_run();
        for _ in 0..3 {
            commit(&mut *writer).expect("a commit");
        }
        assert_eq!(stored(), before + 2);
    }
}
