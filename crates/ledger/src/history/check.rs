//! The comparison itself: hash look-ups and one sort, so millions of observations are no trouble.

use std::collections::{HashMap, HashSet};

use super::order::{self, Timed};
use super::{Answer, Given, Holder, Observation, Register, Registered, Report, Request, Violation};

/// Compares what clients saw with the register that they left.
///
/// The observations are of requests for numbers only: a number that was voided in between and
/// whose reference was asked for again would look like a retry that differs.
pub fn check(observations: &[Observation], register: &Register) -> Report {
    let mut violations = Vec::new();
    let ledger = Ledger::index(register, &mut violations);
    holes(register, &mut violations);
    let requests = by_request(observations);
    let mut report = Report { requests: requests.len() as u64, ..Report::default() };
    let mut holders: HashMap<Place<'_>, &Request> = HashMap::new();
    let mut texts: HashMap<String, &Request> = HashMap::new();
    let mut timed = Vec::new();
    for (request, seen) in &requests {
        retries(request, seen, &mut violations);
        let answered = first_number(seen);
        report.numbered += u64::from(answered.is_some());
        let silent = seen.iter().all(|one| one.answer == Answer::Unknown);
        report.unanswered += u64::from(silent);
        if let Some((given, _)) = answered {
            let place_taken = holders.insert(place(given), request);
            let text_taken = texts.insert(numbering::fold(&given.text), request);
            if let Some(first) = place_taken.or(text_taken) {
                let (first, second) = ((*first).clone(), (*request).clone());
                violations.push(Violation::Duplicate { given: given.clone(), first, second });
            }
            if !ledger.holds(request, given) {
                let (request, given) = ((*request).clone(), given.clone());
                violations.push(Violation::Lost { request, given });
            }
        }
        let registered = ledger.of(request);
        if let (Some(given), None, false) = (registered, answered, silent)
            && !seen.iter().any(|one| one.answer == Answer::Unknown)
        {
            let (request, given) = ((*request).clone(), given.clone());
            violations.push(Violation::NumberedThoughRefused { request, given });
        }
        if let Some(given) = answered.map(|(given, _)| given).or(registered) {
            let asked = seen.iter().map(|one| one.invoked_at).min().unwrap_or_default();
            let answered = answered.map(|(_, at)| at);
            timed.push(Timed { request, given, asked, answered });
        }
    }
    order::check(timed, &mut violations);
    unasked(register, &requests, &holders, &mut violations);
    report.violations = violations;
    report
}

type Place<'a> = (&'a str, u64);
type Requests<'a> = Vec<(&'a Request, Vec<&'a Observation>)>;

fn place(given: &Given) -> Place<'_> {
    (&given.sequence, given.ordinal)
}

/// The register by what it is asked for.
struct Ledger<'a> {
    places: HashMap<Place<'a>, &'a Registered>,
    references: HashMap<&'a str, &'a Given>,
}

impl<'a> Ledger<'a> {
    fn index(register: &'a Register, violations: &mut Vec<Violation>) -> Ledger<'a> {
        let mut ledger = Ledger { places: HashMap::new(), references: HashMap::new() };
        let mut texts = HashSet::new();
        for entry in &register.entries {
            let mut twice = ledger.places.insert(place(&entry.given), entry).is_some();
            if let Holder::Document(reference) = &entry.holder {
                twice |= !texts.insert(numbering::fold(&entry.given.text));
                if let Some(reference) = reference {
                    ledger.references.insert(reference, &entry.given);
                }
            }
            if twice {
                violations.push(Violation::RegisteredTwice(entry.given.clone()));
            }
        }
        ledger
    }

    fn of(&self, request: &Request) -> Option<&'a Given> {
        match request {
            Request::Reference(reference) => self.references.get(reference.as_str()).copied(),
            Request::Key(_) => None,
        }
    }

    fn holds(&self, request: &Request, given: &Given) -> bool {
        let wanted = match request {
            Request::Reference(reference) => Some(reference),
            Request::Key(_) => None,
        };
        self.places.get(&place(given)).is_some_and(|entry| {
            let same_holder = match &entry.holder {
                Holder::Document(reference) => reference.as_ref() == wanted,
                Holder::Nobody => false,
            };
            entry.given == *given && same_holder
        })
    }
}

/// Observations of one request together, both in the order in which they first appear.
fn by_request(observations: &[Observation]) -> Requests<'_> {
    let mut places: HashMap<&Request, usize> = HashMap::with_capacity(observations.len());
    let mut requests: Requests<'_> = Vec::new();
    for one in observations {
        let place = *places.entry(&one.request).or_insert(requests.len());
        if place == requests.len() {
            requests.push((&one.request, Vec::with_capacity(1)));
        }
        requests[place].1.push(one);
    }
    requests
}

/// The number that was answered first, and when.
fn first_number<'a>(seen: &[&'a Observation]) -> Option<(&'a Given, u64)> {
    seen.iter()
        .filter_map(|one| match (&one.answer, one.answered_at) {
            (Answer::Number(given), Some(at)) => Some((given, at)),
            // An answer without a time still was an answer; it orders nothing.
            (Answer::Number(given), None) => Some((given, u64::MAX)),
            _ => None,
        })
        .min_by_key(|(_, at)| *at)
}

/// Equal answers to equal requests. A reference that was refused may be numbered later, when the
/// reason has gone; one that was numbered is never refused afterwards. With a key, the first
/// answer is the answer.
fn retries(request: &Request, seen: &[&Observation], violations: &mut Vec<Violation>) {
    let mut answers: Vec<&&Observation> =
        seen.iter().filter(|one| one.answer != Answer::Unknown).collect();
    answers.sort_by_key(|one| one.answered_at);
    for pair in answers.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        let differ = first.answer != second.answer;
        let overlap = first.answered_at.is_none_or(|at| at >= second.invoked_at);
        let later_numbered = matches!(
            (request, &first.answer, &second.answer),
            (Request::Reference(_), Answer::Refused(_), Answer::Number(_) | Answer::Refused(_))
        );
        let raced = matches!(
            (request, &first.answer, &second.answer),
            (Request::Reference(_), Answer::Number(_), Answer::Refused(_))
        ) && overlap;
        if differ && !later_numbered && !raced {
            violations.push(Violation::RetryDiffers {
                request: request.clone(),
                first: first.answer.clone(),
                second: second.answer.clone(),
            });
        }
    }
}

fn holes(register: &Register, violations: &mut Vec<Violation>) {
    let mut ordinals: HashMap<&str, Vec<&Given>> = HashMap::new();
    for entry in &register.entries {
        ordinals.entry(&entry.given.sequence).or_default().push(&entry.given);
    }
    for span in &register.spans {
        let mut covered = ordinals.remove(&*span.sequence).unwrap_or_default();
        covered.sort_unstable_by_key(|given| given.ordinal);
        let mut next = span.first;
        for given in covered {
            if given.ordinal < span.first || given.ordinal > span.last {
                violations.push(Violation::OutsideSequence(given.clone()));
                continue;
            }
            if given.ordinal > next {
                let sequence = span.sequence.clone();
                violations.push(Violation::Hole { sequence, from: next, to: given.ordinal - 1 });
            }
            next = given.ordinal + 1;
        }
        if next <= span.last {
            let sequence = span.sequence.clone();
            violations.push(Violation::Hole { sequence, from: next, to: span.last });
        }
    }
    let outside = ordinals.into_values().flatten();
    violations.extend(outside.map(|given| Violation::OutsideSequence(given.clone())));
}

/// A number with a reference belongs to who asked with it. A number without one belongs to a key:
/// one that was answered with it, or one of those without an answer, each of which may have got
/// one at most.
fn unasked(
    register: &Register,
    requests: &Requests<'_>,
    holders: &HashMap<Place<'_>, &Request>,
    violations: &mut Vec<Violation>,
) {
    let references: HashSet<&str> = requests
        .iter()
        .filter_map(|(request, _)| match request {
            Request::Reference(reference) => Some(reference.as_str()),
            Request::Key(_) => None,
        })
        .collect();
    let mut silent_keys = requests
        .iter()
        .filter(|(request, seen)| {
            matches!(request, Request::Key(_))
                && seen.iter().all(|one| one.answer == Answer::Unknown)
        })
        .count();
    for entry in &register.entries {
        let Holder::Document(reference) = &entry.holder else { continue };
        let asked = match reference {
            Some(reference) => references.contains(reference.as_str()),
            None if holders.contains_key(&place(&entry.given)) => true,
            None => {
                let left = silent_keys > 0;
                silent_keys = silent_keys.saturating_sub(1);
                left
            }
        };
        if !asked {
            let (given, reference) = (entry.given.clone(), reference.clone());
            violations.push(Violation::Unasked { given, reference });
        }
    }
}
