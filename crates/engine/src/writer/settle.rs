//! After a commit without an answer: open the database again, lock, and look.

use ledger::Changes;
use store::{Store, StoreError, Writer};

use super::attempt::{Written, was_written};

/// Whether the changes are in the database, by a writer opened anew.
///
/// # Errors
/// The database cannot be asked now.
pub(super) fn settle(
    store: &dyn Store,
    writer: &mut dyn Writer,
    changes: &Changes,
) -> Result<bool, StoreError> {
    match was_written(writer, changes)? {
        Written::Yes => Ok(true),
        Written::No => Ok(false),
        Written::LookInTrail => entry_is_there(store, changes),
    }
}

/// A commit is whole or nothing, so its last entry tells for all.
fn entry_is_there(store: &dyn Store, changes: &Changes) -> Result<bool, StoreError> {
    let Some(last) = changes.trail.last() else { return Ok(false) };
    let page = store.reader()?.trail(last.entry.ledger, last.entry.index, 1)?;
    Ok(page.entries.first().is_some_and(|stored| stored.sealed.hash == last.hash))
}
