//! Heads of ledgers, and where the ledger of an account is found.

use std::collections::BTreeSet;

use ledger::books::LedgerChange;
use ledger::id::{AccountId, LedgerId};
use ledger::model::{Head, HouseStyle, LedgerRow, Mode, Settings};
use store::{LedgerPage, LedgerSummary, Page, Slice, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::{Column, Rows, Value};
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "l.ledger_id, l.account, l.mode, l.last_position, l.last_series, l.last_sequence, \
         l.last_gap, l.last_object, l.trail_count, l.trail_hash, l.definition"
    };
}

/// One ledger: waits for whoever holds it.
const LOCK_ONE: &str = "SELECT l.ledger_id FROM ledger l WHERE l.ledger_id = $1 FOR UPDATE";

/// Of several ledgers those that nobody holds, in ascending order.
const LOCK_FREE: &str = "SELECT l.ledger_id FROM ledger l WHERE l.ledger_id = ANY($1) \
    ORDER BY l.ledger_id FOR UPDATE SKIP LOCKED";

/// Locks ledgers that are as they were left and that nobody holds, or fails: it divides by zero.
const LOCK_UNCHANGED: &str = "WITH w AS (SELECT l.ledger_id \
    FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[]) k (c0, c1, c2, c3), \
    ledger l WHERE l.ledger_id = ANY($5) AND l.ledger_id = k.c0 AND l.trail_count = k.c1 \
    AND l.trail_hash = k.c2 AND l.last_object = k.c3 ORDER BY l.ledger_id \
    FOR UPDATE OF l SKIP LOCKED) \
    SELECT 1 / (count(*) = cardinality($1))::integer FROM w";

/// The same for one.
const LOCK_ONE_UNCHANGED: &str = "WITH w AS (SELECT l.ledger_id FROM ledger l \
    WHERE l.ledger_id = $1 AND l.trail_count = $2 AND l.trail_hash = $3 AND l.last_object = $4 \
    FOR UPDATE SKIP LOCKED) SELECT 1 / (count(*) = 1)::integer FROM w";

const LOAD: &str = concat!("SELECT ", columns!(), " FROM ledger l WHERE l.ledger_id = ANY($1)");

const ACCOUNTS: &str = "SELECT r.account, r.mode, r.ledger_id \
    FROM unnest($1::bigint[], $2::text[], $3::smallint[]) k (c0, c1, c2) \
    CROSS JOIN LATERAL (SELECT * FROM account_route r \
    WHERE r.account = k.c1 AND r.mode = k.c2 LIMIT 1) r";

// The head that is stored must be the one that the batch was decided on.
const UPDATE: &str = "UPDATE ledger l SET last_position = k.c3, last_series = k.c4, \
    last_sequence = k.c5, last_gap = k.c6, last_object = k.c7, trail_count = k.c8, \
    trail_hash = k.c9, definition = k.c10 \
    FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::bigint[], $5::integer[], \
    $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bytea[], \
    $12::bigint[], $13::bytea[], $14::bigint[]) \
    k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13) \
    WHERE l.ledger_id = ANY($15) AND l.ledger_id = k.c0 AND l.account = k.c1 AND l.mode = k.c2 \
    AND l.trail_count = k.c11 AND l.trail_hash = k.c12 AND l.last_object = k.c13";

// The same of ledgers whose definition stays as it is: most of what a head weighs.
const UPDATE_COUNTS: &str = "UPDATE ledger l SET last_position = k.c1, last_series = k.c2, \
    last_sequence = k.c3, last_gap = k.c4, last_object = k.c5, trail_count = k.c6, \
    trail_hash = k.c7 FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::bigint[], \
    $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::bigint[], $10::bytea[], \
    $11::bigint[]) k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) \
    WHERE l.ledger_id = ANY($12) AND l.ledger_id = k.c0 \
    AND l.trail_count = k.c8 AND l.trail_hash = k.c9 AND l.last_object = k.c10";

// The same for one ledger, as most batches are: without arrays it takes a third of the time.
const UPDATE_ONE: &str = "UPDATE ledger l SET last_position = $4, last_series = $5, \
    last_sequence = $6, last_gap = $7, last_object = $8, trail_count = $9, trail_hash = $10, \
    definition = $11 WHERE l.ledger_id = $1 AND l.account = $2 AND l.mode = $3 \
    AND l.trail_count = $12 AND l.trail_hash = $13 AND l.last_object = $14";

const UPDATE_COUNTS_OF_ONE: &str = "UPDATE ledger l SET last_position = $2, last_series = $3, \
    last_sequence = $4, last_gap = $5, last_object = $6, trail_count = $7, trail_hash = $8 \
    WHERE l.ledger_id = $1 AND l.trail_count = $9 AND l.trail_hash = $10 AND l.last_object = $11";

const INSERT: &str = "INSERT INTO ledger (ledger_id, account, mode, last_position, last_series, \
    last_sequence, last_gap, last_object, trail_count, trail_hash, definition) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::bigint[], $5::integer[], \
    $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bytea[])";

const INSERT_ROUTES: &str = "INSERT INTO account_route (ledger_id, account, mode, platform) \
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::smallint[], $4::text[])";

const REMOVE: &str = "DELETE FROM ledger l WHERE l.ledger_id = $1 AND l.trail_count = $2 \
    AND l.trail_hash = $3 AND l.last_object = $4 RETURNING l.account, l.mode";

const ROUTES_OF: &str = "SELECT r.ledger_id FROM account_route r WHERE r.mode = 1";

const REMOVE_ROUTE: &str = "DELETE FROM account_route r \
    WHERE r.account = $1 AND r.mode = $2 AND r.ledger_id = $3";

const LIST: &str =
    concat!("SELECT ", columns!(), " FROM ledger l WHERE l.ledger_id > $1 ORDER BY 1 LIMIT $2");

const ROUTE: &str = "SELECT r.ledger_id FROM account_route r WHERE r.account = $1 AND r.mode = $2";

const ONE: &str = concat!("SELECT ", columns!(), " FROM ledger l WHERE l.ledger_id = $1");

const SUMMARY: &str = "SELECT l.last_position, l.last_gap, l.last_sequence FROM ledger l \
    WHERE l.ledger_id = $1";

/// Asks for locks on ledgers, in ascending order. The answer names those that were got.
pub(crate) fn lock(trip: &mut Trip, ids: &[LedgerId]) -> Asked<LedgerId> {
    match ids {
        [one] => trip.ask(LOCK_ONE, values![*one], |fields| fields.ledger()),
        several => trip.ask(LOCK_FREE, vec![many(several)], |fields| fields.ledger()),
    }
}

/// Locks ledgers in ascending order, or fails with a conflict where one is not as given or held.
pub(crate) fn lock_unchanged(trip: &mut Trip, heads: &[(LedgerId, Head)]) {
    if let [(ledger, Head { trail_count, trail_hash, last_object })] = heads {
        let values = values![*ledger, *trail_count, *trail_hash, *last_object];
        return trip.run(LOCK_ONE_UNCHANGED, values);
    }
    let mut rows = Rows::new(4);
    for (ledger, Head { trail_count, trail_hash, last_object }) in heads {
        rows.row(*ledger).put(*trail_count).put(*trail_hash).put(*last_object);
    }
    trip.check(LOCK_UNCHANGED, rows);
}

pub(crate) fn load(trip: &mut Trip, ids: &[LedgerId]) -> Asked<LedgerRow> {
    match ids {
        [] => trip.look(LOAD, Rows::new(1), read),
        ids => trip.ask(LOAD, vec![many(ids)], read),
    }
}

pub(crate) fn load_accounts(
    trip: &mut Trip,
    keys: &[(AccountId, Mode)],
) -> Asked<((AccountId, Mode), LedgerId)> {
    let mut rows = Rows::new(3);
    for (account, mode) in keys {
        // Rows begin with a ledger; which one is what is asked for here.
        rows.row(LedgerId(0)).put(account).put(*mode);
    }
    trip.look(ACCOUNTS, rows, |fields| {
        Ok(((AccountId(fields.string()?), fields.mode()?), fields.ledger()?))
    })
}

/// Writes heads; of those whose `definitions` are stored, the counts.
pub(crate) fn write(trip: &mut Trip, changes: &[LedgerChange], definitions: &BTreeSet<LedgerId>) {
    if let [LedgerChange { row, expected: Some(head) }] = changes {
        if definitions.contains(&row.id) {
            let values = values![
                row.id,
                row.last_position,
                row.last_series,
                row.last_sequence,
                row.last_gap,
                row.last_object,
                row.trail_count,
                row.trail_hash,
                head.trail_count,
                head.trail_hash,
                head.last_object,
            ];
            return trip.write_one(UPDATE_COUNTS_OF_ONE, values);
        }
        let values = values![
            row.id,
            &row.account,
            row.mode,
            row.last_position,
            row.last_series,
            row.last_sequence,
            row.last_gap,
            row.last_object,
            row.trail_count,
            row.trail_hash,
            row.definition().as_slice(),
            head.trail_count,
            head.trail_hash,
            head.last_object,
        ];
        return trip.write_one(UPDATE_ONE, values);
    }
    let (mut new, mut routes) = (Rows::new(11), Rows::new(4));
    let (mut old, mut counts) = (Rows::new(14), Rows::new(11));
    for change in changes {
        let row = &change.row;
        match change.expected {
            None => {
                put_head(&mut new, row);
                routes.row(row.id).put(&row.account).put(row.mode);
                // Never changes: an account stays connected to the one that opened it.
                routes.put(row.documents.platform.as_ref());
            }
            Some(head) if definitions.contains(&row.id) => {
                put_counts(counts.row(row.id), row);
                counts.put(head.trail_count).put(head.trail_hash).put(head.last_object);
            }
            Some(head) => {
                put_head(&mut old, row);
                old.put(head.trail_count).put(head.trail_hash).put(head.last_object);
            }
        }
    }
    trip.write(UPDATE, old);
    trip.write(UPDATE_COUNTS, counts);
    trip.insert(INSERT, new);
    trip.insert(INSERT_ROUTES, routes);
}

/// Removes a head that is as expected, with the way to it.
pub(crate) fn remove(
    session: &Session,
    ledger: LedgerId,
    expected: Head,
) -> Result<(), StoreError> {
    let Head { trail_count, trail_hash, last_object } = expected;
    let values = values![ledger, trail_count, trail_hash, last_object];
    let removed =
        session.first(REMOVE, values, |fields| Ok((fields.string()?, fields.get::<i16>()?)))?;
    let Some((account, mode)) = removed else {
        return Err(StoreError::Conflict(format!("ledger {ledger} is not as expected")));
    };
    let mut trip = Trip::new();
    trip.run(REMOVE_ROUTE, values![account.as_str(), mode, ledger]);
    session.run(&trip).map(drop)
}

pub(crate) fn list(
    session: &Session,
    after: LedgerId,
    limit: u32,
) -> Result<Vec<LedgerRow>, StoreError> {
    session.all(LIST, values![super::bound(after.0), i64::from(limit)], read)
}

/// One page, newest first.
pub(crate) fn connected(
    session: &Session,
    platform: &AccountId,
    page: Page<LedgerId>,
) -> Result<LedgerPage, StoreError> {
    let slice = Slice::of(page, |ledger| i64::try_from(ledger.0).unwrap_or(i64::MAX));
    let order = slice.order();
    let mut question = Question::new(ROUTES_OF.to_owned());
    question.behind(("r.platform", platform), ("r.ledger_id", slice.start()), order, false);
    let wanted = slice.wanted() as i64;
    question.in_order_of(Some("r.platform"), "r.ledger_id", order, wanted);
    let (ids, has_more) = slice.cut(session.ask(question, |fields| fields.ledger())?);
    let mut rows = match ids.is_empty() {
        true => Vec::new(),
        false => session.all(LOAD, vec![many(&ids)], read)?,
    };
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    Ok(LedgerPage { rows, has_more })
}

pub(crate) fn of_account(
    session: &Session,
    account: &AccountId,
    mode: Mode,
) -> Result<Option<LedgerRow>, StoreError> {
    let id = session.first(ROUTE, values![account, mode], |fields| fields.ledger())?;
    let Some(id) = id else { return Ok(None) };
    session.first(ONE, values![id], read)
}

pub(crate) fn summary(session: &Session, ledger: LedgerId) -> Result<LedgerSummary, StoreError> {
    let found = session.first(SUMMARY, values![ledger], |fields| {
        let newest = fields.position()?;
        Ok((newest, fields.u64()?, fields.sequence()?))
    })?;
    let (newest, gaps, newest_sequence) = found.unwrap_or_default();
    Ok(LedgerSummary { ledger, numbers: newest.0, gaps, newest, newest_sequence })
}

pub(crate) fn many(ids: &[LedgerId]) -> Value {
    Value::Many(Column::of(ids.iter().copied()))
}

fn put_head(rows: &mut Rows, row: &LedgerRow) {
    put_counts(rows.row(row.id).put(&row.account).put(row.mode), row);
    rows.put(row.definition().as_slice());
}

fn put_counts(rows: &mut Rows, row: &LedgerRow) {
    rows.put(row.last_position).put(row.last_series).put(row.last_sequence).put(row.last_gap);
    rows.put(row.last_object).put(row.trail_count).put(row.trail_hash);
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
