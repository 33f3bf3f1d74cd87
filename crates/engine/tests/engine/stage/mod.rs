//! A database in a temporary folder, an engine on it, and a store that fails when told to.

pub mod busy;
pub mod papers;
mod tampered;

use std::sync::Arc;
use std::time::Duration;

use engine::{
    Engine, EngineError, EngineOptions, FixedClock, NewAccount, OpenedAccount, SeededIds,
};
use jiff::civil::{Date, date};
use ledger::command::{Import, Item};
use ledger::id::LedgerId;
use ledger::outcome::{ImportView, NumberView};
use ledger::{Action, Actor, Answer, Command, Outcome};
use store_sqlite::{OpenOptions, SqliteStore};

pub use tampered::{Fault, Tampered};

/// The day on which everything happens.
pub const TODAY: Date = date(2026, 11, 20);

/// An engine on a database of its own, with one account.
pub struct Stage {
    pub engine: Engine,
    pub store: Arc<Tampered>,
    pub clock: Arc<FixedClock>,
    pub account: OpenedAccount,
    /// Removed with the database when dropped.
    pub folder: tempfile::TempDir,
}

impl Stage {
    /// As a server runs it, but for a fixed clock, seeded ids, and little patience.
    pub fn new() -> Stage {
        Stage::with(|_| ())
    }

    /// The same with other options.
    pub fn with(change: impl FnOnce(&mut EngineOptions)) -> Stage {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("stage.db");
        let sqlite = SqliteStore::open(&path, OpenOptions::default()).expect("a new database");
        let store = Tampered::new(Arc::new(sqlite));
        let clock = Arc::new(FixedClock::at("2026-11-20T12:00:00Z".parse().expect("an instant")));
        let mut options = EngineOptions {
            clock: Arc::<FixedClock>::clone(&clock),
            ids: Arc::new(SeededIds::new(1)),
            patience: Duration::from_millis(300),
            ..EngineOptions::default()
        };
        change(&mut options);
        let engine = Engine::start(Arc::<Tampered>::clone(&store), options).expect("it starts");
        let new = NewAccount { name: "Example".to_owned(), ..NewAccount::default() };
        let account = engine::wait(engine.open_account(new)).expect("an account");
        Stage { engine, store, clock, account, folder }
    }

    /// The live ledger.
    pub fn live(&self) -> LedgerId {
        self.account.live
    }

    /// A command of the operator's to the live ledger.
    pub fn command(&self, action: Action) -> Command {
        self.engine.command(self.live(), operator(), action)
    }

    /// Runs a command of the operator's.
    pub fn run(&self, action: Action) -> Result<Outcome, EngineError> {
        self.engine.execute_blocking(self.command(action))
    }

    /// Imports a list.
    pub fn import(&self, list: Import) -> Result<ImportView, EngineError> {
        self.engine.import(self.live(), operator(), Arc::new(list), &engine::Progress::default())
    }

    /// Issues one number.
    pub fn issue(&self, item: Item) -> Result<NumberView, EngineError> {
        self.run(Action::Issue(vec![item])).map(one_number)
    }

    /// Everything holds, or the test fails with what does not.
    pub fn assert_holds(&self) {
        let report = self.engine.verify(self.live(), &engine::Progress::default());
        let report = report.expect("it can be verified");
        assert!(report.holds(), "{report:#?}");
    }
}

/// Whoever has the database.
pub fn operator() -> Actor {
    Actor::Operator("operator".to_owned())
}

/// A document with a reference, dated today.
pub fn order(reference: &str) -> Item {
    Item { reference: Some(reference.to_owned()), date: Some(TODAY), ..Item::default() }
}

/// The only number of an outcome.
pub fn one_number(outcome: Outcome) -> NumberView {
    match outcome {
        Outcome::Issued(mut views) if views.len() == 1 => views.remove(0),
        other => panic!("not one number: {other:?}"),
    }
}

/// The text of the only number of an answer.
pub fn text(answer: Result<Answer, EngineError>) -> String {
    let outcome = answer.expect("an answer").result.expect("no refusal");
    one_number(outcome).row.text
}
