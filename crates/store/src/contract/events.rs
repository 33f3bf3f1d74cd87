//! Events: written, loaded, found, forgotten.

use std::cmp::Reverse;

use ledger::id::{GapId, LedgerId, ObjectId, Position, SeriesId};
use ledger::model::{At, DeliveryRow, DeliveryState, EventRow, ObjectKind, Subject};
use ledger::{Changes, Misses};

use super::sample::{Dice, LEDGER, NOON, event, put, writer};
use super::{Case, Database};
use crate::{AtRange, EventFilter, EventKinds, Page, Reader, StoreError, Writer};

pub(super) const CASES: &[Case] = &[
    ("events come back as they were written", events_come_back_as_they_were_written),
    ("events in pages", events_in_pages),
    ("old events are forgotten", old_events_are_forgotten),
];

/// A ledger beside the one of most cases.
const OTHER: LedgerId = LedgerId(2);

fn events_come_back_as_they_were_written(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let full = EventRow {
        subject: Subject::Object(ObjectKind::CreditNote, ObjectId(1)),
        request: Some("req_1".to_owned()),
        idempotency_key: Some("ü".to_owned()),
        body: Some(vec![0, 255]),
        ..event(2, 5, "credit_note.created")
    };
    let rows = vec![
        full,
        EventRow { subject: Subject::Number(Position(7)), ..event(3, 4, "number.issued") },
        EventRow { subject: Subject::Series(SeriesId(8)), ..event(5, 6, "series.reset") },
        EventRow { subject: Subject::Gap(GapId(9)), ..event(6, 6, "gap.found") },
    ];
    let deliveries = vec![
        DeliveryRow::new(LEDGER, ObjectId(3), ObjectId(1), NOON),
        DeliveryRow::new(LEDGER, ObjectId(3), ObjectId(2), NOON),
        DeliveryRow {
            state: DeliveryState::GivenUp,
            ..DeliveryRow::new(LEDGER, ObjectId(3), ObjectId(4), NOON)
        },
    ];
    put(&mut *writer, &Changes { events: rows.clone(), deliveries, ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.all_events(LEDGER, ObjectId(0), 10).expect("read"), rows);
    assert_eq!(reader.all_events(LEDGER, ObjectId(2), 2).expect("read"), rows[1..3]);
    assert_eq!(reader.all_events(OTHER, ObjectId(0), 10).expect("read"), []);
    for (row, pending) in rows.iter().zip([0, 2, 0, 0]) {
        let found = reader.event(LEDGER, row.id).expect("read");
        assert_eq!(found, Some((row.clone(), pending)));
        assert_eq!(reader.event(OTHER, row.id).expect("read"), None);
    }
    assert_eq!(reader.event(LEDGER, ObjectId(4)).expect("read"), None);
    let some = reader.events_of(LEDGER, &[2, 3, 4, 6].map(ObjectId)).expect("read");
    assert_eq!(some, [(rows[0].clone(), 0), (rows[1].clone(), 2), (rows[3].clone(), 0)]);
    assert_eq!(reader.events_of(OTHER, &[ObjectId(2)]).expect("read"), []);
    assert_eq!(reader.events_of(LEDGER, &[]).expect("read"), []);
    let asked = vec![(LEDGER, ObjectId(5)), (LEDGER, ObjectId(4)), (OTHER, ObjectId(5))];
    let found = reader.load(&Misses { events: asked, ..Misses::default() }).expect("load").events;
    assert_eq!(found, rows[2..3]);
    let twice = vec![event(9, 6, "other"), event(5, 6, "other")];
    writer.begin(&[LEDGER]).expect("begin");
    match writer.commit(&Changes { events: twice, ..Changes::default() }) {
        Err(StoreError::Conflict(_)) => {}
        other => panic!("an event that is there: a conflict, not {other:?}"),
    }
    assert_eq!(reader.all_events(LEDGER, ObjectId(0), 10).expect("read"), rows);
}

const KINDS: [&str; 5] =
    ["customer.created", "invoice.created", "invoice.paid", "invoiceitem.created", "gap.found"];

/// Events whose times rise and fall a little, with what became of their deliveries.
fn told(writer: &mut dyn Writer) -> (Vec<EventRow>, Vec<DeliveryRow>) {
    let mut dice = Dice(9);
    let (mut events, mut deliveries) = (Vec::new(), Vec::new());
    for id in 1..=90 {
        let kind = KINDS[dice.below(KINDS.len() as u64) as usize];
        events.push(event(id, (id / 3 + dice.below(3)) as i64, kind));
        for endpoint in 0..dice.below(3) {
            let state = DeliveryState::ALL[dice.below(3) as usize];
            let new = DeliveryRow::new(LEDGER, ObjectId(id), ObjectId(200 + endpoint), NOON);
            deliveries.push(DeliveryRow { state, ..new });
        }
    }
    let strangers = events.iter().map(|row| EventRow { ledger: OTHER, ..row.clone() });
    put(writer, &Changes { events: strangers.collect(), ..Changes::default() });
    let changes =
        Changes { events: events.clone(), deliveries: deliveries.clone(), ..Changes::default() };
    put(writer, &changes);
    (events, deliveries)
}

fn event_filters() -> Vec<EventFilter> {
    let at = |ms: i64| Some(At(NOON.0 + ms));
    let exactly = |kind: &str| EventKinds::Exactly(kind.to_owned());
    let beginning = |kind: &str| EventKinds::Beginning(kind.to_owned());
    let kinds = [
        vec![],
        vec![exactly("invoice.paid")],
        vec![exactly("invoice.paid"), exactly("gap.found"), exactly("invoice.paid")],
        vec![beginning("invoice")],
        vec![beginning("invoice."), exactly("invoice.paid"), exactly("customer.created")],
        vec![exactly("no.such")],
        vec![beginning("no.such.")],
    ];
    let ranges =
        [AtRange::default(), range(at(5), at(15)), range(None, at(9)), range(at(20), None)];
    let mut filters = Vec::new();
    for kinds in kinds {
        for at in ranges {
            for delivered in [None, Some(true), Some(false)] {
                filters.push(EventFilter { kinds: kinds.clone(), at, delivered });
            }
        }
    }
    filters
}

fn events_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let (events, deliveries) = told(&mut *writer(&*store));
    let mut reader = store.reader().expect("reader");
    let is_delivered = |event: &EventRow| {
        let mut own = deliveries.iter().filter(|row| row.event == event.id);
        own.all(|row| row.state == DeliveryState::Delivered)
    };
    for filter in event_filters() {
        let passes = |event: &&EventRow| {
            let of_kind = filter.kinds.iter().any(|kinds| kinds.contain(&event.kind));
            filter.at.contains(event.at)
                && (filter.kinds.is_empty() || of_kind)
                && filter.delivered.is_none_or(|wanted| wanted == is_delivered(event))
        };
        let mut expected: Vec<_> = events.iter().filter(passes).cloned().collect();
        expected.sort_by_key(|event| Reverse((event.at, event.id)));
        let expected: Vec<_> = expected.into_iter().map(|event| event.id).collect();
        for limit in [1, 7, 100] {
            assert_eq!(events_down(&mut *reader, &filter, limit), expected, "{filter:?}");
        }
        for (place, edge) in expected.iter().enumerate().step_by(5) {
            let page = Page { ending_before: Some(*edge), starting_after: None, limit: 3 };
            let found = reader.events(LEDGER, &filter, page).expect("read");
            let ids: Vec<_> = found.rows.iter().map(|(row, _)| row.id).collect();
            assert_eq!(ids, expected[place.saturating_sub(3)..place], "{filter:?} {edge:?}");
            assert_eq!(found.has_more, place > 3, "{filter:?} {edge:?}");
        }
    }
    let page = Page { limit: 90, ..Page::default() };
    for (row, pending) in reader.events(LEDGER, &EventFilter::default(), page).expect("read").rows {
        let own = deliveries.iter().filter(|of| of.event == row.id);
        let expected = own.filter(|of| of.state == DeliveryState::Pending).count();
        assert_eq!(pending as usize, expected);
        assert!(events.contains(&row));
    }
}

fn range(from: Option<At>, to: Option<At>) -> AtRange {
    AtRange { from, to }
}

fn events_down(reader: &mut dyn Reader, filter: &EventFilter, limit: u32) -> Vec<ObjectId> {
    let mut ids: Vec<ObjectId> = Vec::new();
    loop {
        let page = Page { starting_after: ids.last().copied(), ending_before: None, limit };
        let found = reader.events(LEDGER, filter, page).expect("read");
        assert!(found.rows.len() == limit as usize || !found.has_more);
        ids.extend(found.rows.iter().map(|(row, _)| row.id));
        if !found.has_more {
            return ids;
        }
    }
}

fn old_events_are_forgotten(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut events: Vec<_> = (1..=9).map(|id| event(id, id as i64, "customer.created")).collect();
    events.push(EventRow { ledger: OTHER, ..event(1, 2, "customer.created") });
    let delivery = |id, state| DeliveryRow {
        state,
        ..DeliveryRow::new(LEDGER, ObjectId(id), ObjectId(70), NOON)
    };
    let deliveries = vec![
        delivery(1, DeliveryState::Delivered),
        delivery(2, DeliveryState::Pending),
        delivery(3, DeliveryState::GivenUp),
        delivery(8, DeliveryState::Delivered),
    ];
    put(&mut *writer, &Changes { events, deliveries, ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    let mut left = |ledger| {
        let events = reader.all_events(ledger, ObjectId(0), 20).expect("read");
        let all = reader.all_deliveries(ledger, (ObjectId(0), ObjectId(0)), 20).expect("read");
        let ids: Vec<u64> = events.iter().map(|row| row.id.0).collect();
        (ids, all.iter().map(|row| row.event.0).collect::<Vec<u64>>())
    };
    let before = At(NOON.0 + 6);
    assert_eq!(writer.forget_events(At(NOON.0 + 1), 10).expect("forget"), 0);
    assert_eq!(left(LEDGER), (vec![1, 2, 3, 4, 5, 6, 7, 8, 9], vec![1, 2, 3, 8]));
    // The oldest of all ledgers, at most so many; what is to be delivered stays.
    assert_eq!(writer.forget_events(before, 3).expect("forget"), 3);
    assert_eq!(left(LEDGER), (vec![2, 4, 5, 6, 7, 8, 9], vec![2, 8]));
    assert_eq!(left(OTHER), (vec![], vec![]));
    assert_eq!(writer.forget_events(before, 10).expect("forget"), 2);
    assert_eq!(left(LEDGER), (vec![2, 6, 7, 8, 9], vec![2, 8]));
    assert_eq!(writer.forget_events(before, 10).expect("forget"), 0);
    // A list goes on behind nothing that is forgotten.
    let page = Page { starting_after: Some(ObjectId(4)), ending_before: None, limit: 3 };
    let found = store.reader().expect("reader").events(LEDGER, &EventFilter::default(), page);
    assert_eq!(found.expect("read").rows, []);
}
