//! How many requests a second are taken on.
//!
//! Each ledger has a rate of its own in all, and one for each operation. A rate lets as many
//! requests through at once as it lets through in a second; after that they come one by one. What
//! goes beyond is turned away before anything is looked up, so that an idempotency key is as good
//! as new afterwards.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ledger::id::LedgerId;
use ledger::model::Mode;
use wire::{Problem, RimCode};

use crate::failure::Failure;

/// Requests that are taken on in a second; 0 is as many as come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of one live ledger.
    pub live: u32,
    /// Of one test ledger.
    pub test: u32,
    /// Of one ledger at one operation.
    pub operation: u32,
}

impl Default for Rates {
    /// More than the largest machine gives to one ledger: who shares a server lowers them.
    fn default() -> Rates {
        Rates { live: 100_000, test: 100_000, operation: 100_000 }
    }
}

/// Counts the requests of every ledger.
pub(crate) struct Meter {
    rates: Rates,
    began: Instant,
    shards: [Mutex<HashMap<Counted, u64>>; SHARDS],
}

/// What is counted apart: a ledger in all, or at an operation.
type Counted = (LedgerId, Option<&'static str>);

const SHARDS: usize = 16;
/// Counts in a shard that are kept before those that ran out are dropped.
const KEPT_MAX: usize = 4_096;
const SECOND: u64 = Duration::from_secs(1).as_nanos() as u64;

/// Why a request was turned away, as `Stripe-Rate-Limited-Reason` says it.
pub(crate) const GLOBAL_RATE: &str = "global-rate";
pub(crate) const ENDPOINT_RATE: &str = "endpoint-rate";
pub(crate) const GLOBAL_CONCURRENCY: &str = "global-concurrency";

impl Meter {
    pub(crate) fn new(rates: Rates) -> Meter {
        Meter { rates, began: Instant::now(), shards: Default::default() }
    }

    /// Takes note of a request, or turns it away.
    pub(crate) fn admit(
        &self,
        ledger: LedgerId,
        mode: Mode,
        operation: &'static str,
    ) -> Result<(), Failure> {
        let elapsed = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.admit_at(elapsed, ledger, mode, operation)
    }

    fn admit_at(
        &self,
        now: u64,
        ledger: LedgerId,
        mode: Mode,
        operation: &'static str,
    ) -> Result<(), Failure> {
        let in_all = match mode {
            Mode::Live => self.rates.live,
            Mode::Test => self.rates.test,
        };
        // The narrower one first: what it turns away takes nothing from the others.
        if !self.takes(now, (ledger, Some(operation)), self.rates.operation) {
            let whose = "this account and mode at this address";
            return Err(refuse(ENDPOINT_RATE, self.rates.operation, whose));
        }
        if !self.takes(now, (ledger, None), in_all) {
            return Err(refuse(GLOBAL_RATE, in_all, "this account and mode"));
        }
        Ok(())
    }

    /// Whether one more fits. What is kept is when all that was taken on would be through, one by
    /// one: it may lie a second ahead.
    fn takes(&self, now: u64, counted: Counted, rate: u32) -> bool {
        let Some(step) = SECOND.checked_div(u64::from(rate)) else { return true };
        let mut counts = self.shard(counted).lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT_MAX && !counts.contains_key(&counted) {
            counts.retain(|_, through| *through > now);
        }
        let through = counts.entry(counted).or_default();
        let next = (*through).max(now) + step;
        let fits = next - now <= SECOND.max(step);
        if fits {
            *through = next;
        }
        fits
    }

    fn shard(&self, (ledger, operation): Counted) -> &Mutex<HashMap<Counted, u64>> {
        let spread = ledger.0 + operation.map_or(0, |name| name.len() as u64);
        let place = usize::try_from(spread % SHARDS as u64).unwrap_or_default();
        &self.shards[place]
    }
}

fn refuse(reason: &'static str, rate: u32, whose: &str) -> Failure {
    let message = format!(
        "More than {rate} requests a second came from {whose}. Send them more slowly; nothing was \
         changed.",
    );
    let problem = Problem::new(RimCode::RateLimit, message);
    Failure { limited: Some(reason), ..problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: LedgerId = LedgerId(1);

    fn admitted(meter: &Meter, now: u64, operation: &'static str, tries: u32) -> u32 {
        let admit = |_: &u32| meter.admit_at(now, LEDGER, Mode::Test, operation).is_ok();
        u32::try_from((0..tries).filter(admit).count()).unwrap()
    }

    #[test]
    fn a_second_holds_its_rate_and_no_more() {
        let meter = Meter::new(Rates { live: 5, test: 10, operation: 4 });
        assert_eq!(admitted(&meter, 0, "a", 20), 4);
        assert_eq!(admitted(&meter, 0, "b", 20), 4);
        assert_eq!(admitted(&meter, 0, "c", 20), 2);
        let failure = meter.admit_at(0, LEDGER, Mode::Test, "d").unwrap_err();
        assert_eq!(failure.limited, Some(GLOBAL_RATE));
        // A quarter of a second later, one of each operation is through.
        assert_eq!(admitted(&meter, SECOND / 4, "a", 20), 1);
        assert_eq!(admitted(&meter, 2 * SECOND, "a", 20), 4);
        assert!(meter.admit_at(0, LedgerId(2), Mode::Live, "a").is_ok());
    }

    #[test]
    fn what_is_turned_away_at_an_address_is_told_so() {
        let meter = Meter::new(Rates { live: 0, test: 0, operation: 1 });
        assert!(meter.admit_at(0, LEDGER, Mode::Live, "a").is_ok());
        let failure = meter.admit_at(0, LEDGER, Mode::Live, "a").unwrap_err();
        assert_eq!(failure.limited, Some(ENDPOINT_RATE));
        assert_eq!(failure.problem.status(), 429);
        assert!(meter.admit_at(0, LEDGER, Mode::Live, "b").is_ok());
    }

    #[test]
    fn without_a_rate_everything_is_taken_on() {
        let meter = Meter::new(Rates { live: 0, test: 0, operation: 0 });
        assert_eq!(admitted(&meter, 0, "a", 1_000), 1_000);
    }
}
