//! What a reading means, in plain words.

use jiff::civil::Date;

use super::guess::{Guess, Role};
use crate::{Format, Ordinal, Reset, Texts, Token, format::YearMeaning};

/// Says when counting starts again, what comes next, and what comes first in the next period.
pub(super) fn explanation(format: &Format, ordinal: Ordinal, date: Date) -> String {
    let print = |date, ordinal| format.render(date, ordinal, &Texts::default());
    let mut text = restarts(format.reset).to_owned();
    match ordinal.next() {
        Ok(next) => {
            if let Ok(number) = print(date, next) {
                text.push_str(&format!(" Next: {number}."));
            }
        }
        Err(_) => text.push_str(" This is the largest number there is."),
    }
    if format.reset == Reset::Never {
        return text;
    }
    if let Some(period) = format.next_period(&format.period(date))
        && let Ok(number) = print(period.from, Ordinal::ONE)
    {
        let name = match format.reset {
            Reset::Monthly if period.from.day() == 1 => month_name(period.from).to_owned(),
            Reset::FiscalYear => format!("fiscal year {}", period.label(format)),
            _ => period.label(format),
        };
        text.push_str(&format!(" First of {name}: {number}."));
    }
    text
}

/// One sentence on when counting starts again.
pub(super) fn restarts(reset: Reset) -> &'static str {
    match reset {
        Reset::Never => "Never restarts.",
        Reset::Yearly => "Restarts every year.",
        Reset::FiscalYear => "Restarts every fiscal year.",
        Reset::Quarterly => "Restarts every quarter.",
        Reset::Monthly => "Restarts every month.",
        Reset::Weekly => "Restarts every week.",
        Reset::Daily => "Restarts every day.",
    }
}

/// Says which digits are of the date and which are counted.
pub(super) fn reason(number: &str, guess: &Guess, date: Date) -> String {
    let runs = super::run::Runs::of(number);
    let mut parts: Vec<String> = Vec::new();
    let mut fixed: Vec<&str> = Vec::new();
    for (run, role) in guess.roles.iter().enumerate() {
        let digits = runs.digits(run);
        if *role == Role::Fixed {
            fixed.push(digits);
        }
        let mut at = 0;
        for token in role.tokens() {
            if let Role::Counter { digits, after, .. } = role
                && at == digits.0
                && !after.is_empty()
            {
                at = digits.1;
            }
            let end = (at + width(token)).min(digits.len());
            parts.push(format!("{} is the {}", &digits[at..end], word(token, guess.meaning())));
            at = end;
        }
    }
    if parts.is_empty() && runs.len() > 0 {
        parts.push(String::from("no part of the date is taken as such"));
    }
    if !fixed.is_empty() {
        parts.push(format!("{} stays as it is", fixed.join(" and ")));
    }
    parts.push(match guess.counter.as_str() {
        "" => String::from("there is no counter, so one is added at the end"),
        counter => format!("{counter} is counted"),
    });
    let mut text = parts.join(", ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
    }
    let of_date =
        if guess.shape.is_dated() { format!(" (document of {date})") } else { String::new() };
    format!("{text}{of_date}.")
}

fn width(token: Token) -> usize {
    match token {
        Token::Year(digits) | Token::EndYear(digits) => digits.count().into(),
        Token::Quarter => 1,
        _ => 2,
    }
}

fn word(token: Token, meaning: YearMeaning) -> &'static str {
    match token {
        Token::Year(_) => match meaning {
            YearMeaning::Calendar => "year",
            YearMeaning::Iso => "year of the week",
            YearMeaning::Fiscal => "year in which the fiscal year begins",
        },
        Token::EndYear(_) => "year in which the fiscal year ends",
        Token::Month => "month",
        Token::Quarter => "quarter",
        Token::Week => "week",
        Token::Day => "day",
        Token::Seq { .. } | Token::Prefix | Token::Customer | Token::Invoice | Token::Kind => {
            "counter"
        }
    }
}

pub(super) fn month_name(date: Date) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[usize::from(date.month().unsigned_abs()) - 1]
}
