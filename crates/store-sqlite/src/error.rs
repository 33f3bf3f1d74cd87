//! What SQLite reports, in the port's words and with a remedy.

use std::fmt::Display;

use rusqlite::{Error, ErrorCode};
use store::StoreError;

/// What SQLite reported about the file `place`.
pub(crate) fn of(error: &Error, place: &str) -> StoreError {
    let Some(code) = error.sqlite_error_code() else {
        return StoreError::Database(error.to_string());
    };
    match code {
        ErrorCode::ConstraintViolation => StoreError::Conflict(error.to_string()),
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy(format!(
            "{place} is in use by another program ({error}). Let it finish or stop it, then try \
             again."
        )),
        ErrorCode::NotADatabase => StoreError::Unusable(format!(
            "{place} is not an SQLite database. Nothing was written to it. Name another file, or \
             put a backup in its place."
        )),
        ErrorCode::DatabaseCorrupt => StoreError::Unusable(broken(place, error)),
        ErrorCode::DiskFull => StoreError::Storage(format!(
            "The disk that holds {place} is full. Nothing was changed. Make room and try again."
        )),
        ErrorCode::ReadOnly => StoreError::Storage(format!(
            "{place} may not be written ({error}). Nothing was changed. Give this user the right \
             to write to the file and to its directory."
        )),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => StoreError::Storage(format!(
            "{place}, or a file beside it, could not be opened ({error}). Look whether its \
             directory exists and this user may write there."
        )),
        ErrorCode::SystemIoFailure => StoreError::Storage(format!(
            "{place} could not be read or written ({error}). Nothing was changed. Look at the \
             disk, and try again."
        )),
        _ => StoreError::Database(error.to_string()),
    }
}

/// The file is damaged.
pub(crate) fn broken(place: &str, what: impl Display) -> String {
    format!(
        "{place} is damaged ({what}). Nothing more is written to it. Keep a copy of it, and put a \
         backup in its place."
    )
}

/// A stored value is not what it should be.
pub(crate) fn damaged(what: impl Display) -> StoreError {
    StoreError::Unusable(format!(
        "The database holds a value that it should not: {what}. Keep a copy of it, and put a \
         backup in its place."
    ))
}
