//! A database file on this machine's disk, with one account and an engine on it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use engine::{Engine, EngineOptions, NewAccount, OpenedAccount};
use jiff::civil::date;
use ledger::command::{Item, NewSeries};
use ledger::id::LedgerId;
use ledger::{Action, Actor};
use store::Store;
use store_sqlite::{OpenOptions, SqliteStore};
use tempfile::TempDir;
use testkit::vfs::Shim;

use crate::request::series_name;

/// Numbers in one request, at most.
pub(super) const BATCH_ITEMS: u64 = 10_000;

/// A page of the write-ahead log, with its header.
const FRAME_BYTES: f64 = 4_096.0 + 24.0;

pub(super) struct Database {
    // Stopped before the folder goes.
    engine: Engine,
    store: Arc<SqliteStore>,
    account: OpenedAccount,
    _folder: TempDir,
}

/// What was done up to a moment, or between two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    pub(super) numbers: u64,
    pub(super) commits: u64,
    pub(super) commit_ms: f64,
    pub(super) log_bytes: f64,
}

impl Database {
    /// An empty database on real files.
    pub(super) fn create() -> Result<Self> {
        Self::create_with(OpenOptions::default())
    }

    /// An empty database on real files that are counted, and slowed when their meter is told to.
    pub(super) fn create_on(shim: &Shim) -> Result<Self> {
        let vfs = Some(shim.name().to_owned());
        Self::create_with(OpenOptions { vfs, ..OpenOptions::default() })
    }

    fn create_with(options: OpenOptions) -> Result<Self> {
        let folder = tempfile::tempdir().context("no folder for a database")?;
        let store = Arc::new(SqliteStore::open(&path(&folder), options)?);
        let engine = Engine::start(Arc::<SqliteStore>::clone(&store), EngineOptions::default())?;
        let new = NewAccount { name: "Shop".to_owned(), ..NewAccount::default() };
        let account = engine::wait(engine.open_account(new))?;
        Ok(Self { engine, store, account, _folder: folder })
    }

    /// As many series as asked for, each with a sequence of its own.
    pub(super) fn create_series(&self, count: u64) -> Result<()> {
        for place in 0..count {
            self.run(Action::CreateSeries(NewSeries {
                name: series_name(place),
                pattern: format!("S{place:04}/{{year}}/{{seq:5}}"),
                reset: None,
                scope: None,
                prefix: String::new(),
                kinds: [].into(),
                starting_number: None,
                default: false,
            }))?;
        }
        Ok(())
    }

    /// Gives so many numbers to documents without a server.
    pub(super) fn fill(&self, count: u64) -> Result<()> {
        let mut given = 0;
        while given < count {
            let more = BATCH_ITEMS.min(count - given);
            let item = |place| Item {
                date: Some(date(2026, 1, 1)),
                reference: Some(format!("earlier-{place:08}")),
                ..Item::default()
            };
            self.run(Action::Issue((given..given + more).map(item).collect()))?;
            given += more;
        }
        Ok(())
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn store(&self) -> &SqliteStore {
        &self.store
    }

    pub(super) fn ledger(&self) -> LedgerId {
        self.account.live
    }

    pub(super) fn account(&self) -> &OpenedAccount {
        &self.account
    }

    /// The secret of a key to the ledger.
    pub(super) fn secret(&self) -> &str {
        &self.account.live_key
    }

    pub(super) fn tally(&self) -> Result<Tally> {
        let rows = self.store.reader()?.ledgers(LedgerId(self.ledger().0 - 1), 1)?;
        let row = rows.first().context("the ledger is not there")?;
        ensure!(row.id == self.ledger(), "another ledger is there");
        let metrics = self.engine.metrics();
        Ok(Tally {
            numbers: row.last_position,
            commits: self.store.counters().commits,
            commit_ms: metrics.commit_us as f64 / 1e3,
            log_bytes: self.store.counters().log_frames as f64 * FRAME_BYTES,
        })
    }

    fn run(&self, action: Action) -> Result<()> {
        let actor = Actor::Operator("bench".to_owned());
        let command = self.engine.command(self.ledger(), actor, action);
        self.engine.execute_blocking(command)?;
        Ok(())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.engine.shutdown();
    }
}

impl Tally {
    pub(super) fn since(self, before: Self) -> Self {
        Self {
            numbers: self.numbers - before.numbers,
            commits: self.commits - before.commits,
            commit_ms: self.commit_ms - before.commit_ms,
            log_bytes: self.log_bytes - before.log_bytes,
        }
    }

    /// So much of something for each commit.
    pub(super) fn per_commit(self, total: f64) -> f64 {
        total / self.commits.max(1) as f64
    }
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("gapless.db")
}
