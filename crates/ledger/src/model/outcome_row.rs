//! What a command with an idempotency key came to, kept so that a retry gets the same answer.

use serde::{Deserialize, Serialize};

use super::At;
use crate::id::LedgerId;
use crate::outcome::Outcome;
use crate::refusal::Refusal;

/// The first 16 bytes of SHA-256 of the key's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdempotencyKey(pub [u8; 16]);

/// The first 16 bytes of SHA-256 of the route and the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestHash(pub [u8; 16]);

/// One remembered outcome, refusals included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The ledger.
    pub ledger: LedgerId,
    /// The key.
    pub key: IdempotencyKey,
    /// The request.
    pub request: RequestHash,
    /// When.
    pub at: At,
    /// What it came to.
    pub result: Result<Outcome, Refusal>,
}

impl OutcomeRow {
    /// The result as bytes, for a store.
    pub fn result_bytes(&self) -> Vec<u8> {
        crate::stored::to_bytes(&self.result)
    }

    /// Reads what [`OutcomeRow::result_bytes`] gave.
    ///
    /// # Errors
    /// The bytes are no such result.
    pub fn read_result(bytes: &[u8]) -> Result<Result<Outcome, Refusal>, crate::stored::Damaged> {
        crate::stored::from_bytes(bytes)
    }
}
