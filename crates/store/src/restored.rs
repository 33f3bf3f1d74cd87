//! What a part of a ledger that is moved in may hold.

use std::collections::BTreeSet;

use ledger::Changes;
use ledger::id::LedgerId;

use crate::StoreError;

/// The ledgers of the rows of a part, for [`crate::Writer::restore`].
///
/// # Errors
/// [`StoreError::Conflict`] when it brings heads, keys, people, changed numbers or placings.
pub fn restored_ledgers(part: &Changes) -> Result<Vec<LedgerId>, StoreError> {
    let is_headless = part.ledgers.is_empty() && part.keys.is_empty() && part.users.is_empty();
    let is_new = part.changed_numbers.is_empty()
        && part.retries.is_empty()
        && part.placings.is_empty()
        && part.renumberings.is_empty()
        && part.closed_gaps.is_empty();
    if !(is_headless && is_new) {
        let what =
            "a part that is restored brings no heads, keys, people, changed or staged numbers";
        let what = what.to_owned();
        return Err(StoreError::Conflict(what));
    }
    let mut ledgers = BTreeSet::new();
    ledgers.extend(part.series.iter().map(|row| row.ledger));
    ledgers.extend(part.sequences.iter().map(|row| row.ledger));
    ledgers.extend(part.new_numbers.iter().map(|row| row.ledger));
    ledgers.extend(part.gaps.iter().map(|row| row.ledger));
    ledgers.extend(part.customers.iter().map(|row| row.ledger));
    ledgers.extend(part.prefixes.iter().map(|(ledger, ..)| *ledger));
    ledgers.extend(part.objects.iter().map(|row| row.ledger));
    ledgers.extend(part.events.iter().map(|row| row.ledger));
    ledgers.extend(part.deliveries.iter().map(|row| row.ledger));
    ledgers.extend(part.outcomes.iter().map(|row| row.ledger));
    ledgers.extend(part.trail.iter().map(|sealed| sealed.entry.ledger));
    ledgers.extend(part.trail_lines.iter().map(|line| line.ledger));
    ledgers.extend(part.formers.iter().map(|row| row.ledger));
    ledgers.extend(part.checkpoints.iter().map(|checkpoint| checkpoint.ledger));
    Ok(ledgers.into_iter().collect())
}
