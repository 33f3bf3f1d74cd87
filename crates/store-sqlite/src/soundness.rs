//! Whether the file is damaged: looked for before the first batch, and not forgotten once found.
//!
//! SQLite notices damage only in the pages that it happens to read, and writing beside a damaged
//! page makes more of it. So a small file is read as a whole before the right to write is given,
//! and a large one beside the first batches; whatever connection finds damage first, nothing is
//! written from then on. What a row says is not judged here: that is what the trail is for.
//!
//! Whoever asks has the indexes held against the rows too, which takes longer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use store::StoreError;

use crate::counters::Counting;
use crate::error;
use crate::open::Place;
use crate::session::{Session, Use};
use crate::wal::Log;

/// Bytes up to which a file is looked through before anything is written: some 50 ms.
pub(crate) const AT_ONCE: u64 = 16 << 20;
/// Bytes of the write-ahead log at which looking gives way: a look at one table holds the log as it
/// was, and it cannot begin again from its start meanwhile.
const LOG_LONG: u64 = 32 << 20;
/// How long looking rests after it gave way.
const REST: Duration = Duration::from_secs(60);
/// Steps of SQLite's machine between two thoughts about giving way.
const STEPS: i32 = 10_000;

/// What is known of a file, shared by all connections to it.
#[derive(Debug, Default)]
pub(crate) struct Soundness {
    damage: OnceLock<String>,
    is_overwritten: AtomicBool,
}

impl Soundness {
    /// Remembers damage; the first that was found is told.
    pub(crate) fn note(&self, told: &str) {
        let _ = self.damage.set(told.to_owned());
    }

    /// Remembers that another database stands in the file, which is not to get this one's log.
    pub(crate) fn note_overwritten(&self, told: &str) {
        self.note(told);
        self.is_overwritten.store(true, Ordering::Release);
    }

    pub(crate) fn is_overwritten(&self) -> bool {
        self.is_overwritten.load(Ordering::Acquire)
    }

    /// # Errors
    /// [`StoreError::Unusable`] once damage was found.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.damage.get() {
            Some(told) => Err(StoreError::Unusable(told.clone())),
            None => Ok(()),
        }
    }
}

/// A look through the whole file.
pub(crate) struct Examination {
    halt: Arc<Halt>,
    thread: Option<JoinHandle<()>>,
}

/// How the one who looks is told to stop.
#[derive(Default)]
struct Halt {
    is_set: AtomicBool,
    resting: Mutex<()>,
    rung: Condvar,
}

/// How a look at a table ended.
enum Looked {
    Sound,
    GaveWay,
}

impl Examination {
    /// Looks through a file of at most `at_once` bytes now, and through a larger one on a thread.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the file is damaged; others when it cannot be read.
    pub(crate) fn begin(
        place: &Place,
        counting: &Arc<Counting>,
        log: &Arc<Log>,
        at_once: u64,
    ) -> Result<Examination, StoreError> {
        place.soundness.check()?;
        let halt = Arc::new(Halt::default());
        let mut session = place.connect(Use::Read, counting)?;
        let tables = tables(&session)?;
        if session.bytes()? <= at_once {
            for table in &tables {
                examine(session.connection(), place, table)?;
            }
            return Ok(Examination { halt, thread: None });
        }
        let examiner = Examiner { place: place.clone(), halt, tables };
        let halt = Arc::clone(&examiner.halt);
        let (halted, log) = (Arc::clone(&halt), Arc::clone(log));
        session.interrupt(STEPS, move || {
            halted.is_set.load(Ordering::Acquire) || log.bytes() > LOG_LONG
        })?;
        let builder = std::thread::Builder::new().name("soundness".to_owned());
        let started = builder.spawn(move || examiner.run(session.connection()));
        let thread = started.map_err(|error| StoreError::Storage(error.to_string()))?;
        Ok(Examination { halt, thread: Some(thread) })
    }

    /// Waits until all was looked through.
    #[cfg(test)]
    fn finish(mut self) {
        let thread = self.thread.take().expect("a thread of its own");
        thread.join().expect("no panic");
    }
}

impl Drop for Examination {
    fn drop(&mut self) {
        self.halt.is_set.store(true, Ordering::Release);
        drop(self.halt.resting.lock().unwrap_or_else(PoisonError::into_inner));
        self.halt.rung.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed, and nothing is lost with the thread.
            let _ = thread.join();
        }
    }
}

struct Examiner {
    place: Place,
    halt: Arc<Halt>,
    tables: Vec<String>,
}

impl Examiner {
    fn run(self, connection: &Connection) {
        // Read once from end to end, pages are not worth keeping.
        if connection.pragma_update(None, "cache_size", -512).is_err() {
            return;
        }
        for table in &self.tables {
            loop {
                match examine(connection, &self.place, table) {
                    Ok(Looked::Sound) => break,
                    Ok(Looked::GaveWay) if self.halt.rest() => return,
                    Ok(Looked::GaveWay) => {}
                    // Damage was noted; a disk that cannot be read is told by whoever needs it.
                    Err(_) => return,
                }
            }
        }
    }
}

impl Halt {
    /// Rests; whether it is to stop.
    fn rest(&self) -> bool {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_on = |(): &mut ()| !self.is_set.load(Ordering::Acquire);
        drop(self.rung.wait_timeout_while(resting, REST, goes_on));
        self.is_set.load(Ordering::Acquire)
    }
}

/// Looks through every table, and holds its indexes against its rows; answers what is wrong. Each
/// table is looked at in one state of the file.
pub(crate) fn examine_all(
    session: &Session,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Vec<String>, StoreError> {
    let tables = tables(session)?;
    let total = tables.len() as u64;
    let mut findings = Vec::new();
    for (done, table) in (0..).zip(&tables) {
        tell(done, total);
        let looked = session.connection().pragma(None, "integrity_check", table, |row| {
            let finding = row.get::<_, String>(0)?;
            if finding != "ok" {
                findings.push(format!("{table}: {}", finding.replace('\n', " ")));
            }
            Ok(())
        });
        match looked {
            Ok(()) => {}
            // What could be read of it was; that the rest could not is a finding like others.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                findings.push(format!("{table}: {error}"));
            }
            Err(error) => return Err(session.error(&error)),
        }
    }
    tell(total, total);
    Ok(findings)
}

fn tables(session: &Session) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid";
    session.all(sql, [], |fields| fields.string())
}

/// Looks through a table and its indexes.
fn examine(connection: &Connection, place: &Place, table: &str) -> Result<Looked, StoreError> {
    let mut findings = Vec::new();
    let looked = connection.pragma(None, "quick_check", table, |row| {
        findings.push(row.get::<_, String>(0)?);
        Ok(())
    });
    match looked {
        Ok(()) if findings.iter().all(|finding| finding == "ok") => Ok(Looked::Sound),
        Ok(()) => {
            let finding = findings.remove(0).replace('\n', " ");
            place.soundness.note(&error::broken(&place.name, finding));
            place.soundness.check().map(|()| Looked::Sound)
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
            Ok(Looked::GaveWay)
        }
        Err(error) => Err(place.error(&error)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc;
    use std::time::Instant;

    use rusqlite::Connection;
    use store::{Store, StoreError};
    use tempfile::TempDir;

    use super::*;
    use crate::{OpenOptions, SqliteStore};

    const PAGE: usize = 4_096;

    /// A database of some hundred pages.
    fn filled() -> TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.db");
        let store = SqliteStore::open(&path, OpenOptions::default()).expect("a database");
        store.writer().expect("a writer").commit(&ledger::Changes::default()).expect("a commit");
        drop(store);
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000) \
                    INSERT INTO entry_fill SELECT i, printf('%0100d', i) FROM n";
        let connection = Connection::open(&path).expect("open");
        connection
            .execute_batch("CREATE TABLE entry_fill (i INTEGER PRIMARY KEY, t)")
            .expect("a table");
        connection.execute_batch(rows).expect("rows");
        drop(connection);
        directory
    }

    /// Overwrites a page in the middle.
    fn garble(path: &Path) {
        let mut bytes = std::fs::read(path).expect("read");
        let middle = bytes.len() / PAGE / 2 * PAGE;
        bytes[middle..middle + PAGE].fill(0xA7);
        std::fs::write(path, bytes).expect("write");
    }

    fn told<T>(result: Result<T, StoreError>) -> String {
        match result.err() {
            Some(StoreError::Unusable(text)) => text,
            other => panic!("unusable, not {other:?}"),
        }
    }

    #[test]
    fn a_page_damaged_in_the_middle_keeps_everybody_from_writing() {
        let directory = filled();
        let path = directory.path().join("x.db");
        let open = || SqliteStore::open(&path, OpenOptions::default()).expect("both ends are fine");
        drop(open().writer().expect("sound"));
        garble(&path);
        let before = std::fs::read(&path).expect("read");
        let store = open();
        for _ in 0..2 {
            let text = told(store.writer());
            assert!(text.contains("x.db is damaged") && text.contains("backup"), "{text}");
        }
        store.reader().expect("reading goes on").ledgers(Default::default(), 1).expect("read");
        drop(store);
        assert!(std::fs::read(&path).expect("read") == before, "written to");
    }

    #[test]
    fn a_large_file_is_looked_through_beside_the_batches() {
        let directory = filled();
        let path = directory.path().join("x.db");
        garble(&path);
        let place = Place::new(&path, None);
        let counting = Arc::default();
        let checkpointer =
            crate::wal::Checkpointer::start(crate::Checkpoints::Background, &place, &counting);
        let log = Arc::clone(checkpointer.expect("a thread").log());
        Examination::begin(&place, &counting, &log, 0).expect("begins").finish();
        assert!(told(place.soundness.check()).contains("damaged"));
        told(Examination::begin(&place, &counting, &log, 0).map(drop));
    }

    #[test]
    fn a_writer_stops_when_damage_is_found() {
        let directory = filled();
        let path = directory.path().join("x.db");
        let store = SqliteStore::open(&path, OpenOptions::default()).expect("open");
        let mut writer = store.writer().expect("sound");
        writer.begin(&[]).expect("sound");
        garble(&path);
        let reader = store.turn().err();
        assert!(matches!(reader, Some(StoreError::Busy(_))), "{reader:?}");
        let shared = store.shared();
        let session = shared.place.connect(Use::Read, &shared.counting).expect("a connection");
        told(session.all("SELECT count(t) FROM entry_fill", [], |fields| fields.u64()));
        told(writer.commit(&ledger::Changes::default()));
        told(writer.begin(&[]));
    }

    #[test]
    fn looking_gives_way_and_can_be_stopped() {
        let directory = filled();
        let path = directory.path().join("x.db");
        let place = Place::new(&path, None);
        let counting = Arc::default();
        let checkpointer =
            crate::wal::Checkpointer::start(crate::Checkpoints::BetweenBatches, &place, &counting);
        let log = Arc::clone(checkpointer.expect("none").log());
        log.committed(LOG_LONG);
        let began = Instant::now();
        let examination = Examination::begin(&place, &counting, &log, 0).expect("begins");
        let (ended, heard) = mpsc::channel();
        std::thread::spawn(move || {
            drop(examination);
            ended.send(()).expect("heard");
        });
        heard.recv_timeout(REST / 2).expect("stopped in its rest");
        assert!(began.elapsed() < REST / 2);
        place.soundness.check().expect("nothing was found");
    }
}
