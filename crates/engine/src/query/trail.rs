//! The trail, page by page.

use ledger::id::LedgerId;
use ledger::trail::Hash;
use store::TrailPage;

use crate::engine::Engine;
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

    /// Where the trail ends now.
    pub fn trail_head(&self, ledger: LedgerId) -> Pending<TrailHead> {
        self.read(move |reader| {
            let row = lookup::ledger(reader, ledger)?;
            Ok(TrailHead { count: row.trail_count, hash: row.trail_hash })
        })
    }
}
