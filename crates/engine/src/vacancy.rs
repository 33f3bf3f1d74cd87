//! Whether a ledger id is free to be taken.

use ledger::id::{LedgerId, SequenceId};
use store::{NumberFilter, Page, Reader, StoreError};

/// Refuses ledger ids under which rows lie, though no head. A move writes the rows of a ledger
/// before its head, so one that was stopped leaves them, and a new ledger would count among them.
///
/// # Errors
/// [`StoreError::Unusable`], with what to do about it.
pub(crate) fn check(reader: &mut dyn Reader, ledgers: &[LedgerId]) -> Result<(), StoreError> {
    for ledger in ledgers {
        if has_rows(reader, *ledger)? {
            return Err(StoreError::Unusable(format!(
                "a move into this database was not finished: it has rows of ledger {ledger}, and \
                 not its head. Run the same `gapless migrate --from … --to …` again, or empty \
                 this database; no account was opened."
            )));
        }
    }
    Ok(())
}

/// Every ledger has series, and a move writes them first. The others are looked for as well: in
/// which order rows come and go is no promise of a store.
fn has_rows(reader: &mut dyn Reader, ledger: LedgerId) -> Result<bool, StoreError> {
    let one = Page { limit: 1, ..Page::default() };
    Ok(!reader.series(ledger)?.is_empty()
        || !reader.sequences(ledger, SequenceId(0), 1)?.rows.is_empty()
        || !reader.numbers(ledger, &NumberFilter::default(), one)?.rows.is_empty()
        || !reader.trail(ledger, 0, 1)?.entries.is_empty())
}
