//! How soon somebody who typed a wrong password may try again.
//!
//! Tries are counted by e-mail address, whether or not anybody has it, and by network address. Some
//! are free; after that each failure doubles the wait, up to a few minutes: long enough that
//! passwords are not found by trying, short enough that nobody is kept out for good by somebody
//! else's tries. A try counts as failed until it has succeeded, so many at once do not pass.

use std::collections::HashMap;
use std::time::Duration;

use ledger::model::At;

/// Failures that are free: of one e-mail address, and of one network address, behind which there
/// may be many people.
const FREE_OF_EMAIL: u32 = 5;
const FREE_OF_ADDRESS: u32 = 30;
/// The first wait, which doubles, and the longest.
const FIRST_MS: i64 = 1_000;
const LONGEST_MS: i64 = 5 * 60 * 1000;
/// After so long without a failure all are forgotten.
const FORGOTTEN_MS: i64 = 60 * 60 * 1000;
/// What is counted at once; the oldest are forgotten for new ones.
const KEPT_MAX: usize = 20_000;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Counted {
    Email(String),
    Address(String),
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: At,
}

/// Failures that are remembered, by this process.
#[derive(Default)]
pub(crate) struct Throttle {
    failures: HashMap<Counted, Failures>,
}

impl Throttle {
    /// Takes note of a try, which counts as failed until [`Throttle::succeeded`]; or says how long
    /// to wait.
    pub(super) fn admit(&mut self, email: &str, address: &str, now: At) -> Result<(), Duration> {
        let counted = counted(email, address);
        let waits = counted.iter().map(|one| self.wait(one, now));
        if let Some(wait) = waits.max().filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        self.tidy(now);
        for one in counted {
            let failures = self.failures.entry(one).or_insert(Failures { count: 0, last: now });
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
        }
        Ok(())
    }

    /// The last try was none that failed: those of the e-mail address are forgotten.
    pub(super) fn succeeded(&mut self, email: &str, address: &str) {
        let [email, address] = counted(email, address);
        self.failures.remove(&email);
        if let Some(failures) = self.failures.get_mut(&address) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    fn wait(&self, one: &Counted, now: At) -> Duration {
        let Some(failures) = self.failures.get(one) else { return Duration::ZERO };
        let free = match one {
            Counted::Email(_) => FREE_OF_EMAIL,
            Counted::Address(_) => FREE_OF_ADDRESS,
        };
        let passed = now.0.saturating_sub(failures.last.0);
        if failures.count < free || passed >= FORGOTTEN_MS {
            return Duration::ZERO;
        }
        let doubled = FIRST_MS.checked_shl((failures.count - free).min(32)).unwrap_or(LONGEST_MS);
        let left = doubled.min(LONGEST_MS).saturating_sub(passed);
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    fn tidy(&mut self, now: At) {
        if self.failures.len() < KEPT_MAX {
            return;
        }
        self.failures.retain(|_, failures| now.0.saturating_sub(failures.last.0) < FORGOTTEN_MS);
        if self.failures.len() >= KEPT_MAX {
            let mut times: Vec<At> = self.failures.values().map(|failures| failures.last).collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            self.failures.retain(|_, failures| failures.last > median);
        }
    }
}

fn counted(email: &str, address: &str) -> [Counted; 2] {
    [Counted::Email(email.to_owned()), Counted::Address(address.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(at: i64) -> At {
        At(at * 1_000)
    }

    #[test]
    fn waits_double_and_end() {
        let mut throttle = Throttle::default();
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..FREE_OF_EMAIL + 12 {
            if let Err(wait) = throttle.admit("ann", "here", seconds(now)) {
                waits.push(wait.as_secs());
                now += i64::try_from(wait.as_secs()).expect("small");
                throttle.admit("ann", "here", seconds(now)).expect("waited long enough");
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert!(throttle.admit("ann", "elsewhere", seconds(now)).is_err(), "by e-mail address");
        assert_eq!(throttle.admit("bob", "here", seconds(now)), Ok(()));
        assert_eq!(throttle.admit("ann", "here", seconds(now + 3_600)), Ok(()));
    }

    #[test]
    fn success_forgives_the_e_mail_address_and_not_the_network_address() {
        let mut throttle = Throttle::default();
        for n in 0..FREE_OF_ADDRESS {
            throttle.admit(&format!("user{n}"), "here", seconds(0)).expect("free");
        }
        assert!(throttle.admit("ann", "here", seconds(0)).is_err());
        throttle.admit("ann", "there", seconds(0)).expect("free");
        throttle.succeeded("ann", "there");
        for _ in 0..FREE_OF_EMAIL {
            throttle.admit("ann", "there", seconds(0)).expect("free");
        }
        assert!(throttle.admit("ann", "there", seconds(0)).is_err());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..KEPT_MAX as i64 + 10 {
            throttle.admit(&format!("user{n}"), &format!("host{n}"), At(n)).expect("free");
        }
        assert!(throttle.failures.len() <= KEPT_MAX + 1, "{}", throttle.failures.len());
    }
}
