//! API keys, and where the ledger of a key is found.

use ledger::id::{KeyId, LedgerId};
use ledger::model::{KeyHash, KeyRow};
use ledger::role::Role;
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::{Column, Rows, Value};
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "a.key_id, a.ledger_id, a.hash, a.role, a.name, a.hint, a.created, a.revoked"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
     FROM api_key a WHERE a.ledger_id = k.c0 AND a.ledger_id = ANY($3) \
     AND a.key_id BETWEEN k.c1 AND k.c1 ORDER BY a.key_id LIMIT 1) a"
);

const WRITE: &str = "INSERT INTO api_key (ledger_id, key_id, hash, role, name, hint, created, \
    revoked) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::text[], \
    $5::text[], $6::text[], $7::bigint[], $8::bigint[]) \
    ON CONFLICT (ledger_id, key_id) DO UPDATE SET hash = excluded.hash, role = excluded.role, \
    name = excluded.name, hint = excluded.hint, created = excluded.created, \
    revoked = excluded.revoked";

const WRITE_ROUTES: &str = "INSERT INTO key_route AS r (ledger_id, key_id, hash) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) \
    ON CONFLICT (key_id) DO UPDATE SET hash = excluded.hash \
    WHERE r.ledger_id = excluded.ledger_id";

const REMOVE: &str = "DELETE FROM api_key a WHERE a.ledger_id = $1 RETURNING a.key_id";

const REMOVE_ROUTES: &str = "DELETE FROM key_route r WHERE r.key_id = ANY($1)";

const ROUTE_BY_HASH: &str = "SELECT r.ledger_id, r.key_id FROM key_route r WHERE r.hash = $1";

const ROUTE_BY_ID: &str = "SELECT r.ledger_id, r.key_id FROM key_route r WHERE r.key_id = $1";

const ONE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM api_key a WHERE a.ledger_id = $1 AND a.key_id BETWEEN $2 AND $2 \
     ORDER BY a.key_id LIMIT 1"
);

const OF_LEDGER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM api_key a WHERE a.ledger_id = $1 ORDER BY a.created DESC, a.key_id DESC"
);

pub(crate) fn load(trip: &mut Trip, ids: &[(LedgerId, KeyId)]) -> Asked<KeyRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in ids {
        rows.row(*ledger).put(*id);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn write(trip: &mut Trip, keys: &[KeyRow]) {
    let mut rows = Rows::new(8);
    let mut routes = Rows::new(3);
    for key in keys {
        let hash = key.hash.0.as_slice();
        rows.row(key.ledger).put(key.id).put(hash).put(key.role.text());
        rows.put(key.name.as_str()).put(key.hint.as_str()).put(key.created).put(key.revoked);
        routes.row(key.ledger).put(key.id).put(hash);
    }
    trip.write(WRITE, rows);
    trip.write(WRITE_ROUTES, routes);
}

/// Removes the keys of a ledger, with the ways to them.
pub(crate) fn remove(session: &Session, ledger: LedgerId) -> Result<(), StoreError> {
    let keys = session.all(REMOVE, values![ledger], |fields| fields.u64())?;
    let mut trip = Trip::new();
    trip.run(REMOVE_ROUTES, vec![Value::Many(Column::of(keys))]);
    session.run(&trip).map(drop)
}

pub(crate) fn by_hash(session: &Session, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
    let place = session.first(ROUTE_BY_HASH, values![hash.0.as_slice()], read_place)?;
    at(session, place)
}

pub(crate) fn by_id(session: &Session, id: KeyId) -> Result<Option<KeyRow>, StoreError> {
    let place = session.first(ROUTE_BY_ID, values![id], read_place)?;
    at(session, place)
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError> {
    session.all(OF_LEDGER, values![ledger], read)
}

fn at(session: &Session, place: Option<(LedgerId, KeyId)>) -> Result<Option<KeyRow>, StoreError> {
    let Some((ledger, id)) = place else { return Ok(None) };
    session.first(ONE, values![ledger, id], read)
}

fn read_place(fields: &mut Fields<'_>) -> Result<(LedgerId, KeyId), StoreError> {
    Ok((fields.ledger()?, KeyId(fields.u64()?)))
}

fn read(fields: &mut Fields<'_>) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        id: KeyId(fields.u64()?),
        ledger: fields.ledger()?,
        hash: KeyHash(fields.array()?),
        role: role(fields.get()?)?,
        name: fields.string()?,
        hint: fields.string()?,
        created: fields.at()?,
        revoked: fields.maybe_at()?,
    })
}

pub(super) fn role(word: &str) -> Result<Role, StoreError> {
    Role::parse(word).ok_or_else(|| damaged(format!("role {word:?}")))
}
