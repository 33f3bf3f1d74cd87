//! What is under way to one endpoint.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Requests at once to an endpoint of which nothing is known yet.
const WINDOW_FIRST: usize = 16;
/// The same to one that keeps failing, and to one that keeps answering.
const WINDOW_MIN: usize = 4;
const WINDOW_MAX: usize = 64;
/// How long requests may be under way without one ending, before those that wait are put off.
const STUCK_AFTER: Duration = Duration::from_secs(3);

/// The requests of one endpoint: a few under way, the others in a row behind them.
///
/// The window doubles while the endpoint answers and shrinks when it does not, so that one that
/// hangs holds few of the requests that may be under way in all. When none ends for a while the
/// endpoint is *stuck*: whatever waits is put off, and the ledger's other endpoints go on.
#[derive(Debug)]
pub(super) struct Lane<T> {
    waiting: VecDeque<T>,
    under_way: usize,
    window: usize,
    /// Since when no request has begun in an empty lane or ended.
    quiet_since: Instant,
}

impl<T> Lane<T> {
    pub(super) fn new(now: Instant) -> Lane<T> {
        Lane { waiting: VecDeque::new(), under_way: 0, window: WINDOW_FIRST, quiet_since: now }
    }

    /// Lines one up.
    pub(super) fn push(&mut self, one: T) {
        self.waiting.push_back(one);
    }

    /// The next one to begin, while there is room.
    pub(super) fn begin(&mut self, now: Instant) -> Option<T> {
        if self.under_way >= self.window {
            return None;
        }
        let one = self.waiting.pop_front()?;
        if self.under_way == 0 {
            self.quiet_since = now;
        }
        self.under_way += 1;
        Some(one)
    }

    /// Takes note of the end of one that was begun, and whether the endpoint had answered.
    pub(super) fn ended(&mut self, has_answered: bool, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        self.quiet_since = now;
        self.window = match has_answered {
            true => (self.window * 2).min(WINDOW_MAX),
            false => (self.window / 2).max(WINDOW_MIN),
        };
    }

    /// Whether requests are under way and none has ended for long.
    pub(super) fn is_stuck(&self, now: Instant) -> bool {
        self.under_way > 0 && now.duration_since(self.quiet_since) >= STUCK_AFTER
    }

    /// When it counts as stuck unless something ends before; `None` when nothing waits for that.
    pub(super) fn stuck_at(&self) -> Option<Instant> {
        let waits = self.under_way > 0 && !self.waiting.is_empty();
        waits.then(|| self.quiet_since + STUCK_AFTER)
    }

    /// Takes all that wait.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = T> + '_ {
        self.waiting.drain(..)
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(count: usize, now: Instant) -> Lane<usize> {
        let mut lane = Lane::new(now);
        (0..count).for_each(|one| lane.push(one));
        lane
    }

    fn begin_all(lane: &mut Lane<usize>, now: Instant) -> usize {
        std::iter::from_fn(|| lane.begin(now)).count()
    }

    #[test]
    fn the_window_opens_to_who_answers_and_closes_to_who_does_not() {
        let now = Instant::now();
        let mut lane = filled(1_000, now);
        assert_eq!(begin_all(&mut lane, now), WINDOW_FIRST);
        for _ in 0..WINDOW_FIRST {
            lane.ended(true, now);
        }
        assert_eq!(begin_all(&mut lane, now), WINDOW_MAX);
        for _ in 0..WINDOW_MAX {
            lane.ended(false, now);
        }
        assert_eq!(begin_all(&mut lane, now), WINDOW_MIN);
        assert_eq!(lane.waiting(), 1_000 - WINDOW_FIRST - WINDOW_MAX - WINDOW_MIN);
    }

    #[test]
    fn a_lane_is_stuck_while_nothing_ends_and_only_then() {
        let now = Instant::now();
        let mut lane = filled(20, now);
        assert_eq!((lane.is_stuck(now + STUCK_AFTER), lane.stuck_at()), (false, None));
        assert_eq!(lane.begin(now), Some(0));
        assert_eq!(lane.stuck_at(), Some(now + STUCK_AFTER));
        assert!(!lane.is_stuck(now + STUCK_AFTER / 2) && lane.is_stuck(now + STUCK_AFTER));
        let later = now + STUCK_AFTER;
        lane.ended(true, later);
        assert!(!lane.is_stuck(later + STUCK_AFTER), "nothing is under way");
        assert_eq!(begin_all(&mut lane, later + STUCK_AFTER), 19);
        assert!(!lane.is_stuck(later + STUCK_AFTER), "only just begun");
        assert_eq!(lane.stuck_at(), None, "nothing waits");
    }
}
