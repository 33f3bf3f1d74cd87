//! Files that are not to be touched, and processes that must wait.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ledger::command::{Action, Actor, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use ledger::{Changes, Command};
use rusqlite::Connection;
use store::contract::drive;
use store::{Store, StoreError};
use store_sqlite::{Access, Create, OpenOptions, SqliteStore};
use tempfile::TempDir;

const NEVER: Create = Create::Never;

fn open(path: &Path, create: Create) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, OpenOptions { create, ..OpenOptions::default() })
}

/// Every file in a directory with its bytes.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory).expect("list");
    let paths = entries.map(|entry| entry.expect("entry").path()).filter(|path| path.is_file());
    paths.map(|path| (path.clone(), fs::read(path).expect("read"))).collect()
}

/// Makes a file with `make`, and asserts that opening it is refused with `words` and changes
/// nothing in its directory.
fn refused(make: impl FnOnce(&Path), words: &[&str]) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    make(&path);
    let before = contents(directory.path());
    for create in [Create::WhenMissing, Create::Never] {
        let error = match open(&path, create) {
            Ok(_) => panic!("opened, instead of {words:?}"),
            Err(error) => error.to_string(),
        };
        for word in words.iter().chain(&["x.db"]) {
            assert!(error.contains(word), "{word:?} in {error:?}");
        }
        assert_eq!(contents(directory.path()), before, "{error}");
    }
}

fn ours(path: &Path) {
    let store = open(path, Create::WhenMissing).expect("a new database");
    store.writer().expect("a writer").commit(&Changes::default()).expect("a commit");
}

#[test]
fn a_new_file_in_which_nothing_was_committed_goes_away() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let store = open(&path, Create::WhenMissing).expect("a new database");
    let mut writer = store.writer().expect("a writer");
    writer.begin(&[]).expect("a batch");
    writer.rollback().expect("nothing");
    assert!(path.exists());
    drop((writer, store));
    assert_eq!(contents(directory.path()), BTreeMap::new());

    // What was there before stays, also when it is empty, and so does what another one uses.
    fs::write(&path, "").expect("an empty file");
    drop(open(&path, Create::WhenMissing).expect("a new database"));
    assert!(path.exists());
    fs::remove_file(&path).expect("remove");
    let first = open(&path, Create::WhenMissing).expect("a new database");
    let second = open(&path, Create::WhenMissing).expect("the same database");
    let writer = second.writer().expect("a writer");
    drop(first);
    assert!(path.exists(), "taken away from under a writer");
    drop(writer);
}

#[test]
fn a_database_that_another_process_set_up_stays() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let made = open(&path, Create::WhenMissing).expect("a new database");
    let other = open(&path, Create::WhenMissing).expect("the same database");
    let open = Action::Open(Open {
        account: AccountId("acct_other".to_owned()),
        name: "Other".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    });
    let (actor, at) = (Actor::Operator("other".to_owned()), At(1_795_176_000_000));
    let command = Command { ledger: LedgerId(1), actor, at, idempotency: None, action: open };
    drive(&mut *other.writer().expect("a writer"), vec![command]).expect("a ledger");
    drop(other);
    drop(made);
    assert!(path.exists());
}

fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).expect("open");
    connection.execute_batch(sql).expect("change");
}

#[test]
fn what_is_no_database_is_refused() {
    refused(
        |path| fs::write(path, "number,date\n1,2026-01-01\n").expect("write"),
        &["not an SQLite"],
    );
    refused(|path| fs::write(path, "\n").expect("write"), &["not a database", "too short"]);
    refused(|path| fs::write(path, vec![0xA5; 20_000]).expect("write"), &["not an SQLite"]);
}

#[test]
fn a_directory_is_refused_with_a_name_for_the_file() {
    let make = |path: &Path| fs::create_dir(path).expect("a directory");
    refused(make, &["is a directory", "x.db/gapless.db"]);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let table = "CREATE TABLE t (a); INSERT INTO t VALUES (1);";
    refused(|path| change(path, table), &["not a database of Gapless"]);
    let log = format!("PRAGMA journal_mode = WAL; {table}");
    refused(|path| change(path, &log), &["not a database of Gapless"]);
    refused(
        |path| change(path, &format!("PRAGMA application_id = 77; {table}")),
        &["another program"],
    );
}

#[test]
fn a_newer_database_is_refused() {
    let newer = |path: &Path| {
        ours(path);
        change(path, "PRAGMA user_version = 1000");
    };
    refused(newer, &["newer version", "1000"]);
}

#[test]
fn a_database_of_another_build_is_refused() {
    let other = |path: &Path| {
        ours(path);
        change(path, "UPDATE migration SET checksum = zeroblob(32)");
    };
    refused(other, &["another build"]);
    let older = |path: &Path| {
        other(path);
        change(path, "PRAGMA user_version = 0");
    };
    refused(older, &["another build"]);
}

#[test]
fn a_damaged_database_is_refused() {
    let cut = |path: &Path| {
        ours(path);
        let bytes = fs::read(path).expect("read");
        fs::write(path, &bytes[..bytes.len() / 2]).expect("write");
    };
    refused(cut, &["damaged", "backup"]);
    let garbled = |path: &Path| {
        ours(path);
        let mut bytes = fs::read(path).expect("read");
        bytes[4096..].fill(0xEE);
        fs::write(path, bytes).expect("write");
    };
    refused(garbled, &["damaged", "backup"]);
}

#[test]
fn a_missing_file_is_made_only_when_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let error = open(&path, NEVER).err().expect("refused").to_string();
    assert!(error.contains("gapless init"), "{error}");
    assert!(!path.exists());
    fs::write(&path, "").expect("an empty file");
    assert!(open(&path, NEVER).is_err());
    assert_eq!(fs::metadata(&path).expect("size").len(), 0);
    ours(&path);
    open(&path, NEVER).expect("now it is there");
}

#[test]
fn a_directory_that_is_not_there_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("nowhere").join("x.db");
    match open(&path, Create::WhenMissing).err() {
        Some(StoreError::Storage(text)) => assert!(text.contains("directory exists"), "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_link_is_the_file_behind_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, link) = (directory.path().join("x.db"), directory.path().join("link.db"));
    let first = open(&path, Create::WhenMissing).expect("open");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let second = open(&link, NEVER).expect("open through the link");
    let _writer = first.writer().expect("writer");
    assert!(matches!(second.writer().err(), Some(StoreError::Busy(_))));
}

#[test]
fn a_second_writer_is_told_to_wait() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    let first = open(&path, Create::WhenMissing).expect("open");
    let second = open(&path, NEVER).expect("open for reading");
    let writer = first.writer().expect("writer");
    for store in [&first, &second] {
        match store.writer().err() {
            Some(StoreError::Busy(text)) => assert!(text.contains("x.db"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    let text = second.writer().err().expect("busy").to_string();
    assert!(text.contains("--url") && text.contains("x.db-lock"), "{text}");
    second.reader().expect("reading goes on").ledgers(Default::default(), 1).expect("read");
    drop(writer);
    second.writer().expect("its turn");
}

#[test]
fn what_may_not_be_written_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    as_ordinary_user("what_may_not_be_written_is_refused", &directory, |place| {
        let path = place.join("x.db");
        ours(&path);
        let before = contents(place);
        protect(&path, 0o444);
        storage(open(&path, NEVER).err(), "right to write");
        protect(&path, 0o644);
        protect(place, 0o555);
        let result = open(&path, NEVER).and_then(|store| store.writer().map(drop));
        storage(result.err(), "directory");
        storage(open(&place.join("new.db"), Create::WhenMissing).err(), "directory");
        protect(place, 0o755);
        let after: BTreeMap<_, _> = contents(place);
        assert_eq!(after, before);
    });
}

fn storage(error: Option<StoreError>, word: &str) {
    match error {
        Some(StoreError::Storage(text)) => assert!(text.contains(word), "{text}"),
        other => panic!("storage, not {other:?}"),
    }
}

fn protect(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

/// Runs the body as a user whom permissions bind: at once, or when that is not so (the superuser),
/// in a process of this test alone with another user.
fn as_ordinary_user(test: &str, directory: &TempDir, body: impl FnOnce(&Path)) {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    const PLACE: &str = "STORE_SQLITE_TEST_PLACE";
    const NOBODY: u32 = 65_534;
    if let Some(place) = std::env::var_os(PLACE) {
        return body(Path::new(&place));
    }
    let superuser = fs::metadata(directory.path()).expect("owner").uid() == 0;
    let place = directory.path().join("place");
    fs::create_dir(&place).expect("place");
    if !superuser {
        return body(&place);
    }
    let program = directory.path().join("program");
    fs::copy(std::env::current_exe().expect("program"), &program).expect("copy");
    protect(directory.path(), 0o755);
    std::os::unix::fs::chown(&place, Some(NOBODY), Some(NOBODY)).expect("owner");
    let output = std::process::Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env(PLACE, &place)
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir(&place)
        .output()
        .expect("run");
    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}\n{errors}");
}

#[test]
fn a_file_with_a_second_name_is_not_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let (path, other) = (directory.path().join("a.db"), directory.path().join("b.db"));
    let first = open(&path, Create::WhenMissing).expect("make it");
    std::fs::hard_link(&path, &other).expect("a second name");
    for name in [&path, &other] {
        let refused = open(name, NEVER).and_then(|store| store.writer().map(drop));
        let text = refused.expect_err("refused").to_string();
        assert!(text.contains("2 names") && text.contains("Keep one name"), "{text}");
    }
    std::fs::remove_file(&other).expect("one name again");
    first.writer().expect("writer");
}

#[test]
fn a_file_that_may_only_be_read_is_read_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    as_ordinary_user("a_file_that_may_only_be_read_is_read_as_it_is", &directory, |place| {
        let path = place.join("x.db");
        ours(&path);
        let older = place.join("older.db");
        fs::copy(&path, &older).expect("copy");
        change(&older, "PRAGMA user_version = 1");
        let before = contents(place);
        for file in [&path, &older] {
            protect(file, 0o444);
        }
        protect(place, 0o555);
        let read = |path: &Path| {
            let options = OpenOptions { access: Access::Read, ..OpenOptions::default() };
            SqliteStore::open(path, OpenOptions { create: NEVER, ..options })
        };
        let store = read(&path).expect("it can be read");
        store.reader().expect("a reader").ledgers(Default::default(), 1).expect("read");
        assert_eq!(store.examine(&mut |_, _| ()).expect("read"), Some(Vec::new()));
        storage(store.writer().err(), "right to write");
        drop(store);
        storage(open(&path, NEVER).err(), "right to write");
        match read(&older).err() {
            Some(StoreError::Unusable(text)) => assert!(text.contains("older version"), "{text}"),
            other => panic!("unusable, not {other:?}"),
        }
        protect(place, 0o755);
        assert_eq!(contents(place), before);
    });
}

#[test]
fn an_index_that_does_not_go_with_its_rows_is_found() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("x.db");
    ours(&path);
    let examined = || {
        let mut told = Vec::new();
        let store = open(&path, NEVER).expect("open");
        let found = store.examine(&mut |done, total| told.push((done, total))).expect("read");
        assert_eq!(told.first().map(|(done, _)| *done), Some(0));
        assert!(told.last().is_some_and(|(done, total)| done == total), "{told:?}");
        found.expect("findings")
    };
    assert_eq!(examined(), [""; 0]);
    // The index says what the row said before.
    let connection = Connection::open(&path).expect("open");
    connection
        .execute_batch(
            "CREATE TABLE filler (a, b); CREATE INDEX filler_b ON filler (b); \
             INSERT INTO filler VALUES (1, 2); PRAGMA writable_schema = ON; \
             CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'filler_b'; \
             DELETE FROM sqlite_schema WHERE name = 'filler_b';",
        )
        .expect("without its index");
    connection.execute_batch("PRAGMA writable_schema = RESET").expect("read anew");
    connection
        .execute_batch(
            "UPDATE filler SET b = 3; PRAGMA writable_schema = ON; \
             INSERT INTO sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET;",
        )
        .expect("with its index");
    drop(connection);
    drop(open(&path, NEVER).expect("open").writer().expect("a look at the rows finds nothing"));
    let found = examined();
    assert!(found.iter().any(|text| text.contains("filler_b")), "{found:?}");
}
