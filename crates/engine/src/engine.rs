//! The engine: writers, readers, and the doors to them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use ledger::id::LedgerId;
use ledger::model::At;
use ledger::{Action, Actor, Answer, Command, Outcome};
use store::{Reader, Store, Writer};

use crate::access::AccessCache;
use crate::bell::Bell;
use crate::error::EngineError;
use crate::health::Health;
use crate::ids::Ids;
use crate::importing::RunningJobs;
use crate::metrics::{Counters, Metrics, count};
use crate::options::{EngineOptions, StoreAccess};
use crate::pending::Pending;
use crate::people::Door;
use crate::readers::Readers;
use crate::writer::{After, Job, Queue, QueueLimits, Runner, Shared, Waiting};

/// The odd number nearest to 2^64 divided by the golden ratio: its multiples spread evenly.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A running engine. Clones are the same engine; it stops when the last one is dropped, or when
/// it is told to [`shutdown`](Engine::shutdown).
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    options: EngineOptions,
    shared: Arc<Shared>,
    readers: Readers,
    /// One queue for each writer. Every ledger belongs to one of them.
    queues: Vec<Arc<Queue>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Engine {
    /// Starts on a store.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the way to write cannot be opened, for example because another
    /// process writes.
    pub fn start(store: Arc<dyn Store>, options: EngineOptions) -> Result<Engine, EngineError> {
        let shared = Arc::new(Shared {
            store: Arc::clone(&store),
            clock: Arc::clone(&options.clock),
            counters: Counters::default(),
            access: AccessCache::default(),
            door: Door::default(),
            bell: Bell::default(),
            patience: options.patience,
            housekeeping: options.housekeeping,
            health: Health::default(),
            jobs: RunningJobs::default(),
        });
        let mut queues = Vec::new();
        let mut threads = Vec::new();
        if options.access == StoreAccess::Write {
            let mut first = Some(store.writer()?);
            for _ in 0..options.writers.clamp(1, store.writers_max().max(1)) {
                let queue = Arc::new(Queue::new(QueueLimits::of(&options)));
                let (own, waiting) = (Arc::clone(&shared), Arc::clone(&queue));
                let runner = match first.take() {
                    Some(writer) => Runner::first(own, waiting, writer),
                    None => Runner::further(own, waiting),
                };
                queues.push(queue);
                threads.push(std::thread::spawn(move || runner.run()));
            }
        }
        let readers = Readers::start(&store, options.readers, options.reads_max);
        let threads = Mutex::new(threads);
        Ok(Engine { inner: Arc::new(Inner { options, shared, readers, queues, threads }) })
    }

    /// Hands in a command now; the answer comes after its commit. Dropping the answer does not
    /// take the command back.
    pub fn answer(&self, command: Command) -> Pending<Answer> {
        let (reply, pending) = Pending::pair();
        match self.hand_in(Waiting { command, reply }) {
            Ok(()) => pending,
            Err(error) => Pending::refused(error),
        }
    }

    fn hand_in(&self, waiting: Waiting) -> Result<(), EngineError> {
        let queue = self.queue(waiting.command.ledger).ok_or(EngineError::ReadOnly)?;
        queue.push(waiting).inspect_err(|error| {
            if *error == EngineError::Overloaded {
                count(&self.inner.shared.counters.overloaded, 1);
            }
        })
    }

    /// Runs a command to its commit.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when a rule refuses it, and the others of [`EngineError`].
    pub fn execute(
        &self,
        command: Command,
    ) -> impl Future<Output = Result<Outcome, EngineError>> + Send + use<> {
        let answer = self.answer(command);
        async move { answer.await?.result.map_err(EngineError::Refused) }
    }

    /// Runs a command to its commit and blocks this thread until then.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn execute_blocking(&self, command: Command) -> Result<Outcome, EngineError> {
        self.answer(command).wait()?.result.map_err(EngineError::Refused)
    }

    /// Runs something on the writer of a ledger, between its batches, alone. What it leaves open
    /// when it fails is given up.
    pub fn run_job<T: Send + 'static>(
        &self,
        ledger: LedgerId,
        job: impl FnOnce(&mut dyn Writer) -> Result<T, EngineError> + Send + 'static,
    ) -> Pending<T> {
        self.run_job_told(ledger, move |writer| {
            let writer = writer?;
            let result = job(writer);
            if result.is_err() {
                // The first failure is the one to tell.
                drop(writer.rollback());
            }
            result
        })
    }

    /// As [`Engine::run_job`], for a job that is told when the way to write cannot be opened.
    pub(crate) fn run_job_told<T: Send + 'static>(
        &self,
        ledger: LedgerId,
        job: impl FnOnce(Result<&mut dyn Writer, EngineError>) -> Result<T, EngineError>
        + Send
        + 'static,
    ) -> Pending<T> {
        let Some(queue) = self.queue(ledger) else {
            return Pending::refused(EngineError::ReadOnly);
        };
        let (reply, pending) = Pending::pair();
        let run: Job = Box::new(move |writer| {
            let result = job(writer);
            let after = match &result {
                Err(EngineError::Store(_)) => After::Close,
                _ => After::Keep,
            };
            // Who no longer waits needs no answer.
            drop(reply.send(result));
            after
        });
        match queue.push_job(run) {
            Ok(()) => pending,
            Err(error) => Pending::refused(error),
        }
    }

    /// Runs a query on a reader. It may be run twice: when the first time shows that the connection
    /// had died since it was used last.
    pub fn read<T: Send + 'static>(
        &self,
        query: impl FnMut(&mut dyn Reader) -> Result<T, EngineError> + Send + 'static,
    ) -> Pending<T> {
        count(&self.inner.shared.counters.queries, 1);
        self.inner.readers.read(query)
    }

    /// A command at the present instant, without an idempotency key.
    pub fn command(&self, ledger: LedgerId, actor: Actor, action: Action) -> Command {
        Command { ledger, actor, at: self.now(), idempotency: None, action }
    }

    /// The present instant.
    pub fn now(&self) -> At {
        self.inner.options.clock.now()
    }

    /// Tells of deliveries that this engine has committed.
    pub fn bell(&self) -> &Bell {
        &self.inner.shared.bell
    }

    /// Where new ids come from.
    pub fn ids(&self) -> &dyn Ids {
        &*self.inner.options.ids
    }

    /// Counts of what was done since the start.
    pub fn metrics(&self) -> Metrics {
        let depth = self.inner.queues.iter().map(|queue| queue.depth()).sum();
        self.inner.shared.counters.read(depth)
    }

    /// Room that the database takes, in bytes.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub fn size_bytes(&self) -> Result<u64, EngineError> {
        Ok(self.inner.shared.store.size_bytes()?)
    }

    /// Takes nothing new, finishes and answers what was taken, and blocks until that is done.
    pub fn shutdown(&self) {
        self.inner.stop();
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.inner.shared
    }

    pub(crate) fn shared_handle(&self) -> Arc<Shared> {
        Arc::clone(&self.inner.shared)
    }

    /// Whether this engine writes.
    pub(crate) fn writes(&self) -> bool {
        !self.inner.queues.is_empty()
    }

    pub(crate) fn options(&self) -> &EngineOptions {
        &self.inner.options
    }

    pub(crate) fn store(&self) -> &Arc<dyn Store> {
        &self.inner.shared.store
    }

    fn queue(&self, ledger: LedgerId) -> Option<&Arc<Queue>> {
        let queues = &self.inner.queues;
        // Neighbours belong to one account, live and test: their places must not follow from
        // their order alone, or every second writer would have the test ledgers only.
        let spread = match self.inner.shared.store.group(ledger) {
            Some(group) => u64::from(group).wrapping_mul(SPREAD),
            None => ledger.0.wrapping_mul(SPREAD),
        };
        let bucket = (spread >> 32).checked_rem(queues.len() as u64)?;
        queues.get(usize::try_from(bucket).unwrap_or_default())
    }
}

impl Inner {
    fn stop(&self) {
        for queue in &self.queues {
            queue.close();
        }
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        join(&mut threads);
        drop(threads);
        self.readers.stop();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits for threads to end, but not for the one that asks: a job may hold the last engine.
pub(crate) fn join(threads: &mut Vec<JoinHandle<()>>) {
    let own = std::thread::current().id();
    for thread in threads.drain(..).filter(|thread| thread.thread().id() != own) {
        // A panic of the thread was reported where it happened.
        drop(thread.join());
    }
}
