//! What jobs bring, until a commit moves it into the register.

use ledger::id::{LedgerId, Position, SequenceId};
use ledger::job::{JobId, Placing, StagedPart};
use ledger::model::At;
use ledger::trail::placed_line;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use store::StoreError;

use super::number::{stored_kind, stored_metadata};
use super::renumbering;
use crate::packed::place;
use crate::rows::Rows;
use crate::session::Session;

const STAGE: &str = "INSERT INTO staged_number (ledger_id, job_id, place, sequence, ordinal, slug, \
    text, slug_rank, kind, date, reference, customer, metadata, line) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 FROM rows(?1)";

const SIGN: &str = "INSERT INTO staged_job (ledger_id, job_id, at) VALUES (?1, ?2, ?3) \
    ON CONFLICT (ledger_id, job_id) DO UPDATE SET at = excluded.at";

const UNSTAGE: &str = "DELETE FROM staged_number WHERE (ledger_id, job_id, place) IN \
    (SELECT ledger_id, job_id, place FROM staged_number \
    WHERE ledger_id = ?1 AND job_id = ?2 LIMIT ?3)";

const FORGET: &str = "DELETE FROM staged_job WHERE ledger_id = ?1 AND job_id = ?2";

const JOBS: &str = "SELECT job_id, at FROM staged_job WHERE ledger_id = ?1 ORDER BY job_id";

// Row ids, places and sequences begin with those behind which the job comes.
const PLACE: &str = "INSERT INTO number (number_id, ledger_id, sequence_id, series_id, ordinal, \
    slug, text, slug_rank, state, kind, date, created, entry, reference, customer, metadata) \
    SELECT ?3 + s.place, s.ledger_id, q.sequence_id, q.series_id, s.ordinal, s.slug, s.text, \
    s.slug_rank, 0, s.kind, s.date, ?5, ?6, s.reference, s.customer, s.metadata \
    FROM staged_number s CROSS JOIN sequence q ON q.ledger_id = s.ledger_id \
    AND q.sequence_id = ?4 + s.sequence \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 ORDER BY s.place";

const PLACE_LINES: &str = "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
    SELECT s.ledger_id, ?5, s.place, placed_line(?3 + s.place, ?4 + s.sequence, s.line) \
    FROM staged_number s WHERE s.ledger_id = ?1 AND s.job_id = ?2 ORDER BY s.place";

/// Makes `placed_line(position, sequence, line)` known to a connection: a line as the trail keeps
/// it.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("placed_line", 3, flags, |context| {
        let (position, sequence) = (context.get::<i64>(0)?, context.get::<i64>(1)?);
        let line = context.get_raw(2).as_blob().map_err(rusqlite::Error::from)?;
        Ok(placed_line(Position(position as u64), SequenceId(sequence as u64), line))
    })
}

pub(crate) fn stage(session: &Session, part: &StagedPart) -> Result<(), StoreError> {
    let mut rows = Rows::new(14, part.numbers.len());
    for number in &part.numbers {
        let slug = numbering::slug(&number.text);
        let text = (slug != number.text).then_some(number.text.as_str());
        rows.put(part.ledger).put(part.job.0).put(number.place).put(number.sequence);
        rows.put(number.ordinal).put(slug.as_str()).put(text).put(number.slug_rank);
        rows.put(stored_kind(&number.kind)).put(number.date).put(number.reference.as_deref());
        rows.put(number.customer.as_ref()).put(stored_metadata(&number.metadata)?.as_deref());
        rows.put(number.line_tail().as_slice());
    }
    session.run(SIGN, (part.ledger.0 as i64, part.job.0 as i64, part.at.0))?;
    session.write(STAGE, rows)?;
    renumbering::stage(session, part)
}

pub(crate) fn unstage(
    session: &Session,
    ledger: LedgerId,
    job: JobId,
    limit: u32,
) -> Result<u32, StoreError> {
    let (id, number) = (ledger.0 as i64, job.0 as i64);
    let deleted = session.run(UNSTAGE, (id, number, limit))?;
    let mut deleted = u32::try_from(deleted).unwrap_or(u32::MAX);
    if deleted < limit {
        deleted += renumbering::unstage(session, ledger, job, limit - deleted)?;
    }
    if deleted < limit {
        session.run(FORGET, (id, number))?;
    }
    Ok(deleted)
}

pub(crate) fn jobs(session: &Session, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
    session.all(JOBS, [ledger.0 as i64], |fields| {
        Ok((JobId(fields.get::<i64>()? as u64), fields.at()?))
    })
}

/// Moves the rows of jobs into the register, and their lines beside the trail.
pub(crate) fn place_all(session: &Session, placings: &[Placing]) -> Result<(), StoreError> {
    for placing in placings {
        let (id, job) = (placing.ledger.0 as i64, placing.job.0 as i64);
        let first = place(placing.ledger, placing.position + 1)?;
        // The last one must have a place too.
        place(placing.ledger, placing.position + placing.count)?;
        let sequence = placing.sequence_of(0).0 as i64;
        let index = placing.receipt.index as i64;
        let numbers = (id, job, first, sequence, placing.at.0, index);
        whole(placing, session.run(PLACE, numbers)?)?;
        let position = placing.position_of(0).0 as i64;
        whole(placing, session.run(PLACE_LINES, (id, job, position, sequence, index))?)?;
    }
    Ok(())
}

fn whole(placing: &Placing, moved: usize) -> Result<(), StoreError> {
    if moved as u64 == placing.count {
        return Ok(());
    }
    let what = format!("{moved} of {} staged numbers are there", placing.count);
    Err(StoreError::Conflict(what))
}
