//! Counters glued to a date: `20240001`.
//!
//! One such number is a plain counter as far as anybody can tell. Many of them that begin at 1
//! again and again are not.

use std::collections::BTreeMap;

use super::Example;
use crate::{
    FiscalYearStart, Pattern,
    infer::{Guess, format},
};

/// How many numbers it takes to tell.
const ROWS_MIN: usize = 3;

/// Whether the guess glues the counter to a date, and the numbers bear it out: they show their
/// dates and every period begins at 1.
pub(super) fn restarts_at_one(
    examples: &[Example<'_>],
    rows: &[usize],
    guess: &Guess,
    fiscal: FiscalYearStart,
) -> bool {
    if !guess.is_glued() || rows.len() < ROWS_MIN {
        return false;
    }
    let Ok(pattern) = Pattern::from_parts(guess.shape.parts(0)) else { return false };
    let format = format(pattern, guess.reset, fiscal);
    let mut firsts = BTreeMap::new();
    let mut agreeing = 0;
    let mut lengths: Option<(usize, usize)> = None;
    for &row in rows {
        let Example { number, date: Some(date) } = examples[row] else { return false };
        let Some(cut) = guess.shape.cut(number) else { continue };
        let Some(ordinal) = cut.ordinal() else { continue };
        if !guess.shape.agrees(cut, &format, date) {
            continue;
        }
        agreeing += 1;
        let length = cut.counter.len();
        let (shortest, longest) = lengths.unwrap_or((length, length));
        lengths = Some((shortest.min(length), longest.max(length)));
        let first = firsts.entry(format.period(date)).or_insert(ordinal);
        *first = ordinal.min(*first);
    }
    agreeing * 20 >= rows.len() * 19
        && lengths.is_some_and(|(shortest, longest)| shortest == longest && shortest > 1)
        && firsts.values().all(|first| first.get() == 1)
}
