//! What can go wrong.

use engine::EngineError;
use store::StoreError;

/// Why something was not done.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let database = format!("sqlite:{}", folder.path().join("invoices.db").display());
/// use gapless::{Gapless, Issue};
///
/// let gapless = Gapless::open(&database)?;
/// let far = gapless.issue(Issue::invoice().date("2999-01-01".parse()?));
/// assert_eq!(far.expect_err("too far ahead").code(), Some("date_too_far"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] EngineError);

impl Error {
    /// The word for the rule that refuses it; `None` when no rule does, but the database failed.
    pub fn code(&self) -> Option<&'static str> {
        match &self.0 {
            EngineError::Refused(refusal) => Some(refusal.code.text()),
            _ => None,
        }
    }

    /// The field at fault, where one is.
    pub fn field(&self) -> Option<&str> {
        match &self.0 {
            EngineError::Refused(refusal) => refusal.param.as_deref(),
            _ => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        Error(error.into())
    }
}

impl From<Error> for EngineError {
    fn from(error: Error) -> EngineError {
        error.0
    }
}
