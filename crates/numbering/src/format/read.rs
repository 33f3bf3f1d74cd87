//! From a number back to its ordinal: the inverse of rendering.

use jiff::civil::Date;

use super::Format;
use crate::{
    Ordinal, Part, Token, YearDigits, characters,
    limits::{
        CUSTOMER_PREFIX_CHARS_MAX, CUSTOMER_PREFIX_CHARS_MIN, NUMBER_CHARS_MAX, ORDINAL_DIGITS_MAX,
    },
};

/// What a number says, by one way of reading it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// The ordinal.
    pub ordinal: Ordinal,
    /// What `{year}` printed.
    pub year: Option<PrintedYear>,
    /// What `{end_year}` printed.
    pub end_year: Option<PrintedYear>,
    /// What `{month}` printed, 1–12.
    pub month: Option<i8>,
    /// What `{quarter}` printed, 1–4.
    pub quarter: Option<i8>,
    /// What `{week}` printed, 1–53.
    pub week: Option<i8>,
    /// What `{day}` printed, 1–31.
    pub day: Option<i8>,
    /// What `{customer}` printed, in capitals.
    pub customer: Option<String>,
    /// What `{invoice}` printed.
    pub invoice: Option<String>,
    /// What `{kind}` printed, as the format writes it.
    pub kind: Option<String>,
}

/// A year as a number shows it: all four digits, or the last two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PrintedYear {
    /// 1–9999, or 0–99.
    pub value: u16,
    /// How many digits were printed.
    pub digits: YearDigits,
}

impl PrintedYear {
    /// Whether the year prints so.
    #[must_use]
    pub fn is(self, year: i16) -> bool {
        let shown = match self.digits {
            YearDigits::Four => year,
            YearDigits::Two => year.rem_euclid(100),
        };
        u16::try_from(shown) == Ok(self.value)
    }

    // Two tokens of one number that print the same year must say the same.
    fn joined_with(self, other: Option<Self>) -> Option<Self> {
        let Some(other) = other else { return Some(self) };
        let (long, short) = match self.digits {
            YearDigits::Four => (self, other),
            YearDigits::Two => (other, self),
        };
        short.is(i16::try_from(long.value).ok()?).then_some(long)
    }
}

impl Format {
    /// Every way to read a number of this format; almost always none or one.
    ///
    /// Case of ASCII letters and space around the number do not matter. Date parts are read as
    /// printed; [`Format::agrees`] says whether they fit a date.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use numbering::Format;
    ///
    /// let format = Format::of("INV/{year}/{month}-{seq:4}".parse()?);
    /// let readings = format.read(" inv/2026/05-0012");
    /// assert_eq!(readings.len(), 1);
    /// assert_eq!(readings[0].ordinal.get(), 12);
    /// assert!(format.agrees(&readings[0], date(2026, 5, 31)));
    /// assert!(format.read("INV/2026/13-0012").is_empty());
    /// # Ok::<(), numbering::PatternError>(())
    /// ```
    #[must_use]
    pub fn read(&self, text: &str) -> Vec<Reading> {
        let text = text.trim();
        let mut readings = Vec::new();
        if text.len() <= NUMBER_CHARS_MAX * 4 && text.chars().count() <= NUMBER_CHARS_MAX {
            let blank = Reading::blank();
            self.read_parts(self.pattern.parts(), text, blank, &mut readings);
        }
        readings
    }

    /// Whether the date parts of a reading are what this format prints for the date.
    #[must_use]
    pub fn agrees(&self, reading: &Reading, date: Date) -> bool {
        let same = |read: Option<i8>, token: Token| {
            let value = self.date_value(token, date).map(|(value, _)| value);
            read.is_none_or(|read| value == Some(read.into()))
        };
        reading.year.is_none_or(|year| year.is(self.year_of(date)))
            && reading.end_year.is_none_or(|year| year.is(self.fiscal_year_start.end_year(date)))
            && same(reading.month, Token::Month)
            && same(reading.quarter, Token::Quarter)
            && same(reading.week, Token::Week)
            && same(reading.day, Token::Day)
    }

    fn read_parts(&self, parts: &[Part], text: &str, so_far: Reading, found: &mut Vec<Reading>) {
        let Some((part, rest)) = parts.split_first() else {
            if text.is_empty() && !found.contains(&so_far) {
                found.push(so_far);
            }
            return;
        };
        let mut go_on = |taken: usize, reading: Reading| {
            self.read_parts(rest, &text[taken..], reading, found);
        };
        match part {
            Part::Literal(literal) => {
                if starts_with(text, literal) {
                    go_on(literal.len(), so_far);
                }
            }
            Part::Token(Token::Prefix) => {
                if starts_with(text, &self.prefix) {
                    go_on(self.prefix.len(), so_far);
                }
            }
            Part::Token(Token::Seq { width }) => {
                for (taken, ordinal) in ordinals(text, usize::from(*width)) {
                    go_on(taken, Reading { ordinal, ..so_far.clone() });
                }
            }
            Part::Token(Token::Customer) => {
                for taken in CUSTOMER_PREFIX_CHARS_MIN..=run(text, CUSTOMER_PREFIX_CHARS_MAX) {
                    let customer = Some(text[..taken].to_ascii_uppercase());
                    go_on(taken, Reading { customer, ..so_far.clone() });
                }
            }
            Part::Token(Token::Invoice) => {
                for taken in invoice_ends(text) {
                    let invoice = Some(text[..taken].to_owned());
                    go_on(taken, Reading { invoice, ..so_far.clone() });
                }
            }
            Part::Token(Token::Kind) => {
                for kind in self.kind_texts.iter().filter(|kind| starts_with(text, kind)) {
                    go_on(kind.len(), Reading { kind: Some(kind.clone()), ..so_far.clone() });
                }
            }
            Part::Token(token) => {
                if let Some((taken, reading)) = so_far.with_date_part(*token, text) {
                    go_on(taken, reading);
                }
            }
        }
    }
}

impl Reading {
    pub(crate) fn blank() -> Self {
        Self {
            ordinal: Ordinal::ZERO,
            year: None,
            end_year: None,
            month: None,
            quarter: None,
            week: None,
            day: None,
            customer: None,
            invoice: None,
            kind: None,
        }
    }

    // The date token at the head of the text, if it is one and does not contradict an earlier one.
    pub(crate) fn with_date_part(mut self, token: Token, text: &str) -> Option<(usize, Self)> {
        let digits = match token {
            Token::Year(digits) | Token::EndYear(digits) => digits.count().into(),
            Token::Quarter => 1,
            _ => 2,
        };
        let head = text.get(..digits).filter(|head| head.bytes().all(|b| b.is_ascii_digit()))?;
        let value: u16 = head.parse().ok()?;
        let year = |digits: YearDigits, earlier: Option<PrintedYear>| {
            let possible = digits == YearDigits::Two || value > 0;
            PrintedYear { value, digits }.joined_with(earlier).filter(|_| possible)
        };
        let part = |earlier: Option<i8>, largest: i8| {
            let value = i8::try_from(value).ok()?;
            let fits = (1..=largest).contains(&value) && earlier.is_none_or(|it| it == value);
            fits.then_some(value)
        };
        match token {
            Token::Year(digits) => self.year = Some(year(digits, self.year)?),
            Token::EndYear(digits) => self.end_year = Some(year(digits, self.end_year)?),
            Token::Month => self.month = Some(part(self.month, 12)?),
            Token::Quarter => self.quarter = Some(part(self.quarter, 4)?),
            Token::Week => self.week = Some(part(self.week, 53)?),
            Token::Day => self.day = Some(part(self.day, 31)?),
            Token::Seq { .. } | Token::Prefix | Token::Customer | Token::Invoice | Token::Kind => {
                return None;
            }
        }
        Some((digits, self))
    }
}

fn starts_with(text: &str, head: &str) -> bool {
    text.get(..head.len()).is_some_and(|it| it.eq_ignore_ascii_case(head))
}

// The length of the run of ASCII letters and digits at the head, up to `most`.
fn run(text: &str, most: usize) -> usize {
    text.bytes().take(most).take_while(u8::is_ascii_alphanumeric).count()
}

// Where an ordinal at the head of the text can end: padded to the width exactly, or longer and
// without leading zeros.
fn ordinals(text: &str, width: usize) -> impl Iterator<Item = (usize, Ordinal)> + '_ {
    let digits = text.bytes().take(ORDINAL_DIGITS_MAX).take_while(u8::is_ascii_digit).count();
    let least = width.max(1);
    (least..=digits)
        .filter(move |&taken| taken == least || !text.starts_with('0'))
        .filter_map(|taken| Some((taken, Ordinal::new(text[..taken].parse().ok()?).ok()?)))
}

// Where the number of a parent at the head of the text can end.
fn invoice_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    let allowed = text.find(|c| !characters::is_allowed(c)).unwrap_or(text.len());
    text[..allowed]
        .char_indices()
        .map(|(start, c)| start + c.len_utf8())
        .filter(|&end| !text.starts_with(' ') && !text[..end].ends_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn format(pattern: &str) -> Format {
        Format {
            prefix: "INV-".into(),
            kind_texts: vec![String::new(), "CN".into()],
            ..Format::of(pattern.parse().unwrap())
        }
    }

    #[test]
    fn ordinals_that_are_read() {
        for (pattern, text, want) in [
            ("{seq}", "42", &[42][..]),
            ("{seq}", "0", &[0]),
            ("{seq}", "042", &[]),
            ("{seq:5}", "00042", &[42]),
            ("{seq:5}", "042", &[]),
            ("{seq:5}", "100000", &[100_000]),
            ("{seq:5}", "000042", &[]),
            ("{seq}", "999999999999999", &[999_999_999_999_999]),
            ("{seq}", "1000000000000000", &[]),
            ("{prefix}{seq:4}", "  inv-0007\t", &[7]),
            ("{prefix}{seq:4}", "INV 0007", &[]),
            ("{year}{seq}", "20261", &[1]),
            ("{year}{seq}", "00001", &[]),
            ("{year}/{year:2}-{seq}", "2026/26-3", &[3]),
            ("{year}/{year:2}-{seq}", "2026/25-3", &[]),
            ("{month}{seq}", "131", &[]),
            ("{month}-{month}-{seq}", "05-05-1", &[1]),
            ("{month}-{month}-{seq}", "05-06-1", &[]),
            ("{quarter}{seq}", "51", &[]),
            ("{week}{seq}", "541", &[]),
            ("{day}{seq}", "321", &[]),
            ("É{seq}", "É1", &[1]),
            ("É{seq}", "é1", &[]),
            ("{customer}{seq}", "A12", &[12, 2]),
            ("{kind}{seq}", "cn5", &[5]),
            ("{kind}-{seq}", "C-5", &[]),
            ("{seq}", "١", &[]),
            ("{seq}", "", &[]),
        ] {
            let readings = format(pattern).read(text);
            let ordinals: Vec<u64> = readings.iter().map(|it| it.ordinal.get()).collect();
            assert_eq!(ordinals, want, "{pattern} {text}");
        }
    }

    #[test]
    fn everything_else_that_is_read() {
        let all = "{invoice}/{kind}-{customer}-{end_year}-{quarter}-{week}-{day}-{seq}";
        let readings = format(all).read("a/b/CN-acme-2027-4-53-31-9");
        assert_eq!(readings.len(), 1);
        let Reading { ordinal, end_year, quarter, week, day, customer, invoice, kind, .. } =
            readings[0].clone();
        assert_eq!(ordinal.get(), 9);
        assert_eq!(end_year, Some(PrintedYear { value: 2027, digits: YearDigits::Four }));
        assert_eq!((quarter, week, day), (Some(4), Some(53), Some(31)));
        assert_eq!(customer.as_deref(), Some("ACME"));
        assert_eq!((invoice.as_deref(), kind.as_deref()), (Some("a/b"), Some("CN")));
    }

    #[test]
    fn dates_that_agree() {
        for (pattern, text, day, want) in [
            ("{year}-{seq}", "2026-1", date(2026, 12, 31), true),
            ("{year}-{seq}", "2026-1", date(2027, 1, 1), false),
            ("{year:2}-{seq}", "26-1", date(1926, 1, 1), true),
            ("{year}-W{week}-{seq}", "2026-W53-1", date(2027, 1, 3), true),
            ("{year}-W{week}-{seq}", "2027-W53-1", date(2027, 1, 3), false),
            ("{month}-{day}-{seq}", "05-03-1", date(2026, 5, 3), true),
            ("{month}-{day}-{seq}", "05-03-1", date(2026, 3, 5), false),
            ("Q{quarter}-{seq}", "Q2-1", date(2026, 6, 30), true),
            ("{seq}", "1", date(1999, 1, 1), true),
        ] {
            let format = format(pattern);
            let reading = &format.read(text)[0];
            assert_eq!(format.agrees(reading, day), want, "{pattern} {text} {day}");
        }
    }

    #[test]
    fn long_texts_are_not_read() {
        let text = format!("{}1", "é".repeat(NUMBER_CHARS_MAX));
        assert!(format("{invoice}{seq}").read(&text).is_empty());
    }
}
