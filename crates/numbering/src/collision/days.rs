//! Whether the printed date parts tell the periods of a format apart.

use std::collections::HashMap;

use jiff::civil::{Date, date};

use super::{CollidingNumber, Collision, CollisionReason};
use crate::{
    Format, Ordinal, Period, Reading, Reset, Texts, Token, YearDigits,
    limits::{YEAR_MAX, YEAR_MIN},
};

/// The first day that is tried.
pub(super) const FIRST: Date = date(2024, 1, 1);

/// A few days whose parts look like one another, or like small ordinals.
pub(super) const CHOSEN: [Date; 8] = [
    date(2026, 1, 1),
    date(2026, 11, 11),
    date(2011, 1, 11),
    date(2011, 11, 11),
    date(2012, 12, 12),
    date(2021, 12, 21),
    date(2022, 2, 22),
    date(2010, 10, 10),
];

/// Two periods of the format that print the same date parts.
///
/// The days of 28 years are tried: within them the calendar shows every weekday in every kind of
/// year, and `{year:2}` does not repeat.
pub(super) fn collision(format: &Format) -> Option<Collision> {
    if format.reset == Reset::Never {
        return None;
    }
    let tokens = date_tokens(format);
    let mut seen: HashMap<u64, (Date, Period)> = HashMap::new();
    let mut period = format.period(FIRST);
    for day in FIRST.series(jiff::Span::new().days(1)).take(DAYS) {
        if !period.contains(day) {
            period = format.period(day);
        }
        let (other, other_period) = *seen.entry(key(format, &tokens, day)).or_insert((day, period));
        if other_period != period {
            return Some(Collision {
                reason: CollisionReason::Period,
                first: number(format, other)?,
                second: number(format, day)?,
            });
        }
    }
    None
}

/// What the format prints, with made-up texts where the document has to bring some.
pub(super) fn example(format: &Format, date: Date, ordinal: Ordinal) -> Option<String> {
    let kind = format.kind_texts.first().map_or("", String::as_str);
    format.render(date, ordinal, &Texts { customer: "ACME", invoice: "1", kind }).ok()
}

/// The first day that the format prints as the reading says, where a year of two digits is of the
/// century.
pub(super) fn day_of(format: &Format, reading: &Reading, century: i16) -> Option<Date> {
    let shown = reading.year.or(reading.end_year).map(|year| {
        let value = i16::try_from(year.value).unwrap_or(i16::MAX);
        if year.digits == YearDigits::Two { century + value } else { value }
    });
    // A fiscal or ISO year reaches into its neighbours.
    let years = match shown {
        Some(year) => [year, year + 1, year - 1].to_vec(),
        None => (FIRST.year()..).take(28).collect(),
    };
    for year in years.into_iter().filter(|year| (YEAR_MIN..=YEAR_MAX).contains(year)) {
        for month in reading.month.map_or(1..=12, |month| month..=month) {
            for day in reading.day.map_or(1..=31, |day| day..=day) {
                if let Ok(date) = Date::new(year, month, day)
                    && format.agrees(reading, date)
                {
                    return Some(date);
                }
            }
        }
    }
    None
}

const DAYS: usize = 28 * 365 + 7;

fn number(format: &Format, day: Date) -> Option<CollidingNumber> {
    let text = example(format, day, Ordinal::ONE)?;
    Some(CollidingNumber::new(format, day, Ordinal::ONE, text, ""))
}

fn date_tokens(format: &Format) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for token in format.pattern.tokens().filter(|token| token.kind().is_date()) {
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

// All date parts in one integer: 60 bits when every token is there.
fn key(format: &Format, tokens: &[Token], day: Date) -> u64 {
    tokens.iter().fold(0, |key, &token| {
        let bits = match token {
            Token::Year(YearDigits::Four) | Token::EndYear(YearDigits::Four) => 14,
            Token::Year(YearDigits::Two) | Token::EndYear(YearDigits::Two) => 7,
            Token::Month => 4,
            Token::Quarter => 3,
            Token::Week => 6,
            _ => 5,
        };
        let value = format.date_value(token, day).map_or(0, |(value, _)| value.unsigned_abs());
        key << bits | u64::from(value)
    })
}
