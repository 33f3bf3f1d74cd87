//! The trail, the lines kept beside it, and its checkpoints.

use ledger::books::{Checkpoint, TrailLine};
use ledger::id::LedgerId;
use ledger::trail::{Entry, Hash, Sealed};
use store::{StoreError, StoredEntry, TrailPage};

use super::bound;
use crate::cell::Fields;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Trip, values};

const WRITE: &str = "INSERT INTO trail (ledger_id, entry, at, actor, what, body, hash) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], \
    $6::bytea[], $7::bytea[])";

const WRITE_LINES: &str = "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[])";

const WRITE_CHECKPOINTS: &str = "INSERT INTO checkpoint (ledger_id, entry, hash) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])";

// Lines are counted from 0 without holes, so the last one tells how many there are.
const PAGE: &str = "SELECT t.ledger_id, t.entry, t.at, t.actor, t.what, t.body, t.hash, \
    (SELECT max(l.line) FROM trail_line l WHERE l.ledger_id = $1 AND l.entry = t.entry) \
    FROM trail t WHERE t.ledger_id = $1 AND t.entry >= $2 ORDER BY t.entry LIMIT $3";

const HASH: &str = "SELECT t.hash FROM trail t WHERE t.ledger_id = $1 AND t.entry = $2";

const LINES: &str = "SELECT l.bytes FROM trail_line l WHERE l.ledger_id = $1 AND l.entry = $2 \
    AND l.line >= $3 ORDER BY l.line LIMIT $4";

const CHECKPOINTS: &str = "SELECT c.ledger_id, c.entry, c.hash FROM checkpoint c \
    WHERE c.ledger_id = $1 ORDER BY c.entry";

pub(crate) fn write(trip: &mut Trip, trail: &[Sealed]) {
    let mut rows = Rows::new(7);
    for Sealed { entry, hash } in trail {
        rows.row(entry.ledger).put(entry.index).put(entry.at).put(entry.actor.as_str());
        rows.put(entry.what.as_str()).put(entry.body.as_slice()).put(*hash);
    }
    trip.insert(WRITE, rows);
}

pub(crate) fn write_lines(trip: &mut Trip, lines: &[TrailLine]) {
    let mut rows = Rows::new(4);
    for line in lines {
        rows.row(line.ledger).put(line.index).put(line.line).put(line.bytes.as_slice());
    }
    trip.insert(WRITE_LINES, rows);
}

pub(crate) fn write_checkpoints(trip: &mut Trip, checkpoints: &[Checkpoint]) {
    let mut rows = Rows::new(3);
    for checkpoint in checkpoints {
        rows.row(checkpoint.ledger).put(checkpoint.index).put(checkpoint.hash);
    }
    trip.insert(WRITE_CHECKPOINTS, rows);
}

pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    from: u64,
    limit: u32,
) -> Result<TrailPage, StoreError> {
    let values = values![ledger, bound(from), i64::from(limit) + 1];
    let mut entries = session.all(PAGE, values, read)?;
    let has_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    Ok(TrailPage { entries, has_more })
}

pub(crate) fn hash(
    session: &Session,
    ledger: LedgerId,
    index: u64,
) -> Result<Option<Hash>, StoreError> {
    session.first(HASH, values![ledger, bound(index)], |fields| fields.hash())
}

pub(crate) fn lines(
    session: &Session,
    ledger: LedgerId,
    index: u64,
    from: u64,
    limit: u32,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let values = values![ledger, bound(index), bound(from), i64::from(limit)];
    session.all(LINES, values, |fields| Ok(fields.bytes()?.to_vec()))
}

pub(crate) fn checkpoints(
    session: &Session,
    ledger: LedgerId,
) -> Result<Vec<Checkpoint>, StoreError> {
    session.all(CHECKPOINTS, values![ledger], |fields| {
        Ok(Checkpoint { ledger: fields.ledger()?, index: fields.u64()?, hash: fields.hash()? })
    })
}

fn read(fields: &mut Fields<'_>) -> Result<StoredEntry, StoreError> {
    let entry = Entry {
        ledger: fields.ledger()?,
        index: fields.u64()?,
        at: fields.at()?,
        actor: fields.string()?,
        what: fields.string()?,
        body: fields.bytes()?.to_vec(),
    };
    let hash = fields.hash()?;
    let lines = fields.maybe_u64()?.map_or(0, |last| last + 1);
    Ok(StoredEntry { sealed: Sealed { entry, hash }, lines })
}
