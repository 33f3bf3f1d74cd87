//! What a store must not write, and that nothing of it is left.

use std::sync::Arc;

use ledger::Changes;
use ledger::books::{LedgerChange, TrailLine};
use ledger::id::{LedgerId, Position, SeriesId};
use ledger::model::{Head, KeyHash, KeyRow, Mode, NumberRow, OutcomeRow, PrefixOwner, State};
use ledger::role::Role;
use ledger::trail::Hash;

use super::drive::decide;
use super::sample::{
    LEDGER, NOON, customer, done, entry, head, issue, ledger, number, open, put, sequence, series,
    texts, writer,
};
use super::{Case, Database};
use crate::{Reader, StoreError, Writer};

pub(super) const CASES: &[Case] = &[
    ("a batch that is given up leaves nothing", a_batch_that_is_given_up_leaves_nothing),
    ("a batch that is dropped leaves nothing", a_batch_that_is_dropped_leaves_nothing),
    ("a head that moved is a conflict", a_head_that_moved_is_a_conflict),
    ("rows that are there already are a conflict", rows_that_are_there_already_are_a_conflict),
    ("a row to change must be there", a_row_to_change_must_be_there),
    ("the writer goes on after a conflict", the_writer_goes_on_after_a_conflict),
];

fn a_batch_that_is_given_up_leaves_nothing(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    decide(&mut *writer, vec![issue(LEDGER, "given up")]).expect("decide");
    writer.rollback().expect("rollback");
    writer.rollback().expect("a second time changes nothing");
    assert_eq!(store.reader().expect("reader").summary(LEDGER).expect("read").numbers, 0);
    assert_eq!(texts(&mut *writer, issue(LEDGER, "taken")), ["INV-2026-00001"]);
}

fn a_batch_that_is_dropped_leaves_nothing(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut first = writer(&*store);
    done(&mut *first, vec![open(LEDGER)]);
    decide(&mut *first, vec![issue(LEDGER, "dropped")]).expect("decide");
    drop(first);
    assert_eq!(texts(&mut *writer(&*store), issue(LEDGER, "taken")), ["INV-2026-00001"]);
}

fn a_head_that_moved_is_a_conflict(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let (row, _) = head(LEDGER, Mode::Live);
    let there = row.head();
    let expectations = [
        None,
        Some(Head { trail_count: there.trail_count + 1, ..there }),
        Some(Head { trail_hash: Hash::ZERO, ..there }),
        Some(Head::default()),
    ];
    for expected in expectations {
        let changes = Changes {
            ledgers: vec![LedgerChange { row: row.clone(), expected }],
            new_numbers: vec![number(1, 1, 1, "X-1")],
            ..Changes::default()
        };
        conflict(&mut *writer, &changes, &format!("{expected:?}"));
    }
    let (stranger, _) = head(LedgerId(5), Mode::Live);
    let changes = Changes {
        ledgers: vec![LedgerChange { row: stranger, expected: Some(there) }],
        ..Changes::default()
    };
    conflict(&mut *writer, &changes, "a ledger that is not there");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.number(LEDGER, Position(1)).expect("read"), None);
    let changes = Changes {
        ledgers: vec![LedgerChange { row, expected: Some(there) }],
        new_numbers: vec![number(1, 1, 1, "X-1")],
        ..Changes::default()
    };
    put(&mut *writer, &changes);
    assert!(reader.number(LEDGER, Position(1)).expect("read").is_some());
}

/// Rows of each kind that clash with what [`taken`] put.
fn clashes() -> Vec<(&'static str, Changes)> {
    let none = Changes::default;
    let (same_account, _) = head(LEDGER, Mode::Live);
    let same_account = ledger::model::LedgerRow { id: LedgerId(77), ..same_account };
    let key = |id: u64, byte| KeyRow {
        id: ledger::id::KeyId(id),
        ledger: LEDGER,
        hash: KeyHash([byte; 32]),
        role: Role::Clerk,
        name: String::new(),
        hint: String::new(),
        created: NOON,
        revoked: None,
    };
    let line = TrailLine { ledger: LEDGER, index: 0, line: 0, bytes: vec![1] };
    let owner = PrefixOwner::Customer(customer("other"));
    let ledgers = vec![LedgerChange { row: same_account, expected: None }];
    vec![
        ("an account with two ledgers in a mode", Changes { ledgers, ..none() }),
        ("a position", Changes { new_numbers: vec![number(1, 1, 9, "X-9")], ..none() }),
        ("an ordinal", Changes { new_numbers: vec![number(9, 1, 1, "X-9")], ..none() }),
        ("no sequence", Changes { new_numbers: vec![number(9, 99, 1, "X-9")], ..none() }),
        ("a trail entry", Changes { trail: vec![entry(LEDGER, 0).seal(Hash::ZERO)], ..none() }),
        ("a trail line", Changes { trail_lines: vec![line], ..none() }),
        ("a key's hash", Changes { keys: vec![key(2, 1)], ..none() }),
        ("a prefix", Changes { prefixes: vec![(LEDGER, "ACME".to_owned(), owner)], ..none() }),
        (
            "the name of a series",
            Changes { series: vec![Arc::new(series(LEDGER, 3, "orders"))], ..none() },
        ),
        (
            "what a sequence counts",
            Changes { sequences: vec![sequence(LEDGER, 4, 1, 2025)], ..none() },
        ),
        (
            "a sequence that counts something else",
            Changes { sequences: vec![sequence(LEDGER, 1, 2, 2020)], ..none() },
        ),
    ]
}

/// A ledger with a row of each kind.
fn taken() -> Changes {
    let mut changes = ledger();
    changes.new_numbers = vec![number(1, 1, 1, "X-1")];
    changes.trail_lines = vec![TrailLine { ledger: LEDGER, index: 0, line: 0, bytes: vec![0] }];
    changes.keys = vec![KeyRow {
        id: ledger::id::KeyId(1),
        ledger: LEDGER,
        hash: KeyHash([1; 32]),
        role: Role::Clerk,
        name: String::new(),
        hint: String::new(),
        created: NOON,
        revoked: None,
    }];
    changes.prefixes = vec![(LEDGER, "ACME".to_owned(), PrefixOwner::Series(SeriesId(1)))];
    changes
}

fn rows_that_are_there_already_are_a_conflict(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &taken());
    let mut reader = store.reader().expect("reader");
    let before = seen(&mut *reader);
    for (what, mut changes) in clashes() {
        // Something harmless beside it must not be written either.
        changes.new_numbers.push(number(500, 2, 500, "Y-500"));
        let result = Ok(ledger::Outcome::Opened(LEDGER));
        let key = ledger::model::IdempotencyKey([8; 16]);
        let request = ledger::model::RequestHash([8; 16]);
        changes.outcomes = vec![OutcomeRow { ledger: LEDGER, key, request, at: NOON, result }];
        conflict(&mut *writer, &changes, what);
        assert_eq!(seen(&mut *reader), before, "{what}: nothing is left");
    }
}

fn a_row_to_change_must_be_there(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &taken());
    let blank = NumberRow { state: State::Blank, ..number(1, 1, 1, "X-1") };
    let absent = NumberRow { position: Position(2), ordinal: 2, ..blank.clone() };
    let changes = Changes { changed_numbers: vec![blank, absent], ..Changes::default() };
    conflict(&mut *writer, &changes, "a number that is not there");
    let mut reader = store.reader().expect("reader");
    let row = reader.number(LEDGER, Position(1)).expect("read").expect("a number").row;
    assert_eq!(row.state, State::Held);
}

fn the_writer_goes_on_after_a_conflict(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let commands = vec![issue(LEDGER, "a")];
    let (_, mut changes, _) = decide(&mut *writer, commands).expect("decide");
    changes.ledgers[0].expected = None;
    assert!(matches!(writer.commit(&changes), Err(StoreError::Conflict(_))));
    assert_eq!(texts(&mut *writer, issue(LEDGER, "a")), ["INV-2026-00001"]);
}

fn conflict(writer: &mut dyn Writer, changes: &Changes, what: &str) {
    writer.begin(&[LEDGER]).expect("begin");
    match writer.commit(changes) {
        Err(StoreError::Conflict(_)) => {}
        other => panic!("{what}: a conflict, not {other:?}"),
    }
}

/// What a reader sees of the ledger, as text.
fn seen(reader: &mut dyn Reader) -> String {
    let page = crate::Page { limit: 100, ..crate::Page::default() };
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        reader.ledgers(LedgerId(0), 100).expect("read"),
        reader.series(LEDGER).expect("read"),
        reader.sequences(LEDGER, Default::default(), 100).expect("read"),
        reader.numbers(LEDGER, &Default::default(), page).expect("read"),
        reader.trail(LEDGER, 0, 100).expect("read"),
        reader.keys(LEDGER).expect("read"),
    )
}
