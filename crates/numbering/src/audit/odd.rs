//! Rows that do not fit.

use std::fmt;

use super::Row;
use crate::infer::learn::{Agreement, Lesson};

/// A row that does not fit, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddOneOut {
    /// The row.
    pub row: usize,
    /// Its line.
    pub line: u64,
    /// Its number.
    pub number: String,
    /// What is odd about it.
    pub reason: OddReason,
}

/// What is odd about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OddReason {
    /// There is no number.
    Empty,
    /// There is no digit in it, so nothing is counted.
    NoCounter,
    /// No format of the list reads it.
    NoFormat,
    /// It is written like hardly any other number of the list.
    Apart,
    /// It shows another date than its own. It is counted in the period that it shows.
    OtherDate,
    /// It shows another year than its document's, which was taken for fixed text.
    OtherYear,
}

impl OddReason {
    /// The word for it in answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoCounter => "no_counter",
            Self::NoFormat => "no_format",
            Self::Apart => "apart",
            Self::OtherDate => "other_date",
            Self::OtherYear => "other_year",
        }
    }
}

impl fmt::Display for OddReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no number",
            Self::NoCounter => "there is nothing to count in it",
            Self::NoFormat => "it fits no format that was found",
            Self::Apart => "hardly any other number is written like it",
            Self::OtherDate => "it shows another date than its document has",
            Self::OtherYear => {
                "it shows another year than its document's date, so the year was taken for fixed \
                 text"
            }
        })
    }
}

/// The odd rows in order; `apart` are the formats that are slips, `other_year` those with a year of
/// their own in the text.
pub(super) fn odd(
    rows: &[Row<'_>],
    lesson: &Lesson,
    apart: &[usize],
    other_year: &[usize],
) -> Vec<OddOneOut> {
    let reason = |index: usize, number: &str| match &lesson.places[index] {
        Some(place) if apart.contains(&place.format) => Some(OddReason::Apart),
        Some(place) if place.agreement == Agreement::Other => Some(OddReason::OtherDate),
        Some(place) if other_year.contains(&place.format) => Some(OddReason::OtherYear),
        Some(_) => None,
        None if number.is_empty() => Some(OddReason::Empty),
        None if !number.contains(|c: char| c.is_ascii_digit()) => Some(OddReason::NoCounter),
        None => Some(OddReason::NoFormat),
    };
    rows.iter()
        .enumerate()
        .filter_map(|(row, Row { number, line, .. })| {
            let number = number.trim();
            let reason = reason(row, number)?;
            Some(OddOneOut { row, line: *line, number: number.to_owned(), reason })
        })
        .collect()
}
