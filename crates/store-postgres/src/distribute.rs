//! Spreading a database over the servers of Citus.
//!
//! All rows of a ledger lie together, on the server that the hash of its id chooses; what is found
//! without a ledger lies on every server. So a batch, and every query of a ledger, is one server's
//! work.

use store::StoreError;

use crate::migrate::LOCK;
use crate::session::Session;
use crate::trip::{Trip, values};
use crate::writer::{BEGIN, BEGIN_PATIENTLY, PATIENTLY};

/// Small tables that lie whole on every server: they lead to a ledger, say who is signed in, and
/// what shape the database has.
const EVERYWHERE: [&str; 5] =
    ["account_route", "key_route", "person_route", "user_session", "gapless_migration"];

/// The table that the others lie with.
const FIRST: &str = "ledger";

/// The tables whose rows lie with their ledger.
const WITH_THEIR_LEDGER: [&str; 20] = [
    FIRST,
    "api_key",
    "person",
    "series",
    "sequence",
    "number",
    "gap",
    "customer",
    "prefix",
    "object",
    "event",
    "delivery",
    "outcome",
    "trail",
    "trail_line",
    "checkpoint",
    "staged_job",
    "staged_number",
    "staged_change",
    "former",
];

const EXTENSION: &str =
    "SELECT e.extversion FROM pg_catalog.pg_extension e WHERE e.extname = 'citus'";

/// How each table is spread: `n` and `t` everywhere, `h` by the hash of a column. Only one
/// co-located group keeps the rows of a ledger on one server.
const SPREAD: &str = "SELECT c.relname::text, p.partmethod::text, p.repmodel::text, \
    coalesce(column_to_column_name(p.logicalrelid, p.partkey), '')::text, \
    p.colocationid::integer FROM pg_dist_partition p \
    JOIN pg_catalog.pg_class c ON c.oid = p.logicalrelid \
    JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
    WHERE s.nspname = current_schema() ORDER BY c.relname";

/// Tables that were spread in the same transaction may be touched again only one shard after the
/// other.
const ONE_BY_ONE: &str = "SET LOCAL citus.multi_shard_modify_mode TO 'sequential'";

/// What was done to spread a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// The version of Citus.
    pub citus: String,
    /// Tables that were put on every server now.
    pub copied: Vec<&'static str>,
    /// Tables that were spread by ledger now.
    pub spread: Vec<&'static str>,
}

impl Distribution {
    /// Whether everything was as it should be before.
    pub fn was_done(&self) -> bool {
        self.copied.is_empty() && self.spread.is_empty()
    }
}

/// How a table is spread.
struct Spread {
    table: String,
    method: String,
    replication: String,
    column: String,
    group: i32,
}

/// Spreads a database, or completes that.
pub(crate) fn distribute(session: &Session) -> Result<Distribution, StoreError> {
    let mut begin = Trip::begin(BEGIN);
    begin.run(PATIENTLY, values![]);
    begin.run("SET LOCAL lock_timeout = 0", values![]);
    begin.run(LOCK, values![]);
    let done = session.run_patiently(&begin).and_then(|_| spread(session));
    let done = done.and_then(|done| session.commit().map(|()| done));
    if done.is_err() {
        // The first error is the one to tell.
        let _ = session.rollback();
    }
    let done = done?;
    clear_behind(session)?;
    Ok(done)
}

fn spread(session: &Session) -> Result<Distribution, StoreError> {
    let citus = session.first(EXTENSION, values![], |fields| fields.string())?;
    let Some(citus) = citus else { return Err(lacking(session)) };
    let there = session.all(SPREAD, values![], |fields| {
        Ok(Spread {
            table: fields.string()?,
            method: fields.string()?,
            replication: fields.string()?,
            column: fields.string()?,
            group: fields.get()?,
        })
    })?;
    check(session, &there)?;
    let is_missing = |table: &&&str| there.iter().all(|spread| spread.table != **table);
    let mut done = Distribution { citus, ..Distribution::default() };
    done.copied.extend(EVERYWHERE.iter().filter(is_missing));
    done.spread.extend(WITH_THEIR_LEDGER.iter().filter(is_missing));
    if !done.was_done() {
        session.say_patiently(ONE_BY_ONE)?;
        for statement in statements(&done) {
            session.say_patiently(&statement)?;
        }
    }
    Ok(done)
}

/// What spreads tables, in order: nothing can lie with a table that is not spread yet.
fn statements(what: &Distribution) -> Vec<String> {
    let everywhere =
        what.copied.iter().map(|table| format!("SELECT create_reference_table('{table}')"));
    let by_ledger = what.spread.iter().map(|table| {
        let with = if *table == FIRST { "none" } else { FIRST };
        format!(
            "SELECT create_distributed_table('{table}', 'ledger_id', colocate_with => '{with}')"
        )
    });
    everywhere.chain(by_ledger).collect()
}

/// The rows were copied to where they lie now; those that stay behind on the coordinator are read
/// by nobody.
fn clear_behind(session: &Session) -> Result<(), StoreError> {
    for table in EVERYWHERE.iter().chain(&WITH_THEIR_LEDGER) {
        let clear = format!(
            "{BEGIN_PATIENTLY}; \
             SELECT truncate_local_data_after_distributing_table('{table}'); COMMIT"
        );
        session.say_patiently(&clear)?;
    }
    Ok(())
}

/// Refuses tables that are spread in another way.
fn check(session: &Session, there: &[Spread]) -> Result<(), StoreError> {
    let group = there.iter().find(|spread| spread.table == FIRST).map(|spread| spread.group);
    for spread in there {
        let table = spread.table.as_str();
        let fits = if EVERYWHERE.contains(&table) {
            (spread.method.as_str(), spread.replication.as_str()) == ("n", "t")
        } else if WITH_THEIR_LEDGER.contains(&table) {
            let by_ledger = (spread.method.as_str(), spread.column.as_str()) == ("h", "ledger_id");
            by_ledger && Some(spread.group) == group
        } else {
            true
        };
        if !fits {
            return Err(StoreError::Unusable(format!(
                "{} has its table {table} spread over servers in another way. Nothing was \
                 changed. Take that back with SELECT undistribute_table('{table}'), then run the \
                 same command again.",
                session.place().shown()
            )));
        }
    }
    Ok(())
}

fn lacking(session: &Session) -> StoreError {
    StoreError::Unusable(format!(
        "{} has no Citus, so there are no servers to spread it over. Nothing was changed. Install \
         the extension on every server, then run CREATE EXTENSION citus in this database; or \
         leave the database as it is: one server needs no distribution.",
        session.place().shown()
    ))
}

#[cfg(test)]
#[path = "distribute_tests.rs"]
mod tests;
