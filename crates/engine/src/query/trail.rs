//! The trail, page by page.

use ledger::id::LedgerId;
use ledger::trail::Hash;
use store::{Reader, TrailPage};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Where a trail ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrailHead {
    /// Entries in it.
    pub count: u64,
    /// Hash of the last one; zeros before the first.
    pub hash: Hash,
}

/// What became of a head that was kept elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is a part of the trail.
    Part,
    /// The trail has another hash at that place, which is told: it was written anew, at that place
    /// or before.
    Differs(Hash),
    /// The trail has fewer entries: it was cut off.
    Gone,
}

/// Lines kept beside an entry, as bytes in the form of
/// [`IssuedLine`](ledger::trail::IssuedLine).
pub type TrailLines = Vec<Vec<u8>>;

impl Engine {
    /// Entries in order, from index `from`, at most `limit`.
    pub fn trail(&self, ledger: LedgerId, from: u64, limit: u32) -> Pending<TrailPage> {
        self.read(move |reader| Ok(reader.trail(ledger, from, limit)?))
    }

    /// Lines kept beside the entry with an index, from line `from`, at most `limit`.
    pub fn trail_lines(
        &self,
        ledger: LedgerId,
        index: u64,
        from: u64,
        limit: u32,
    ) -> Pending<TrailLines> {
        self.read(move |reader| Ok(reader.trail_lines(ledger, index, from, limit)?))
    }

    /// Where the trail ends now, and what became of a head that was kept elsewhere, if one is
    /// given. That every hash follows from the entries before it is for
    /// [`verify`](Engine::verify) to say.
    pub fn trail_anchor(
        &self,
        ledger: LedgerId,
        kept: Option<TrailHead>,
    ) -> Pending<(TrailHead, Option<Kept>)> {
        self.read(move |reader| {
            let row = lookup::ledger(reader, ledger)?;
            let head = TrailHead { count: row.trail_count, hash: row.trail_hash };
            let kept = kept.map(|kept| became_of(reader, ledger, head, kept));
            Ok((head, kept.transpose()?))
        })
    }

    /// Where the trail ends now.
    pub fn trail_head(&self, ledger: LedgerId) -> Pending<TrailHead> {
        self.read(move |reader| {
            let row = lookup::ledger(reader, ledger)?;
            Ok(TrailHead { count: row.trail_count, hash: row.trail_hash })
        })
    }
}

fn became_of(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    head: TrailHead,
    kept: TrailHead,
) -> Result<Kept, EngineError> {
    if kept.count > head.count {
        return Ok(Kept::Gone);
    }
    let Some(index) = kept.count.checked_sub(1) else {
        return Ok(if kept.hash == Hash::ZERO { Kept::Part } else { Kept::Differs(Hash::ZERO) });
    };
    let found = reader.trail(ledger, index, 1)?.entries.into_iter().next();
    Ok(match found.filter(|stored| stored.sealed.entry.index == index) {
        Some(stored) if stored.sealed.hash == kept.hash => Kept::Part,
        Some(stored) => Kept::Differs(stored.sealed.hash),
        None => Kept::Gone,
    })
}
