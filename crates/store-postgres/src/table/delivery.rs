//! The outbox: which event is still to be told to which endpoint.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, DeliveryRow, DeliveryState, Retry};
use store::{DeliveriesOf, DeliveryPage, Page, Slice, StoreError};

use super::bound;
use crate::cell::Fields;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::Rows;
use crate::session::Session;
use crate::table::ledger::many;
use crate::trip::{Asked, Trip, values};
use crate::writer::BEGIN_PATIENTLY;

macro_rules! columns {
    () => {
        "d.ledger_id, d.event_id, d.endpoint_id, d.state, d.attempts, d.due, d.leased_until, d.log"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) k (c0, c1, c2) \
     CROSS JOIN LATERAL (SELECT * FROM delivery d WHERE d.ledger_id = k.c0 \
     AND d.ledger_id = ANY($4) AND (d.event_id, d.endpoint_id) >= (k.c1, k.c2) \
     AND (d.event_id, d.endpoint_id) <= (k.c1, k.c2) ORDER BY d.event_id, d.endpoint_id LIMIT 1) d"
);

// Lists of events that did not arrive lie in the order of the events' times.
const WRITE: &str = "INSERT INTO delivery (ledger_id, event_id, endpoint_id, made, state, \
    attempts, due, leased_until, log) SELECT k.c0, k.c1, k.c2, coalesce(e.at, k.c5), k.c3, k.c4, \
    k.c5, k.c6, k.c7 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::smallint[], \
    $5::integer[], $6::bigint[], $7::bigint[], $8::bytea[]) k (c0, c1, c2, c3, c4, c5, c6, c7) \
    LEFT JOIN LATERAL (SELECT e.at FROM event e WHERE e.ledger_id = k.c0 \
    AND e.ledger_id = ANY($9) AND e.event_id BETWEEN k.c1 AND k.c1 \
    ORDER BY e.event_id LIMIT 1) e ON true \
    ON CONFLICT (ledger_id, event_id, endpoint_id) DO UPDATE SET state = excluded.state, \
    attempts = excluded.attempts, due = excluded.due, leased_until = excluded.leased_until, \
    log = excluded.log";

// Written as an insertion whose rows are all there, so that only the index over what has not
// arrived lies in the order.
const RETRY: &str = "INSERT INTO delivery AS d (ledger_id, event_id, endpoint_id, made, state, \
    attempts, due, leased_until, log) SELECT r.ledger_id, r.event_id, r.endpoint_id, r.made, 0, \
    r.attempts, $3, r.leased_until, r.log FROM delivery r WHERE r.ledger_id = $1 \
    AND r.state <> 1 AND r.event_id > $2 AND r.attempts > 0 \
    ORDER BY r.made, r.event_id, r.endpoint_id \
    ON CONFLICT (ledger_id, event_id, endpoint_id) DO UPDATE SET state = 0, due = excluded.due \
    WHERE d.state <> 1";

/// Ledgers with something to deliver, found by leaps from one to the next, and from when on.
const DUE_LEDGERS: &str = "WITH RECURSIVE due (ledger_id) AS ((SELECT d.ledger_id \
    FROM delivery d WHERE d.state = 0 AND d.ledger_id > 0 \
    ORDER BY d.ledger_id, d.ready LIMIT 1) UNION ALL SELECT (SELECT d.ledger_id \
    FROM delivery d WHERE d.state = 0 AND d.ledger_id > due.ledger_id \
    ORDER BY d.ledger_id, d.ready LIMIT 1) FROM due WHERE due.ledger_id IS NOT NULL) \
    SELECT (SELECT d.ready FROM delivery d WHERE d.state = 0 AND d.ledger_id = due.ledger_id \
    ORDER BY d.ready LIMIT 1), l.ledger_id FROM due CROSS JOIN LATERAL (SELECT l.ledger_id \
    FROM ledger l WHERE l.ledger_id = due.ledger_id LIMIT 1) l";

/// The same on many servers, which leap over no ledger together: each looks through what is to be
/// delivered on it.
const DUE_LEDGERS_ANYWHERE: &str = "SELECT min(d.ready), d.ledger_id FROM delivery d \
    JOIN ledger l ON l.ledger_id = d.ledger_id WHERE d.state = 0 GROUP BY d.ledger_id";

const CLAIM: &str = concat!(
    "UPDATE delivery d SET leased_until = $3 WHERE d.ctid = ANY(ARRAY(SELECT r.ctid \
     FROM delivery r WHERE r.ledger_id = $1 AND r.state = 0 AND r.ready <= $2 \
     ORDER BY r.ready, r.event_id, r.endpoint_id LIMIT $4 FOR UPDATE SKIP LOCKED)) \
     AND d.ledger_id = ANY($5) RETURNING ",
    columns!()
);

// Whoever had it in hand for too long has lost it.
const SETTLE: &str = "INSERT INTO delivery AS d (ledger_id, event_id, endpoint_id, made, state, \
    attempts, due, leased_until, log) SELECT s.ledger_id, k.c1, k.c2, s.made, k.c4, k.c5, k.c6, \
    k.c3, k.c7 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], \
    $5::smallint[], $6::integer[], $7::bigint[], $8::bytea[]) \
    k (c0, c1, c2, c3, c4, c5, c6, c7) CROSS JOIN LATERAL (SELECT s.ledger_id, s.made \
    FROM delivery s WHERE s.ledger_id = k.c0 AND s.ledger_id = ANY($9) \
    AND (s.event_id, s.endpoint_id) >= (k.c1, k.c2) \
    AND (s.event_id, s.endpoint_id) <= (k.c1, k.c2) ORDER BY s.event_id, s.endpoint_id LIMIT 1) s \
    ON CONFLICT (ledger_id, event_id, endpoint_id) DO UPDATE SET state = excluded.state, \
    attempts = excluded.attempts, due = excluded.due, leased_until = NULL, log = excluded.log \
    WHERE d.leased_until = excluded.leased_until";

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM delivery d WHERE d.ledger_id = $1 AND (d.event_id, d.endpoint_id) > ($2, $3) \
     ORDER BY d.event_id, d.endpoint_id LIMIT $4"
);

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, ObjectId, ObjectId)]) -> Asked<DeliveryRow> {
    let mut rows = Rows::new(3);
    for (ledger, event, endpoint) in keys {
        rows.row(*ledger).put(*event).put(*endpoint);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn write(trip: &mut Trip, deliveries: &[DeliveryRow]) {
    let mut rows = Rows::new(8);
    for row in deliveries {
        rows.row(row.ledger).put(row.event).put(row.endpoint).put(row.state.code());
        rows.put(row.attempts).put(row.due).put(row.leased_until);
        rows.put(row.log_bytes().as_slice());
    }
    trip.write(WRITE, rows);
}

pub(crate) fn retry(trip: &mut Trip, retries: &[Retry]) {
    for retry in retries {
        trip.run(RETRY, values![retry.ledger, bound(retry.after.0), retry.due]);
    }
}

/// Ledgers with something to deliver now, the longest due first.
pub(crate) fn due_ledgers(
    session: &Session,
    now: At,
    limit: u32,
) -> Result<Vec<LedgerId>, StoreError> {
    let is_distributed = session.place().is_distributed();
    let sql = if is_distributed { DUE_LEDGERS_ANYWHERE } else { DUE_LEDGERS };
    let mut found = session.all(sql, values![], |fields| Ok((fields.at()?, fields.ledger()?)))?;
    found.retain(|(ready, _)| *ready <= now);
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, ledger)| ledger).take(limit as usize).collect())
}

/// Takes deliveries of a ledger that are due and that nobody has in hand, the longest due first.
pub(crate) fn claim(
    session: &Session,
    ledger: LedgerId,
    now: At,
    lease_until: At,
    limit: u32,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut values = values![ledger, now, lease_until, i64::from(limit)];
    values.push(many(&[ledger]));
    let mut trip = Trip::begin(BEGIN_PATIENTLY);
    let claimed = trip.ask(CLAIM, values, read);
    let mut rows = session.run_and_commit(trip)?.read(&claimed)?;
    rows.sort_by_key(|row| (row.due, row.event, row.endpoint));
    Ok(rows)
}

/// Stores what deliveries came to that are still in the hand that took them.
pub(crate) fn settle(session: &Session, deliveries: &[DeliveryRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(8);
    for row in deliveries {
        rows.row(row.ledger).put(row.event).put(row.endpoint).put(row.leased_until);
        rows.put(row.state.code()).put(row.attempts).put(row.due);
        rows.put(row.log_bytes().as_slice());
    }
    let mut trip = Trip::begin(BEGIN_PATIENTLY);
    for block in rows.blocks() {
        trip.run(SETTLE, block.values());
    }
    if trip.calls.is_empty() {
        return Ok(());
    }
    session.run_and_commit(trip).map(drop)
}

/// The deliveries of an event or to an endpoint, the highest id of the other side first.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    of: DeliveriesOf,
    page: Page<ObjectId>,
) -> Result<DeliveryPage, StoreError> {
    let slice = Slice::of(page, |id| bound(id.0));
    let (order, edge) = (slice.order(), slice.start());
    let select = concat!("SELECT ", columns!(), " FROM delivery d");
    let mut question = Question::new(select.to_owned());
    question.with(" WHERE d.ledger_id = ?", ledger);
    let (side, key) = match of {
        DeliveriesOf::Event(event) => {
            let side = ("d.event_id", event);
            question.behind(side, ("d.endpoint_id", edge), order, false);
            (side.0, "d.endpoint_id")
        }
        DeliveriesOf::Endpoint(endpoint) => {
            let side = ("d.endpoint_id", endpoint);
            question.behind(side, ("d.event_id", edge), order, false);
            (side.0, "d.event_id")
        }
    };
    question.in_order_of(Some(side), key, order, slice.wanted() as i64);
    let (rows, has_more) = slice.cut(session.ask(question, read)?);
    Ok(DeliveryPage { rows, has_more })
}

/// All deliveries of a ledger by event and endpoint, beginning behind `after`.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: (ObjectId, ObjectId),
    limit: u32,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let (event, endpoint) = after;
    let values = values![ledger, bound(event.0), bound(endpoint.0), i64::from(limit)];
    session.all(ALL, values, read)
}

fn read(fields: &mut Fields<'_>) -> Result<DeliveryRow, StoreError> {
    let (ledger, event, endpoint) = (fields.ledger()?, fields.object()?, fields.object()?);
    let state: i16 = fields.get()?;
    Ok(DeliveryRow {
        ledger,
        event,
        endpoint,
        state: DeliveryState::of_code(state)
            .ok_or_else(|| damaged(format!("the state {state} of a delivery")))?,
        attempts: fields.u32()?,
        due: fields.at()?,
        leased_until: fields.maybe_at()?,
        log: DeliveryRow::read_log(fields.bytes()?).map_err(damaged)?,
    })
}
