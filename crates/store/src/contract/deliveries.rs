//! The outbox: deliveries taken in hand, settled, tried again.

use ledger::Changes;
use ledger::Misses;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, DeliveryAttempt, DeliveryRow, DeliveryState, EventRow, Mode, Retry};

use super::sample::{LEDGER, NOON, event, head, ledger, put, writer};
use super::{Case, Database};
use crate::{DeliveriesOf, Page, Reader, Writer};

pub(super) const CASES: &[Case] = &[
    ("deliveries come back as they were written", deliveries_come_back_as_they_were_written),
    ("a delivery is in one hand at a time", a_delivery_is_in_one_hand_at_a_time),
    ("what is due longest is taken first", what_is_due_longest_is_taken_first),
    ("what came of deliveries is stored", what_came_of_deliveries_is_stored),
    ("a hand that was too slow has lost it", a_hand_that_was_too_slow_has_lost_it),
    ("a delivery that is put back leaves its hand", a_delivery_that_is_put_back_leaves_its_hand),
    ("what failed is tried again", what_failed_is_tried_again),
    ("ledgers with something to deliver", ledgers_with_something_to_deliver),
    ("deliveries in pages", deliveries_in_pages),
];

/// The endpoint of most cases.
const ENDPOINT: ObjectId = ObjectId(500);

fn at(ms: i64) -> At {
    At(NOON.0 + ms)
}

fn delivery(event: u64, due: i64) -> DeliveryRow {
    DeliveryRow::new(LEDGER, ObjectId(event), ENDPOINT, at(due))
}

/// A ledger with an event for each delivery, which are due at these times.
fn with(writer: &mut dyn Writer, due: &[i64]) {
    let mut changes = ledger();
    for (id, due) in (1..).zip(due) {
        changes.events.push(event(id, 0, "customer.created"));
        changes.deliveries.push(delivery(id, *due));
    }
    put(writer, &changes);
}

fn all(reader: &mut dyn Reader) -> Vec<DeliveryRow> {
    reader.all_deliveries(LEDGER, (ObjectId(0), ObjectId(0)), 100).expect("read")
}

fn events(rows: &[DeliveryRow]) -> Vec<u64> {
    rows.iter().map(|row| row.event.0).collect()
}

fn take(writer: &mut dyn Writer, now: i64, until: i64, limit: u32) -> Vec<DeliveryRow> {
    writer.claim_deliveries(LEDGER, at(now), at(until), limit).expect("claim")
}

fn attempt(ms: i64, result: Result<u16, &str>) -> DeliveryAttempt {
    DeliveryAttempt { at: at(ms), result: result.map_err(str::to_owned), milliseconds: 12 }
}

fn deliveries_come_back_as_they_were_written(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let full = DeliveryRow {
        state: DeliveryState::GivenUp,
        attempts: 3,
        leased_until: Some(at(7)),
        log: vec![attempt(1, Ok(500)), attempt(2, Err("timed out"))],
        ..delivery(2, 5)
    };
    let other = DeliveryRow { endpoint: ObjectId(501), ..delivery(1, 4) };
    let rows = vec![delivery(1, 3), other, full];
    let told = vec![event(1, 0, "customer.created"), event(2, 0, "customer.created")];
    let stranger = DeliveryRow { ledger: LedgerId(2), ..delivery(1, 9) };
    let mut changes = Changes { events: told, deliveries: rows.clone(), ..Changes::default() };
    changes.events.push(EventRow { ledger: LedgerId(2), ..changes.events[0].clone() });
    changes.deliveries.push(stranger.clone());
    put(&mut *writer, &changes);
    let mut reader = store.reader().expect("reader");
    assert_eq!(all(&mut *reader), rows);
    let behind = (ObjectId(1), ENDPOINT);
    assert_eq!(reader.all_deliveries(LEDGER, behind, 1).expect("read"), rows[1..2]);
    assert_eq!(reader.all_deliveries(LEDGER, behind, 9).expect("read"), rows[1..]);
    let key = |row: &DeliveryRow| (row.ledger, row.event, row.endpoint);
    let mut asked: Vec<_> = [&rows[2], &stranger].map(key).to_vec();
    asked.push((LEDGER, ObjectId(2), ObjectId(501)));
    let misses = Misses { deliveries: asked, ..Misses::default() };
    let mut found = reader.load(&misses).expect("load").deliveries;
    found.sort_by_key(|row| row.ledger);
    assert_eq!(found, [rows[2].clone(), stranger]);
}

fn a_delivery_is_in_one_hand_at_a_time(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut first = writer(&*store);
    with(&mut *first, &[0, 5, 0, 0]);
    let taken = take(&mut *first, 2, 10, 2);
    assert_eq!(events(&taken), [1, 3]);
    assert!(taken.iter().all(|row| row.leased_until == Some(at(10)) && row.attempts == 0));
    // Also who opens the database again finds it in a hand.
    drop((first, store));
    let store = database.open().expect("open again");
    let mut second = writer(&*store);
    assert_eq!(events(&take(&mut *second, 2, 20, 9)), [4]);
    assert_eq!(take(&mut *second, 4, 20, 9), []);
    assert_eq!(events(&take(&mut *second, 5, 20, 9)), [2]);
    assert_eq!(take(&mut *second, 9, 20, 9), []);
    // The first hand's time is over.
    let again = take(&mut *second, 10, 30, 9);
    assert_eq!(events(&again), [1, 3]);
    let mut reader = store.reader().expect("reader");
    let leases: Vec<_> = all(&mut *reader).iter().map(|row| row.leased_until).collect();
    assert_eq!(leases, [30, 20, 30, 20].map(|until| Some(at(until))));
    assert_eq!(second.claim_deliveries(LedgerId(2), at(99), at(100), 9).expect("claim"), []);
}

fn what_is_due_longest_is_taken_first(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    with(&mut *writer, &[6, 2, 9, 4, 2, 50]);
    assert_eq!(events(&take(&mut *writer, 10, 20, 1)), [2]);
    assert_eq!(events(&take(&mut *writer, 10, 20, 3)), [5, 4, 1]);
    assert_eq!(events(&take(&mut *writer, 10, 20, 3)), [3]);
    assert_eq!(take(&mut *writer, 10, 20, 0), []);
}

fn what_came_of_deliveries_is_stored(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    with(&mut *writer, &[0, 0, 0]);
    let mut taken = take(&mut *writer, 0, 10, 9);
    for (row, result) in taken.iter_mut().zip([Ok(200), Ok(500), Err("no such host")]) {
        row.attempted(attempt(1, result));
    }
    taken[0].state = DeliveryState::Delivered;
    taken[1].due = at(60);
    taken[2].state = DeliveryState::GivenUp;
    writer.settle_deliveries(&taken).expect("settle");
    writer.settle_deliveries(&[]).expect("nothing to settle");
    let mut reader = store.reader().expect("reader");
    let settled: Vec<_> =
        taken.into_iter().map(|row| DeliveryRow { leased_until: None, ..row }).collect();
    assert_eq!(all(&mut *reader), settled);
    assert_eq!(take(&mut *writer, 59, 70, 9), []);
    assert_eq!(events(&take(&mut *writer, 60, 70, 9)), [2]);
    assert_eq!(take(&mut *writer, 1_000, 2_000, 9).len(), 1, "the rest is over");
}

fn a_hand_that_was_too_slow_has_lost_it(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    with(&mut *writer, &[0, 0, 0]);
    let mut slow = take(&mut *writer, 0, 10, 9);
    let mut quick = take(&mut *writer, 10, 20, 2);
    for row in &mut slow {
        row.state = DeliveryState::GivenUp;
        row.attempted(attempt(1, Ok(500)));
    }
    for row in &mut quick {
        row.state = DeliveryState::Delivered;
        row.attempted(attempt(2, Ok(200)));
    }
    writer.settle_deliveries(&slow).expect("settle");
    let mut reader = store.reader().expect("reader");
    let states = |rows: Vec<DeliveryRow>| rows.iter().map(|row| row.state).collect::<Vec<_>>();
    let (pending, given_up) = (DeliveryState::Pending, DeliveryState::GivenUp);
    assert_eq!(states(all(&mut *reader)), [pending, pending, given_up]);
    writer.settle_deliveries(&quick).expect("settle");
    // Nor is anything settled twice.
    writer.settle_deliveries(&slow).expect("settle");
    let stranger = DeliveryRow { leased_until: Some(at(20)), ..delivery(77, 0) };
    writer.settle_deliveries(&[stranger]).expect("nothing is there");
    let delivered = DeliveryState::Delivered;
    let rows = all(&mut *reader);
    assert_eq!(rows[0].log, [attempt(2, Ok(200))]);
    assert_eq!(states(rows), [delivered, delivered, given_up]);
}

fn a_delivery_that_is_put_back_leaves_its_hand(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    with(&mut *writer, &[0, 0]);
    let mut taken = take(&mut *writer, 0, 10, 9);
    let again = DeliveryRow { attempts: 4, log: vec![attempt(0, Ok(500))], ..delivery(1, 2) };
    put(&mut *writer, &Changes { deliveries: vec![again.clone()], ..Changes::default() });
    for row in &mut taken {
        row.state = DeliveryState::Delivered;
    }
    writer.settle_deliveries(&taken).expect("settle");
    let mut reader = store.reader().expect("reader");
    let rows = all(&mut *reader);
    assert_eq!((&rows[0], rows[1].state), (&again, DeliveryState::Delivered));
    let taken = take(&mut *writer, 2, 20, 9);
    assert_eq!(taken, [DeliveryRow { leased_until: Some(at(20)), ..again }]);
}

fn what_failed_is_tried_again(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let tried = |event, state, attempts| DeliveryRow { state, attempts, ..delivery(event, 900) };
    let (pending, given_up) = (DeliveryState::Pending, DeliveryState::GivenUp);
    let mut changes = ledger();
    changes.deliveries = vec![
        tried(1, given_up, 3),
        tried(2, given_up, 3),
        tried(3, DeliveryState::Delivered, 1),
        DeliveryRow { leased_until: Some(at(800)), ..tried(4, pending, 2) },
        tried(5, pending, 0),
        tried(6, pending, 1),
    ];
    changes.events = (1..=6).map(|id| event(id, 0, "customer.created")).collect();
    let stranger = DeliveryRow { ledger: LedgerId(2), ..tried(6, given_up, 1) };
    changes.events.push(EventRow { ledger: LedgerId(2), ..changes.events[5].clone() });
    changes.deliveries.push(stranger.clone());
    put(&mut *writer, &changes);
    let retries = vec![Retry { ledger: LEDGER, after: ObjectId(1), due: at(5) }];
    put(&mut *writer, &Changes { retries, ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    let mut expected = changes.deliveries[..6].to_vec();
    for row in [1, 3, 5] {
        (expected[row].state, expected[row].due) = (pending, at(5));
    }
    assert_eq!(all(&mut *reader), expected);
    let others = reader.all_deliveries(LedgerId(2), (ObjectId(0), ObjectId(0)), 9);
    assert_eq!(others.expect("read"), [stranger]);
    assert_eq!(events(&take(&mut *writer, 5, 10, 9)), [2, 6], "one is in a hand");
}

fn ledgers_with_something_to_deliver(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let due = [(1, 30), (2, 10), (3, 20), (4, 60), (5, 5), (6, 1)];
    for (id, due) in due {
        let id = LedgerId(id);
        let (row, sealed) = head(id, Mode::Live);
        let told = |n| EventRow { ledger: id, ..event(n, 0, "customer.created") };
        let new = |event, due| DeliveryRow { ledger: id, ..delivery(event, due) };
        let mut changes = Changes {
            events: (1..=3).map(told).collect(),
            deliveries: vec![new(1, due + 3), new(2, due), new(3, due + 2)],
            ..Changes::default()
        };
        if id == LedgerId(5) {
            changes.deliveries.iter_mut().for_each(|row| row.state = DeliveryState::GivenUp);
        }
        // One that is only moved in has no head yet.
        if id != LedgerId(6) {
            let change = ledger::books::LedgerChange { row, expected: None };
            changes.ledgers = vec![change];
            changes.trail = vec![sealed];
        }
        put(&mut *writer, &changes);
    }
    let mut reader = store.reader().expect("reader");
    let mut due = |now, limit| {
        let found = reader.due_ledgers(at(now), limit).expect("read");
        found.into_iter().map(|ledger| ledger.0).collect::<Vec<_>>()
    };
    assert_eq!(due(9, 9), [0; 0]);
    assert_eq!(due(10, 9), [2]);
    assert_eq!(due(50, 9), [2, 3, 1]);
    assert_eq!(due(50, 2), [2, 3]);
    assert_eq!(due(60, 9), [2, 3, 1, 4]);
    let taken = writer.claim_deliveries(LedgerId(2), at(50), at(55), 9).expect("claim");
    assert_eq!(taken.len(), 3);
    assert_eq!(due(50, 9), [3, 1]);
    assert_eq!(due(55, 9), [3, 1, 2], "longest free first");
    let taken = writer.claim_deliveries(LedgerId(3), at(50), at(70), 2).expect("claim");
    assert_eq!(taken.len(), 2);
    assert_eq!(due(50, 9), [3, 1], "one of three is left");
}

fn deliveries_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut changes = Changes::default();
    for id in 1..=7 {
        changes.events.push(event(id, 0, "customer.created"));
        changes.deliveries.push(delivery(id, 0));
    }
    let other = |endpoint| DeliveryRow { endpoint: ObjectId(endpoint), ..delivery(4, 0) };
    changes.deliveries.extend([9, 501, 502, 503].map(other));
    put(&mut *writer, &changes);
    let mut reader = store.reader().expect("reader");
    let ids = [DeliveriesOf::Endpoint(ENDPOINT), DeliveriesOf::Event(ObjectId(4))];
    for (of, expected) in
        ids.into_iter().zip([[7, 6, 5, 4, 3, 2, 1].as_slice(), &[503, 502, 501, 500, 9]])
    {
        let other_side = |row: &DeliveryRow| match of {
            DeliveriesOf::Endpoint(_) => row.event.0,
            DeliveriesOf::Event(_) => row.endpoint.0,
        };
        let mut read = |starting_after: Option<u64>, ending_before: Option<u64>, limit| {
            let page = Page {
                starting_after: starting_after.map(ObjectId),
                ending_before: ending_before.map(ObjectId),
                limit,
            };
            let found = reader.deliveries(LEDGER, of, page).expect("read");
            (found.rows.iter().map(other_side).collect::<Vec<_>>(), found.has_more)
        };
        let count = expected.len();
        assert_eq!(read(None, None, 9), (expected.to_vec(), false));
        assert_eq!(read(None, None, 3), (expected[..3].to_vec(), true));
        assert_eq!(read(Some(expected[0]), None, 2), (expected[1..3].to_vec(), true));
        assert_eq!(
            read(Some(expected[count - 3]), None, 2),
            (expected[count - 2..].to_vec(), false)
        );
        assert_eq!(read(None, Some(expected[3]), 2), (expected[1..3].to_vec(), true));
        assert_eq!(read(None, Some(expected[2]), 2), (expected[..2].to_vec(), false));
        assert_eq!(read(Some(0), None, 2), (vec![], false));
    }
    let none = [DeliveriesOf::Endpoint(ObjectId(9_999)), DeliveriesOf::Event(ObjectId(9_999))];
    for of in none {
        let page = Page { limit: 9, ..Page::default() };
        assert_eq!(reader.deliveries(LEDGER, of, page).expect("read").rows, []);
        assert_eq!(reader.deliveries(LedgerId(2), of, page).expect("read").rows, []);
    }
}
