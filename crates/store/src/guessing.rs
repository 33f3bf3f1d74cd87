//! What a store does that is near: it asks, and then does what it would have done anyway.
//!
//! The port has no defaults for these, so that a store before another one passes them on instead of
//! hiding what the other one can do.

use ledger::id::LedgerId;
use ledger::{Changes, Guess, Loaded, Misses};

use crate::{StoreError, Writer};

/// [`Writer::begin_loading`] in two steps.
///
/// # Errors
/// See there.
pub fn begin_then_load(
    writer: &mut dyn Writer,
    ledgers: &[LedgerId],
    misses: &Misses,
) -> Result<(Vec<LedgerId>, Loaded), StoreError> {
    let held = writer.begin(ledgers)?;
    Ok((held, writer.load(misses)?))
}

/// [`Writer::commit_guessed`] by a look at what was guessed, under the locks.
///
/// # Errors
/// See there.
pub fn commit_after_a_look(
    writer: &mut dyn Writer,
    guess: &Guess,
    changes: &Changes,
) -> Result<bool, StoreError> {
    let ledgers = guess.ledgers();
    let (held, found) = writer.begin_loading(&ledgers, &guess.misses())?;
    if held != ledgers || !guess.holds(&found) {
        writer.rollback()?;
        return Ok(false);
    }
    writer.commit(changes).map(|()| true)
}
