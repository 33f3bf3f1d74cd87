//! The version of the interface that an account is on, and the way back.

use serde::{Deserialize, Serialize};

use super::{At, Level};

/// A version, as far as the ledger needs it: the name is for others, and means nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiVersion {
    /// Its name, such as `2026-10-28.endive`.
    pub name: String,
    /// Whether drafts get their number when they are made, and the account has no counter.
    #[serde(default)]
    pub drafts_numbered: bool,
}

/// What held before the account's version was changed, for as long as it can be taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerVersion {
    /// The version.
    pub version: ApiVersion,
    /// Whose counter invoices used.
    pub level: Level,
    /// When it was changed.
    pub changed: At,
    /// The ledger's count of objects then: events behind it were told in the newer version.
    pub last_object: u64,
}

impl ApiVersion {
    /// The version that documents came with: ledgers are on it until they choose another.
    pub fn first() -> ApiVersion {
        ApiVersion { name: "2026-10-28.endive".to_owned(), drafts_numbered: false }
    }
}

impl Default for ApiVersion {
    fn default() -> ApiVersion {
        ApiVersion::first()
    }
}
