//! Heads of ledgers.

use ledger::books::LedgerChange;
use ledger::id::{AccountId, LedgerId};
use ledger::model::{Head, HouseStyle, LedgerRow, Mode, Settings};
use store::{LedgerPage, LedgerSummary, Page, Slice, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::page::{InSql, Question};
use crate::rows::Rows;
use crate::session::Session;
use crate::table::Found;

macro_rules! columns {
    () => {
        "l.ledger_id, l.account, l.mode, l.last_position, l.last_series, l.last_sequence, \
         l.last_gap, l.last_object, l.trail_count, l.trail_hash, l.definition"
    };
}

const LOAD: &str =
    concat!("SELECT ", columns!(), " FROM rows(?1) k CROSS JOIN ledger l ON l.ledger_id = k.c0");

const ACCOUNTS: &str = "SELECT k.c0, k.c1, l.ledger_id FROM rows(?1) k \
    CROSS JOIN ledger l ON l.account = k.c0 AND l.mode = k.c1";

const STRANGERS: &str = "SELECT k.c0 FROM rows(?1) k LEFT JOIN ledger l ON l.ledger_id = k.c0 \
    WHERE k.c1 IS NOT l.trail_count OR k.c2 IS NOT l.trail_hash OR k.c3 IS NOT l.last_object \
    LIMIT 1";

const WRITE: &str = "INSERT INTO ledger (ledger_id, account, mode, last_position, last_series, \
    last_sequence, last_gap, last_object, trail_count, trail_hash, definition, platform) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id) DO UPDATE SET last_position = excluded.last_position, \
    last_series = excluded.last_series, \
    last_sequence = excluded.last_sequence, last_gap = excluded.last_gap, \
    last_object = excluded.last_object, \
    trail_count = excluded.trail_count, trail_hash = excluded.trail_hash, \
    definition = excluded.definition \
    WHERE ledger.account = excluded.account AND ledger.mode = excluded.mode";

const REMOVE: &str = "DELETE FROM ledger \
    WHERE ledger_id = ?1 AND trail_count = ?2 AND trail_hash = ?3 AND last_object = ?4";

const REMOVE_KEYS: &str = "DELETE FROM api_key WHERE ledger_id = ?1";

const LIST: &str =
    concat!("SELECT ", columns!(), " FROM ledger l WHERE l.ledger_id > ?1 ORDER BY 1 LIMIT ?2");

const OF_ACCOUNT: &str =
    concat!("SELECT ", columns!(), " FROM ledger l WHERE l.account = ?1 AND l.mode = ?2");

const SUMMARY: &str =
    "SELECT last_position, last_gap, last_sequence FROM ledger WHERE ledger_id = ?1";

pub(crate) fn load(session: &Session, ids: &[LedgerId]) -> Result<Vec<LedgerRow>, StoreError> {
    let mut rows = Rows::new(1, ids.len());
    for id in ids {
        rows.put(*id);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn load_accounts(
    session: &Session,
    keys: &[(AccountId, Mode)],
) -> Found<(AccountId, Mode), LedgerId> {
    let mut rows = Rows::new(2, keys.len());
    for (account, mode) in keys {
        rows.put(account).put(*mode);
    }
    session.look(ACCOUNTS, rows, |fields| {
        Ok(((AccountId(fields.string()?), fields.mode()?), fields.ledger()?))
    })
}

/// Refuses when the stored head of a ledger is not the one that the batch was decided on.
pub(crate) fn guard(session: &Session, changes: &[LedgerChange]) -> Result<(), StoreError> {
    let mut rows = Rows::new(4, changes.len());
    for change in changes {
        let expected = change.expected;
        rows.put(change.row.id).put(expected.map(|head| head.trail_count));
        rows.put(expected.map(|head| head.trail_hash)).put(expected.map(|head| head.last_object));
    }
    let strangers = session.look(STRANGERS, rows, |fields| fields.ledger())?;
    match strangers.first() {
        None => Ok(()),
        Some(id) => Err(StoreError::Conflict(format!("ledger {id} is not where this batch began"))),
    }
}

pub(crate) fn write(session: &Session, changes: &[LedgerChange]) -> Result<(), StoreError> {
    let mut rows = Rows::new(12, changes.len());
    for LedgerChange { row, .. } in changes {
        rows.put(row.id).put(&row.account).put(row.mode).put(row.last_position);
        rows.put(row.last_series).put(row.last_sequence).put(row.last_gap).put(row.last_object);
        rows.put(row.trail_count).put(row.trail_hash).put(row.definition().as_slice());
        // Never changes: an account stays connected to the one that opened it.
        rows.put(row.documents.platform.as_ref());
    }
    session.write(WRITE, rows)
}

/// Removes a head that is as expected, the keys and the people.
pub(crate) fn remove(
    session: &Session,
    ledger: LedgerId,
    expected: Head,
) -> Result<(), StoreError> {
    let id = ledger.0 as i64;
    let Head { trail_count, trail_hash, last_object } = expected;
    let params = (id, trail_count as i64, trail_hash.0, last_object as i64);
    match session.run(REMOVE, params)? {
        0 => Err(StoreError::Conflict(format!("ledger {ledger} is not as expected"))),
        _ => {
            session.run(REMOVE_KEYS, [id])?;
            super::person::remove(session, ledger)
        }
    }
}

pub(crate) fn list(
    session: &Session,
    after: LedgerId,
    limit: u32,
) -> Result<Vec<LedgerRow>, StoreError> {
    session.all(LIST, (after.0 as i64, limit), read)
}

/// One page, newest first.
pub(crate) fn connected(
    session: &Session,
    platform: &AccountId,
    page: Page<LedgerId>,
) -> Result<LedgerPage, StoreError> {
    let slice = Slice::of(page, |ledger| i64::try_from(ledger.0).unwrap_or(i64::MAX));
    let (order, columns) = (slice.order(), columns!());
    let mut question = Question::new(format!(
        "SELECT {columns} FROM ledger l INDEXED BY ledger_platform WHERE l.mode = 1"
    ));
    question.with(" AND l.platform = ?", platform.0.clone());
    if let Some(edge) = slice.edge() {
        question.with(&format!(" AND l.ledger_id {} ?", order.beyond()), edge);
    }
    let tail = format!(" ORDER BY l.ledger_id {} LIMIT ?", order.word());
    question.with(&tail, slice.wanted() as i64);
    let (rows, has_more) = slice.cut(session.ask(question, read)?);
    Ok(LedgerPage { rows, has_more })
}

pub(crate) fn of_account(
    session: &Session,
    account: &AccountId,
    mode: Mode,
) -> Result<Option<LedgerRow>, StoreError> {
    session.first(OF_ACCOUNT, (&account.0, i64::from(mode == Mode::Live)), read)
}

pub(crate) fn summary(session: &Session, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
    let found = session.first(SUMMARY, [ledger.0 as i64], |fields| {
        let newest = fields.position()?;
        Ok(LedgerSummary {
            ledger,
            numbers: newest.0,
            gaps: fields.u64()?,
            newest,
            newest_sequence: fields.sequence()?,
        })
    })?;
    Ok(found.unwrap_or(LedgerSummary { ledger, ..LedgerSummary::default() }))
}

fn read(fields: &mut Fields<'_>) -> Result<LedgerRow, StoreError> {
    // Name and settings come with the definition.
    let mut row = LedgerRow::new(
        fields.ledger()?,
        AccountId(fields.string()?),
        String::new(),
        fields.mode()?,
        Settings::new(HouseStyle::default()),
    );
    row.last_position = fields.u64()?;
    row.last_series = fields.u32()?;
    row.last_sequence = fields.u64()?;
    row.last_gap = fields.u64()?;
    row.last_object = fields.u64()?;
    row.trail_count = fields.u64()?;
    row.trail_hash = fields.hash()?;
    row.with_definition(fields.bytes()?).map_err(damaged)
}
