//! The suite that every store must pass, on files.

use std::path::PathBuf;

use store::contract::{self, Database};
use store::{Store, StoreError};
use store_sqlite::{OpenOptions, SqliteStore};
use tempfile::TempDir;

struct File {
    // Removed with everything in it when dropped.
    _directory: TempDir,
    path: PathBuf,
}

impl File {
    fn new() -> File {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("contract %?#.db");
        File { _directory: directory, path }
    }
}

impl Database for File {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(SqliteStore::open(&self.path, OpenOptions::default())?))
    }
}

#[test]
fn the_suite_passes() {
    contract::run(&|| Box::new(File::new()));
}

#[test]
fn the_suite_has_cases_with_names_of_their_own() {
    let mut names: Vec<_> = contract::names().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count > 30, "{count} cases");
}
