//! The files that stand beside a database, under its name with something behind it.

use std::path::{Path, PathBuf};

/// SQLite's write-ahead log.
pub(crate) const LOG: &str = "-wal";
/// What keeps together those who have the log open.
pub(crate) const INDEX: &str = "-shm";
/// The journal of a database without a log.
pub(crate) const JOURNAL: &str = "-journal";
/// What whoever writes holds locked.
pub(crate) const LOCK: &str = "-lock";

/// The file beside a database.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
