//! Who is signed in.

use ledger::id::UserId;
use ledger::model::{SessionRow, TokenHash};
use store::{SessionChange, SessionsOf, StoreError};

use crate::cell::Fields;
use crate::session::Session;

macro_rules! columns {
    () => {
        "s.token, s.user_id, s.ledger_id, s.created, s.seen, s.expires"
    };
}

const BEGIN: &str = "INSERT INTO user_session (token, user_id, ledger_id, created, seen, expires) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const USE: &str = "UPDATE user_session SET seen = ?2, expires = ?3 WHERE token = ?1";
const END: &str = "DELETE FROM user_session WHERE token = ?1";
const END_OTHERS: &str = "DELETE FROM user_session WHERE user_id = ?1 AND token <> ?2";
const FORGET: &str = "DELETE FROM user_session WHERE expires < ?1";

const BY_TOKEN: &str = concat!("SELECT ", columns!(), " FROM user_session s WHERE s.token = ?1");
const OF_USER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM user_session s WHERE s.user_id = ?1 ORDER BY s.created DESC"
);

/// Changes sessions; answers how many.
pub(crate) fn change(session: &Session, change: &SessionChange) -> Result<u32, StoreError> {
    let changed = match change {
        SessionChange::Begin(row) => {
            let user = row.user.0 as i64;
            let times = (row.created.0, row.seen.0, row.expires.0);
            let ledger = row.ledger.0 as i64;
            session.run(BEGIN, (&row.token.0, user, ledger, times.0, times.1, times.2))
        }
        SessionChange::Use { token, seen, expires } => {
            session.run(USE, (&token.0, seen.0, expires.0))
        }
        SessionChange::End(token) => session.run(END, [&token.0]),
        SessionChange::EndOthers(user, but) => {
            let but: &[u8] = but.as_ref().map_or(&[], |token| &token.0);
            session.run(END_OTHERS, (user.0 as i64, but))
        }
        SessionChange::Forget(before) => session.run(FORGET, [before.0]),
    };
    Ok(u32::try_from(changed?).unwrap_or(u32::MAX))
}

pub(crate) fn list(session: &Session, of: SessionsOf) -> Result<Vec<SessionRow>, StoreError> {
    match of {
        SessionsOf::Token(token) => session.all(BY_TOKEN, [&token.0], read),
        SessionsOf::User(user) => session.all(OF_USER, [user.0 as i64], read),
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
