//! The first administrator, who comes by a link that only whoever started the server has seen.

use ledger::Actor;
use ledger::id::AccountId;
use ledger::model::TokenHash;
use ledger::role::Role;
use ledger::{Code, Refusal};

use super::sign_in::{NewSession, token_hash};
use super::{NewPerson, ledgers_of};
use crate::engine::Engine;
use crate::error::EngineError;

/// Characters of the token: 190 bits, and a link that fits a line.
const TOKEN_CHARS: usize = 32;

/// A link that may be used once.
pub(crate) struct FirstStart {
    token: TokenHash,
    account: AccountId,
}

impl Engine {
    /// A token with which the first administrator of an account can come in, once; `None` when
    /// there are people already. It is known to this process only, and a later one takes its place.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when there is no such account.
    pub async fn first_start(&self, account: AccountId) -> Result<Option<String>, EngineError> {
        let of = account.clone();
        let people = self.read(move |reader| {
            let live = ledgers_of(reader, &of)?[0];
            Ok(reader.people(live)?.len())
        });
        if people.await? > 0 {
            return Ok(None);
        }
        let token = self.ids().base62(TOKEN_CHARS);
        let first = FirstStart { token: token_hash(&token), account };
        *self.shared().door.first_start() = Some(first);
        Ok(Some(token))
    }

    /// The account that a token of a first start is for; `None` when it is none, or was used.
    pub fn first_start_of(&self, token: &str) -> Option<AccountId> {
        let known = self.shared().door.first_start();
        let is_it = |first: &&FirstStart| first.token == token_hash(token);
        known.as_ref().filter(is_it).map(|first| first.account.clone())
    }

    /// Enters the first administrator, whatever role is given, and signs the person in. The token
    /// is used up.
    ///
    /// # Errors
    /// [`EngineError::Refused`]: with `role_forbidden` when the token is none, or was used; with
    /// `resource_already_exists` when there are people; when a field or the password does not hold,
    /// and then the token can be used again.
    pub async fn claim_first_start(
        &self,
        token: &str,
        person: NewPerson,
    ) -> Result<NewSession, EngineError> {
        let Some(account) = self.first_start_of(token) else {
            let text = "This link is not valid any more. Restart the server for another one, or \
                        run `gapless user add`.";
            return Err(Refusal::new(Code::RoleForbidden, text).into());
        };
        if person.password.is_none() {
            let text = "Choose a password to sign in with.";
            return Err(Refusal::of(Code::ParameterMissing, "password", text).into());
        }
        let person = NewPerson { role: Role::Administrator, ..person };
        let actor = Actor::Operator("first start".to_owned());
        let (user, _) = self.enter(account, actor, person, None, true).await?;
        *self.shared().door.first_start() = None;
        self.begin_session(&user).await
    }
}
