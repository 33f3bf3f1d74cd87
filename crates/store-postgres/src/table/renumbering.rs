//! Changes of numbers that jobs stage, until a commit makes them.

use ledger::id::{LedgerId, Position};
use ledger::job::{JobId, Renumbering, StagedChange, StagedPart};
use ledger::model::FormerRow;
use ledger::trail::RenumberedLine;
use store::StoreError;

use super::bound;
use super::number::read_text;
use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Trip, values};

const STAGE: &str = "INSERT INTO staged_change (ledger_id, job_id, place, position, date, ordinal, \
    slug, text, slug_rank, new_ordinal, new_slug, new_text, new_slug_rank, line) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::date[], \
    $6::bigint[], $7::text[], $8::text[], $9::integer[], $10::bigint[], $11::text[], \
    $12::text[], $13::integer[], $14::bytea[])";

/// Those up to the last of a portion; all where there is no whole one.
const UNSTAGE: &str = "DELETE FROM staged_change s WHERE s.ledger_id = $1 AND s.job_id = $2 \
    AND s.place <= coalesce((SELECT p.place FROM staged_change p WHERE p.ledger_id = $1 \
    AND p.job_id = $2 ORDER BY p.place OFFSET $3 LIMIT 1), 9223372036854775807)";

const STAGED: &str = "SELECT s.place, s.date, s.line FROM staged_change s \
    WHERE s.ledger_id = $1 AND s.job_id = $2 AND s.place >= $3 ORDER BY s.place LIMIT $4";

// A permutation of ordinals has no order in which each is free when its turn comes, and an update
// of a row writes it anew and all its index entries. So all are taken out before the first one is
// put back: the sort waits for the last of them.
const CHANGE: &str = "WITH gone AS (DELETE FROM number n USING staged_change s \
    WHERE n.ledger_id = $1 AND s.ledger_id = $1 AND s.job_id = $2 AND n.position = s.position \
    AND n.ordinal = s.ordinal AND n.slug = s.slug AND n.text IS NOT DISTINCT FROM s.text \
    AND n.slug_rank = s.slug_rank AND n.date = s.date AND n.state < 2 \
    RETURNING n.*, s.new_ordinal, s.new_slug, s.new_text, s.new_slug_rank) \
    INSERT INTO number (ledger_id, position, sequence_id, series_id, ordinal, slug, text, \
    slug_rank, state, kind, date, created, entry, reference, customer, parent, reissue_of, \
    warning, metadata, void_cause, void_reason, void_at, void_entry, mark, irregular) \
    SELECT s.ledger_id, s.position, s.sequence_id, s.series_id, s.new_ordinal, s.new_slug, \
    s.new_text, s.new_slug_rank, s.state, s.kind, s.date, s.created, s.entry, s.reference, \
    s.customer, s.parent, s.reissue_of, s.warning, s.metadata, s.void_cause, s.void_reason, \
    s.void_at, s.void_entry, s.mark, s.irregular FROM gone s ORDER BY s.position";

const KEEP: &str = "INSERT INTO former (ledger_id, position, entry, at, slug, text) \
    SELECT s.ledger_id, s.position, $3, $4, s.slug, s.text FROM staged_change s \
    WHERE s.ledger_id = $1 AND s.job_id = $2 ORDER BY s.place";

const LINES: &str = "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
    SELECT s.ledger_id, $3, s.place, s.line FROM staged_change s \
    WHERE s.ledger_id = $1 AND s.job_id = $2 ORDER BY s.place";

const WRITE: &str = "INSERT INTO former (ledger_id, position, entry, at, slug, text) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], \
    $6::text[])";

const FORMERS: &str = "SELECT f.ledger_id, f.position, f.entry, f.at, f.slug, f.text FROM former f \
    WHERE f.ledger_id = $1 AND (f.position, f.entry) > ($2, $3) \
    ORDER BY f.position, f.entry LIMIT $4";

/// Adds the rows of a part.
pub(crate) fn stage(trip: &mut Trip, part: &StagedPart) {
    let mut rows = Rows::new(14);
    for StagedChange { place, date, line } in &part.changes {
        rows.row(part.ledger).put(part.job.0).put(*place).put(line.position).put(*date);
        for side in [&line.from, &line.to] {
            let slug = numbering::slug(&side.text);
            let text = (slug != side.text).then_some(side.text.as_str());
            rows.put(side.ordinal).put(slug.as_str()).put(text).put(side.slug_rank);
        }
        rows.put(line.to_bytes().as_slice());
    }
    trip.write(STAGE, rows);
}

/// Deletes a portion; answers how many rows.
pub(crate) fn unstage(
    session: &Session,
    ledger: LedgerId,
    job: JobId,
    limit: u32,
) -> Result<u32, StoreError> {
    let mut trip = Trip::new();
    trip.run(UNSTAGE, values![ledger, job.0 as i64, i64::from(limit.max(1)) - 1]);
    let deleted = session.run_patiently(&trip)?.written();
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
    let values = values![ledger, job.0 as i64, bound(from), i64::from(limit)];
    session.all(STAGED, values, |fields| {
        let (place, date) = (fields.u64()?, fields.date()?);
        let line = RenumberedLine::read(fields.bytes()?).map_err(|error| damaged(error.0))?;
        Ok(StagedChange { place, date, line })
    })
}

/// Makes the changes of jobs.
pub(crate) fn make_all(trip: &mut Trip, all: &[Renumbering]) {
    for Renumbering { ledger, job, count, at, index } in all {
        let id = job.0 as i64;
        trip.run_exactly(CHANGE, values![*ledger, id], *count);
        trip.run_exactly(KEEP, values![*ledger, id, *index, *at], *count);
        trip.run_exactly(LINES, values![*ledger, id, *index], *count);
    }
}

/// Writes former texts of a ledger that is moved in.
pub(crate) fn write(trip: &mut Trip, formers: &[FormerRow]) {
    let mut rows = Rows::new(6);
    for row in formers {
        let slug = numbering::slug(&row.text);
        let text = (slug != row.text).then_some(row.text.as_str());
        rows.row(row.ledger).put(row.position).put(row.index).put(row.at);
        rows.put(slug.as_str()).put(text);
    }
    trip.insert(WRITE, rows);
}

/// Former texts behind a place, by position and entry.
pub(crate) fn formers(
    session: &Session,
    ledger: LedgerId,
    (position, index): (Position, u64),
    limit: u32,
) -> Result<Vec<FormerRow>, StoreError> {
    let values = values![ledger, bound(position.0), bound(index), i64::from(limit)];
    session.all(FORMERS, values, read)
}

fn read(fields: &mut Fields<'_>) -> Result<FormerRow, StoreError> {
    let ledger = fields.ledger()?;
    let (position, index, at) = (Position(fields.u64()?), fields.u64()?, fields.at()?);
    Ok(FormerRow { ledger, position, index, at, text: read_text(fields)? })
}
