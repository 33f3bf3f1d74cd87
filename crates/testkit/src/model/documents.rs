//! Questions about objects, events and deliveries.

use std::cmp::Reverse;

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, DeliveryRow, DeliveryState, EventRow, ObjectRow};
use store::{
    DeliveriesOf, DeliveryPage, EventFilter, EventPage, ObjectFilter, ObjectPage, Page, Waking,
};

use super::reader::part;
use super::rows::Rows;
use super::writer::{free_since, is_free};

pub(super) fn objects(
    rows: &Rows,
    ledger: LedgerId,
    filter: &ObjectFilter,
    page: Page<(At, ObjectId)>,
) -> ObjectPage {
    let all = rows.objects.values().filter(|row| row.ledger == ledger && !row.deleted);
    let mut all: Vec<ObjectRow> = all.filter(|row| passes(row, filter)).cloned().collect();
    all.sort_by_key(|row| Reverse((row.created, row.id)));
    let (rows, has_more) = part(all, page, |row| (row.created, row.id));
    ObjectPage { rows, has_more }
}

fn passes(row: &ObjectRow, filter: &ObjectFilter) -> bool {
    let keys = row.keys();
    row.kind() == filter.kind
        && (filter.customer.is_none() || filter.customer == keys.customer)
        && (filter.parent.is_none() || filter.parent == keys.parent)
        && (filter.state.is_none() || filter.state == keys.state)
        && (filter.label.is_none() || filter.label == keys.label)
        && filter.created.contains(row.created)
}

pub(super) fn with_pending(rows: &Rows, event: &EventRow) -> (EventRow, u32) {
    let pending = of_event(rows, event).filter(|row| row.state == DeliveryState::Pending).count();
    (event.clone(), u32::try_from(pending).unwrap_or(u32::MAX))
}

pub(super) fn events(
    rows: &Rows,
    ledger: LedgerId,
    filter: &EventFilter,
    page: Page<ObjectId>,
) -> EventPage {
    let edge = |id: Option<ObjectId>| match id {
        None => Some(None),
        Some(id) => rows.events.get(&(ledger, id)).map(|event| Some((event.at, event.id))),
    };
    let (Some(starting_after), Some(ending_before)) =
        (edge(page.starting_after), edge(page.ending_before))
    else {
        return EventPage::default();
    };
    let page = Page { starting_after, ending_before, limit: page.limit };
    let is_delivered =
        |event: &EventRow| of_event(rows, event).all(|row| row.state == DeliveryState::Delivered);
    let all = rows.events.values().filter(|event| {
        let of_kind = || filter.kinds.iter().any(|kinds| kinds.contain(&event.kind));
        event.ledger == ledger
            && filter.at.contains(event.at)
            && (filter.kinds.is_empty() || of_kind())
            && filter.delivered.is_none_or(|wanted| wanted == is_delivered(event))
    });
    let mut all: Vec<&EventRow> = all.collect();
    all.sort_by_key(|event| Reverse((event.at, event.id)));
    let (found, has_more) = part(all, page, |event| (event.at, event.id));
    let with_pending = |event: &EventRow| with_pending(rows, event);
    EventPage { rows: found.into_iter().map(with_pending).collect(), has_more }
}

fn of_event<'a>(rows: &'a Rows, event: &EventRow) -> impl Iterator<Item = &'a DeliveryRow> {
    let (from, to) = (ObjectId(0), ObjectId(u64::MAX));
    let range = (event.ledger, event.id, from)..=(event.ledger, event.id, to);
    rows.deliveries.range(range).map(|(_, row)| row)
}

pub(super) fn deliveries(
    rows: &Rows,
    ledger: LedgerId,
    of: DeliveriesOf,
    page: Page<ObjectId>,
) -> DeliveryPage {
    let other = |row: &DeliveryRow| match of {
        DeliveriesOf::Event(_) => row.endpoint,
        DeliveriesOf::Endpoint(_) => row.event,
    };
    let is_meant = |row: &DeliveryRow| match of {
        DeliveriesOf::Event(event) => row.event == event,
        DeliveriesOf::Endpoint(endpoint) => row.endpoint == endpoint,
    };
    let all = rows.deliveries.values().filter(|row| row.ledger == ledger && is_meant(row));
    let mut all: Vec<DeliveryRow> = all.cloned().collect();
    all.sort_by_key(|row| Reverse(other(row)));
    let (rows, has_more) = part(all, page, other);
    DeliveryPage { rows, has_more }
}

pub(super) fn due_ledgers(rows: &Rows, now: At, limit: u32) -> Vec<LedgerId> {
    let is_due = |row: &&DeliveryRow| is_free(row, now) && rows.ledgers.contains_key(&row.ledger);
    let mut free: Vec<&DeliveryRow> = rows.deliveries.values().filter(is_due).collect();
    free.sort_by_key(|row| (free_since(row), row.ledger));
    let mut ledgers = Vec::new();
    for row in free {
        if !ledgers.contains(&row.ledger) {
            ledgers.push(row.ledger);
        }
    }
    ledgers.truncate(limit as usize);
    ledgers
}

pub(super) fn waking(rows: &Rows, now: At, after: Option<Waking>, limit: u32) -> Vec<Waking> {
    let there = rows.objects.values().filter(|row| !row.deleted);
    let mut waking: Vec<Waking> = there
        .filter_map(|row| {
            let at = row.keys().wake_at.filter(|at| *at <= now)?;
            Some(Waking { at, ledger: row.ledger, object: row.id })
        })
        .filter(|one| Some(*one) > after)
        .collect();
    waking.sort_unstable();
    waking.truncate(limit as usize);
    waking
}
