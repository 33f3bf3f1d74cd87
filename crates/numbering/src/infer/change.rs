//! What an edited number would change.

use std::fmt;

use jiff::civil::Date;

use super::{Guess, InferError, checked, consistent, sentence};
use crate::{FiscalYearStart, Reset, Token};

/// What a number typed over another one would change in its series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The number as it was.
    pub before: String,
    /// The number as typed.
    pub after: String,
    /// When counting would start again.
    pub reset: Reset,
    /// The counter as printed, padding included.
    pub counter: String,
    /// The year as printed: 24 for `24`.
    pub year: Option<i16>,
    /// The end year as printed.
    pub end_year: Option<i16>,
    /// The month.
    pub month: Option<i16>,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after, reset, counter, .. } = self;
        write!(f, "{before} becomes {after}. {}", sentence::restarts(*reset))?;
        for (word, value) in
            [("year", self.year), ("end year", self.end_year), ("month", self.month)]
        {
            if let Some(value) = value {
                write!(f, " The {word} is {value:02}.")?;
            }
        }
        if counter.is_empty() {
            f.write_str(" A counter is added at the end.")
        } else {
            write!(f, " The counter is {counter}.")
        }
    }
}

/// What typing `after` over `before` would change, on a document dated `date`.
///
/// `None` when both are written alike, so that only the date's parts or the counter moved.
///
/// ```
/// use jiff::civil::date;
/// use numbering::{FiscalYearStart, Reset, infer::explain_change};
///
/// let (may, calendar) = (date(2024, 5, 5), FiscalYearStart::CALENDAR);
/// let notice = explain_change("INV/2024/00005", "INV/2024/05/0005", may, calendar)?.unwrap();
/// assert_eq!((notice.reset, notice.counter.as_str()), (Reset::Monthly, "0005"));
/// assert_eq!(explain_change("INV/2024/00005", "INV/2024/00007", may, calendar)?, None);
/// # Ok::<(), numbering::infer::InferError>(())
/// ```
///
/// # Errors
/// [`InferError`] when the typed number cannot be read, or shows a part of another date.
pub fn explain_change(
    before: &str,
    after: &str,
    date: Date,
    fiscal: FiscalYearStart,
) -> Result<Option<Notice>, InferError> {
    let (before, after) = (before.trim(), checked(after)?);
    let guess = consistent(after, date, fiscal)?.swap_remove(0);
    if is_written_alike(&guess, before) {
        return Ok(None);
    }
    let cut = guess.shape.cut(after);
    let value = |wanted: fn(&Token) -> bool| {
        let mut values = cut.into_iter().flat_map(|cut| guess.shape.values(cut));
        values.find(|(token, _)| wanted(token)).map(|(_, value)| value)
    };
    Ok(Some(Notice {
        before: before.to_owned(),
        after: after.to_owned(),
        reset: guess.reset,
        counter: guess.counter.clone(),
        year: value(|token| matches!(token, Token::Year(_))),
        end_year: value(|token| matches!(token, Token::EndYear(_))),
        month: value(|token| matches!(token, Token::Month)),
    }))
}

/// Whether the pattern of the guess prints `before` too, for some date and ordinal.
fn is_written_alike(guess: &Guess, before: &str) -> bool {
    let Some(cut) = guess.shape.cut(before) else { return false };
    let (old, new) = (cut.counter.len(), guess.counter.len());
    let grown = |longer: &str| !longer.starts_with('0');
    old == new || old < new && grown(&guess.counter) || old > new && grown(cut.counter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn told(before: &str, after: &str) -> Option<String> {
        explain_change(before, after, date(2024, 5, 5), FiscalYearStart::CALENDAR)
            .unwrap()
            .map(|notice| notice.to_string())
    }

    #[test]
    fn only_what_is_written_otherwise_is_told() {
        for (before, after) in [
            ("INV/2023/00005", "INV/2024/00005"),
            ("INV/2024/00005", "inv/2024/00900"),
            ("INV/2024/99999", "INV/2024/100000"),
            ("INV/2024/100000", "INV/2024/00001"),
            ("9", "10"),
        ] {
            assert_eq!(told(before, after), None, "{before} {after}");
        }
        assert_eq!(
            told("INV/2024/00005", "INV/24/05/0005").unwrap(),
            "INV/2024/00005 becomes INV/24/05/0005. Restarts every month. The year is 24. \
             The month is 05. The counter is 0005.",
        );
        assert_eq!(
            told("INV/2024/00005", "INV/2024/0005").unwrap(),
            "INV/2024/00005 becomes INV/2024/0005. Restarts every year. The year is 2024. \
             The counter is 0005.",
        );
    }

    #[test]
    fn a_number_of_another_date_is_refused() {
        let refused = explain_change(
            "INV/2024/00005",
            "INV/2025/00005",
            date(2024, 5, 5),
            FiscalYearStart::CALENDAR,
        );
        assert_eq!(refused.unwrap_err().code(), "number_date_mismatch");
    }
}
