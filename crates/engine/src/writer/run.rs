//! The writer's loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::batch::Decided;
use ledger::id::LedgerId;
use ledger::limits::{EVENT_KEPT_MS, OUTCOME_KEPT_MS};
use ledger::model::At;
use ledger::{Books, Outcome};
use store::{SessionChange, Store, StoreError, Writer};

use super::attempt::{Done, Trouble, attempt};
use super::guessing::Guessing;
use super::queue::{After, Job, Queue, Waiting, Work};
use super::settle::settle;
use crate::access::AccessCache;
use crate::bell::Bell;
use crate::clock::Clock;
use crate::error::{EngineError, StoreFailure};
use crate::health::Health;
use crate::importing::RunningJobs;
use crate::metrics::{Counters, count};
use crate::people::Door;

/// Outcomes or events forgotten at once: few enough that nobody notices.
const FORGET_CHUNK: u32 = 1_024;
/// Tries at a command that the store refuses, before it is told so.
const CONFLICT_TRIES: u32 = 3;
/// The first pause before a failing store is tried again; it doubles each time.
const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// What a writer shares with the engine.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Counters,
    pub(crate) access: AccessCache,
    pub(crate) door: Door,
    pub(crate) bell: Bell,
    pub(crate) patience: Duration,
    pub(crate) housekeeping: Duration,
    pub(crate) health: Health,
    pub(crate) jobs: RunningJobs,
}

/// One writer and what waits for it.
pub(crate) struct Runner {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    writer: Option<Box<dyn Writer>>,
    /// What is known of the ledgers that were written last.
    books: Books,
    guessing: Guessing,
    forgot: Instant,
    /// Whether more was old than could be forgotten while others waited.
    behind: bool,
    /// Whether what is old is for this writer to forget: one of them is enough.
    tidies: bool,
    /// Whether the way to write was open before.
    was_open: bool,
}

impl Runner {
    /// The first writer, which also forgets what is old.
    pub(crate) fn first(shared: Arc<Shared>, queue: Arc<Queue>, writer: Box<dyn Writer>) -> Runner {
        Runner { writer: Some(writer), tidies: true, ..Runner::further(shared, queue) }
    }

    /// Another writer. It opens its way to write when it has something to do.
    pub(crate) fn further(shared: Arc<Shared>, queue: Arc<Queue>) -> Runner {
        Runner {
            shared,
            queue,
            writer: None,
            books: Books::default(),
            guessing: Guessing::default(),
            forgot: Instant::now(),
            behind: false,
            tidies: false,
            was_open: false,
        }
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let mut expected = 0;
        loop {
            match self.queue.take(expected) {
                Work::Batch(batch) => {
                    expected = batch.len();
                    self.commands(batch);
                }
                Work::Job(job) => self.job(job),
                Work::Idle => expected = 0,
                Work::End => return,
            }
            let due = self.behind || self.forgot.elapsed() >= self.shared.housekeeping;
            if due && self.tidies {
                self.forget();
            }
        }
    }

    fn commands(&mut self, mut waiting: Vec<Waiting>) {
        let shared = Arc::clone(&self.shared);
        let _at_work = shared.health.work();
        let store = Arc::clone(&self.shared.store);
        let place = |one: &Waiting| (store.group(one.command.ledger), one.command.ledger);
        waiting.sort_by_key(place);
        while let Some((group, _)) = waiting.first().map(place) {
            let behind = waiting.partition_point(|one| place(one).0 <= group);
            let of_others = waiting.split_off(behind);
            self.whole(std::mem::replace(&mut waiting, of_others));
        }
    }

    /// Answers the commands in as many batches as it takes.
    fn whole(&mut self, mut waiting: Vec<Waiting>) {
        while !waiting.is_empty() {
            waiting = self.batch(waiting);
        }
    }

    /// Answers the commands, but for those put off to a batch of their own, which are returned.
    fn batch(&mut self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        let mut retry = Retry::new(self.shared.patience);
        let mut may_guess = true;
        loop {
            match self.attempt(&waiting, may_guess) {
                Ok(done) => return self.answer(waiting, done),
                Err(Trouble::Guessed | Trouble::Unproven) => may_guess = false,
                Err(Trouble::Held(ledgers)) if are_of_several_ledgers(&waiting) => {
                    return self.apart(waiting, &ledgers);
                }
                Err(Trouble::Conflict(_) | Trouble::Panicked(_)) if waiting.len() > 1 => {
                    count(&self.shared.counters.split_batches, 1);
                    return self.one_by_one(waiting);
                }
                Err(Trouble::Panicked(text)) => {
                    return self.fail(waiting, &EngineError::Defect(text));
                }
                Err(Trouble::Conflict(error)) => {
                    retry.conflicts += 1;
                    if retry.conflicts >= CONFLICT_TRIES {
                        return self.fail(waiting, &error.into());
                    }
                }
                Err(Trouble::Held(_)) => {
                    let busy = "another process is writing to this account; try again";
                    if !retry.pause() {
                        return self.fail(waiting, &StoreError::Busy(busy.to_owned()).into());
                    }
                }
                // What cannot be read may be of one command only.
                Err(Trouble::Failed(StoreError::Unusable(_))) if waiting.len() > 1 => {
                    count(&self.shared.counters.split_batches, 1);
                    return self.one_by_one(waiting);
                }
                Err(Trouble::Failed(error) | Trouble::InDoubt(_, error)) => {
                    if is_final(&error) || !retry.pause() {
                        return self.fail(waiting, &error.into());
                    }
                }
            }
        }
    }

    /// Tries once, on a guess at most where `may_guess`, with a writer opened anew where that is
    /// needed, and settles what is in doubt.
    fn attempt(&mut self, waiting: &[Waiting], may_guess: bool) -> Result<Done, Trouble> {
        let commands = waiting.iter().map(|one| one.command.clone()).collect();
        // Once used, they come back with what is decided; what then comes to nothing leaves none.
        let mut books = std::mem::take(&mut self.books);
        let shared = Arc::clone(&self.shared);
        let may_guess = may_guess && self.guessing.may();
        let result = match self.open() {
            Ok(writer) => attempt(writer, commands, &mut books, &shared.health, may_guess),
            Err(error) => Err(Trouble::Failed(error)),
        };
        self.books = books;
        // What was not proven says nothing of what guesses are worth.
        if !matches!(result, Err(Trouble::Unproven)) {
            self.guessing.learn(may_guess, matches!(result, Err(Trouble::Guessed)));
        }
        let result = match result {
            Err(Trouble::InDoubt(decided, error)) => self.settle(*decided, error),
            Err(trouble @ (Trouble::Failed(_) | Trouble::Panicked(_))) => {
                self.close();
                Err(trouble)
            }
            other => other,
        };
        self.note(&result);
        result
    }

    /// Notes what a try tells of the database. One that wrote nothing tells nothing of whether it
    /// can be written.
    fn note(&self, result: &Result<Done, Trouble>) {
        match result {
            Ok(Done { commit: Some(_), .. }) => self.shared.health.proved(),
            Err(Trouble::Failed(error) | Trouble::InDoubt(_, error)) => {
                self.shared.health.failed(StoreFailure::from(error));
            }
            _ => {}
        }
    }

    fn settle(&mut self, decided: Decided, error: StoreError) -> Result<Done, Trouble> {
        let mut retry = Retry::new(self.shared.patience);
        // Nobody who asks meanwhile is to hear what was true before.
        self.shared.health.failed(StoreFailure::from(&error));
        loop {
            self.close();
            let found = self.open().and_then(|writer| settle(writer, &decided.changes));
            match found {
                Ok(true) => return Ok(Done { decided, commit: Some(Duration::ZERO) }),
                Ok(false) => return Err(Trouble::Failed(not_written(error))),
                Err(failed) if retry.pause() => {
                    self.shared.health.failed(StoreFailure::from(&failed));
                }
                Err(_) => {
                    self.close();
                    let text = format!("{error}; the database cannot be asked whether it was");
                    let doubt = StoreError::InDoubt(text);
                    return Err(Trouble::InDoubt(Box::new(decided), doubt));
                }
            }
        }
    }

    fn answer(&mut self, mut waiting: Vec<Waiting>, done: Done) -> Vec<Waiting> {
        let Done { decided, commit } = done;
        self.books = decided.books;
        let put_off = waiting.split_off(decided.answers.len());
        let counters = &self.shared.counters;
        count(&counters.commands, waiting.len());
        if let Some(took) = commit {
            counters.committed(waiting.len(), took);
            self.shared.bell.ring(&decided.changes);
        }
        for (one, answer) in waiting.into_iter().zip(decided.answers) {
            match &answer.result {
                Ok(Outcome::Revoked(key)) => self.shared.access.forget(*key),
                Ok(Outcome::Version(_) | Outcome::Account(_)) => {
                    self.shared.access.forget_ledger(one.command.ledger);
                }
                Ok(_) => {}
                Err(_) => count(&counters.refused, 1),
            }
            if answer.replayed {
                count(&counters.replayed, 1);
            }
            drop(one.reply.send(Ok(answer)));
        }
        put_off
    }

    fn fail(&self, waiting: Vec<Waiting>, error: &EngineError) -> Vec<Waiting> {
        count(&self.shared.counters.failed, waiting.len());
        for one in waiting {
            drop(one.reply.send(Err(error.clone())));
        }
        Vec::new()
    }

    fn one_by_one(&mut self, waiting: Vec<Waiting>) -> Vec<Waiting> {
        for one in waiting {
            self.whole(vec![one]);
        }
        Vec::new()
    }

    /// The commands of ledgers that are free, then those of each of the others.
    fn apart(&mut self, waiting: Vec<Waiting>, held: &[LedgerId]) -> Vec<Waiting> {
        let is_held = |one: &Waiting| held.contains(&one.command.ledger);
        let (mut rest, free): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_held);
        self.whole(free);
        while let Some(ledger) = rest.first().map(|one| one.command.ledger) {
            let behind = rest.partition_point(|one| one.command.ledger <= ledger);
            let of_others = rest.split_off(behind);
            self.whole(std::mem::replace(&mut rest, of_others));
        }
        Vec::new()
    }

    fn job(&mut self, job: Job) {
        count(&self.shared.counters.jobs, 1);
        let after = match self.open() {
            Ok(writer) => {
                let run = std::panic::AssertUnwindSafe(|| job(Ok(writer)));
                std::panic::catch_unwind(run).unwrap_or(After::Close)
            }
            Err(error) => job(Err(error.into())),
        };
        if after == After::Close {
            self.close();
        }
    }

    /// Forgets old outcomes and events, a few at a time, until none is left or something waits;
    /// then a few more after each batch, of outcomes always more than a batch writes.
    fn forget(&mut self) {
        self.forgot = Instant::now();
        let now = self.shared.clock.now();
        let before = |kept_ms: i64| At(now.0.saturating_sub(kept_ms));
        let (outcomes, events) = (before(OUTCOME_KEPT_MS), before(EVENT_KEPT_MS));
        let more = self.forget_some(|writer| writer.forget_outcomes(outcomes, FORGET_CHUNK));
        self.behind = self.forget_some(|writer| writer.forget_events(events, FORGET_CHUNK)) || more;
        // Few at any time: who is signed in is counted in people.
        let expired = SessionChange::Forget(now);
        self.forget_some(|writer| writer.change_sessions(&expired).map(|_| 0));
    }

    /// Says whether something is left for later.
    fn forget_some(
        &mut self,
        mut forget: impl FnMut(&mut dyn Writer) -> Result<u32, StoreError>,
    ) -> bool {
        loop {
            match self.open().and_then(&mut forget) {
                Ok(count) if count < FORGET_CHUNK => return false,
                Ok(_) if self.queue.depth() == 0 => {}
                Ok(_) => return true,
                Err(_) => {
                    self.close();
                    return false;
                }
            }
        }
    }

    fn open(&mut self) -> Result<&mut dyn Writer, StoreError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let writer = self.shared.store.writer()?;
                count(&self.shared.counters.reopened, usize::from(self.was_open));
                writer
            }
        };
        self.was_open = true;
        Ok(self.writer.insert(writer).as_mut())
    }

    fn close(&mut self) {
        self.writer = None;
    }
}

/// How long something is tried again.
struct Retry {
    deadline: Instant,
    pause: Duration,
    conflicts: u32,
}

impl Retry {
    fn new(patience: Duration) -> Retry {
        Retry { deadline: Instant::now() + patience, pause: PAUSE_MIN, conflicts: 0 }
    }

    /// Pauses, and says whether there is time for another try.
    fn pause(&mut self) -> bool {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(self.pause.min(left));
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        true
    }
}

fn are_of_several_ledgers(waiting: &[Waiting]) -> bool {
    waiting.windows(2).any(|pair| pair[0].command.ledger != pair[1].command.ledger)
}

/// A failure that trying again does not mend.
fn is_final(error: &StoreError) -> bool {
    matches!(error, StoreError::Storage(_) | StoreError::Unusable(_) | StoreError::InDoubt(_))
}

/// What was in doubt and is known now not to be written is an ordinary failure, tried again.
fn not_written(error: StoreError) -> StoreError {
    match error {
        StoreError::InDoubt(text) => StoreError::Database(text),
        other => other,
    }
}
