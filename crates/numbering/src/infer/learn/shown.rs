//! A date in the period that a number itself shows.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::{
    Format, Token, YearDigits,
    infer::shape::{Cut, Shape},
};

/// Dates found so far, by what is printed.
#[derive(Debug, Default)]
pub(super) struct ShownDates {
    known: HashMap<(Vec<i16>, i16), Option<Date>>,
}

impl ShownDates {
    /// A date whose printed parts are those of the cut number; of two-digit years the one
    /// nearest to `near`.
    pub(super) fn find(
        &mut self,
        shape: &Shape,
        cut: Cut<'_>,
        format: &Format,
        near: Option<Date>,
    ) -> Option<Date> {
        if !shape.is_dated() {
            return near;
        }
        let values: Vec<i16> = shape.values(cut).map(|(_, value)| value).collect();
        let century_of = near.map_or(2000, Date::year);
        *self
            .known
            .entry((values, century_of))
            .or_insert_with(|| search(shape, cut, format, century_of))
    }
}

fn search(shape: &Shape, cut: Cut<'_>, format: &Format, century_of: i16) -> Option<Date> {
    let year = shape.values(cut).find_map(|(token, value)| match token {
        Token::Year(digits) | Token::EndYear(digits) => Some(match digits {
            YearDigits::Four => value,
            YearDigits::Two => nearest(value, century_of),
        }),
        _ => None,
    })?;
    // A fiscal or ISO year begins or ends in the years next to it.
    [year, year + 1, year - 1]
        .into_iter()
        .flat_map(|year| {
            (1..=12).flat_map(move |month| (1..=31).map(move |day| (year, month, day)))
        })
        .filter_map(|(year, month, day)| Date::new(year, month, day).ok())
        .find(|date| shape.agrees(cut, format, *date))
}

/// The year nearest to `year` that ends in these two digits.
fn nearest(two_digits: i16, year: i16) -> i16 {
    let same_century = year - year.rem_euclid(100) + two_digits;
    match same_century - year {
        51.. => same_century - 100,
        ..-50 => same_century + 100,
        _ => same_century,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Part, Pattern};

    fn shown(pattern: &str, number: &str, near: &str) -> Option<String> {
        let pattern: Pattern = pattern.parse().unwrap();
        let format = Format { fiscal_year_start: "04-01".parse().unwrap(), ..Format::of(pattern) };
        let parts = format.pattern.parts();
        let seq =
            parts.iter().position(|part| matches!(part, Part::Token(Token::Seq { .. }))).unwrap();
        let shape = Shape { left: parts[..seq].to_vec(), right: parts[seq + 1..].to_vec() };
        let cut = shape.cut(number).unwrap();
        let date = ShownDates::default().find(&shape, cut, &format, near.parse().ok())?;
        Some(date.to_string())
    }

    #[test]
    fn dates_in_the_period() {
        let range = "{year:2}-{end_year:2}/{month}/{seq}";
        for (pattern, number, near, want) in [
            ("{year}/{seq}", "2023/7", "", Some("2023-01-01")),
            ("{year:2}/{month}/{seq}", "98/03/7", "2001-01-01", Some("1998-03-01")),
            ("{year:2}/{seq}", "05/7", "1999-01-01", Some("2005-01-01")),
            (range, "23-24/02/7", "", Some("2024-02-01")),
            (range, "23-25/02/7", "", None),
            ("{year}-W{week}-{seq}", "2024-W53-1", "", None),
            ("{year}-W{week}-{seq}", "2026-W53-1", "", Some("2026-12-28")),
        ] {
            assert_eq!(shown(pattern, number, near).as_deref(), want, "{number}");
        }
    }
}
