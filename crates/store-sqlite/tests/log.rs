//! The write-ahead log stays short while batches go on, and is gone after closing.

use jiff::civil::date;
use ledger::Command;
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use store::contract::drive;
use store::{NumberFilter, Page, Store};
use store_sqlite::{Checkpoints, OpenOptions, SqliteStore};

const LEDGER: LedgerId = LedgerId(1);
const BATCHES: u64 = 140;
const ITEMS: usize = 2_000;

fn command(action: Action) -> Command {
    let actor = Actor::Operator("log".to_owned());
    Command { ledger: LEDGER, actor, at: At(1_795_176_000_000), idempotency: None, action }
}

fn open() -> Command {
    command(Action::Open(Open {
        account: AccountId("acct_log".to_owned()),
        name: "Log".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }))
}

/// Writes much more than the log may hold, and watches it.
fn check(checkpoints: Checkpoints) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("log.db");
    let options = OpenOptions { checkpoints, ..OpenOptions::default() };
    let store = SqliteStore::open(&path, options.clone()).expect("open");
    let mut writer = store.writer().expect("writer");
    drive(&mut *writer, vec![open()]).expect("open a ledger");
    let mut longest = 0;
    for _ in 0..BATCHES {
        let item = Item { date: Some(date(2026, 11, 20)), ..Item::default() };
        let issue = command(Action::Issue(vec![item; ITEMS]));
        drive(&mut *writer, vec![issue]).expect("issue");
        longest = longest.max(store.wal_bytes());
    }
    let counters = store.counters();
    let written = counters.log_frames * 4_120;
    assert!(written > 40 << 20, "{written} bytes were written in all");
    assert!(counters.checkpoints > 0 && counters.log_restarts > 0, "{counters:?}");
    assert!(longest < written / 2 && longest < 48 << 20, "the log grew to {longest} of {written}");
    drop(writer);
    drop(store);
    assert!(!directory.path().join("log.db-wal").exists(), "nothing is left in a log");
    let store = SqliteStore::open(&path, options).expect("open again");
    let mut reader = store.reader().expect("reader");
    let page = Page { limit: 1, ..Page::default() };
    let newest = reader.numbers(LEDGER, &NumberFilter::default(), page).expect("read").rows;
    assert_eq!(newest[0].row.ordinal, BATCHES * ITEMS as u64);
}

#[test]
fn a_thread_keeps_the_log_short() {
    check(Checkpoints::Background);
}

#[test]
fn the_writer_keeps_the_log_short() {
    check(Checkpoints::BetweenBatches);
}
