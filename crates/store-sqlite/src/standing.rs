//! Whether the file still stands where it was opened.
//!
//! A file that is renamed, deleted or replaced stays open in whoever has it open, and SQLite would
//! go on writing to it. What was answered would then be where nobody looks, and whoever opens the
//! name meanwhile finds an older file, or another one, with the same numbers free. So before each
//! batch the name is compared with the file: by asking for its status, which opens nothing.
//!
//! The write-ahead log stays under the old name, and SQLite, which sees at closing that the file
//! was moved, leaves in it what it holds. Beside another file it would be taken for that one's. So
//! a writer that finds its file moved copies the log into it wherever it is, and leaves it empty.
//!
//! A log that was taken away goes on as well, in whoever has it open, and nobody who opens the file
//! would find what is in it. So it is looked at too, and copied into the file in the same way.

use std::path::PathBuf;
use std::sync::Arc;

use store::StoreError;

use crate::beside::{LOG, beside};
use crate::held::{Identity, identity};
use crate::open::Place;

/// A file as it was when it was opened, and its log.
pub(crate) struct Standing {
    name: Arc<str>,
    path: PathBuf,
    /// `None` where nothing can be told: on another file system than the machine's own, and where
    /// an open file cannot be moved.
    file: Option<Identity>,
    log_path: PathBuf,
    /// `None` also where no connection keeps the log: it then goes with the last one, and is made
    /// anew.
    log: Option<Identity>,
}

impl Standing {
    /// Looks at a file that was just prepared.
    pub(crate) fn of(place: &Place) -> Standing {
        let file = place.held().map(|held| held.identity());
        let (name, path) = (Arc::clone(&place.name), place.path.clone());
        Standing { name, log_path: beside(&path, LOG), path, file, log: None }
    }

    /// Looks at the log too, which a connection that stays open keeps from now on.
    pub(crate) fn with_log(mut self) -> Standing {
        self.log = self.file.and_then(|_| identity(&self.log_path));
        self
    }

    /// # Errors
    /// [`StoreError::Unusable`] while something else, or nothing, stands there or in the place of
    /// the log.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.file.is_some() && identity(&self.path) != self.file {
            return Err(self.moved());
        }
        if self.log.is_some() && identity(&self.log_path) != self.log {
            return Err(self.without_log());
        }
        Ok(())
    }

    fn without_log(&self) -> StoreError {
        StoreError::Unusable(format!(
            "{0}-wal, the log of {0}, was renamed, deleted or replaced while it was in use. \
             Nothing more is written. What was answered is copied from the log into the file by \
             whoever has it open, at the latest when it stops: stop the server in the ordinary \
             way, never by killing it, and start it again.",
            self.name
        ))
    }

    fn moved(&self) -> StoreError {
        StoreError::Unusable(format!(
            "{} is not the file any more that was opened: it was renamed, deleted or replaced \
             while it was in use. What was answered is in that file, and nothing more is written \
             to either. Put the file back in its place; or stop the server, and start it on the \
             file that is meant.",
            self.name
        ))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::path::Path;

    use ledger::command::{Action, Actor, Open};
    use ledger::id::{AccountId, LedgerId};
    use ledger::model::{At, HouseStyle, Mode};
    use ledger::{Changes, Command};
    use store::contract::drive;
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

    /// Opens an account in a database.
    fn open_account(writer: &mut dyn Writer) {
        let open = Action::Open(Open {
            account: AccountId("acct_1".to_owned()),
            name: "Test".to_owned(),
            mode: Mode::Live,
            style: HouseStyle::Yearly,
            prefix: String::new(),
            time_zone: None,
            fiscal_year_start: None,
        });
        let (actor, at) = (Actor::Operator("test".to_owned()), At(1_795_176_000_000));
        let command = Command { ledger: LedgerId(1), actor, at, idempotency: None, action: open };
        drive(writer, vec![command]).expect("a ledger");
    }

    fn ledgers(store: &SqliteStore) -> usize {
        let mut reader = store.reader().expect("a reader");
        reader.ledgers(LedgerId(0), 10).expect("read").len()
    }

    #[test]
    fn a_file_that_was_renamed_has_all_that_was_answered() {
        for noticed in [true, false] {
            let (_directory, path, store, mut writer) = used();
            open_account(&mut *writer);
            let away = path.with_extension("away");
            fs::rename(&path, &away).expect("rename");
            if noticed {
                refused(writer.begin(&[]));
            }
            drop((writer, store));
            assert_eq!(ledgers(&open(&away)), 1, "noticed while it was in use: {noticed}");
        }
    }

    #[test]
    fn a_file_put_in_its_place_is_not_given_the_log_of_the_old_one() {
        let (directory, path, store, mut writer) = used();
        let other = directory.path().join("other.db");
        drop(open(&other).writer().expect("a writer").commit(&Changes::default()));
        open_account(&mut *writer);
        fs::rename(&other, &path).expect("replace");
        refused(writer.begin(&[]));
        drop((writer, store));
        assert_eq!(ledgers(&open(&path)), 0);
        drop(open(&path).writer().expect("a writer of the other file"));
    }

    #[track_caller]
    fn refused_for_its_log<T>(result: Result<T, StoreError>) {
        match result.err() {
            Some(StoreError::Unusable(text)) => {
                let told = ["x.db-wal", "renamed, deleted or replaced", "stop the server"];
                assert!(told.iter().all(|word| text.contains(word)), "{text}");
            }
            other => panic!("unusable, not {other:?}"),
        }
    }

    #[test]
    fn a_file_whose_log_was_deleted_or_replaced_has_all_that_was_answered() {
        for (noticed, replaced) in [(true, false), (true, true), (false, false)] {
            let (_directory, path, store, mut writer) = used();
            open_account(&mut *writer);
            let log = path.with_extension("db-wal");
            assert!(fs::metadata(&log).expect("a log").len() > 0);
            fs::remove_file(&log).expect("remove");
            if replaced {
                fs::write(&log, b"another log").expect("replace");
            }
            if noticed {
                refused_for_its_log(writer.begin(&[]));
                refused_for_its_log(writer.commit(&Changes::default()));
                refused_for_its_log(store.reader());
            }
            drop(writer);
            refused_for_its_log(store.writer());
            drop(store);
            assert_eq!(ledgers(&open(&path)), 1, "noticed: {noticed}, replaced: {replaced}");
        }
    }

    #[test]
    fn what_was_answered_is_in_the_file_as_soon_as_the_loss_of_its_log_is_noticed() {
        let (directory, path, _store, mut writer) = used();
        open_account(&mut *writer);
        fs::remove_file(path.with_extension("db-wal")).expect("remove");
        refused_for_its_log(writer.begin(&[]));
        // As it would be found if the process were killed now.
        let copy = directory.path().join("copy.db");
        fs::copy(&path, &copy).expect("copy");
        assert_eq!(ledgers(&open(&copy)), 1);
    }

    #[test]
    fn a_log_is_kept_while_nobody_writes_or_reads() {
        let (_directory, path, store, writer) = used();
        drop(writer);
        drop(store.reader().expect("a reader"));
        assert!(path.with_extension("db-wal").exists(), "else its loss would be told of");
        drop(store.writer().expect("it stands"));
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
