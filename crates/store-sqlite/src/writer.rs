//! The writer: batches, one at a time.

use std::sync::Arc;

use ledger::id::LedgerId;
use ledger::model::At;
use ledger::{Changes, Loaded, Misses};
use store::{StoreError, Writer};

use crate::counters::count;
use crate::load::load;
use crate::session::{Session, Use};
use crate::store::Turn;
use crate::table;

/// Writes to one file; while it lives, nobody else does.
pub(crate) struct SqliteWriter {
    // Closed before the turn is given back, so it stands first. `None` after a failed commit,
    // until it is opened again.
    session: Option<Session>,
    turn: Turn,
}

impl SqliteWriter {
    pub(crate) fn open(turn: Turn) -> Result<SqliteWriter, StoreError> {
        let mut writer = SqliteWriter { session: None, turn };
        writer.session()?;
        Ok(writer)
    }

    /// The connection, opened when there is none.
    fn session(&mut self) -> Result<&Session, StoreError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let shared = self.turn.shared();
                let mut session = shared.place.connect(Use::Write, &shared.counting)?;
                let log = Arc::clone(shared.checkpointer.log());
                session.on_commit(move |pages| log.committed(pages))?;
                session
            }
        };
        Ok(self.session.insert(session))
    }

    /// Looks whether a batch whose `COMMIT` failed with `failure` was committed.
    fn settle(&mut self, changes: &Changes, failure: StoreError) -> Result<(), StoreError> {
        self.session = None;
        let doubt = |error: StoreError| StoreError::InDoubt(format!("{failure} Then: {error}"));
        match self.session().and_then(|session| is_there(session, changes)) {
            Ok(Some(true)) => Ok(()),
            Ok(Some(false)) => Err(failure),
            Ok(None) => Err(StoreError::InDoubt(failure.to_string())),
            Err(error) => Err(doubt(error)),
        }
    }
}

impl Writer for SqliteWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        self.rollback()?;
        let log = Arc::clone(self.turn.shared().checkpointer.log());
        let session = self.session()?;
        log.finish(session);
        session.run("BEGIN IMMEDIATE", [])?;
        Ok(ledgers.to_vec())
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        load(self.session()?, misses)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        let session = self.session()?;
        if !session.is_open() {
            session.run("BEGIN IMMEDIATE", [])?;
        }
        if let Err(error) = write(session, changes) {
            self.rollback()?;
            return Err(error);
        }
        if let Err(error) = session.run("COMMIT", []) {
            self.settle(changes, error)?;
        }
        count(&self.turn.shared().counting.commits);
        Ok(())
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        let session = self.session()?;
        if session.is_open() && session.run("ROLLBACK", []).is_err() {
            // Closing the connection lets go of whatever it held.
            self.session = None;
        }
        Ok(())
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.begin(&[])?;
        let session = self.session()?;
        let result = table::outcome::forget(session, before, limit).and_then(|forgotten| {
            session.run("COMMIT", [])?;
            Ok(forgotten)
        });
        if result.is_err() {
            self.rollback()?;
        }
        result
    }
}

/// Writes a batch, each table with one statement.
fn write(session: &Session, changes: &Changes) -> Result<(), StoreError> {
    table::ledger::guard(session, &changes.ledgers)?;
    table::ledger::write(session, &changes.ledgers)?;
    table::key::write(session, &changes.keys)?;
    table::series::write(session, &changes.series)?;
    // Numbers and gaps take their series from their sequence.
    table::sequence::write(session, &changes.sequences)?;
    table::number::insert(session, &changes.new_numbers)?;
    table::number::update(session, &changes.changed_numbers)?;
    table::gap::write(session, &changes.gaps)?;
    table::customer::write(session, &changes.customers)?;
    table::customer::write_prefixes(session, &changes.prefixes)?;
    table::outcome::write(session, &changes.outcomes)?;
    table::trail::write(session, &changes.trail)?;
    table::trail::write_lines(session, &changes.trail_lines)?;
    table::trail::write_checkpoints(session, &changes.checkpoints)
}

/// Whether a batch is stored; `None` when it leaves nothing to tell it by.
fn is_there(session: &Session, changes: &Changes) -> Result<Option<bool>, StoreError> {
    if let Some(change) = changes.ledgers.first() {
        let stored = table::ledger::load(session, &[change.row.id])?;
        let head = stored.first().map(|row| (row.trail_count, row.trail_hash));
        return Ok(Some(head == Some((change.row.trail_count, change.row.trail_hash))));
    }
    if let Some(last) = changes.outcomes.first() {
        let stored = table::outcome::load(session, &[(last.ledger, last.key)])?;
        return Ok(Some(stored.iter().any(|row| row == last)));
    }
    Ok(changes.is_empty().then_some(true))
}

#[cfg(test)]
mod tests;
