//! Learning a pattern from numbers.
//!
//! The document's date decides which digits of a number are parts of a date: every reading in
//! which each token prints just what the date prints is found, and the most plausible comes
//! first. A number that shows a part of another date is refused, not guessed at.
//!
//! ```
//! use jiff::civil::date;
//! use numbering::{FiscalYearStart, Reset, infer};
//!
//! let march = date(2024, 3, 1);
//! let found = infer::infer("INV/2024/00001", march, FiscalYearStart::CALENDAR)?;
//! assert_eq!(found.best.pattern.to_string(), "INV/{year}/{seq:5}");
//! assert_eq!((found.best.reset, found.best.ordinal.get()), (Reset::Yearly, 1));
//! assert_eq!(
//!     found.explanation,
//!     "Restarts every year. Next: INV/2024/00002. First of 2025: INV/2025/00001.",
//! );
//!
//! let refused = infer::infer("INV/2024/00001", date(2025, 3, 1), FiscalYearStart::CALENDAR);
//! assert_eq!(refused.unwrap_err().code(), "number_date_mismatch");
//! # Ok::<(), infer::InferError>(())
//! ```

mod change;
mod claim;
mod cover;
mod error;
mod guess;
mod history;
#[cfg(test)]
mod laws;
mod rank;
mod run;
mod sentence;

#[cfg(test)]
mod tests;

pub(crate) mod learn;

pub(crate) use self::claim::is_year;
pub(crate) mod shape;

use jiff::civil::Date;

pub(crate) use self::guess::Guess;
use self::run::Runs;
pub use self::{
    change::{Notice, explain_change},
    error::{Disagreement, InferError, Unreadable},
    history::{History, HistoryRow, Stretch, infer_history},
};
use crate::{FiscalYearStart, Format, Ordinal, Pattern, Reset, Texts, limits::NUMBER_CHARS_MAX};

/// One way to read a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The pattern that prints the number.
    pub pattern: Pattern,
    /// When it starts counting again.
    pub reset: Reset,
    /// The number's ordinal; 0 when the text has no counter yet.
    pub ordinal: Ordinal,
    /// Why the number can be read so, in one sentence.
    pub reason: String,
}

/// What a number teaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inference {
    /// The most plausible reading.
    pub best: Candidate,
    /// The others, best first.
    pub alternatives: Vec<Candidate>,
    /// What will happen under the best reading, in plain words.
    pub explanation: String,
}

/// The most alternatives that are offered.
const ALTERNATIVES_MAX: usize = 12;

/// The pattern that a number teaches, given the date of its document.
///
/// Spaces around the number are ignored.
///
/// # Errors
/// [`InferError`]: the number shows a part of a date that is not its date's, has nothing to
/// count, or is too large or too long.
pub fn infer(number: &str, date: Date, fiscal: FiscalYearStart) -> Result<Inference, InferError> {
    let number = checked(number)?;
    let guesses = consistent(number, date, fiscal)?;
    let mut candidates: Vec<Candidate> = Vec::new();
    for guess in guesses {
        let candidate = candidate(number, &guess, date)?;
        let same = |other: &Candidate| {
            other.pattern == candidate.pattern && other.reset == candidate.reset
        };
        if !candidates.iter().any(same) {
            candidates.push(candidate);
        }
        if candidates.len() > ALTERNATIVES_MAX {
            break;
        }
    }
    let best = candidates.remove(0);
    let format = format(best.pattern.clone(), best.reset, fiscal);
    let explanation = sentence::explanation(&format, best.ordinal, date);
    Ok(Inference { best, alternatives: candidates, explanation })
}

/// The number that follows `number` (of a document dated `date`) on a document dated
/// `for_date`: the next ordinal in the same period, the first one in any other, under the first
/// reading of [`infer`].
///
/// The width of the example is kept: after `INV/2024/100000` the next year begins with
/// `INV/2025/000001`. A list of numbers ([`infer_history`]) tells padding from size.
///
/// ```
/// use jiff::civil::date;
/// use numbering::{FiscalYearStart, infer};
///
/// let (march, april) = (date(2024, 3, 9), date(2024, 4, 2));
/// let next = infer::next("2024-03-0017", march, april, FiscalYearStart::CALENDAR)?;
/// assert_eq!(next, "2024-04-0001");
/// # Ok::<(), infer::InferError>(())
/// ```
///
/// # Errors
/// As [`infer`], and when the next number cannot be printed.
pub fn next(
    number: &str,
    date: Date,
    for_date: Date,
    fiscal: FiscalYearStart,
) -> Result<String, InferError> {
    let number = checked(number)?;
    let best = consistent(number, date, fiscal)?.swap_remove(0);
    let Candidate { pattern, reset, ordinal, .. } = candidate(number, &best, date)?;
    let format = format(pattern, reset, fiscal);
    let same_period = format.period(date) == format.period(for_date);
    let ordinal = if same_period { ordinal.next()? } else { Ordinal::ONE };
    Ok(format.render(for_date, ordinal, &Texts::default())?)
}

/// What a format will do behind a number: when counting starts again, what comes next, and what
/// comes first in the next period, in plain words.
pub fn explain(format: &Format, ordinal: Ordinal, date: Date) -> String {
    sentence::explanation(format, ordinal, date)
}

/// The guesses for a number, best first; never empty.
fn consistent(number: &str, date: Date, fiscal: FiscalYearStart) -> Result<Vec<Guess>, InferError> {
    let runs = Runs::of(number);
    let guesses = guess::guesses(&runs, date, fiscal);
    let Some(best) = guesses.first() else { return Err(InferError::OrdinalOverflow) };
    if let Some(disagreement) = claim::disagreement(&runs, best, date, fiscal) {
        return Err(InferError::DateMismatch(disagreement));
    }
    let only_run = runs.len() == 1 && best.counts == 0 && !best.shape.is_dated();
    if only_run && runs.after(0).is_empty() && is_year_of(runs.digits(0), date) {
        return Err(InferError::Unreadable(Unreadable::OnlyTheYear));
    }
    Ok(guesses)
}

/// The guesses for one number among many, unchecked: other numbers may show that what looks like
/// a date is none.
pub(crate) fn guesses_among_many(number: &str, date: Date, fiscal: FiscalYearStart) -> Vec<Guess> {
    guess::guesses(&Runs::of(number), date, fiscal)
}

fn is_year_of(digits: &str, date: Date) -> bool {
    claim::is_year(digits) && digits.parse() == Ok(date.year())
}

fn candidate(number: &str, guess: &Guess, date: Date) -> Result<Candidate, InferError> {
    Ok(Candidate {
        pattern: Pattern::from_parts(guess.shape.parts(guess.width()))?,
        reset: guess.reset,
        ordinal: guess.ordinal().ok_or(InferError::OrdinalOverflow)?,
        reason: sentence::reason(number, guess, date),
    })
}

pub(crate) fn format(pattern: Pattern, reset: Reset, fiscal: FiscalYearStart) -> Format {
    Format { reset, fiscal_year_start: fiscal, ..Format::of(pattern) }
}

fn checked(number: &str) -> Result<&str, InferError> {
    let number = number.trim();
    let refused = if number.is_empty() {
        Unreadable::Empty
    } else if number.chars().any(char::is_control) {
        Unreadable::ControlCharacter
    } else if number.chars().count() > NUMBER_CHARS_MAX {
        Unreadable::TooLong
    } else {
        return Ok(number);
    };
    Err(InferError::Unreadable(refused))
}
