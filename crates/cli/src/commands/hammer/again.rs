//! Requests that were answered and are repeated on purpose.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::history::Request;

/// What the clients of each target are to ask there once more.
///
/// Who repeats a request elsewhere does not go there but leaves it to the clients of that target:
/// a silent one would keep whoever came, and those that answer would soon have no clients left.
pub(super) struct Repeats(Vec<Mutex<Vec<Request>>>);

/// What waits at one target at most. A silent one takes nothing off.
const WAITING_MAX: usize = 64;

impl Repeats {
    /// Nothing yet, for so many targets.
    pub(super) fn of(targets: usize) -> Repeats {
        Repeats((0..targets).map(|_| Mutex::default()).collect())
    }

    /// Leaves a request that one target answered to the clients of the next. Where too many wait
    /// there already, it is not repeated.
    pub(super) fn hand_on(&self, from: usize, request: Request) {
        let mut waiting = self.at((from + 1) % self.0.len());
        if waiting.len() < WAITING_MAX {
            waiting.push(request);
        }
    }

    /// The newest request that was left to a target's clients.
    pub(super) fn take(&self, target: usize) -> Option<Request> {
        self.at(target).pop()
    }

    fn at(&self, target: usize) -> MutexGuard<'_, Vec<Request>> {
        self.0[target].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_target_answered_is_asked_again_at_the_next() {
        let order = |count: usize| Request::Key(format!("order-{count}"));
        let repeats = Repeats::of(2);
        repeats.hand_on(0, order(1));
        repeats.hand_on(1, order(2));
        assert_eq!((repeats.take(1), repeats.take(1)), (Some(order(1)), None));
        assert_eq!((repeats.take(0), repeats.take(0)), (Some(order(2)), None));
        (0..WAITING_MAX + 9).for_each(|count| repeats.hand_on(0, order(count)));
        let taken = std::iter::from_fn(|| repeats.take(1)).count();
        assert_eq!(taken, WAITING_MAX, "a target that takes nothing off is left more and more");
        let alone = Repeats::of(1);
        alone.hand_on(0, order(1));
        assert_eq!(alone.take(0), Some(order(1)), "a single target is asked twice itself");
    }
}
