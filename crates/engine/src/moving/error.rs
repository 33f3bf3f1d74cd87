//! Why a database could not be moved.

use std::fmt;

use ledger::id::LedgerId;
use ledger::model::LedgerRow;
use store::StoreError;
use thiserror::Error;

use crate::error::{EngineError, StoreFailure, StoreFailureKind};

/// Why a database could not be moved, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MoveError {
    /// One of the databases failed, or the source is in use.
    #[error("{0}")]
    Engine(EngineError),
    /// The source has no ledger.
    #[error("the source has no account, so there is nothing to move")]
    Empty,
    /// The target has something else in a ledger's place, is the source itself or is moved into by
    /// another, or the ledger has gone on in one of the databases. Nothing was changed by it.
    #[error("{0}")]
    Clash(String),
    /// What should hold on one side does not.
    #[error("ledger {ledger} does not hold {side}: {}", .findings.join("; "))]
    Unproven {
        /// On which side.
        side: Side,
        /// The ledger.
        ledger: LedgerId,
        /// What does not hold, one sentence each.
        findings: Vec<String>,
    },
}

/// One of the two databases of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where ledgers come from.
    Source,
    /// Where they go.
    Target,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Side::Source => "in the source, which was left as it is",
            Side::Target => "in the target, which must not be used",
        })
    }
}

impl MoveError {
    /// Somebody else writes to the source.
    pub(super) fn in_use(what: &str) -> MoveError {
        let message = format!("{what} Nothing may be issued while a database is moved.");
        MoveError::Engine(EngineError::Store(StoreFailure {
            kind: StoreFailureKind::Busy,
            message,
        }))
    }

    /// What the target says to the first that is written; that another move writes there is no
    /// failure of either database.
    pub(super) fn of_target(error: StoreError) -> MoveError {
        match error {
            StoreError::Busy(what) => MoveError::Clash(what),
            error => error.into(),
        }
    }

    /// The source has other heads than those that were moved.
    pub(super) fn went_on(head: &LedgerRow) -> MoveError {
        MoveError::Clash(format!(
            "the source has gone on while it was moved: its ledger {} ({} of {}) has {} trail \
             entries now. Stop every server that uses the source, and move it into an empty \
             database.",
            head.id,
            head.mode.text(),
            head.account,
            head.trail_count
        ))
    }
}

impl From<EngineError> for MoveError {
    fn from(error: EngineError) -> MoveError {
        MoveError::Engine(error)
    }
}

impl From<StoreError> for MoveError {
    fn from(error: StoreError) -> MoveError {
        MoveError::Engine(error.into())
    }
}
