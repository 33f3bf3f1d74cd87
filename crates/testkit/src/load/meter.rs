//! What is counted of a closed loop, and what is not.

use std::time::{Duration, Instant};

use super::Histogram;

/// The time that is measured, after a time that is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: Instant,
    end: Instant,
}

impl Window {
    /// A window of `duration` that begins `warm_up` after `now`.
    #[must_use]
    pub fn after(now: Instant, warm_up: Duration, duration: Duration) -> Self {
        let start = now + warm_up;
        Self { start, end: start + duration }
    }

    /// Whether nothing more is to be sent.
    #[must_use]
    pub fn is_over(self, now: Instant) -> bool {
        now >= self.end
    }
}

/// Counts the answers that arrive within a window, and times the requests that are sent in it.
///
/// The two sets differ at both ends on purpose: a rate needs every answer in the window, whenever
/// it was asked for, and a latency must not be left out because it reaches beyond the end.
#[derive(Clone, Debug)]
pub struct Meter {
    window: Window,
    answered: u64,
    latencies: Histogram,
}

impl Meter {
    /// A meter that has counted nothing.
    #[must_use]
    pub fn new(window: Window) -> Self {
        Self { window, answered: 0, latencies: Histogram::default() }
    }

    /// Takes one request and its answer into account.
    pub fn record(&mut self, sent: Instant, answered: Instant) {
        let Window { start, end } = self.window;
        if (start..end).contains(&answered) {
            self.answered += 1;
        }
        if (start..end).contains(&sent) {
            self.latencies.record(answered - sent);
        }
    }

    /// Takes everything into account that `other` has, which has the same window.
    pub fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.latencies.add(&other.latencies);
    }

    /// Answers within the window.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// The length of the window in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        (self.window.end - self.window.start).as_secs_f64()
    }

    /// Answers per second; zero for an empty window.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let seconds = self.seconds();
        if seconds > 0.0 { self.answered as f64 / seconds } else { 0.0 }
    }

    /// The latency in milliseconds that a share of the requests, from 0 to 1, does not exceed.
    #[must_use]
    pub fn quantile_ms(&self, share: f64) -> f64 {
        self.latencies.quantile(share).as_secs_f64() * 1e3
    }

    /// The longest latency in milliseconds.
    #[must_use]
    pub fn max_ms(&self) -> f64 {
        self.latencies.max().as_secs_f64() * 1e3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_has_what_arrives_and_the_latency_what_is_sent() {
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let window = Window::after(now, Duration::from_millis(100), Duration::from_secs(1));
        let mut meter = Meter::new(window);
        meter.record(at(10), at(20));
        assert_eq!((meter.answered(), meter.max_ms()), (0, 0.0), "all of it in the warm-up");
        meter.record(at(90), at(150));
        assert_eq!((meter.answered(), meter.max_ms()), (1, 0.0), "sent before, answered within");
        let mut other = Meter::new(window);
        other.record(at(1_000), at(3_000));
        meter.add(&other);
        assert_eq!((meter.answered(), meter.max_ms()), (1, 2_000.0), "answered after the end");
        meter.record(at(500), at(501));
        assert_eq!((meter.answered(), meter.rate()), (2, 2.0));
        assert!(!window.is_over(at(1_099)) && window.is_over(at(1_100)));
    }
}
