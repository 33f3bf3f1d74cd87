//! PostgreSQL in the simulation: random commands, connections that are cut, answers that are lost,
//! and a server that is killed.
//!
//! `GAPLESS_SIMULATION_SECONDS` says for how long seeds are drawn, `GAPLESS_SIMULATION_SEED` takes
//! a single one, and `GAPLESS_TEST_FULL` makes it ten minutes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ledger::Changes;
use ledger::invariants::Invariant;
use store::{Store, StoreError};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::faulty::Fault;
use testkit::hooked::{Commit, HookedStore, WriterHook};
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
        let (server, disk) = (Arc::clone(self), disk.clone());
        let hook = move || Fragile { server: Arc::clone(&server), disk: disk.clone() };
        Ok(Box::new(HookedStore::new(Arc::new(store) as Arc<dyn Store>, hook)))
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

/// The way to the server.
struct Fragile {
    server: Arc<Server>,
    disk: Disk,
}

impl WriterHook for Fragile {
    /// Loses the connection, where that is planned. The call behind it meets what is left.
    fn before_call(&mut self) {
        if self.disk.meter().happen(Operation::Write).is_err() {
            self.server.cluster.terminate_clients().expect("terminate");
        }
    }

    fn commit(&mut self, mut commit: Commit<'_>, changes: &Changes) -> Result<bool, StoreError> {
        if !commit.run(changes)? {
            return Ok(false);
        }
        match self.disk.meter().happen(Operation::Sync) {
            Ok(()) => return Ok(true),
            Err(Failure::PowerCut) => {
                self.server.cluster.kill();
                self.server.cluster.start_again().expect("start");
            }
            Err(_) => {}
        }
        Err(StoreError::InDoubt("the answer was lost".to_owned()))
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
    assert!(total.guessed > 0 && total.misguessed > 0, "{total:?}");
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
