//! Taking over a list of numbers, as a job.

mod checked;
pub(crate) mod keyed;
pub(crate) mod survey;

use std::sync::Arc;

pub use checked::CheckedImport;
pub(crate) use checked::{CheckedGap, CheckedSequence, reference_key};

use self::survey::Survey;
use super::{JobId, StagedPart};
use crate::books::{Books, Loaded, Misses};
use crate::command::{Actor, ApplyImport, Import};
use crate::decide::{Halt, entitled, import};
use crate::id::LedgerId;
use crate::model::At;
use crate::refusal::Refusal;
use crate::role::Right;

/// Numbers in a part: few enough that a writer stages one between two batches.
const PART: usize = 4_096;
/// Numbers given meanwhile that are looked at when the list is applied; more are looked at before.
const BEHIND_MAX: u64 = 512;

/// An import on its way: call [`ImportJob::step`] and do what it asks for, until it yields the
/// command to apply.
#[derive(Debug)]
pub struct ImportJob {
    ledger: LedgerId,
    actor: Actor,
    at: At,
    id: JobId,
    list: Arc<Import>,
    stages: bool,
    books: Books,
    phase: Phase,
}

#[derive(Debug)]
enum Phase {
    Begin,
    Survey(Box<Survey>),
    Check(Box<Survey>),
    Stage { checked: Arc<CheckedImport>, seen: u64, next: usize },
    CatchUp(ApplyImport),
}

/// What an import needs next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each chunk of a list")]
pub enum ImportStep {
    /// Load these rows, then [`ImportJob::fill`] and step again.
    Load(Misses),
    /// Stage these rows, then step again.
    Stage(StagedPart),
    /// Run this command; all is staged.
    Apply(ApplyImport),
}

impl ImportJob {
    /// A job that takes over a list.
    pub fn new(ledger: LedgerId, actor: Actor, at: At, id: JobId, list: Arc<Import>) -> ImportJob {
        let (books, phase) = (Books::default(), Phase::Begin);
        ImportJob { ledger, actor, at, id, list, stages: true, books, phase }
    }

    /// A job that stages nothing, for a rehearsal.
    pub fn rehearsed(mut self) -> ImportJob {
        self.stages = false;
        self
    }

    /// Goes on with what is loaded.
    ///
    /// # Errors
    /// Why the list cannot be imported; nothing of it need be staged any longer.
    pub fn step(&mut self) -> Result<ImportStep, Refusal> {
        loop {
            match self.advance() {
                Ok(Some(step)) => return Ok(step),
                Ok(None) => {}
                Err(Halt::Missing) => {
                    self.books.forget_writes();
                    return Ok(ImportStep::Load(self.books.take_misses()));
                }
                Err(Halt::Refused(refusal)) if self.books.is_missing_any() => {
                    // What is missing may be what it would not be refused with.
                    let misses = self.books.take_misses();
                    self.books.forget_writes();
                    drop(refusal);
                    return Ok(ImportStep::Load(misses));
                }
                Err(Halt::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Takes what was loaded for [`ImportStep::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        match &mut self.phase {
            Phase::Survey(survey) => survey.fill(&self.list, found),
            _ => self.books.fill(asked, found),
        }
    }

    /// How many lines are done with, of how many: each is looked up and staged.
    pub fn progress(&self) -> (u64, u64) {
        let all = self.list.lines.len();
        let done = match &self.phase {
            Phase::Begin => 0,
            Phase::Survey(survey) | Phase::Check(survey) => survey.done() / 2,
            Phase::Stage { next, .. } => (all + next) / 2,
            Phase::CatchUp(_) => all,
        };
        (done as u64, all as u64)
    }

    /// One step; `None` when the next phase has begun.
    fn advance(&mut self) -> Result<Option<ImportStep>, Halt> {
        match std::mem::replace(&mut self.phase, Phase::Begin) {
            Phase::Begin => {
                let head = entitled(&self.books, self.ledger, &self.actor, Right::KeepBooks)?;
                import::refuse_empty(&self.list)?;
                self.phase = Phase::Survey(Box::new(Survey::new(&head, &self.list)));
                Ok(None)
            }
            Phase::Survey(survey) => match survey.asks(self.ledger, &self.list) {
                Some(misses) => {
                    self.phase = Phase::Survey(survey);
                    Ok(Some(ImportStep::Load(misses)))
                }
                None => {
                    survey.refuse_known(&self.list)?;
                    // Whatever is held against the list is looked at anew.
                    self.books = Books::default();
                    self.phase = Phase::Check(survey);
                    Ok(None)
                }
            },
            Phase::Check(survey) => self.check(survey),
            Phase::Stage { checked, seen, next } => Ok(self.stage(checked, seen, next)),
            Phase::CatchUp(apply) => self.catch_up(apply),
        }
    }

    fn check(&mut self, survey: Box<Survey>) -> Result<Option<ImportStep>, Halt> {
        let (books, list) = (&mut self.books, &self.list);
        match import::check(books, self.ledger, self.id, list, &survey) {
            Ok(checked) => {
                let next = if self.stages { 0 } else { checked.count() };
                let (checked, seen) = (Arc::new(checked), survey.seen);
                self.phase = Phase::Stage { checked, seen, next };
                Ok(None)
            }
            Err(halt) => {
                self.phase = Phase::Check(survey);
                Err(halt)
            }
        }
    }

    fn stage(&mut self, checked: Arc<CheckedImport>, seen: u64, next: usize) -> Option<ImportStep> {
        let numbers: Vec<_> =
            (next..).map_while(|place| checked.staged(place)).take(PART).collect();
        if numbers.is_empty() {
            self.books = Books::default();
            self.phase = Phase::CatchUp(ApplyImport { checked, seen });
            return None;
        }
        let next = next + numbers.len();
        self.phase = Phase::Stage { checked, seen, next };
        let (ledger, job, at) = (self.ledger, self.id, self.at);
        Some(ImportStep::Stage(StagedPart { ledger, job, at, numbers, changes: Vec::new() }))
    }

    /// Looks at what was given since the list was looked up, until little is left to look at.
    fn catch_up(&mut self, apply: ApplyImport) -> Result<Option<ImportStep>, Halt> {
        match import::catch_up(&mut self.books, self.ledger, &apply) {
            Ok(seen) if seen - apply.seen <= BEHIND_MAX => {
                Ok(Some(ImportStep::Apply(ApplyImport { seen, ..apply })))
            }
            Ok(seen) => {
                self.books = Books::default();
                self.phase = Phase::CatchUp(ApplyImport { seen, ..apply });
                Ok(None)
            }
            Err(halt) => {
                self.phase = Phase::CatchUp(apply);
                Err(halt)
            }
        }
    }
}
