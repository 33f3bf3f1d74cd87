//! What jobs bring, until a commit moves it into the register.

use std::sync::LazyLock;

use ledger::id::LedgerId;
use ledger::job::{JobId, Placing, StagedPart};
use ledger::model::At;
use ledger::trail::LINE_VERSION;
use store::StoreError;

use super::number::{stored_kind, stored_metadata};
use super::renumbering;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Trip, values};

/// A part that is lost is missed when its job is placed, so no part waits for the disk.
const LAZILY: &str = "SET LOCAL synchronous_commit = off";

const STAGE: &str = "INSERT INTO staged_number (ledger_id, job_id, place, sequence, ordinal, slug, \
    text, slug_rank, kind, date, reference, customer, metadata, line) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
    $6::text[], $7::text[], $8::integer[], $9::text[], $10::date[], $11::text[], $12::text[], \
    $13::text[], $14::bytea[])";

const SIGN: &str = "INSERT INTO staged_job (ledger_id, job_id, at) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) \
    ON CONFLICT (ledger_id, job_id) DO UPDATE SET at = excluded.at";

/// Those up to the last of a portion; all where there is no whole one.
const UNSTAGE: &str = "DELETE FROM staged_number s WHERE s.ledger_id = $1 AND s.job_id = $2 \
    AND s.place <= coalesce((SELECT p.place FROM staged_number p WHERE p.ledger_id = $1 \
    AND p.job_id = $2 ORDER BY p.place OFFSET $3 LIMIT 1), 9223372036854775807)";

const FORGET: &str = "DELETE FROM staged_job j WHERE j.ledger_id = $1 AND j.job_id = $2";

const JOBS: &str = "SELECT j.job_id, j.at FROM staged_job j WHERE j.ledger_id = $1 \
    ORDER BY j.job_id";

// Positions and sequences begin with those behind which the job comes.
const PLACE: &str = "INSERT INTO number (ledger_id, position, sequence_id, series_id, ordinal, \
    slug, text, slug_rank, state, kind, date, created, entry, reference, customer, metadata) \
    SELECT s.ledger_id, $3 + s.place, q.sequence_id, q.series_id, s.ordinal, s.slug, s.text, \
    s.slug_rank, 0, s.kind, s.date, $5, $6, s.reference, s.customer, s.metadata \
    FROM staged_number s CROSS JOIN LATERAL (SELECT q.sequence_id, q.series_id FROM sequence q \
    WHERE q.ledger_id = $1 AND q.sequence_id BETWEEN $4 + s.sequence AND $4 + s.sequence \
    ORDER BY q.sequence_id LIMIT 1) q \
    WHERE s.ledger_id = $1 AND s.job_id = $2 ORDER BY s.place";

static PLACE_LINES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
         SELECT s.ledger_id, $5, s.place, $6 || {} || {} || s.line FROM staged_number s \
         WHERE s.ledger_id = $1 AND s.job_id = $2 ORDER BY s.place",
        varint("$3 + s.place"),
        varint("$4 + s.sequence")
    )
});

/// An expression for the bytes of an integer below 2^56 as it stands in a line: seven bits a byte,
/// the lowest first, the highest bit set in all but the last byte.
fn varint(value: &str) -> String {
    let mut sql = "CASE".to_owned();
    for bytes in 1..=8 {
        let byte = |at: u32| {
            let more = if at + 1 < bytes { " | 128" } else { "" };
            let (low, high) = (7 * at, 8 * (bytes - 1 - at));
            format!("((((({value}) >> {low}) & 127){more}) << {high})")
        };
        let packed: Vec<String> = (0..bytes).map(byte).collect();
        let (below, from) = (1_u64 << (7 * bytes), 9 - bytes);
        let packed = packed.join(" | ");
        sql += &format!(" WHEN ({value}) < {below} THEN substr(int8send({packed}), {from})");
    }
    sql + " END"
}

pub(crate) fn stage(session: &Session, part: &StagedPart) -> Result<(), StoreError> {
    let mut sign = Rows::new(3);
    sign.row(part.ledger).put(part.job.0).put(part.at);
    let mut rows = Rows::new(14);
    for number in &part.numbers {
        let slug = numbering::slug(&number.text);
        let text = (slug != number.text).then_some(number.text.as_str());
        rows.row(part.ledger).put(part.job.0).put(number.place).put(number.sequence);
        rows.put(number.ordinal).put(slug.as_str()).put(text).put(number.slug_rank);
        rows.put(stored_kind(&number.kind)).put(number.date).put(number.reference.as_deref());
        rows.put(number.customer.as_ref()).put(stored_metadata(&number.metadata)?.as_deref());
        rows.put(number.line_tail().as_slice());
    }
    let mut trip = Trip::new();
    trip.run(LAZILY, values![]);
    trip.write(SIGN, sign);
    trip.write(STAGE, rows);
    renumbering::stage(&mut trip, part);
    session.run_patiently(&trip).map(drop)
}

/// Deletes a portion; answers how many rows.
pub(crate) fn unstage(
    session: &Session,
    ledger: LedgerId,
    job: JobId,
    limit: u32,
) -> Result<u32, StoreError> {
    let id = job.0 as i64;
    let mut trip = Trip::new();
    trip.run(UNSTAGE, values![ledger, id, i64::from(limit.max(1)) - 1]);
    let deleted = session.run_patiently(&trip)?.written();
    let mut deleted = u32::try_from(deleted).unwrap_or(u32::MAX);
    if deleted < limit {
        deleted += renumbering::unstage(session, ledger, job, limit - deleted)?;
    }
    if deleted < limit {
        let mut trip = Trip::new();
        trip.run(FORGET, values![ledger, id]);
        session.run(&trip)?;
    }
    Ok(deleted)
}

pub(crate) fn jobs(session: &Session, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
    session
        .all(JOBS, values![ledger], |fields| Ok((JobId(fields.get::<i64>()? as u64), fields.at()?)))
}

/// Moves the rows of jobs into the register, and their lines beside the trail.
pub(crate) fn place_all(trip: &mut Trip, placings: &[Placing]) {
    for placing in placings {
        let job = placing.job.0 as i64;
        let (position, sequence) = (placing.position_of(0), placing.sequence_of(0));
        let (index, count) = (placing.receipt.index, placing.count);
        let numbers = values![placing.ledger, job, position, sequence, placing.at, index];
        trip.run_exactly(PLACE, numbers, count);
        let version = [LINE_VERSION];
        let lines = values![placing.ledger, job, position, sequence, index, version.as_slice()];
        trip.run_exactly(PLACE_LINES.as_str(), lines, count);
    }
}
