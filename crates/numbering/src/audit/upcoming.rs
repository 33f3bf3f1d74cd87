//! What comes next on a counter.

use super::{NextNumber, entry::Entry};
use crate::{Format, Ordinal, Period, Texts};

/// The next number of the last period, then the first of the period after it.
pub(super) fn next(format: &Format, texts: &Texts<'_>, entries: &[Entry]) -> Vec<NextNumber> {
    let Some(last) = entries.last() else { return Vec::new() };
    let seen = entries
        .iter()
        .rev()
        .take_while(|entry| entry.period == last.period)
        .filter_map(|entry| entry.date)
        .max();
    let bounded = (last.period != Period::ALL).then_some(last.period.from);
    let print = |date, ordinal| format.render(date, ordinal, texts).ok();
    let mut coming = Vec::new();
    let date = seen.or(bounded);
    if let Ok(ordinal) = last.ordinal.next()
        && let Some(number) = print(date.unwrap_or(last.period.from), ordinal)
    {
        coming.push(NextNumber { number, date, period: last.period.label(format) });
    }
    if let Some(after) = format.next_period(&last.period)
        && let Some(number) = print(after.from, Ordinal::ONE)
    {
        let period = after.label(format);
        coming.push(NextNumber { number, date: Some(after.from), period });
    }
    coming
}
