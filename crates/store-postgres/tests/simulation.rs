//! PostgreSQL in the simulation: random commands, connections that are cut, answers that are lost,
//! and a server that is killed.
//!
//! `GAPLESS_SIMULATION_SECONDS` says for how long seeds are drawn, `GAPLESS_SIMULATION_SEED` takes
//! a single one, and `GAPLESS_TEST_FULL` makes it ten minutes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ledger::id::LedgerId;
use ledger::invariants::Invariant;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Loaded, Misses};
use store::{Reader, Store, StoreError, Writer};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::faulty::Fault;
use testkit::postgres::{Durability, TemporaryCluster};
use testkit::simulation::{Plan, Planted, Summary, run};
use testkit::vfs::{Disk, Failure, Operation};

const STEPS: u32 = 40;

/// A server that fares as a simulated disk does. A write to the disk is a call to the store, and a
/// sync is the answer to a commit: a call that fails loses its connection before it is made, an
/// answer that fails is lost behind the commit. Where the power is cut, all connections are lost,
/// and with the answer to a commit the server is killed and started again.
struct Server {
    cluster: TemporaryCluster,
    /// The disk of the present run, which begins with empty tables.
    run: Mutex<String>,
}

impl Server {
    fn new() -> Arc<Server> {
        let cluster = TemporaryCluster::for_test(Durability::None);
        Arc::new(Server { cluster, run: Mutex::new(String::new()) })
    }

    fn open(self: &Arc<Server>, disk: &Disk) -> Result<Box<dyn Store>, StoreError> {
        let location = Location::parse(&self.cluster.url(), &|_| None)?;
        let store = PostgresStore::open(location, OpenOptions::default())?;
        let mut run = self.run.lock().expect("the run");
        if *run != disk.name() {
            disk.name().clone_into(&mut run);
            self.empty();
        }
        disk.meter().happen(Operation::Write).map_err(|_| lost())?;
        Ok(Box::new(Fragile { store, server: Arc::clone(self), disk: disk.clone() }))
    }

    fn empty(&self) {
        let tables = "SELECT string_agg(tablename, ', ') FROM pg_tables \
                      WHERE schemaname = 'public' AND tablename <> 'gapless_migration'";
        let tables = self.cluster.ask(tables).expect("the tables");
        self.cluster.execute(&format!("TRUNCATE {tables}")).expect("truncate");
    }
}

fn lost() -> StoreError {
    StoreError::Database("the power was cut".to_owned())
}

struct Fragile {
    store: PostgresStore,
    server: Arc<Server>,
    disk: Disk,
}

impl Store for Fragile {
    fn writers_max(&self) -> usize {
        self.store.writers_max()
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    fn group(&self, ledger: LedgerId) -> Option<u32> {
        self.store.group(ledger)
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let (server, disk) = (Arc::clone(&self.server), self.disk.clone());
        Ok(Box::new(FragileWriter { writer: self.store.writer()?, server, disk }))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.store.reader()
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.store.size_bytes()
    }
}

struct FragileWriter {
    writer: Box<dyn Writer>,
    server: Arc<Server>,
    disk: Disk,
}

impl FragileWriter {
    /// Loses the connection, where that is planned. The call behind it meets what is left.
    fn call(&mut self) -> &mut dyn Writer {
        if self.disk.meter().happen(Operation::Write).is_err() {
            self.server.cluster.terminate_clients().expect("terminate");
        }
        &mut *self.writer
    }
}

impl Writer for FragileWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        self.call().begin(ledgers)
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        self.call().load(misses)
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        self.call().entry_hash(ledger, index)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.call().commit(changes)?;
        match self.disk.meter().happen(Operation::Sync) {
            Ok(()) => return Ok(()),
            Err(Failure::PowerCut) => {
                self.server.cluster.kill();
                self.server.cluster.start_again().expect("start");
            }
            Err(_) => {}
        }
        Err(StoreError::InDoubt("the answer was lost".to_owned()))
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        self.call().confirm()
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.writer.rollback()
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.writer.forget_outcomes(before, limit)
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        self.writer.restore(part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        self.writer.discard(ledger)
    }

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.writer.claim_deliveries(ledger, now, lease_until, limit)
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        self.writer.settle_deliveries(rows)
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.writer.forget_events(before, limit)
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.writer.replace(ledger, expected, fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.writer.stage(part)
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        self.writer.unstage(ledger, job, limit)
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        self.writer.staged(ledger)
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn random_commands_with_random_trouble() {
    let server = Server::new();
    let full = std::env::var_os("GAPLESS_TEST_FULL").is_some();
    let usual = if full { 600 } else { 20 };
    let seconds = number("GAPLESS_SIMULATION_SECONDS").unwrap_or(usual);
    let end = Instant::now() + Duration::from_secs(seconds);
    let only = number("GAPLESS_SIMULATION_SEED");
    let mut seed = only.unwrap_or(1);
    let mut total = Summary::default();
    loop {
        match run(&Plan { seed, steps: STEPS, planted: None }, &|disk| server.open(disk)) {
            Ok(summary) => total.add(summary),
            Err(failure) => panic!("{failure}"),
        }
        seed += 1;
        let enough = total.survived > 0 && total.conflicts > 0 && total.failures > 0;
        if only.is_some() || Instant::now() >= end && enough {
            break;
        }
    }
    assert!(total.refused > 0 && total.refused < total.commands, "{total:?}");
    assert!(total.crashes > 0 && total.numbers > 0, "{total:?}");
}

#[test]
fn a_row_that_is_lost_is_found() {
    let server = Server::new();
    let planted = Some(Planted::Store(Fault::LostRow));
    let failure = (1..=20)
        .find_map(|seed| run(&Plan { seed, steps: 20, planted }, &|disk| server.open(disk)).err());
    let found = failure.expect("it is found").violations;
    assert!(found.iter().any(|violation| violation.invariant == Invariant::Complete), "{found:?}");
}
