//! Bringing a database to the present shape, step by numbered step.
//!
//! Processes of two versions may share a database while servers are replaced one by one, so a step
//! only adds what the version before does not mind: new tables, new columns that may be empty,
//! new indexes. What is no longer used is taken away by a later release.

use sha2::{Digest, Sha256};
use store::StoreError;

use crate::open::{Known, examine};
use crate::session::Session;
use crate::trip::{Trip, values};
use crate::writer::{BEGIN, PATIENTLY};

/// One step. What was released is never edited; a change is a new step.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: [Migration; 9] = [
    Migration { name: "0001_heart", sql: include_str!("../migrations/0001_heart.sql") },
    Migration { name: "0002_staging", sql: include_str!("../migrations/0002_staging.sql") },
    Migration { name: "0003_documents", sql: include_str!("../migrations/0003_documents.sql") },
    Migration { name: "0004_wakes", sql: include_str!("../migrations/0004_wakes.sql") },
    Migration { name: "0005_people", sql: include_str!("../migrations/0005_people.sql") },
    Migration { name: "0006_marks", sql: include_str!("../migrations/0006_marks.sql") },
    Migration { name: "0007_platform", sql: include_str!("../migrations/0007_platform.sql") },
    Migration { name: "0008_irregular", sql: include_str!("../migrations/0008_irregular.sql") },
    Migration { name: "0009_resequences", sql: include_str!("../migrations/0009_resequences.sql") },
];

/// How many steps there are: the shape of a database that has taken them all.
pub const STEPS: usize = MIGRATIONS.len();

/// The table of steps taken.
pub(crate) const BOOK: &str = "gapless_migration";

const MAKE_BOOK: &str = "CREATE TABLE gapless_migration (version integer PRIMARY KEY, \
    name text NOT NULL, checksum bytea NOT NULL, \
    applied_at timestamp with time zone NOT NULL DEFAULT now())";

/// Held by whoever takes steps, for one schema: others wait, and find them taken.
pub(crate) const LOCK: &str = "SELECT pg_catalog.pg_advisory_xact_lock(1195462732, \
    pg_catalog.hashtext(current_schema()))::text";

const TAKEN: &str = "SELECT m.name, m.checksum FROM gapless_migration m ORDER BY m.version";

const TAKE: &str = "INSERT INTO gapless_migration (version, name, checksum) VALUES ($1, $2, $3)";

impl Migration {
    fn checksum(&self) -> [u8; 32] {
        Sha256::digest(self.sql).into()
    }
}

/// Compares the steps that a database has taken with those known here; answers how many it has
/// taken.
pub(crate) fn check(session: &Session) -> Result<usize, StoreError> {
    let taken =
        session.all(TAKEN, values![], |fields| Ok((fields.string()?, fields.array::<32>()?)))?;
    for ((name, checksum), migration) in taken.iter().zip(&MIGRATIONS) {
        if *checksum != migration.checksum() {
            return Err(different(session.place().shown(), name));
        }
    }
    match taken.len() {
        count if count > STEPS => Err(newer(session.place().shown(), count)),
        count => Ok(count),
    }
}

/// Takes the steps that a database still needs, all or none. Of several processes one does.
///
/// Who takes steps is waited for, however long that is. A lock on a table is not: whoever asks for
/// that table meanwhile stands in line behind the step.
pub(crate) fn migrate(session: &Session) -> Result<(), StoreError> {
    let patience = session.place().limits.lock_timeout.as_millis();
    let mut begin = Trip::begin(BEGIN);
    begin.run(PATIENTLY, values![]);
    begin.run("SET LOCAL lock_timeout = 0", values![]);
    begin.run(LOCK, values![]);
    begin.run(format!("SET LOCAL lock_timeout = {patience}"), values![]);
    let result = session.run_patiently(&begin).and_then(|_| take_steps(session));
    let result = result.and_then(|()| session.commit());
    if result.is_err() {
        // The first error is the one to tell.
        let _ = session.rollback();
    }
    result
}

fn take_steps(session: &Session) -> Result<(), StoreError> {
    // Another process may have taken them while this one waited.
    let taken = match examine(session)? {
        Known::Ours(taken) => taken,
        Known::Empty => {
            session.say_patiently(MAKE_BOOK)?;
            0
        }
    };
    for (migration, version) in MIGRATIONS.iter().zip(1_i32..).skip(taken) {
        session.say_patiently(migration.sql)?;
        let checksum = migration.checksum();
        let mut trip = Trip::new();
        trip.run(TAKE, values![version, migration.name, checksum.as_slice()]);
        session.run(&trip)?;
    }
    Ok(())
}

fn different(place: &str, name: &str) -> StoreError {
    StoreError::Unusable(format!(
        "{place} was made by another build of this program: its step {name} is not the same. \
         Nothing was written. Use the program that made it, or export and import."
    ))
}

fn newer(place: &str, taken: usize) -> StoreError {
    StoreError::Unusable(format!(
        "{place} was made by a newer version of Gapless (its shape is {taken}, this program knows \
         up to {STEPS}). Nothing was written to it. Use the newer program."
    ))
}
