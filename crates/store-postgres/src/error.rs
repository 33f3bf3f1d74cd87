//! What PostgreSQL reports, in the port's words and with a remedy.

use std::error::Error as _;
use std::fmt::Display;

use store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// What PostgreSQL reported about the database `place`.
pub(crate) fn of(error: &Error, place: &str) -> StoreError {
    match error.as_db_error() {
        Some(reported) => of_server(reported, place),
        None => StoreError::Database(format!("{place}: {}", told(error))),
    }
}

/// Whether a statement failed only because one before it in the transaction did.
pub(crate) fn is_aftermath(error: &Error) -> bool {
    error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
}

/// Whether an answer to `COMMIT` says for certain that nothing was written: an ordinary error of
/// the server, after which the connection goes on. What ends the connection says nothing.
pub(crate) fn is_certain(error: &Error) -> bool {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    severity == Some(Severity::Error)
}

/// An error with what caused it.
pub(crate) fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(because) = cause {
        let because_text = because.to_string();
        if !text.contains(&because_text) {
            text.push_str(": ");
            text.push_str(&because_text);
        }
        cause = because.source();
    }
    text
}

fn of_server(error: &DbError, place: &str) -> StoreError {
    let code = error.code();
    let text = message(error);
    match *code {
        SqlState::UNIQUE_VIOLATION
        | SqlState::EXCLUSION_VIOLATION
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict(error.message().to_owned()),
        // Only a statement that guards how many rows it writes divides.
        SqlState::DIVISION_BY_ZERO => {
            StoreError::Conflict(format!("{place}: fewer rows fit than were to be written"))
        }
        SqlState::LOCK_NOT_AVAILABLE => StoreError::Busy(format!(
            "{place} is being written by another process ({text}). Try again."
        )),
        SqlState::TOO_MANY_CONNECTIONS => StoreError::Busy(format!(
            "{place} takes no more connections ({text}). Raise max_connections of the server, or \
             let fewer processes or writers connect."
        )),
        SqlState::DISK_FULL => StoreError::Storage(format!(
            "The disk that holds {place} is full ({text}). Nothing was changed. Make room and try \
             again."
        )),
        SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::Storage(format!(
            "{place} may only be read ({text}): it is a standby, or is set to read-only. Nothing \
             was changed. Name the primary, or several hosts with \
             target_session_attrs=read-write."
        )),
        SqlState::INSUFFICIENT_PRIVILEGE => StoreError::Storage(format!(
            "{place} does not allow it ({text}). Nothing was changed. GRANT this user what it \
             needs: CREATE on the schema to set it up, then all rights on its tables."
        )),
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::Unusable(format!(
            "{place} is damaged ({text}). Keep a copy of it, and put a backup in its place."
        )),
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => StoreError::Unusable(format!(
            "{place} lacks what this program needs ({text}). Open it again, or run `gapless init`."
        )),
        SqlState::INVALID_SCHEMA_NAME => StoreError::Unusable(format!(
            "{place} has no schema to make tables in ({text}). CREATE one, or name another one in \
             search_path."
        )),
        _ => StoreError::Database(format!("{place}: {text} (SQLSTATE {})", code.code())),
    }
}

/// What the server said, with its details.
fn message(error: &DbError) -> String {
    let mut text = error.message().to_owned();
    for more in [error.detail(), error.hint()].into_iter().flatten() {
        text.push_str("; ");
        text.push_str(more);
    }
    text
}

/// A stored value is not what it should be.
pub(crate) fn damaged(what: impl Display) -> StoreError {
    StoreError::Unusable(format!(
        "The database holds a value that it should not: {what}. Keep a copy of it, and put a \
         backup in its place."
    ))
}
