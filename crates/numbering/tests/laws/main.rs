//! The laws of numbering, on random formats.

mod formats;

use std::collections::HashMap;

use formats::{Sample, any_format, any_pattern, any_sample, identities};
use numbering::{
    Collision, FormatError, Ordinal, Pattern, Relation, Scope, collision, fold, is_allowed, slug,
    sort_key,
};
use proptest::prelude::*;

// A failure prints its input, shrunk; the tree is left alone.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_pattern_prints_and_parses_back(pattern in any_pattern()) {
        prop_assert_eq!(pattern.to_string().parse::<Pattern>(), Ok(pattern));
    }

    #[test]
    fn any_text_is_parsed_or_refused_with_a_place(text in ".{0,40}|[{}a-z:0-9]{0,20}") {
        let (pattern, remarks) = Pattern::parse_lossy(&text);
        for remark in &remarks {
            prop_assert!(text.get(remark.span.start..remark.span.end).is_some(), "{:?}", remark);
        }
        if let Ok(strict) = text.parse::<Pattern>() {
            prop_assert_eq!(Some(&strict), pattern.as_ref());
            prop_assert_eq!(strict.to_string().parse::<Pattern>(), Ok(strict));
        }
    }

    #[test]
    fn what_is_rendered_is_read_back(format in any_format(), sample in any_sample()) {
        let number = sample.number(&format);
        let readings = format.read(&format!(" {} ", number.to_ascii_lowercase()));
        let mine = readings.iter().any(|it| {
            it.ordinal == sample.ordinal
                && format.agrees(it, sample.date)
                && it.customer.as_deref().is_none_or(|it| it == sample.customer)
                && it.invoice.as_deref().is_none_or(|it| it.eq_ignore_ascii_case(&sample.invoice))
        });
        prop_assert!(mine, "{} by {:?}: {:?}", number, format, readings);
    }

    #[test]
    fn padding_never_clips(format in any_format(), sample in any_sample()) {
        let number = sample.number(&format);
        prop_assert!(number.contains(&sample.ordinal.to_string()));
        prop_assert!(number.chars().count() <= format.max_length() + sample.invoice.len());
    }

    #[test]
    fn periods_hold_their_dates(format in any_format(), sample in any_sample()) {
        let period = format.period(sample.date);
        prop_assert!(period.contains(sample.date));
        prop_assert_eq!(format.period(period.from), period);
        if let Some(next) = format.next_period(&period) {
            prop_assert!(!next.contains(sample.date));
            prop_assert_eq!(format.previous_period(&next), Some(period));
            prop_assert_ne!(next.label(&format), period.label(&format));
        }
    }

    #[test]
    fn keys_sort_as_ordinals(
        format in any_format(),
        sample in any_sample(),
        other in 0..=Ordinal::MAX.get(),
    ) {
        let other = Sample { ordinal: Ordinal::new(other).unwrap(), ..sample.clone() };
        let keys = [&sample, &other].map(|sample| sort_key(&sample.number(&format)));
        prop_assert_eq!(keys[0].cmp(&keys[1]), sample.ordinal.cmp(&other.ordinal), "{:?}", keys);
    }

    #[test]
    fn slugs_are_safe(text in ".{0,60}|[A-Z0-9/. ~-]{0,20}") {
        let slug = slug(&text);
        let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        prop_assert!(!slug.is_empty() && slug.chars().all(safe), "{}", slug);
        prop_assert!(!slug.starts_with(['.', '-']) && !slug.ends_with(['.', '-']), "{}", slug);
        prop_assert!(!slug.contains("--"));
        prop_assert_eq!(numbering::slug(&slug), slug);
    }

    #[test]
    fn formats_without_a_collision_share_no_text(
        formats in (any_format(), any_format()),
        samples in prop::collection::vec(any_sample(), 60),
    ) {
        let (a, b) = formats;
        match collision(&a, &b, Relation::OtherSeries) {
            Some(Collision { first, second, .. }) => {
                prop_assert_eq!(fold(&first.text), fold(&second.text));
                prop_assert!(!a.read(&first.text).is_empty());
                prop_assert!(!b.read(&second.text).is_empty());
            }
            None => {
                for sample in &samples {
                    let number = sample.number(&a);
                    for reading in b.read(&number) {
                        let possible = !identities(&b, &reading, Scope::Account).is_empty();
                        prop_assert!(!possible, "{} {:?}", number, reading);
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_are_trimmed_and_visible(format in any_format(), sample in any_sample()) {
        let number = sample.number(&format);
        prop_assert_eq!(number.trim(), &number);
        prop_assert!(number.chars().all(is_allowed));
    }
}

/// The heart: among many numbers of a format that was found valid, no two are one text; and where
/// a format is refused, the two numbers given are two, and one text.
#[test]
fn no_two_numbers_of_a_valid_format_are_one_text() {
    let mut valid = 0;
    let mut refused = 0;
    let mut runner = proptest::test_runner::TestRunner::new(config(500));
    let input = (
        formats::any_format(),
        prop::sample::select(Scope::ALL.to_vec()),
        prop::collection::vec(any_sample(), 300),
    );
    let counts = std::cell::RefCell::new((&mut valid, &mut refused));
    runner
        .run(&input, |(format, scope, samples)| {
            match format.validate_for(scope) {
                Ok(()) => {
                    *counts.borrow_mut().0 += 1;
                    let mut seen: HashMap<String, (_, &Sample)> = HashMap::new();
                    for sample in &samples {
                        let number = fold(&sample.number(&format));
                        let identity = sample.identity(&format, scope);
                        let (other, first) =
                            seen.entry(number.clone()).or_insert((identity.clone(), sample));
                        prop_assert_eq!(&*other, &identity, "{} {:?} {:?}", number, first, sample);
                        let readings = format.read(&number);
                        for reading in readings.iter().filter(|_| readings.len() > 1) {
                            let others = identities(&format, reading, scope);
                            let same = others.iter().all(|it| *it == identity);
                            prop_assert!(same, "{} {:?} {:?}", number, sample, reading);
                        }
                    }
                }
                Err(FormatError::Collision(it)) => {
                    *counts.borrow_mut().1 += 1;
                    let (first, second) = (&it.first, &it.second);
                    prop_assert_eq!(fold(&first.text), fold(&second.text));
                    for number in [first, second] {
                        let read = format.read(&number.text);
                        let printed = read.iter().any(|it| {
                            it.ordinal == number.ordinal && format.agrees(it, number.date)
                        });
                        prop_assert!(printed, "{:?}", number);
                    }
                    let same = first.ordinal == second.ordinal
                        && format.period(first.date) == format.period(second.date)
                        && first.scope == second.scope;
                    prop_assert!(!same, "{}", it);
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
            Ok(())
        })
        .unwrap();
    assert!(valid > 30 && refused > 30, "{valid} valid, {refused} refused");
}
