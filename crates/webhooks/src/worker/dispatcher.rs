//! Which ledgers are worked for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use engine::{EngineError, Pending};
use ledger::id::LedgerId;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use super::Shared;
use super::pump::Pump;
use super::ring::Ring;

/// Ledgers worked for at once; more wait for their turn.
const PUMPS_MAX: usize = 32;
/// Ledgers asked for at once.
const LEDGERS_MAX: u32 = 256;

/// Gives each ledger that has something due a pump.
pub(super) struct Dispatcher {
    shared: Arc<Shared>,
    stop_patience: Duration,
    pumps: JoinSet<()>,
    ledgers: HashMap<Id, LedgerId>,
    rings: HashMap<LedgerId, Arc<Ring>>,
    /// Those that wait for a pump, each once.
    waiting: VecDeque<LedgerId>,
    waits: HashSet<LedgerId>,
}

impl Dispatcher {
    pub(super) fn new(shared: Arc<Shared>, stop_patience: Duration) -> Dispatcher {
        Dispatcher {
            shared,
            stop_patience,
            pumps: JoinSet::new(),
            ledgers: HashMap::new(),
            rings: HashMap::new(),
            waiting: VecDeque::new(),
            waits: HashSet::new(),
        }
    }

    /// Works until told to stop.
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut stopping = shared.stopping.clone();
        let mut tick = interval(shared.poll);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut asked: Option<Pending<Vec<LedgerId>>> = None;
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => break,
                ledgers = shared.engine.bell().heard() => self.work_for(ledgers),
                found = answer(&mut asked), if asked.is_some() => {
                    asked = None;
                    let found = told(found);
                    if found.is_empty() {
                        self.shared.counts.late(0);
                    }
                    self.work_for(found);
                }
                _ = tick.tick(), if asked.is_none() => {
                    shared.client.tidy();
                    asked = Some(self.ask());
                }
                () = shared.look.notified(), if asked.is_none() => asked = Some(self.ask()),
                Some(ended) = self.pumps.join_next_with_id() => self.ended(&ended),
            }
        }
        let finished = async { while self.pumps.join_next().await.is_some() {} };
        if tokio::time::timeout(self.stop_patience, finished).await.is_err() {
            tracing::warn!("some webhooks took too long to be answered before the end");
        }
    }

    /// Asks which ledgers have something due.
    fn ask(&self) -> Pending<Vec<LedgerId>> {
        let now = self.shared.engine.now();
        self.shared.engine.read(move |reader| Ok(reader.due_ledgers(now, LEDGERS_MAX)?))
    }

    fn work_for(&mut self, ledgers: Vec<LedgerId>) {
        for ledger in ledgers {
            match self.rings.get(&ledger) {
                Some(ring) => ring.ring(),
                None if self.waits.insert(ledger) => self.waiting.push_back(ledger),
                None => {}
            }
        }
        while self.pumps.len() < PUMPS_MAX
            && let Some(ledger) = self.waiting.pop_front()
        {
            self.waits.remove(&ledger);
            let ring = Arc::new(Ring::default());
            let pump = Pump::new(Arc::clone(&self.shared), ledger, Arc::clone(&ring));
            let id = self.pumps.spawn(pump.run()).id();
            self.ledgers.insert(id, ledger);
            self.rings.insert(ledger, ring);
        }
    }

    fn ended(&mut self, ended: &Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        let Some(ledger) = self.ledgers.remove(&id) else { return };
        // What came while it was ending, it may not have seen.
        let again = self.rings.remove(&ledger).is_some_and(|ring| ring.take());
        self.work_for(if again { vec![ledger] } else { Vec::new() });
    }
}

/// The answer to what was asked.
async fn answer<F: Future + Unpin>(asked: &mut Option<F>) -> F::Output {
    match asked {
        Some(asked) => asked.await,
        None => std::future::pending().await,
    }
}

fn told(found: Result<Vec<LedgerId>, EngineError>) -> Vec<LedgerId> {
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for webhooks that are due; looking again");
        Vec::new()
    })
}
