//! A business with documents, and four people who may do different things with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use admin::{Boxed, Door, Member, SignIn};
use engine::{Engine, EngineError, EngineOptions, NewAccount, OpenedAccount, wait};
use ledger::Actor;
use ledger::model::Mode;
use ledger::role::Role;
use store_sqlite::{OpenOptions, SqliteStore};
use tempfile::TempDir;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// A database with an account, and its pages.
pub struct Stage {
    pub engine: Engine,
    pub account: OpenedAccount,
    pub door: Arc<People>,
    _directory: TempDir,
}

/// People with sessions in memory. A session's text is the role's word with a count.
#[derive(Default)]
pub struct People {
    members: Mutex<HashMap<String, Member>>,
    sessions: Mutex<HashMap<String, String>>,
}

impl Stage {
    pub fn new(name: &str) -> Stage {
        let directory = TempDir::new().expect("a directory");
        let path = directory.path().join("pages.db");
        let store = SqliteStore::open(&path, OpenOptions::default()).expect("a store");
        let engine = Engine::start(Arc::new(store), EngineOptions::default()).expect("an engine");
        let new = NewAccount { name: name.to_owned(), ..NewAccount::default() };
        let account = wait(engine.open_account(new)).expect("an account");
        let door = Arc::new(People::default());
        let stage = Stage { engine, account, door, _directory: directory };
        for role in Role::ALL {
            stage.hire(role);
        }
        stage
    }

    pub fn router(&self) -> axum::Router {
        let setup = admin::Setup { door: self.door.clone(), public_url: None, url_refusal: None };
        admin::beside(admin::router(self.engine.clone(), setup), api::router(self.engine.clone()))
    }

    fn hire(&self, role: Role) {
        let key = |ledger| {
            let operator = Actor::Operator("stage".to_owned());
            let made = wait(self.engine.create_key(ledger, operator, role, role.text()));
            Actor::Key(made.expect("a key").key.id)
        };
        let OpenedAccount { account, live, test, .. } = self.account.clone();
        let name = "Trading".to_owned();
        let member = Member {
            live: key(live),
            test: key(test),
            name: format!("The {}", role.text()),
            role,
            account: engine::AccountView { account, name, live, test },
        };
        self.door.members.lock().unwrap().insert(format!("{}@example.com", role.text()), member);
    }

    /// The ledger of a mode.
    pub fn ledger(&self, mode: Mode) -> ledger::id::LedgerId {
        match mode {
            Mode::Live => self.account.live,
            Mode::Test => self.account.test,
        }
    }
}

impl Door for People {
    fn member(&self, session: &str) -> Boxed<Result<Option<Member>, EngineError>> {
        let email = self.sessions.lock().unwrap().get(session).cloned();
        let member = email.and_then(|email| self.members.lock().unwrap().get(&email).cloned());
        Box::pin(std::future::ready(Ok(member)))
    }

    fn sign_in(
        &self,
        email: &str,
        password: &str,
        _from: &str,
    ) -> Boxed<Result<SignIn, EngineError>> {
        let known = self.members.lock().unwrap().contains_key(email);
        let came = if known && password == PASSWORD {
            let mut sessions = self.sessions.lock().unwrap();
            let session = format!("{}{}", email.split('@').next().unwrap(), sessions.len());
            sessions.insert(session.clone(), email.to_owned());
            SignIn::In(session)
        } else {
            SignIn::Wrong
        };
        Box::pin(std::future::ready(Ok(came)))
    }

    fn sign_out(&self, session: &str) -> Boxed<Result<(), EngineError>> {
        self.sessions.lock().unwrap().remove(session);
        Box::pin(std::future::ready(Ok(())))
    }
}
