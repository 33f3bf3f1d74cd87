//! Who comes in: what the pages ask of whoever keeps people and their sessions.

use std::future::Future;
use std::pin::Pin;

use engine::{AccountView, Engine, EngineError, SignedIn};
use ledger::Actor;
use ledger::id::LedgerId;
use ledger::model::{Mode, UserRow};
use ledger::role::{Right, Role};

/// A future that a trait can name.
pub type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who they are in the live ledger, for commands.
    pub live: Actor,
    /// Who they are in the test ledger.
    pub test: Actor,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The account that they work for.
    pub account: AccountView,
}

/// What came of signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// They are who they say; this opens the session. It is told only now.
    In(String),
    /// Name or password is wrong; which of them is not told.
    Wrong,
    /// Too many tries; how many seconds to wait.
    Wait(u64),
}

/// The door of an engine, which keeps people and their sessions in the database.
#[derive(Clone)]
pub struct EngineDoor(pub Engine);

/// Keeps people and their sessions.
pub trait Door: Send + Sync + 'static {
    /// Who a session belongs to, while it lasts.
    fn member(&self, session: &str) -> Boxed<Result<Option<Member>, EngineError>>;

    /// Begins a session. `from` is the address that they come from.
    fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: &str,
    ) -> Boxed<Result<SignIn, EngineError>>;

    /// Ends a session.
    fn sign_out(&self, session: &str) -> Boxed<Result<(), EngineError>>;
}

impl Door for EngineDoor {
    fn member(&self, session: &str) -> Boxed<Result<Option<Member>, EngineError>> {
        let (engine, session) = (self.0.clone(), session.to_owned());
        Box::pin(async move {
            let owner = engine.session(&session, Mode::Live).await?;
            let Some(owner) = owner else { return Ok(None) };
            // The ledgers are asked for each time: an emptied test ledger is another one.
            let account = engine.account(owner.access.account).await?;
            Ok(account.map(|account| Member::of(&owner.user, account)))
        })
    }

    fn sign_in(
        &self,
        email: &str,
        password: &str,
        from: &str,
    ) -> Boxed<Result<SignIn, EngineError>> {
        let engine = self.0.clone();
        let mut with = engine::SignIn {
            email: email.to_owned(),
            password: password.to_owned(),
            account: None,
            address: from.to_owned(),
        };
        Box::pin(async move {
            let mut came = engine.sign_in(with.clone()).await?;
            // Who works for several accounts comes in at the first one.
            if let SignedIn::Choose(accounts) = &came {
                with.account = accounts.first().map(|(account, _)| account.clone());
                came = engine.sign_in(with).await?;
            }
            Ok(match came {
                SignedIn::Welcome(session) => SignIn::In(session.token),
                SignedIn::Wait(time) => SignIn::Wait(time.as_secs().max(1)),
                SignedIn::Failed | SignedIn::Choose(_) => SignIn::Wrong,
            })
        })
    }

    fn sign_out(&self, session: &str) -> Boxed<Result<(), EngineError>> {
        let (engine, session) = (self.0.clone(), session.to_owned());
        Box::pin(async move { engine.sign_out(&session).await })
    }
}

impl Member {
    /// A person of an account, who is the same in both of its ledgers.
    pub fn of(user: &UserRow, account: AccountView) -> Member {
        let actor = Actor::User(user.id);
        let (name, role) = (user.name.clone(), user.role);
        Member { live: actor.clone(), test: actor, name, role, account }
    }

    /// The actor in the ledger of a mode.
    pub fn actor(&self, mode: Mode) -> Actor {
        match mode {
            Mode::Live => self.live.clone(),
            Mode::Test => self.test.clone(),
        }
    }

    /// The ledger of a mode.
    pub fn ledger(&self, mode: Mode) -> LedgerId {
        self.account.ledger(mode)
    }

    /// Whether their role has a right. Commands are held to it again where they are decided.
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
}
