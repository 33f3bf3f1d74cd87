//! (g): the same on PostgreSQL.

use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Result, ensure};
use engine::{Engine, EngineOptions, NewAccount, OpenedAccount, StoreAccess};
use gapless::DatabaseUrl;
use ledger::id::LedgerId;
use store::{Create, Store};
use testkit::postgres::TemporaryCluster;

use super::batch;
use super::child::{Child, program, set_up};
use super::database::BATCH_ITEMS;
use crate::part::{Figure, Part, Sample, Time};
use crate::request::{Orders, Retries, Series};
use crate::server::{Server, load};
use crate::stage::Stage;

/// Ledgers to choose from.
const LEDGERS: usize = 1_000;

/// Ledgers read at once: more than there are.
const PAGE: u32 = 10_000;

pub(crate) fn hot(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create(stage, "gapless_hot", 1)?;
    Ok(Box::new(Single::open(database, stage.connections())?))
}

pub(crate) fn any_ledger(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create(stage, "gapless_ledgers", LEDGERS)?;
    Ok(Box::new(Single::open(database, stage.connections())?))
}

pub(crate) fn batches(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let database = Database::create(stage, "gapless_batches", 1)?;
    let single = Single::open(database, batch::CONNECTIONS)?;
    Ok(Box::new(Batches { single }))
}

pub(crate) fn two_servers(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let program = program()?;
    let url = url(stage.cluster()?, "gapless_two")?;
    let secret = set_up(&program, &url)?;
    let servers = [Child::start(&program, &url)?, Child::start(&program, &url)?];
    let orders = Orders::new(&secret, Retries::Reference, Series::Default);
    Ok(Box::new(Two { servers, orders, connections: stage.connections() }))
}

/// A database of the stage's cluster with accounts in it, and an engine on it.
pub(super) struct Database {
    engine: Engine,
    store: Arc<dyn Store>,
    accounts: Vec<OpenedAccount>,
}

impl Database {
    pub(super) fn create(stage: &Stage, name: &str, accounts: usize) -> Result<Self> {
        let url: DatabaseUrl = url(stage.cluster()?, name)?.parse()?;
        let store = url.open(Create::WhenMissing, StoreAccess::Write)?;
        let engine = Engine::start(Arc::clone(&store), EngineOptions::default())?;
        let mut opened = Vec::with_capacity(accounts);
        for place in 0..accounts {
            let new = NewAccount { name: format!("Shop {place}"), ..NewAccount::default() };
            opened.push(engine::wait(engine.open_account(new))?);
        }
        Ok(Self { engine, store, accounts: opened })
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn accounts(&self) -> &[OpenedAccount] {
        &self.accounts
    }

    /// Numbers given so far, over all ledgers.
    fn numbers(&self) -> Result<u64> {
        let ledgers = self.store.reader()?.ledgers(LedgerId(0), PAGE)?;
        Ok(ledgers.iter().map(|row| row.last_position).sum())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.engine.shutdown();
    }
}

/// One server of this process.
struct Single {
    // Stopped before the engine is.
    server: Server,
    database: Database,
    orders: Rc<Orders>,
    connections: usize,
}

impl Single {
    fn open(database: Database, connections: usize) -> Result<Self> {
        let secrets = database.accounts.iter().map(|one| one.live_key.clone()).collect();
        let orders = Orders::of_accounts(secrets, Retries::Reference, Series::Default);
        Ok(Self { server: Server::product(&database.engine)?, database, orders, connections })
    }

    fn load(&self, time: Time, write: impl Fn(&Orders, &mut Vec<u8>) + 'static) -> Result<Sample> {
        let (numbers, sent) = (self.database.numbers()?, self.orders.sent());
        let before = self.database.engine.metrics();
        let sender = Rc::clone(&self.orders);
        let request = move |buffer: &mut Vec<u8>| write(&sender, buffer);
        let mut sample = self.server.load(self.connections, time, request)?;
        let now = self.database.engine.metrics();
        let given = self.database.numbers()? - numbers;
        let sent = self.orders.sent() - sent;
        ensure!(
            sample.errors > 0 || given == sent,
            "{sent} orders were sent, {given} numbers given"
        );
        let commits = (now.batches - before.batches).max(1) as f64;
        let commit_ms = (now.commit_us - before.commit_us) as f64 / 1e3;
        sample.figures.insert(Figure::CommitNumbers, given as f64 / commits);
        sample.figures.insert(Figure::CommitMs, commit_ms / commits);
        Ok(sample)
    }
}

impl Part for Single {
    fn round(&mut self, time: Time) -> Result<Sample> {
        self.load(time, Orders::write_one)
    }
}

struct Batches {
    single: Single,
}

impl Part for Batches {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let sample = self.single.load(time, batch::write)?;
        Ok(Sample { rate: sample.rate * BATCH_ITEMS as f64, ..sample })
    }
}

/// Two processes that serve one database.
struct Two {
    servers: [Child; 2],
    orders: Rc<Orders>,
    connections: usize,
}

impl Part for Two {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let sender = Rc::clone(&self.orders);
        let write = move |buffer: &mut Vec<u8>| sender.write_one(buffer);
        load(&self.servers.each_ref().map(Child::address), self.connections, time, write)
    }
}

/// A new database of the cluster, reached over its Unix socket like the naive way's.
fn url(cluster: &TemporaryCluster, name: &str) -> Result<String> {
    cluster.create_database(name)?;
    let (folder, port) = (cluster.socket_directory(), cluster.port());
    Ok(format!("postgres://postgres@/{name}?host={}&port={port}", folder.display()))
}
