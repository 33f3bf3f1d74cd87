//! Reading from a standby, and writing to it once it is the primary.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use ledger::id::LedgerId;
use store::contract::drive;
use store::{Create, Reader, Store, StoreError};
use store_postgres::connect::Location;
use store_postgres::{Access, OpenOptions, PostgresStore};
use testkit::postgres::{Durability, Mode, TemporaryCluster};

use crate::stage::{issue, open};

const LEDGER: LedgerId = LedgerId(1);

fn at(cluster: &TemporaryCluster, options: OpenOptions) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(Location::parse(&cluster.url(), &|_| None)?, options)
}

/// Waits until a reader finds so many numbers.
fn await_numbers(reader: &mut dyn Reader, count: u64) {
    let begin = Instant::now();
    while reader.summary(LEDGER).expect("read").numbers != count {
        assert!(begin.elapsed() < Duration::from_secs(20), "{count} numbers never came");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_standby_is_read_and_says_how_old_it_is() {
    let primary = TemporaryCluster::for_test(Durability::Full);
    let store = at(&primary, OpenOptions::default()).expect("open");
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open(LEDGER), issue(LEDGER)]).expect("issue");
    let standby = primary.standby().expect("a standby");
    let reading = OpenOptions { access: Access::Read, ..OpenOptions::default() };
    let replica = at(&standby, reading).expect("open the standby");
    assert!(matches!(replica.writer(), Err(StoreError::Storage(_))));
    let mut reader = replica.reader().expect("reader");
    await_numbers(&mut *reader, 1);
    let age = reader.age().expect("age").expect("a standby has one");
    assert!(age < Duration::from_secs(30), "it has all, and still receives: {age:?}");
    reader.hold().expect("hold");
    drive(&mut *writer, vec![issue(LEDGER)]).expect("issue");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 1, "one state is held");
    reader.release().expect("release");
    await_numbers(&mut *reader, 2);
    // Without a primary, what it has grows old.
    primary.stop(Mode::Fast);
    let begin = Instant::now();
    let mut age = Duration::ZERO;
    while age < Duration::from_secs(1) {
        assert!(begin.elapsed() < Duration::from_secs(20), "it does not grow old: {age:?}");
        thread::sleep(Duration::from_millis(50));
        age = reader.age().expect("age").expect("a standby has one");
    }
    let never = || OpenOptions { create: Create::Never, ..OpenOptions::default() };
    assert!(at(&standby, never()).and_then(|store| store.writer().map(drop)).is_err());
    standby.promote().expect("promote");
    let store = at(&standby, never()).expect("the primary now");
    drive(&mut *store.writer().expect("writer"), vec![issue(LEDGER)]).expect("issue");
    assert_eq!(store.reader().expect("reader").summary(LEDGER).expect("read").numbers, 3);
    assert_eq!(store.reader().expect("reader").age().expect("age"), None);
}

#[test]
fn beside_writers_no_standby_is_read() {
    let primary = TemporaryCluster::for_test(Durability::Full);
    let standby = primary.standby().expect("a standby");
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", standby.port(), primary.port());
    let url = format!("postgres://postgres@{hosts}/postgres");
    let location = Location::parse(&url, &|_| None).expect("an address");
    let store = PostgresStore::open(location, OpenOptions::default()).expect("open");
    drive(&mut *store.writer().expect("writer"), vec![open(LEDGER), issue(LEDGER)]).expect("issue");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.age().expect("age"), None, "it reads where it writes");
    primary.stop(Mode::Immediate);
    assert!(reader.summary(LEDGER).is_err() && store.reader().is_err(), "a standby may lag behind");
    assert!(store.size_bytes().is_err() && store.size_bytes().is_err());
    standby.promote().expect("promote");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 1);
    assert!(store.size_bytes().expect("a size") > 0);
}

/// How old a standby says that it is, for its superuser or for the user named.
fn age(standby: &TemporaryCluster, user: &str) -> Duration {
    let url = standby.url().replace("postgres://postgres@", &format!("postgres://{user}@"));
    let location = Location::parse(&url, &|_| None).expect("an address");
    let reading = OpenOptions { access: Access::Read, ..OpenOptions::default() };
    let store = PostgresStore::open(location, reading).expect("open");
    store.reader().expect("reader").age().expect("age").expect("a standby has one")
}

/// Sends a signal to a process.
fn signal(name: &str, process: &str) {
    let sent = Command::new("kill").args([name, process]).status().expect("kill");
    assert!(sent.success(), "{name} {process}");
}

#[test]
fn a_sender_that_is_silent_lets_a_standby_grow_old() {
    const SILENCE: Duration = Duration::from_millis(1_500);
    let primary = TemporaryCluster::for_test(Durability::Full);
    let store = at(&primary, OpenOptions::default()).expect("open");
    primary.execute("CREATE ROLE onlooker LOGIN").expect("a role");
    primary.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker").expect("rights");
    let standby = primary.standby().expect("a standby");
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open(LEDGER), issue(LEDGER)]).expect("issue");
    let sender = primary.ask("SELECT pid FROM pg_stat_replication").expect("a sender");
    signal("-STOP", &sender);
    thread::sleep(SILENCE);
    let (silent, unseen) = (age(&standby, "postgres"), age(&standby, "onlooker"));
    let receivers = standby.ask("SELECT count(*) FROM pg_stat_wal_receiver").expect("receivers");
    signal("-CONT", &sender);
    assert_eq!(receivers, "1", "it still takes itself for connected");
    assert!(silent >= SILENCE, "{silent:?}");
    assert!(unseen >= SILENCE, "{unseen:?}");
    let begin = Instant::now();
    drive(&mut *writer, vec![issue(LEDGER)]).expect("issue");
    while age(&standby, "postgres") > begin.elapsed() {
        assert!(begin.elapsed() < Duration::from_secs(20), "it never hears from the sender");
        thread::sleep(Duration::from_millis(10));
    }
}
