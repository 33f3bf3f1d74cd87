//! What happens when a batch cannot be written to the end.

use jiff::civil::date;
use ledger::batch::{Batch, Step};
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use ledger::{Changes, Command};
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
        let session = writer.session().expect("session");
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
    writer.session.as_mut().expect("session").refuse_commits();
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
