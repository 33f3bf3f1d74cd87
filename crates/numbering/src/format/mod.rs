//! A pattern with everything else that decides what is printed.

mod read;
mod render;
mod validate;

use jiff::civil::Date;

pub use self::{
    read::{PrintedYear, Reading},
    render::{RenderError, Texts, is_customer_prefix},
    validate::FormatError,
};
use crate::{
    FiscalYearStart, Part, Pattern, Reset, Token, TokenKind, YearDigits,
    limits::{CUSTOMER_PREFIX_CHARS_MAX, ORDINAL_DIGITS_MAX},
    period::quarter,
};

/// How a series writes its numbers and when it starts counting again.
///
/// ```
/// use jiff::civil::date;
/// use numbering::{Format, Ordinal, Texts};
///
/// let format = Format { prefix: "INV-".into(), ..Format::of("{prefix}{year}-{seq:5}".parse()?) };
/// let number = format.render(date(2026, 3, 1), Ordinal::new(42)?, &Texts::default())?;
/// assert_eq!(number, "INV-2026-00042");
/// assert_eq!(format.read(&number)[0].ordinal.get(), 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// The text with tokens.
    pub pattern: Pattern,
    /// When counting starts again.
    pub reset: Reset,
    /// The first day of the account's fiscal years.
    pub fiscal_year_start: FiscalYearStart,
    /// What `{prefix}` prints.
    pub prefix: String,
    /// The texts that `{kind}` may print.
    pub kind_texts: Vec<String>,
}

impl Format {
    /// The format of a pattern alone: the reset that its tokens speak of, calendar fiscal years,
    /// no prefix, no kinds.
    #[must_use]
    pub fn of(pattern: Pattern) -> Self {
        Self {
            reset: pattern.default_reset(),
            pattern,
            fiscal_year_start: FiscalYearStart::DEFAULT,
            prefix: String::new(),
            kind_texts: Vec::new(),
        }
    }

    /// The word in capitals that every number begins with, where what follows ends it, if it could
    /// be a customer's prefix: then no customer should have it.
    ///
    /// ```
    /// use numbering::Format;
    ///
    /// let format = Format::of("{prefix}{year}-{seq}".parse()?);
    /// let invoices = Format { prefix: "inv-".into(), ..format };
    /// assert_eq!(invoices.leading_word().as_deref(), Some("INV"));
    /// assert_eq!(Format::of("INV{seq}".parse()?).leading_word(), None);
    /// # Ok::<(), numbering::PatternError>(())
    /// ```
    #[must_use]
    pub fn leading_word(&self) -> Option<String> {
        let mut text = String::new();
        for part in self.pattern.parts() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Token(Token::Prefix) => text.push_str(&self.prefix),
                Part::Token(_) => break,
            }
        }
        let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
        let word = text[..end].to_ascii_uppercase();
        is_customer_prefix(&word).then_some(word)
    }

    /// The length in characters of the longest number that can be printed: the largest ordinal,
    /// the longest customer prefix and kind. The number of a parent invoice counts as nothing;
    /// one that is too long is refused when it is rendered.
    #[must_use]
    pub fn max_length(&self) -> usize {
        let of_part = |part: &Part| match part {
            Part::Literal(text) => text.chars().count(),
            Part::Token(Token::Seq { width }) => usize::from(*width).max(ORDINAL_DIGITS_MAX),
            Part::Token(Token::Year(digits) | Token::EndYear(digits)) => digits.count().into(),
            Part::Token(Token::Month | Token::Week | Token::Day) => 2,
            Part::Token(Token::Quarter) => 1,
            Part::Token(Token::Prefix) => self.prefix.chars().count(),
            Part::Token(Token::Customer) => CUSTOMER_PREFIX_CHARS_MAX,
            Part::Token(Token::Invoice) => 0,
            Part::Token(Token::Kind) => {
                self.kind_texts.iter().map(|text| text.chars().count()).max().unwrap_or(0)
            }
        };
        self.pattern.parts().iter().map(of_part).sum()
    }

    /// The year that `{year}` prints: of the fiscal year's start beside `{end_year}` or a fiscal
    /// reset, else the ISO year beside `{week}`, else the calendar year.
    pub(crate) fn year_of(&self, date: Date) -> i16 {
        match self.year_meaning() {
            YearMeaning::Fiscal => self.fiscal_year_start.start_year(date),
            YearMeaning::Iso => date.iso_week_date().year(),
            YearMeaning::Calendar => date.year(),
        }
    }

    pub(crate) fn year_meaning(&self) -> YearMeaning {
        if self.reset == Reset::FiscalYear || self.pattern.has(TokenKind::EndYear) {
            YearMeaning::Fiscal
        } else if self.pattern.has(TokenKind::Week) {
            YearMeaning::Iso
        } else {
            YearMeaning::Calendar
        }
    }

    /// The value that a date token prints, and in how many digits; `None` for other tokens.
    pub(crate) fn date_value(&self, token: Token, date: Date) -> Option<(i16, u8)> {
        let year = |year: i16, digits: YearDigits| match digits {
            YearDigits::Four => (year, 4),
            YearDigits::Two => (year.rem_euclid(100), 2),
        };
        match token {
            Token::Year(digits) => Some(year(self.year_of(date), digits)),
            Token::EndYear(digits) => Some(year(self.fiscal_year_start.end_year(date), digits)),
            Token::Month => Some((date.month().into(), 2)),
            Token::Quarter => Some((quarter(date).into(), 1)),
            Token::Week => Some((date.iso_week_date().week().into(), 2)),
            Token::Day => Some((date.day().into(), 2)),
            Token::Seq { .. } | Token::Prefix | Token::Customer | Token::Invoice | Token::Kind => {
                None
            }
        }
    }
}

/// Which year `{year}` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum YearMeaning {
    Calendar,
    Fiscal,
    Iso,
}
