//! What can go wrong between a caller and the ledger.

use ledger::Refusal;
use store::StoreError;
use thiserror::Error;

use crate::account::AccountView;

/// Why there is no answer, or not the one hoped for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EngineError {
    /// A rule refuses it; nothing was changed.
    #[error("{0}")]
    Refused(Refusal),
    /// Too much is waiting already; nothing was changed. Ask again a little later.
    #[error("too many requests are waiting; try again a little later")]
    Overloaded,
    /// The engine stopped before it took this up; nothing was changed.
    #[error("the server is stopping and takes nothing new")]
    Stopped,
    /// This engine was started to read only.
    #[error("the database was opened to read only")]
    ReadOnly,
    /// The database failed.
    #[error("{0}")]
    Store(StoreFailure),
    /// The database has no account yet.
    #[error("the database has no account yet; make one with `gapless init`")]
    NoAccount,
    /// The database has several accounts, and none was named.
    #[error("the database has several accounts ({}); name one", list(.0))]
    SeveralAccounts(Vec<AccountView>),
    /// Gapless itself is at fault; nothing was changed.
    #[error("a defect in Gapless stopped this: {0}")]
    Defect(String),
}

/// A failure of the database, as a value that can be told to several callers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct StoreFailure {
    /// What kind.
    pub kind: StoreFailureKind,
    /// What happened and, where there is one, the remedy.
    pub message: String,
}

/// Kinds of failures of a database; see [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreFailureKind {
    /// Another process holds what is needed.
    Busy,
    /// The database is not one of ours, is damaged, or is newer than this program.
    Unusable,
    /// A row was not as expected; nothing was written.
    Conflict,
    /// It is unknown whether it was written.
    InDoubt,
    /// There is no room, or writing is not allowed; nothing was written.
    Storage,
    /// Anything else.
    Database,
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> EngineError {
        EngineError::Refused(refusal)
    }
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> EngineError {
        EngineError::Store(StoreFailure::from(&error))
    }
}

impl From<&StoreError> for StoreFailure {
    fn from(error: &StoreError) -> StoreFailure {
        let kind = match error {
            StoreError::Busy(_) => StoreFailureKind::Busy,
            StoreError::Unusable(_) => StoreFailureKind::Unusable,
            StoreError::Conflict(_) => StoreFailureKind::Conflict,
            StoreError::InDoubt(_) => StoreFailureKind::InDoubt,
            StoreError::Storage(_) => StoreFailureKind::Storage,
            StoreError::Database(_) => StoreFailureKind::Database,
        };
        StoreFailure { kind, message: error.to_string() }
    }
}

fn list(accounts: &[AccountView]) -> String {
    let ids: Vec<&str> = accounts.iter().map(|account| account.account.0.as_str()).collect();
    ids.join(", ")
}
