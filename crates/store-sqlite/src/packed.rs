//! Row ids made of a ledger and a count within it.
//!
//! Numbers and trail entries are only ever added at the end of their ledger. As one integer, that
//! place is SQLite's own row id, for which adding at the end is cheapest in pages written.

use ledger::id::LedgerId;
use store::StoreError;

/// Bits of the count: 68,719,476,735 numbers or entries in a ledger, 134,217,727 ledgers.
const COUNT_BITS: u32 = 36;
const COUNT_MAX: u64 = (1 << COUNT_BITS) - 1;
const LEDGER_MAX: u64 = (1 << (63 - COUNT_BITS)) - 1;

/// The row id of what has this place; `None` when nothing can have it.
pub(crate) fn pack(ledger: LedgerId, count: u64) -> Option<i64> {
    let fits = ledger.0 <= LEDGER_MAX && count <= COUNT_MAX;
    fits.then_some((ledger.0 << COUNT_BITS | count) as i64)
}

/// The row id for a new row.
pub(crate) fn place(ledger: LedgerId, count: u64) -> Result<i64, StoreError> {
    pack(ledger, count).ok_or_else(|| {
        StoreError::Database(format!(
            "ledger {ledger} or its place {count} is past what a file can hold. Use another \
             database for more."
        ))
    })
}

/// The count within its ledger.
pub(crate) fn count(id: i64) -> u64 {
    id as u64 & COUNT_MAX
}

/// The ledger.
pub(crate) fn ledger(id: i64) -> LedgerId {
    LedgerId(id as u64 >> COUNT_BITS)
}

/// The last row id that a ledger can have; nothing of a ledger that cannot be lies below it.
pub(crate) fn last(ledger: LedgerId) -> i64 {
    pack(ledger, COUNT_MAX).unwrap_or(-1)
}

/// The row id of a place, or of the nearest one that can be, for bounds of lists.
pub(crate) fn bound(ledger: LedgerId, count: u64) -> i64 {
    pack(ledger, count.min(COUNT_MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_come_back_and_ledgers_stand_apart() {
        for (of, local) in [(1, 0), (1, COUNT_MAX), (LEDGER_MAX, 7)] {
            let id = pack(LedgerId(of), local).expect("fits");
            assert_eq!((ledger(id), count(id)), (LedgerId(of), local));
        }
        assert!(last(LedgerId(1)) < pack(LedgerId(2), 0).expect("fits"));
        assert_eq!(pack(LedgerId(LEDGER_MAX + 1), 0), None);
        assert!(place(LedgerId(1), COUNT_MAX + 1).is_err());
    }
}
