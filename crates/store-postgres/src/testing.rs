//! Databases for tests: one server for all tests of a program, a database for each.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use store::{Store, StoreError};
use testkit::postgres::{Durability, TemporaryCluster};

use crate::connect::Location;
use crate::counters::Counting;
use crate::place::{Limits, Place};
use crate::session::{Session, Use};
use crate::{OpenOptions, PostgresStore};

/// The server. It ends with the program.
pub(crate) fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

/// A database of its own, empty at first.
pub(crate) struct Database {
    url: String,
}

impl Database {
    pub(crate) fn new() -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Database { url: cluster().create_database(&name).expect("a database") }
    }

    pub(crate) fn location(&self) -> Location {
        Location::parse(&self.url, &|_| None).expect("a location")
    }

    pub(crate) fn store(&self) -> PostgresStore {
        self.store_with(OpenOptions::default())
    }

    pub(crate) fn store_with(&self, options: OpenOptions) -> PostgresStore {
        PostgresStore::open(self.location(), options).expect("open")
    }

    /// A connection beside those of a store.
    pub(crate) fn session(&self) -> Session {
        self.session_for(Use::Read)
    }

    /// The same for a purpose.
    pub(crate) fn session_for(&self, purpose: Use) -> Session {
        let options = OpenOptions::default();
        let limits = Limits {
            statement_timeout: options.statement_timeout,
            lock_timeout: options.lock_timeout,
        };
        let place = Arc::new(Place::new(self.location(), limits));
        place.shards.set(None).ok();
        place.connect(purpose, &Arc::new(Counting::default())).expect("connect")
    }
}

impl store::contract::Database for Database {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(PostgresStore::open(self.location(), OpenOptions::default())?))
    }
}
