//! Who asks: secrets, and the keys that they belong to.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::id::{AccountId, KeyId, LedgerId};
use ledger::model::{At, KeyHash, Mode};
use ledger::role::{Right, Role};
use ledger::{Actor, Code, Refusal};
use sha2::{Digest, Sha256};
use store::Reader;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;

/// Keys remembered at once.
const REMEMBERED_MAX: usize = 10_000;

/// What a key or a session opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whoever asks: the holder of a key, or a person.
    pub actor: Actor,
    /// The ledger that this opens.
    pub ledger: LedgerId,
    /// The account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Live or test.
    pub mode: Mode,
    /// What the actor may do.
    pub role: Role,
    /// The version of the interface that the account is on.
    pub api_version: String,
}

impl Access {
    /// The one who asks, for a command.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// Whether the role has a right. Commands check this again when they are decided.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}

impl Engine {
    /// What a secret opens; `None` when no key has it.
    ///
    /// The answer may be a few seconds old ([`key_ttl_ms`](crate::EngineOptions::key_ttl_ms));
    /// commands look at the key again in the transaction that they write in.
    ///
    /// # Errors
    /// [`EngineError::Refused`] with `api_key_expired` when the key was revoked.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Access>, EngineError> {
        let hash = key_hash(secret);
        let now = self.now();
        if let Some(access) = self.shared().access.get(&hash, now) {
            return Ok(Some(access));
        }
        let found = self.read(move |reader| find(reader, &hash)).await?;
        if let Some(access) = &found {
            let until = At(now.0.saturating_add(self.options().key_ttl_ms));
            self.shared().access.remember(hash, access.clone(), now, until);
        }
        Ok(found)
    }
}

impl Engine {
    /// What a key opens of an account that is connected to its own; `None` when there is no such
    /// account.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn connected(
        &self,
        access: &Access,
        account: AccountId,
    ) -> Result<Option<Access>, EngineError> {
        let (mode, platform) = (access.mode, access.account.clone());
        let found = self.read(move |reader| Ok(reader.ledger_of(&account, mode)?)).await?;
        let connected = found.filter(|row| row.documents.platform.as_ref() == Some(&platform));
        Ok(connected.map(|row| Access {
            ledger: row.id,
            account: row.account,
            account_name: row.name,
            api_version: access.api_version.clone(),
            ..access.clone()
        }))
    }
}

/// The hash that a key's secret is stored as.
pub fn key_hash(secret: &str) -> KeyHash {
    KeyHash(Sha256::digest(secret.as_bytes()).into())
}

fn find(reader: &mut dyn Reader, hash: &KeyHash) -> Result<Option<Access>, EngineError> {
    let Some(key) = reader.key_by_hash(hash)? else { return Ok(None) };
    if key.revoked.is_some() {
        let text = "This API key was revoked. Use another key; an administrator can make one.";
        return Err(Refusal::new(Code::ApiKeyExpired, text).into());
    }
    let ledger = lookup::ledger(reader, key.ledger)?;
    Ok(Some(Access {
        actor: Actor::Key(key.id),
        ledger: key.ledger,
        account: ledger.account,
        account_name: ledger.name,
        mode: ledger.mode,
        role: key.role,
        api_version: ledger.documents.version.name.clone(),
    }))
}

/// Keys seen lately.
#[derive(Default)]
pub(crate) struct AccessCache {
    remembered: Mutex<HashMap<KeyHash, (Access, At)>>,
}

impl AccessCache {
    fn get(&self, hash: &KeyHash, now: At) -> Option<Access> {
        let remembered = self.lock();
        let (access, until) = remembered.get(hash)?;
        (now < *until).then(|| access.clone())
    }

    fn remember(&self, hash: KeyHash, access: Access, now: At, until: At) {
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.retain(|_, (_, until)| now < *until);
        }
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(hash, (access, until));
    }

    /// Forgets a key, because it was revoked.
    pub(crate) fn forget(&self, key: KeyId) {
        self.lock().retain(|_, (access, _)| access.actor != Actor::Key(key));
    }

    /// Forgets the keys to a ledger, because what they were remembered with has changed.
    pub(crate) fn forget_ledger(&self, ledger: LedgerId) {
        self.lock().retain(|_, (access, _)| access.ledger != ledger);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyHash, (Access, At)>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
