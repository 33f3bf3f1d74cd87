//! People, and how they come in.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::At;
use crate::id::{LedgerId, UserId};
use crate::role::Role;

/// The hash of a password in the PHC string format; the password itself is never stored.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(pub String);

/// A password as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Password {
    /// Its hash; empty in what leaves the database, see [`UserRow::told`].
    pub hash: PasswordHash,
    /// Since when it holds. A session that is older is none any more.
    pub since: At,
}

/// A person in one ledger. Whoever works for an account has a row in both of its ledgers, with one
/// id and all but the password the same: that one lies in the live ledger only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    /// The person's id.
    pub id: UserId,
    /// The ledger.
    pub ledger: LedgerId,
    /// The name, as shown to people.
    pub name: String,
    /// The e-mail address, folded; nobody else in the ledger has it.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// When the person was entered.
    pub created: At,
    /// Since when the person is kept out.
    pub disabled: Option<At>,
    /// The password, when there is one.
    pub password: Option<Password>,
}

/// SHA-256 of what a browser holds for a session; that itself is never stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 32]);

/// Somebody who signed in, until the session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What it is found by.
    pub token: TokenHash,
    /// The person.
    pub user: UserId,
    /// The live ledger of the person's account.
    pub ledger: LedgerId,
    /// When the person signed in.
    pub created: At,
    /// When it was used last, to some minutes.
    pub seen: At,
    /// From when on it is none any more.
    pub expires: At,
}

impl UserRow {
    /// The row without the hash of the password: what may be told, remembered and compared.
    pub fn told(&self) -> UserRow {
        let hidden =
            |kept: &Password| Password { hash: PasswordHash::default(), since: kept.since };
        UserRow { password: self.password.as_ref().map(hidden), ..self.clone() }
    }
}

/// An e-mail address as it is kept and looked for: without space around it, in small letters.
pub fn folded_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}
