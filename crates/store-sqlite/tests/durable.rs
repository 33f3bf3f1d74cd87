//! What is synced, and what a failing disk does to a batch.

use std::path::Path;

use jiff::civil::date;
use ledger::Command;
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use ledger::outcome::Outcome;
use store::contract::drive;
use store::{Store, StoreError, Writer};
use store_sqlite::{Access, Checkpoints, Create, Locking, OpenOptions, SqliteStore};
use testkit::vfs::{Disk, Failure, FileKind, Operation, Shim, Survivors};

const LEDGER: LedgerId = LedgerId(1);

fn command(action: Action) -> Command {
    let actor = Actor::Operator("tester".to_owned());
    Command { ledger: LEDGER, actor, at: At(1_795_176_000_000), idempotency: None, action }
}

fn open_ledger() -> Command {
    command(Action::Open(Open {
        account: AccountId("acct_durable".to_owned()),
        name: "Durable".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }))
}

fn issue() -> Command {
    let item = Item { date: Some(date(2026, 11, 20)), ..Item::default() };
    command(Action::Issue(vec![item]))
}

fn open(path: &Path, vfs: &str) -> SqliteStore {
    let options = OpenOptions {
        create: Create::WhenMissing,
        access: Access::Write,
        lock: Locking::Unlocked,
        checkpoints: Checkpoints::BetweenBatches,
        vfs: Some(vfs.to_owned()),
    };
    SqliteStore::open(path, options).expect("open")
}

/// Issues one number, and gives its ordinal.
fn ordinal(writer: &mut dyn Writer) -> Result<u64, StoreError> {
    let answer = drive(writer, vec![issue()])?.remove(0);
    match answer.result {
        Ok(Outcome::Issued(views)) => Ok(views[0].row.ordinal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_batch_syncs_the_log_once() {
    let shim = Shim::mount();
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(&directory.path().join("x.db"), shim.name());
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open_ledger()]).expect("open a ledger");
    for size in [1, 48, 480, 1] {
        let before =
            [FileKind::Wal, FileKind::Database].map(|kind| shim.meter().counts(kind).syncs);
        drive(&mut *writer, vec![issue(); size]).expect("issue");
        let after = [FileKind::Wal, FileKind::Database].map(|kind| shim.meter().counts(kind).syncs);
        assert_eq!([after[0] - before[0], after[1] - before[1]], [1, 0], "a batch of {size}");
    }
}

#[test]
fn what_was_answered_survives_a_power_cut() {
    let disk = Disk::mount();
    let path = Path::new("/x.db");
    let mut answered = 0;
    for round in 1..=5 {
        let store = open(path, disk.name());
        let mut writer = store.writer().expect("writer");
        if round == 1 {
            drive(&mut *writer, vec![open_ledger()]).expect("open a ledger");
        }
        for _ in 0..round {
            assert_eq!(ordinal(&mut *writer).expect("issue"), answered + 1, "round {round}");
            answered += 1;
        }
        // Closing would copy the log into the file. A power cut comes before.
        disk.meter().cut_power(1);
        drop(writer);
        drop(store);
        disk.crash(Survivors::None);
        disk.meter().heal();
    }
}

#[test]
fn a_failing_disk_loses_nothing_and_doubles_nothing() {
    for operation in [Operation::Write, Operation::Sync] {
        for failure in [Failure::Full, Failure::Error] {
            for nth in [1, 2, 3, 5] {
                check_failure(operation, failure, nth);
            }
        }
    }
}

/// Whatever fails during a batch: what is told is what is there.
fn check_failure(operation: Operation, failure: Failure, nth: u64) {
    let what = format!("{operation:?} {failure:?} {nth}");
    let disk = Disk::mount();
    let store = open(Path::new("/x.db"), disk.name());
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open_ledger(), issue()]).expect("begin");
    disk.meter().fail(operation, nth, failure);
    let mut next = 2;
    let mut failed = 0;
    for _ in 0..6 {
        match ordinal(&mut *writer) {
            Ok(ordinal) => {
                assert_eq!(ordinal, next, "{what}");
                next += 1;
            }
            Err(StoreError::Storage(text)) => {
                assert!(text.contains("/x.db"), "{what}: {text}");
                failed += 1;
            }
            Err(other) => panic!("{what}: {other:?}"),
        }
    }
    assert_eq!(failed, 1, "{what}: one batch is refused, the others go on");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, next - 1, "{what}");
}

#[test]
fn a_confirmation_syncs_the_log_and_changes_nothing() {
    let shim = Shim::mount();
    let directory = tempfile::tempdir().expect("a directory");
    let store = open(&directory.path().join("x.db"), shim.name());
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open_ledger(), issue()]).expect("begin");
    let syncs = || shim.meter().counts(FileKind::Wal).syncs;
    for _ in 0..2 {
        let before = syncs();
        writer.begin(&[LEDGER]).expect("begin");
        writer.confirm().expect("confirm");
        assert_eq!(syncs() - before, 1);
    }
    assert_eq!(ordinal(&mut *writer).expect("issue"), 2);
}

#[test]
fn a_log_that_a_killed_process_left_is_synced_before_it_is_read() {
    let shim = Shim::mount();
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let store = open(&path("x.db"), shim.name());
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open_ledger(), issue()]).expect("begin");
    // What a process leaves that is killed: its last commit may never have been synced.
    for suffix in ["", "-wal"] {
        let copied = std::fs::copy(path(&format!("x.db{suffix}")), path(&format!("y.db{suffix}")));
        assert!(copied.expect("a copy") > 0);
    }
    let syncs = || [FileKind::Wal, FileKind::Database].map(|kind| shim.meter().counts(kind).syncs);
    let before = syncs();
    let left = open(&path("y.db"), shim.name());
    let after = syncs();
    assert!(after[0] > before[0] && after[1] > before[1], "{before:?} {after:?}");
    let mut reader = left.reader().expect("reader");
    assert_eq!(reader.summary(LEDGER).expect("read").numbers, 1);
}
