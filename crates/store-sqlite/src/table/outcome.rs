//! Remembered outcomes.
//!
//! They are asked for by random keys. A tree of short entries for each day leads to them, so that
//! a look-up probes the last three days only: what is older is of no use to any command.

use ledger::id::LedgerId;
use ledger::model::{At, IdempotencyKey, OutcomeRow, RequestHash};
use store::StoreError;

use crate::error::damaged;
use crate::rows::{Bound, Rows};
use crate::session::Session;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days that are probed, the newest with outcomes included. Outcomes serve for less than two whole
/// days, which three calendar days cover.
const DAYS_PROBED: i64 = 3;

const NEWEST_DAY: &str = "SELECT max(day) FROM outcome_key";

const LOAD: &str = "SELECT o.ledger_id, o.key, o.request, o.at, o.result FROM rows(?1) k \
    CROSS JOIN outcome_key m ON m.day = k.c0 AND m.mark = k.c1 \
    CROSS JOIN outcome o ON o.outcome_id = m.outcome_id \
    WHERE o.ledger_id = k.c2 AND o.key = k.c3 ORDER BY o.outcome_id";

const NEXT: &str = "SELECT max(outcome_id) FROM outcome";

const WRITE: &str = "INSERT INTO outcome (outcome_id, ledger_id, key, request, at, result) \
    SELECT c0, c1, c2, c3, c4, c5 FROM rows(?1)";

const WRITE_KEYS: &str = "INSERT INTO outcome_key (day, mark, outcome_id) \
    SELECT c0, c1, c2 FROM rows(?1) ORDER BY c0, c1";

const OLDEST: &str = "SELECT outcome_id, ledger_id, key, at FROM outcome \
    WHERE outcome_id > ?1 ORDER BY outcome_id LIMIT ?2";

const FORGET: &str = "DELETE FROM outcome WHERE outcome_id IN (SELECT c2 FROM rows(?1))";

const FORGET_KEYS: &str = "DELETE FROM outcome_key WHERE (day, mark, outcome_id) IN \
    (SELECT c0, c1, c2 FROM rows(?1))";

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, IdempotencyKey)],
) -> Result<Vec<OutcomeRow>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let Some(newest) =
        session.first(NEWEST_DAY, [], |fields| fields.get::<Option<i64>>())?.flatten()
    else {
        return Ok(Vec::new());
    };
    let mut rows = Rows::new(4, keys.len() * DAYS_PROBED as usize);
    for (ledger, key) in keys {
        for day in newest - DAYS_PROBED + 1..=newest {
            rows.put(day).put(mark(*ledger, *key)).put(*ledger).put(key.0.as_slice());
        }
    }
    session.look(LOAD, rows, |fields| {
        Ok(OutcomeRow {
            ledger: fields.ledger()?,
            key: IdempotencyKey(fields.array()?),
            request: RequestHash(fields.array()?),
            at: fields.at()?,
            result: OutcomeRow::read_result(fields.bytes()?).map_err(damaged)?,
        })
    })
}

pub(crate) fn write(session: &Session, outcomes: &[OutcomeRow]) -> Result<(), StoreError> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let newest = session.first(NEXT, [], |fields| fields.get::<Option<i64>>())?.flatten();
    let mut rows = Rows::new(6, outcomes.len());
    let mut marks = Rows::new(3, outcomes.len());
    for (outcome, id) in outcomes.iter().zip(newest.unwrap_or(0) + 1..) {
        rows.put(id).put(outcome.ledger).put(outcome.key.0.as_slice());
        rows.put(outcome.request.0.as_slice()).put(outcome.at);
        rows.put(outcome.result_bytes().as_slice());
        marks.put(day(outcome.at)).put(mark(outcome.ledger, outcome.key)).put(id);
    }
    session.write(WRITE, rows)?;
    session.write(WRITE_KEYS, marks)
}

/// Forgets the oldest outcomes, at most `limit`, up to the first one that is not from before
/// `before`. They lie in the order in which they were made, so nothing is searched.
pub(crate) fn forget(session: &Session, before: At, limit: u32) -> Result<u32, StoreError> {
    let found = session.all(OLDEST, (i64::MIN, limit), |fields| {
        let id: i64 = fields.get()?;
        let key = (fields.ledger()?, IdempotencyKey(fields.array()?));
        Ok((id, mark(key.0, key.1), fields.at()?))
    })?;
    let old: Vec<_> = found.into_iter().take_while(|(_, _, at)| *at < before).collect();
    if old.is_empty() {
        return Ok(0);
    }
    let rows = || {
        let mut rows = Rows::new(3, old.len());
        for (id, mark, at) in &old {
            rows.put(day(*at)).put(*mark).put(*id);
        }
        rows
    };
    session.run(FORGET, [Bound::from(rows())])?;
    session.run(FORGET_KEYS, [Bound::from(rows())])?;
    Ok(old.len() as u32)
}

/// A short stand-in for the ledger and the key. Two pairs may share one: the whole key is compared
/// behind it.
fn mark(ledger: LedgerId, key: IdempotencyKey) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = key.0;
    i64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ (ledger.0 as i64).reverse_bits()
}

fn day(at: At) -> i64 {
    at.0.div_euclid(DAY_MS)
}
