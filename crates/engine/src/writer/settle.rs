//! After a commit without an answer: open the database again, lock, and look.

use ledger::id::LedgerId;
use ledger::{Changes, Loaded, Misses};
use store::{StoreError, Writer};

/// Whether the changes are in the database and outlive whatever comes, by a writer opened anew.
///
/// A store opens no writer before its commits in doubt have ended, whole or not at all, or it lets
/// them hold all their ledgers until then. So whoever gets one of them looks at something that will
/// not change any more, and what was written of one ledger was written of all.
///
/// # Errors
/// The database cannot be asked now, or somebody holds the ledger: ask again.
pub(super) fn settle(writer: &mut dyn Writer, changes: &Changes) -> Result<bool, StoreError> {
    let Some(ledger) = to_lock(changes) else { return Ok(changes.is_empty()) };
    let got = writer.begin(&[ledger])?;
    let misses = Misses {
        ledgers: vec![ledger],
        outcomes: changes.outcomes.first().map(|row| (row.ledger, row.key)).into_iter().collect(),
        ..Misses::default()
    };
    let found = writer.load(&misses)?;
    if got.is_empty() && !found.ledgers.is_empty() {
        writer.rollback()?;
        let held = format!("ledger {ledger} is held, so its last commit cannot be looked for");
        return Err(StoreError::Busy(held));
    }
    let written = match look(ledger, changes, &found) {
        Look::Written => true,
        Look::NotWritten => false,
        Look::Behind => entry_is_there(writer, changes)? || event_is_there(writer, changes)?,
    };
    match written {
        true => writer.confirm()?,
        false => writer.rollback()?,
    }
    Ok(written)
}

/// The ledger to lock: one that was there before, if any, since a new one has no row to be locked.
fn to_lock(changes: &Changes) -> Option<LedgerId> {
    let is_new = |ledger: LedgerId| {
        let of = |change: &&ledger::books::LedgerChange| change.row.id == ledger;
        changes.ledgers.iter().find(of).is_some_and(|change| change.expected.is_none())
    };
    let heads = changes.ledgers.iter().map(|change| change.row.id);
    let mut ledgers = heads.chain(changes.outcomes.iter().map(|row| row.ledger)).peekable();
    let first = ledgers.peek().copied();
    ledgers.find(|ledger| !is_new(*ledger)).or(first)
}

/// What a look at a locked ledger tells.
enum Look {
    Written,
    NotWritten,
    /// Others wrote since: only the trail tells.
    Behind,
}

fn look(ledger: LedgerId, changes: &Changes, found: &Loaded) -> Look {
    let Some(change) = changes.ledgers.iter().find(|change| change.row.id == ledger) else {
        // Nothing but outcomes was to be remembered of this ledger.
        return match changes.outcomes.first() {
            Some(outcome) if found.outcomes.contains(outcome) => Look::Written,
            _ if changes.ledgers.is_empty() => Look::NotWritten,
            _ => Look::Behind,
        };
    };
    let wanted = change.row.head();
    match found.ledgers.iter().find(|row| row.id == ledger) {
        Some(row) if row.head() == wanted => Look::Written,
        Some(row) if row.trail_count > wanted.trail_count => Look::Behind,
        Some(row) if row.last_object > wanted.last_object => Look::Behind,
        _ => Look::NotWritten,
    }
}

/// Whether the last entry of the changes is in the trail: it tells for all of them. It is looked
/// for under the lock: a reader may be on a server that has not heard of it yet.
fn entry_is_there(writer: &mut dyn Writer, changes: &Changes) -> Result<bool, StoreError> {
    let Some(last) = changes.trail.last() else { return Ok(false) };
    let stored = writer.entry_hash(last.entry.ledger, last.entry.index)?;
    Ok(stored == Some(last.hash))
}

/// The same for changes of documents that touch no number: the last event tells for all of them.
fn event_is_there(writer: &mut dyn Writer, changes: &Changes) -> Result<bool, StoreError> {
    let Some(last) = changes.events.last() else { return Ok(false) };
    let events = vec![(last.ledger, last.id)];
    let found = writer.load(&Misses { events, ..Misses::default() })?.events;
    Ok(found.first() == Some(last))
}
