//! Numbers that seem to show another year than their document's.
//!
//! A few numbers whose year is not that of their date cannot be read with it, so the year is taken
//! for fixed text. That is right for a text that happens to look like a year, and wrong for a slip,
//! after which the numbers would go on without a year. So it is told where it looks like a slip: no
//! document of the format is dated in the year, and the format is rare, or another one prints the
//! year at the same place.

use jiff::civil::Date;

use super::Row;
use crate::infer::is_year;
use crate::infer::learn::{Learned, Lesson};
use crate::{FiscalYearStart, Part, Pattern, Token};

/// How many numbers a format has at most that may be slips only.
const FEW: usize = 3;

/// The formats of a lesson whose fixed text seems to be a year that is wrong.
pub(super) fn other_years(
    rows: &[Row<'_>],
    lesson: &Lesson,
    fiscal: FiscalYearStart,
) -> Vec<usize> {
    let fixed = lesson.formats.iter().enumerate().filter_map(|(format, learned)| {
        let (year, general) = fixed_year(learned)?;
        let dates = || {
            let places = rows.iter().zip(&lesson.places);
            let own = places.filter(move |(_, place)| place.is_some_and(|it| it.format == format));
            own.map(|(row, _)| row.date)
        };
        let is_other = |date: Date| {
            let years = [date.year(), fiscal.start_year(date), fiscal.end_year(date)];
            !years.contains(&year)
        };
        let is_dated = dates().all(|date| date.is_some_and(is_other));
        let has_twin = || lesson.formats.iter().any(|other| text(other) == Some(general.clone()));
        (is_dated && (dates().count() <= FEW || has_twin())).then_some(format)
    });
    fixed.collect()
}

/// What looks like a year in a format's fixed text, and the pattern that prints one instead.
fn fixed_year(learned: &Learned) -> Option<(i16, String)> {
    let parts = learned.shape.parts(0);
    if parts.iter().any(|part| matches!(part, Part::Token(Token::Year(_) | Token::EndYear(_)))) {
        return None;
    }
    let year = parts.iter().find_map(|part| match part {
        Part::Literal(text) => text.split(|c: char| !c.is_ascii_digit()).find(|run| is_year(run)),
        Part::Token(_) => None,
    })?;
    let general = text(learned)?.replacen(year, "{year}", 1);
    Some((year.parse().ok()?, general))
}

/// A pattern's text, whatever the width of its counter.
fn text(learned: &Learned) -> Option<String> {
    Pattern::from_parts(learned.shape.parts(0)).ok().map(|pattern| pattern.to_string())
}
