//! Stores that pass everything on to another one, but for what a test wants otherwise.

use std::sync::Arc;

use ledger::id::LedgerId;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, DeliveryRow, Head};
use ledger::trail::Hash;
use ledger::{Changes, Guess, Loaded, Misses};
use store::{Reader, SessionChange, Store, StoreError, Writer};

/// What becomes of calls on their way to a writer. What it does not say is passed on as it is.
pub trait WriterHook: Send {
    /// Comes before every call that begins, reads, commits or confirms a batch.
    fn before_call(&mut self) {}

    /// A batch was begun over these ledgers, or is to be committed on a guess of them; returns
    /// those that it is said to hold.
    ///
    /// # Errors
    /// Whatever the caller is to meet instead.
    fn begun(&mut self, held: Vec<LedgerId>) -> Result<Vec<LedgerId>, StoreError> {
        Ok(held)
    }

    /// Instead of [`Writer::guesses`].
    fn guesses(&self, below: &dyn Writer) -> bool {
        below.guesses()
    }

    /// Instead of [`Writer::commit`] and of [`Writer::commit_guessed`]; says whether it was
    /// written, as [`Commit::run`] does.
    ///
    /// # Errors
    /// See there.
    fn commit(&mut self, mut commit: Commit<'_>, changes: &Changes) -> Result<bool, StoreError> {
        commit.run(changes)
    }

    /// Instead of [`Writer::confirm`].
    ///
    /// # Errors
    /// See there.
    fn confirm(&mut self, below: &mut dyn Writer) -> Result<(), StoreError> {
        below.confirm()
    }

    /// Comes before [`Writer::forget_outcomes`].
    fn forgetting_outcomes(&mut self, _before: At) {}

    /// Instead of [`Writer::restore`].
    ///
    /// # Errors
    /// See there.
    fn restore(&mut self, below: &mut dyn Writer, part: &Changes) -> Result<(), StoreError> {
        below.restore(part)
    }
}

/// A commit on its way: of a batch that was begun, or on a guess.
pub struct Commit<'a> {
    below: &'a mut dyn Writer,
    guess: Option<&'a Guess>,
}

impl Commit<'_> {
    /// Whether it is on a guess.
    pub fn is_guessed(&self) -> bool {
        self.guess.is_some()
    }

    /// Commits, and says whether it was written: always, but on a guess that does not hold.
    ///
    /// # Errors
    /// See [`Writer::commit`].
    pub fn run(&mut self, changes: &Changes) -> Result<bool, StoreError> {
        match self.guess {
            None => self.below.commit(changes).map(|()| true),
            Some(guess) => self.below.commit_guessed(guess, changes),
        }
    }
}

/// A writer before another one.
pub struct HookedWriter<H> {
    below: Box<dyn Writer>,
    hook: H,
}

impl<H: WriterHook> HookedWriter<H> {
    /// Puts a hook before a writer.
    pub fn new(below: Box<dyn Writer>, hook: H) -> HookedWriter<H> {
        HookedWriter { below, hook }
    }

    fn call(&mut self) -> &mut dyn Writer {
        self.hook.before_call();
        &mut *self.below
    }
}

/// A store before another one, whose writers each have a hook before them.
pub struct HookedStore<F> {
    below: Arc<dyn Store>,
    hook: F,
}

impl<F> HookedStore<F> {
    /// Makes a hook for each writer that is opened.
    pub fn new(below: impl Into<Arc<dyn Store>>, hook: F) -> HookedStore<F> {
        HookedStore { below: below.into(), hook }
    }
}

impl<F, H> Store for HookedStore<F>
where
    F: Fn() -> H + Send + Sync + 'static,
    H: WriterHook + 'static,
{
    fn writers_max(&self) -> usize {
        self.below.writers_max()
    }

    fn is_shared(&self) -> bool {
        self.below.is_shared()
    }

    fn group(&self, ledger: LedgerId) -> Option<u32> {
        self.below.group(ledger)
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        Ok(Box::new(HookedWriter::new(self.below.writer()?, (self.hook)())))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.below.reader()
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        self.below.size_bytes()
    }
}

impl<H: WriterHook> Writer for HookedWriter<H> {
    fn begin(&mut self, ledgers: &[LedgerId]) -> Result<Vec<LedgerId>, StoreError> {
        let held = self.call().begin(ledgers)?;
        self.hook.begun(held)
    }

    fn begin_loading(
        &mut self,
        ledgers: &[LedgerId],
        misses: &Misses,
    ) -> Result<(Vec<LedgerId>, Loaded), StoreError> {
        let (held, loaded) = self.call().begin_loading(ledgers, misses)?;
        Ok((self.hook.begun(held)?, loaded))
    }

    fn load(&mut self, misses: &Misses) -> Result<Loaded, StoreError> {
        self.call().load(misses)
    }

    fn entry_hash(&mut self, ledger: LedgerId, index: u64) -> Result<Option<Hash>, StoreError> {
        self.call().entry_hash(ledger, index)
    }

    fn commit(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.hook.before_call();
        let commit = Commit { below: &mut *self.below, guess: None };
        match self.hook.commit(commit, changes)? {
            true => Ok(()),
            false => Err(StoreError::Conflict("only a guess can be wrong".to_owned())),
        }
    }

    fn guesses(&self) -> bool {
        self.hook.guesses(&*self.below)
    }

    fn commit_guessed(&mut self, guess: &Guess, changes: &Changes) -> Result<bool, StoreError> {
        self.hook.before_call();
        let ledgers = guess.ledgers();
        if self.hook.begun(ledgers.clone())? != ledgers {
            return Ok(false);
        }
        let commit = Commit { below: &mut *self.below, guess: Some(guess) };
        self.hook.commit(commit, changes)
    }

    fn confirm(&mut self) -> Result<(), StoreError> {
        self.hook.before_call();
        self.hook.confirm(&mut *self.below)
    }

    fn rollback(&mut self) -> Result<(), StoreError> {
        self.below.rollback()
    }

    fn forget_outcomes(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.hook.forgetting_outcomes(before);
        self.below.forget_outcomes(before, limit)
    }

    fn restore(&mut self, part: &Changes) -> Result<(), StoreError> {
        self.hook.restore(&mut *self.below, part)
    }

    fn discard(&mut self, ledger: LedgerId) -> Result<(), StoreError> {
        self.below.discard(ledger)
    }

    fn claim_deliveries(
        &mut self,
        ledger: LedgerId,
        now: At,
        lease_until: At,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        self.below.claim_deliveries(ledger, now, lease_until, limit)
    }

    fn settle_deliveries(&mut self, rows: &[DeliveryRow]) -> Result<(), StoreError> {
        self.below.settle_deliveries(rows)
    }

    fn forget_events(&mut self, before: At, limit: u32) -> Result<u32, StoreError> {
        self.below.forget_events(before, limit)
    }

    fn replace(
        &mut self,
        ledger: LedgerId,
        expected: Head,
        fresh: &Changes,
    ) -> Result<(), StoreError> {
        self.below.replace(ledger, expected, fresh)
    }

    fn stage(&mut self, part: &StagedPart) -> Result<(), StoreError> {
        self.below.stage(part)
    }

    fn unstage(&mut self, ledger: LedgerId, job: JobId, limit: u32) -> Result<u32, StoreError> {
        self.below.unstage(ledger, job, limit)
    }

    fn staged(&mut self, ledger: LedgerId) -> Result<Vec<(JobId, At)>, StoreError> {
        self.below.staged(ledger)
    }

    fn change_sessions(&mut self, change: &SessionChange) -> Result<u32, StoreError> {
        self.below.change_sessions(change)
    }
}
