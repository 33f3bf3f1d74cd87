//! Opening a database: what it must be, and what is made of it.

use std::time::Duration;

use store::{Create, StoreError};

use crate::citus::Shards;
use crate::migrate::{self, STEPS};
use crate::rows::{Column, Value};
use crate::session::{Session, Use};
use crate::table;
use crate::trip::values;

/// The oldest server that has what statements use.
const OLDEST_SERVER: i32 = 130_000;

const SERVER: &str = "SELECT current_setting('server_version_num')::integer, \
    current_setting('server_version'), current_setting('server_encoding')";

const FOUND: &str = "SELECT c.relname::text FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
    WHERE s.nspname = current_schema() AND c.relname = ANY($1::text[]::name[]) \
    ORDER BY c.relname";

/// How to open a database.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// What to do when the database is empty.
    pub create: Create,
    /// Whether it is written.
    pub access: Access,
    /// How many writers may be open at once in this process, each with a connection.
    pub writers: usize,
    /// How long a statement that reads may take; zero: any time. Writing is not cut short.
    pub statement_timeout: Duration,
    /// How long one waits for what another process holds; zero: any time.
    pub lock_timeout: Duration,
}

/// Whether a database is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is written and read, both on a server that takes writes.
    Write,
    /// It is only read, and left as it is; a standby will do.
    Read,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions {
            create: Create::WhenMissing,
            access: Access::Write,
            writers: 4,
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(5),
        }
    }
}

impl Access {
    /// What the connections that read are for. Beside writers, a server that lags behind would
    /// show a past to those who have just written.
    pub(crate) fn reading(self) -> Use {
        match self {
            Access::Write => Use::ReadNewest,
            Access::Read => Use::Read,
        }
    }

    pub(crate) fn purpose(self) -> Use {
        match self {
            Access::Write => Use::Write,
            Access::Read => Use::Read,
        }
    }
}

/// Makes sure that a database is ours and up to date, or refuses it unchanged.
pub(crate) fn prepare(session: &Session, create: Create, access: Access) -> Result<(), StoreError> {
    check_server(session)?;
    let place = session.place().shown();
    match (examine(session)?, access, create) {
        (Known::Empty, Access::Read, _) | (Known::Empty, Access::Write, Create::Never) => {
            Err(StoreError::Unusable(format!(
                "There is no Gapless in {place}: it is empty. Set it up with `gapless init`, or \
                 name the database you mean."
            )))
        }
        (Known::Ours(taken), ..) if taken == STEPS => Ok(()),
        (Known::Ours(taken), Access::Read, _) => Err(StoreError::Unusable(format!(
            "{place} has an older shape ({taken}) than this program reads ({STEPS}). Let a server \
             of this version open it for writing first."
        ))),
        (_, Access::Write, _) => migrate::migrate(session),
    }
}

/// Learns where ledgers lie, when the database spans several servers.
pub(crate) fn find_shards(session: &Session) -> Result<(), StoreError> {
    let shards = Shards::read(session)?;
    // Nobody else has the place yet, so it is not set twice.
    let _ = session.place().shards.set(shards);
    Ok(())
}

/// What a database turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It has none of our tables.
    Empty,
    /// It has taken so many of our steps.
    Ours(usize),
}

/// Looks at a database without changing it.
pub(crate) fn examine(session: &Session) -> Result<Known, StoreError> {
    let names = vec![Value::Many(Column::of(table::NAMES))];
    let found = session.all(FOUND, names, |fields| fields.string())?;
    if found.iter().any(|name| name == migrate::BOOK) {
        return migrate::check(session).map(Known::Ours);
    }
    match found.first() {
        None => Ok(Known::Empty),
        Some(name) => Err(StoreError::Unusable(format!(
            "{} is not a database of Gapless: it has a table {name} of another program. Nothing \
             was written to it. Name another database, or another schema in search_path.",
            session.place().shown()
        ))),
    }
}

fn check_server(session: &Session) -> Result<(), StoreError> {
    let place = session.place().shown();
    let about = session.first(SERVER, values![], |fields| {
        Ok((fields.get::<i32>()?, fields.string()?, fields.string()?))
    })?;
    let Some((number, version, encoding)) = about else { return Ok(()) };
    if number < OLDEST_SERVER {
        return Err(StoreError::Unusable(format!(
            "{place} runs on PostgreSQL {version}, which is too old. Use version 13 or newer."
        )));
    }
    if encoding != "UTF8" {
        return Err(StoreError::Unusable(format!(
            "{place} keeps texts in {encoding}, which cannot hold every character. Make a \
             database with ENCODING 'UTF8'."
        )));
    }
    Ok(())
}
