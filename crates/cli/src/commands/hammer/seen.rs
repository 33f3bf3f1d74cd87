//! What clients saw.

use std::collections::BTreeMap;

use ledger::history::{Answer, Observation};

/// Everything that one client saw, or that all of them did.
pub(super) struct Seen {
    /// Every request.
    pub(super) observations: Vec<Observation>,
    /// Where each of them was made.
    asked: Vec<Asked>,
    /// One for each target.
    pub(super) tallies: Vec<Tally>,
}

/// Where a request was made, and how long its client stayed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The target's place.
    pub(super) target: usize,
    /// When it was answered or given up, in ticks of the observations' clock.
    pub(super) ended_at: u64,
}

/// What happens to a target. At one instant, requests are made before others end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    Asked,
    GivenUp,
    Answered,
}

/// Counts of what one target was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Requests that it answered, refusals included.
    pub(super) answered: u64,
    /// Requests that had been made before, there or elsewhere.
    pub(super) retried: u64,
    /// Requests that it did not answer, by the reason.
    pub(super) errors: BTreeMap<String, u64>,
}

impl Tally {
    /// Requests that it did not answer.
    pub(super) fn failed(&self) -> u64 {
        self.errors.values().sum()
    }
}

impl Seen {
    /// Nothing yet, of so many targets.
    pub(super) fn of(targets: usize) -> Seen {
        let tallies = vec![Tally::default(); targets];
        Seen { observations: Vec::new(), asked: Vec::new(), tallies }
    }

    /// Counts a request; with the reason where there was no answer.
    pub(super) fn note(&mut self, asked: Asked, is_retry: bool, error: Option<&String>) {
        self.asked.push(asked);
        let tally = &mut self.tallies[asked.target];
        tally.retried += u64::from(is_retry);
        match error {
            None => tally.answered += 1,
            Some(kind) => match tally.errors.get_mut(kind) {
                Some(count) => *count += 1,
                None => drop(tally.errors.insert(kind.clone(), 1)),
            },
        }
    }

    /// Adds what another client saw of the same targets.
    pub(super) fn add(&mut self, other: Seen) {
        self.observations.extend(other.observations);
        self.asked.extend(other.asked);
        for (own, other) in self.tallies.iter_mut().zip(other.tallies) {
            own.answered += other.answered;
            own.retried += other.retried;
            for (kind, count) in other.errors {
                *own.errors.entry(kind).or_default() += count;
            }
        }
    }

    /// The longest time in which a target, or any, was asked and did not answer, in ticks: from the
    /// first request that it did not answer at once to its next answer, or to `end`. Where nobody
    /// asks, nobody is silent.
    pub(super) fn longest_silence(&self, target: Option<usize>, end: u64) -> u64 {
        let (mut longest, mut waiting, mut silent_since) = (0, 0u64, None);
        for (at, moment) in self.moments(target) {
            match moment {
                Moment::Asked => {
                    waiting += 1;
                    silent_since.get_or_insert(at);
                }
                Moment::GivenUp => waiting -= 1,
                Moment::Answered => {
                    waiting -= 1;
                    longest = longest.max(at - silent_since.unwrap_or(at));
                    silent_since = (waiting > 0).then_some(at);
                }
            }
        }
        longest.max(silent_since.map_or(0, |since| end.saturating_sub(since)))
    }

    /// What happened to a target, or to all, in the order of time.
    fn moments(&self, target: Option<usize>) -> Vec<(u64, Moment)> {
        let pairs = self.observations.iter().zip(&self.asked);
        let of_target = pairs.filter(|(_, asked)| target.is_none_or(|one| asked.target == one));
        let moments = of_target.flat_map(|(one, asked)| {
            let end = match one.answer {
                Answer::Unknown => Moment::GivenUp,
                _ => Moment::Answered,
            };
            [(one.invoked_at, Moment::Asked), (asked.ended_at, end)]
        });
        let mut moments: Vec<_> = moments.collect();
        moments.sort_unstable();
        moments
    }

    /// How long answered requests took, in milliseconds: half of them at most the first, 99 of a
    /// hundred at most the second.
    pub(super) fn latencies(&self) -> (f64, f64) {
        let answered = self.observations.iter().filter(|one| one.answer != Answer::Unknown);
        let took = answered.filter_map(|one| Some(one.answered_at? - one.invoked_at));
        let mut took: Vec<u64> = took.collect();
        took.sort_unstable();
        let at = |part: usize| {
            let place = took.len().saturating_sub(1) * part / 100;
            took.get(place).map_or(0.0, |nanoseconds| *nanoseconds as f64 / 1e6)
        };
        (at(50), at(99))
    }

    /// Requests that got no answer and were asked again.
    pub(super) fn interruptions(&self) -> u64 {
        self.tallies.iter().map(Tally::failed).sum()
    }

    /// Refusals by their codes, each once.
    pub(super) fn refusals(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = self
            .observations
            .iter()
            .filter_map(|one| match &one.answer {
                Answer::Refused(code) => Some(code.as_str()),
                _ => None,
            })
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

#[cfg(test)]
mod tests {
    use ledger::history::Request;

    use super::*;

    /// A request to a target that was made at one time and ended at another.
    fn saw(seen: &mut Seen, target: usize, times: [u64; 2], error: Option<&str>) {
        let [invoked_at, ended_at] = times;
        let error = error.map(str::to_owned);
        seen.note(Asked { target, ended_at }, invoked_at > 100, error.as_ref());
        let answer = match error {
            None => Answer::Refused("date_too_far".to_owned()),
            Some(_) => Answer::Unknown,
        };
        seen.observations.push(Observation {
            client: 0,
            invoked_at,
            answered_at: error.is_none().then_some(ended_at),
            request: Request::Key("a".to_owned()),
            answer,
        });
    }

    #[test]
    fn silence_is_measured_for_each_and_for_all() {
        let mut seen = Seen::of(3);
        saw(&mut seen, 0, [5, 10], None);
        saw(&mut seen, 0, [35, 40], Some("connection refused"));
        saw(&mut seen, 1, [95, 100], None);
        let mut other = Seen::of(3);
        saw(&mut other, 0, [165, 170], None);
        saw(&mut other, 0, [175, 180], Some("connection refused"));
        seen.add(other);
        assert_eq!(seen.longest_silence(Some(0), 200), 170 - 35, "from the first in vain");
        assert_eq!(seen.longest_silence(Some(1), 200), 5, "nobody asked it before or after");
        assert_eq!(seen.longest_silence(Some(2), 200), 0, "nobody asked it at all");
        assert_eq!(seen.longest_silence(None, 200), 100 - 35, "until the other one answered");
        assert_eq!(seen.longest_silence(Some(0), 400), 400 - 175, "silent to the end");
        assert_eq!(seen.tallies[0].errors["connection refused"], 2);
        assert_eq!((seen.tallies[0].answered, seen.tallies[0].retried), (2, 2));
        assert_eq!((seen.tallies[1].answered, seen.interruptions()), (1, 2));
        assert_eq!((seen.refusals(), seen.latencies().0), (vec!["date_too_far"], 5e-6));
    }

    #[test]
    fn silence_begins_with_the_answer_beside_a_request_that_waits() {
        let mut seen = Seen::of(1);
        saw(&mut seen, 0, [10, 90], None);
        saw(&mut seen, 0, [20, 30], None);
        saw(&mut seen, 0, [25, 35], Some("timed out"));
        assert_eq!(seen.longest_silence(Some(0), 100), 90 - 30);
        saw(&mut seen, 0, [80, 85], None);
        assert_eq!(seen.longest_silence(Some(0), 100), 85 - 30);
    }
}
