//! From what went wrong to what the caller is told.

use engine::{EngineError, StoreFailureKind};
use wire::{Problem, RimCode};

/// Why a request has no good answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    /// Whether an earlier request with the same idempotency key was told the same.
    pub(crate) replayed: bool,
    /// Which rate was passed, where one was.
    pub(crate) limited: Option<&'static str>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure { problem, replayed: false, limited: None }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Failure {
        problem(error).into()
    }
}

/// What the caller is told of a failure. What only whoever runs the server can mend is logged.
pub fn problem(error: EngineError) -> Problem {
    match error {
        EngineError::Refused(refusal) => refusal.into(),
        EngineError::Overloaded => overloaded(),
        EngineError::Stopped => Problem::new(
            RimCode::ShuttingDown,
            "The server is going down and takes no new work. Repeat the request.",
        ),
        EngineError::ReadOnly => Problem::new(
            RimCode::DatabaseUnavailable,
            "The server was started to read only. Write through the server that writes.",
        ),
        EngineError::Store(failure) => {
            tracing::error!(kind = ?failure.kind, message = failure.message, "the store failed");
            let message = match failure.kind {
                StoreFailureKind::Storage => {
                    "The database has no room or may not be written; nothing was changed. Make \
                     room, then repeat the request."
                }
                StoreFailureKind::InDoubt => {
                    "It is unknown whether the request was carried out. Repeat it with the same \
                     idempotency key or reference: it is carried out once."
                }
                StoreFailureKind::Unusable => {
                    "The database was moved or is damaged; nothing was changed. The server's log \
                     says what to do. Repeat the request when that is done."
                }
                _ => "The database cannot be used just now. Repeat the request a little later.",
            };
            Problem::new(RimCode::DatabaseUnavailable, message)
        }
        error @ (EngineError::NoAccount
        | EngineError::SeveralAccounts(_)
        | EngineError::Defect(_)) => {
            tracing::error!(%error, "a defect");
            internal()
        }
    }
}

pub(crate) fn overloaded() -> Problem {
    Problem::new(
        RimCode::RateLimit,
        "The server has as much work as it takes at once. Repeat the request in a moment; nothing \
         was changed.",
    )
}

pub(crate) fn internal() -> Problem {
    Problem::new(
        RimCode::InternalError,
        "The server has a fault. Repeat the request, and report it with its Request-Id when it \
         stays.",
    )
}

/// Says of something missing that the address names it, not a parameter.
pub(crate) fn in_address(mut failure: Failure) -> Failure {
    let missing = failure.problem.code.text() == ledger::Code::ResourceMissing.text();
    if missing && failure.problem.param.as_deref() == Some("series") {
        failure.problem.param = Some("id".to_owned());
    }
    failure
}

#[cfg(test)]
mod tests {
    use ledger::{Code, Refusal};

    use super::*;

    #[test]
    fn every_kind_of_error_has_its_status() {
        let store = |kind| {
            EngineError::Store(engine::StoreFailure { kind, message: "a detail".to_owned() })
        };
        for (error, status) in [
            (EngineError::Refused(Refusal::new(Code::RoleForbidden, "no")), 403),
            (EngineError::Overloaded, 429),
            (EngineError::Stopped, 503),
            (EngineError::ReadOnly, 503),
            (store(StoreFailureKind::Storage), 503),
            (store(StoreFailureKind::InDoubt), 503),
            (store(StoreFailureKind::Unusable), 503),
            (store(StoreFailureKind::Database), 503),
            (EngineError::NoAccount, 500),
            (EngineError::Defect("a detail".to_owned()), 500),
        ] {
            let problem = problem(error);
            assert_eq!(problem.status(), status, "{problem}");
            assert!(!problem.message.contains("a detail"), "inner words stay inside");
        }
    }

    #[test]
    fn a_series_in_the_address_is_an_id() {
        let missing = |param| Failure::from(Problem::of(Code::ResourceMissing, param, "gone"));
        assert_eq!(in_address(missing("series")).problem.status(), 404);
        assert_eq!(in_address(missing("customer")).problem.status(), 400);
    }
}
