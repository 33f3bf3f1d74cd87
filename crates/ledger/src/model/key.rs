//! API keys, as far as a command needs them.

use serde::{Deserialize, Serialize};

use super::At;
use crate::id::{KeyId, LedgerId};
use crate::role::Role;

/// SHA-256 of a key's secret text; the secret itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyHash(pub [u8; 32]);

/// One key: to one ledger, with one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// Its id.
    pub id: KeyId,
    /// The ledger that it opens.
    pub ledger: LedgerId,
    /// SHA-256 of the secret.
    pub hash: KeyHash,
    /// What it may do.
    pub role: Role,
    /// A name for people.
    pub name: String,
    /// The last four characters of the secret, to recognise it by.
    pub hint: String,
    /// When it was made.
    pub created: At,
    /// When it was revoked.
    pub revoked: Option<At>,
}
