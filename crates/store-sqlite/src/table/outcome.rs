//! Remembered outcomes.
//!
//! They are asked for by random keys. The newest are known ([`Fresh`]); a tree of short entries for
//! each day leads to the others. A look-up probes each day that has any: two or three, as long as
//! old outcomes are forgotten.

use ledger::id::LedgerId;
use ledger::model::{At, IdempotencyKey, OutcomeRow, RequestHash};
use store::{OutcomeCursor, OutcomePage, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::fresh::{Entry, Fresh, Portion, mark};
use crate::rows::{Bound, Rows};
use crate::session::Session;

macro_rules! columns {
    () => {
        "o.ledger_id, o.key, o.request, o.at, o.result"
    };
}

/// The days that have entries, found by leaps from one to the next.
const DAYS: &str = "WITH RECURSIVE day (day) AS (SELECT min(m.day) FROM outcome_key m \
    UNION ALL SELECT (SELECT min(m.day) FROM outcome_key m WHERE m.day > day.day) \
    FROM day WHERE day.day IS NOT NULL) SELECT day FROM day WHERE day IS NOT NULL";

const LOAD_FRESH: &str =
    concat!("SELECT ", columns!(), " FROM rows(?1) k CROSS JOIN outcome o ON o.outcome_id = k.c0");

const LOAD_FILED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN outcome_key m ON m.day = k.c0 AND m.mark = k.c1 \
     CROSS JOIN outcome o ON o.outcome_id = m.outcome_id \
     WHERE o.ledger_id = k.c2 AND o.key = k.c3 ORDER BY o.outcome_id"
);

const WRITE: &str = "INSERT INTO outcome (outcome_id, ledger_id, key, request, at, result) \
    SELECT c0, c1, c2, c3, c4, c5 FROM rows(?1)";

// Some are there already when an earlier run was not finished.
const FILE: &str = "INSERT OR IGNORE INTO outcome_key (day, mark, outcome_id) \
    SELECT c0, c1, c2 FROM rows(?1)";

const FILED: &str = "UPDATE outcome_filed SET outcome_id = ?1";

const OLDEST: &str = "SELECT outcome_id, ledger_id, key, at FROM outcome \
    WHERE outcome_id > ?1 ORDER BY outcome_id LIMIT ?2";

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    ", o.outcome_id FROM outcome o WHERE o.ledger_id = ?1 AND o.outcome_id > ?2 \
     ORDER BY o.outcome_id LIMIT ?3"
);

const OF_LEDGER: &str = "SELECT o.outcome_id, o.key, o.at FROM outcome o WHERE o.ledger_id = ?1 \
    ORDER BY o.outcome_id LIMIT ?2";

const FORGET: &str = "DELETE FROM outcome WHERE outcome_id IN (SELECT c2 FROM rows(?1))";

const FORGET_KEYS: &str = "DELETE FROM outcome_key WHERE (day, mark, outcome_id) IN \
    (SELECT c0, c1, c2 FROM rows(?1))";

/// Loads outcomes, of which `fresh` knows the newest.
pub(crate) fn load(
    session: &Session,
    fresh: &Fresh,
    keys: &[(LedgerId, IdempotencyKey)],
) -> Result<Vec<OutcomeRow>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut ids = Rows::new(1, keys.len());
    let mut filed = Vec::new();
    for (ledger, key) in keys {
        match fresh.id(*ledger, *key) {
            Some(id) => drop(ids.put(id)),
            None => filed.push((*ledger, *key)),
        }
    }
    let mut found = session.look(LOAD_FRESH, ids, read)?;
    found.extend(load_filed(session, &filed)?);
    Ok(found)
}

fn load_filed(
    session: &Session,
    keys: &[(LedgerId, IdempotencyKey)],
) -> Result<Vec<OutcomeRow>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let days = session.all(DAYS, [], |fields| fields.get::<i64>())?;
    let mut rows = Rows::new(4, keys.len() * days.len());
    for (ledger, key) in keys {
        for day in &days {
            rows.put(*day).put(mark(*ledger, *key)).put(*ledger).put(key.0.as_slice());
        }
    }
    session.look(LOAD_FILED, rows, read)
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

/// Stores outcomes, and files a portion of earlier ones.
pub(crate) fn write(
    session: &Session,
    fresh: &mut Fresh,
    outcomes: &[OutcomeRow],
) -> Result<Portion, StoreError> {
    if outcomes.is_empty() {
        return Ok(Portion { entries: Vec::new(), filed: None });
    }
    let mut rows = Rows::new(6, outcomes.len());
    for (outcome, id) in outcomes.iter().zip(fresh.ids()) {
        rows.put(id).put(outcome.ledger).put(outcome.key.0.as_slice());
        rows.put(outcome.request.0.as_slice()).put(outcome.at);
        rows.put(outcome.result_bytes().as_slice());
    }
    session.write(WRITE, rows)?;
    let portion = fresh.portion(outcomes.len());
    if !portion.entries.is_empty() {
        session.run(FILE, [Bound::from(entry_rows(&portion.entries))])?;
    }
    if let Some(id) = portion.filed {
        session.run(FILED, [id])?;
    }
    Ok(portion)
}

/// Forgets the oldest outcomes, at most `limit`, up to the first one that is not from before
/// `before`. They lie in the order in which they were made, so nothing is searched. Answers how
/// many, and the last id.
pub(crate) fn forget(
    session: &Session,
    before: At,
    limit: u32,
) -> Result<Option<(u32, i64)>, StoreError> {
    let found = session.all(OLDEST, (i64::MIN, limit), |fields| {
        let id = fields.get()?;
        let key = (fields.ledger()?, IdempotencyKey(fields.array()?));
        let at = fields.at()?;
        Ok((Entry::new(key.0, key.1, at, id), at))
    })?;
    let old: Vec<Entry> =
        found.into_iter().take_while(|(_, at)| *at < before).map(|(entry, _)| entry).collect();
    let Some(last) = old.last() else { return Ok(None) };
    delete(session, &old)?;
    Ok(Some((old.len() as u32, last.id)))
}

/// The outcomes of a ledger, in the order of their ids: the one in which they were remembered.
pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: Option<OutcomeCursor>,
    limit: u32,
) -> Result<OutcomePage, StoreError> {
    let after = after.map_or(i64::MIN, cursor_id);
    let params = (ledger.0 as i64, after, i64::from(limit) + 1);
    let mut found = session.all(LIST, params, |fields| Ok((read(fields)?, fields.get()?)))?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| has_more).map(|(_, id)| cursor(*id));
    Ok(OutcomePage { rows: found.into_iter().map(|(row, _)| row).collect(), next })
}

fn cursor(id: i64) -> OutcomeCursor {
    // From nothing up, so that bytes rise as ids do.
    OutcomeCursor((i128::from(id) - i128::from(i64::MIN)).to_be_bytes())
}

fn cursor_id(OutcomeCursor(bytes): OutcomeCursor) -> i64 {
    // Another store's cursor leads behind the end.
    let id = i128::from_be_bytes(bytes).checked_add(i128::from(i64::MIN));
    id.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX)
}

/// Forgets outcomes of a ledger, the oldest first, at most `limit`. Answers their entries.
pub(crate) fn discard(
    session: &Session,
    ledger: LedgerId,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let found = session.all(OF_LEDGER, (ledger.0 as i64, limit), |fields| {
        let id = fields.get()?;
        Ok(Entry::new(ledger, IdempotencyKey(fields.array()?), fields.at()?, id))
    })?;
    delete(session, &found)?;
    Ok(found)
}

fn delete(session: &Session, entries: &[Entry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    session.run(FORGET, [Bound::from(entry_rows(entries))])?;
    session.run(FORGET_KEYS, [Bound::from(entry_rows(entries))])?;
    Ok(())
}

fn entry_rows(entries: &[Entry]) -> Rows {
    let mut rows = Rows::new(3, entries.len());
    for entry in entries {
        entry.put(&mut rows);
    }
    rows
}
