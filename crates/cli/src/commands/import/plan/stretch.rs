//! Which counters follow each other in time, and so are one series whose format changed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use numbering::{Format, Period};

/// What a counter gave in one of its periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The counter, by place.
    pub(super) counter: usize,
    pub(super) period: Period,
    /// The earliest and the latest date of a document.
    pub(super) first: Date,
    pub(super) last: Date,
    /// The highest ordinal.
    pub(super) highest: u64,
    /// The formats that its numbers have, by place; the one with the latest date, and of that with
    /// the highest ordinal, is last.
    pub(super) formats: Vec<usize>,
}

/// A number of the list, as far as it tells when which format was used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Used {
    pub(super) counter: usize,
    pub(super) format: usize,
    pub(super) date: Date,
    pub(super) ordinal: u64,
}

/// The stretches of numbers whose formats are `formats`, by counter and period.
pub(super) fn stretches(used: impl Iterator<Item = Used>, formats: &[Format]) -> Vec<Stretch> {
    let mut found: BTreeMap<(usize, Date), (Stretch, (Date, u64))> = BTreeMap::new();
    for one in used {
        let period = formats[one.format].period(one.date);
        let newest = (one.date, one.ordinal);
        let fresh = || Stretch {
            counter: one.counter,
            period,
            first: one.date,
            last: one.date,
            highest: one.ordinal,
            formats: vec![one.format],
        };
        let (stretch, reached) =
            found.entry((one.counter, period.from)).or_insert_with(|| (fresh(), newest));
        stretch.first = stretch.first.min(one.date);
        stretch.last = stretch.last.max(one.date);
        stretch.highest = stretch.highest.max(one.ordinal);
        if newest >= *reached {
            *reached = newest;
            stretch.formats.retain(|format| *format != one.format);
            stretch.formats.push(one.format);
        } else if !stretch.formats.contains(&one.format) {
            stretch.formats.insert(0, one.format);
        }
    }
    found.into_values().map(|(stretch, _)| stretch).collect()
}

/// Counters that follow each other, as lists of places: the newest first in each, the lists in the
/// order of their first counter. Only those that `may_follow` are put together.
///
/// Formats follow each other when no day and no period of one is inside another's: a format that
/// is used beside another stays a series of its own. One may come back, but whoever changes to and
/// fro uses them side by side.
pub(super) fn chains(
    counters: usize,
    stretches: &[Stretch],
    may_follow: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let last = |counter: &usize| of(stretches, *counter).map(|stretch| stretch.last).max();
    let mut newest_first: Vec<usize> = (0..counters).collect();
    newest_first.sort_by_key(|counter| std::cmp::Reverse(last(counter)));
    let mut chains: Vec<Vec<usize>> = Vec::new();
    for counter in newest_first {
        let fits = |chain: &&mut Vec<usize>| {
            chain
                .iter()
                .all(|other| may_follow(*other, counter) && are_apart(stretches, *other, counter))
                && turns(stretches, chain, counter) <= 2 * chain.len() + 1
        };
        match chains.iter_mut().find(fits) {
            Some(chain) => chain.push(counter),
            None => chains.push(vec![counter]),
        }
    }
    chains.sort_by_key(|chain| chain.iter().min().copied());
    chains
}

/// The stretches of the counters of a chain, by date.
pub(super) fn in_order<'a>(stretches: &'a [Stretch], chain: &[usize]) -> Vec<&'a Stretch> {
    let mut ordered: Vec<&Stretch> = chain.iter().flat_map(|it| of(stretches, *it)).collect();
    ordered.sort_by_key(|stretch| stretch.first);
    ordered
}

fn of(stretches: &[Stretch], counter: usize) -> impl Iterator<Item = &Stretch> {
    stretches.iter().filter(move |stretch| stretch.counter == counter)
}

fn are_apart(stretches: &[Stretch], one: usize, other: usize) -> bool {
    let ordered = in_order(stretches, &[one, other]);
    ordered.windows(2).all(|pair| pair[0].last < pair[1].first)
}

/// How often another counter takes over, the first one included.
fn turns(stretches: &[Stretch], chain: &[usize], added: usize) -> usize {
    let all: Vec<usize> = chain.iter().copied().chain([added]).collect();
    let ordered = in_order(stretches, &all);
    ordered.chunk_by(|one, other| one.counter == other.counter).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chains of numbers `counter date ordinal` whose counters have these patterns.
    fn shown(patterns: &[&str], numbers: &str) -> String {
        let formats: Vec<Format> =
            patterns.iter().map(|text| Format::of(text.parse().unwrap())).collect();
        let used = numbers.split(", ").map(|text| {
            let words: Vec<&str> = text.split(' ').collect();
            let counter: usize = words[0].parse().unwrap();
            let (date, ordinal) = (words[1].parse().unwrap(), words[2].parse().unwrap());
            Used { counter, format: counter, date, ordinal }
        });
        let stretches = stretches(used, &formats);
        let chains = chains(patterns.len(), &stretches, |_, _| true);
        let shown: Vec<String> = chains
            .iter()
            .map(|chain| {
                let ordered = in_order(&stretches, chain);
                let runs = ordered.chunk_by(|one, other| one.counter == other.counter);
                runs.map(|run| format!("{}@{}", run[0].counter, run[0].first)).collect::<Vec<_>>()
            })
            .map(|runs| runs.join(" "))
            .collect();
        shown.join(" | ")
    }

    #[test]
    fn what_follows_is_one_chain_and_what_overlaps_is_not() {
        let (never, yearly) = ("F-{seq:4}", "INV/{year}/{seq:5}");
        for (patterns, numbers, want) in [
            // One behind the other, also within a year.
            (
                [never, yearly],
                "0 2023-01-05 1, 0 2023-12-31 2, 1 2024-01-01 1",
                "0@2023-01-05 1@2024-01-01",
            ),
            ([never, yearly], "0 2023-01-05 1, 1 2023-03-01 1", "0@2023-01-05 1@2023-03-01"),
            // Side by side, for a day or for years.
            ([never, yearly], "0 2023-01-05 1, 1 2023-01-05 1", "0@2023-01-05 | 1@2023-01-05"),
            (
                ["A-{year}-{seq}", "B-{year}-{seq}"],
                "0 2023-01-05 1, 1 2023-02-05 1, 0 2023-03-05 2",
                "0@2023-01-05 | 1@2023-02-05",
            ),
            // One that comes back with a new period, and one whose counter went on.
            (
                ["A-{year}-{seq}", yearly],
                "0 2022-01-05 1, 1 2023-02-05 1, 0 2024-03-05 1",
                "0@2022-01-05 1@2023-02-05 0@2024-03-05",
            ),
            (
                [never, yearly],
                "0 2022-01-05 1, 1 2023-02-05 1, 0 2024-03-05 2",
                "0@2022-01-05 | 1@2023-02-05",
            ),
            // To and fro is side by side.
            (
                ["A-{year}-{month}-{seq}", "B-{year}-{month}-{seq}"],
                "0 2023-01-05 1, 1 2023-02-05 1, 0 2023-03-05 1, 1 2023-04-05 1",
                "0@2023-01-05 | 1@2023-02-05",
            ),
        ] {
            assert_eq!(shown(&patterns, numbers), want, "{numbers}");
        }
    }

    #[test]
    fn the_format_with_the_last_number_of_a_period_is_last() {
        let formats = ["A-{seq:4}", "A-{seq:6}"].map(|it| Format::of(it.parse().unwrap()));
        let used = |format, day, ordinal| Used {
            counter: 0,
            format,
            date: Date::new(2024, 1, day).unwrap(),
            ordinal,
        };
        let numbers = [used(1, 3, 4), used(1, 3, 3), used(0, 1, 1), used(0, 2, 2)];
        let found = stretches(numbers.into_iter(), &formats);
        assert_eq!((found.len(), found[0].highest), (1, 4));
        assert_eq!(found[0].formats, [0, 1]);
    }
}
