//! The suite that every store must pass, on databases of one server.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::contract::{self, Database};
use store::{Store, StoreError};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::postgres::{Durability, TemporaryCluster};

/// A server with a database that is set up, to be copied. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = TemporaryCluster::for_test(Durability::None);
        drop(open(&cluster.create_database(TEMPLATE).expect("a database")).expect("set up"));
        cluster
    })
}

const TEMPLATE: &str = "template";

fn open(url: &str) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(Location::parse(url, &|_| None)?, OpenOptions::default())
}

struct Own {
    url: String,
}

impl Own {
    fn new() -> Own {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("contract {}", COUNT.fetch_add(1, Ordering::Relaxed));
        let url = cluster().copy_database(TEMPLATE, &name).expect("a database");
        Own { url: url.replace(' ', "%20") }
    }
}

impl Database for Own {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(open(&self.url)?))
    }
}

#[test]
fn the_suite_passes() {
    contract::run(&|| Box::new(Own::new()));
}
