//! What can go wrong with a database.

use thiserror::Error;

/// A store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process holds what is needed.
    #[error("{0}")]
    Busy(String),
    /// The file or database is not one of ours, is damaged, or is newer than this program.
    #[error("{0}")]
    Unusable(String),
    /// A row was not as expected; nothing was written.
    #[error("refused by the store: {0}")]
    Conflict(String),
    /// It is unknown whether the commit happened. The writer must be opened again.
    #[error("it is unknown whether the last commit happened: {0}")]
    InDoubt(String),
    /// There is no room, or writing is not allowed.
    #[error("{0}")]
    Storage(String),
    /// Anything else that the database reports.
    #[error("database: {0}")]
    Database(String),
}
