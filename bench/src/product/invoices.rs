//! (h) and (i): invoices, from drafts that are there or from the beginning.

use std::any::Any;

use anyhow::{Context, Result, ensure};
use engine::{Engine, Metrics};
use ledger::id::LedgerId;

use super::database::Database;
use super::drafts::Drafter;
use super::postgres;
use crate::invoice::{Finalizing, Making};
use crate::part::{Figure, Part, Sample, Time};
use crate::server::Server;
use crate::stage::Stage;

/// Invoices a second that the first round is prepared for.
const RATE_FIRST: f64 = 20_000.0;

/// How many times as many drafts a round is prepared for as the one before would have needed.
const SPARE: f64 = 1.5;

pub(crate) fn finalize(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    Ok(Box::new(Finalize::open(Office::on_sqlite()?, stage.connections())?))
}

pub(crate) fn finalize_on_postgres(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    Ok(Box::new(Finalize::open(Office::on_postgres(stage)?, stage.connections())?))
}

pub(crate) fn whole(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let office = Office::on_sqlite()?;
    let connections = stage.connections();
    let customers = Drafter::new(&office.engine, office.ledger)?.customers(connections)?;
    let making = Making::new(&office.secret, customers);
    Ok(Box::new(Whole { office, making, connections }))
}

/// How many drafts a round needs that may finalize so many a second.
pub(super) fn needed(rate: f64, time: Time) -> usize {
    (rate * SPARE * (time.warm_up + time.measured).as_secs_f64()) as usize
}

/// What the first round is expected to finalize in a second.
pub(super) fn first_rate() -> f64 {
    RATE_FIRST / SPARE
}

/// An account on some store, and a server for it.
struct Office {
    // Stopped before the database goes.
    server: Server,
    engine: Engine,
    ledger: LedgerId,
    secret: String,
    _database: Box<dyn Any>,
}

impl Office {
    fn on_sqlite() -> Result<Self> {
        let database = Database::create()?;
        let (engine, account) = (database.engine().clone(), database.account().clone());
        Self::of(&engine, account.live, account.live_key, Box::new(database))
    }

    fn on_postgres(stage: &Stage) -> Result<Self> {
        let database = postgres::Database::create(stage, "gapless_invoices", 1)?;
        let engine = database.engine().clone();
        let account = database.accounts().first().context("an account")?.clone();
        Self::of(&engine, account.live, account.live_key, Box::new(database))
    }

    fn of(
        engine: &Engine,
        ledger: LedgerId,
        secret: String,
        database: Box<dyn Any>,
    ) -> Result<Self> {
        let server = Server::product(engine)?;
        Ok(Self { server, engine: engine.clone(), ledger, secret, _database: database })
    }

    /// Numbers given so far.
    fn numbers(&self) -> Result<u64> {
        let before = LedgerId(self.ledger.0 - 1);
        let rows = self.engine.read(move |reader| Ok(reader.ledgers(before, 1)?)).wait()?;
        Ok(rows.first().context("the ledger is not there")?.last_position)
    }
}

/// Adds what the writer did between two moments.
fn add_commits(sample: &mut Sample, before: &Metrics, now: &Metrics, numbers: u64) {
    let commits = (now.batches - before.batches).max(1) as f64;
    let commit_ms = (now.commit_us - before.commit_us) as f64 / 1e3;
    sample.figures.insert(Figure::CommitNumbers, numbers as f64 / commits);
    sample.figures.insert(Figure::CommitMs, commit_ms / commits);
}

struct Finalize {
    office: Office,
    drafter: Drafter,
    finalizing: Finalizing,
    connections: usize,
    /// Invoices a second that are to be expected.
    rate: f64,
}

impl Finalize {
    fn open(office: Office, connections: usize) -> Result<Self> {
        let drafter = Drafter::new(&office.engine, office.ledger)?;
        let finalizing = Finalizing::new(&office.secret);
        Ok(Self { office, drafter, finalizing, connections, rate: first_rate() })
    }
}

impl Part for Finalize {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let missing = needed(self.rate, time).saturating_sub(self.finalizing.left());
        self.finalizing.add(self.drafter.drafts(missing)?);
        let (numbers, taken) = (self.office.numbers()?, self.finalizing.taken());
        let before = self.office.engine.metrics();
        let requests = self.finalizing.clone();
        let mut sample = self.office.server.send(self.connections, time, requests)?;
        let now = self.office.engine.metrics();
        let given = self.office.numbers()? - numbers;
        let taken = self.finalizing.taken() - taken;
        ensure!(!self.finalizing.ran_out(), "{taken} drafts were not enough");
        ensure!(
            sample.errors > 0 || given == taken,
            "{taken} drafts were finalized and {given} numbers given"
        );
        add_commits(&mut sample, &before, &now, given);
        self.rate = sample.rate;
        Ok(sample)
    }
}

struct Whole {
    office: Office,
    making: Making,
    connections: usize,
}

impl Part for Whole {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let (numbers, finalized) = (self.office.numbers()?, self.making.finalized());
        let before = self.office.engine.metrics();
        let requests = self.making.clone();
        let mut sample = self.office.server.send(self.connections, time, requests)?;
        let now = self.office.engine.metrics();
        let given = self.office.numbers()? - numbers;
        let finalized = self.making.finalized() - finalized;
        ensure!(
            sample.errors > 0 || given == finalized,
            "{finalized} invoices were finalized and {given} numbers given"
        );
        add_commits(&mut sample, &before, &now, given);
        Ok(sample)
    }
}
