//! Whether the file still stands where it was opened.
//!
//! A file that is renamed, deleted or replaced stays open in whoever has it open, and SQLite would
//! go on writing to it. What was answered would then be where nobody looks, and whoever opens the
//! name meanwhile finds an older file, or another one, with the same numbers free. So before each
//! batch the name is compared with the file: by asking for its status, which opens nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::StoreError;

use crate::open::Place;

/// A file as it was when it was opened.
pub(crate) struct Standing {
    path: PathBuf,
    name: Arc<str>,
    /// `None` where nothing can be told: on another file system than the machine's own, and where
    /// an open file cannot be moved.
    file: Option<Identity>,
}

/// The device and the file's number on it.
type Identity = (u64, u64);

impl Standing {
    /// Looks at a file that was just prepared.
    pub(crate) fn of(place: &Place) -> Standing {
        let file = identity(&place.path).filter(|_| place.vfs.is_none());
        Standing { path: place.path.clone(), name: Arc::clone(&place.name), file }
    }

    /// # Errors
    /// [`StoreError::Unusable`] while something else, or nothing, stands there.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.file.is_none() || identity(&self.path) == self.file {
            return Ok(());
        }
        Err(StoreError::Unusable(format!(
            "{} is not the file any more that was opened: it was renamed, deleted or replaced \
             while it was in use. Nothing more is written to either. Put the file back in its \
             place, with its -wal beside it; or stop the server, which completes the file wherever \
             it is now, and start it on the file that is meant.",
            self.name
        )))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<Identity> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use ledger::Changes;
    use store::{Store, Writer};
    use tempfile::TempDir;

    use super::*;
    use crate::{OpenOptions, SqliteStore};

    fn open(path: &Path) -> SqliteStore {
        SqliteStore::open(path, OpenOptions::default()).expect("open")
    }

    fn used() -> (TempDir, PathBuf, SqliteStore, Box<dyn Writer>) {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x.db");
        let store = open(&path);
        let mut writer = store.writer().expect("a writer");
        writer.commit(&Changes::default()).expect("it stands");
        (directory, path, store, writer)
    }

    #[track_caller]
    fn refused<T>(result: Result<T, StoreError>) {
        match result.err() {
            Some(StoreError::Unusable(text)) => {
                let told = ["x.db", "renamed, deleted or replaced", "Put the file back"];
                assert!(told.iter().all(|word| text.contains(word)), "{text}");
            }
            other => panic!("unusable, not {other:?}"),
        }
    }

    #[test]
    fn a_file_that_was_renamed_is_not_written_until_it_is_back() {
        let (_directory, path, store, mut writer) = used();
        let away = path.with_extension("away");
        writer.begin(&[]).expect("it stands");
        fs::rename(&path, &away).expect("rename");
        refused(writer.commit(&Changes::default()));
        refused(writer.begin(&[]));
        refused(writer.forget_events(ledger::model::At(0), 1));
        refused(store.reader());
        drop(writer);
        refused(store.writer());
        fs::rename(&away, &path).expect("rename back");
        let mut writer = store.writer().expect("a writer");
        writer.commit(&Changes::default()).expect("it stands again");
    }

    #[test]
    fn a_file_that_was_deleted_or_replaced_is_not_written() {
        let (_directory, path, _store, mut writer) = used();
        fs::remove_file(&path).expect("remove");
        refused(writer.begin(&[]));
        assert!(!path.exists(), "nobody makes it anew");
        let (directory, path, store, mut writer) = used();
        let other = directory.path().join("other.db");
        drop(open(&other).writer().expect("a writer").commit(&Changes::default()));
        fs::rename(&other, &path).expect("replace");
        let before = fs::read(&path).expect("read");
        refused(writer.begin(&[]));
        refused(writer.commit(&Changes::default()));
        refused(store.reader());
        assert!(fs::read(&path).expect("read") == before, "the other file was written to");
    }
}
