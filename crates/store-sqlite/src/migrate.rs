//! Bringing a file to the present shape, step by numbered step.

use sha2::{Digest, Sha256};
use store::StoreError;

use crate::session::Session;

/// One step. What was released is never edited; a change is a new step.
struct Migration {
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: [Migration; 10] = [
    Migration { name: "0001_heart", sql: include_str!("../migrations/0001_heart.sql") },
    Migration { name: "0002_staging", sql: include_str!("../migrations/0002_staging.sql") },
    Migration { name: "0003_documents", sql: include_str!("../migrations/0003_documents.sql") },
    Migration { name: "0004_wakes", sql: include_str!("../migrations/0004_wakes.sql") },
    Migration { name: "0005_stamp", sql: include_str!("../migrations/0005_stamp.sql") },
    Migration { name: "0006_people", sql: include_str!("../migrations/0006_people.sql") },
    Migration { name: "0007_marks", sql: include_str!("../migrations/0007_marks.sql") },
    Migration { name: "0008_platform", sql: include_str!("../migrations/0008_platform.sql") },
    Migration { name: "0009_irregular", sql: include_str!("../migrations/0009_irregular.sql") },
    Migration { name: "0010_resequences", sql: include_str!("../migrations/0010_resequences.sql") },
];

/// How many steps there are: the shape of a file that has taken them all.
pub const STEPS: usize = MIGRATIONS.len();

/// The version of a file after all steps.
pub(crate) const VERSION: i64 = STEPS as i64;

const BOOK: &str = "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, \
    name TEXT NOT NULL, checksum BLOB NOT NULL) STRICT";

impl Migration {
    fn checksum(&self) -> [u8; 32] {
        Sha256::digest(self.sql).into()
    }
}

/// Compares the steps that a file has taken with those known here; answers how many it has taken.
pub(crate) fn check(session: &Session) -> Result<usize, StoreError> {
    let taken =
        session.all("SELECT name, checksum FROM migration ORDER BY version", [], |fields| {
            Ok((fields.string()?, fields.array::<32>()?))
        })?;
    for ((name, checksum), migration) in taken.iter().zip(&MIGRATIONS) {
        if *checksum != migration.checksum() {
            return Err(different(session.place(), name));
        }
    }
    Ok(taken.len())
}

/// Takes the steps that a file still needs, all or none.
pub(crate) fn migrate(session: &Session, application_id: i32) -> Result<(), StoreError> {
    session.run("BEGIN IMMEDIATE", [])?;
    let result = take_steps(session, application_id).and_then(|()| session.run("COMMIT", []));
    if result.is_err() && session.is_open() {
        // The first error is the one to tell.
        let _ = session.run("ROLLBACK", []);
    }
    result.map(|_| ())
}

fn take_steps(session: &Session, application_id: i32) -> Result<(), StoreError> {
    session.run(BOOK, [])?;
    let taken = check(session)?;
    for (migration, version) in MIGRATIONS.iter().zip(1..).skip(taken) {
        let run = session.connection().execute_batch(migration.sql);
        run.map_err(|error| session.error(&error))?;
        session.run(
            "INSERT INTO migration (version, name, checksum) VALUES (?1, ?2, ?3)",
            (version, migration.name, migration.checksum()),
        )?;
    }
    let marks =
        format!("PRAGMA user_version = {VERSION}; PRAGMA application_id = {application_id}");
    session.connection().execute_batch(&marks).map_err(|error| session.error(&error))
}

fn different(place: &str, name: &str) -> StoreError {
    StoreError::Unusable(format!(
        "{place} was made by another build of this program: its step {name} is not the same. \
         Nothing was written. Use the program that made it, or export and import."
    ))
}
