//! A counter with its periods and what is missing in them.

use super::{
    Counter, CounterPeriod, HoleRun,
    entry::Entry,
    kind::kind_texts,
    share::{Group, Relation},
    upcoming,
};
use crate::{Format, Ordinal, Part, Pattern, Texts, Token, TokenKind, infer::learn::Learned};

/// The counter of a group; `customer` is the prefix of the customer that it belongs to.
pub(super) fn counter(formats: &[Learned], group: &Group, customer: Option<&str>) -> Counter {
    let texts = Texts { customer: customer.unwrap_or_default(), ..Texts::default() };
    let periods: Vec<CounterPeriod> = group
        .entries
        .chunk_by(|one, other| one.period == other.period)
        .map(|of_period| counter_period(formats, group, &texts, of_period))
        .collect();
    let holes = || periods.iter().flat_map(|period| &period.holes);
    let mut longest: Option<&HoleRun> = None;
    for hole in holes() {
        if longest.is_none_or(|longest| longest.count() < hole.count()) {
            longest = Some(hole);
        }
    }
    let newest = &formats[newest_format(group)].format;
    Counter {
        customer: customer.map(str::to_owned),
        formats: Vec::new(),
        pattern: pattern(formats, group).unwrap_or_else(|| newest.pattern.clone()),
        reset: newest.reset,
        kinds: kinds(formats, group),
        count: count(&group.entries),
        missing: holes().map(HoleRun::count).sum(),
        hole_runs: holes().count().try_into().unwrap_or(u64::MAX),
        single_holes: holes().map(|hole| u64::from(hole.count() == 1)).sum(),
        longest: longest.cloned(),
        next: upcoming::next(current_format(formats, group), &texts, &group.entries),
        periods,
    }
}

/// The pattern with `{kind}`, where kinds share the counter.
fn pattern(formats: &[Learned], group: &Group) -> Option<Pattern> {
    let Relation::Kinds(side) = group.relation else { return None };
    let texts = kind_texts(formats, &group.formats, side);
    let main = &formats[group.formats[0]];
    let customer = main.format.pattern.has(TokenKind::Customer);
    let customer = customer.then_some(Part::Token(Token::Customer));
    Pattern::from_parts(customer.into_iter().chain(texts.parts(main, side))).ok()
}

fn kinds(formats: &[Learned], group: &Group) -> Vec<(String, u64)> {
    let Relation::Kinds(side) = group.relation else { return Vec::new() };
    let texts = kind_texts(formats, &group.formats, side).texts;
    let counts = group.formats.iter().map(|format| {
        let own = group.entries.iter().filter(|entry| entry.format() == *format);
        own.count().try_into().unwrap_or(u64::MAX)
    });
    texts.into_iter().zip(counts).collect()
}

/// The format that missing and coming numbers are printed in: of kinds the commonest, else the
/// newest.
fn current_format<'a>(formats: &'a [Learned], group: &Group) -> &'a Format {
    match group.relation {
        Relation::Kinds(_) => &formats[group.formats[0]].format,
        Relation::Succession => &formats[newest_format(group)].format,
    }
}

fn newest_format(group: &Group) -> usize {
    let newest = group.entries.iter().max_by_key(|entry| (entry.date, entry.place()));
    newest.map_or(group.formats[0], Entry::format)
}

fn counter_period(
    formats: &[Learned],
    group: &Group,
    texts: &Texts<'_>,
    entries: &[Entry],
) -> CounterPeriod {
    let (first, last) = (&entries[0], &entries[entries.len() - 1]);
    let main = &formats[group.formats[0]].format;
    let holes = entries
        .windows(2)
        .filter(|pair| pair[0].ordinal.get() + 1 < pair[1].ordinal.get())
        .filter_map(|pair| {
            let below = &pair[0];
            let format = match group.relation {
                Relation::Kinds(_) => main,
                Relation::Succession => &formats[below.format()].format,
            };
            hole(format, texts, below, pair[1].ordinal)
        })
        .collect();
    CounterPeriod {
        period: first.period,
        label: first.period.label(main),
        first: first.ordinal,
        last: last.ordinal,
        count: count(entries),
        holes,
    }
}

/// The run between an entry and the next ordinal that is there.
fn hole(format: &Format, texts: &Texts<'_>, below: &Entry, above: Ordinal) -> Option<HoleRun> {
    let date = below.date.unwrap_or(below.period.from);
    let print = |ordinal| format.render(date, ordinal, texts).unwrap_or_default();
    let from = below.ordinal.next().ok()?;
    let to = Ordinal::new(above.get() - 1).ok()?;
    Some(HoleRun { from, to, first_number: print(from), last_number: print(to) })
}

fn count(entries: &[Entry]) -> u64 {
    entries.len().try_into().unwrap_or(u64::MAX)
}
