//! Reading a whole ledger page by page, and moving one in by parts.

use std::sync::Arc;

use ledger::Changes;
use ledger::books::{Checkpoint, LedgerChange, TrailLine};
use ledger::id::{GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId};
use ledger::model::document::Customer;
use ledger::model::{
    At, CustomerRow, DeliveryRow, EventRow, GapCause, GapRow, IdempotencyKey, KeyHash, KeyRow,
    Mode, Object, ObjectRow, OutcomeRow, PrefixOwner, RequestHash, Retry,
};
use ledger::outcome::Outcome;
use ledger::role::Role;
use ledger::trail::Hash;

use super::sample::{
    LEDGER, NOON, account, customer, done, entry, event, head, issue, ledger, number, object, open,
    put, sequence, series, texts, writer,
};
use super::{Case, Database};
use crate::{Page, Reader, StoreError, Writer};

pub(super) const CASES: &[Case] = &[
    ("customers and prefixes in pages", customers_and_prefixes_in_pages),
    ("remembered outcomes in pages", remembered_outcomes_in_pages),
    ("as many writers as it says", as_many_writers_as_it_says),
    ("what is written to is no age behind", what_is_written_to_is_no_age_behind),
    ("a batch that confirms changes nothing", a_batch_that_confirms_changes_nothing),
    ("a ledger is moved in by parts", a_ledger_is_moved_in_by_parts),
    ("a part that does not fit leaves nothing", a_part_that_does_not_fit_leaves_nothing),
    ("what was moved in half is cleared away", what_was_moved_in_half_is_cleared_away),
    ("a ledger with a head is left alone", a_ledger_with_a_head_is_left_alone),
];

/// The ledger that is moved in.
const MOVED: LedgerId = LedgerId(7);

/// Ids in an order that is not theirs: bytes count, not letters.
const IDS: [&str; 6] = ["b", "a", "É", "Z", "ab", "\u{10348}"];
const SORTED: [&str; 6] = ["Z", "a", "ab", "b", "É", "\u{10348}"];

fn customers(ledger: LedgerId, ids: &[&str]) -> Changes {
    let mut changes = Changes::default();
    for id in ids {
        let row = CustomerRow { ledger, id: customer(id), prefix: format!("P{id}") };
        let owner = match *id {
            "Z" => PrefixOwner::Series(SeriesId(1)),
            _ => PrefixOwner::Customer(row.id.clone()),
        };
        changes.prefixes.push((ledger, (*id).to_owned(), owner));
        changes.customers.push(row);
    }
    changes
}

fn customers_and_prefixes_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &customers(LEDGER, &IDS));
    put(&mut *writer, &customers(LedgerId(2), &["a", "c"]));
    let mut reader = store.reader().expect("reader");
    let (mut rows, mut prefixes) = (Vec::<CustomerRow>::new(), Vec::<(String, _)>::new());
    for expected in [4, 2, 0] {
        let after = rows.last().map(|row| row.id.clone());
        let page = reader.customers(LEDGER, after.as_ref(), 4).expect("read");
        assert_eq!(page.len(), expected);
        rows.extend(page);
        let after = prefixes.last().map(|(prefix, _)| prefix.clone());
        let page = reader.prefixes(LEDGER, after.as_deref(), 4).expect("read");
        assert_eq!(page.len(), expected);
        prefixes.extend(page);
    }
    let sorted = customers(LEDGER, &SORTED);
    assert_eq!(rows, sorted.customers);
    let pairs: Vec<_> =
        sorted.prefixes.into_iter().map(|(_, prefix, owner)| (prefix, owner)).collect();
    assert_eq!(prefixes, pairs);
    assert!(reader.customers(LedgerId(3), None, 4).expect("read").is_empty());
    assert!(reader.prefixes(LedgerId(3), None, 4).expect("read").is_empty());
}

fn outcome(ledger: LedgerId, n: u64) -> OutcomeRow {
    // Any two keys differ, and none follows from the one before.
    let mut key = [0; 16];
    key[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    OutcomeRow {
        ledger,
        key: IdempotencyKey(key),
        request: RequestHash([1; 16]),
        at: At(NOON.0 + n as i64),
        result: Ok(Outcome::Opened(LedgerId(n))),
    }
}

/// All outcomes of a ledger, read in pages of `limit`, by key.
fn remembered(reader: &mut dyn Reader, ledger: LedgerId, limit: u32) -> Vec<OutcomeRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = reader.outcomes(ledger, after, limit).expect("read");
        assert!(page.rows.len() <= limit as usize);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    rows.sort_by_key(|row| row.key);
    rows
}

fn remembered_outcomes_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut expected = Vec::new();
    for n in 0..30 {
        let (own, other) = (outcome(LEDGER, n), outcome(LedgerId(2), n));
        expected.push(own.clone());
        put(&mut *writer, &Changes { outcomes: vec![own, other], ..Changes::default() });
    }
    expected.sort_by_key(|row| row.key);
    let mut reader = store.reader().expect("reader");
    for limit in [1, 7, 10, 29, 30, 100] {
        assert_eq!(remembered(&mut *reader, LEDGER, limit), expected, "pages of {limit}");
    }
    assert_eq!(remembered(&mut *reader, LedgerId(2), 7).len(), 30);
    assert!(remembered(&mut *reader, LedgerId(3), 7).is_empty());
}

fn as_many_writers_as_it_says(database: &dyn Database) {
    let store = database.open().expect("open");
    let count = store.writers_max();
    assert!(count > 0);
    let writers: Vec<_> = (0..count).map(|_| writer(&*store)).collect();
    assert!(matches!(store.writer(), Err(StoreError::Busy(_))));
    drop(writers);
    drop(writer(&*store));
}

fn what_is_written_to_is_no_age_behind(database: &dyn Database) {
    let store = database.open().expect("open");
    assert_eq!(store.reader().expect("reader").age().expect("read"), None);
}

fn a_batch_that_confirms_changes_nothing(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a")]);
    let mut reader = store.reader().expect("reader");
    let before = reader.ledgers(LedgerId(0), 10).expect("read");
    let misses = ledger::Misses { ledgers: vec![LEDGER], ..Default::default() };
    for _ in 0..2 {
        writer.begin(&[LEDGER]).expect("begin");
        assert_eq!(writer.load(&misses).expect("load").ledgers, before);
        writer.confirm().expect("confirm");
        assert_eq!(reader.ledgers(LedgerId(0), 10).expect("read"), before);
    }
    writer.rollback().expect("nothing is left to give up");
    assert_eq!(texts(&mut *writer, issue(LEDGER, "b")), ["INV-2026-00002"]);
}

/// A ledger in parts, and what makes it one at the end.
fn parts(count: u64) -> (Vec<Changes>, Changes) {
    let (mut row, sealed) = head(MOVED, Mode::Live);
    row.last_series = 1;
    row.last_sequence = 1;
    row.last_position = count;
    row.last_gap = 1;
    let mut places = customers(MOVED, &IDS);
    places.series = vec![Arc::new(series(MOVED, 1, "invoices"))];
    places.sequences = vec![sequence(MOVED, 1, 1, 2026)];
    places.sequences[0].last = count + 2;
    let numbers = (1..=count).map(|n| {
        let row = number(n, 1, n, &format!("X-{n}"));
        ledger::model::NumberRow { ledger: MOVED, ..row }
    });
    let gap = GapRow {
        ledger: MOVED,
        id: GapId(1),
        sequence: SequenceId(1),
        from: count + 1,
        to: count + 2,
        first_text: "X".to_owned(),
        last_text: "Y".to_owned(),
        date: jiff::civil::date(2026, 5, 1),
        cause: GapCause::Imported,
        at: NOON,
        actor: "tester".to_owned(),
        index: 0,
        explanation: None,
    };
    let register =
        Changes { new_numbers: numbers.collect(), gaps: vec![gap], ..Changes::default() };
    let line = TrailLine { ledger: MOVED, index: 0, line: 0, bytes: vec![4] };
    let history = Changes {
        trail: vec![sealed],
        trail_lines: vec![line],
        checkpoints: vec![Checkpoint { ledger: MOVED, index: 0, hash: Hash([3; 32]) }],
        outcomes: (0..count).map(|n| outcome(MOVED, n)).collect(),
        ..Changes::default()
    };
    let key = KeyRow {
        id: KeyId(70),
        ledger: MOVED,
        hash: KeyHash([7; 32]),
        role: Role::Clerk,
        name: String::new(),
        hint: String::new(),
        created: NOON,
        revoked: None,
    };
    let end = Changes {
        ledgers: vec![LedgerChange { row, expected: None }],
        keys: vec![key],
        ..Changes::default()
    };
    (vec![places, register, history, documents(count)], end)
}

/// Objects, events and deliveries of a ledger.
fn documents(count: u64) -> Changes {
    let mut documents = Changes::default();
    for id in 1..=count {
        let row = object(id, Object::Customer(Customer::default()));
        let row = ObjectRow { ledger: MOVED, revision: id + 5, deleted: id % 4 == 0, ..row };
        documents.objects.push(Arc::new(row));
        documents.events.push(EventRow { ledger: MOVED, ..event(id, 0, "customer.created") });
        let new = DeliveryRow::new(MOVED, ObjectId(id), ObjectId(9), NOON);
        documents.deliveries.push(new);
    }
    documents
}

/// What a reader finds of the moved ledger, as text.
fn seen(reader: &mut dyn Reader) -> String {
    let page = Page { limit: 50, ..Page::default() };
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        reader.series(MOVED).expect("read"),
        reader.sequences(MOVED, SequenceId(0), 50).expect("read").rows,
        reader.numbers(MOVED, &Default::default(), page).expect("read").rows,
        reader.register(MOVED, SequenceId(1), 0, 50).expect("read"),
        reader.all_gaps(MOVED, GapId(0), 50).expect("read"),
        reader.customers(MOVED, None, 50).expect("read"),
        reader.prefixes(MOVED, None, 50).expect("read"),
        remembered(reader, MOVED, 1_000),
        reader.trail(MOVED, 0, 50).expect("read").entries,
        reader.trail_lines(MOVED, 0, 0, 50).expect("read"),
        reader.checkpoints(MOVED).expect("read"),
        reader.keys(MOVED).expect("read"),
        reader.all_objects(MOVED, ObjectId(0), 50).expect("read"),
        reader.all_events(MOVED, ObjectId(0), 50).expect("read"),
        reader.all_deliveries(MOVED, (ObjectId(0), ObjectId(0)), 50).expect("read"),
    )
}

const NOTHING: &str = "[] [] [] [] [] [] [] [] [] [] [] [] [] [] []";

fn a_ledger_is_moved_in_by_parts(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a")]);
    let mut reader = store.reader().expect("reader");
    let (parts, end) = parts(20);
    for part in &parts {
        writer.restore(part).expect("restore");
        // Others are served meanwhile, and none finds the new one.
        assert_eq!(texts(&mut *writer, issue(LEDGER, "a")), ["INV-2026-00001"]);
        assert_eq!(reader.ledgers(LEDGER, 10).expect("read"), []);
        assert_eq!(reader.ledger_of(&account(MOVED), Mode::Live).expect("read"), None);
        assert_eq!(reader.due_ledgers(NOON, 9).expect("read"), []);
    }
    writer.begin(&[MOVED]).expect("begin");
    writer.commit(&end).expect("the head");
    assert_eq!(reader.ledgers(LEDGER, 10).expect("read"), [end.ledgers[0].row.clone()]);
    let found = reader.key_by_hash(&KeyHash([7; 32])).expect("read").expect("a key");
    assert_eq!(found, end.keys[0]);
    assert_eq!(reader.number(MOVED, Position(20)).expect("read").expect("one").row.ordinal, 20);
    assert_eq!(reader.customers(MOVED, None, 50).expect("read").len(), IDS.len());
    assert_eq!(reader.trail(MOVED, 0, 50).expect("read").entries[0].sealed, parts[2].trail[0]);
    assert_eq!(reader.due_ledgers(NOON, 9).expect("read"), [MOVED]);
    let objects = reader.all_objects(MOVED, ObjectId(0), 50).expect("read");
    assert!(objects.iter().eq(parts[3].objects.iter().map(|row| &**row)));
    assert_eq!(reader.all_events(MOVED, ObjectId(0), 50).expect("read"), parts[3].events);
    let first = (ObjectId(0), ObjectId(0));
    assert_eq!(reader.all_deliveries(MOVED, first, 50).expect("read"), parts[3].deliveries);
    let mut outcomes = parts[2].outcomes.clone();
    outcomes.sort_by_key(|row| row.key);
    assert_eq!(remembered(&mut *reader, MOVED, 3), outcomes);
    let asked = outcomes.iter().map(|row| (row.ledger, row.key)).collect();
    let misses = ledger::Misses { outcomes: asked, ..Default::default() };
    writer.begin(&[MOVED]).expect("begin");
    assert_eq!(writer.load(&misses).expect("load").outcomes.len(), 20);
    writer.rollback().expect("rollback");
}

fn a_part_that_does_not_fit_leaves_nothing(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let (parts, end) = parts(3);
    let mut reader = store.reader().expect("reader");
    let refused = |writer: &mut dyn Writer, part: &Changes, what: &str| match writer.restore(part) {
        Err(StoreError::Conflict(_)) => {}
        other => panic!("{what}: a conflict, not {other:?}"),
    };
    let changed = Changes { changed_numbers: parts[1].new_numbers.clone(), ..Changes::default() };
    let keys = Changes { keys: end.keys.clone(), ..Changes::default() };
    for (what, part) in [("a head", &end), ("a key", &keys), ("changed numbers", &changed)] {
        refused(&mut *writer, part, what);
    }
    refused(&mut *writer, &parts[1], "numbers of a sequence that is not there");
    assert_eq!(seen(&mut *reader), NOTHING);
    writer.restore(&parts[0]).expect("restore");
    writer.restore(&parts[1]).expect("restore");
    let before = seen(&mut *reader);
    let mut twice = parts[2].clone();
    twice.new_numbers.push(parts[1].new_numbers[0].clone());
    refused(&mut *writer, &twice, "a number that is there");
    let retries = vec![Retry { ledger: MOVED, after: ObjectId(0), due: NOON }];
    refused(&mut *writer, &Changes { retries, ..Changes::default() }, "something to try again");
    assert_eq!(seen(&mut *reader), before);
}

fn what_was_moved_in_half_is_cleared_away(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a")]);
    let mut reader = store.reader().expect("reader");
    writer.discard(MOVED).expect("nothing to discard");
    // More than a store deletes at once.
    let (parts, end) = parts(10_500);
    for _ in 0..2 {
        for part in &parts {
            writer.restore(part).expect("restore");
        }
        writer.discard(MOVED).expect("discard");
        assert_eq!(seen(&mut *reader), NOTHING);
    }
    assert_eq!(reader.number(MOVED, Position(10_500)).expect("read"), None);
    for part in parts.iter().chain([&entries()]) {
        writer.restore(part).expect("restore after all");
    }
    writer.begin(&[MOVED]).expect("begin");
    writer.commit(&end).expect("the head");
    assert_eq!(remembered(&mut *reader, MOVED, 1_000).len(), 10_500);
    assert_eq!(texts(&mut *writer, issue(LEDGER, "b")), ["INV-2026-00002"]);
}

/// More of a trail, in a part of its own.
fn entries() -> Changes {
    let trail = (1..5).map(|index| entry(MOVED, index).seal(Hash::ZERO)).collect();
    Changes { trail, ..Changes::default() }
}

fn a_ledger_with_a_head_is_left_alone(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let mut reader = store.reader().expect("reader");
    let part = Changes { new_numbers: vec![number(1, 1, 1, "X-1")], ..Changes::default() };
    assert!(matches!(writer.restore(&part), Err(StoreError::Conflict(_))));
    assert!(matches!(writer.discard(LEDGER), Err(StoreError::Conflict(_))));
    assert_eq!(reader.number(LEDGER, Position(1)).expect("read"), None);
    assert_eq!(reader.series(LEDGER).expect("read").len(), 2);
    assert_eq!(reader.trail(LEDGER, 0, 10).expect("read").entries.len(), 1);
    put(&mut *writer, &part);
}
