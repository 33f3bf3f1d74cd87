//! Objects: written, loaded, found.

use std::cmp::Reverse;
use std::sync::Arc;

use ledger::books::LedgerChange;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::{Customer, Invoice, InvoiceItem, TaxRate, WebhookEndpoint};
use ledger::model::{At, Head, Object, ObjectKind, ObjectRow};
use ledger::money::Currency;
use ledger::{Changes, Misses};

use super::sample::{Dice, LEDGER, NOON, ledger, object, put, writer};
use super::{Case, Database};
use crate::{AtRange, ObjectFilter, Page, Reader, StoreError, Waking, Writer};

pub(super) const CASES: &[Case] = &[
    ("objects come back as they were written", objects_come_back_as_they_were_written),
    ("an object gives way to its later self only", an_object_gives_way_to_its_later_self_only),
    ("objects in pages", objects_in_pages),
    ("a label is answered as it is now", a_label_is_answered_as_it_is_now),
    ("many objects with one label", many_objects_with_one_label),
    ("a head tells of objects", a_head_tells_of_objects),
    ("objects wake in their order", objects_wake_in_their_order),
];

/// A ledger beside the one of most cases.
const OTHER: LedgerId = LedgerId(2);

fn item(id: u64, customer: u64, invoice: Option<u64>) -> ObjectRow {
    let body = InvoiceItem {
        customer: ObjectId(customer),
        currency: Currency::parse("eur").expect("a currency"),
        amount: -(id as i64),
        description: Some("Füße\0".to_owned()),
        quantity: 3.into(),
        unit_amount: 2.into(),
        period: Default::default(),
        tax_rates: vec![ObjectId(4)],
        discountable: true,
        metadata: [("a".to_owned(), "b".to_owned())].into(),
        invoice: invoice.map(ObjectId),
        waited: false,
        date: NOON,
    };
    object(id, Object::InvoiceItem(body))
}

fn tax_rate(id: u64, active: bool) -> ObjectRow {
    object(id, Object::TaxRate(TaxRate { active, ..TaxRate::default() }))
}

fn customer(id: u64, email: &str) -> ObjectRow {
    let body = Customer { email: Some(email.to_owned()), ..Customer::default() };
    object(id, Object::Customer(body))
}

fn objects(rows: &[ObjectRow]) -> Changes {
    Changes { objects: rows.iter().cloned().map(Arc::new).collect(), ..Changes::default() }
}

fn load(reader: &mut dyn Reader, ids: &[u64]) -> Vec<ObjectRow> {
    let asked = ids.iter().map(|id| (LEDGER, ObjectId(*id))).collect();
    let mut found =
        reader.load(&Misses { objects: asked, ..Misses::default() }).expect("load").objects;
    found.sort_by_key(|row| row.id);
    found
}

fn conflict(writer: &mut dyn Writer, changes: &Changes, what: &str) {
    writer.begin(&[LEDGER]).expect("begin");
    match writer.commit(changes) {
        Err(StoreError::Conflict(_)) => {}
        other => panic!("{what}: a conflict, not {other:?}"),
    }
}

fn objects_come_back_as_they_were_written(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let endpoint = WebhookEndpoint { url: "https://a.test".to_owned(), ..Default::default() };
    let mut rows = vec![
        customer(1, "müller@example.com"),
        tax_rate(2, true),
        item(4, 1, None),
        item(5, 1, Some(3)),
        object(6, Object::WebhookEndpoint(endpoint)),
        object(7, Object::Customer(Customer::default())),
    ];
    put(&mut *writer, &objects(&rows));
    let stranger = ObjectRow { ledger: OTHER, ..customer(1, "other@example.com") };
    put(&mut *writer, &objects(std::slice::from_ref(&stranger)));
    let mut reader = store.reader().expect("reader");
    let ids: Vec<u64> = (0..10).collect();
    assert_eq!(load(&mut *reader, &ids), rows);
    assert_eq!(reader.all_objects(LEDGER, ObjectId(0), 100).expect("read"), rows);
    assert_eq!(reader.all_objects(LEDGER, ObjectId(2), 2).expect("read"), rows[2..4]);
    assert_eq!(reader.all_objects(OTHER, ObjectId(0), 100).expect("read"), [stranger]);
    assert_eq!(reader.all_objects(LedgerId(3), ObjectId(0), 100).expect("read"), []);
    // Made and changed in one batch, changed, deleted.
    let mut made = tax_rate(8, true);
    made.revision = 9;
    rows[3] = ObjectRow { revision: 10, ..item(5, 1, None) };
    rows[0].deleted = true;
    rows[0].revision = 11;
    put(&mut *writer, &objects(&[rows[0].clone(), rows[3].clone(), made.clone()]));
    rows.push(made);
    assert_eq!(load(&mut *reader, &ids), rows);
    let same = reader.all_objects(LEDGER, ObjectId(0), 100).expect("read");
    assert_eq!(same, rows, "deleted ones too");
    writer.begin(&[LEDGER]).expect("begin");
    let asked = vec![(LEDGER, ObjectId(5)), (LEDGER, ObjectId(99)), (OTHER, ObjectId(5))];
    let found = writer.load(&Misses { objects: asked, ..Misses::default() }).expect("load");
    assert_eq!(found.objects, rows[3..4]);
    writer.rollback().expect("rollback");
}

fn an_object_gives_way_to_its_later_self_only(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let stored = ObjectRow { revision: 7, ..customer(5, "a@example.com") };
    put(&mut *writer, &objects(std::slice::from_ref(&stored)));
    let other = object(5, Object::TaxRate(TaxRate::default()));
    let later = At(NOON.0 + 1);
    for (what, row) in [
        ("a new one with its id", customer(5, "b@example.com")),
        ("itself", stored.clone()),
        ("an earlier one", ObjectRow { revision: 6, ..stored.clone() }),
        ("one of another kind", ObjectRow { revision: 9, ..other }),
        ("one of another time", ObjectRow { revision: 9, created: later, ..stored.clone() }),
    ] {
        conflict(&mut *writer, &objects(&[customer(8, "c@example.com"), row]), what);
    }
    let mut reader = store.reader().expect("reader");
    assert_eq!(load(&mut *reader, &[5, 8]), [stored]);
    let changed = ObjectRow { revision: 9, ..customer(5, "d@example.com") };
    put(&mut *writer, &objects(std::slice::from_ref(&changed)));
    assert_eq!(load(&mut *reader, &[5, 8]), [changed]);
}

/// Objects of several kinds whose times rise and fall, some of them changed since, some deleted.
fn crowd(writer: &mut dyn Writer) -> Vec<ObjectRow> {
    let mut dice = Dice(4);
    let mut rows = Vec::new();
    for id in 1..=150 {
        let (one, two) = (dice.below(3), dice.below(4));
        let row = match dice.below(6) {
            0 => tax_rate(id, one == 0),
            1 => customer(id, ["a@example.com", "b@example.com"][usize::from(one == 0)]),
            _ => item(id, 1 + one, (two > 0).then_some(100 + two)),
        };
        rows.push(ObjectRow { created: At(NOON.0 + dice.below(40) as i64), ..row });
    }
    let stranger = |row: &ObjectRow| ObjectRow { ledger: OTHER, ..row.clone() };
    let strangers: Vec<_> = rows.iter().map(stranger).collect();
    put(writer, &objects(&strangers));
    put(writer, &objects(&rows));
    let mut changed = Vec::new();
    for (row, revision) in rows.iter_mut().zip(1_000..) {
        match (dice.below(8), &mut row.body) {
            (0, _) => row.deleted = true,
            (1, Object::InvoiceItem(body)) => body.invoice = Some(ObjectId(101)),
            (2, Object::InvoiceItem(body)) => body.invoice = None,
            (3, Object::InvoiceItem(body)) => body.customer = ObjectId(1 + dice.below(3)),
            (1 | 2, Object::TaxRate(body)) => body.active = !body.active,
            (1 | 2, Object::Customer(body)) => body.email = None,
            (4, _) => {}
            _ => continue,
        }
        row.revision = revision;
        changed.push(row.clone());
    }
    put(writer, &objects(&changed));
    rows
}

fn filters() -> Vec<ObjectFilter> {
    let of = ObjectFilter::of;
    let at = |ms: i64| Some(At(NOON.0 + ms));
    let items = ObjectKind::InvoiceItem;
    let label = |label: String| ObjectFilter { label: Some(label), ..of(items) };
    let email = Some("a@example.com".to_owned());
    let (customer, parent) = (Some(ObjectId(2)), Some(ObjectId(101)));
    vec![
        of(items),
        of(ObjectKind::TaxRate),
        of(ObjectKind::Invoice),
        ObjectFilter { label: email, ..of(ObjectKind::Customer) },
        label(ObjectRow::waiting_label(LEDGER, ObjectId(2))),
        ObjectFilter { customer, ..of(items) },
        ObjectFilter { parent, ..of(items) },
        ObjectFilter { parent, customer, ..of(items) },
        ObjectFilter { customer: Some(ObjectId(77)), ..of(items) },
        ObjectFilter { state: Some(1), ..of(ObjectKind::TaxRate) },
        ObjectFilter { state: Some(0), created: range(at(7), None), ..of(ObjectKind::TaxRate) },
        ObjectFilter { created: range(at(10), at(20)), ..of(items) },
        ObjectFilter { created: range(None, at(20)), customer, ..of(items) },
        ObjectFilter { created: range(at(20), at(10)), ..of(items) },
    ]
}

fn range(from: Option<At>, to: Option<At>) -> AtRange {
    AtRange { from, to }
}

fn passes(row: &ObjectRow, filter: &ObjectFilter) -> bool {
    let keys = row.keys();
    let fits = |wanted: bool, same: bool| !wanted || same;
    row.kind() == filter.kind
        && !row.deleted
        && filter.created.contains(row.created)
        && fits(filter.customer.is_some(), filter.customer == keys.customer)
        && fits(filter.parent.is_some(), filter.parent == keys.parent)
        && fits(filter.state.is_some(), filter.state == keys.state)
        && fits(filter.label.is_some(), filter.label == keys.label)
}

fn objects_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let rows = crowd(&mut *writer(&*store));
    let mut reader = store.reader().expect("reader");
    for filter in filters() {
        let mut expected: Vec<_> =
            rows.iter().filter(|row| passes(row, &filter)).cloned().collect();
        expected.sort_by_key(|row| Reverse((row.created, row.id)));
        for limit in [1, 4, expected.len().max(1), 200] {
            let what = format!("{filter:?} by {limit}");
            let limit = limit as u32;
            let down = walk(limit, false, |page| {
                let page = reader.objects(LEDGER, &filter, page).expect("read");
                (page.rows, page.has_more)
            });
            assert_eq!(down, expected, "{what}");
            let up = walk(limit, true, |page| {
                let page = reader.objects(LEDGER, &filter, page).expect("read");
                (page.rows, page.has_more)
            });
            assert_eq!(up, expected, "{what}, from the oldest");
        }
    }
}

/// All objects page by page, newest first: from the newest on, or from the oldest back.
fn walk(
    limit: u32,
    upward: bool,
    mut read: impl FnMut(Page<(At, ObjectId)>) -> (Vec<ObjectRow>, bool),
) -> Vec<ObjectRow> {
    let edge = |row: &ObjectRow| (row.created, row.id);
    let mut rows: Vec<ObjectRow> = Vec::new();
    let oldest = (At(i64::MIN), ObjectId(0));
    loop {
        let page = match upward {
            true => Page {
                ending_before: Some(rows.first().map_or(oldest, edge)),
                starting_after: None,
                limit,
            },
            false => Page { starting_after: rows.last().map(edge), ending_before: None, limit },
        };
        let (found, has_more) = read(page);
        assert!(found.len() == limit as usize || !has_more);
        match upward {
            true => drop(rows.splice(0..0, found)),
            false => rows.extend(found),
        }
        if !has_more {
            return rows;
        }
    }
}

fn labelled(reader: &mut dyn Reader, kind: ObjectKind, labels: &[&str]) -> Vec<Vec<u64>> {
    let key = |label: &&str| (LEDGER, kind, (*label).to_owned());
    let misses = Misses { labels: labels.iter().map(key).collect(), ..Misses::default() };
    let found = reader.load(&misses).expect("load").labels;
    let of = |label: &&str| {
        let with = found.iter().filter(|(asked, _)| *asked == key(label));
        with.map(|(_, id)| id.0).collect()
    };
    labels.iter().map(of).collect()
}

fn a_label_is_answered_as_it_is_now(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let (a, b) = ("a@example.com", "b@example.com");
    // The later one was made at an earlier time.
    let early = ObjectRow { created: At(0), ..customer(9, a) };
    put(&mut *writer, &objects(&[customer(3, a), customer(4, b), early, customer(5, a)]));
    put(&mut *writer, &objects(&[ObjectRow { ledger: OTHER, ..customer(6, a) }]));
    let mut reader = store.reader().expect("reader");
    let mut seen = |labels: &[&str]| labelled(&mut *reader, ObjectKind::Customer, labels);
    assert_eq!(seen(&[b, a, "c", "A@example.com"]), [vec![4], vec![3, 5, 9], vec![], vec![]]);
    let moved = ObjectRow { revision: 10, ..customer(5, b) };
    let deleted = ObjectRow { revision: 11, deleted: true, ..customer(3, a) };
    put(&mut *writer, &objects(&[deleted, moved]));
    assert_eq!(seen(&[a, b]), [vec![9], vec![4, 5]]);
    assert_eq!(labelled(&mut *reader, ObjectKind::Invoice, &[a]), [vec![0; 0]]);
}

fn many_objects_with_one_label(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let rows: Vec<_> = (1..=1_010).map(|id| customer(id, "a@example.com")).collect();
    put(&mut *writer, &objects(&rows));
    let mut reader = store.reader().expect("reader");
    let found = labelled(&mut *reader, ObjectKind::Customer, &["a@example.com"]);
    assert_eq!(found, [(1..=1_000).collect::<Vec<u64>>()]);
}

fn a_head_tells_of_objects(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut changes = ledger();
    changes.ledgers[0].row.last_object = 3;
    put(&mut *writer, &changes);
    let mut row = changes.ledgers[0].row.clone();
    let there = row.head();
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.ledgers(LedgerId(0), 9).expect("read")[0].last_object, 3);
    row.last_object = 4;
    for last_object in [0, 2, 4] {
        let expected = Some(Head { last_object, ..there });
        let change = LedgerChange { row: row.clone(), expected };
        let changes = Changes { ledgers: vec![change], ..objects(&[customer(4, "a@example.com")]) };
        conflict(&mut *writer, &changes, &format!("{expected:?}"));
    }
    assert_eq!(load(&mut *reader, &[4]), []);
    let change = LedgerChange { row: row.clone(), expected: Some(there) };
    let changes = Changes { ledgers: vec![change], ..objects(&[customer(4, "a@example.com")]) };
    put(&mut *writer, &changes);
    assert_eq!(reader.ledgers(LedgerId(0), 9).expect("read"), [row]);
    assert_eq!(load(&mut *reader, &[4]).len(), 1);
}

fn objects_wake_in_their_order(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let euro = Currency::parse("eur").expect("a currency");
    let draft = |ledger, id, wake_at: Option<i64>| {
        let wake_at = wake_at.map(At);
        let invoice = Invoice { wake_at, ..Invoice::draft(ObjectId(1), euro, NOON) };
        ObjectRow { ledger, ..object(id, Object::Invoice(Box::new(invoice))) }
    };
    let mut rows = vec![
        draft(LEDGER, 3, Some(50)),
        draft(LEDGER, 4, None),
        draft(LEDGER, 5, Some(10)),
        draft(OTHER, 3, Some(50)),
        draft(OTHER, 6, Some(50)),
        draft(OTHER, 7, Some(70)),
        draft(LEDGER, 8, Some(-5)),
    ];
    for row in &rows {
        put(&mut *writer, &objects(std::slice::from_ref(row)));
    }
    let mut reader = store.reader().expect("reader");
    let mut waking = |now, after: Option<(i64, u64, u64)>, limit| {
        let after = after.map(|(at, ledger, object)| Waking {
            at: At(at),
            ledger: LedgerId(ledger),
            object: ObjectId(object),
        });
        let found = reader.waking(At(now), after, limit).expect("read");
        found.into_iter().map(|one| (one.at.0, one.ledger.0, one.object.0)).collect::<Vec<_>>()
    };
    let all = [(-5, 1, 8), (10, 1, 5), (50, 1, 3), (50, 2, 3), (50, 2, 6), (70, 2, 7)];
    assert_eq!((LEDGER.0, OTHER.0), (1, 2));
    assert_eq!(waking(-6, None, 9), []);
    assert_eq!(waking(49, None, 9), all[..2]);
    assert_eq!(waking(50, None, 9), all[..5]);
    assert_eq!(waking(70, None, 9), all);
    assert_eq!(waking(70, None, 3), all[..3]);
    assert_eq!(waking(70, Some(all[2]), 2), all[3..5]);
    assert_eq!(waking(70, Some(all[5]), 2), []);
    // Changed, done with, begun, deleted.
    rows[0] = ObjectRow { revision: 20, ..draft(LEDGER, 3, Some(60)) };
    rows[1] = ObjectRow { revision: 21, ..draft(LEDGER, 4, Some(20)) };
    rows[2] = ObjectRow { revision: 22, ..draft(LEDGER, 5, None) };
    rows[6] = ObjectRow { revision: 23, deleted: true, ..rows[6].clone() };
    put(&mut *writer, &objects(&[rows[0].clone(), rows[1].clone()]));
    put(&mut *writer, &objects(&[rows[2].clone(), rows[6].clone()]));
    assert_eq!(waking(65, None, 9), [(20, 1, 4), (50, 2, 3), (50, 2, 6), (60, 1, 3)]);
}
