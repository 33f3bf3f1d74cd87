//! (j): events on their way to a webhook endpoint, while invoices are finalized.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use engine::{Engine, EngineOptions, NewAccount, StoreAccess};
use gapless::DatabaseUrl;
use ledger::command::document::{DocumentAction, EndpointChange};
use store::Create;
use tempfile::TempDir;
use testkit::sink::Sink;

use super::child::{Child, program};
use super::drafts::Drafter;
use super::invoices::{first_rate, needed};
use crate::invoice::Finalizing;
use crate::part::{Figure, Part, Sample, Time};
use crate::server::send;
use crate::stage::Stage;

/// How long everything that was told may take to arrive when nothing happens any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the endpoint wants to be told: one event for each invoice.
const EVENT: &str = "invoice.finalized";

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let program = program()?;
    let folder = tempfile::tempdir().context("no folder for a database")?;
    let database = format!("sqlite:{}", folder.path().join("gapless.db").display());
    let sink = Sink::counting().context("no port for a receiver")?;
    let engine = start(&database, Create::WhenMissing)?;
    let account = engine::wait(engine.open_account(NewAccount::default()))?;
    // Only from a test ledger a receiver on this machine is told anything.
    let drafter = Drafter::new(&engine, account.test)?;
    let change = EndpointChange {
        url: Some(sink.url("/hooks")),
        enabled_events: Some(vec![EVENT.to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0000000000000000".to_owned();
    drafter.make(DocumentAction::CreateEndpoint(Box::new(change), secret))?;
    engine.shutdown();
    Ok(Box::new(Deliveries {
        program,
        database,
        sink,
        drafter,
        finalizing: Finalizing::new(&account.test_key),
        connections: stage.connections(),
        rate: first_rate(),
        _folder: folder,
    }))
}

struct Deliveries {
    program: PathBuf,
    database: String,
    sink: Sink,
    drafter: Drafter,
    finalizing: Finalizing,
    connections: usize,
    /// Invoices a second that are to be expected.
    rate: f64,
    // Removed when no server has it open.
    _folder: TempDir,
}

impl Part for Deliveries {
    /// Prepares drafts, and finalizes them by a server that is ended when all was delivered.
    fn round(&mut self, time: Time) -> Result<Sample> {
        let missing = needed(self.rate, time).saturating_sub(self.finalizing.left());
        let engine = start(&self.database, Create::Never)?;
        let drafts = self.drafter.moved_to(&engine).drafts(missing);
        engine.shutdown();
        self.finalizing.add(drafts?);
        let server = Child::start(&self.program, &self.database)?;
        let requests = self.finalizing.clone();
        let (sample, delivered) = thread::scope(|scope| {
            let counting = scope.spawn(|| {
                thread::sleep(time.warm_up);
                let before = self.sink.count();
                thread::sleep(time.measured);
                self.sink.count() - before
            });
            let sample = send(&[server.address()], self.connections, time, requests);
            (sample, counting.join())
        });
        let mut sample = sample?;
        let delivered = delivered.ok().context("the deliveries could not be counted")?;
        let taken = self.finalizing.taken();
        ensure!(!self.finalizing.ran_out(), "{taken} drafts were not enough");
        ensure!(
            sample.errors > 0 || self.sink.wait_for(taken, PATIENCE),
            "{taken} invoices were finalized and {} events delivered",
            self.sink.count()
        );
        self.rate = sample.rate;
        sample.figures.insert(Figure::FinalizedBeside, sample.rate);
        // The latencies are those of finalizing, which (h) tells.
        Ok(Sample { rate: delivered as f64 / time.measured.as_secs_f64(), latency: None, ..sample })
    }
}

fn start(database: &str, create: Create) -> Result<Engine> {
    let url: DatabaseUrl = database.parse()?;
    let store = url.open(create, StoreAccess::Write)?;
    Ok(Engine::start(store, EngineOptions::default())?)
}
