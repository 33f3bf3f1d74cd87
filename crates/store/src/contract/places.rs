//! A ledger that takes the place of another.

use std::sync::Arc;

use ledger::Changes;
use ledger::books::LedgerChange;
use ledger::id::{KeyId, LedgerId, ObjectId, Position};
use ledger::model::document::Customer;
use ledger::model::{Head, KeyHash, KeyRow, Mode, Object, ObjectRow};
use ledger::role::Role;
use ledger::trail::Hash;

use super::sample::{
    LEDGER, NOON, account, done, head, issue, number, object, open, put, texts, writer,
};
use super::{Case, Database};
use crate::{StoreError, Writer};

pub(super) const CASES: &[Case] = &[
    ("a ledger takes the place of another", a_ledger_takes_the_place_of_another),
    ("a place that is not as expected is kept", a_place_that_is_not_as_expected_is_kept),
];

/// The ledger that takes the place.
const OTHER: LedgerId = LedgerId(2);

/// A new ledger of the account of [`LEDGER`], with a customer.
fn fresh() -> Changes {
    let (mut row, sealed) = head(OTHER, Mode::Live);
    row.account = account(LEDGER);
    row.last_object = 1;
    let customer = object(1, Object::Customer(Customer::default()));
    Changes {
        ledgers: vec![LedgerChange { row, expected: None }],
        trail: vec![sealed],
        objects: vec![Arc::new(ObjectRow { ledger: OTHER, ..customer })],
        ..Changes::default()
    }
}

fn a_ledger_takes_the_place_of_another(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), open(LedgerId(9)), issue(LEDGER, "a")]);
    let mut reader = store.reader().expect("reader");
    let old = reader.ledger_of(&account(LEDGER), Mode::Live).expect("read").expect("a ledger");
    let key = |ledger| KeyRow {
        id: KeyId(70),
        ledger,
        hash: KeyHash([7; 32]),
        role: Role::Clerk,
        name: String::new(),
        hint: String::new(),
        created: NOON,
        revoked: None,
    };
    put(&mut *writer, &Changes { keys: vec![key(LEDGER)], ..Changes::default() });
    let mut fresh = fresh();
    fresh.keys = vec![key(OTHER)];
    writer.replace(LEDGER, old.head(), &fresh).expect("replace");
    let now = reader.ledger_of(&account(LEDGER), Mode::Live).expect("read").expect("a ledger");
    assert_eq!(now, fresh.ledgers[0].row);
    let ids: Vec<_> =
        reader.ledgers(LedgerId(0), 9).expect("read").into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [OTHER, LedgerId(9)]);
    let found = reader.key_by_hash(&KeyHash([7; 32])).expect("read");
    assert_eq!(found, Some(key(OTHER)));
    assert_eq!(reader.keys(LEDGER).expect("read"), []);
    assert_eq!(reader.all_objects(OTHER, ObjectId(0), 9).expect("read").len(), 1);
    // What is left of the old one is cleared away, and its place can be taken again.
    writer.discard(LEDGER).expect("discard");
    assert_eq!(reader.series(LEDGER).expect("read"), []);
    assert_eq!(reader.number(LEDGER, Position(1)).expect("read"), None);
    assert_eq!(texts(&mut *writer, issue(LedgerId(9), "b")), ["INV-2026-00001"]);
}

fn a_place_that_is_not_as_expected_is_kept(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a")]);
    let mut reader = store.reader().expect("reader");
    let heads = reader.ledgers(LedgerId(0), 9).expect("read");
    let head = heads[0].head();
    let refused = |writer: &mut dyn Writer, ledger, head, fresh: &Changes, what: &str| match writer
        .replace(ledger, head, fresh)
    {
        Err(StoreError::Conflict(_)) => {}
        other => panic!("{what}: a conflict, not {other:?}"),
    };
    for (what, moved) in [
        ("fewer entries", Head { trail_count: head.trail_count - 1, ..head }),
        ("another hash", Head { trail_hash: Hash([9; 32]), ..head }),
        ("another object", Head { last_object: 5, ..head }),
    ] {
        refused(&mut *writer, LEDGER, moved, &fresh(), what);
    }
    refused(&mut *writer, LedgerId(7), head, &fresh(), "no such ledger");
    let mut clash = fresh();
    clash.new_numbers = vec![number(1, 1, 1, "X-1")];
    clash.new_numbers[0].ledger = OTHER;
    refused(&mut *writer, LEDGER, head, &clash, "a number without a sequence");
    assert_eq!(reader.ledgers(LedgerId(0), 9).expect("read"), heads);
    assert_eq!(reader.all_objects(OTHER, ObjectId(0), 9).expect("read"), []);
    assert_eq!(texts(&mut *writer, issue(LEDGER, "b")), ["INV-2026-00002"]);
}
