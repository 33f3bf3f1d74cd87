//! Store and model in lock-step.

mod comparing;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ledger::command::{ApplyImport, Import};
use ledger::invariants::{self, Invariant, Snapshot, Told, Violation};
use ledger::job::JobId;
use ledger::model::{At, Head};
use ledger::outcome::Answer;
use ledger::{Action, Books, Code, Command, Refusal};
use store::contract::take_in;
use store::{Reader, Store, StoreError, Writer};

use self::comparing::{compare_answers, difference};
use super::batch::{self, Ready};
use super::world::{LEDGERS, World};
use super::{Failure, Opening, Plan, Planted, Summary};
use crate::faulty::faulty;
use crate::model::Model;
use crate::random::Random;
use crate::snapshot;
use crate::vfs::{Disk, Failure as DiskFailure, Operation, Survivors};

/// How long remembered outcomes are kept here: longer than any rule asks for.
const OUTCOMES_KEPT_MS: i64 = 4 * 24 * 60 * 60 * 1000;

/// Runs a plan on the store that `opening` opens.
///
/// # Errors
/// [`Failure`] at the first step after which something does not hold.
pub fn run(plan: &Plan, opening: Opening<'_>) -> Result<Summary, Box<Failure>> {
    let mut run = Run::new(plan, opening);
    run.begin();
    let mut commands = run.opening_commands();
    for step in 0..plan.steps {
        if let Err(Stop { what, violations }) = run.step(&commands) {
            let commands = run.sent(&commands);
            return Err(Box::new(Failure { seed: plan.seed, step, what, violations, commands }));
        }
        commands = match run.next() {
            Ok(commands) => commands,
            Err(Stop { what, violations }) => {
                let commands = Vec::new();
                let failure = Failure { seed: plan.seed, step, what, violations, commands };
                return Err(Box::new(failure));
            }
        };
    }
    Ok(run.summary)
}

/// What the two ledgers hold.
type Ledgers = [Option<Snapshot>; 2];

struct Stop {
    what: String,
    violations: Vec<Violation>,
}

impl From<String> for Stop {
    fn from(what: String) -> Stop {
        Stop { what, violations: Vec::new() }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        format!("the store fails: {error}").into()
    }
}

/// What comes between.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Nothing,
    SmallBatches,
    PowerCut,
    DiskFailure,
    RefusedCommit,
    Rollback,
    Reopened,
}

struct Run<'a> {
    planted: Option<Planted>,
    opening: Opening<'a>,
    disk: Disk,
    world: World,
    trouble: Random,
    model: Model,
    store: Option<(Box<dyn Store>, Box<dyn Writer>)>,
    faulted: Arc<AtomicBool>,
    books: Books,
    /// What the model answered in this step.
    expected: Vec<Answer>,
    told: [Vec<Told>; 2],
    summary: Summary,
}

impl<'a> Run<'a> {
    fn new(plan: &Plan, opening: Opening<'a>) -> Run<'a> {
        Run {
            planted: plan.planted,
            opening,
            disk: Disk::mount(),
            world: World::new(plan.seed),
            trouble: Random::new(!plan.seed),
            model: Model::default(),
            store: None,
            faulted: Arc::new(AtomicBool::new(false)),
            books: Books::default(),
            expected: Vec::new(),
            told: [Vec::new(), Vec::new()],
            summary: Summary::default(),
        }
    }

    /// Lets the power fail while the store is made, now and then.
    fn begin(&mut self) {
        if self.trouble.chance(1, 2) {
            self.disk.meter().cut_power(1 + self.trouble.below(30));
            // Whether it was made or not, the store is opened again by the first batch.
            let _ = self.writer();
            self.lose_power();
        }
    }

    fn opening_commands(&mut self) -> Vec<Command> {
        LEDGERS
            .map(|ledger| Command {
                ledger,
                actor: ledger::Actor::Operator("operator".to_owned()),
                at: self.world.at,
                idempotency: None,
                action: self.world.open(ledger),
            })
            .into()
    }

    /// What comes next: commands in one batch, or one that ends an import.
    fn next(&mut self) -> Result<Vec<Command>, Stop> {
        let Some(importer) = self.world.importer() else { return Ok(self.world.batch()) };
        let list = self.world.list();
        let job = JobId(self.world.random.bits() >> 1);
        let expected = {
            let mut writer = self.model.writer()?;
            take_in(&self.model, &mut *writer, &importer, job, list.clone())?
        };
        let troubled = self.trouble.chance(1, 3);
        if troubled {
            self.writer()?;
            self.disk.meter().cut_power(1 + self.trouble.below(12));
        }
        let taken = match self.take_in(&importer, job, &list) {
            Err(_) if troubled => {
                self.crash();
                self.writer()?.unstage(importer.ledger, job, u32::MAX)?;
                self.take_in(&importer, job, &list)?
            }
            taken => taken?,
        };
        if troubled {
            // What was staged is still to be there behind a power cut that comes later.
            self.crash();
        }
        if taken != expected {
            return Err(format!("a list came to {taken:?}, expected {expected:?}").into());
        }
        let action = match taken {
            Ok(apply) => Action::ApplyImport(apply),
            // Whatever it is refused with, it does nothing.
            Err(_) => importer.action.clone(),
        };
        Ok(vec![Command { action, ..importer }])
    }

    fn take_in(
        &mut self,
        importer: &Command,
        job: JobId,
        list: &Import,
    ) -> Result<Result<ApplyImport, Refusal>, StoreError> {
        self.writer()?;
        match &mut self.store {
            Some((store, writer)) => take_in(&**store, &mut **writer, importer, job, list.clone()),
            None => Err(StoreError::Database("the store is not open".to_owned())),
        }
    }

    /// The commands with the answers that the model gave, as far as it came.
    fn sent(&self, commands: &[Command]) -> Vec<String> {
        let answers = self.expected.iter().map(|answer| format!("{:?}", answer.result));
        let answers = answers.chain(std::iter::repeat("no answer".to_owned()));
        let both = commands.iter().zip(answers);
        both.map(|(command, answer)| format!("{command:?}, answered: {answer}")).collect()
    }

    fn step(&mut self, commands: &[Command]) -> Result<(), Stop> {
        self.forget()?;
        self.expected.clear();
        let before = ledgers(self.model.reader()?)?;
        let expected = batch::one_by_one(&mut *self.model.writer()?, commands)?;
        let after = ledgers(self.model.reader()?)?;
        self.expected.clone_from(&expected);
        self.summary.commands += commands.len() as u64;
        self.summary.refused += expected.iter().filter(|it| it.result.is_err()).count() as u64;
        self.through(commands, &expected, [&before, &after])?;
        self.tell(commands, &expected);
        self.check(&after, commands)?;
        for (newest, ledger) in self.world.newest.iter_mut().zip(&after) {
            *newest = ledger.as_ref().map_or(0, |snapshot| snapshot.ledger.last_position);
        }
        self.summary.numbers = self.world.newest.iter().sum();
        Ok(())
    }

    /// Gets the commands through the store, whatever comes between.
    fn through(
        &mut self,
        commands: &[Command],
        expected: &[Answer],
        states: [&Ledgers; 2],
    ) -> Result<(), Stop> {
        let trouble = match self.trouble.below(14) {
            0..=2 => Trouble::SmallBatches,
            3..=6 => Trouble::PowerCut,
            7 | 8 => Trouble::DiskFailure,
            9 => Trouble::RefusedCommit,
            10 => Trouble::Rollback,
            11 => Trouble::Reopened,
            _ => Trouble::Nothing,
        };
        match trouble {
            Trouble::Nothing => self.whole(commands, expected),
            Trouble::SmallBatches => self.small(commands, expected),
            Trouble::PowerCut => self.power_cut(commands, expected, states),
            Trouble::DiskFailure => self.disk_failure(commands, expected, states),
            Trouble::RefusedCommit => self.refused(commands, expected, states),
            Trouble::Rollback => {
                let ready = batch::decide(self.writer()?, commands.to_vec(), Books::default())?;
                self.writer()?.rollback()?;
                compare_answers(&ready.answers, &expected[..ready.answers.len()])?;
                self.whole(commands, expected)
            }
            Trouble::Reopened => {
                self.store = None;
                self.whole(commands, expected)
            }
        }
    }

    /// All commands in one batch.
    fn whole(&mut self, commands: &[Command], expected: &[Answer]) -> Result<(), Stop> {
        let answers = self.send(commands)?;
        compare_answers(&answers, expected).map_err(Stop::from)
    }

    /// All commands in one batch, after one that may have remembered its refusals and nothing else:
    /// they are replayed then.
    fn again(&mut self, commands: &[Command], expected: &[Answer]) -> Result<(), Stop> {
        let as_first = |answer: &Answer| Answer { replayed: false, ..answer.clone() };
        let answers: Vec<Answer> = self.send(commands)?.iter().map(as_first).collect();
        let expected: Vec<Answer> = expected.iter().map(as_first).collect();
        compare_answers(&answers, &expected).map_err(Stop::from)
    }

    fn small(&mut self, commands: &[Command], expected: &[Answer]) -> Result<(), Stop> {
        let mut rest = commands;
        let mut answers = Vec::new();
        while !rest.is_empty() {
            let count = 1 + self.trouble.below(rest.len() as u64) as usize;
            let (some, others) = rest.split_at(count);
            answers.extend(self.send(some)?);
            rest = others;
        }
        compare_answers(&answers, expected).map_err(Stop::from)
    }

    /// The power is cut on the way, or just behind it.
    fn power_cut(
        &mut self,
        commands: &[Command],
        expected: &[Answer],
        [before, after]: [&Ledgers; 2],
    ) -> Result<(), Stop> {
        self.writer()?;
        self.disk.meter().cut_power(1 + self.trouble.below(40));
        let result = self.send(commands);
        self.crash();
        let stored = self.stored()?;
        if self.planted == Some(Planted::AnswerBeforeCommit) {
            self.tell(commands, expected);
            return Ok(());
        }
        match result {
            Ok(answers) => {
                compare_answers(&answers, expected)?;
                self.summary.survived += 1;
                // What was lost of it is found by the checks behind the step.
                Ok(())
            }
            Err(_) if stored == *after && before != after => {
                self.summary.survived += 1;
                Ok(())
            }
            Err(_) if stored == *before => self.again(commands, expected),
            Err(error) => {
                let what = format!("after a crash the batch is there in part ({error})");
                Err(self.stop(what, &stored))
            }
        }
    }

    /// The disk fails once, and the store goes on.
    fn disk_failure(
        &mut self,
        commands: &[Command],
        expected: &[Answer],
        [before, after]: [&Ledgers; 2],
    ) -> Result<(), Stop> {
        self.writer()?;
        let operation = *self.trouble.pick(&[Operation::Write, Operation::Sync]);
        let failure = *self.trouble.pick(&[DiskFailure::Full, DiskFailure::Error]);
        let nth = match operation {
            Operation::Write => 1 + self.trouble.below(20),
            Operation::Sync => 1,
        };
        self.disk.meter().fail(operation, nth, failure);
        let result = self.send(commands);
        self.disk.meter().heal();
        let error = match result {
            Ok(answers) => return compare_answers(&answers, expected).map_err(Stop::from),
            Err(error) => error,
        };
        self.summary.failures += 1;
        let doubtful = matches!(error, StoreError::InDoubt(_));
        if doubtful {
            self.store = None;
        }
        let stored = self.stored()?;
        match () {
            () if stored == *before => self.again(commands, expected),
            () if stored == *after && doubtful => Ok(()),
            () => {
                let what = format!("after a failure of the disk the batch is there ({error})");
                Err(self.stop(what, &stored))
            }
        }
    }

    /// The store refuses the batch, which is then run again command by command.
    fn refused(
        &mut self,
        commands: &[Command],
        expected: &[Answer],
        [before, _]: [&Ledgers; 2],
    ) -> Result<(), Stop> {
        let mut ready = batch::decide(self.writer()?, commands.to_vec(), Books::default())?;
        let Some(head) = ready.changes.ledgers.first_mut() else {
            self.writer()?.rollback()?;
            return self.whole(commands, expected);
        };
        head.expected = match head.expected {
            Some(head) => Some(Head { trail_count: head.trail_count + 1, ..head }),
            None => Some(Head::default()),
        };
        match self.writer()?.commit(&ready.changes) {
            Err(StoreError::Conflict(_)) => self.summary.conflicts += 1,
            other => return Err(format!("a head that has moved is no conflict: {other:?}").into()),
        }
        let stored = self.stored()?;
        if stored != *before {
            return Err(self.stop("a refused commit left something".to_owned(), &stored));
        }
        let answers = batch::one_by_one(self.writer()?, commands)?;
        compare_answers(&answers, expected).map_err(Stop::from)
    }

    fn send(&mut self, commands: &[Command]) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::with_capacity(commands.len());
        let mut waiting = commands.to_vec();
        while !waiting.is_empty() {
            // Now and then a batch knows nothing, and what an earlier one left grows old: the batch
            // behind must see that it did.
            let forgets = self.trouble.chance(1, 4);
            let books = if forgets { Books::default() } else { std::mem::take(&mut self.books) };
            let guesses = self.trouble.chance(2, 3);
            let (ready, held) = batch::send(self.writer()?, waiting, books, guesses)?;
            self.summary.guessed += u64::from(held == Some(true));
            self.summary.misguessed += u64::from(held == Some(false));
            let Ready { answers: decided, put_off, books, .. } = ready;
            if !forgets {
                self.books = books;
            }
            answers.extend(decided);
            waiting = put_off;
        }
        Ok(answers)
    }

    /// Cuts the power; now and then once more while the store is opened again.
    fn crash(&mut self) {
        self.summary.crashes += 1;
        self.lose_power();
        if self.trouble.chance(1, 3) {
            self.disk.meter().cut_power(1 + self.trouble.below(6));
            // Whether it was opened or not, it is opened again behind this.
            let _ = self.writer();
            self.lose_power();
        }
    }

    fn lose_power(&mut self) {
        let survivors = match self.trouble.chance(1, 2) {
            true => Survivors::None,
            false => Survivors::Some(Random::new(self.trouble.bits())),
        };
        self.disk.crash(survivors);
        self.store = None;
    }

    fn writer(&mut self) -> Result<&mut dyn Writer, StoreError> {
        let open = match self.store.take() {
            Some(open) => open,
            None => {
                let mut store = (self.opening)(&self.disk)?;
                if let Some(Planted::Store(fault)) = self.planted {
                    store = Box::new(faulty(store, fault, Arc::clone(&self.faulted)));
                }
                let ignoring = self.planted == Some(Planted::CommitWithoutSync);
                self.disk.meter().ignore_syncs(ignoring);
                let writer = store.writer()?;
                (store, writer)
            }
        };
        Ok(&mut *self.store.insert(open).1)
    }

    fn reader(&mut self) -> Result<Box<dyn Reader>, StoreError> {
        self.writer()?;
        match &self.store {
            Some((store, _)) => store.reader(),
            None => Err(StoreError::Database("the store is not open".to_owned())),
        }
    }

    fn stored(&mut self) -> Result<Ledgers, Stop> {
        Ok(ledgers(self.reader()?)?)
    }

    fn forget(&mut self) -> Result<(), Stop> {
        if self.trouble.chance(1, 10) {
            let before = At(self.world.at.0 - OUTCOMES_KEPT_MS);
            self.writer()?.forget_outcomes(before, u32::MAX)?;
            self.model.writer()?.forget_outcomes(before, u32::MAX)?;
        }
        Ok(())
    }

    fn tell(&mut self, commands: &[Command], answers: &[Answer]) {
        for (command, answer) in commands.iter().zip(answers) {
            let told = &mut self.told[usize::from(command.ledger == LEDGERS[1])];
            // Who sends a key again with another request, or may not ask any more, is told so
            // instead of the first answer.
            let about_asking = answer.result.as_ref().is_err_and(|refusal| {
                matches!(refusal.code, Code::IdempotencyError | Code::ApiKeyExpired)
            });
            let key = command.idempotency.filter(|_| !about_asking).map(|(key, _)| key);
            told.push(Told { key, result: answer.result.clone() });
        }
    }

    /// Holds the store against the model and the invariants.
    fn check(&mut self, model: &Ledgers, commands: &[Command]) -> Result<(), Stop> {
        let stored = self.stored()?;
        let stop = self.stop(String::new(), &stored);
        if let Some((place, _)) = stored.iter().zip(model).enumerate().find(|(_, (s, m))| s != m) {
            let what = difference(&stored[place], &model[place]);
            return Err(Stop { what, ..stop });
        }
        if !stop.violations.is_empty() {
            return Err(Stop { what: "an invariant does not hold".to_owned(), ..stop });
        }
        self.compare_answers_kept(commands)?;
        self.compare_documents()?;
        self.compare_lists()
    }

    fn stop(&self, what: String, stored: &Ledgers) -> Stop {
        let mut violations = Vec::new();
        for (ledger, told) in stored.iter().zip(&self.told) {
            match ledger {
                Some(ledger) => violations.extend(invariants::check(ledger, told)),
                None if told.iter().any(|told| told.result.is_ok()) => {
                    let what = "a ledger was opened and is lost".to_owned();
                    violations.push(Violation { invariant: Invariant::Durable, what });
                }
                None => {}
            }
        }
        Stop { what, violations }
    }
}

fn ledgers(mut reader: Box<dyn Reader>) -> Result<Ledgers, StoreError> {
    Ok([snapshot::take(&mut *reader, LEDGERS[0])?, snapshot::take(&mut *reader, LEDGERS[1])?])
}
