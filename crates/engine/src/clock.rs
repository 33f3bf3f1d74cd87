//! Where "now" comes from.

use std::sync::atomic::{AtomicI64, Ordering};

use ledger::model::At;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> At;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// A clock that moves only when told to.
///
/// ```
/// use engine::{Clock, FixedClock};
///
/// let clock = FixedClock::at("2026-11-20T12:00:00Z".parse()?);
/// clock.advance_ms(1500);
/// assert_eq!(clock.now().rfc3339(), "2026-11-20T12:00:01.500Z");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FixedClock(AtomicI64);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> At {
        let now = std::time::SystemTime::now();
        let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        At(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl FixedClock {
    /// A clock that stands at an instant.
    pub fn at(instant: jiff::Timestamp) -> FixedClock {
        FixedClock(AtomicI64::new(instant.as_millisecond()))
    }

    /// Puts it to another instant.
    pub fn set(&self, at: At) {
        self.0.store(at.0, Ordering::Relaxed);
    }

    /// Moves it on by so many milliseconds.
    pub fn advance_ms(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> At {
        At(self.0.load(Ordering::Relaxed))
    }
}
