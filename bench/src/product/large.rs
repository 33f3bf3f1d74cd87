//! A database with ten million numbers, and the program itself as a server on it.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::batch;
use super::child::{Child, program};
use crate::part::{Figure, Part, Sample, Time};
use crate::request::{Orders, Retries, Series};
use crate::server::load;
use crate::stage::Stage;

/// Numbers to be there.
const NUMBERS: u64 = 10_000_000;

/// How long numbers are given before it is looked how many there are.
const STRETCH: Time = Time { warm_up: Duration::ZERO, measured: Duration::from_secs(5) };

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let program = program()?;
    let folder = tempfile::tempdir().context("no folder for a database")?;
    let database = format!("sqlite:{}", folder.path().join("gapless.db").display());
    let server = Child::start(&program, &database)?;
    let secret = server.live_key().context("a new database shows its keys")?.to_owned();
    let orders = Orders::new(&secret, Retries::Reference, Series::Default);
    while orders.sent() < NUMBERS {
        let sender = Rc::clone(&orders);
        let write = move |buffer: &mut Vec<u8>| batch::write(&sender, buffer);
        let sample = load(&[server.address()], batch::CONNECTIONS, STRETCH, write)?;
        ensure!(sample.errors == 0, "filling failed: {:?}", sample.first_error);
    }
    let connections = stage.connections();
    Ok(Box::new(Large {
        server: Some(server),
        memory: Figure::IssuerMemoryMib,
        program,
        database,
        orders,
        connections,
        _folder: folder,
    }))
}

struct Large {
    /// The one that was started last, or that gave the numbers.
    server: Option<Child>,
    /// What the memory of that server is told as.
    memory: Figure,
    program: PathBuf,
    database: String,
    orders: Rc<Orders>,
    connections: usize,
    // Removed when no server has it open.
    _folder: TempDir,
}

impl Part for Large {
    /// Loads the server that is there, kills it, and starts the next one on what it left.
    fn round(&mut self, time: Time) -> Result<Sample> {
        let server = match self.server.take() {
            Some(server) => server,
            None => Child::start(&self.program, &self.database)?,
        };
        let sender = Rc::clone(&self.orders);
        let write = move |buffer: &mut Vec<u8>| sender.write_one(buffer);
        let mut sample = load(&[server.address()], self.connections, time, write)?;
        sample.figures.insert(self.memory, server.memory_mib()?);
        drop(server);
        let next = Child::start(&self.program, &self.database)?;
        sample.figures.insert(Figure::StartSeconds, next.started_in().as_secs_f64());
        self.server = Some(next);
        self.memory = Figure::MemoryMib;
        Ok(sample)
    }
}
