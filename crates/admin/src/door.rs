//! Who comes in: what the pages ask of whoever keeps people and their sessions.

use std::future::Future;
use std::pin::Pin;

use engine::{AccountView, EngineError};
use ledger::Actor;
use ledger::id::LedgerId;
use ledger::model::Mode;
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

impl Member {
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
