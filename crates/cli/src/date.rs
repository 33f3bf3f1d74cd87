//! Dates as people and files write them.

use jiff::civil::Date;

/// Reads `YYYY-MM-DD` from the command line.
pub(crate) fn parse(text: &str) -> Result<Date, String> {
    Writing::Iso.read(text).ok_or_else(|| {
        format!("'{text}' is no date; expected YYYY-MM-DD with a day that exists, years 0001–9999")
    })
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

    /// Reads one date; a time of day behind it is left aside.
    pub(crate) fn read(self, text: &str) -> Option<Date> {
        let text = text.trim();
        let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
        if !is_time(time) {
            return None;
        }
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

/// Whether this may stand behind a date: nothing, or a time of day, with `AM` or `PM` and with a
/// zone or without. A word that is none of these makes the whole no date.
fn is_time(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    let (time, behind) = text.split_at(digits.count());
    let limits = [24.0, 60.0, 61.0];
    let parts: Vec<&str> = time.split(':').collect();
    let fits = |(part, limit): (&&str, f64)| part.parse::<f64>().is_ok_and(|n| n < limit);
    let is_clock = (2..=3).contains(&parts.len()) && parts.iter().zip(limits).all(fits);
    let behind = behind.trim();
    let is_zone = |text: &str| {
        let offset = text.strip_prefix(['+', '-']);
        offset.is_some_and(|offset| offset.bytes().all(|b| b.is_ascii_digit() || b == b':'))
    };
    let is_known =
        ["", "Z", "AM", "PM", "UTC", "GMT"].iter().any(|w| behind.eq_ignore_ascii_case(w));
    text.is_empty() || (is_clock && (is_known || is_zone(behind)))
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
    fn writings() {
        let third_of_may = Some(date(2026, 5, 3));
        assert_eq!(Writing::Iso.read("2026-05-03T10:00:00Z"), third_of_may);
        assert_eq!(Writing::Compact.read("20260503"), third_of_may);
        assert_eq!(Writing::DayFirst.read("3.5.2026"), third_of_may);
        assert_eq!(Writing::DayFirst.read("03/05/2026 08:26"), third_of_may);
        assert_eq!(Writing::MonthFirst.read("05/03/2026"), third_of_may);
        assert_eq!(Writing::MonthFirst.read("13/03/2026"), None);
        assert_eq!(Writing::MonthFirst.read("05/03/2026 8:26:01 pm"), third_of_may);
        assert_eq!(Writing::Iso.read("2026-05-03 10:00:00.250 +02:00"), third_of_may);
        for behind in ["nonsense", "T25:99:99 foo", " 10", " 10:61", " 10:00 x", " 10:00:00+1x"] {
            assert_eq!(Writing::Iso.read(&format!("2026-05-03{behind}")), None, "{behind}");
        }
        assert_eq!(Writing::DayFirst.read("03/05-2026"), None);
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
