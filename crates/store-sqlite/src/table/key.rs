//! API keys.

use ledger::id::{KeyId, LedgerId};
use ledger::model::{KeyHash, KeyRow};
use ledger::role::Role;
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::Rows;
use crate::session::Session;

macro_rules! columns {
    () => {
        "a.key_id, a.ledger_id, a.hash, a.role, a.name, a.hint, a.created, a.revoked"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN api_key a \
    ON a.key_id = k.c1 AND a.ledger_id = k.c0"
);

const WRITE: &str = "INSERT INTO api_key (key_id, ledger_id, hash, role, name, hint, created, \
    revoked) SELECT c0, c1, c2, c3, c4, c5, c6, c7 FROM rows(?1) WHERE true \
    ON CONFLICT (key_id) DO UPDATE SET hash = excluded.hash, role = excluded.role, \
    name = excluded.name, hint = excluded.hint, created = excluded.created, \
    revoked = excluded.revoked WHERE api_key.ledger_id = excluded.ledger_id";

const BY_HASH: &str = concat!("SELECT ", columns!(), " FROM api_key a WHERE a.hash = ?1");

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM api_key a WHERE a.key_id = ?1");

const OF_LEDGER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM api_key a WHERE a.ledger_id = ?1 ORDER BY a.created DESC, a.key_id DESC"
);

pub(crate) fn load(
    session: &Session,
    ids: &[(LedgerId, KeyId)],
) -> Result<Vec<KeyRow>, StoreError> {
    let mut rows = Rows::new(2, ids.len());
    for (ledger, id) in ids {
        rows.put(*ledger).put(*id);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn write(session: &Session, keys: &[KeyRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(8, keys.len());
    for key in keys {
        rows.put(key.id).put(key.ledger).put(key.hash.0.as_slice()).put(key.role.text());
        rows.put(key.name.as_str()).put(key.hint.as_str()).put(key.created).put(key.revoked);
    }
    session.write(WRITE, rows)
}

pub(crate) fn by_hash(session: &Session, hash: &KeyHash) -> Result<Option<KeyRow>, StoreError> {
    session.first(BY_HASH, [&hash.0], read)
}

pub(crate) fn by_id(session: &Session, id: KeyId) -> Result<Option<KeyRow>, StoreError> {
    session.first(BY_ID, [id.0 as i64], read)
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<KeyRow>, StoreError> {
    session.all(OF_LEDGER, [ledger.0 as i64], read)
}

fn read(fields: &mut Fields<'_>) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        id: KeyId(fields.u64()?),
        ledger: fields.ledger()?,
        hash: KeyHash(fields.array()?),
        role: role(fields.str()?)?,
        name: fields.string()?,
        hint: fields.string()?,
        created: fields.at()?,
        revoked: fields.maybe_at()?,
    })
}

pub(super) fn role(word: &str) -> Result<Role, StoreError> {
    Role::parse(word).ok_or_else(|| damaged(format!("role {word:?}")))
}
