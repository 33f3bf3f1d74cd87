//! From an ordinal to a number.

use std::{
    error::Error,
    fmt::{self, Write},
};

use jiff::civil::Date;

use super::Format;
use crate::{
    Ordinal, Part, Token, characters,
    limits::{
        CUSTOMER_PREFIX_CHARS_MAX, CUSTOMER_PREFIX_CHARS_MIN, NUMBER_CHARS_MAX, YEAR_MAX, YEAR_MIN,
    },
};

/// What a document brings to its number besides date and ordinal. Empty is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Texts<'a> {
    /// The customer's invoice prefix, 1–12 of `A`–`Z`, `0`–`9`.
    pub customer: &'a str,
    /// The number of the parent invoice.
    pub invoice: &'a str,
    /// The text for the document's kind, one of the format's `kind_texts`.
    pub kind: &'a str,
}

impl Format {
    /// The number of the ordinal for a document of this date.
    ///
    /// # Errors
    /// [`RenderError`] when the document lacks what the pattern asks for, or the number would be
    /// longer than [`NUMBER_CHARS_MAX`].
    pub fn render(
        &self,
        date: Date,
        ordinal: Ordinal,
        texts: &Texts<'_>,
    ) -> Result<String, RenderError> {
        let mut number = String::new();
        for part in self.pattern.parts() {
            match part {
                Part::Literal(text) => number.push_str(text),
                Part::Token(token) => self.push_token(&mut number, *token, date, ordinal, texts)?,
            }
        }
        if number.chars().count() > NUMBER_CHARS_MAX {
            return Err(RenderError::TooLong);
        }
        Ok(number)
    }

    /// The same number in pieces, one for each part of the pattern: joined, they are what
    /// [`Format::render`] gives.
    ///
    /// # Errors
    /// As [`Format::render`].
    pub fn render_parts(
        &self,
        date: Date,
        ordinal: Ordinal,
        texts: &Texts<'_>,
    ) -> Result<Vec<(&Part, String)>, RenderError> {
        // What it is too long for, it is too long for in pieces too.
        self.render(date, ordinal, texts)?;
        let mut pieces = Vec::with_capacity(self.pattern.parts().len());
        for part in self.pattern.parts() {
            let mut piece = String::new();
            match part {
                Part::Literal(text) => piece.push_str(text),
                Part::Token(token) => self.push_token(&mut piece, *token, date, ordinal, texts)?,
            }
            pieces.push((part, piece));
        }
        Ok(pieces)
    }

    fn push_token(
        &self,
        number: &mut String,
        token: Token,
        date: Date,
        ordinal: Ordinal,
        texts: &Texts<'_>,
    ) -> Result<(), RenderError> {
        match token {
            Token::Seq { width } => push_padded(number, ordinal.get(), width),
            Token::Prefix => number.push_str(&self.prefix),
            Token::Customer => number.push_str(customer(texts.customer)?),
            Token::Invoice => number.push_str(invoice(texts.invoice)?),
            Token::Kind => number.push_str(self.kind(texts.kind)?),
            Token::Year(_)
            | Token::EndYear(_)
            | Token::Month
            | Token::Quarter
            | Token::Week
            | Token::Day => {
                if let Token::Year(_) = token {
                    printable_year(self.year_of(date))?;
                } else if let Token::EndYear(_) = token {
                    printable_year(self.fiscal_year_start.end_year(date))?;
                }
                if let Some((value, digits)) = self.date_value(token, date) {
                    push_padded(number, value.unsigned_abs().into(), digits);
                }
            }
        }
        Ok(())
    }

    fn kind<'a>(&self, text: &'a str) -> Result<&'a str, RenderError> {
        let known = self.kind_texts.iter().any(|known| known == text);
        if known { Ok(text) } else { Err(RenderError::MissingKind) }
    }
}

/// A document cannot have a number of this format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RenderError {
    /// The pattern has `{customer}` and the document has no customer with an invoice prefix.
    MissingCustomer,
    /// The customer's invoice prefix is not 1–12 of `A`–`Z`, `0`–`9`.
    InvalidCustomer,
    /// The pattern has `{invoice}` and the document has no parent with a number.
    MissingInvoice,
    /// The parent's number holds characters that a number may not print, or spaces at its ends.
    InvalidInvoice,
    /// The pattern has `{kind}` and the format has no text for the document's kind.
    MissingKind,
    /// The year to print is before 1 or after 9999.
    YearOutOfRange,
    /// The number is longer than [`NUMBER_CHARS_MAX`].
    TooLong,
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingCustomer => {
                f.write_str("{customer} needs a customer with an invoice prefix")
            }
            Self::InvalidCustomer => write!(
                f,
                "a customer's invoice prefix is {CUSTOMER_PREFIX_CHARS_MIN} to \
                 {CUSTOMER_PREFIX_CHARS_MAX} of A-Z and 0-9"
            ),
            Self::MissingInvoice => f.write_str("{invoice} needs a parent invoice with a number"),
            Self::InvalidInvoice => f.write_str(
                "the parent's number holds characters, or spaces at its ends, that a number may \
                 not print",
            ),
            Self::MissingKind => {
                f.write_str("{kind} needs a text for this kind of document; add one to the series")
            }
            Self::YearOutOfRange => write!(f, "only years {YEAR_MIN} to {YEAR_MAX} can be printed"),
            Self::TooLong => {
                write!(f, "the number would have more than {NUMBER_CHARS_MAX} characters")
            }
        }
    }
}

impl Error for RenderError {}

/// Whether a text can be a customer's invoice prefix: 1–12 of `A`–`Z`, `0`–`9`.
///
/// ```
/// assert!(numbering::is_customer_prefix("ACME1"));
/// assert!(!numbering::is_customer_prefix("acme-1"));
/// ```
#[must_use]
pub fn is_customer_prefix(text: &str) -> bool {
    (CUSTOMER_PREFIX_CHARS_MIN..=CUSTOMER_PREFIX_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn customer(text: &str) -> Result<&str, RenderError> {
    match text {
        "" => Err(RenderError::MissingCustomer),
        _ if is_customer_prefix(text) => Ok(text),
        _ => Err(RenderError::InvalidCustomer),
    }
}

fn invoice(text: &str) -> Result<&str, RenderError> {
    match text {
        "" => Err(RenderError::MissingInvoice),
        _ if text.trim() == text && characters::first_refused(text).is_none() => Ok(text),
        _ => Err(RenderError::InvalidInvoice),
    }
}

fn printable_year(year: i16) -> Result<(), RenderError> {
    if (YEAR_MIN..=YEAR_MAX).contains(&year) { Ok(()) } else { Err(RenderError::YearOutOfRange) }
}

// Padding only ever adds.
fn push_padded(number: &mut String, value: u64, width: u8) {
    let width = usize::from(width);
    // Writing to a String cannot fail.
    let _ = write!(number, "{value:0width$}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn render(pattern: &str, prefix: &str, ordinal: u64) -> String {
        let format = Format { prefix: prefix.into(), ..Format::of(pattern.parse().unwrap()) };
        format.render(date(2026, 7, 9), Ordinal::new(ordinal).unwrap(), &Texts::default()).unwrap()
    }

    #[test]
    fn house_styles() {
        for (pattern, prefix, want) in [
            ("{prefix}{year}-{seq:5}", "INV-", "INV-2026-00042"),
            ("{prefix}{seq:5}", "INV-", "INV-00042"),
            ("{prefix}{year}-{seq:6}", "SI-", "SI-2026-000042"),
            ("{prefix}{year}-{seq}", "", "2026-42"),
            ("{prefix}{seq}", "REC-", "REC-42"),
            ("INV/{year}/{seq:5}", "", "INV/2026/00042"),
            ("{prefix}-{seq:4}", "A1B2C3", "A1B2C3-0042"),
        ] {
            assert_eq!(render(pattern, prefix, 42), want);
        }
    }

    #[test]
    fn padding_pads_and_never_clips() {
        for (width, ordinal, want) in [
            (5, 1, "00001"),
            (5, 99_999, "99999"),
            (5, 100_000, "100000"),
            (0, 0, "0"),
            (1, 7, "7"),
            (15, 999_999_999_999_999, "999999999999999"),
        ] {
            assert_eq!(render(&format!("{{seq:{width}}}"), "", ordinal), want);
        }
    }

    #[test]
    fn every_date_token() {
        let iso = "{year}/{year:2}/{month}/{quarter}/{week}/{day}/{seq}";
        for (pattern, start, day, want) in [
            (iso, "01-01", date(2027, 1, 1), "2026/26/01/1/53/01/1"),
            (iso, "01-01", date(2024, 12, 30), "2025/25/12/4/01/30/1"),
            ("{year}/{month}/{seq}", "04-01", date(2026, 3, 1), "2026/03/1"),
            ("{year}-{end_year}/{seq}", "04-01", date(2026, 3, 31), "2025-2026/1"),
            ("{year:2}-{end_year:2}/{seq}", "04-01", date(2000, 3, 31), "99-00/1"),
            ("{year}-{end_year}/{seq}", "01-01", date(2026, 3, 31), "2026-2026/1"),
            ("{{{year}}}{seq}", "01-01", date(1, 1, 1), "{0001}1"),
        ] {
            let format = Format {
                fiscal_year_start: start.parse().unwrap(),
                ..Format::of(pattern.parse().unwrap())
            };
            assert_eq!(format.render(day, Ordinal::ONE, &Texts::default()).unwrap(), want);
        }
    }

    #[test]
    fn a_fiscal_reset_makes_the_year_fiscal() {
        let format = Format {
            reset: crate::Reset::FiscalYear,
            fiscal_year_start: "04-16".parse().unwrap(),
            ..Format::of("{year}-{seq}".parse().unwrap())
        };
        let print = |day| format.render(day, Ordinal::ONE, &Texts::default()).unwrap();
        assert_eq!(print(date(2026, 4, 15)), "2025-1");
        assert_eq!(print(date(2026, 4, 16)), "2026-1");
    }

    #[test]
    fn what_the_document_lacks_is_refused() {
        let texts = |customer, invoice, kind| Texts { customer, invoice, kind };
        let long = "7".repeat(NUMBER_CHARS_MAX);
        for (pattern, texts, want) in [
            ("{customer}-{seq}", texts("", "", ""), Err(RenderError::MissingCustomer)),
            ("{customer}-{seq}", texts("acme", "", ""), Err(RenderError::InvalidCustomer)),
            ("{customer}-{seq}", texts("ABCDEFGHIJKLM", "", ""), Err(RenderError::InvalidCustomer)),
            ("{customer}-{seq}", texts("ACME", "", ""), Ok("ACME-1")),
            ("{invoice}-CN-{seq:2}", texts("", "", ""), Err(RenderError::MissingInvoice)),
            ("{invoice}-CN-{seq:2}", texts("", "a\tb", ""), Err(RenderError::InvalidInvoice)),
            ("{invoice}-CN-{seq:2}", texts("", &long, ""), Err(RenderError::TooLong)),
            ("{invoice}-CN-{seq:2}", texts("", "A-1", ""), Ok("A-1-CN-01")),
            ("{kind}{seq}", texts("", "", "D"), Err(RenderError::MissingKind)),
            ("{kind}{seq}", texts("", "", "C"), Ok("C1")),
            ("{kind}{seq}", texts("", "", ""), Ok("1")),
        ] {
            let format = Format {
                kind_texts: vec![String::new(), "C".into()],
                ..Format::of(pattern.parse().unwrap())
            };
            let got = format.render(date(2026, 1, 1), Ordinal::ONE, &texts);
            assert_eq!(got.as_deref(), want.as_ref().map(|text| *text), "{pattern} {texts:?}");
        }
    }

    #[test]
    fn years_that_four_digits_cannot_print() {
        let format = Format {
            fiscal_year_start: "04-01".parse().unwrap(),
            ..Format::of("{year}-{end_year}-{seq}".parse().unwrap())
        };
        for day in [date(1, 1, 1), date(9999, 12, 31)] {
            let got = format.render(day, Ordinal::ONE, &Texts::default());
            assert_eq!(got, Err(RenderError::YearOutOfRange));
        }
    }
}
