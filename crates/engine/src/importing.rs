//! Importing a list: it is looked up, checked and staged beside whoever is numbered meanwhile, and
//! placed by one command at the end.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::command::{ApplyImport, Import};
use ledger::id::LedgerId;
use ledger::job::JobId;
use ledger::job::import::{ImportJob, ImportStep};
use ledger::outcome::ImportView;
use ledger::rehearsal::Rehearsal;
use ledger::{Action, Actor, Batch, Command, Outcome, Refusal};
use store::{Reader, StoreError, Writer};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::query::Progress;

/// Rows that are cleared away between two batches.
const PORTION: u32 = 8_192;
/// How long a job of another process may give no sign of life before its rows are cleared away.
const ABANDONED_MS: i64 = 60 * 60 * 1000;
/// How often work is handed in again to a writer for which too much is waiting, and how far apart.
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// The jobs that this process works on.
#[derive(Debug, Default)]
pub(crate) struct RunningJobs(Mutex<HashSet<JobId>>);

/// A job that may have staged something. Dropped, it clears that away: what was placed is in the
/// ledger by then, and nothing else is of use.
pub(crate) struct Staging<'a> {
    engine: &'a Engine,
    ledger: LedgerId,
    pub(crate) job: JobId,
    is_kept: bool,
}

impl Engine {
    /// Takes over a list, all of it or nothing. Blocks this thread; others are served meanwhile,
    /// but for as long as it takes to place what was staged. Progress counts the lines.
    ///
    /// Whoever stops half-way leaves nothing but staged rows, which nobody sees and the next import
    /// into the ledger clears away.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when the list does not fit, or when what it rests on has changed
    /// while it was taken in, and the others of [`EngineError`].
    pub fn import(
        &self,
        ledger: LedgerId,
        actor: Actor,
        list: Arc<Import>,
        progress: &Progress,
    ) -> Result<ImportView, EngineError> {
        self.clear_abandoned(ledger)?;
        let staging = Staging::begin(self, ledger);
        let job = ImportJob::new(ledger, actor.clone(), self.now(), staging.job, list);
        let mut reader = self.store().reader()?;
        let apply = take_in(job, reader.as_mut(), progress, |mut part| {
            part.at = self.now();
            let part = Arc::new(part);
            self.patiently(|| {
                let part = Arc::clone(&part);
                self.run_job(ledger, move |writer| Ok(writer.stage(&part)?)).wait()
            })
        })?;
        drop(reader);
        let command = self.command(ledger, actor, Action::ApplyImport(apply));
        imported(self.patiently(|| self.execute_blocking(command.clone()))?)
    }

    /// What [`Engine::import`] would come to now, and what the actions that `behind` names would
    /// come to behind it, one after the other. Nothing is written. Blocks this thread.
    ///
    /// # Errors
    /// As [`Engine::import`]; what is refused behind it is an answer.
    pub fn rehearse_import(
        &self,
        ledger: LedgerId,
        actor: Actor,
        list: Arc<Import>,
        progress: &Progress,
        behind: impl FnOnce(&ImportView) -> Vec<Action>,
    ) -> Result<(ImportView, Vec<Result<Outcome, Refusal>>), EngineError> {
        let job = ImportJob::new(ledger, actor.clone(), self.now(), JobId(0), list).rehearsed();
        let mut reader = self.store().reader()?;
        reader.hold()?;
        let apply = take_in(job, reader.as_mut(), progress, |_| Ok(()))?;
        let mut rehearsal = Rehearsal::default();
        let command = self.command(ledger, actor.clone(), Action::ApplyImport(apply.clone()));
        let decided = Batch::new(vec![command]).run(|misses| reader.load(misses))?;
        rehearsal.note_import(decided.changes, &apply);
        let answer = decided.answers.into_iter().next().ok_or_else(unanswered)?;
        let view = imported(answer.result?)?;
        let command = |action| self.command(ledger, actor.clone(), action);
        let commands: Vec<Command> = behind(&view).into_iter().map(command).collect();
        let decided = Batch::new(commands).run(|misses| {
            let mut found = reader.load(misses)?;
            rehearsal.answer(misses, &mut found);
            Ok::<_, StoreError>(found)
        })?;
        let answers = decided.answers.into_iter().map(|answer| answer.result);
        Ok((view, answers.collect()))
    }

    /// Clears away what jobs left that nobody works on any more.
    pub(crate) fn clear_abandoned(&self, ledger: LedgerId) -> Result<(), EngineError> {
        let staged = || self.run_job(ledger, move |writer| Ok(writer.staged(ledger)?)).wait();
        let alone = !self.store().is_shared();
        let since = self.now().0.saturating_sub(ABANDONED_MS);
        let staged = self.patiently(staged)?;
        if staged.is_empty() {
            return Ok(());
        }
        let kept = self.kept_jobs(ledger)?;
        for (job, at) in staged {
            let is_ours = kept.contains(&job) || self.shared().jobs.lock().contains(&job);
            if !is_ours && (alone || at.0 < since) {
                self.unstage(ledger, job)?;
            }
        }
        Ok(())
    }

    pub(crate) fn unstage(&self, ledger: LedgerId, job: JobId) -> Result<(), EngineError> {
        let portion = move |writer: &mut dyn Writer| Ok(writer.unstage(ledger, job, PORTION)?);
        while self.patiently(|| self.run_job(ledger, portion).wait())? >= PORTION {}
        Ok(())
    }

    /// Hands something in again where too much is waiting: a job has time.
    pub(crate) fn patiently<T>(
        &self,
        mut hand_in: impl FnMut() -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        for _ in 1..TRIES {
            match hand_in() {
                Err(EngineError::Overloaded) => std::thread::sleep(PAUSE),
                other => return other,
            }
        }
        hand_in()
    }
}

impl RunningJobs {
    fn lock(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Staging<'_> {
    pub(crate) fn begin(engine: &Engine, ledger: LedgerId) -> Staging<'_> {
        // Stores keep it as a signed integer.
        let job = JobId(engine.ids().bits() >> 1);
        engine.shared().jobs.lock().insert(job);
        Staging { engine, ledger, job, is_kept: false }
    }

    /// What was staged is needed still.
    pub(crate) fn keep(&mut self) {
        self.is_kept = true;
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        // What cannot be cleared away now is cleared away by the next import.
        if !self.is_kept {
            drop(self.engine.unstage(self.ledger, self.job));
        }
        self.engine.shared().jobs.lock().remove(&self.job);
    }
}

/// Takes a list in up to the command that places it.
fn take_in(
    mut job: ImportJob,
    reader: &mut dyn Reader,
    progress: &Progress,
    mut stage: impl FnMut(ledger::job::StagedPart) -> Result<(), EngineError>,
) -> Result<ApplyImport, EngineError> {
    let (mut done, all) = job.progress();
    progress.begin(all);
    loop {
        match job.step()? {
            ImportStep::Load(misses) => {
                let found = reader.load(&misses)?;
                job.fill(misses, found);
            }
            ImportStep::Stage(part) => stage(part)?,
            ImportStep::Apply(apply) => return Ok(apply),
        }
        let (now, _) = job.progress();
        progress.step((now - done) as usize);
        done = now;
    }
}

fn imported(outcome: Outcome) -> Result<ImportView, EngineError> {
    match outcome {
        Outcome::Imported(view) => Ok(*view),
        other => Err(EngineError::Defect(format!("an import came to {other:?}"))),
    }
}

fn unanswered() -> EngineError {
    EngineError::Defect("an import was not answered".to_owned())
}
