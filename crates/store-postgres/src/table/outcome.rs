//! Remembered outcomes.

use std::collections::HashSet;

use ledger::id::LedgerId;
use ledger::model::{At, IdempotencyKey, OutcomeRow, RequestHash};
use store::{OutcomeCursor, OutcomePage, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::{Column, Rows, Value};
use crate::session::Session;
use crate::trip::{Asked, Trip, values};
use crate::writer::BEGIN_PATIENTLY;

macro_rules! columns {
    () => {
        "o.ledger_id, o.key, o.request, o.at, o.result"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bytea[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
     FROM outcome o WHERE o.ledger_id = k.c0 AND o.ledger_id = ANY($3) \
     AND o.key BETWEEN k.c1 AND k.c1 ORDER BY o.key LIMIT 1) o"
);

/// Fails where one of them is there: it divides by zero.
const REFUSE: &str = "SELECT 1 / (count(*) = 0)::integer \
    FROM (SELECT o.ledger_id FROM unnest($1::bigint[], $2::bytea[]) k (c0, c1) \
    CROSS JOIN LATERAL (SELECT * FROM outcome o WHERE o.ledger_id = k.c0 \
    AND o.ledger_id = ANY($3) AND o.key BETWEEN k.c1 AND k.c1 ORDER BY o.key LIMIT 1) o) w";

const WRITE: &str = "INSERT INTO outcome (ledger_id, key, request, at, result) \
    SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[])";

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM outcome o WHERE o.ledger_id = $1 AND o.key > $2 ORDER BY o.key LIMIT $3"
);

/// The oldest lie at the start of their index. What another process is forgetting is left to it.
const FORGET: &str = "DELETE FROM outcome o WHERE o.ctid = ANY(ARRAY(SELECT p.ctid \
    FROM outcome p WHERE p.at < $1 ORDER BY p.at LIMIT $2 FOR UPDATE SKIP LOCKED))";

/// The same on many servers, which have no places of rows in common: first which, then those. An
/// outcome of another ledger with the same key is as old, or stays.
const OLDEST: &str = "SELECT p.ledger_id, p.key FROM outcome p WHERE p.at < $1 \
    ORDER BY p.at LIMIT $2";
const FORGET_THESE: &str = "DELETE FROM outcome o WHERE o.ledger_id = ANY($1) \
    AND o.key = ANY($2) AND o.at < $3";

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, IdempotencyKey)]) -> Asked<OutcomeRow> {
    trip.look(LOAD, key_rows(keys.iter()), read)
}

/// Fails with a conflict where something is remembered under one of these keys. Those of `written`
/// need no look: writing them fails by itself.
pub(crate) fn refuse_others(
    trip: &mut Trip,
    keys: &[(LedgerId, IdempotencyKey)],
    written: &[OutcomeRow],
) {
    let written: HashSet<_> = written.iter().map(|row| (row.ledger, row.key)).collect();
    trip.check(REFUSE, key_rows(keys.iter().filter(|key| !written.contains(key))));
}

fn key_rows<'a>(keys: impl Iterator<Item = &'a (LedgerId, IdempotencyKey)>) -> Rows {
    let mut rows = Rows::new(2);
    for (ledger, key) in keys {
        rows.row(*ledger).put(key.0.as_slice());
    }
    rows
}

pub(crate) fn write(trip: &mut Trip, outcomes: &[OutcomeRow]) {
    let mut rows = Rows::new(5);
    for row in outcomes {
        rows.row(row.ledger).put(row.key.0.as_slice()).put(row.request.0.as_slice());
        rows.put(row.at).put(row.result_bytes().as_slice());
    }
    trip.insert(WRITE, rows);
}

/// A page in the order of keys; its cursor is the last key.
pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: Option<OutcomeCursor>,
    limit: u32,
) -> Result<OutcomePage, StoreError> {
    let after = after.map_or_else(Vec::new, |OutcomeCursor(key)| key.to_vec());
    let values = values![ledger, after.as_slice(), i64::from(limit) + 1];
    let mut rows = session.all(LIST, values, read)?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| has_more).map(|row| OutcomeCursor(row.key.0));
    Ok(OutcomePage { rows, next })
}

/// Forgets the oldest outcomes from before `before`, at most `limit`; answers how many.
pub(crate) fn forget(session: &Session, before: At, limit: u32) -> Result<u32, StoreError> {
    let mut trip = Trip::begin(BEGIN_PATIENTLY);
    let values = values![before, i64::from(limit)];
    if session.place().is_distributed() {
        let old =
            session.all(OLDEST, values, |fields| Ok((fields.ledger()?, fields.array::<16>()?)))?;
        let ledgers = Column::of(old.iter().map(|(ledger, _)| *ledger));
        let keys = Column::of(old.iter().map(|(_, key)| key.as_slice()));
        let values = vec![Value::Many(ledgers), Value::Many(keys), Value::of(before)];
        trip.run(FORGET_THESE, values);
    } else {
        trip.run(FORGET, values);
    }
    Ok(u32::try_from(session.run_and_commit(trip)?.written()).unwrap_or(u32::MAX))
}

fn read(fields: &mut Fields<'_>) -> Result<OutcomeRow, StoreError> {
    Ok(OutcomeRow {
        ledger: fields.ledger()?,
        key: IdempotencyKey(fields.array()?),
        request: RequestHash(fields.array()?),
        at: fields.at()?,
        result: OutcomeRow::read_result(fields.bytes()?).map_err(damaged)?,
    })
}
