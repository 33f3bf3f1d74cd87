//! Whether the database can be used just now.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ledger::id::LedgerId;
use store::{StoreError, Writer};

use crate::engine::Engine;
use crate::error::{EngineError, StoreFailure, StoreFailureKind};

/// How long it is believed that the database can be written because it was.
const PROOF_HOLDS: Duration = Duration::from_secs(5);
/// How long after it had no room the database is not looked at: where the room does not suffice for
/// a batch, there may still be some for the little that a look writes.
const ROOM_WAITS: Duration = Duration::from_secs(5);
/// How long a commit may take while none other succeeds: one that waits for a standby that is gone
/// waits for ever.
const COMMIT_PATIENCE: Duration = Duration::from_secs(15);
/// How long a look may take before its silence is an answer.
const LOOK_PATIENCE: Duration = Duration::from_secs(1);

/// What the writers know of the database.
#[derive(Default)]
pub(crate) struct Health {
    state: Mutex<State>,
    at_work: AtomicUsize,
}

#[derive(Default)]
struct State {
    /// Why nothing could be written the last time that it was tried, and when that was.
    failure: Option<(StoreFailure, Instant)>,
    /// When something was written last, or could have been.
    proved: Option<Instant>,
    /// Since when somebody looks whether something can be written.
    looking: Option<Instant>,
    /// When the commits began that are under way.
    commits: Vec<Instant>,
}

/// A writer that is at work, until it is dropped.
pub(crate) struct AtWork<'a>(&'a AtomicUsize);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A commit that is under way, until it is dropped.
pub(crate) struct Committing<'a> {
    health: &'a Health,
    since: Instant,
}

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        let mut state = self.health.lock();
        if let Some(place) = state.commits.iter().position(|since| *since == self.since) {
            state.commits.swap_remove(place);
        }
    }
}

/// How somebody looks whether the database can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// By beginning a batch: that tells of a connection that is gone.
    Light,
    /// By making a batch durable: only that tells whether there is room, or is again.
    Thorough,
}

impl Look {
    /// How to look where nothing failed. A database that others write to as well is not written to
    /// for that: its commit may wait for a standby, and what is asked for meanwhile behind it.
    fn at_what_is_sound(is_shared: bool) -> Look {
        if is_shared { Look::Light } else { Look::Thorough }
    }
}

impl Health {
    /// A writer begins to work; what comes of it will be noted.
    pub(crate) fn work(&self) -> AtWork<'_> {
        self.at_work.fetch_add(1, Ordering::Relaxed);
        AtWork(&self.at_work)
    }

    /// A commit begins.
    pub(crate) fn commit(&self) -> Committing<'_> {
        let since = Instant::now();
        self.lock().commits.push(since);
        Committing { health: self, since }
    }

    /// Something was made durable.
    pub(crate) fn proved(&self) {
        let mut state = self.lock();
        state.failure = None;
        state.proved = Some(Instant::now());
    }

    /// The database failed.
    pub(crate) fn failed(&self, failure: StoreFailure) {
        self.lock().failure = Some((failure, Instant::now()));
    }

    /// How to look now, for whoever is the only one to look; else what is known without a look.
    fn begin_look(&self, is_shared: bool) -> Result<Look, Result<(), EngineError>> {
        let mut state = self.lock();
        if let Some(since) = state.looking {
            return Err(match &state.failure {
                Some((failure, _)) => Err(EngineError::Store(failure.clone())),
                None if since.elapsed() > LOOK_PATIENCE => Err(silent(since.elapsed())),
                None => Ok(()),
            });
        }
        let look = match &state.failure {
            Some((failure, at))
                if failure.kind == StoreFailureKind::Storage && at.elapsed() < ROOM_WAITS =>
            {
                return Err(Err(EngineError::Store(failure.clone())));
            }
            Some(_) => Look::Thorough,
            None if state.proved.is_some_and(|at| at.elapsed() < PROOF_HOLDS) => {
                return Err(Ok(()));
            }
            // What a writer is at will tell, sooner or later.
            None if self.at_work.load(Ordering::Relaxed) > 0 => {
                return Err(match state.commits.iter().map(Instant::elapsed).max() {
                    Some(waited) if waited > COMMIT_PATIENCE => Err(silent(waited)),
                    _ => Ok(()),
                });
            }
            None => Look::at_what_is_sound(is_shared),
        };
        state.looking = Some(Instant::now());
        Ok(look)
    }

    fn end_look(&self, look: Look, found: &Result<(), EngineError>) {
        let mut state = self.lock();
        state.looking = None;
        let has_failed = state.failure.is_some();
        drop(state);
        match found {
            // What failed meanwhile was asked for more.
            Ok(()) if look == Look::Light && has_failed => {}
            Ok(()) => self.proved(),
            Err(EngineError::Store(failure)) => self.failed(failure.clone()),
            // It was not looked at the database.
            Err(_) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Answers when the database can be read, and written if this engine writes.
    ///
    /// After a failure nothing is believed until a batch was made durable again: a disk that is
    /// full, or a standby, can well be read; and where this process alone writes, nothing is
    /// believed either that was not proved lately. While nothing fails and something was written
    /// lately, writing is not tried, and at most one caller tries it at a time.
    ///
    /// # Errors
    /// [`EngineError::Store`] with why it cannot be used, [`EngineError::Stopped`] when the engine
    /// is stopping.
    pub async fn ready(&self) -> Result<(), EngineError> {
        let first = self.read(|reader| Ok(reader.ledgers(LedgerId(0), 1)?)).await?;
        if !self.writes() {
            return Ok(());
        }
        let is_shared = self.shared().store.is_shared();
        let look = match self.shared().health.begin_look(is_shared) {
            Ok(look) => look,
            Err(known) => return known,
        };
        let ledger = first.first().map(|row| row.id);
        match self.look(look, ledger).await {
            // A connection that idled may have died with the server that it led to; the next one
            // tells of the server that is there now.
            Err(EngineError::Store(failure)) if failure.kind == StoreFailureKind::Database => {
                match self.shared().health.begin_look(is_shared) {
                    Ok(look) => self.look(look, ledger).await,
                    Err(known) => known,
                }
            }
            found => found,
        }
    }

    /// Looks, and notes what was found even when the caller has stopped waiting.
    async fn look(&self, look: Look, ledger: Option<LedgerId>) -> Result<(), EngineError> {
        let shared = self.shared_handle();
        let found = self.run_job_told(ledger.unwrap_or(LedgerId(0)), move |writer| {
            let found = writer.and_then(|writer| Ok(try_to_write(writer, look, ledger)?));
            shared.health.end_look(look, &found);
            found
        });
        let found = found.await;
        if let Err(EngineError::Overloaded | EngineError::Stopped) = found {
            // It never came to the writer.
            self.shared().health.end_look(look, &found);
        }
        found
    }
}

fn try_to_write(
    writer: &mut dyn Writer,
    look: Look,
    ledger: Option<LedgerId>,
) -> Result<(), StoreError> {
    let asked: Vec<LedgerId> = ledger.into_iter().collect();
    match look {
        Look::Light => {
            writer.begin(&[])?;
            writer.rollback()
        }
        Look::Thorough => {
            let got = writer.begin(&asked)?;
            if got == asked {
                return writer.confirm();
            }
            writer.rollback()?;
            Err(StoreError::Busy("another process is writing; try again".to_owned()))
        }
    }
}

fn silent(since: Duration) -> EngineError {
    let message = format!("the database has not answered for {} ms", since.as_millis());
    EngineError::Store(StoreFailure { kind: StoreFailureKind::Database, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: StoreFailureKind) -> StoreFailure {
        StoreFailure { kind, message: "planned".to_owned() }
    }

    fn gone() -> StoreFailure {
        failure(StoreFailureKind::Database)
    }

    #[test]
    fn one_looks_and_the_others_are_told_what_is_known() {
        let health = Health::default();
        assert_eq!(health.begin_look(true), Ok(Look::Light));
        assert_eq!(health.begin_look(true), Err(Ok(())), "nothing speaks against it");
        health.failed(gone());
        assert_eq!(health.begin_look(true), Err(Err(EngineError::Store(gone()))));
        health.end_look(Look::Light, &Ok(()));
        assert_eq!(
            health.begin_look(true),
            Ok(Look::Thorough),
            "that it can be read proves little"
        );
        health.end_look(Look::Thorough, &Err(EngineError::Store(gone())));
        assert_eq!(health.begin_look(true), Ok(Look::Thorough));
        health.end_look(Look::Thorough, &Ok(()));
        assert_eq!(health.begin_look(true), Err(Ok(())), "just proved");
    }

    #[test]
    fn a_file_is_written_to_before_it_is_believed_to_have_room() {
        let health = Health::default();
        assert_eq!(health.begin_look(false), Ok(Look::Thorough));
        let full = EngineError::Store(failure(StoreFailureKind::Storage));
        health.end_look(Look::Thorough, &Err(full.clone()));
        assert_eq!(health.begin_look(false), Err(Err(full)));
        health.proved();
        assert_eq!(health.begin_look(false), Err(Ok(())), "just proved");
    }

    #[test]
    fn room_is_not_believed_in_at_once() {
        let health = Health::default();
        let full = failure(StoreFailureKind::Storage);
        health.failed(full.clone());
        assert_eq!(health.begin_look(true), Err(Err(EngineError::Store(full.clone()))));
        let before = Instant::now().checked_sub(ROOM_WAITS).expect("an instant");
        health.lock().failure = Some((full, before));
        assert_eq!(health.begin_look(true), Ok(Look::Thorough));
        health.end_look(Look::Thorough, &Ok(()));
        health.failed(failure(StoreFailureKind::Storage));
        health.proved();
        assert_eq!(health.begin_look(true), Err(Ok(())), "a batch was written");
    }

    #[test]
    fn a_look_that_stays_away_says_so() {
        let health = Health::default();
        assert_eq!(health.begin_look(true), Ok(Look::Light));
        health.lock().looking = Instant::now().checked_sub(LOOK_PATIENCE * 2);
        assert!(matches!(health.begin_look(true), Err(Err(EngineError::Store(_)))));
    }

    #[test]
    fn a_writer_at_work_is_not_disturbed() {
        let health = Health::default();
        let at_work = health.work();
        assert_eq!(health.begin_look(true), Err(Ok(())));
        health.failed(gone());
        assert_eq!(health.begin_look(true), Ok(Look::Thorough), "but for what failed");
        health.end_look(Look::Thorough, &Err(EngineError::Overloaded));
        drop(at_work);
        assert_eq!(health.begin_look(true), Ok(Look::Thorough), "who could not look knows nothing");
    }

    #[test]
    fn a_commit_that_does_not_end_is_no_sign_of_life() {
        let health = Health::default();
        let at_work = health.work();
        let mut committing = health.commit();
        assert_eq!(health.begin_look(true), Err(Ok(())));
        let before = Instant::now().checked_sub(COMMIT_PATIENCE * 2).expect("an instant");
        health.lock().commits = vec![before];
        committing.since = before;
        assert!(matches!(health.begin_look(true), Err(Err(EngineError::Store(_)))));
        health.proved();
        assert_eq!(health.begin_look(true), Err(Ok(())), "another one succeeds meanwhile");
        drop((committing, at_work));
        assert!(health.lock().commits.is_empty());
    }
}
