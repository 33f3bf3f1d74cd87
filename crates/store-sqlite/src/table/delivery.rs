//! The outbox: which event is still to be told to which endpoint.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, DeliveryRow, DeliveryState, Retry};
use store::{DeliveriesOf, DeliveryPage, Page, Slice, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::packed::{self, place};
use crate::page::{InSql, Question};
use crate::rows::{Bound, Rows};
use crate::session::Session;

macro_rules! columns {
    () => {
        "d.event_id, d.endpoint_id, d.state, d.attempts, d.due, d.leased_until, d.log"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN delivery d ON d.event_id = k.c0 AND d.endpoint_id = k.c1"
);

// Lists of events that did not arrive lie in the order of the events' times.
const WRITE: &str = "INSERT INTO delivery (event_id, endpoint_id, ledger_id, made, state, \
    attempts, due, leased_until, log) SELECT c0, c1, c2, coalesce(e.at, c5), c3, c4, c5, c6, c7 \
    FROM rows(?1) k LEFT JOIN event e ON e.event_id = k.c0 \
    WHERE true ON CONFLICT (event_id, endpoint_id) DO UPDATE SET state = excluded.state, \
    attempts = excluded.attempts, due = excluded.due, leased_until = excluded.leased_until, \
    log = excluded.log";

const RETRY: &str = "UPDATE delivery INDEXED BY delivery_open SET state = 0, due = ?3 \
    WHERE ledger_id = ?1 AND state <> 1 AND event_id > ?2 AND attempts > 0";

/// Ledgers with something to deliver, found by leaps from one to the next, and from when on.
const DUE_LEDGERS: &str = "WITH RECURSIVE due (ledger_id) AS (\
    VALUES ((SELECT d.ledger_id FROM delivery d INDEXED BY delivery_ready \
    WHERE d.state = 0 AND d.ledger_id > 0 ORDER BY d.ledger_id LIMIT 1)) \
    UNION ALL SELECT (SELECT d.ledger_id FROM delivery d INDEXED BY delivery_ready \
    WHERE d.state = 0 AND d.ledger_id > due.ledger_id ORDER BY d.ledger_id LIMIT 1) \
    FROM due WHERE due.ledger_id IS NOT NULL) \
    SELECT (SELECT d.ready FROM delivery d INDEXED BY delivery_ready \
    WHERE d.state = 0 AND d.ledger_id = due.ledger_id ORDER BY d.ready LIMIT 1), l.ledger_id \
    FROM due CROSS JOIN ledger l ON l.ledger_id = due.ledger_id";

const CLAIM: &str = "UPDATE delivery AS d SET leased_until = ?3 \
    WHERE (d.event_id, d.endpoint_id) IN (SELECT r.event_id, r.endpoint_id FROM delivery r \
    INDEXED BY delivery_ready WHERE r.ledger_id = ?1 AND r.state = 0 AND r.ready <= ?2 \
    ORDER BY r.ready LIMIT ?4) \
    RETURNING event_id, endpoint_id, state, attempts, due, leased_until, log";

// Whoever had it in hand for too long has lost it.
const SETTLE: &str = "UPDATE delivery SET state = k.c3, attempts = k.c4, due = k.c5, \
    leased_until = NULL, log = k.c6 FROM rows(?1) k WHERE delivery.event_id = k.c0 \
    AND delivery.endpoint_id = k.c1 AND delivery.leased_until = k.c2";

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM delivery d WHERE (d.event_id, d.endpoint_id) > (?1, ?2) AND d.event_id <= ?3 \
     ORDER BY d.event_id, d.endpoint_id LIMIT ?4"
);

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, ObjectId, ObjectId)],
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, event, endpoint) in keys {
        rows.put(packed::pack(*ledger, event.0)).put(*endpoint);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn write(session: &Session, deliveries: &[DeliveryRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(8, deliveries.len());
    for row in deliveries {
        rows.put(place(row.ledger, row.event.0)?).put(row.endpoint).put(row.ledger);
        rows.put(i64::from(row.state.code())).put(row.attempts).put(row.due);
        rows.put(row.leased_until).put(row.log_bytes().as_slice());
    }
    session.write(WRITE, rows)
}

pub(crate) fn retry(session: &Session, retries: &[Retry]) -> Result<(), StoreError> {
    for retry in retries {
        let after = packed::bound(retry.ledger, retry.after.0);
        session.run(RETRY, (retry.ledger.0 as i64, after, retry.due.0))?;
    }
    Ok(())
}

/// Ledgers with something to deliver now, the longest due first.
pub(crate) fn due_ledgers(
    session: &Session,
    now: At,
    limit: u32,
) -> Result<Vec<LedgerId>, StoreError> {
    let mut found = session.all(DUE_LEDGERS, [], |fields| Ok((fields.at()?, fields.ledger()?)))?;
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
    let params = (ledger.0 as i64, now.0, lease_until.0, limit);
    let mut rows = session.all(CLAIM, params, read)?;
    rows.sort_by_key(|row| (row.due, row.event, row.endpoint));
    Ok(rows)
}

/// Stores what deliveries came to that are still in the hand that took them.
pub(crate) fn settle(session: &Session, deliveries: &[DeliveryRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(7, deliveries.len());
    for row in deliveries {
        rows.put(place(row.ledger, row.event.0)?).put(row.endpoint).put(row.leased_until);
        rows.put(i64::from(row.state.code())).put(row.attempts).put(row.due);
        rows.put(row.log_bytes().as_slice());
    }
    session.run(SETTLE, [Bound::from(rows)]).map(drop)
}

/// The deliveries of an event or to an endpoint, the highest id of the other side first.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    of: DeliveriesOf,
    page: Page<ObjectId>,
) -> Result<DeliveryPage, StoreError> {
    let slice = Slice::of(page, |id| match of {
        DeliveriesOf::Event(_) => id.0 as i64,
        DeliveriesOf::Endpoint(_) => packed::bound(ledger, id.0),
    });
    let select = concat!("SELECT ", columns!(), " FROM delivery d");
    let mut question = Question::new(select.to_owned());
    let key = match of {
        DeliveriesOf::Event(event) => {
            question.with(" WHERE d.event_id = ?", packed::pack(ledger, event.0));
            "d.endpoint_id"
        }
        DeliveriesOf::Endpoint(endpoint) => {
            question.with(" INDEXED BY delivery_endpoint WHERE d.ledger_id = ?", ledger.0 as i64);
            question.with(" AND d.endpoint_id = ?", endpoint.0 as i64);
            "d.event_id"
        }
    };
    if let Some(edge) = slice.edge() {
        question.with(&format!(" AND {key} {} ?", slice.order().beyond()), edge);
    }
    let order = format!(" ORDER BY {key} {} LIMIT ?", slice.order().word());
    question.with(&order, slice.wanted() as i64);
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
    let params = (packed::bound(ledger, event.0), endpoint.0 as i64, packed::last(ledger), limit);
    session.all(ALL, params, read)
}

fn read(fields: &mut Fields<'_>) -> Result<DeliveryRow, StoreError> {
    let id: i64 = fields.get()?;
    let (endpoint, state) = (ObjectId(fields.u64()?), fields.get()?);
    Ok(DeliveryRow {
        ledger: packed::ledger(id),
        event: ObjectId(packed::count(id)),
        endpoint,
        state: DeliveryState::of_code(state)
            .ok_or_else(|| damaged(format!("the state {state} of a delivery")))?,
        attempts: fields.u32()?,
        due: fields.at()?,
        leased_until: fields.maybe_at()?,
        log: DeliveryRow::read_log(fields.bytes()?).map_err(damaged)?,
    })
}
