//! Events, and the lists of them.

use std::collections::HashMap;

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, EventRow, Subject};
use store::{EventFilter, EventPage, Page, Span, StoreError};

use super::bound;
use crate::cell::Fields;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::{Column, Rows, Value};
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "e.ledger_id, e.event_id, e.at, e.kind, e.subject_kind, e.subject, e.version, e.request, \
         e.idempotency_key, e.body"
    };
}

const WRITE: &str = "INSERT INTO event (ledger_id, event_id, at, kind, subject_kind, subject, \
    version, request, idempotency_key, body) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[], \
    $6::bigint[], $7::text[], $8::text[], $9::text[], $10::bytea[])";

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
     FROM event e WHERE e.ledger_id = k.c0 AND e.ledger_id = ANY($3) \
     AND e.event_id BETWEEN k.c1 AND k.c1 ORDER BY e.event_id LIMIT 1) e"
);

const AT: &str = "SELECT e.at FROM event e WHERE e.ledger_id = $1 \
    AND e.event_id BETWEEN $2 AND $2 ORDER BY e.event_id LIMIT 1";

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM event e WHERE e.ledger_id = $1 AND e.event_id > $2 ORDER BY e.event_id LIMIT $3"
);

const WITH_PENDING: &str = concat!(
    "SELECT ",
    columns!(),
    ", (SELECT count(*) FROM (SELECT d.state FROM delivery d WHERE d.ledger_id = $1 \
     AND d.event_id BETWEEN e.event_id AND e.event_id ORDER BY d.event_id OFFSET 0) d \
     WHERE d.state = 0) FROM unnest($2::bigint[]) k (c0) CROSS JOIN LATERAL (SELECT * \
     FROM event e WHERE e.ledger_id = $1 AND e.event_id BETWEEN k.c0 AND k.c0 \
     ORDER BY e.event_id LIMIT 1) e"
);

/// The kinds of events that a ledger has, found by leaps from one to the next.
const KINDS: &str = "WITH RECURSIVE known (kind) AS ((SELECT e.kind FROM event e \
    WHERE e.ledger_id = $1 AND e.kind > '' ORDER BY e.kind, e.at, e.event_id LIMIT 1) \
    UNION ALL SELECT (SELECT e.kind FROM event e WHERE e.ledger_id = $1 AND e.kind > known.kind \
    ORDER BY e.kind, e.at, e.event_id LIMIT 1) FROM known WHERE known.kind IS NOT NULL) \
    SELECT known.kind FROM known WHERE known.kind IS NOT NULL";

/// Whether nothing is to be delivered of an event `p`.
macro_rules! settled {
    () => {
        "(SELECT 1 FROM delivery d WHERE d.ledger_id = p.ledger_id \
         AND d.event_id BETWEEN p.event_id AND p.event_id AND d.state = 0 \
         ORDER BY d.event_id LIMIT 1) IS NULL"
    };
}

/// The oldest lie at the start of their index. What another process is forgetting is left to it.
const FORGET: &str = concat!(
    "DELETE FROM event e WHERE e.ctid = ANY(ARRAY(SELECT p.ctid FROM event p WHERE p.at < $1 \
     AND ",
    settled!(),
    " ORDER BY p.at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING e.ledger_id, e.event_id"
);

const FORGET_DELIVERIES: &str = "DELETE FROM delivery d WHERE d.ctid = ANY(ARRAY(SELECT x.ctid \
    FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT d.ctid \
    FROM delivery d WHERE d.ledger_id = k.c0 AND d.event_id BETWEEN k.c1 AND k.c1 \
    ORDER BY d.event_id OFFSET 0) x))";

/// The same on many servers, which have no places of rows in common: first which, then those. An
/// event of another ledger with the same id is as old and as settled, or stays.
const OLDEST: &str = concat!(
    "SELECT p.ledger_id, p.event_id FROM event p WHERE p.at < $1 AND ",
    settled!(),
    " ORDER BY p.at LIMIT $2"
);
const FORGET_THESE: &str = concat!(
    "DELETE FROM event p WHERE p.ledger_id = ANY($1) AND p.event_id = ANY($2) AND p.at < $3 AND ",
    settled!()
);
const FORGET_THEIRS: &str = "DELETE FROM delivery d WHERE d.ledger_id = ANY($1) \
    AND d.event_id = ANY($2) AND NOT EXISTS (SELECT 1 FROM event e \
    WHERE e.ledger_id = d.ledger_id AND e.event_id = d.event_id)";

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, ObjectId)]) -> Asked<EventRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(*id);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn write(trip: &mut Trip, events: &[EventRow]) {
    let mut rows = Rows::new(10);
    for event in events {
        let (kind, subject) = event.subject.code();
        rows.row(event.ledger).put(event.id).put(event.at).put(event.kind.as_str());
        rows.put(kind).put(subject).put(event.version.as_str());
        rows.put(event.request.as_deref()).put(event.idempotency_key.as_deref());
        rows.put(event.body.as_deref());
    }
    trip.write(WRITE, rows);
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
    let ids: Vec<i64> = ids.iter().map(|id| bound(id.0)).collect();
    fill(session, ledger, &ids)
}

/// All events of a ledger by id, beginning behind `after`.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: ObjectId,
    limit: u32,
) -> Result<Vec<EventRow>, StoreError> {
    session.all(ALL, values![ledger, bound(after.0), i64::from(limit)], read)
}

/// One page, newest first. Kinds are merged, each of which lies in the order of times.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &EventFilter,
    page: Page<ObjectId>,
) -> Result<EventPage, StoreError> {
    let Some(page) = timed(session, ledger, page)? else { return Ok(EventPage::default()) };
    let span = Span::of(page, filter.at, |id| bound(id.0));
    let known = || session.all(KINDS, values![ledger], |fields| fields.string());
    let kinds = filter.exact_kinds(known)?;
    let mut trip = Trip::new();
    let mut ask = |question: Question| {
        trip.ask(question.sql, question.values, |fields| Ok((fields.get()?, fields.get()?)))
    };
    let asked = match (&kinds, filter.delivered) {
        (_, Some(false)) => vec![ask(open(ledger, kinds.as_deref(), &span))],
        (None, delivered) => vec![ask(told(ledger, None, delivered, &span))],
        (Some(kinds), delivered) => {
            let of = |kind: &String| ask(told(ledger, Some(kind), delivered, &span));
            kinds.iter().map(of).collect()
        }
    };
    let answers = session.run(&trip)?;
    let mut found = Vec::new();
    for asked in &asked {
        found.extend(answers.read(asked)?);
    }
    let (ids, has_more) = span.merge(found);
    Ok(EventPage { rows: fill(session, ledger, &ids)?, has_more })
}

/// The page with the time of the event that it begins behind; `None` when that is forgotten.
fn timed(
    session: &Session,
    ledger: LedgerId,
    page: Page<ObjectId>,
) -> Result<Option<Page<(At, ObjectId)>>, StoreError> {
    let timed = |at: At| page.map(|id| (at, id));
    let Some(edge) = page.edge() else { return Ok(Some(timed(At(0)))) };
    let at = session.first(AT, values![ledger, bound(edge.0)], |fields| fields.at())?;
    Ok(at.map(timed))
}

/// Asks for events of a kind or of all, only those that have arrived everywhere or any.
fn told(ledger: LedgerId, kind: Option<&str>, delivered: Option<bool>, span: &Span) -> Question {
    let sql = "SELECT p.at, p.event_id FROM event p WHERE";
    let mut question = Question::new(sql.to_owned());
    question.with(" p.ledger_id = ?", ledger);
    if delivered.is_some() {
        question.with(" AND (SELECT 1 FROM delivery d WHERE d.ledger_id = ?", ledger).text(
            " AND d.event_id BETWEEN p.event_id AND p.event_id AND d.state <> 1 \
             ORDER BY d.event_id, d.endpoint_id LIMIT 1) IS NULL",
        );
    }
    match kind {
        Some(kind) => question.within_of(span, ("p.kind", kind), "p.at", "p.event_id"),
        None => question.within(span, "p.at", "p.event_id"),
    }
    question
}

/// Asks for events with a delivery that has not arrived, each once.
fn open(ledger: LedgerId, kinds: Option<&[String]>, span: &Span) -> Question {
    let sql = "SELECT d.made, d.event_id FROM delivery d WHERE d.state <> 1";
    let mut question = Question::new(sql.to_owned());
    question.with(" AND d.ledger_id = ?", ledger);
    question.with(" AND (SELECT 1 FROM delivery x WHERE x.ledger_id = ?", ledger).text(
        " AND (x.event_id, x.endpoint_id) >= (d.event_id, 0) \
         AND (x.event_id, x.endpoint_id) < (d.event_id, d.endpoint_id) AND x.state <> 1 \
         ORDER BY x.event_id, x.endpoint_id LIMIT 1) IS NULL",
    );
    if let Some(kinds) = kinds {
        question
            .with(" AND (SELECT e.kind FROM event e WHERE e.ledger_id = ?", ledger)
            .text(" AND e.event_id BETWEEN d.event_id AND d.event_id ORDER BY e.event_id LIMIT 1)");
        question.values.push(Value::Many(Column::of(kinds.iter().map(String::as_str))));
        let place = question.values.len();
        question.text(&format!(" = ANY(${place})"));
    }
    question.within(span, "d.made", "d.event_id");
    question
}

/// Loads events in the order of `ids`.
fn fill(
    session: &Session,
    ledger: LedgerId,
    ids: &[i64],
) -> Result<Vec<(EventRow, u32)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let values = vec![Value::of(ledger), Value::Many(Column::of(ids.iter().copied()))];
    let loaded =
        session.all(WITH_PENDING, values, |fields| Ok((read(fields)?, read_count(fields)?)))?;
    let mut loaded: HashMap<ObjectId, (EventRow, u32)> =
        loaded.into_iter().map(|event| (event.0.id, event)).collect();
    Ok(ids.iter().filter_map(|id| loaded.remove(&ObjectId(*id as u64))).collect())
}

/// Forgets the oldest events from before `before` of which nothing is to be delivered, at most
/// `limit`, and their deliveries; answers how many.
pub(crate) fn forget(session: &Session, before: At, limit: u32) -> Result<u32, StoreError> {
    let values = values![before, i64::from(limit)];
    let is_distributed = session.place().is_distributed();
    let sql = if is_distributed { OLDEST } else { FORGET };
    let old = session.all(sql, values, |fields| Ok((fields.ledger()?, fields.object()?)))?;
    if old.is_empty() {
        return Ok(0);
    }
    let ledgers = || Value::Many(Column::of(old.iter().map(|(ledger, _)| *ledger)));
    let events = || Value::Many(Column::of(old.iter().map(|(_, event)| *event)));
    let mut trip = Trip::new();
    if is_distributed {
        trip.run(FORGET_THESE, vec![ledgers(), events(), Value::of(before)]);
        trip.run(FORGET_THEIRS, vec![ledgers(), events()]);
    } else {
        trip.run(FORGET_DELIVERIES, vec![ledgers(), events()]);
    }
    session.run(&trip)?;
    Ok(u32::try_from(old.len()).unwrap_or(u32::MAX))
}

fn read_subject(fields: &mut Fields<'_>) -> Result<Subject, StoreError> {
    let (code, id) = (fields.get()?, fields.u64()?);
    Subject::of_code(code, id).ok_or_else(|| damaged(format!("an event of {code}, {id}")))
}

fn read_count(fields: &mut Fields<'_>) -> Result<u32, StoreError> {
    let count: i64 = fields.get()?;
    u32::try_from(count).map_err(damaged)
}

fn read(fields: &mut Fields<'_>) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        ledger: fields.ledger()?,
        id: fields.object()?,
        at: fields.at()?,
        kind: fields.string()?,
        subject: read_subject(fields)?,
        version: fields.string()?,
        request: fields.maybe_string()?,
        idempotency_key: fields.maybe_string()?,
        body: fields.get()?,
    })
}
