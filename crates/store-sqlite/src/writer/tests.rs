//! What happens when a batch cannot be written to the end.

use std::ops::Range;

use jiff::civil::date;
use ledger::batch::{Batch, Step};
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, IdempotencyKey, Mode, OutcomeRow, RequestHash};
use ledger::{Changes, Command, Misses, Outcome};
use store::contract::drive;
use store::{StoreError, Writer};
use tempfile::TempDir;

use super::SqliteWriter;
use crate::{OpenOptions, SqliteStore};

const LEDGER: LedgerId = LedgerId(1);

fn command(action: Action) -> Command {
    let actor = Actor::Operator("tester".to_owned());
    Command { ledger: LEDGER, actor, at: At(1_795_176_000_000), idempotency: None, action }
}

fn issue(count: usize) -> Command {
    let item = Item { date: Some(date(2026, 11, 20)), ..Item::default() };
    command(Action::Issue(vec![item; count]))
}

/// A writer with a ledger, and what must outlive it.
fn writer() -> (SqliteWriter, SqliteStore, TempDir) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("writer.db");
    let store = SqliteStore::open(&path, OpenOptions::default()).expect("open");
    let mut writer = SqliteWriter::open(store.turn().expect("turn")).expect("writer");
    let open = Action::Open(Open {
        account: AccountId("acct_writer".to_owned()),
        name: "Writer".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    });
    drive(&mut writer, vec![command(open)]).expect("open a ledger");
    (writer, store, directory)
}

/// Begins and decides a command, without committing.
fn decided(writer: &mut SqliteWriter, command: Command) -> Changes {
    writer.begin(&[LEDGER]).expect("begin");
    let mut batch = Batch::new(vec![command]);
    loop {
        match batch.step() {
            Step::Load(misses) => {
                let found = writer.load(&misses).expect("load");
                batch.fill(misses, found);
            }
            Step::Done(decided) => return decided.changes,
        }
    }
}

/// The next number's ordinal is `expected`.
fn goes_on(writer: &mut SqliteWriter, expected: u64) {
    let changes = decided(writer, issue(1));
    assert_eq!(changes.new_numbers[0].ordinal, expected);
    writer.commit(&changes).expect("commit");
}

#[test]
fn a_full_file_refuses_the_batch_and_the_writer_goes_on() {
    let (mut writer, _store, _directory) = writer();
    let changes = decided(&mut writer, issue(2_000));
    let limit = |writer: &mut SqliteWriter, pages: i64| {
        let session = &writer.opened().expect("session").session;
        let sql = format!("PRAGMA max_page_count = {pages}");
        session.connection().query_row(&sql, [], |row| row.get::<_, i64>(0)).expect("limit");
    };
    limit(&mut writer, 1);
    match writer.commit(&changes) {
        Err(StoreError::Storage(text)) => assert!(text.contains("Make room"), "{text}"),
        other => panic!("storage, not {other:?}"),
    }
    limit(&mut writer, 1_000_000);
    goes_on(&mut writer, 1);
}

#[test]
fn a_commit_that_fails_is_looked_up() {
    let (mut writer, _store, _directory) = writer();
    let changes = decided(&mut writer, issue(1));
    writer.opened().expect("session").session.refuse_commits();
    assert!(matches!(writer.commit(&changes), Err(StoreError::Conflict(_))));
    goes_on(&mut writer, 1);
}

#[test]
fn a_commit_whose_answer_was_lost_is_found() {
    let (mut writer, _store, _directory) = writer();
    let changes = decided(&mut writer, issue(1));
    writer.commit(&changes).expect("commit");
    let lost = || StoreError::Storage("no answer".to_owned());
    writer.settle(&changes, lost()).expect("it is there");
    let more = decided(&mut writer, issue(1));
    writer.rollback().expect("rollback");
    assert!(matches!(writer.settle(&more, lost()), Err(StoreError::Storage(_))));
    let without_a_head = Changes { gaps: more.gaps, trail: more.trail, ..Changes::default() };
    assert!(matches!(writer.settle(&without_a_head, lost()), Err(StoreError::InDoubt(_))));
    goes_on(&mut writer, 2);
}

#[test]
fn a_batch_begun_twice_begins_anew() {
    let (mut writer, _store, _directory) = writer();
    decided(&mut writer, issue(1));
    goes_on(&mut writer, 1);
    goes_on(&mut writer, 2);
}

fn outcome(n: u64) -> OutcomeRow {
    // Any two keys differ, and none follows from the one before.
    let key = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&key);
    OutcomeRow {
        ledger: LEDGER,
        key: IdempotencyKey(bytes),
        request: RequestHash([1; 16]),
        // A hundred a day.
        at: At(1_795_176_000_000 + n as i64 * 864_000),
        result: Ok(Outcome::Opened(LedgerId(n))),
    }
}

/// Remembers outcomes in batches of forty.
fn remember(writer: &mut SqliteWriter, numbers: Range<u64>) {
    let numbers: Vec<u64> = numbers.collect();
    for batch in numbers.chunks(40) {
        let outcomes = batch.iter().map(|n| outcome(*n)).collect();
        writer.begin(&[LEDGER]).expect("begin");
        writer.commit(&Changes { outcomes, ..Changes::default() }).expect("commit");
    }
}

fn find(writer: &mut SqliteWriter, numbers: Range<u64>) -> Vec<u64> {
    let outcomes = numbers.map(outcome).map(|row| (row.ledger, row.key)).collect();
    let found = writer.load(&Misses { outcomes, ..Misses::default() }).expect("load").outcomes;
    let mut numbers: Vec<u64> = found
        .iter()
        .map(|row| match &row.result {
            Ok(Outcome::Opened(ledger)) => ledger.0,
            other => panic!("{other:?}"),
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

fn filed(writer: &mut SqliteWriter) -> u64 {
    let session = &writer.opened().expect("session").session;
    let sql = "SELECT count(*) FROM outcome_key";
    session.first(sql, [], |fields| fields.u64()).expect("count").expect("a row")
}

#[test]
fn outcomes_are_found_before_while_and_after_they_are_filed() {
    let (mut writer, _store, _directory) = writer();
    writer.opened().expect("open").fresh.set_run_length(300);
    let mut seen = Vec::new();
    for round in 0..30 {
        remember(&mut writer, round * 40..(round + 1) * 40);
        assert_eq!(find(&mut writer, 0..2_000), (0..(round + 1) * 40).collect::<Vec<_>>());
        seen.push(filed(&mut writer));
    }
    assert!(seen[0] == 0 && seen.is_sorted() && *seen.last().expect("last") > 900, "{seen:?}");
    // A run that was broken off begins again.
    for round in 30..60 {
        writer.open = None;
        writer.opened().expect("open").fresh.set_run_length(50);
        remember(&mut writer, round * 40..(round + 1) * 40);
        assert_eq!(find(&mut writer, 0..3_000), (0..(round + 1) * 40).collect::<Vec<_>>());
    }
    let mut forgotten = 0;
    let before = outcome(2_000).at;
    while let count @ 1.. = writer.forget_outcomes(before, 77).expect("forget") {
        forgotten += u64::from(count);
        assert_eq!(find(&mut writer, 0..3_000), (forgotten..2_400).collect::<Vec<_>>());
    }
    assert_eq!(forgotten, 2_000);
    assert!(filed(&mut writer) <= 400, "what is forgotten leaves the tree");
    writer.open = None;
    remember(&mut writer, 2_400..2_500);
    assert_eq!(find(&mut writer, 0..3_000), (2_000..2_500).collect::<Vec<_>>());
}

#[test]
fn a_batch_that_failed_files_nothing() {
    let (mut writer, _store, _directory) = writer();
    writer.opened().expect("open").fresh.set_run_length(100);
    remember(&mut writer, 0..120);
    let mut conflict = decided(&mut writer, issue(1));
    conflict.outcomes = vec![outcome(500)];
    conflict.trail.push(conflict.trail[0].clone());
    assert!(matches!(writer.commit(&conflict), Err(StoreError::Conflict(_))));
    assert_eq!(find(&mut writer, 0..600), (0..120).collect::<Vec<_>>());
    remember(&mut writer, 120..400);
    assert_eq!(find(&mut writer, 0..600), (0..400).collect::<Vec<_>>());
}
