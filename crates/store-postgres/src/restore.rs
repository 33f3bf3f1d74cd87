//! Moving a ledger in, part by part, and clearing away what was moved in half.

use ledger::Changes;
use ledger::id::LedgerId;
use store::{StoreError, restored_ledgers};

use crate::session::Session;
use crate::table;
use crate::trip::{Trip, values};
use crate::writer::{PostgresWriter, write};

/// Statements that delete the rows of a ledger. Keys come with its head, so there are none.
const DELETE: [&str; 17] = [
    "DELETE FROM outcome o WHERE o.ledger_id = $1",
    "DELETE FROM number n WHERE n.ledger_id = $1",
    "DELETE FROM object o WHERE o.ledger_id = $1",
    "DELETE FROM delivery d WHERE d.ledger_id = $1",
    "DELETE FROM event e WHERE e.ledger_id = $1",
    "DELETE FROM trail t WHERE t.ledger_id = $1",
    "DELETE FROM trail_line l WHERE l.ledger_id = $1",
    "DELETE FROM checkpoint c WHERE c.ledger_id = $1",
    "DELETE FROM gap g WHERE g.ledger_id = $1",
    "DELETE FROM sequence s WHERE s.ledger_id = $1",
    "DELETE FROM prefix p WHERE p.ledger_id = $1",
    "DELETE FROM customer c WHERE c.ledger_id = $1",
    "DELETE FROM series s WHERE s.ledger_id = $1",
    "DELETE FROM staged_number s WHERE s.ledger_id = $1",
    "DELETE FROM staged_change s WHERE s.ledger_id = $1",
    "DELETE FROM former f WHERE f.ledger_id = $1",
    "DELETE FROM staged_job j WHERE j.ledger_id = $1",
];

/// Held by whoever moves into a schema, until its connection ends: two who move into one would
/// each clear away what the other wrote, since rows without a head are nobody's. Who has it
/// already only gets it once more.
const TURN: &str = "SELECT pg_catalog.pg_advisory_lock(1195462733, \
    pg_catalog.hashtext(current_schema()))::text";

/// The same until its transaction ends: who only clears away does that on a connection that goes
/// on, as a server does that wipes a test ledger.
const MOMENT: &str = "SELECT pg_catalog.pg_advisory_xact_lock(1195462733, \
    pg_catalog.hashtext(current_schema()))::text";

/// Writes a part as a transaction of its own.
pub(crate) fn restore(writer: &mut PostgresWriter, part: &Changes) -> Result<(), StoreError> {
    let ledgers = restored_ledgers(part)?;
    writer.alone(|session| {
        take_turn(session, TURN)?;
        refuse_heads(session, &ledgers)?;
        write(session, part)
    })
}

/// Deletes the rows of a ledger without a head, table by table, each in a transaction of its own.
pub(crate) fn discard(writer: &mut PostgresWriter, ledger: LedgerId) -> Result<(), StoreError> {
    for sql in DELETE {
        writer.alone(|session| {
            take_turn(session, MOMENT)?;
            refuse_heads(session, &[ledger])?;
            let mut trip = Trip::new();
            trip.run(sql, values![ledger]);
            session.run_patiently(&trip).map(drop)
        })?;
    }
    Ok(())
}

fn take_turn(session: &Session, sql: &'static str) -> Result<(), StoreError> {
    let mut trip = Trip::new();
    trip.run(sql, values![]);
    session.run(&trip).map(drop).map_err(|error| match error {
        StoreError::Busy(_) => StoreError::Busy(format!(
            "Another move writes into {}. Wait until it has ended, then run this one again.",
            session.place().shown()
        )),
        error => error,
    })
}

fn refuse_heads(session: &Session, ledgers: &[LedgerId]) -> Result<(), StoreError> {
    let heads = session.asked(|trip| table::ledger::load(trip, ledgers))?;
    match heads.first() {
        None => Ok(()),
        Some(head) => Err(StoreError::Conflict(format!("ledger {} is there already", head.id))),
    }
}
