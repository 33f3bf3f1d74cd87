//! The store: any number of processes, each with a few writers and readers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::id::LedgerId;
use store::{Reader, Store, StoreError, Writer};

use crate::connect::Location;
use crate::counters::{Counters, Counting};
use crate::distribute::{self, Distribution};
use crate::open::{self, Access, OpenOptions};
use crate::place::{Limits, Place};
use crate::reader::PostgresReader;
use crate::rows::{Column, Value};
use crate::session::{Session, Use};
use crate::table;
use crate::writer::PostgresWriter;

const SIZE: &str = "SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::bigint \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
    WHERE s.nspname = current_schema() AND c.relkind IN ('r', 'p') \
    AND c.relname = ANY($1::text[]::name[])";

/// The same over all servers of many.
const SIZE_OF_ALL: &str = "SELECT coalesce(sum(citus_total_relation_size(c.oid)), 0)::bigint \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
    WHERE s.nspname = current_schema() AND c.relkind IN ('r', 'p') \
    AND c.relname = ANY($1::text[]::name[])";

/// A database on a PostgreSQL server.
///
/// Every writer and every reader makes a connection of its own when it is opened, and makes it
/// anew for the next batch when it was lost. A process so needs as many connections as it has
/// writers ([`OpenOptions::writers`]) and readers, and one for the size of the database; the
/// server's `max_connections` must have room for all processes together.
///
/// ```no_run
/// use store::Store;
/// use store_postgres::connect::Location;
/// use store_postgres::{OpenOptions, PostgresStore};
///
/// let environment = |name: &str| std::env::var(name).ok();
/// let location = Location::parse("postgres://gapless@db.example.org/gapless", &environment)?;
/// let store = PostgresStore::open(location, OpenOptions::default())?;
/// let writers: Result<Vec<_>, _> = (0..store.writers_max()).map(|_| store.writer()).collect();
/// assert!(store.writer().is_err(), "no more writers than that");
/// # drop(writers);
/// # Ok::<(), store::StoreError>(())
/// ```
pub struct PostgresStore {
    shared: Arc<Shared>,
    /// Asked for sizes.
    idle: Mutex<Option<Session>>,
}

/// What the connections of a store have in common.
pub(crate) struct Shared {
    pub(crate) place: Arc<Place>,
    pub(crate) counting: Arc<Counting>,
    access: Access,
    writers_max: usize,
    writers: AtomicUsize,
}

/// The right to write in this process.
pub(crate) struct Turn {
    shared: Arc<Shared>,
}

impl PostgresStore {
    /// Opens a database, and makes it or brings it up to date where it must be.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when nothing is there and nothing may be made, when what is there
    /// is not ours or newer than this program, or when the server is too old;
    /// [`StoreError::Storage`] when it may not be written; [`StoreError::Database`] when it cannot
    /// be reached. The database is then as it was.
    pub fn open(location: Location, options: OpenOptions) -> Result<PostgresStore, StoreError> {
        let limits = Limits {
            statement_timeout: options.statement_timeout,
            lock_timeout: options.lock_timeout,
        };
        let place = Arc::new(Place::new(location, limits));
        let counting = Arc::new(Counting::default());
        let purpose = options.access.purpose();
        let session = place.connect(purpose, &counting)?;
        open::prepare(&session, options.create, options.access)?;
        open::find_shards(&session)?;
        let shared = Shared {
            place,
            counting,
            access: options.access,
            writers_max: options.writers.max(1),
            writers: AtomicUsize::new(0),
        };
        Ok(PostgresStore { shared: Arc::new(shared), idle: Mutex::new(Some(session)) })
    }

    /// What was done since the store was opened.
    pub fn counters(&self) -> Counters {
        self.shared.counting.now()
    }

    /// Spreads the tables over the servers of Citus, all or none; what is spread already stays as
    /// it is. To be run on the coordinator, while nobody writes. Whoever has the database open
    /// learns of it by opening it again; this store too.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the database has no Citus, or has a table that is spread in
    /// another way; nothing was changed then.
    pub fn distribute(&self) -> Result<Distribution, StoreError> {
        let session = self.shared.place.connect(Use::Write, &self.shared.counting)?;
        distribute::distribute(&session)
    }

    /// Takes the right to write, if there is one left.
    pub(crate) fn turn(&self) -> Result<Turn, StoreError> {
        Turn::take(Arc::clone(&self.shared))
    }
}

impl Store for PostgresStore {
    fn writers_max(&self) -> usize {
        self.shared.writers_max
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn group(&self, ledger: LedgerId) -> Option<u32> {
        self.shared.place.shards().map(|shards| shards.group(ledger))
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(PostgresWriter::open(self.turn()?)?))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        let Shared { place, access, counting, .. } = &*self.shared;
        Ok(Box::new(PostgresReader::open(place, access.reading(), counting)?))
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = idle.take() {
            let bytes = size(&session);
            if !session.is_lost() {
                *idle = Some(session);
                return bytes;
            }
        }
        let purpose = self.shared.access.reading();
        let session = self.shared.place.connect(purpose, &self.shared.counting)?;
        let bytes = size(&session)?;
        *idle = Some(session);
        Ok(bytes)
    }
}

fn size(session: &Session) -> Result<u64, StoreError> {
    let sql = if session.place().is_distributed() { SIZE_OF_ALL } else { SIZE };
    let names = vec![Value::Many(Column::of(table::NAMES))];
    Ok(session.first(sql, names, |fields| fields.u64())?.unwrap_or(0))
}

impl Turn {
    fn take(shared: Arc<Shared>) -> Result<Turn, StoreError> {
        if shared.access == Access::Read {
            return Err(StoreError::Storage(format!(
                "{} was opened for reading only. Open it for writing, on the primary.",
                shared.place.shown()
            )));
        }
        let more = |count: usize| (count < shared.writers_max).then_some(count + 1);
        if shared.writers.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).is_err() {
            return Err(StoreError::Busy(format!(
                "{} is being written by {} writers of this process already. Use those that are \
                 open, or allow more.",
                shared.place.shown(),
                shared.writers_max
            )));
        }
        Ok(Turn { shared })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.shared.writers.fetch_sub(1, Ordering::AcqRel);
    }
}
