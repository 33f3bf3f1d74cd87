//! Events, and the lists of them.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, EventRow, Subject};
use store::{EventFilter, EventPage, Page, Span, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::packed::{self, place};
use crate::page::Question;
use crate::rows::{Bound, Rows};
use crate::session::Session;

macro_rules! columns {
    () => {
        "e.event_id, e.at, e.kind, e.subject_kind, e.subject, e.version, e.request, \
         e.idempotency_key, e.body"
    };
}

const WRITE: &str = "INSERT INTO event (event_id, ledger_id, at, kind, subject_kind, subject, \
    version, request, idempotency_key, body) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 FROM rows(?1)";

const LOAD: &str =
    concat!("SELECT ", columns!(), " FROM rows(?1) k CROSS JOIN event e ON e.event_id = k.c0");

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event e WHERE e.event_id > ?1 AND e.event_id <= ?2 ORDER BY e.event_id LIMIT ?3"
);

const WITH_PENDING: &str = concat!(
    "SELECT ",
    columns!(),
    ", (SELECT count(*) FROM delivery d WHERE d.event_id = e.event_id AND d.state = 0) \
     FROM rows(?1) k CROSS JOIN event e ON e.event_id = k.c0"
);

const AT: &str = "SELECT e.at FROM event e WHERE e.event_id = ?1";

/// The kinds of events that a ledger has, found by leaps from one to the next.
const KINDS: &str = "WITH RECURSIVE kind (kind) AS (SELECT min(e.kind) FROM event e \
    WHERE e.ledger_id = ?1 UNION ALL SELECT (SELECT min(e.kind) FROM event e \
    WHERE e.ledger_id = ?1 AND e.kind > kind.kind) FROM kind WHERE kind.kind IS NOT NULL) \
    SELECT kind FROM kind WHERE kind IS NOT NULL";

// The oldest lie at the start of their index.
const OLD: &str = "SELECT e.event_id FROM event e INDEXED BY event_at WHERE e.at < ?1 \
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event_id = e.event_id AND d.state = 0) \
    ORDER BY e.at LIMIT ?2";

const FORGET: &str = "DELETE FROM event WHERE event_id IN (SELECT c0 FROM rows(?1))";

const FORGET_DELIVERIES: &str = "DELETE FROM delivery WHERE event_id IN (SELECT c0 FROM rows(?1))";

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, ObjectId)],
) -> Result<Vec<EventRow>, StoreError> {
    let mut rows = Rows::new(1, keys.len());
    for (ledger, id) in keys {
        rows.put(packed::pack(*ledger, id.0));
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn write(session: &Session, events: &[EventRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(10, events.len());
    for event in events {
        let (kind, subject) = event.subject.code();
        rows.put(place(event.ledger, event.id.0)?).put(event.ledger).put(event.at);
        rows.put(event.kind.as_str()).put(i64::from(kind)).put(subject);
        rows.put(event.version.as_str()).put(event.request.as_deref());
        rows.put(event.idempotency_key.as_deref()).put(event.body.as_deref());
    }
    session.write(WRITE, rows)
}

/// One event, with the number of its deliveries that are pending.
pub(crate) fn one(
    session: &Session,
    ledger: LedgerId,
    id: ObjectId,
) -> Result<Option<(EventRow, u32)>, StoreError> {
    Ok(many(session, ledger, &[id])?.pop())
}

/// Events in the order of `ids`, each with the number of its deliveries that are pending.
pub(crate) fn many(
    session: &Session,
    ledger: LedgerId,
    ids: &[ObjectId],
) -> Result<Vec<(EventRow, u32)>, StoreError> {
    let ids: Vec<i64> = ids.iter().filter_map(|id| packed::pack(ledger, id.0)).collect();
    fill(session, &ids)
}

/// All events of a ledger by id, beginning behind `after`.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: ObjectId,
    limit: u32,
) -> Result<Vec<EventRow>, StoreError> {
    session.all(ALL, (packed::bound(ledger, after.0), packed::last(ledger), limit), read)
}

/// One page, newest first. Kinds are merged, each of which lies in the order of times.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &EventFilter,
    page: Page<ObjectId>,
) -> Result<EventPage, StoreError> {
    let Some(page) = timed(session, ledger, page)? else { return Ok(EventPage::default()) };
    let span = Span::of(page, filter.at, |id| packed::bound(ledger, id.0));
    let known = || session.all(KINDS, [ledger.0 as i64], |fields| fields.string());
    let kinds = filter.exact_kinds(known)?;
    let mut found = Vec::new();
    let questions = match (&kinds, filter.delivered) {
        (_, Some(false)) => vec![open(ledger, kinds.as_deref())],
        (None, _) => vec![created(ledger)],
        (Some(kinds), _) => kinds.iter().map(|kind| of_kind(ledger, kind)).collect(),
    };
    for mut question in questions {
        let (at, id) = match filter.delivered {
            Some(false) => ("d.made", "d.event_id"),
            _ => ("e.at", "e.event_id"),
        };
        if filter.delivered == Some(true) {
            question.text(
                " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event_id = e.event_id \
                 AND d.state <> 1)",
            );
        }
        question.within(&span, at, id);
        found.extend(session.ask(question, |fields| Ok((fields.get()?, fields.get()?)))?);
    }
    let (ids, has_more) = span.merge(found);
    Ok(EventPage { rows: fill(session, &ids)?, has_more })
}

/// The page with the time of the event that it begins behind; `None` when that is forgotten.
fn timed(
    session: &Session,
    ledger: LedgerId,
    page: Page<ObjectId>,
) -> Result<Option<Page<(At, ObjectId)>>, StoreError> {
    let timed = |at: At| page.map(|id| (at, id));
    let Some(edge) = page.edge() else { return Ok(Some(timed(At(0)))) };
    let Some(id) = packed::pack(ledger, edge.0) else { return Ok(None) };
    Ok(session.first(AT, [id], |fields| fields.at())?.map(timed))
}

fn created(ledger: LedgerId) -> Question {
    let sql = "SELECT e.at, e.event_id FROM event e INDEXED BY event_created WHERE";
    let mut question = Question::new(sql.to_owned());
    question.with(" e.ledger_id = ?", ledger.0 as i64);
    question
}

fn of_kind(ledger: LedgerId, kind: &str) -> Question {
    let sql = "SELECT e.at, e.event_id FROM event e INDEXED BY event_kind WHERE";
    let mut question = Question::new(sql.to_owned());
    question.with(" e.ledger_id = ?", ledger.0 as i64).with(" AND e.kind = ?", kind.to_owned());
    question
}

/// Events with a delivery that has not arrived, each once.
fn open(ledger: LedgerId, kinds: Option<&[String]>) -> Question {
    let sql = "SELECT d.made, d.event_id FROM delivery d INDEXED BY delivery_open WHERE";
    let mut question = Question::new(sql.to_owned());
    question.with(" d.ledger_id = ?", ledger.0 as i64).text(
        " AND d.state <> 1 AND NOT EXISTS (SELECT 1 FROM delivery x \
         WHERE x.event_id = d.event_id AND x.endpoint_id < d.endpoint_id AND x.state <> 1)",
    );
    if let Some(kinds) = kinds {
        question.text(" AND (SELECT e.kind FROM event e WHERE e.event_id = d.event_id) IN (NULL");
        for kind in kinds {
            question.with(", ?", kind.clone());
        }
        question.text(")");
    }
    question
}

/// Loads events in the order of `ids`.
fn fill(session: &Session, ids: &[i64]) -> Result<Vec<(EventRow, u32)>, StoreError> {
    let mut rows = Rows::new(1, ids.len());
    for id in ids {
        rows.put(*id);
    }
    // One row is looked up behind the other, so they come as they were asked for.
    session.look(WITH_PENDING, rows, |fields| Ok((read(fields)?, fields.u32()?)))
}

/// Forgets the oldest events from before `before` of which nothing is to be delivered, at most
/// `limit`, and their deliveries; answers how many.
pub(crate) fn forget(session: &Session, before: At, limit: u32) -> Result<u32, StoreError> {
    let old = session.all(OLD, (before.0, limit), |fields| fields.get::<i64>())?;
    if old.is_empty() {
        return Ok(0);
    }
    let mut rows = Rows::new(1, old.len());
    for id in &old {
        rows.put(*id);
    }
    let rows = Bound::from(rows);
    session.run(FORGET, [&rows])?;
    session.run(FORGET_DELIVERIES, [&rows])?;
    Ok(old.len() as u32)
}

fn read(fields: &mut Fields<'_>) -> Result<EventRow, StoreError> {
    let id: i64 = fields.get()?;
    Ok(EventRow {
        ledger: packed::ledger(id),
        id: ObjectId(packed::count(id)),
        at: fields.at()?,
        kind: fields.string()?,
        subject: read_subject(fields)?,
        version: fields.string()?,
        request: fields.get()?,
        idempotency_key: fields.get()?,
        body: fields.get()?,
    })
}

fn read_subject(fields: &mut Fields<'_>) -> Result<Subject, StoreError> {
    let (code, id) = (fields.get()?, fields.u64()?);
    Subject::of_code(code, id).ok_or_else(|| damaged(format!("an event of {code}, {id}")))
}
