//! What the target has in a ledger's place.

use ledger::Misses;
use ledger::model::LedgerRow;
use ledger::trail::Hash;
use store::{Reader, StoreError, Writer};

use super::error::MoveError;

/// What the target has in a ledger's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing, or what a move left behind that was stopped.
    Missing,
    /// The ledger, with the same head.
    Same,
}

impl Standing {
    /// Looks for a ledger in the target.
    ///
    /// # Errors
    /// [`MoveError::Clash`] when something else is there, or the ledger with another head.
    pub(super) fn of(
        source: &mut dyn Reader,
        target: &mut dyn Reader,
        head: &LedgerRow,
    ) -> Result<Standing, MoveError> {
        let misses = Misses { ledgers: vec![head.id], ..Misses::default() };
        let Some(there) = target.load(&misses)?.ledgers.into_iter().next() else {
            return match target.ledger_of(&head.account, head.mode)? {
                None => Ok(Standing::Missing),
                Some(other) => Err(clash(head, &format!("has that account as {}", other.id))),
            };
        };
        if (&there.account, there.mode) != (&head.account, head.mode) {
            let whose = format!("has {} of {} there", there.mode.text(), there.account);
            return Err(clash(head, &whose));
        }
        if there.head() == head.head() {
            return Ok(Standing::Same);
        }
        let begins_as = |reader: &mut dyn Reader, row: &LedgerRow| -> Result<bool, StoreError> {
            Ok(hash_at(reader, head, row.trail_count)? == Some(row.trail_hash))
        };
        let text = if is_behind(head, &there) && begins_as(target, head)? {
            format!(
                "ledger {} has gone on in the target, where {}. It was moved before; use the \
                 target, and never the source again.",
                head.id,
                more(&there, head)
            )
        } else if is_behind(&there, head) && begins_as(source, &there)? {
            format!(
                "ledger {} has gone on in the source since it was moved: {} there. Nothing was \
                 issued in the target: empty that database, and move again.",
                head.id,
                more(head, &there)
            )
        } else {
            format!(
                "ledger {} has gone on in both databases, each in its own way, so numbers were \
                 given twice. Neither was changed. Compare them with `gapless trail export`, and \
                 choose one.",
                head.id
            )
        };
        Err(MoveError::Clash(text))
    }
}

/// Whether nothing was written to one that was not written to the other, as far as counts tell.
fn is_behind(one: &LedgerRow, other: &LedgerRow) -> bool {
    one.trail_count <= other.trail_count && one.last_object <= other.last_object
}

/// What was written to a ledger since it was like another.
fn more(ledger: &LedgerRow, before: &LedgerRow) -> String {
    match ledger.trail_count - before.trail_count {
        0 => "documents were written since".to_owned(),
        entries => format!("its trail is {entries} longer"),
    }
}

/// Refuses a target that is the source under another name, which no comparison of rows tells from
/// one that was moved into before. Whoever moves has locked the ledger in the source, so it cannot
/// be locked in the same database again; where the databases are two it can, and at once but for
/// a server's batch, for which this waits.
pub(super) fn refuse_one_database(
    target: &mut dyn Writer,
    head: &LedgerRow,
) -> Result<(), MoveError> {
    let is_free = match target.begin(&[head.id]) {
        Ok(locked) => locked.contains(&head.id),
        Err(StoreError::Busy(_)) => false,
        Err(error) => return Err(error.into()),
    };
    target.rollback()?;
    if is_free {
        return Ok(());
    }
    Err(MoveError::Clash(format!(
        "the source and the target are one database, or a server that uses the target holds \
         ledger {} there. Name another database as the target, or stop every server that uses \
         it. Nothing was changed.",
        head.id
    )))
}

fn clash(head: &LedgerRow, what: &str) -> MoveError {
    MoveError::Clash(format!(
        "ledger {} ({} of {}) cannot be moved: the target {what}. Move into an empty database.",
        head.id,
        head.mode.text(),
        head.account
    ))
}

/// The hash of the last of the first `count` trail entries.
fn hash_at(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    count: u64,
) -> Result<Option<Hash>, StoreError> {
    let Some(index) = count.checked_sub(1) else { return Ok(Some(Hash::ZERO)) };
    let page = reader.trail(head.id, index, 1)?;
    let found = page.entries.first().filter(|stored| stored.sealed.entry.index == index);
    Ok(found.map(|stored| stored.sealed.hash))
}
