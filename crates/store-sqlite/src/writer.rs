//! The writer: batches, one at a time.

use std::sync::Arc;

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Guess, Loaded, Misses};
use store::{SessionChange, StoreError, Writer};

use crate::counters::count;
use crate::fresh::{Fresh, Portion};
use crate::load::load;
use crate::migrate::VERSION;
use crate::restore;
use crate::session::{Session, Use};
use crate::store::Turn;
use crate::table;

/// Writes to one file; while it lives, nobody else does.
pub(crate) struct SqliteWriter {
    // Closed before the turn is given back, so it stands first. `None` after a failed commit,
    // until it is opened again.
    open: Option<Opened>,
    turn: Turn,
}

/// An open connection, with what is known of the file.
pub(crate) struct Opened {
    pub(crate) session: Session,
    pub(crate) fresh: Fresh,
}

impl SqliteWriter {
    pub(crate) fn open(turn: Turn) -> Result<SqliteWriter, StoreError> {
        let mut writer = SqliteWriter { open: None, turn };
        writer.opened()?;
        Ok(writer)
    }

    /// The connection, opened when there is none.
    pub(crate) fn opened(&mut self) -> Result<&mut Opened, StoreError> {
        let opened = match self.open.take() {
            Some(opened) => opened,
            None => {
                let shared = self.turn.shared();
                // What stands under the name is to be the file that is meant.
                shared.may_be_written()?;
                let mut session = shared.place.connect(Use::Write, &shared.counting)?;
                let log = Arc::clone(shared.checkpointer.log());
                session.on_commit(move |pages| log.committed(pages))?;
                shared.place.stamp.learn(&session)?;
                shared.checkpointer.log().begin_run();
                let fresh = Fresh::read(&session)?;
                Opened { session, fresh }
            }
        };
        Ok(self.open.insert(opened))
    }

    /// Whether the file may be written. One that was moved, or lost its log, is completed where it
    /// is.
    fn may_write(&mut self) -> Result<(), StoreError> {
        let allowed = self.turn.shared().may_be_written().and_then(|()| match &self.open {
            Some(opened) => opened.session.look_at_file(),
            None => Ok(()),
        });
        if allowed.is_err() {
            self.rollback()?;
            self.complete_if_moved();
        }
        allowed
    }

    /// Completes a file that, or whose log, does not stand any more where it was opened. Where a
    /// reader keeps it from that it is tried again with the next batch, and when the writer is
    /// closed.
    fn complete_if_moved(&self) {
        let Some(opened) = &self.open else { return };
        if self.turn.shared().has_moved() {
            let _ = opened.session.complete();
        }
    }

    /// Looks whether a batch whose `COMMIT` failed with `failure` was committed.
    fn settle(&mut self, changes: &Changes, failure: StoreError) -> Result<(), StoreError> {
        self.open = None;
        let doubt = |error: StoreError| StoreError::InDoubt(format!("{failure} Then: {error}"));
        match self.opened().and_then(|opened| is_there(opened, changes)) {
            Ok(Some(true)) => self.confirm().map_err(doubt),
            Ok(Some(false)) => Err(failure),
            Ok(None) => Err(StoreError::InDoubt(failure.to_string())),
            Err(error) => Err(doubt(error)),
        }
    }
}

impl Drop for SqliteWriter {
    fn drop(&mut self) {
        let _ = self.rollback();
        self.complete_if_moved();
    }
}

impl Writer for SqliteWriter {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        self.rollback()?;
        self.may_write()?;
        let log = Arc::clone(self.turn.shared().checkpointer.log());
        let session = &self.opened()?.session;
        log.finish(session);
        session.run("BEGIN IMMEDIATE", [])?;
        Ok(ledgers.to_vec())
    }

    fn begin_loading(
        &mut self,
        ledgers: &[LedgerId],
        misses: &Misses,
    ) -> Result<(Vec<LedgerId>, Loaded), StoreError> {
        store::begin_then_load(self, ledgers, misses)
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        let opened = self.opened()?;
        load(&opened.session, Some(&opened.fresh), misses)
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        table::trail::hash(&self.opened()?.session, ledger, index)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.may_write()?;
        let opened = self.opened()?;
        if !opened.session.is_open() {
            opened.session.run("BEGIN IMMEDIATE", [])?;
        }
        let portion = match write(opened, changes) {
            Ok(portion) => portion,
            Err(error) => {
                self.rollback()?;
                return Err(error);
            }
        };
        match self.finish() {
            Ok(opened) => opened.fresh.committed(&changes.outcomes, &portion),
            // What is fresh is read anew with the connection.
            Err(error) => self.settle(changes, error)?,
        }
        self.turn.shared().unused.keep();
        count(&self.turn.shared().counting.commits);
        Ok(())
    }

    fn guesses(&self) -> bool {
        false
    }

    fn commit_guessed(&mut self, guess: &Guess, changes: &Changes) -> Result<bool, StoreError> {
        store::commit_after_a_look(self, guess, changes)
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        self.rollback()?;
        // A log that was opened again after a failure shows commits that may not be on the disk
        // yet. Every commit syncs the log up to its own end, so one that only writes the head of
        // the file is enough; a copy of the log into the file is not, since readers may keep it
        // from doing anything.
        let same = format!("PRAGMA user_version = {VERSION}");
        self.opened()?.session.run(&same, []).map(drop)
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        let Some(Opened { session, .. }) = &self.open else { return Ok(()) };
        if session.is_open() && session.run("ROLLBACK", []).is_err() {
            // Closing the connection lets go of whatever it held.
            self.open = None;
        }
        Ok(())
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        let forgotten =
            self.alone(|opened| table::outcome::forget(&opened.session, before, limit))?;
        let Some((count, last)) = forgotten else { return Ok(0) };
        self.opened()?.fresh.forgotten(last);
        Ok(count)
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        self.turn.shared().unused.keep();
        restore::restore(self, part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        restore::discard(self, ledger)
    }

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.alone(|opened| {
            table::delivery::claim(&opened.session, ledger, now, lease_until, limit)
        })
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.alone(|opened| table::delivery::settle(&opened.session, rows))
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.alone(|opened| table::event::forget(&opened.session, before, limit))
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.begin(&[])?;
        if let Err(error) = table::ledger::remove(&self.opened()?.session, ledger, expected) {
            self.rollback()?;
            return Err(error);
        }
        self.commit(fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.alone(|opened| table::staging::stage(&opened.session, part))
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        self.alone(|opened| table::staging::unstage(&opened.session, ledger, job, limit))
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        table::staging::jobs(&self.opened()?.session, ledger)
    }

    fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError> {
        self.alone(|opened| table::user_session::change(&opened.session, change))
    }
}

impl SqliteWriter {
    /// Runs something as a transaction of its own.
    pub(crate) fn alone<T>(
        &mut self,
        write: impl FnOnce(&mut Opened) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.begin(&[])?;
        let written = write(self.opened()?);
        let result = written.and_then(|value| self.finish().map(|_| value));
        if result.is_err() {
            self.rollback()?;
        }
        result
    }

    /// Commits what was written, and with it the run of the log where that has just begun.
    fn finish(&mut self) -> Result<&mut Opened, StoreError> {
        let shared = self.turn.shared();
        let log = Arc::clone(shared.checkpointer.log());
        let stamp = Arc::clone(&shared.place.stamp);
        let opened = self.opened()?;
        let session = &opened.session;
        let counted = log.has_begun_run().then(|| stamp.count(session)).transpose();
        match counted.and_then(|run| session.run("COMMIT", []).map(|_| run)) {
            Ok(run) => {
                run.into_iter().for_each(|run| stamp.counted(run));
                Ok(opened)
            }
            Err(error) => {
                log.begin_run();
                Err(error)
            }
        }
    }
}

/// Writes a batch, each table with one statement.
pub(crate) fn write(opened: &mut Opened, changes: &Changes) -> Result<Portion, StoreError> {
    let Opened { session, fresh } = opened;
    table::ledger::guard(session, &changes.ledgers)?;
    table::ledger::write(session, &changes.ledgers)?;
    table::key::write(session, &changes.keys)?;
    table::person::write(session, &changes.users)?;
    table::series::write(session, &changes.series)?;
    // Numbers and gaps take their series from their sequence.
    table::sequence::write(session, &changes.sequences)?;
    table::number::insert(session, &changes.new_numbers)?;
    table::number::update(session, &changes.changed_numbers)?;
    table::staging::place_all(session, &changes.placings)?;
    table::renumbering::make_all(session, &changes.renumberings)?;
    table::gap::close(session, &changes.closed_gaps)?;
    table::gap::write(session, &changes.gaps)?;
    table::customer::write(session, &changes.customers)?;
    table::customer::write_prefixes(session, &changes.prefixes)?;
    table::object::write(session, &changes.objects)?;
    // Deliveries take their time from their event.
    table::event::write(session, &changes.events)?;
    table::delivery::write(session, &changes.deliveries)?;
    table::delivery::retry(session, &changes.retries)?;
    table::trail::write(session, &changes.trail)?;
    table::trail::write_lines(session, &changes.trail_lines)?;
    table::trail::write_checkpoints(session, &changes.checkpoints)?;
    table::renumbering::write(session, &changes.formers)?;
    table::outcome::write(session, fresh, &changes.outcomes)
}

/// Whether a batch is stored; `None` when it leaves nothing to tell it by.
fn is_there(opened: &Opened, changes: &Changes) -> Result<Option<bool>, StoreError> {
    let Opened { session, fresh } = opened;
    if let Some(change) = changes.ledgers.first() {
        let stored = table::ledger::load(session, &[change.row.id])?;
        let head = stored.first().map(|row| row.head());
        return Ok(Some(head == Some(change.row.head())));
    }
    if let Some(last) = changes.outcomes.first() {
        let stored = table::outcome::load(session, fresh, &[(last.ledger, last.key)])?;
        return Ok(Some(stored.iter().any(|row| row == last)));
    }
    Ok(changes.is_empty().then_some(true))
}

#[cfg(test)]
mod tests;
