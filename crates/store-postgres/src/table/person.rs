//! People, and where the ledgers of an e-mail address are found.

use ledger::id::{LedgerId, UserId};
use ledger::model::{At, Password, PasswordHash, UserRow};
use store::StoreError;

use super::key::role;
use crate::cell::Fields;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "p.user_id, p.ledger_id, p.name, p.email, p.role, p.created, p.disabled, p.password, \
         p.password_since"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[]) k (c0) CROSS JOIN LATERAL (SELECT * FROM person p \
     WHERE p.ledger_id = k.c0 AND p.ledger_id = ANY($2) ORDER BY p.ledger_id, p.user_id) p"
);

const WRITE: &str = "INSERT INTO person (ledger_id, user_id, name, email, role, created, disabled, \
    password, password_since) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], \
    $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[]) \
    ON CONFLICT (ledger_id, user_id) DO UPDATE SET name = excluded.name, email = excluded.email, \
    role = excluded.role, created = excluded.created, disabled = excluded.disabled, \
    password = excluded.password, password_since = excluded.password_since";

const WRITE_ROUTES: &str = "INSERT INTO person_route (ledger_id, user_id, email) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]) \
    ON CONFLICT (ledger_id, user_id) DO UPDATE SET email = excluded.email";

const REMOVE: &str = "DELETE FROM person p WHERE p.ledger_id = $1";

const REMOVE_ROUTES: &str = "DELETE FROM person_route r WHERE r.ledger_id = $1";

const ROUTES: &str = "SELECT r.ledger_id, r.user_id FROM person_route r WHERE r.email = $1 \
    ORDER BY r.email, r.ledger_id LIMIT $2";

const ONE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM person p WHERE p.ledger_id = $1 AND p.user_id BETWEEN $2 AND $2 \
     ORDER BY p.user_id LIMIT 1"
);

const OF_LEDGER: &str = concat!("SELECT ", columns!(), " FROM person p WHERE p.ledger_id = $1");

pub(crate) fn load(trip: &mut Trip, ledgers: &[LedgerId]) -> Asked<UserRow> {
    let mut rows = Rows::new(1);
    for ledger in ledgers {
        rows.row(*ledger);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn write(trip: &mut Trip, people: &[UserRow]) {
    let mut rows = Rows::new(9);
    let mut routes = Rows::new(3);
    for person in people {
        let password = person.password.as_ref();
        rows.row(person.ledger).put(person.id).put(person.name.as_str());
        rows.put(person.email.as_str()).put(person.role.text());
        rows.put(person.created).put(person.disabled);
        rows.put(password.map(|kept| kept.hash.0.as_str())).put(password.map(|kept| kept.since));
        routes.row(person.ledger).put(person.id).put(person.email.as_str());
    }
    trip.write(WRITE, rows);
    trip.write(WRITE_ROUTES, routes);
}

/// Removes the people of a ledger, with the ways to them.
pub(crate) fn remove(session: &Session, ledger: LedgerId) -> Result<(), StoreError> {
    let mut trip = Trip::new();
    trip.run(REMOVE, values![ledger]);
    trip.run(REMOVE_ROUTES, values![ledger]);
    session.run(&trip).map(drop)
}

pub(crate) fn by_email(
    session: &Session,
    email: &str,
    limit: u32,
) -> Result<Vec<UserRow>, StoreError> {
    let places = session.all(ROUTES, values![email, i64::from(limit)], |fields| {
        Ok((fields.ledger()?, UserId(fields.u64()?)))
    })?;
    let mut people = Vec::with_capacity(places.len());
    for (ledger, id) in places {
        people.extend(session.first(ONE, values![ledger, id], read)?);
    }
    Ok(people)
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<UserRow>, StoreError> {
    let mut people = session.all(OF_LEDGER, values![ledger], read)?;
    people.sort_by_key(|row| (row.created, row.id));
    Ok(people)
}

fn read(fields: &mut Fields<'_>) -> Result<UserRow, StoreError> {
    let (id, ledger) = (UserId(fields.u64()?), fields.ledger()?);
    let (name, email, role) = (fields.string()?, fields.string()?, role(fields.get()?)?);
    let (created, disabled): (At, Option<At>) = (fields.at()?, fields.maybe_at()?);
    let (hash, since) = (fields.maybe_string()?, fields.maybe_at()?);
    let password =
        hash.zip(since).map(|(hash, since)| Password { hash: PasswordHash(hash), since });
    Ok(UserRow { id, ledger, name, email, role, created, disabled, password })
}
