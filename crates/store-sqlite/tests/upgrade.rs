//! Files of earlier releases are brought up to date, and go on where they were.

use rusqlite::Connection;
use store::Create;
use store::contract::release;
use store_sqlite::{OpenOptions, STEPS, SqliteStore};
use tempfile::TempDir;

/// Dumps of files as releases left them, the oldest first.
const RELEASES: [(&str, &str); 1] = [("0.1.0", include_str!("releases/0.1.0.sql"))];

/// A file of a release.
struct File(TempDir);

impl File {
    fn new() -> File {
        File(tempfile::tempdir().expect("a directory"))
    }

    fn connect(&self) -> Connection {
        Connection::open(self.0.path().join("release.db")).expect("a file")
    }

    fn open(&self, create: Create) -> SqliteStore {
        let options = OpenOptions { create, ..OpenOptions::default() };
        SqliteStore::open(&self.0.path().join("release.db"), options).expect("a store")
    }
}

#[test]
fn the_file_of_every_release_goes_on() {
    for (release, dump) in RELEASES {
        let file = File::new();
        file.connect().execute_batch(dump).expect("a dump");
        // Opened twice: what was brought up to date stays so.
        for _ in 0..2 {
            release::assert_kept(&file.open(Create::Never), release);
        }
        let version = file.connect().query_row("PRAGMA user_version", [], |row| row.get(0));
        assert_eq!(version, Ok(STEPS as i64), "{release}");
        release::assert_goes_on(&file.open(Create::Never), release);
    }
}

#[test]
fn the_file_of_the_present_release_goes_on() {
    let file = File::new();
    release::leave(&file.open(Create::WhenMissing));
    release::assert_kept(&file.open(Create::Never), "the present one");
    release::assert_goes_on(&file.open(Create::Never), "the present one");
}
