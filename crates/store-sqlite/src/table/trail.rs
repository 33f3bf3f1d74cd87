//! The trail, the lines kept beside it, and its checkpoints.

use ledger::books::{Checkpoint, TrailLine};
use ledger::id::LedgerId;
use ledger::trail::{Entry, Hash, Sealed};
use store::{StoreError, StoredEntry, TrailPage};

use crate::packed::{self, place};
use crate::rows::Rows;
use crate::session::Session;

const WRITE: &str = "INSERT INTO trail (trail_id, at, actor, what, body, hash) \
    SELECT c0, c1, c2, c3, c4, c5 FROM rows(?1)";

const WRITE_LINES: &str = "INSERT INTO trail_line (ledger_id, entry, line, bytes) \
    SELECT c0, c1, c2, c3 FROM rows(?1)";

const WRITE_CHECKPOINTS: &str = "INSERT INTO checkpoint (ledger_id, entry, hash) \
    SELECT c0, c1, c2 FROM rows(?1)";

const PAGE: &str = "SELECT t.trail_id, t.at, t.actor, t.what, t.body, t.hash, \
    (SELECT max(l.line) FROM trail_line l WHERE l.ledger_id = t.trail_id >> 36 \
    AND l.entry = t.trail_id & 68719476735) \
    FROM trail t WHERE t.trail_id BETWEEN ?1 AND ?2 ORDER BY t.trail_id LIMIT ?3";

const HASH: &str = "SELECT hash FROM trail WHERE trail_id = ?1";

const LINES: &str = "SELECT bytes FROM trail_line \
    WHERE ledger_id = ?1 AND entry = ?2 AND line >= ?3 ORDER BY line LIMIT ?4";

const CHECKPOINTS: &str =
    "SELECT ledger_id, entry, hash FROM checkpoint WHERE ledger_id = ?1 ORDER BY entry";

pub(crate) fn write(session: &Session, trail: &[Sealed]) -> Result<(), StoreError> {
    let mut rows = Rows::new(6, trail.len());
    for Sealed { entry, hash } in trail {
        rows.put(place(entry.ledger, entry.index)?).put(entry.at).put(entry.actor.as_str());
        rows.put(entry.what.as_str()).put(entry.body.as_slice()).put(*hash);
    }
    session.write(WRITE, rows)
}

pub(crate) fn write_lines(session: &Session, lines: &[TrailLine]) -> Result<(), StoreError> {
    let mut rows = Rows::new(4, lines.len());
    for line in lines {
        rows.put(line.ledger).put(line.index).put(line.line).put(line.bytes.as_slice());
    }
    session.write(WRITE_LINES, rows)
}

pub(crate) fn write_checkpoints(
    session: &Session,
    checkpoints: &[Checkpoint],
) -> Result<(), StoreError> {
    let mut rows = Rows::new(3, checkpoints.len());
    for checkpoint in checkpoints {
        rows.put(checkpoint.ledger).put(checkpoint.index).put(checkpoint.hash);
    }
    session.write(WRITE_CHECKPOINTS, rows)
}

pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    from: u64,
    limit: u32,
) -> Result<TrailPage, StoreError> {
    let Some(from) = packed::pack(ledger, from) else { return Ok(TrailPage::default()) };
    let params = (from, packed::last(ledger), i64::from(limit) + 1);
    let mut entries = session.all(PAGE, params, |fields| {
        let id: i64 = fields.get()?;
        let entry = Entry {
            ledger,
            index: packed::count(id),
            at: fields.at()?,
            actor: fields.string()?,
            what: fields.string()?,
            body: fields.bytes()?.to_vec(),
        };
        let hash = fields.hash()?;
        // Lines are counted from 0 without holes, so the last one tells how many there are.
        let lines = fields.maybe_u64()?.map_or(0, |last| last + 1);
        Ok(StoredEntry { sealed: Sealed { entry, hash }, lines })
    })?;
    let has_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    Ok(TrailPage { entries, has_more })
}

pub(crate) fn hash(
    session: &Session,
    ledger: LedgerId,
    index: u64,
) -> Result<Option<Hash>, StoreError> {
    let Some(id) = packed::pack(ledger, index) else { return Ok(None) };
    session.first(HASH, [id], |fields| fields.hash())
}

pub(crate) fn lines(
    session: &Session,
    ledger: LedgerId,
    index: u64,
    from: u64,
    limit: u32,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let params = (ledger.0 as i64, signed(index), signed(from), limit);
    session.all(LINES, params, |fields| Ok(fields.bytes()?.to_vec()))
}

pub(crate) fn checkpoints(
    session: &Session,
    ledger: LedgerId,
) -> Result<Vec<Checkpoint>, StoreError> {
    session.all(CHECKPOINTS, [ledger.0 as i64], |fields| {
        Ok(Checkpoint { ledger: fields.ledger()?, index: fields.u64()?, hash: fields.hash()? })
    })
}

/// A bound of a list; what is past the largest stored number is behind every row.
fn signed(bound: u64) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}
