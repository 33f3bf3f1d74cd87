//! The lock on a side file that whoever writes holds.
//!
//! It is not SQLite's own lock, which comes and goes with each transaction: a writer keeps counters
//! in memory between batches, so a second one must be told at once, not at the first conflict.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use store::StoreError;

/// Held until dropped; also let go when the process ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    // Dropping the file lets the lock go.
    _file: File,
}

impl Lock {
    /// Takes the lock beside a database.
    pub(crate) fn take(database: &Path) -> Result<Lock, StoreError> {
        let path = beside(database);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|error| {
            StoreError::Storage(format!(
                "{} cannot be made ({error}). Whoever writes to {} needs the right to make files \
                 in its directory.",
                path.display(),
                database.display()
            ))
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy(format!(
                "{} is being written by another process, which holds {}. Send the request to that \
                 server with --url, or stop it first.",
                database.display(),
                path.display()
            ))),
            Err(TryLockError::Error(error)) => Err(StoreError::Storage(format!(
                "{} cannot be locked ({error}). Keep the database on a disk of this machine.",
                path.display()
            ))),
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    PathBuf::from(name)
}
