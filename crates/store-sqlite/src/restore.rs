//! Moving a ledger in, part by part, and clearing away what was moved in half.

use ledger::Changes;
use ledger::id::LedgerId;
use store::{StoreError, restored_ledgers};

use crate::packed;
use crate::session::Session;
use crate::table;
use crate::writer::{Opened, SqliteWriter, write};

/// Rows that are deleted in one transaction, so that the log stays short.
const PORTION: u32 = 10_000;

/// Statements that delete rows of a ledger, at most `?3`, whose row ids lie from `?1` to `?2`.
const BY_PLACE: [&str; 5] = [
    "DELETE FROM number WHERE number_id IN \
     (SELECT number_id FROM number WHERE number_id BETWEEN ?1 AND ?2 LIMIT ?3)",
    "DELETE FROM trail WHERE trail_id IN \
     (SELECT trail_id FROM trail WHERE trail_id BETWEEN ?1 AND ?2 LIMIT ?3)",
    "DELETE FROM object WHERE object_id IN \
     (SELECT object_id FROM object WHERE object_id BETWEEN ?1 AND ?2 LIMIT ?3)",
    "DELETE FROM event WHERE event_id IN \
     (SELECT event_id FROM event WHERE event_id BETWEEN ?1 AND ?2 LIMIT ?3)",
    "DELETE FROM delivery WHERE (event_id, endpoint_id) IN \
     (SELECT event_id, endpoint_id FROM delivery WHERE event_id BETWEEN ?1 AND ?2 LIMIT ?3)",
];

/// Statements that delete rows of the ledger `?1`, at most `?2`.
const BY_LEDGER: [&str; 11] = [
    "DELETE FROM trail_line WHERE (ledger_id, entry, line) IN \
     (SELECT ledger_id, entry, line FROM trail_line WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM checkpoint WHERE (ledger_id, entry) IN \
     (SELECT ledger_id, entry FROM checkpoint WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM gap WHERE (ledger_id, gap_id) IN \
     (SELECT ledger_id, gap_id FROM gap WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM sequence WHERE (ledger_id, sequence_id) IN \
     (SELECT ledger_id, sequence_id FROM sequence WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM prefix WHERE (ledger_id, prefix) IN \
     (SELECT ledger_id, prefix FROM prefix WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM customer WHERE (ledger_id, customer) IN \
     (SELECT ledger_id, customer FROM customer WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM series WHERE (ledger_id, series_id) IN \
     (SELECT ledger_id, series_id FROM series WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM staged_number WHERE (ledger_id, job_id, place) IN \
     (SELECT ledger_id, job_id, place FROM staged_number WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM staged_change WHERE (ledger_id, job_id, place) IN \
     (SELECT ledger_id, job_id, place FROM staged_change WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM former WHERE (ledger_id, position, entry) IN \
     (SELECT ledger_id, position, entry FROM former WHERE ledger_id = ?1 LIMIT ?2)",
    "DELETE FROM staged_job WHERE (ledger_id, job_id) IN \
     (SELECT ledger_id, job_id FROM staged_job WHERE ledger_id = ?1 LIMIT ?2)",
];

/// Writes a part as a transaction of its own.
pub(crate) fn restore(writer: &mut SqliteWriter, part: &Changes) -> Result<(), StoreError> {
    let ledgers = restored_ledgers(part)?;
    let portion = writer.alone(|opened| {
        refuse_heads(&opened.session, &ledgers)?;
        write(opened, part)
    })?;
    writer.opened()?.fresh.committed(&part.outcomes, &portion);
    Ok(())
}

/// Deletes the rows of a ledger without a head, portion by portion.
pub(crate) fn discard(writer: &mut SqliteWriter, ledger: LedgerId) -> Result<(), StoreError> {
    let (first, last) = (packed::bound(ledger, 0), packed::last(ledger));
    let id = ledger.0 as i64;
    loop {
        let gone = writer.alone(|opened| {
            refuse_heads(&opened.session, &[ledger])?;
            table::outcome::discard(&opened.session, ledger, PORTION)
        })?;
        writer.opened()?.fresh.discarded(ledger, &gone);
        if gone.is_empty() {
            break;
        }
    }
    for sql in BY_PLACE {
        portions(writer, ledger, |opened| opened.session.run(sql, (first, last, PORTION)))?;
    }
    for sql in BY_LEDGER {
        portions(writer, ledger, |opened| opened.session.run(sql, (id, PORTION)))?;
    }
    Ok(())
}

/// Repeats something that deletes until it finds nothing, each time in a transaction of its own.
fn portions(
    writer: &mut SqliteWriter,
    ledger: LedgerId,
    delete: impl Fn(&mut Opened) -> Result<usize, StoreError>,
) -> Result<(), StoreError> {
    let mut again = true;
    while again {
        again = writer.alone(|opened| {
            refuse_heads(&opened.session, &[ledger])?;
            Ok(delete(opened)? > 0)
        })?;
    }
    Ok(())
}

fn refuse_heads(session: &Session, ledgers: &[LedgerId]) -> Result<(), StoreError> {
    match table::ledger::load(session, ledgers)?.first() {
        None => Ok(()),
        Some(head) => Err(StoreError::Conflict(format!("ledger {} is there already", head.id))),
    }
}
