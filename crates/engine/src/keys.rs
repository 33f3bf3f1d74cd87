//! Making, listing and revoking API keys.

use ledger::command::NewKey;
use ledger::id::{KeyId, LedgerId};
use ledger::model::KeyRow;
use ledger::role::Role;
use ledger::{Action, Actor, Outcome};

use crate::access::key_hash;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Characters of a secret that are kept to recognise it by.
const HINT_CHARS: usize = 4;

/// A key that was made. The secret is told only now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedKey {
    /// The key.
    pub key: KeyRow,
    /// Its secret.
    pub secret: String,
}

impl Engine {
    /// Makes a key to a ledger.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the actor may not, or the name does not hold.
    pub async fn create_key(
        &self,
        ledger: LedgerId,
        actor: Actor,
        role: Role,
        name: &str,
    ) -> Result<CreatedKey, EngineError> {
        let mode = self.read(move |reader| lookup::ledger(reader, ledger)).await?.mode;
        let secret = self.ids().secret(mode);
        let new = NewKey {
            id: self.ids().key(),
            hash: key_hash(&secret),
            hint: hint(&secret),
            role,
            name: name.to_owned(),
        };
        match self.execute(self.command(ledger, actor, Action::CreateKey(new))).await? {
            Outcome::Key(key) => Ok(CreatedKey { key: *key, secret }),
            other => Err(EngineError::Defect(format!("a key came to {other:?}"))),
        }
    }

    /// Revokes a key, for good. From here on no command of it is carried out.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the actor may not, or there is no such key.
    pub async fn revoke_key(
        &self,
        ledger: LedgerId,
        actor: Actor,
        key: KeyId,
    ) -> Result<(), EngineError> {
        self.execute(self.command(ledger, actor, Action::RevokeKey(key))).await.map(drop)
    }

    /// The keys of a ledger, newest first, revoked ones included.
    pub fn keys(&self, ledger: LedgerId) -> Pending<Vec<KeyRow>> {
        self.read(move |reader| Ok(reader.keys(ledger)?))
    }
}

/// The last characters of a secret.
pub(crate) fn hint(secret: &str) -> String {
    let skipped = secret.chars().count().saturating_sub(HINT_CHARS);
    secret.chars().skip(skipped).collect()
}
