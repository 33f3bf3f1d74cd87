//! Connections that are lost, before a commit and in it.

use std::thread;
use std::time::{Duration, Instant};

use ledger::batch::Batch;
use ledger::id::LedgerId;
use ledger::{Changes, Misses};
use store::contract::drive;
use store::{Store, StoreError, Writer};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::postgres::{Durability, TemporaryCluster};

use crate::stage::{Stage, issue, open};

const LEDGER: LedgerId = LedgerId(1);

/// Begins and decides one number, without committing.
fn decided(writer: &mut dyn Writer) -> Changes {
    assert_eq!(writer.begin(&[LEDGER]).expect("begin"), [LEDGER]);
    let decided = Batch::new(vec![issue(LEDGER)]).run(|misses| writer.load(misses));
    decided.expect("decide").changes
}

/// How many numbers the ledger has, by a look under its lock.
fn numbers(writer: &mut dyn Writer) -> u64 {
    assert_eq!(writer.begin(&[LEDGER]).expect("begin"), [LEDGER]);
    let misses = Misses { ledgers: vec![LEDGER], ..Misses::default() };
    writer.load(&misses).expect("load").ledgers[0].last_position
}

#[test]
fn a_connection_lost_before_the_commit_leaves_nothing() {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    drive(&mut *writer, vec![open(LEDGER)]).expect("open");
    let mut reader = stage.store.reader().expect("reader");
    reader.summary(LEDGER).expect("read");
    let changes = decided(&mut *writer);
    let ended = stage.database.ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert!(ended.parse::<u32>().expect("a count") >= 3, "{ended}");
    match writer.commit(&changes) {
        Err(StoreError::Database(text)) => assert!(text.contains(&stage.database.name), "{text}"),
        other => panic!("a lost connection, not {other:?}"),
    }
    // The writer connects again for the next batch, and the reader for the next query.
    assert_eq!(numbers(&mut *writer), 0);
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 0);
    drive(&mut *writer, vec![issue(LEDGER)]).expect("issue");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 1);
    assert!(stage.store.size_bytes().expect("size") > 0);
}

#[test]
fn a_state_that_was_held_is_lost_with_its_connection() {
    let stage = Stage::new();
    drive(&mut *stage.store.writer().expect("writer"), vec![open(LEDGER)]).expect("open");
    let mut reader = stage.store.reader().expect("reader");
    reader.hold().expect("hold");
    stage.database.ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert!(matches!(reader.summary(LEDGER), Err(StoreError::Database(_))));
    reader.release().expect("release");
    reader.hold().expect("hold again");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 0);
}

#[test]
fn a_writer_that_lost_its_connection_in_the_middle_says_so() {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    drive(&mut *writer, vec![open(LEDGER)]).expect("open");
    writer.begin(&[LEDGER]).expect("begin");
    stage.database.ask(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    let misses = Misses { ledgers: vec![LEDGER], ..Misses::default() };
    assert!(matches!(writer.load(&misses), Err(StoreError::Database(_))));
    writer.rollback().expect("nothing is left to give up");
    assert!(matches!(writer.load(&misses), Err(StoreError::Database(_))), "no batch was begun");
    assert_eq!(numbers(&mut *writer), 0);
}

/// A server whose commits wait for a standby that never comes.
struct Waiting {
    store: PostgresStore,
    cluster: TemporaryCluster,
}

const COMMITTING: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

impl Waiting {
    fn new(options: OpenOptions) -> Waiting {
        let cluster = TemporaryCluster::for_test(Durability::None);
        let location = Location::parse(&cluster.url(), &|_| None).expect("a location");
        let store = PostgresStore::open(location, options).expect("open");
        drive(&mut *store.writer().expect("writer"), vec![open(LEDGER)]).expect("open");
        let waiting = Waiting { store, cluster };
        waiting.expect_standby("nobody");
        waiting
    }

    fn expect_standby(&self, name: &str) {
        let sql = format!("ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        self.cluster.execute(&sql).expect("set");
        self.cluster.execute("SELECT pg_reload_conf()").expect("reload");
        let begin = Instant::now();
        while self.cluster.ask("SHOW synchronous_standby_names").expect("show") != name {
            assert!(begin.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Commits one number, and has something done once the commit waits.
    fn commit(&self, meanwhile: impl FnOnce() + Send) -> (Box<dyn Writer>, Result<(), StoreError>) {
        let mut writer = self.store.writer().expect("writer");
        let changes = decided(&mut *writer);
        let result = thread::scope(|scope| {
            scope.spawn(|| {
                let begin = Instant::now();
                let count = format!("SELECT count(*) {COMMITTING}");
                while self.cluster.ask(&count).expect("count") != "1" {
                    assert!(begin.elapsed() < Duration::from_secs(20), "no commit waits");
                    thread::sleep(Duration::from_millis(20));
                }
                meanwhile();
            });
            writer.commit(&changes)
        });
        (writer, result)
    }

    /// What was in doubt is there, and is confirmed once there is no standby to wait for.
    fn settle(&self, mut writer: Box<dyn Writer>, result: Result<(), StoreError>) {
        match result {
            Err(StoreError::InDoubt(_)) => {}
            other => panic!("in doubt, not {other:?}"),
        }
        assert_eq!(numbers(&mut *writer), 1);
        thread::scope(|scope| {
            let confirmed = scope.spawn(|| writer.confirm());
            thread::sleep(Duration::from_millis(300));
            assert!(!confirmed.is_finished(), "to confirm waits for the standby too");
            self.expect_standby("");
            confirmed.join().expect("thread").expect("confirm");
        });
        drive(&mut *writer, vec![issue(LEDGER)]).expect("issue");
        assert_eq!(numbers(&mut *writer), 2);
    }
}

#[test]
fn a_connection_lost_in_the_commit_is_in_doubt() {
    let waiting = Waiting::new(OpenOptions::default());
    let (writer, result) = waiting.commit(|| {
        let end = format!("SELECT pg_terminate_backend(pid) {COMMITTING}");
        waiting.cluster.execute(&end).expect("terminate");
    });
    waiting.settle(writer, result);
}

#[test]
fn a_commit_that_was_not_replicated_is_in_doubt_though_it_is_answered() {
    let waiting = Waiting::new(OpenOptions::default());
    let (writer, result) = waiting.commit(|| {
        let cancel = format!("SELECT pg_cancel_backend(pid) {COMMITTING}");
        waiting.cluster.execute(&cancel).expect("cancel");
    });
    waiting.settle(writer, result);
}

#[test]
fn no_timeout_cuts_a_commit_short() {
    let options = OpenOptions {
        statement_timeout: Duration::from_millis(150),
        lock_timeout: Duration::from_millis(150),
        ..OpenOptions::default()
    };
    let waiting = Waiting::new(options);
    let begin = Instant::now();
    let (mut writer, result) = waiting.commit(|| {
        thread::sleep(Duration::from_millis(600));
        waiting.expect_standby("");
    });
    result.expect("it is answered in the end");
    assert!(begin.elapsed() > Duration::from_millis(600));
    assert_eq!(numbers(&mut *writer), 1);
}
