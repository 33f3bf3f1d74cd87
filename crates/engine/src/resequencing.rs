//! Numbering documents anew: worked out and staged beside whoever is numbered meanwhile, and done
//! by one command at the end.

use std::collections::HashSet;
use std::sync::Arc;

use ledger::command::ApplyResequence;
use ledger::id::{LedgerId, ObjectId, Position};
use ledger::job::resequence::{
    CatchUp, CatchUpStep, Plan, ResequenceJob, ResequenceStep, RevertJob, RevertStep, Wanted,
    Worked,
};
use ledger::job::{JobId, StagedPart};
use ledger::model::{
    IdempotencyKey, NumberRow, Object, ObjectKind, RequestHash, Resequence, ResequenceStatus,
    Resequencing, SequenceRow,
};
use ledger::outcome::ObjectView;
use ledger::trail::{Change, RenumberedLine};
use ledger::{Action, Actor, Code, Outcome, Refusal};
use store::{DateRange, NumberFilter, ObjectFilter, Page, Reader};

use crate::engine::Engine;
use crate::error::{EngineError, StoreFailureKind};
use crate::importing::Staging;
use crate::pending::Pending;
use crate::query::Progress;

/// Numbers that are changed in a second, about: by one process in a file, and over a connection.
const RATES: [u64; 2] = [150_000, 60_000];
/// Objects that are read at once.
const PAGE: u32 = 100;

/// The key of a request and the hash of what it asks, for one that is safe to repeat.
pub type Repeatable = Option<(IdempotencyKey, RequestHash)>;

/// A part of the mapping of a resequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResequenceLines {
    /// Changed numbers, each with its place among them.
    pub data: Vec<(u64, RenumberedLine)>,
    /// Whether more follow.
    pub has_more: bool,
}

impl Engine {
    /// Works out what numbering a selection anew would come to, and keeps it. Blocks this thread;
    /// others are served meanwhile. Progress counts the documents.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when nothing can be worked out at all. What keeps it from being
    /// applied is told in the answer.
    pub fn preview_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        asked: Resequencing,
        progress: &Progress,
    ) -> Result<ObjectView, EngineError> {
        self.clear_abandoned(ledger)?;
        let mut staging = Staging::begin(self, ledger);
        let job = ResequenceJob::new(ledger, actor.clone(), self.now(), staging.job, asked);
        let mut reader = self.store().reader()?;
        let mut worked = self.work_out(job, ledger, reader.as_mut(), progress)?;
        drop(reader);
        let rate = RATES[usize::from(self.store().is_shared())];
        worked.body.stall_ms = (worked.body.changed * 1000).div_ceil(rate);
        let action = Action::PreviewResequence(Box::new(worked.body));
        let mut command = self.command(ledger, actor, action);
        command.idempotency = repeatable;
        let view = shown(self.patiently(|| self.execute_blocking(command.clone()))?)?;
        if body(&view).is_some_and(|body| body.job == staging.job.0) {
            staging.keep();
        }
        Ok(view)
    }

    /// Applies a resequence, if what it rests on has not changed. Blocks this thread; others are
    /// served meanwhile, but for as long as it takes to make the staged changes.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when it cannot be applied, and the others of [`EngineError`].
    pub fn confirm_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        id: ObjectId,
        progress: &Progress,
    ) -> Result<ObjectView, EngineError> {
        let known = self.resequence(ledger, id)?;
        if known.status != ResequenceStatus::Previewed {
            // A repeated request is answered as before, any other is refused.
            return self.settle_resequence(ledger, actor, repeatable, id);
        }
        refuse_problems(&known)?;
        let job = JobId(known.job);
        let work = ResequenceJob::new(ledger, actor.clone(), self.now(), job, known.asked);
        let mut reader = self.store().reader()?;
        let worked = self.work_out(work.staged_before(), ledger, reader.as_mut(), progress)?;
        let Some(plan) = worked.plan else {
            let first = worked.body.problems.first().map(|problem| problem.message.as_str());
            return Err(changed(first.unwrap_or("its documents have changed")).into());
        };
        let apply = catch_up(id, plan, reader.as_mut())?;
        drop(reader);
        let view = self.apply_resequence(ledger, actor, repeatable, apply)?;
        // What is left of it is cleared away by the next job, if not now.
        drop(self.unstage(ledger, job));
        Ok(view)
    }

    /// Gives a resequence up before it is applied.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when it was applied, and the others of [`EngineError`].
    pub fn cancel_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        id: ObjectId,
    ) -> Result<ObjectView, EngineError> {
        let view = self.settle_resequence(ledger, actor, repeatable, id)?;
        if let Some(body) = body(&view) {
            drop(self.unstage(ledger, JobId(body.job)));
        }
        Ok(view)
    }

    /// Takes a resequence back, if nothing was done on top of it. Blocks this thread.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when it cannot be taken back, and the others of [`EngineError`].
    pub fn revert_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        id: ObjectId,
        progress: &Progress,
    ) -> Result<ObjectView, EngineError> {
        let known = self.resequence(ledger, id)?;
        let applied = match (known.status, known.applied) {
            (ResequenceStatus::Confirmed, Some(receipt)) => receipt.index,
            (ResequenceStatus::Reverted, _) => {
                return self.settle_resequence(ledger, actor, repeatable, id);
            }
            (status, _) => {
                let text = status.text();
                let message = format!("It is {text}, and only one that is confirmed is reverted.");
                return Err(Refusal::of(Code::StatusTransitionInvalid, "id", message).into());
            }
        };
        let staging = Staging::begin(self, ledger);
        let mut reader = self.store().reader()?;
        let change = self.change_at(reader.as_mut(), ledger, applied)?;
        let job = RevertJob::new(ledger, actor.clone(), self.now(), staging.job, (applied, change));
        let plan = self.take_back(job, ledger, reader.as_mut(), progress)?;
        let apply = catch_up(id, plan, reader.as_mut())?;
        drop(reader);
        self.apply_resequence(ledger, actor, repeatable, apply)
    }

    /// A part of the mapping of a resequence: of one that was given up there is none any more.
    pub fn resequence_lines(
        &self,
        ledger: LedgerId,
        id: ObjectId,
        from: u64,
        limit: u32,
    ) -> Pending<ResequenceLines> {
        self.read(move |reader| {
            let known = read_resequence(reader, ledger, id)?;
            let wanted = limit.saturating_add(1);
            let mut data: Vec<(u64, RenumberedLine)> = match (known.status, known.applied) {
                (ResequenceStatus::Previewed, _) => {
                    let staged = reader.staged_changes(ledger, JobId(known.job), from, wanted)?;
                    staged.into_iter().map(|change| (change.place, change.line)).collect()
                }
                (_, Some(receipt)) => {
                    let lines = reader.trail_lines(ledger, receipt.index, from, wanted)?;
                    let read = |(place, bytes): (u64, Vec<u8>)| {
                        Some((place, RenumberedLine::read(&bytes).ok()?))
                    };
                    (from..).zip(lines).filter_map(read).collect()
                }
                _ => Vec::new(),
            };
            let has_more = data.len() > limit as usize;
            data.truncate(limit as usize);
            Ok(ResequenceLines { data, has_more })
        })
    }

    /// The jobs whose staged rows a resequence that may still be applied rests on.
    pub(crate) fn kept_jobs(&self, ledger: LedgerId) -> Result<HashSet<JobId>, EngineError> {
        let mut reader = self.store().reader()?;
        let mut filter = ObjectFilter::of(ObjectKind::Resequence);
        filter.state = Some(ResequenceStatus::Previewed.code());
        let mut jobs = HashSet::new();
        let mut page = Page { starting_after: None, ending_before: None, limit: PAGE };
        loop {
            let found = reader.objects(ledger, &filter, page)?;
            for row in &found.rows {
                if let Object::Resequence(body) = &row.body {
                    jobs.insert(JobId(body.job));
                }
            }
            match found.rows.last() {
                Some(last) if found.has_more => {
                    page.starting_after = Some((last.created, last.id));
                }
                _ => return Ok(jobs),
            }
        }
    }

    fn resequence(&self, ledger: LedgerId, id: ObjectId) -> Result<Resequence, EngineError> {
        read_resequence(self.store().reader()?.as_mut(), ledger, id)
    }

    fn settle_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        id: ObjectId,
    ) -> Result<ObjectView, EngineError> {
        let mut command = self.command(ledger, actor, Action::CancelResequence(id));
        command.idempotency = repeatable;
        shown(self.patiently(|| self.execute_blocking(command.clone()))?)
    }

    fn apply_resequence(
        &self,
        ledger: LedgerId,
        actor: Actor,
        repeatable: Repeatable,
        apply: ApplyResequence,
    ) -> Result<ObjectView, EngineError> {
        let mut command = self.command(ledger, actor, Action::ApplyResequence(apply));
        command.idempotency = repeatable;
        let done = self.patiently(|| self.execute_blocking(command.clone()));
        match done {
            // The store compares each number with what it was.
            Err(EngineError::Store(failure)) if failure.kind == StoreFailureKind::Conflict => {
                Err(changed("its documents have changed").into())
            }
            done => shown(done?),
        }
    }

    fn stage_part(&self, ledger: LedgerId, mut part: StagedPart) -> Result<(), EngineError> {
        part.at = self.now();
        let part = Arc::new(part);
        self.patiently(|| {
            let part = Arc::clone(&part);
            self.run_job(ledger, move |writer| Ok(writer.stage(&part)?)).wait()
        })
    }

    fn work_out(
        &self,
        mut job: ResequenceJob,
        ledger: LedgerId,
        reader: &mut dyn Reader,
        progress: &Progress,
    ) -> Result<Worked, EngineError> {
        let (mut done, mut all) = (0, 0);
        loop {
            match job.step()? {
                ResequenceStep::Load(misses) => {
                    let found = reader.load(&misses)?;
                    job.fill(misses, found);
                }
                ResequenceStep::Numbers(wanted) => {
                    let (rows, has_more) = numbers(reader, ledger, &wanted)?;
                    job.fill_numbers(rows, has_more);
                }
                ResequenceStep::Register(sequence, from, limit) => {
                    job.fill_register(reader.register(ledger, sequence, from, limit)?);
                }
                ResequenceStep::Gaps(sequence, from, limit) => {
                    job.fill_gaps(reader.gaps_of(ledger, sequence, from, limit)?);
                }
                ResequenceStep::Stage(part) => self.stage_part(ledger, part)?,
                ResequenceStep::Done(worked) => return Ok(*worked),
            }
            let (now, of) = job.progress();
            progress.begin(of.saturating_sub(all));
            progress.step(now.saturating_sub(done) as usize);
            (done, all) = (now.max(done), of.max(all));
        }
    }

    fn take_back(
        &self,
        mut job: RevertJob,
        ledger: LedgerId,
        reader: &mut dyn Reader,
        progress: &Progress,
    ) -> Result<Arc<Plan>, EngineError> {
        let (mut done, all) = job.progress();
        progress.begin(all);
        loop {
            match job.step()? {
                RevertStep::Load(misses) => {
                    let found = reader.load(&misses)?;
                    job.fill(misses, found);
                }
                RevertStep::Lines(index, from, limit) => {
                    let lines = reader.trail_lines(ledger, index, from, limit)?;
                    job.fill_lines(&lines).map_err(|damaged| damaged_entry(index, &damaged.0))?;
                }
                RevertStep::Stage(part) => self.stage_part(ledger, part)?,
                RevertStep::Done(plan) => return Ok(plan),
            }
            let (now, _) = job.progress();
            progress.step(now.saturating_sub(done) as usize);
            done = now.max(done);
        }
    }

    fn change_at(
        &self,
        reader: &mut dyn Reader,
        ledger: LedgerId,
        index: u64,
    ) -> Result<Change, EngineError> {
        let entry = reader.trail(ledger, index, 1)?.entries.pop();
        let body = entry.map(|stored| stored.sealed.entry.body).unwrap_or_default();
        Change::read(&body).map_err(|damaged| damaged_entry(index, &damaged.0))
    }
}

fn damaged_entry(index: u64, what: &str) -> EngineError {
    EngineError::Defect(format!("trail entry {index} cannot be read: {what}"))
}

fn numbers(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    wanted: &Wanted,
) -> Result<(Vec<(NumberRow, SequenceRow)>, bool), EngineError> {
    match wanted {
        Wanted::These(positions) => {
            let mut rows = Vec::with_capacity(positions.len());
            for &position in positions {
                match reader.number(ledger, position)? {
                    Some(found) => rows.push((found.row, found.sequence)),
                    None => return Err(missing(ledger, position)),
                }
            }
            Ok((rows, false))
        }
        Wanted::Of(series, from, to, after, limit) => {
            let filter = NumberFilter {
                series: Some(*series),
                date: DateRange { from: *from, to: *to },
                ..NumberFilter::default()
            };
            let page = Page { starting_after: *after, ending_before: None, limit: *limit };
            let found = reader.numbers(ledger, &filter, page)?;
            let rows = found.rows.into_iter().map(|found| (found.row, found.sequence));
            Ok((rows.collect(), found.has_more))
        }
    }
}

fn missing(ledger: LedgerId, position: Position) -> EngineError {
    let text = position.id(ledger);
    let message = format!("No such number: '{text}'. Check the id, and the account and mode.");
    Refusal::of(Code::ResourceMissing, "numbers", message).into()
}

/// Compares a plan with what was given while it was worked out.
fn catch_up(
    id: ObjectId,
    plan: Arc<Plan>,
    reader: &mut dyn Reader,
) -> Result<ApplyResequence, EngineError> {
    let mut behind = CatchUp::new(id, plan);
    loop {
        match behind.step()? {
            CatchUpStep::Load(misses) => {
                let found = reader.load(&misses)?;
                behind.fill(misses, found);
            }
            CatchUpStep::Apply(apply) => return Ok(apply),
        }
    }
}

fn read_resequence(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    id: ObjectId,
) -> Result<Resequence, EngineError> {
    let misses = ledger::Misses { objects: vec![(ledger, id)], ..ledger::Misses::default() };
    match reader.load(&misses)?.objects.pop().map(|row| row.body) {
        Some(Object::Resequence(body)) => Ok(*body),
        _ => {
            let text = id.text(ObjectKind::Resequence, ledger);
            let message = format!("No such resequence: '{text}'. List them to see their ids.");
            Err(Refusal::of(Code::ResourceMissing, "id", message).into())
        }
    }
}

fn refuse_problems(known: &Resequence) -> Result<(), Refusal> {
    let Some(first) = known.problems.first() else { return Ok(()) };
    let message = format!(
        "It has {} problems, the first of them: {} Cancel it, and preview it again without them.",
        known.problem_count(),
        first.message
    );
    Err(Refusal::of(Code::StatusTransitionInvalid, "id", message))
}

fn changed(what: &str) -> Refusal {
    let message = format!(
        "Nothing was renumbered; something has changed since the preview: {what} Cancel this one \
         and preview it again."
    );
    Refusal::of(Code::ChangedSince, "id", message)
}

fn body(view: &ObjectView) -> Option<&Resequence> {
    match &view.row.body {
        Object::Resequence(body) => Some(body),
        _ => None,
    }
}

fn shown(outcome: Outcome) -> Result<ObjectView, EngineError> {
    match outcome {
        Outcome::Object(view) => Ok(*view),
        other => Err(EngineError::Defect(format!("a resequence came to {other:?}"))),
    }
}
