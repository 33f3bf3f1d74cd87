//! Each violation is caught, and a history as it should be is not.

use super::*;

fn sequence() -> Arc<str> {
    "invoices 2026".into()
}

fn given(ordinal: u64) -> Given {
    Given { sequence: sequence(), ordinal, text: format!("INV-{ordinal:05}") }
}

/// `order-N` asks at `from`, is answered at `to` with ordinal N.
fn numbered(n: u64, from: u64, to: u64) -> Observation {
    Observation {
        client: 0,
        invoked_at: from,
        answered_at: Some(to),
        request: Request::Reference(format!("order-{n}")),
        answer: Answer::Number(given(n)),
    }
}

fn entry(n: u64) -> Registered {
    Registered { given: given(n), holder: Holder::Document(Some(format!("order-{n}"))) }
}

fn register(count: u64) -> Register {
    Register {
        spans: vec![Span { sequence: sequence(), first: 1, last: count }],
        entries: (1..=count).map(entry).collect(),
    }
}

fn history(count: u64) -> Vec<Observation> {
    (1..=count).map(|n| numbered(n, n * 10, n * 10 + 5)).collect()
}

fn found(observations: &[Observation], register: &Register) -> Vec<Violation> {
    check(observations, register).violations
}

#[test]
fn a_history_as_it_should_be() {
    let mut seen = history(5);
    // Two that overlap in time may be numbered either way round.
    seen[1] = numbered(2, 20, 60);
    seen[2] = numbered(3, 15, 50);
    // A retry with the first answer, and one whose answer never came.
    seen.push(numbered(1, 100, 110));
    seen.push(Observation { answer: Answer::Unknown, answered_at: None, ..numbered(5, 90, 0) });
    let report = check(&seen, &register(5));
    assert_eq!(report.violations, []);
    assert_eq!((report.requests, report.numbered, report.unanswered), (5, 5, 0));
}

#[test]
fn a_duplicate_number() {
    let mut seen = history(2);
    seen.push(Observation { request: Request::Reference("order-9".into()), ..numbered(2, 30, 35) });
    let violations = found(&seen, &register(2));
    assert!(matches!(&violations[0], Violation::Duplicate { given, .. } if given.ordinal == 2));

    let mut same_text = history(2);
    let text = "inv-00001 ".to_owned();
    same_text[1].answer = Answer::Number(Given { text, ..given(2) });
    let violations = found(&same_text, &register(2));
    assert!(violations.iter().any(|one| matches!(one, Violation::Duplicate { .. })));
}

#[test]
fn a_register_that_holds_a_number_twice() {
    let mut twice = register(3);
    twice.entries.push(entry(2));
    assert_eq!(found(&history(3), &twice), [Violation::RegisteredTwice(given(2))]);
}

#[test]
fn a_hole_in_the_middle_and_one_at_the_end() {
    let mut holed = register(9);
    holed.entries.retain(|entry| ![4, 5, 9].contains(&entry.given.ordinal));
    let seen: Vec<_> =
        history(9).into_iter().filter(|one| holed.entries.iter().any(|e| one.is(e))).collect();
    let hole = |from, to| Violation::Hole { sequence: sequence(), from, to };
    assert_eq!(found(&seen, &holed), [hole(4, 5), hole(9, 9)]);

    let mut blank = register(3);
    blank.entries[1].holder = Holder::Nobody;
    let seen: Vec<_> = [1, 3].map(|n| numbered(n, n * 10, n * 10 + 5)).into();
    assert_eq!(found(&seen, &blank), [], "an ordinal that is recorded as blank is no hole");
}

#[test]
fn an_ordinal_beyond_what_the_sequence_covers() {
    let mut short = register(3);
    short.spans[0].last = 2;
    assert_eq!(found(&history(3), &short), [Violation::OutsideSequence(given(3))]);
    let mut nameless = register(1);
    nameless.spans.clear();
    assert_eq!(found(&history(1), &nameless), [Violation::OutsideSequence(given(1))]);
}

#[test]
fn an_answered_number_that_is_lost_or_went_to_somebody_else() {
    let seen = history(3);
    let request = Request::Reference("order-3".into());
    let lost = Violation::Lost { request, given: given(3) };
    assert_eq!(found(&seen, &register(2)), std::slice::from_ref(&lost));

    let mut other = register(3);
    other.entries[2].holder = Holder::Document(Some("order-1".into()));
    assert!(found(&seen, &other).contains(&lost));

    let mut changed = register(3);
    changed.entries[2].given.text = "INV-3".to_owned();
    assert!(found(&seen, &changed).contains(&lost));
}

#[test]
fn a_retry_that_differs() {
    let mut seen = history(2);
    seen.push(Observation { request: Request::Reference("order-1".into()), ..numbered(2, 50, 55) });
    let violations = found(&seen, &register(2));
    assert!(violations.iter().any(|one| matches!(one, Violation::RetryDiffers { .. })));

    let refused = Answer::Refused("date_too_far".into());
    let mut seen = history(2);
    seen.push(Observation { answer: refused.clone(), ..numbered(1, 50, 55) });
    assert!(matches!(found(&seen, &register(2))[..], [Violation::RetryDiffers { .. }]));

    let mut seen = history(2);
    seen.insert(0, Observation { answer: refused.clone(), ..numbered(2, 1, 2) });
    assert_eq!(found(&seen, &register(2)), [], "numbered when the reason had gone");

    let key = |one: Observation| Observation { request: Request::Key("k".into()), ..one };
    let keyed = [key(Observation { answer: refused, ..numbered(1, 1, 2) }), key(numbered(1, 3, 4))];
    let mut keyless = register(1);
    keyless.entries[0].holder = Holder::Document(None);
    assert!(matches!(found(&keyed, &keyless)[..], [Violation::RetryDiffers { .. }]));
}

#[test]
fn a_refused_request_that_left_a_number() {
    let mut seen = history(2);
    seen[1].answer = Answer::Refused("period_locked".into());
    let request = seen[1].request.clone();
    let expected = Violation::NumberedThoughRefused { request, given: given(2) };
    assert_eq!(found(&seen, &register(2)), [expected]);
}

#[test]
fn real_time_order() {
    let seen = [numbered(2, 10, 20), numbered(1, 30, 40)];
    let expected = Violation::OutOfOrder {
        earlier: Request::Reference("order-2".into()),
        higher: given(2),
        later: Request::Reference("order-1".into()),
        lower: 1,
    };
    assert_eq!(found(&seen, &register(2)), std::slice::from_ref(&expected));

    let unanswered =
        [numbered(2, 10, 20), Observation { answer: Answer::Unknown, ..numbered(1, 30, 40) }];
    assert_eq!(found(&unanswered, &register(2)), [expected], "known from the register");

    let mut other = register(2);
    other.entries[0].given.sequence = "invoices 2025".into();
    other.spans[0].first = 2;
    other.spans.push(Span { sequence: "invoices 2025".into(), first: 1, last: 1 });
    let mut seen = seen;
    seen[1].answer = Answer::Number(other.entries[0].given.clone());
    assert_eq!(found(&seen, &other), [], "sequences are independent");
}

#[test]
fn a_number_that_nobody_asked_for() {
    let unasked = |reference: Option<&str>| Violation::Unasked {
        given: given(3),
        reference: reference.map(str::to_owned),
    };
    assert_eq!(found(&history(2), &register(3)), [unasked(Some("order-3"))]);

    let mut nameless = register(3);
    nameless.entries[2].holder = Holder::Document(None);
    assert_eq!(found(&history(2), &nameless), [unasked(None)]);

    let mut seen = history(2);
    seen.push(Observation {
        request: Request::Key("lost answer".into()),
        answer: Answer::Unknown,
        answered_at: None,
        ..numbered(3, 30, 0)
    });
    assert_eq!(found(&seen, &nameless), [], "the one without an answer may have got it");
}

#[test]
fn a_hundred_thousand_observations_in_any_order() {
    let count = 100_000;
    let mut seen = history(count);
    seen.sort_by_key(|one| one.invoked_at.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    assert_eq!(found(&seen, &register(count)), []);
}

impl Observation {
    fn is(&self, entry: &Registered) -> bool {
        self.answer == Answer::Number(entry.given.clone())
    }
}
