//! Changes of numbers that jobs stage, until a commit makes them.

use ledger::id::{LedgerId, Position};
use ledger::job::{JobId, Renumbering, StagedChange, StagedPart};
use ledger::model::FormerRow;
use ledger::trail::RenumberedLine;
use store::StoreError;

use crate::error::damaged;
use crate::packed::place;
use crate::rows::Rows;
use crate::session::Session;

const STAGE: &str = "INSERT INTO staged_change (ledger_id, job_id, place, position, date, ordinal, \
    slug, text, slug_rank, new_ordinal, new_slug, new_text, new_slug_rank, line) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 FROM rows(?1)";

const UNSTAGE: &str = "DELETE FROM staged_change WHERE (ledger_id, job_id, place) IN \
    (SELECT ledger_id, job_id, place FROM staged_change \
    WHERE ledger_id = ?1 AND job_id = ?2 LIMIT ?3)";

const STAGED: &str = "SELECT s.place, s.date, s.line FROM staged_change s \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 AND s.place >= ?3 ORDER BY s.place LIMIT ?4";

// A permutation of ordinals has no order in which each is free when its turn comes. So they step
// aside first, below zero, where no ordinal is.
const STEP_ASIDE: &str = "UPDATE number SET ordinal = -1 - number.ordinal FROM staged_change s \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 AND number.number_id = ?3 + s.position \
    AND number.ordinal = s.ordinal AND number.slug = s.slug AND number.text IS s.text \
    AND number.slug_rank = s.slug_rank AND number.date = s.date AND number.state < 2";

const CHANGE: &str = "UPDATE number SET ordinal = s.new_ordinal, slug = s.new_slug, \
    text = s.new_text, slug_rank = s.new_slug_rank FROM staged_change s \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 AND number.number_id = ?3 + s.position \
    AND number.ordinal < 0";

const KEEP: &str = "INSERT INTO former (ledger_id, position, entry, at, slug, text) \
    SELECT s.ledger_id, s.position, ?3, ?4, s.slug, s.text FROM staged_change s \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 ORDER BY s.place";

const LINES: &str = "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
    SELECT s.ledger_id, ?3, s.place, s.line FROM staged_change s \
    WHERE s.ledger_id = ?1 AND s.job_id = ?2 ORDER BY s.place";

const WRITE: &str = "INSERT INTO former (ledger_id, position, entry, at, slug, text) \
    SELECT c0, c1, c2, c3, c4, c5 FROM rows(?1)";

const FORMERS: &str = "SELECT f.position, f.entry, f.at, f.slug, f.text FROM former f \
    WHERE f.ledger_id = ?1 AND (f.position, f.entry) > (?2, ?3) \
    ORDER BY f.position, f.entry LIMIT ?4";

pub(crate) fn stage(session: &Session, part: &StagedPart) -> Result<(), StoreError> {
    let mut rows = Rows::new(14, part.changes.len());
    for StagedChange { place, date, line } in &part.changes {
        rows.put(part.ledger).put(part.job.0).put(*place).put(line.position).put(*date);
        for side in [&line.from, &line.to] {
            let slug = numbering::slug(&side.text);
            let text = (slug != side.text).then_some(side.text.as_str());
            rows.put(side.ordinal).put(slug.as_str()).put(text).put(side.slug_rank);
        }
        rows.put(line.to_bytes().as_slice());
    }
    session.write(STAGE, rows)
}

pub(crate) fn unstage(
    session: &Session,
    ledger: LedgerId,
    job: JobId,
    limit: u32,
) -> Result<u32, StoreError> {
    let deleted = session.run(UNSTAGE, (ledger.0 as i64, job.0 as i64, limit))?;
    Ok(u32::try_from(deleted).unwrap_or(u32::MAX))
}

/// What a job has staged, from a place on.
pub(crate) fn staged(
    session: &Session,
    ledger: LedgerId,
    job: JobId,
    from: u64,
    limit: u32,
) -> Result<Vec<StagedChange>, StoreError> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    session.all(STAGED, (ledger.0 as i64, job.0 as i64, from, limit), |fields| {
        let (place, date) = (fields.u64()?, fields.date()?);
        let line = RenumberedLine::read(fields.bytes()?).map_err(|error| damaged(error.0))?;
        Ok(StagedChange { place, date, line })
    })
}

/// Makes the changes of jobs.
pub(crate) fn make_all(session: &Session, all: &[Renumbering]) -> Result<(), StoreError> {
    for renumbering in all {
        let (id, job) = (renumbering.ledger.0 as i64, renumbering.job.0 as i64);
        let index = renumbering.index as i64;
        let first = place(renumbering.ledger, 0)?;
        whole(renumbering, session.run(STEP_ASIDE, (id, job, first))?)?;
        whole(renumbering, session.run(CHANGE, (id, job, first))?)?;
        whole(renumbering, session.run(KEEP, (id, job, index, renumbering.at.0))?)?;
        whole(renumbering, session.run(LINES, (id, job, index))?)?;
    }
    Ok(())
}

/// Writes former texts of a ledger that is moved in.
pub(crate) fn write(session: &Session, formers: &[FormerRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(6, formers.len());
    for row in formers {
        let slug = numbering::slug(&row.text);
        let text = (slug != row.text).then_some(row.text.as_str());
        rows.put(row.ledger).put(row.position).put(row.index).put(row.at);
        rows.put(slug.as_str()).put(text);
    }
    session.write(WRITE, rows)
}

/// Former texts behind a place, by position and entry.
pub(crate) fn formers(
    session: &Session,
    ledger: LedgerId,
    (position, index): (Position, u64),
    limit: u32,
) -> Result<Vec<FormerRow>, StoreError> {
    let bound = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
    let params = (ledger.0 as i64, bound(position.0), bound(index), limit);
    session.all(FORMERS, params, |fields| {
        let (position, index, at) = (Position(fields.u64()?), fields.u64()?, fields.at()?);
        let slug = fields.string()?;
        let text = fields.get::<Option<String>>()?.unwrap_or(slug);
        Ok(FormerRow { ledger, position, index, text, at })
    })
}

fn whole(renumbering: &Renumbering, changed: usize) -> Result<(), StoreError> {
    if changed as u64 == renumbering.count {
        return Ok(());
    }
    let what = format!("{changed} of {} numbers are as they were", renumbering.count);
    Err(StoreError::Conflict(what))
}
