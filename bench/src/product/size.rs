//! What a number takes on disk: decided and committed 48 at a time, without engine and HTTP.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jiff::civil::date;
use ledger::batch::Step;
use ledger::command::Item;
use ledger::{Action, Batch, Command};
use store::{Store, Writer};
use testkit::vfs::{FileKind, Shim};

use super::database::Database;
use crate::part::{Figure, Part, Sample, Time};
use crate::stage::Stage;

/// Commands in a batch.
const COMMANDS: u64 = 48;

pub(crate) fn open(_stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let shim = Shim::mount();
    let database = Database::create_on(&shim)?;
    let access = engine::wait(database.engine().authenticate(database.secret()))?;
    let actor = access.context("the key opens nothing")?.actor();
    let command = database.engine().command(database.ledger(), actor, Action::Issue(Vec::new()));
    // The engine holds the right to write.
    database.engine().shutdown();
    let writer = database.store().writer()?;
    Ok(Box::new(Size { writer, database, shim, command, given: 0 }))
}

struct Size {
    // Closed before the database goes.
    writer: Box<dyn Writer>,
    database: Database,
    shim: Shim,
    /// A command without items.
    command: Command,
    given: u64,
}

impl Part for Size {
    fn round(&mut self, time: Time) -> Result<Sample> {
        self.write_through(time.warm_up)?;
        let (syncs, log) = (self.shim.meter().syncs(), self.log_bytes());
        let (begin, given) = (Instant::now(), self.given);
        self.write_through(time.measured)?;
        let seconds = begin.elapsed().as_secs_f64();
        let numbers = (self.given - given) as f64;
        let commits = numbers / COMMANDS as f64;
        let tables = self.database.store().size_bytes()? - self.database.store().wal_bytes();
        let figures = [
            (Figure::FileBytes, tables as f64 / self.given as f64),
            (Figure::LogBytes, (self.log_bytes() - log) as f64 / numbers),
            (Figure::CommitNumbers, COMMANDS as f64),
            (Figure::CommitSyncs, (self.shim.meter().syncs() - syncs) as f64 / commits),
            (Figure::CommitMs, seconds * 1e3 / commits),
        ];
        Ok(Sample { rate: numbers / seconds, figures: figures.into(), ..Sample::default() })
    }
}

impl Size {
    fn write_through(&mut self, time: Duration) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < time {
            self.write()?;
        }
        Ok(())
    }

    /// Gives numbers to one batch of orders.
    fn write(&mut self) -> Result<()> {
        let orders = self.given..self.given + COMMANDS;
        let mut batch = Batch::new(orders.map(|order| self.issue(order)).collect());
        self.writer.begin(&[self.command.ledger])?;
        let decided = loop {
            match batch.step() {
                Step::Load(misses) => {
                    let found = self.writer.load(&misses)?;
                    batch.fill(misses, found);
                }
                Step::Done(decided) => break decided,
            }
        };
        ensure!(decided.put_off.is_empty(), "a batch was cut");
        for answer in &decided.answers {
            if let Err(refusal) = &answer.result {
                bail!("a number was refused: {}", refusal.message);
            }
        }
        self.writer.commit(&decided.changes)?;
        self.given += COMMANDS;
        Ok(())
    }

    fn issue(&self, order: u64) -> Command {
        let item = Item {
            date: Some(date(2026, 11, 20)),
            reference: Some(format!("order-{order:08}")),
            ..Item::default()
        };
        Command { action: Action::Issue(vec![item]), ..self.command.clone() }
    }

    fn log_bytes(&self) -> u64 {
        self.shim.meter().counts(FileKind::Wal).bytes
    }
}
