//! What clients saw.

use std::collections::BTreeMap;

use ledger::history::{Answer, Observation};

/// Everything that one client saw, or that all of them did.
pub(super) struct Seen {
    /// Every request.
    pub(super) observations: Vec<Observation>,
    /// For each request, which target was asked.
    asked: Vec<u32>,
    /// One for each target.
    pub(super) tallies: Vec<Tally>,
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

    /// Counts a request to a target; with the reason where there was no answer.
    pub(super) fn note(&mut self, target: usize, is_retry: bool, error: Option<&String>) {
        self.asked.push(u32::try_from(target).unwrap_or(u32::MAX));
        let tally = &mut self.tallies[target];
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

    /// The longest time without an answer from a target, or from any, in ticks of the
    /// observations' clock: from its start to `end`.
    pub(super) fn longest_silence(&self, target: Option<usize>, end: u64) -> u64 {
        let pairs = self.observations.iter().zip(&self.asked);
        let of_target = pairs.filter(|(_, asked)| target.is_none_or(|one| **asked as usize == one));
        let answered = of_target.filter(|(one, _)| one.answer != Answer::Unknown);
        let mut times: Vec<u64> = answered.filter_map(|(one, _)| one.answered_at).collect();
        times.extend([0, end]);
        times.sort_unstable();
        times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
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

    fn saw(seen: &mut Seen, target: usize, at: u64, error: Option<&str>) {
        let error = error.map(str::to_owned);
        seen.note(target, at > 100, error.as_ref());
        let answer = match error {
            None => Answer::Refused("date_too_far".to_owned()),
            Some(_) => Answer::Unknown,
        };
        seen.observations.push(Observation {
            client: 0,
            invoked_at: at - 5,
            answered_at: error.is_none().then_some(at),
            request: Request::Key("a".to_owned()),
            answer,
        });
    }

    #[test]
    fn silence_is_measured_for_each_and_for_all() {
        let mut seen = Seen::of(2);
        saw(&mut seen, 0, 10, None);
        saw(&mut seen, 0, 40, Some("connection refused"));
        saw(&mut seen, 1, 100, None);
        let mut other = Seen::of(2);
        saw(&mut other, 0, 170, None);
        saw(&mut other, 0, 180, Some("connection refused"));
        seen.add(other);
        assert_eq!(seen.longest_silence(Some(0), 200), 160);
        assert_eq!(seen.longest_silence(Some(1), 200), 100);
        assert_eq!(seen.longest_silence(None, 200), 90);
        assert_eq!(Seen::of(1).longest_silence(None, 200), 200);
        assert_eq!(seen.tallies[0].errors["connection refused"], 2);
        assert_eq!((seen.tallies[0].answered, seen.tallies[0].retried), (2, 2));
        assert_eq!((seen.tallies[1].answered, seen.interruptions()), (1, 2));
        assert_eq!((seen.refusals(), seen.latencies().0), (vec!["date_too_far"], 5e-6));
    }
}
