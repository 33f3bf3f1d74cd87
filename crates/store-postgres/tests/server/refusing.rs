//! Databases that are not to be touched, and processes that open one at the same time.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use store::contract::drive;
use store::{Create, Store, StoreError};
use store_postgres::connect::Location;
use store_postgres::{Access, OpenOptions, PostgresStore, STEPS};

use crate::stage::{Database, cluster, open};

fn options(create: Create) -> OpenOptions {
    OpenOptions { create, ..OpenOptions::default() }
}

/// Everything that a database holds, by name.
fn contents(database: &Database) -> String {
    database.ask(
        "SELECT string_agg(relname || ':' || relkind::text, ' ' ORDER BY relname) FROM pg_class \
         WHERE relnamespace = 'public'::regnamespace",
    )
}

/// Asserts that opening is refused with `words`, and changes nothing.
fn refused(database: &Database, options: OpenOptions, words: &[&str]) {
    let before = contents(database);
    let error = match database.open(options) {
        Ok(_) => panic!("opened, instead of {words:?}"),
        Err(error) => error.to_string(),
    };
    for word in words.iter().chain(&[database.name.as_str()]) {
        assert!(error.contains(word), "{word:?} in {error:?}");
    }
    assert_eq!(contents(database), before, "{error}");
}

#[test]
fn an_empty_database_is_set_up_only_when_asked_for() {
    let database = Database::new();
    refused(&database, options(Create::Never), &["gapless init"]);
    let reading = OpenOptions { access: Access::Read, ..OpenOptions::default() };
    refused(&database, reading.clone(), &["empty"]);
    database.open(options(Create::WhenMissing)).expect("now it is made");
    database.open(options(Create::Never)).expect("now it is there");
    let store = database.open(reading).expect("to read");
    assert!(matches!(store.writer(), Err(StoreError::Storage(_))));
    assert_eq!(store.reader().expect("reader").ledgers(Default::default(), 1).expect("read"), []);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let database = Database::new();
    database.ask("CREATE TABLE customer (id integer)");
    refused(&database, options(Create::WhenMissing), &["not a database of Gapless", "customer"]);
    database.ask("DROP TABLE customer");
    database.ask("CREATE TABLE something_else (id integer)");
    database.open(options(Create::WhenMissing)).expect("tables of other names do no harm");
}

#[test]
fn newer_and_different_databases_are_refused() {
    let database = Database::new();
    drop(database.open(options(Create::WhenMissing)).expect("open"));
    let sum = "(SELECT checksum FROM gapless_migration WHERE version = 1)";
    let next = STEPS + 1;
    database.ask(&format!("INSERT INTO gapless_migration VALUES ({next}, '9999_later', {sum})"));
    let shape = format!("shape is {next}");
    refused(&database, options(Create::WhenMissing), &["newer version", &shape]);
    database.ask(&format!("DELETE FROM gapless_migration WHERE version = {next}"));
    database.ask("UPDATE gapless_migration SET checksum = sha256('other')");
    refused(&database, options(Create::WhenMissing), &["another build", "0001_heart"]);
    database.ask("DELETE FROM gapless_migration");
    refused(&database, options(Create::Never), &[]);
}

#[test]
fn a_database_that_cannot_hold_every_text_is_refused() {
    let database = Database::new();
    let name = format!("{}_latin", database.name);
    let sql = format!(
        "CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    cluster().execute(&sql).expect("a database");
    let latin = Database { url: cluster().url_of(&name), name };
    refused(&latin, options(Create::WhenMissing), &["LATIN1", "UTF8"]);
}

#[test]
fn a_user_without_rights_is_told_which() {
    let database = Database::new();
    let user = format!("{}_user", database.name);
    database.ask(&format!("CREATE ROLE {user} LOGIN"));
    database.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let url = database.url.replace("postgres://postgres@", &format!("postgres://{user}@"));
    let own = Database { url, name: database.name };
    match own.open(OpenOptions::default()).err() {
        Some(StoreError::Storage(text)) => assert!(text.contains("GRANT"), "{text}"),
        other => panic!("storage, not {other:?}"),
    }
}

#[test]
fn tables_go_into_the_schema_that_the_path_begins_with() {
    let database = Database::new();
    database.ask("CREATE SCHEMA apart");
    database.ask("CREATE TABLE ledger (of_another_program integer)");
    let url = format!("{}?options=-c%20search_path%3Dapart,public", database.url);
    let location = Location::parse(&url, &|_| None).expect("a location");
    let store = PostgresStore::open(location, OpenOptions::default()).expect("open");
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open(ledger::id::LedgerId(1))]).expect("open a ledger");
    assert_eq!(database.ask("SELECT count(*) FROM apart.ledger"), "1");
    assert_eq!(database.ask("SELECT count(*) FROM public.ledger"), "0");
    assert!(store.size_bytes().expect("size") > 100_000);
}

#[test]
fn eight_that_open_an_empty_database_at_once_set_it_up_once() {
    let database = Database::new();
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                let store = database.open(OpenOptions::default()).expect("open");
                store.reader().expect("reader").ledgers(Default::default(), 1).expect("read");
            });
        }
    });
    assert_eq!(database.ask("SELECT count(*) FROM gapless_migration"), STEPS.to_string());
}

/// Waits until a condition is true in the database.
fn await_true(database: &Database, condition: &str) {
    let since = Instant::now();
    while database.ask(&format!("SELECT {condition}")) != "t" {
        assert!(since.elapsed() < Duration::from_secs(20), "never: {condition}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Works while another process has said some words in a transaction. It is ended then.
fn beside(database: &Database, words: &str, work: impl FnOnce()) {
    const ASLEEP: &str = "FROM pg_stat_activity a WHERE a.datname = current_database() \
                          AND a.wait_event = 'PgSleep'";
    thread::scope(|scope| {
        let words = format!("BEGIN; {words}; SELECT pg_sleep(60)");
        let other = scope.spawn(move || cluster().ask_in(&database.name, &words));
        await_true(database, &format!("EXISTS (SELECT {ASLEEP})"));
        work();
        database.ask(&format!("SELECT pg_terminate_backend(a.pid) {ASLEEP}"));
        assert!(other.join().expect("no panic").is_err(), "it was ended");
    });
}

#[test]
fn who_sets_a_database_up_is_waited_for_and_a_table_is_not() {
    let database = Database::new();
    let lock_timeout = Duration::from_millis(200);
    let open = || database.open(OpenOptions { lock_timeout, ..OpenOptions::default() }).err();
    beside(&database, "CREATE TABLE gapless_migration (version integer)", || {
        let error = open();
        assert!(matches!(error, Some(StoreError::Busy(_))), "{error:?}");
    });
    thread::scope(|scope| {
        let lock = "SELECT pg_advisory_xact_lock(1195462732, hashtext('public'))";
        let mut opening = None;
        beside(&database, lock, || {
            opening = Some(scope.spawn(open));
            let waits = "FROM pg_locks l WHERE l.locktype = 'advisory' AND NOT l.granted";
            await_true(&database, &format!("EXISTS (SELECT {waits})"));
            thread::sleep(lock_timeout * 3);
        });
        let error = opening.and_then(|opening| opening.join().expect("no panic"));
        assert!(error.is_none(), "it is not waited for: {error:?}");
    });
}
