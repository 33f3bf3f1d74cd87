//! Who is signed in. The table lies whole on every server: who comes back names no ledger.

use ledger::id::UserId;
use ledger::model::{SessionRow, TokenHash};
use store::{SessionChange, SessionsOf, StoreError};

use crate::cell::Fields;
use crate::session::Session;
use crate::trip::{Trip, values};

macro_rules! columns {
    () => {
        "s.token, s.user_id, s.ledger_id, s.created, s.seen, s.expires"
    };
}

const BEGIN: &str = "INSERT INTO user_session (ledger_id, token, user_id, created, seen, expires) \
    VALUES ($1, $2, $3, $4, $5, $6)";
const USE: &str = "UPDATE user_session s SET seen = $2, expires = $3 WHERE s.token = $1";
const END: &str = "DELETE FROM user_session s WHERE s.token = $1";
const END_OTHERS: &str = "DELETE FROM user_session s WHERE s.user_id = $1 AND s.token <> $2";
const FORGET: &str = "DELETE FROM user_session s WHERE s.expires < $1";

const BY_TOKEN: &str = concat!("SELECT ", columns!(), " FROM user_session s WHERE s.token = $1");
const OF_USER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_session s WHERE s.user_id = $1 ORDER BY s.user_id DESC, s.created DESC"
);

/// Changes sessions; answers how many.
pub(crate) fn change(session: &Session, change: &SessionChange) -> Result<u32, StoreError> {
    let mut trip = Trip::new();
    match change {
        SessionChange::Begin(row) => {
            let (token, times) = (row.token.0.as_slice(), (row.created, row.seen, row.expires));
            trip.run(BEGIN, values![row.ledger, token, row.user, times.0, times.1, times.2]);
        }
        SessionChange::Use { token, seen, expires } => {
            trip.run(USE, values![token.0.as_slice(), *seen, *expires]);
        }
        SessionChange::End(token) => trip.run(END, values![token.0.as_slice()]),
        SessionChange::EndOthers(user, but) => {
            let but: &[u8] = but.as_ref().map_or(&[], |token| &token.0);
            trip.run(END_OTHERS, values![*user, but]);
        }
        SessionChange::Forget(before) => trip.run(FORGET, values![*before]),
    }
    let changed = session.run(&trip)?.written();
    Ok(u32::try_from(changed).unwrap_or(u32::MAX))
}

pub(crate) fn list(session: &Session, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError> {
    match of {
        SessionsOf::Token(token) => session.all(BY_TOKEN, values![token.0.as_slice()], read),
        SessionsOf::User(user) => session.all(OF_USER, values![user], read),
    }
}

fn read(fields: &mut Fields<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token: TokenHash(fields.array()?),
        user: UserId(fields.u64()?),
        ledger: fields.ledger()?,
        created: fields.at()?,
        seen: fields.at()?,
        expires: fields.at()?,
    })
}
