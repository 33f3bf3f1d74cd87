//! The first day of an account's fiscal year.

use std::{error::Error, fmt, str::FromStr};

use jiff::civil::Date;

/// The day and month on which fiscal years begin; any day but 29 February.
///
/// ```
/// use numbering::FiscalYearStart;
/// use jiff::civil::date;
///
/// let april: FiscalYearStart = "04-01".parse()?;
/// assert_eq!(april.start_year(date(2026, 3, 31)), 2025);
/// assert_eq!(april.end_year(date(2026, 3, 31)), 2026);
/// assert_eq!(FiscalYearStart::from_end("03-31")?, april);
/// # Ok::<(), numbering::FiscalYearError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYearStart {
    month: i8,
    day: i8,
}

impl FiscalYearStart {
    /// Fiscal years that are calendar years.
    pub const CALENDAR: Self = Self { month: 1, day: 1 };
    /// What an account has until it says otherwise.
    pub const DEFAULT: Self = Self::CALENDAR;

    /// The fiscal year that begins on this day of each year.
    ///
    /// # Errors
    /// [`FiscalYearError`] when the day does not occur every year.
    pub fn new(month: i8, day: i8) -> Result<Self, FiscalYearError> {
        if (month, day) == (2, 29) {
            return Err(FiscalYearError::LeapDay);
        }
        match Date::new(COMMON_YEAR, month, day) {
            Ok(_) => Ok(Self { month, day }),
            Err(_) => Err(FiscalYearError::NoSuchDay),
        }
    }

    /// The fiscal year whose *last* day is `MM-DD`. Both `02-28` and `02-29` are the end of
    /// February, so that the next year begins on `03-01`.
    ///
    /// # Errors
    /// [`FiscalYearError`] when the text is no `MM-DD`, or no such day exists.
    pub fn from_end(text: &str) -> Result<Self, FiscalYearError> {
        let (month, day) = month_and_day(text)?;
        if (month, day) == (2, 28) {
            return Self::new(3, 1);
        }
        let last = Date::new(LEAP_YEAR, month, day).map_err(|_| FiscalYearError::NoSuchDay)?;
        let first = last.tomorrow().map_err(|_| FiscalYearError::NoSuchDay)?;
        Self::new(first.month(), first.day())
    }

    /// The month of the first day, 1–12.
    #[must_use]
    pub const fn month(self) -> i8 {
        self.month
    }

    /// The first day within its month, 1–31.
    #[must_use]
    pub const fn day(self) -> i8 {
        self.day
    }

    /// Whether fiscal years are calendar years.
    #[must_use]
    pub fn is_calendar(self) -> bool {
        self == Self::CALENDAR
    }

    /// The calendar year in which the fiscal year of `date` begins.
    #[must_use]
    pub fn start_year(self, date: Date) -> i16 {
        if (date.month(), date.day()) >= (self.month, self.day) {
            date.year()
        } else {
            date.year() - 1
        }
    }

    /// The calendar year of the last day of the fiscal year of `date`; the start year when
    /// fiscal years are calendar years.
    #[must_use]
    pub fn end_year(self, date: Date) -> i16 {
        self.start_year(date) + i16::from(!self.is_calendar())
    }

    /// The first day of the fiscal year that begins in `year`, if dates reach that far.
    pub(crate) fn first_day(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl Default for FiscalYearStart {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for FiscalYearStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for FiscalYearStart {
    type Err = FiscalYearError;

    fn from_str(text: &str) -> Result<Self, FiscalYearError> {
        let (month, day) = month_and_day(text)?;
        Self::new(month, day)
    }
}

/// A text is not the first (or last) day of a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FiscalYearError {
    /// The text is not two digits, `-`, two digits.
    Shape,
    /// The day does not exist.
    NoSuchDay,
    /// 29 February, which most years do not have.
    LeapDay,
}

impl fmt::Display for FiscalYearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "expected a month and a day as MM-DD, such as 04-01",
            Self::NoSuchDay => "there is no such day; expected MM-DD, such as 04-01",
            Self::LeapDay => {
                "a fiscal year cannot begin on 02-29, which most years do not have; use 03-01"
            }
        })
    }
}

impl Error for FiscalYearError {}

const COMMON_YEAR: i16 = 2001;
const LEAP_YEAR: i16 = 2000;

// month_and_day ::= digit digit "-" digit digit
fn month_and_day(text: &str) -> Result<(i8, i8), FiscalYearError> {
    let &[m1, m2, b'-', d1, d2] = text.as_bytes() else { return Err(FiscalYearError::Shape) };
    let two = |tens: u8, units: u8| {
        if tens.is_ascii_digit() && units.is_ascii_digit() {
            i8::try_from((tens - b'0') * 10 + (units - b'0')).map_err(|_| FiscalYearError::Shape)
        } else {
            Err(FiscalYearError::Shape)
        }
    };
    Ok((two(m1, m2)?, two(d1, d2)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn starts() {
        for (text, want) in [
            ("01-01", Ok("01-01")),
            ("04-16", Ok("04-16")),
            ("12-31", Ok("12-31")),
            ("02-29", Err(FiscalYearError::LeapDay)),
            ("02-30", Err(FiscalYearError::NoSuchDay)),
            ("13-01", Err(FiscalYearError::NoSuchDay)),
            ("00-10", Err(FiscalYearError::NoSuchDay)),
            ("4-1", Err(FiscalYearError::Shape)),
            ("04/01", Err(FiscalYearError::Shape)),
            ("+4-01", Err(FiscalYearError::Shape)),
        ] {
            let got = text.parse::<FiscalYearStart>().map(|start| start.to_string());
            assert_eq!(got.as_deref(), want.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn ends() {
        for (end, start) in [
            ("12-31", "01-01"),
            ("03-31", "04-01"),
            ("02-28", "03-01"),
            ("02-29", "03-01"),
            ("04-15", "04-16"),
            ("02-27", "02-28"),
        ] {
            assert_eq!(FiscalYearStart::from_end(end).unwrap().to_string(), start, "{end}");
        }
        assert_eq!(FiscalYearStart::from_end("04-31"), Err(FiscalYearError::NoSuchDay));
    }

    #[test]
    fn years_of_a_date() {
        let mid: FiscalYearStart = "04-16".parse().unwrap();
        assert_eq!(
            (mid.start_year(date(2026, 4, 15)), mid.end_year(date(2026, 4, 15))),
            (2025, 2026)
        );
        assert_eq!(
            (mid.start_year(date(2026, 4, 16)), mid.end_year(date(2026, 4, 16))),
            (2026, 2027)
        );
        let calendar = FiscalYearStart::CALENDAR;
        assert_eq!(calendar.start_year(date(2026, 1, 1)), 2026);
        assert_eq!(calendar.end_year(date(2026, 12, 31)), 2026);
    }
}
