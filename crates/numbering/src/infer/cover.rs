//! Which date tokens could have printed a run of digits.

use jiff::civil::Date;

use crate::{
    FiscalYearStart, Format, Part, Pattern, Reset, Token, YearDigits, format::YearMeaning,
};

/// A token and the digits that it prints for the date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) token: Token,
    digits: String,
}

/// What each token prints for a date, under one meaning of the year.
pub(super) fn printed(date: Date, fiscal: FiscalYearStart, meaning: YearMeaning) -> Vec<Printed> {
    use YearDigits::{Four, Two};
    let tokens: &[Token] = match meaning {
        YearMeaning::Calendar => {
            &[Token::Year(Four), Token::Year(Two), Token::Month, Token::Quarter, Token::Day]
        }
        YearMeaning::Iso => &[Token::Year(Four), Token::Year(Two), Token::Week],
        YearMeaning::Fiscal => &[
            Token::Year(Four),
            Token::Year(Two),
            Token::EndYear(Four),
            Token::EndYear(Two),
            Token::Month,
            Token::Day,
        ],
    };
    let Some(format) = bare_format(fiscal, meaning) else { return Vec::new() };
    tokens
        .iter()
        .filter_map(|&token| {
            let (value, digits) = format.date_value(token, date)?;
            let width = usize::from(digits);
            Some(Printed { token, digits: format!("{value:0width$}") })
        })
        .collect()
}

/// The fewest tokens that give `{year}` its meaning.
fn bare_format(fiscal: FiscalYearStart, meaning: YearMeaning) -> Option<Format> {
    let mut parts = vec![Part::Token(Token::Seq { width: 0 })];
    if meaning == YearMeaning::Iso {
        parts.push(Part::Token(Token::Week));
    }
    let pattern = Pattern::from_parts(parts).ok()?;
    let reset = match meaning {
        YearMeaning::Fiscal => Reset::FiscalYear,
        YearMeaning::Calendar | YearMeaning::Iso => Reset::Never,
    };
    Some(Format { reset, fiscal_year_start: fiscal, ..Format::of(pattern) })
}

/// Every row of tokens that prints exactly these digits, no word twice.
pub(super) fn covers(digits: &str, printed: &[Printed]) -> Vec<Vec<Token>> {
    let mut found = Vec::new();
    extend(digits, printed, &mut Vec::new(), &mut |tokens, rest| {
        if rest.is_empty() {
            found.push(tokens.to_vec());
        }
    });
    found
}

/// Every row of tokens that prints the first of these digits, with the length that it prints;
/// at least one digit is left over.
pub(super) fn heads(digits: &str, printed: &[Printed]) -> Vec<(Vec<Token>, usize)> {
    let mut found = Vec::new();
    extend(digits, printed, &mut Vec::new(), &mut |tokens, rest| {
        if !rest.is_empty() {
            found.push((tokens.to_vec(), digits.len() - rest.len()));
        }
    });
    found
}

fn extend(
    rest: &str,
    printed: &[Printed],
    tokens: &mut Vec<Token>,
    found: &mut impl FnMut(&[Token], &str),
) {
    for next in printed {
        let Some(left) = rest.strip_prefix(next.digits.as_str()) else { continue };
        if tokens.iter().any(|token| token.kind() == next.token.kind()) {
            continue;
        }
        tokens.push(next.token);
        found(tokens, left);
        extend(left, printed, tokens, found);
        tokens.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn shown(digits: &str, meaning: YearMeaning) -> Vec<String> {
        let april = "04-01".parse().unwrap();
        let printed = printed(date(2024, 3, 17), april, meaning);
        let mut shown: Vec<String> = covers(digits, &printed)
            .iter()
            .map(|tokens| tokens.iter().map(ToString::to_string).collect())
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn exact_covers() {
        use YearMeaning::{Calendar, Fiscal, Iso};
        assert_eq!(shown("2024", Calendar), ["{year}"]);
        assert_eq!(shown("202403", Calendar), ["{year}{month}"]);
        assert_eq!(shown("20240317", Calendar), ["{year}{month}{day}"]);
        assert_eq!(shown("2403", Calendar), ["{year:2}{month}"]);
        assert_eq!(shown("2324", Fiscal), ["{year:2}{end_year:2}"]);
        assert_eq!(shown("2024", Fiscal), ["{end_year}"]);
        assert_eq!(shown("202411", Iso), ["{year}{week}"]);
        assert!(shown("2025", Calendar).is_empty());
    }

    #[test]
    fn heads_leave_a_digit() {
        let printed = printed(date(2024, 3, 17), FiscalYearStart::CALENDAR, YearMeaning::Calendar);
        let heads = heads("202403001", &printed);
        assert!(heads.iter().any(|(tokens, length)| tokens.len() == 2 && *length == 6));
        assert!(heads.iter().all(|(_, length)| *length < 9));
    }
}
