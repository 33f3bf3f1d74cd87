//! Opening a file: what it must be, and how a connection is set up.
//!
//! The file is only ever touched through SQLite, and through the one descriptor that is held for as
//! long as SQLite has it open (`held`).

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags};
use store::{Create, StoreError};

use crate::beside::{JOURNAL, LOG, beside};
use crate::counters::Counting;
use crate::held::Held;
use crate::lock::Lock;
use crate::migrate::{self, VERSION};
use crate::session::{Session, Use};
use crate::soundness::Soundness;
use crate::stamp::{self, Stamp};
use crate::{error, rows, table, wal_file};

/// `GAPL`: marks a file as ours.
pub(crate) const APPLICATION_ID: i32 = 0x4741_504C;

/// How long a statement waits for a lock that another process holds.
const PATIENCE: Duration = Duration::from_secs(5);

/// How to open a file.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// What to do when the file is not there.
    pub create: Create,
    /// What the file is opened for.
    pub access: Access,
    /// Whether whoever writes locks a side file, so that a second process is refused.
    pub lock: Locking,
    /// When the write-ahead log is copied into the file.
    pub checkpoints: Checkpoints,
    /// The name of a virtual file system that SQLite knows; the system's own when missing.
    pub vfs: Option<String>,
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading and writing.
    Write,
    /// Reading. A file that may only be read, or lies where nothing may be made, is then read as it
    /// is: with its log where there is one that can be read, else as a file that does not change.
    Read,
}

/// Whether a side file is locked while writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locking {
    /// `<path>-lock` is locked by whoever writes, and the file itself where the system's locks
    /// allow it (Linux).
    SideFile,
    /// Nothing is: for a file that no other process can see.
    Unlocked,
}

/// When the write-ahead log is copied into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkpoints {
    /// By a thread of its own, beside the batches.
    Background,
    /// By the writer before a batch: nothing happens but what the caller does.
    BetweenBatches,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            create: Create::WhenMissing,
            access: Access::Write,
            lock: Locking::SideFile,
            checkpoints: Checkpoints::Background,
            vfs: None,
        }
    }
}

/// Where a file is and how connections to it are made.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) name: Arc<str>,
    pub(crate) vfs: Option<String>,
    pub(crate) soundness: Arc<Soundness>,
    pub(crate) stamp: Arc<Stamp>,
    /// Set once it is there; never on another file system.
    held: Arc<OnceLock<Arc<Held>>>,
    way: Way,
}

/// How connections to a file are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// As it is meant.
    Free,
    /// Only to be read, and perhaps written by another process: with its log.
    Guarded,
    /// Only to be read, by one that is to stay as it is meanwhile: without lock or log.
    Frozen,
}

impl Place {
    pub(crate) fn new(path: &Path, vfs: Option<String>) -> Place {
        let name = path.display().to_string().into();
        // A link and the file behind it are one database, with one lock and one log.
        let is_link = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
        let path = match is_link && vfs.is_none() {
            true => std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            false => path.to_owned(),
        };
        let (soundness, stamp, held) = Default::default();
        Place { path, name, vfs, soundness, stamp, held, way: Way::Free }
    }

    /// The file itself; held from the first time that it is found here.
    pub(crate) fn held(&self) -> Option<&Arc<Held>> {
        if self.held.get().is_none() && self.vfs.is_none() {
            // Another thread may have been first; then this one is dropped.
            Held::of(&self.path).and_then(|held| self.held.set(Arc::new(held)).err());
        }
        self.held.get()
    }

    /// Looks whether what stands in the file can be what was read and written there.
    pub(crate) fn look(&self, session: &Session) -> Result<(), StoreError> {
        self.soundness.check()?;
        match self.held.get() {
            Some(held) if !self.stamp.is_there(held, session) => {
                self.soundness.note_overwritten(&self.overwritten());
                self.soundness.check()
            }
            _ => Ok(()),
        }
    }

    /// Connects for reading or for writing to a file that was prepared.
    pub(crate) fn connect(
        &self,
        purpose: Use,
        counting: &Arc<Counting>,
    ) -> Result<Session, StoreError> {
        let connection = match self.way {
            Way::Free => self.raw_by_name(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE),
            Way::Guarded => self.raw_by_name(&self.path, READ_ONLY),
            Way::Frozen => self.frozen(),
        };
        let connection = connection.map_err(|error| self.error(&error))?;
        self.set_up(&connection, purpose).map_err(|error| self.error(&error))?;
        Ok(Session::new(connection, self.clone(), Arc::clone(counting), purpose))
    }

    /// Makes sure that the file is one of ours and up to date, or refuses it unchanged.
    pub(crate) fn prepare(
        &self,
        create: Create,
        counting: &Arc<Counting>,
    ) -> Result<(), StoreError> {
        // Before the first connection, and below for a file that is made with it.
        self.held();
        self.examine_log()?;
        let known = self.examine()?;
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        match (known, create) {
            (Known::Missing, Create::Never) => return Err(self.missing()),
            (Known::Missing | Known::Empty, Create::WhenMissing) => {
                flags |= OpenFlags::SQLITE_OPEN_CREATE;
            }
            (Known::Empty, Create::Never) => return Err(self.foreign("it is empty")),
            (Known::Ours, _) => {}
        }
        let connection = self.raw(&self.path, flags)?;
        self.held();
        if connection.is_readonly(MAIN_DB).map_err(|error| self.error(&error))? {
            return Err(self.read_only());
        }
        self.settle(connection, known, counting)
    }

    /// Whether it can be written, as far as is known.
    pub(crate) fn is_free(&self) -> bool {
        self.way == Way::Free
    }

    /// Makes sure that a file which may only be read, or lies where nothing may be made, is one of
    /// ours and up to date, and has it read as it is from now on. It was found to be ours before.
    pub(crate) fn prepare_to_read(&mut self, counting: &Arc<Counting>) -> Result<(), StoreError> {
        let is_written = self.held().is_some_and(|held| held.is_written_elsewhere());
        let is_frozen = self.vfs.is_none() && !is_written && !self.may_have_log();
        self.way = if is_frozen { Way::Frozen } else { Way::Guarded };
        let session = self.connect(Use::Read, counting)?;
        let version = session.first("PRAGMA user_version", [], |fields| fields.u64())?;
        if version.is_none_or(|version| version < VERSION as u64) {
            return Err(self.older());
        }
        migrate::check(&session)?;
        self.probe(&session)
    }

    /// Looks through a log that nobody writes to, before SQLite is asked: with the first connection
    /// it would pass over what is damaged, and with the last one take the log away.
    fn examine_log(&self) -> Result<(), StoreError> {
        if self.vfs.is_some() || Lock::is_held(&self.path) {
            return Ok(());
        }
        let log = beside(&self.path, LOG);
        wal_file::examine(&log, &self.name)?;
        let Ok(file) = self.frozen() else { return Ok(()) };
        match stamp::belongs(&log, &file) {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.beside_another_log()),
            Err(error) => Err(wal_file::unreadable(&self.name, &error)),
        }
    }

    /// Looks at a file without taking a lock or writing a byte, also not beside it. Only where that
    /// shows no program's tables and there may be a log or journal, whose pages the file lacks
    /// after a power cut, it looks again with them, as any reader does.
    fn examine(&self) -> Result<Known, StoreError> {
        if self.vfs.is_none() && self.path.is_dir() {
            return Err(self.directory());
        }
        let look_with = |flags| self.raw_by_name(&self.path, flags).and_then(|c| look(&c));
        let alone = self.frozen().and_then(|connection| look(&connection));
        let is_plain = alone.as_ref().is_ok_and(|look| look.application != 0 || look.tables > 0);
        if is_plain || !self.may_have_log() {
            return self.judge(alone);
        }
        self.judge(match look_with(READ_ONLY) {
            // Only somebody who may write can take back what a power cut left half done.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
                look_with(OpenFlags::SQLITE_OPEN_READ_WRITE)
            }
            looked => looked,
        })
    }

    fn judge(&self, looked: rusqlite::Result<Look>) -> Result<Known, StoreError> {
        match looked {
            Ok(look) if look.application == APPLICATION_ID && look.version > VERSION => {
                Err(self.newer(look.version))
            }
            Ok(look) if look.application == APPLICATION_ID => Ok(Known::Ours),
            // Also what is left where the power failed while the file was made.
            Ok(Look { application: 0, version: 0, tables: 0 }) if self.is_too_short() => {
                Err(self.foreign("it is too short to be one"))
            }
            Ok(Look { application: 0, version: 0, tables: 0 }) => Ok(Known::Empty),
            Ok(_) => Err(self.foreign("another program made it")),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::CannotOpen) if self.is_missing() => Ok(Known::Missing),
                _ => Err(self.error(&error)),
            },
        }
    }

    /// Whether there is something in it, but less than a database begins with: SQLite takes that
    /// for nothing.
    fn is_too_short(&self) -> bool {
        let length = std::fs::metadata(&self.path).map_or(0, |file| file.len());
        self.vfs.is_none() && (1..512).contains(&length)
    }

    /// Whether a log or journal may stand beside the file; other file systems are not asked.
    fn may_have_log(&self) -> bool {
        let stands = |suffix: &str| {
            std::fs::metadata(beside(&self.path, suffix)).is_ok_and(|file| file.len() > 0)
        };
        self.vfs.is_some() || stands(LOG) || stands(JOURNAL)
    }

    fn settle(
        &self,
        connection: Connection,
        known: Known,
        counting: &Arc<Counting>,
    ) -> Result<(), StoreError> {
        let set_up = |connection: &Connection| {
            if known != Known::Ours {
                connection.pragma_update(None, "page_size", 4096)?;
            }
            let mode: String =
                connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
            self.set_up(connection, Use::Write)?;
            let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            Ok((mode, version))
        };
        let (mode, version) = set_up(&connection).map_err(|error| self.error(&error))?;
        if mode != "wal" {
            return Err(StoreError::Storage(format!(
                "{} cannot keep a write-ahead log where it is. Keep it on a disk of this machine.",
                self.name
            )));
        }
        if version > VERSION {
            return Err(self.newer(version));
        }
        let session = Session::new(connection, self.clone(), Arc::clone(counting), Use::Read);
        if version < VERSION {
            migrate::migrate(&session, APPLICATION_ID)?;
        } else {
            migrate::check(&session)?;
        }
        self.probe(&session)
    }

    /// Reads both ends of every table and index, which finds coarse damage before it does harm.
    fn probe(&self, session: &Session) -> Result<(), StoreError> {
        let tables = session.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            [],
            |fields| fields.string(),
        )?;
        for table in tables {
            for direction in ["ASC", "DESC"] {
                let sql = format!("SELECT * FROM {table} ORDER BY 1 {direction} LIMIT 1");
                session.all(&sql, [], |_| Ok(()))?;
            }
        }
        Ok(())
    }

    /// What every connection is told.
    fn set_up(&self, connection: &Connection, purpose: Use) -> rusqlite::Result<()> {
        connection.busy_timeout(PATIENCE)?;
        let cache_kib = if purpose == Use::Write { 32_768 } else { 8_192 };
        connection.execute_batch(&format!(
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = OFF; \
             PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -{cache_kib};"
        ))?;
        if purpose == Use::Read {
            connection.pragma_update(None, "query_only", true)?;
        }
        table::staging::register(connection)?;
        rows::register(connection)
    }

    fn raw(&self, path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
        self.raw_by_name(path, flags).map_err(|error| self.error(&error))
    }

    fn raw_by_name(
        &self,
        path: impl AsRef<Path>,
        flags: OpenFlags,
    ) -> rusqlite::Result<Connection> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
            None => Connection::open_with_flags(path, flags),
        }
    }

    /// Connects to the file as one that does not change: SQLite then neither locks it nor looks for
    /// a log.
    fn frozen(&self) -> rusqlite::Result<Connection> {
        self.raw_by_name(self.immutable_uri(), READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
    }

    fn immutable_uri(&self) -> String {
        let mut uri = "file:".to_owned();
        for byte in self.path.as_os_str().as_encoded_bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                    uri.push(char::from(*byte));
                }
                other => uri.push_str(&format!("%{other:02X}")),
            }
        }
        uri.push_str("?immutable=1");
        uri
    }

    fn is_missing(&self) -> bool {
        self.vfs.is_some() || matches!(self.path.try_exists(), Ok(false))
    }

    /// An error in the port's words. Damage is remembered.
    pub(crate) fn error(&self, error: &rusqlite::Error) -> StoreError {
        let told = error::of(error, &self.name);
        if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) {
            self.soundness.note(&error::broken(&self.name, error));
        }
        told
    }

    fn missing(&self) -> StoreError {
        StoreError::Unusable(format!(
            "There is no database {}. Make one with `gapless init`, or name the one you mean.",
            self.name
        ))
    }

    fn directory(&self) -> StoreError {
        StoreError::Unusable(format!(
            "{} is a directory. Name a file in it, such as {}.",
            self.name,
            self.path.join("gapless.db").display()
        ))
    }

    fn foreign(&self, why: &str) -> StoreError {
        StoreError::Unusable(format!(
            "{} is not a database of Gapless: {why}. Nothing was written to it. Name another file.",
            self.name
        ))
    }

    fn newer(&self, version: i64) -> StoreError {
        StoreError::Unusable(format!(
            "{} was made by a newer version of Gapless (its shape is {version}, this program knows \
             up to {VERSION}). Nothing was written to it. Use the newer program.",
            self.name
        ))
    }

    fn overwritten(&self) -> String {
        format!(
            "{0} was overwritten while it was in use: what stands in the file is another database, \
             or an older copy of this one. Nothing more is written to it. Stop the server, move \
             {0}-wal away (it belongs to what stood there before), put the file that is meant in \
             its place, and start the server again.",
            self.name
        )
    }

    fn beside_another_log(&self) -> StoreError {
        StoreError::Unusable(format!(
            "The log beside {0}, {0}-wal, is not that of this file: another database, or an older \
             copy, was put in the file's place while the log stood there. Nothing was written. Put \
             back the file that the log belongs to; or, if this one is meant, move the log away, \
             and with it what was answered since the copy was made.",
            self.name
        ))
    }

    fn older(&self) -> StoreError {
        StoreError::Unusable(format!(
            "{} was made by an older version of Gapless and may only be read, so it cannot be \
             brought up to date where it is. Nothing was written to it. Make a copy that may be \
             written, and use that.",
            self.name
        ))
    }

    pub(crate) fn read_only(&self) -> StoreError {
        StoreError::Storage(format!(
            "{} may only be read. Nothing was written to it. Give this user the right to write to \
             the file and to its directory.",
            self.name
        ))
    }
}

const READ_ONLY: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY;

/// What a file says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    application: i32,
    version: i64,
    tables: i64,
}

fn look(connection: &Connection) -> rusqlite::Result<Look> {
    Ok(Look {
        application: connection.query_row("PRAGMA application_id", [], |row| row.get(0))?,
        version: connection.query_row("PRAGMA user_version", [], |row| row.get(0))?,
        tables: connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?,
    })
}

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Missing,
    Empty,
    Ours,
}
