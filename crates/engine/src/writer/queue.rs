//! Commands and jobs that wait for a writer, bounded.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ledger::{Action, Answer, Command};
use store::Writer;

use crate::error::EngineError;
use crate::options::EngineOptions;
use crate::pending::Reply;

/// Items above which a command waits in the lane of the large ones, so that it does not hold up
/// the small ones.
const LARGE_ITEMS: usize = 256;

/// Work for a writer that is no command. It is told when the way to write cannot be opened.
pub(crate) type Job = Box<dyn FnOnce(Result<&mut dyn Writer, EngineError>) -> After + Send>;

/// What becomes of the way to write after a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It is used again.
    Keep,
    /// It is opened anew: the database failed, and the connection may have died with it.
    Close,
}

/// A command and who waits for its answer. Who no longer waits finds it by the reference or the
/// idempotency key.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) command: Command,
    pub(crate) reply: Reply<Answer>,
}

/// What a writer does next.
pub(crate) enum Work {
    /// Decide these together.
    Batch(Vec<Waiting>),
    /// Run this alone.
    Job(Job),
    /// Nothing waits.
    Idle,
    /// Nothing waits, and nothing will come.
    End,
}

/// Bounds of a queue and of what is taken from it at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueueLimits {
    pub(crate) commands: usize,
    pub(crate) items: usize,
    pub(crate) batch_commands: usize,
    pub(crate) batch_items: usize,
    pub(crate) linger: Duration,
    /// How long a writer sleeps while nothing waits.
    pub(crate) idle: Duration,
}

/// What waits for one writer.
pub(crate) struct Queue {
    limits: QueueLimits,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    small: VecDeque<Waiting>,
    large: VecDeque<Large>,
    items: usize,
    /// The small commands that wake the writer; `None` while it does not sleep.
    wake_at: Option<usize>,
    /// Whether the last thing taken was large: then the small ones go first.
    took_large: bool,
    closed: bool,
}

enum Large {
    Command(Box<Waiting>),
    Job(Job),
}

impl QueueLimits {
    pub(crate) fn of(options: &EngineOptions) -> QueueLimits {
        QueueLimits {
            commands: options.queue_max,
            items: options.queue_items_max,
            batch_commands: options.batch_max.max(1),
            batch_items: options.batch_items_max.max(1),
            linger: options.linger,
            idle: options.housekeeping,
        }
    }
}

impl Queue {
    pub(crate) fn new(limits: QueueLimits) -> Queue {
        Queue { limits, state: Mutex::default(), wake: Condvar::new() }
    }

    /// Puts a command in, or says why not.
    pub(crate) fn push(&self, waiting: Waiting) -> Result<(), EngineError> {
        let items = items(&waiting.command);
        let mut state = self.lock();
        if state.closed {
            return Err(EngineError::Stopped);
        }
        let fits = state.items == 0 || state.items + items <= self.limits.items;
        if state.depth() >= self.limits.commands || !fits {
            return Err(EngineError::Overloaded);
        }
        state.items += items;
        if items > LARGE_ITEMS {
            state.large.push_back(Large::Command(Box::new(waiting)));
        } else {
            state.small.push_back(waiting);
        }
        self.wake_if_due(state);
        Ok(())
    }

    /// Puts a job in, or says why not.
    pub(crate) fn push_job(&self, job: Job) -> Result<(), EngineError> {
        let mut state = self.lock();
        if state.closed {
            return Err(EngineError::Stopped);
        }
        if state.depth() >= self.limits.commands {
            return Err(EngineError::Overloaded);
        }
        state.large.push_back(Large::Job(job));
        self.wake_if_due(state);
        Ok(())
    }

    /// Waits for work. `expected` is how many commands the last batch had: as many are likely to
    /// come again at once, and one commit for all of them is cheaper than two.
    pub(crate) fn take(&self, expected: usize) -> Work {
        let mut state = self.lock();
        if state.depth() == 0 && !state.closed {
            state = self.sleep(state, 1, self.limits.idle);
        }
        if state.depth() == 0 {
            return if state.closed { Work::End } else { Work::Idle };
        }
        let expected = expected.min(self.limits.batch_commands);
        if state.large.is_empty() && state.small.len() < expected && !state.closed {
            state = self.sleep(state, expected, self.limits.linger);
        }
        state.take(&self.limits)
    }

    /// Takes nothing more. What waits is still worked off.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// How many commands and jobs wait.
    pub(crate) fn depth(&self) -> usize {
        self.lock().depth()
    }

    fn wake_if_due(&self, state: MutexGuard<'_, State>) {
        let due = state
            .wake_at
            .is_some_and(|count| state.small.len() >= count || !state.large.is_empty());
        drop(state);
        if due {
            self.wake.notify_one();
        }
    }

    fn sleep<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        count: usize,
        at_most: Duration,
    ) -> MutexGuard<'a, State> {
        let deadline = Instant::now() + at_most;
        state.wake_at = Some(count);
        while state.small.len() < count && state.large.is_empty() && !state.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let woken = self.wake.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.wake_at = None;
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn depth(&self) -> usize {
        self.small.len() + self.large.len()
    }

    /// Large work alone, and small commands together, in turns.
    fn take(&mut self, limits: &QueueLimits) -> Work {
        if self.small.is_empty() || !self.took_large {
            match self.large.pop_front() {
                Some(Large::Command(waiting)) => {
                    self.took_large = true;
                    self.items -= items(&waiting.command);
                    return Work::Batch(vec![*waiting]);
                }
                Some(Large::Job(job)) => {
                    self.took_large = true;
                    return Work::Job(job);
                }
                None => {}
            }
        }
        self.took_large = false;
        let mut room = limits.batch_items;
        let mut count = 0;
        for waiting in self.small.iter().take(limits.batch_commands) {
            let items = items(&waiting.command);
            if count > 0 && items > room {
                break;
            }
            room = room.saturating_sub(items);
            count += 1;
            self.items -= items;
        }
        Work::Batch(self.small.drain(..count).collect())
    }
}

fn items(command: &Command) -> usize {
    match &command.action {
        Action::Issue(items) => items.len().max(1),
        // Its rows are staged and do not wait here, but placing them takes its time.
        Action::ApplyImport(_) | Action::ApplyResequence(_) => LARGE_ITEMS + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use ledger::Actor;
    use ledger::command::Item;
    use ledger::id::LedgerId;
    use ledger::model::At;

    use super::*;
    use crate::pending::Pending;

    fn queue(commands: usize) -> Queue {
        let limits = QueueLimits {
            commands,
            items: 20_000,
            batch_commands: 3,
            batch_items: 400,
            linger: Duration::from_millis(1),
            idle: Duration::from_millis(1),
        };
        Queue::new(limits)
    }

    fn waiting(items: usize) -> Waiting {
        let command = Command {
            ledger: LedgerId(1),
            actor: Actor::Operator("test".to_owned()),
            at: At(0),
            idempotency: None,
            action: Action::Issue(vec![Item::default(); items]),
        };
        Waiting { command, reply: Pending::pair().0 }
    }

    fn sizes(work: Work) -> Vec<usize> {
        match work {
            Work::Batch(batch) => batch.iter().map(|waiting| items(&waiting.command)).collect(),
            Work::Job(_) => vec![usize::MAX],
            Work::Idle | Work::End => Vec::new(),
        }
    }

    #[test]
    fn large_and_small_take_turns_and_batches_are_bounded() {
        let queue = queue(100);
        for items in [1, 5_000, 1, 1, 1, 6_000, 200, 200, 200] {
            assert!(queue.push(waiting(items)).is_ok());
        }
        assert!(queue.push_job(Box::new(|_| After::Keep)).is_ok());
        let taken: Vec<_> = (0..7).map(|_| sizes(queue.take(1))).collect();
        let expected: [&[usize]; 7] =
            [&[5_000], &[1, 1, 1], &[6_000], &[1, 200], &[usize::MAX], &[200, 200], &[]];
        assert_eq!(taken, expected);
    }

    #[test]
    fn a_full_queue_and_a_closed_queue_say_so() {
        let queue = queue(2);
        assert!(queue.push(waiting(1)).is_ok());
        assert!(queue.push(waiting(1)).is_ok());
        assert_eq!(queue.push(waiting(1)), Err(EngineError::Overloaded));
        queue.close();
        assert_eq!(queue.push(waiting(1)), Err(EngineError::Stopped));
        assert_eq!(sizes(queue.take(1)), [1, 1]);
        assert!(matches!(queue.take(1), Work::End));
    }

    #[test]
    fn items_are_bounded_too_but_one_command_always_fits() {
        let queue = queue(100);
        assert!(queue.push(waiting(30_000)).is_ok());
        assert_eq!(queue.push(waiting(1)), Err(EngineError::Overloaded));
        assert_eq!(sizes(queue.take(1)), [30_000]);
        assert!(queue.push(waiting(1)).is_ok());
    }
}
