//! A store whose work is counted.

use ledger::Command;
use ledger::command::{Action, Actor, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use ledger::outcome::Outcome;
use store::contract::drive;
use store::{Store, Writer};
use store_sqlite::{Checkpoints, Counters, OpenOptions, SqliteStore};
use tempfile::TempDir;

pub(crate) const LEDGER: LedgerId = LedgerId(1);
pub(crate) const NOON: At = At(1_795_176_000_000);
/// A page in the write-ahead log, with its header.
const FRAME_BYTES: u64 = 4_120;

/// A store with one ledger.
pub(crate) struct Bench {
    // Declared in the order in which they are closed.
    pub(crate) writer: Box<dyn Writer>,
    store: SqliteStore,
    directory: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let directory = tempfile::tempdir().expect("a directory");
        let options =
            OpenOptions { checkpoints: Checkpoints::BetweenBatches, ..OpenOptions::default() };
        let store = SqliteStore::open(&directory.path().join("budget.db"), options).expect("open");
        let writer = store.writer().expect("writer");
        let mut bench = Bench { writer, store, directory };
        bench.run(vec![open()]);
        bench
    }

    /// Runs commands in one batch, all of which must be done.
    pub(crate) fn run(&mut self, commands: Vec<Command>) -> Vec<Outcome> {
        let answers = drive(&mut *self.writer, commands).expect("drive");
        answers.into_iter().map(|answer| answer.result.expect("it is done")).collect()
    }

    /// Counts what some work costs.
    pub(crate) fn cost(&mut self, work: impl FnOnce(&mut Bench)) -> Cost {
        let before = self.store.counters();
        work(self);
        Cost { before, after: self.store.counters() }
    }

    /// Closes it; the bytes that are left of it.
    pub(crate) fn close(self) -> u64 {
        let Bench { writer, store, directory } = self;
        drop(writer);
        drop(store);
        let entries = std::fs::read_dir(directory.path()).expect("list");
        let sizes = entries.map(|entry| entry.expect("entry").metadata().expect("size").len());
        sizes.sum()
    }
}

/// What some work cost.
pub(crate) struct Cost {
    before: Counters,
    after: Counters,
}

impl Cost {
    /// Bytes written to the log.
    pub(crate) fn log_bytes(&self) -> u64 {
        (self.after.log_frames - self.before.log_frames) * FRAME_BYTES
    }

    pub(crate) fn statements(&self) -> u64 {
        self.after.writer_statements - self.before.writer_statements
    }

    pub(crate) fn statements_per_batch(&self) -> u64 {
        let commits = self.after.commits - self.before.commits;
        assert_eq!(self.statements() % commits, 0, "each batch runs the same number");
        self.statements() / commits
    }
}

/// A command by the operator.
pub(crate) fn command(action: Action) -> Command {
    let actor = Actor::Operator("budget".to_owned());
    Command { ledger: LEDGER, actor, at: NOON, idempotency: None, action }
}

fn open() -> Command {
    command(Action::Open(Open {
        account: AccountId("acct_0123456789abcdef".to_owned()),
        name: "Budget".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }))
}
