//! What these tests play on: one server for a program, a database for each test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::civil::date;
use ledger::Command;
use ledger::command::{Action, Actor, Item, Open};
use ledger::id::{AccountId, LedgerId};
use ledger::model::{At, HouseStyle, Mode};
use store::StoreError;
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::postgres::{Durability, TemporaryCluster};

/// The server. It ends with the program.
pub fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

/// A new, empty database.
pub struct Database {
    pub name: String,
    pub url: String,
}

impl Database {
    pub fn new() -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("stage_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let url = cluster().create_database(&name).expect("a database");
        Database { name, url }
    }

    pub fn open(&self, options: OpenOptions) -> Result<PostgresStore, StoreError> {
        PostgresStore::open(Location::parse(&self.url, &|_| None)?, options)
    }

    /// The first field of what some SQL gives.
    pub fn ask(&self, sql: &str) -> String {
        cluster().ask_in(&self.name, sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

/// A database with a store on it.
pub struct Stage {
    pub store: PostgresStore,
    pub database: Database,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::with(OpenOptions::default())
    }

    pub fn with(options: OpenOptions) -> Stage {
        let database = Database::new();
        Stage { store: database.open(options).expect("open"), database }
    }
}

pub fn command(ledger: LedgerId, action: Action) -> Command {
    let actor = Actor::Operator("tester".to_owned());
    Command { ledger, actor, at: At(1_795_176_000_000), idempotency: None, action }
}

pub fn open(ledger: LedgerId) -> Command {
    command(
        ledger,
        Action::Open(Open {
            account: AccountId(format!("acct_{ledger}")),
            name: "Stage".to_owned(),
            mode: Mode::Live,
            style: HouseStyle::Yearly,
            prefix: String::new(),
            time_zone: None,
            fiscal_year_start: None,
        }),
    )
}

pub fn issue_item() -> Item {
    Item { date: Some(date(2026, 11, 20)), ..Item::default() }
}

pub fn issue(ledger: LedgerId) -> Command {
    command(ledger, Action::Issue(vec![issue_item()]))
}
