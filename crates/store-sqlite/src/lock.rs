//! The lock on a side file that whoever writes holds.
//!
//! It is not SQLite's own lock, which comes and goes with each transaction: a writer keeps counters
//! in memory between batches, so a second one must be told at once, not at the first conflict.
//! With it goes the lock on the file itself, which also keeps away whoever has another name for it.

use std::fs::{File, OpenOptions, TryLockError};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use store::StoreError;

use crate::beside::{LOCK, beside};
use crate::held::{FileLock, NotLocked};
use crate::open::Place;

/// Held until dropped; also let go when the process ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    /// On the file itself; `None` where it cannot be told from others. Let go of first: whoever
    /// gets the one on the side file must be able to take it.
    _own: Option<FileLock>,
    _side: SideLock,
}

/// The lock on the side file.
#[derive(Debug)]
struct SideLock {
    // Dropping the file lets the lock go.
    file: File,
}

/// Times that the file is looked for again: some file systems never tell which file is which.
const TRIES: u32 = 8;
/// The pause between two tries.
const MOMENT: Duration = Duration::from_micros(500);

impl Lock {
    /// Takes the lock beside a database, and the one on it.
    pub(crate) fn take(place: &Place) -> Result<Lock, StoreError> {
        refuse_second_name(&place.path)?;
        let side = SideLock::take(&place.path)?;
        let own = place.held().map(|held| held.lock()).transpose();
        let own = own.map_err(|why| match why {
            NotLocked::Here | NotLocked::Elsewhere => written_under_another_name(&place.name),
            NotLocked::Failed(error) => not_lockable(&place.path, &error),
        })?;
        Ok(Lock { _own: own, _side: side })
    }

    /// Refuses a file that another process writes under another name: what that one answered last
    /// is in the log beside the name that it knows.
    pub(crate) fn refuse_other_name(place: &Place) -> Result<(), StoreError> {
        let Some(held) = place.held() else { return Ok(()) };
        for _ in 0..TRIES {
            // In this order: who writes takes the side file first and lets it go last.
            if !held.is_written_elsewhere() || Lock::is_held(&place.path) {
                return Ok(());
            }
            std::thread::sleep(MOMENT);
        }
        Err(written_under_another_name(&place.name))
    }

    /// Whether somebody holds the lock beside a database.
    pub(crate) fn is_held(database: &Path) -> bool {
        // Also for who may only read it.
        let found = File::open(beside(database, LOCK));
        found.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    }
}

impl SideLock {
    fn take(database: &Path) -> Result<SideLock, StoreError> {
        let mut lock = SideLock::take_once(database)?;
        // The one who held it may have removed the file with an unused database: a lock on what
        // nobody finds any more keeps nobody away.
        for _ in 0..TRIES {
            if lock.is_found(&beside(database, LOCK)) {
                break;
            }
            lock = SideLock::take_once(database)?;
        }
        Ok(lock)
    }

    #[cfg(unix)]
    fn is_found(&self, path: &Path) -> bool {
        let identity = |file: std::fs::Metadata| (file.dev(), file.ino());
        let own = self.file.metadata().map(identity);
        let found = std::fs::metadata(path).map(identity);
        own.is_ok_and(|own| found.is_ok_and(|found| own == found))
    }

    #[cfg(not(unix))]
    fn is_found(&self, _path: &Path) -> bool {
        // An open file cannot be removed there.
        true
    }

    fn take_once(database: &Path) -> Result<SideLock, StoreError> {
        let path = beside(database, LOCK);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|error| {
            StoreError::Storage(format!(
                "{} cannot be made ({error}). Whoever writes to {} needs the right to make files \
                 in its directory.",
                path.display(),
                database.display()
            ))
        })?;
        // Whoever only looks whether it is held has it for a moment.
        let mut tried = file.try_lock();
        for _ in 0..TRIES {
            if !matches!(tried, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(MOMENT);
            tried = file.try_lock();
        }
        match tried {
            Ok(()) => Ok(SideLock { file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy(format!(
                "{} is being written by another process, which holds {}. Send the request to that \
                 server with --url, or stop it first.",
                database.display(),
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(not_lockable(&path, &error)),
        }
    }
}

fn not_lockable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Storage(format!(
        "{} cannot be locked ({error}). Keep the database on a disk of this machine.",
        path.display()
    ))
}

fn written_under_another_name(name: &str) -> StoreError {
    StoreError::Busy(format!(
        "{name} is being written by another process under another name: it was renamed, or is \
         reached in another way, while that process has it open, and what was answered last is in \
         the log beside the name known there. Stop that server first, or send the request to it \
         with --url."
    ))
}

/// Refuses a file that has a second name. This lock and SQLite's log lie beside the name that was
/// given, so whoever gives the other one would find neither.
#[cfg(unix)]
fn refuse_second_name(database: &Path) -> Result<(), StoreError> {
    match std::fs::metadata(database) {
        Ok(file) if file.nlink() > 1 => Err(StoreError::Storage(format!(
            "{} has {} names (hard links), so what is written under one of them would not be \
             known under another. Keep one name and remove the others, or make a real copy of the \
             file. Nothing was changed.",
            database.display(),
            file.nlink()
        ))),
        // One that is not there, or cannot be looked at, is told by whoever opens it.
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_second_name(_database: &Path) -> Result<(), StoreError> {
    Ok(())
}
