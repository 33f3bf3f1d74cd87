//! The suite that every store must pass, on databases of one server.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use store::contract::{self, Database};
use store::{Store, StoreError};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::postgres::{Durability, TemporaryCluster};

/// The server. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

struct Own {
    url: String,
}

impl Own {
    fn new() -> Own {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("contract \"{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let name = name.replace('"', "");
        Own { url: cluster().create_database(&name).expect("a database").replace(' ', "%20") }
    }
}

impl Database for Own {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        let location = Location::parse(&self.url, &|_| None)?;
        Ok(Box::new(PostgresStore::open(location, OpenOptions::default())?))
    }
}

#[test]
fn the_suite_passes() {
    contract::run(&|| Box::new(Own::new()));
}
