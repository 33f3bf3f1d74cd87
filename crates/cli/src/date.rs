//! Dates as people and files write them.

mod clock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::clock::Clock;

/// Reads `YYYY-MM-DD` from the command line.
pub(crate) fn parse(text: &str) -> Result<Date, String> {
    Writing::Iso.day(text.trim()).ok_or_else(|| {
        format!("'{text}' is no date; expected YYYY-MM-DD with a day that exists, years 0001–9999")
    })
}

/// Reads the name of a time zone from the command line.
pub(crate) fn parse_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| {
        format!("'{name}' is no time zone; expected an IANA name such as Europe/Berlin, or UTC")
    })
}

/// A date as a file tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A day. A time behind it without an offset is one of that day, wherever that is.
    Day(Date),
    /// An instant, because the time has an offset. Which day it is, the place decides.
    Instant(Timestamp),
}

impl Told {
    /// Whether it takes a zone to know the day.
    pub(crate) fn is_instant(self) -> bool {
        matches!(self, Told::Instant(_))
    }

    /// The day that it is in a zone, years 0001 to 9999.
    pub(crate) fn day(self, zone: &TimeZone) -> Option<Date> {
        let day = match self {
            Told::Day(day) => day,
            Told::Instant(at) => at.to_zoned(zone.clone()).date(),
        };
        Some(day).filter(|day| (1..=9999).contains(&day.year()))
    }
}

/// How a file writes its dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// `2026-05-03`, also with a time behind it.
    Iso,
    /// `20260503`.
    Compact,
    /// `03.05.2026`, `03/05/2026`, `3-5-2026`.
    DayFirst,
    /// `05/03/2026`.
    MonthFirst,
}

/// Reads the word for a writing from the command line.
pub(crate) fn parse_writing(word: &str) -> Result<Writing, String> {
    Writing::ALL.into_iter().find(|writing| writing.word() == word).ok_or_else(|| {
        let words: Vec<&str> = Writing::ALL.iter().map(|writing| writing.word()).collect();
        format!("expected one of {}", words.join(", "))
    })
}

/// Why the writing of a column's dates cannot be told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// The date at this place fits no writing that the ones before it fit.
    Unreadable(usize),
    /// All fit two writings, which mean different days.
    Ambiguous,
}

impl Writing {
    /// Every writing, most certain first.
    pub(crate) const ALL: [Writing; 4] =
        [Writing::Iso, Writing::Compact, Writing::DayFirst, Writing::MonthFirst];

    /// The word for it on the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Writing::Iso => "iso",
            Writing::Compact => "compact",
            Writing::DayFirst => "day-first",
            Writing::MonthFirst => "month-first",
        }
    }

    /// Reads one date, and the time behind it.
    pub(crate) fn read(self, text: &str) -> Option<Told> {
        let text = text.trim();
        let Some((day, time)) = text.split_once([' ', 'T']) else {
            return self.day(text).map(Told::Day);
        };
        let (day, clock) = (self.day(day)?, Clock::read(time.trim())?);
        let Some(offset) = clock.offset else { return Some(Told::Day(day)) };
        offset.to_timestamp(day.to_datetime(clock.time())).ok().map(Told::Instant)
    }

    /// Reads a day with nothing behind it.
    fn day(self, day: &str) -> Option<Date> {
        let (year, month, day) = match self {
            Writing::Iso => fields(day, &['-'], [4, 2, 2])?,
            Writing::Compact => {
                let whole = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
                let day = whole.then_some(day)?;
                (day[..4].parse().ok()?, day[4..6].parse().ok()?, day[6..].parse().ok()?)
            }
            Writing::DayFirst => {
                let (day, month, year) = fields(day, &['.', '/', '-'], [0, 0, 4])?;
                (year, month, day)
            }
            Writing::MonthFirst => {
                let (month, day, year) = fields(day, &['/', '-'], [0, 0, 4])?;
                (year, month, day)
            }
        };
        let year = i16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    }

    /// The one writing that all these dates have. Where days and months could be swapped and no
    /// date tells which is meant, it is not guessed.
    pub(crate) fn of_column<'t>(
        dates: impl Iterator<Item = &'t str> + Clone,
    ) -> Result<Writing, Unclear> {
        let mut left = Writing::ALL.to_vec();
        for (place, text) in dates.clone().enumerate() {
            left.retain(|writing| writing.read(text).is_some());
            if left.is_empty() {
                return Err(Unclear::Unreadable(place));
            }
        }
        let differs = |first: Writing, second: Writing| {
            dates.clone().any(|text| first.read(text) != second.read(text))
        };
        match left[..] {
            [] => Err(Unclear::Unreadable(0)),
            [first, second, ..] if differs(first, second) => Err(Unclear::Ambiguous),
            [first, ..] => Ok(first),
        }
    }
}

/// Three numbers between separators of one kind; a width of 0 takes one or two digits.
fn fields(text: &str, separators: &[char], widths: [usize; 3]) -> Option<(u32, u32, u32)> {
    let separator = text.chars().find(|c| separators.contains(c))?;
    let mut parts = text.split(separator);
    let mut values = [0; 3];
    for (value, width) in values.iter_mut().zip(widths) {
        let part = parts.next()?;
        let fits = if width == 0 { (1..=2).contains(&part.len()) } else { part.len() == width };
        if !fits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some((values[0], values[1], values[2]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        assert_eq!(parse("2026-05-03"), Ok(date(2026, 5, 3)));
        assert_eq!(parse("0001-01-01"), Ok(date(1, 1, 1)));
        for text in ["2026-02-30", "0000-01-01", "10000-01-01", "26-05-03", "2026-5-3", "", "x"] {
            assert!(parse(text).unwrap_err().contains("YYYY-MM-DD"), "{text}");
        }
    }

    #[test]
    fn a_flag_takes_a_day_alone() {
        assert_eq!(parse(" 2026-05-03 "), Ok(date(2026, 5, 3)));
        for text in ["2026-05-03T10:00:00Z", "2026-05-03 10:00", "2026-05-03 "] {
            assert_eq!(parse(text).is_ok(), text.ends_with(' '), "{text}");
        }
    }

    #[test]
    fn writings() {
        let third_of_may = Some(Told::Day(date(2026, 5, 3)));
        assert_eq!(Writing::Iso.read("2026-05-03T10:00:00"), third_of_may);
        assert_eq!(Writing::Compact.read("20260503"), third_of_may);
        assert_eq!(Writing::DayFirst.read("3.5.2026"), third_of_may);
        assert_eq!(Writing::DayFirst.read("03/05/2026 08:26"), third_of_may);
        assert_eq!(Writing::MonthFirst.read("05/03/2026"), third_of_may);
        assert_eq!(Writing::MonthFirst.read("13/03/2026"), None);
        assert_eq!(Writing::MonthFirst.read("05/03/2026 8:26:01 pm"), third_of_may);
        let noon: Timestamp = "2026-05-03T12:00:00Z".parse().unwrap();
        assert_eq!(Writing::Iso.read("2026-05-03 14:00:00.250 +02:00"), Some(Told::Instant(noon)));
        assert_eq!(Writing::DayFirst.read("3.5.2026 12:00 GMT"), Some(Told::Instant(noon)));
        for behind in ["nonsense", "T25:99:99 foo", " 10", " 10:61", " 10:00 x", " 10:00:00+1x"] {
            assert_eq!(Writing::Iso.read(&format!("2026-05-03{behind}")), None, "{behind}");
        }
        assert_eq!(Writing::DayFirst.read("03/05-2026"), None);
    }

    #[test]
    fn an_instant_is_a_day_of_the_zone() {
        for (text, zone, expected) in [
            // The turn of the year, from both sides.
            ("2026-01-01T23:30:00Z", "UTC", "2026-01-01"),
            ("2026-01-01T23:30:00Z", "Europe/Berlin", "2026-01-02"),
            ("2025-12-31T23:30:00Z", "Europe/Berlin", "2026-01-01"),
            ("2025-12-31T22:59:59Z", "Europe/Berlin", "2025-12-31"),
            ("2026-01-01T00:30:00+02:00", "UTC", "2025-12-31"),
            ("2026-01-01T00:30:00+02:00", "Africa/Cairo", "2026-01-01"),
            ("2026-01-01T04:30:00Z", "America/New_York", "2025-12-31"),
            ("2026-01-01T05:00:00Z", "America/New_York", "2026-01-01"),
            // The ends of the world, a day apart.
            ("2025-12-31T10:30:00Z", "Pacific/Kiritimati", "2026-01-01"),
            ("2025-12-31T10:30:00Z", "Pacific/Pago_Pago", "2025-12-30"),
            // Summer time moves midnight.
            ("2026-07-01T22:30:00Z", "Europe/Berlin", "2026-07-02"),
            ("2026-11-30T22:30:00Z", "Europe/Berlin", "2026-11-30"),
            ("2026-03-31T23:00:00-05:30", "Asia/Kolkata", "2026-04-01"),
            // What says no offset is the day that it says.
            ("2026-01-01T23:30:00", "Europe/Berlin", "2026-01-01"),
            ("2025-12-31", "Pacific/Kiritimati", "2025-12-31"),
        ] {
            let told = Writing::Iso.read(text).unwrap();
            let day = told.day(&parse_zone(zone).unwrap()).unwrap();
            assert_eq!(day.to_string(), expected, "{text} in {zone}");
        }
        let before_time = Writing::Iso.read("0001-01-01T00:30:00+02:00").unwrap();
        assert_eq!(before_time.day(&TimeZone::UTC), None);
        assert_eq!(Writing::Iso.read("9999-12-31T23:59:59-12:00"), None);
        assert!(parse_zone("Nowhere/X").unwrap_err().contains("Europe/Berlin"));
    }

    #[test]
    fn a_column_tells_its_writing_or_is_not_guessed() {
        let of = |dates: &[&str]| Writing::of_column(dates.iter().copied());
        assert_eq!(of(&["2026-05-03", "2026-05-04"]), Ok(Writing::Iso));
        assert_eq!(of(&["03/05/2026", "13/05/2026"]), Ok(Writing::DayFirst));
        assert_eq!(of(&["05/03/2026", "05/13/2026"]), Ok(Writing::MonthFirst));
        assert_eq!(of(&["05/03/2026", "06/04/2026"]), Err(Unclear::Ambiguous));
        assert_eq!(of(&["05/05/2026"]), Ok(Writing::DayFirst));
        assert_eq!(of(&["2026-05-03", "2026-02-30"]), Err(Unclear::Unreadable(1)));
        assert_eq!(of(&["13/05/2026", "05/13/2026"]), Err(Unclear::Unreadable(1)));
    }
}
