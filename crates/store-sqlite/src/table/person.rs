//! People.

use ledger::id::{LedgerId, UserId};
use ledger::model::{At, Password, PasswordHash, UserRow};
use store::StoreError;

use super::key::role;
use crate::cell::Fields;
use crate::rows::Rows;
use crate::session::Session;

macro_rules! columns {
    () => {
        "p.user_id, p.ledger_id, p.name, p.email, p.role, p.created, p.disabled, p.password, \
         p.password_since"
    };
}

const LOAD: &str =
    concat!("SELECT ", columns!(), " FROM rows(?1) k CROSS JOIN person p ON p.ledger_id = k.c0");

const WRITE: &str = "INSERT INTO person (user_id, ledger_id, name, email, role, created, disabled, \
    password, password_since) SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id, user_id) DO UPDATE SET name = excluded.name, email = excluded.email, \
    role = excluded.role, created = excluded.created, disabled = excluded.disabled, \
    password = excluded.password, password_since = excluded.password_since";

const REMOVE: &str = "DELETE FROM person WHERE ledger_id = ?1";

const BY_EMAIL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM person p WHERE p.email = ?1 ORDER BY p.ledger_id LIMIT ?2"
);

const OF_LEDGER: &str = concat!("SELECT ", columns!(), " FROM person p WHERE p.ledger_id = ?1");

pub(crate) fn load(session: &Session, ledgers: &[LedgerId]) -> Result<Vec<UserRow>, StoreError> {
    let mut rows = Rows::new(1, ledgers.len());
    for ledger in ledgers {
        rows.put(*ledger);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn write(session: &Session, people: &[UserRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(9, people.len());
    for person in people {
        let password = person.password.as_ref();
        rows.put(person.id).put(person.ledger).put(person.name.as_str());
        rows.put(person.email.as_str()).put(person.role.text());
        rows.put(person.created).put(person.disabled);
        rows.put(password.map(|kept| kept.hash.0.as_str())).put(password.map(|kept| kept.since));
    }
    session.write(WRITE, rows)
}

/// Removes the people of a ledger.
pub(crate) fn remove(session: &Session, ledger: LedgerId) -> Result<(), StoreError> {
    session.run(REMOVE, [ledger.0 as i64]).map(drop)
}

pub(crate) fn by_email(
    session: &Session,
    email: &str,
    limit: u32,
) -> Result<Vec<UserRow>, StoreError> {
    session.all(BY_EMAIL, (email, limit), read)
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError> {
    let mut people = session.all(OF_LEDGER, [ledger.0 as i64], read)?;
    people.sort_by_key(|row| (row.created, row.id));
    Ok(people)
}

fn read(fields: &mut Fields<'_>) -> Result<UserRow, StoreError> {
    let (id, ledger) = (UserId(fields.u64()?), fields.ledger()?);
    let (name, email, role) = (fields.string()?, fields.string()?, role(fields.str()?)?);
    let (created, disabled): (At, Option<At>) = (fields.at()?, fields.maybe_at()?);
    let (hash, since) = (fields.get::<Option<String>>()?, fields.maybe_at()?);
    let password =
        hash.zip(since).map(|(hash, since)| Password { hash: PasswordHash(hash), since });
    Ok(UserRow { id, ledger, name, email, role, created, disabled, password })
}
