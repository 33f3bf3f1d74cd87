//! Days of the calendar, and what people call periods.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use numbering::{FiscalYearStart, Format, Period, Reset};

use crate::error::{Problem, RimCode};

/// Reads `YYYY-MM-DD`, years 0001 to 9999.
///
/// ```
/// use jiff::civil::date;
///
/// assert_eq!(wire::request::civil_date("2026-02-28", "date")?, date(2026, 2, 28));
/// let problem = wire::request::civil_date("2026-02-30", "date").unwrap_err();
/// assert_eq!(problem.message, "`date` is \"2026-02-30\": month 2 of 2026 has 28 days.");
/// # Ok::<(), wire::Problem>(())
/// ```
///
/// # Errors
/// The text has another shape, or there is no such day.
pub fn civil_date(text: &str, param: &str) -> Result<Date, Problem> {
    read(text).map_err(|why| {
        let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        let message = format!("`{param}` is {shown:?}: {why}.");
        Problem::of(RimCode::ParameterInvalidDate, param, message)
    })
}

/// The days that a label such as `2026`, `2025-26`, `2026-Q3`, `2026-05`, `2026-04 (2026-27)`,
/// `2026-W07`, `2026-05-03` or `all` names.
pub fn labelled_days(label: &str, fiscal: FiscalYearStart) -> Option<Period> {
    if let Some((month, year)) = label.strip_suffix(')').and_then(|l| l.split_once(" (")) {
        let (month, year) = (labelled_days(month, fiscal)?, labelled_days(year, fiscal)?);
        return Some(Period { from: month.from.max(year.from), to: month.to.min(year.to) });
    }
    let (first, reset) = first_day(label, fiscal)?;
    let pattern = "{seq}".parse().ok()?;
    Some(Format { reset, fiscal_year_start: fiscal, ..Format::of(pattern) }.period(first))
}

fn first_day(label: &str, fiscal: FiscalYearStart) -> Option<(Date, Reset)> {
    if label == "all" {
        return Some((Date::constant(1, 1, 1), Reset::Never));
    }
    let (year, rest) = label.split_at_checked(4)?;
    let year = digits(year)?;
    if rest.is_empty() {
        return Some((Date::new(year, 1, 1).ok()?, Reset::Yearly));
    }
    let rest = rest.strip_prefix('-')?;
    if let Some(quarter) = rest.strip_prefix('Q') {
        let quarter = digits(quarter).filter(|quarter| (1..=4).contains(quarter))?;
        return Some((Date::new(year, (quarter as i8 - 1) * 3 + 1, 1).ok()?, Reset::Quarterly));
    }
    if let Some(week) = rest.strip_prefix('W') {
        let week = i8::try_from(digits(week)?).ok()?;
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?;
        return Some((monday.date(), Reset::Weekly));
    }
    if rest.len() == 5 {
        return Some((read(label).ok()?, Reset::Daily));
    }
    let two = digits(rest).filter(|_| rest.len() == 2)?;
    // Where fiscal years are no calendar years, `2009-10` could be October too; the year is meant,
    // since months of 2009 are rarely asked for there.
    if !fiscal.is_calendar() && two == (year + 1) % 100 {
        return Some((Date::new(year, fiscal.month(), fiscal.day()).ok()?, Reset::FiscalYear));
    }
    Some((Date::new(year, i8::try_from(two).ok()?, 1).ok()?, Reset::Monthly))
}

const SHOWN_CHARS_MAX: usize = 40;

// date ::= digit digit digit digit "-" digit digit "-" digit digit
fn read(text: &str) -> Result<Date, String> {
    let shape = || "expected a date as YYYY-MM-DD, such as 2026-05-03".to_owned();
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(shape());
    };
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(year) || !plain(month) || !plain(day) || month.len() != 2 || day.len() != 2 {
        return Err(shape());
    }
    if year.len() > 4 || year.len() == 4 && year == "0000" {
        return Err("years run from 0001 to 9999".to_owned());
    }
    let (Some(year), Some(month), Some(day)) = (digits(year), digits(month), digits(day)) else {
        return Err(shape());
    };
    if text.len() != 10 {
        return Err(shape());
    }
    if !(1..=12).contains(&month) {
        return Err(format!("there is no month {month}"));
    }
    let first = Date::new(year, month as i8, 1).map_err(|error| error.to_string())?;
    let days = i16::from(first.days_in_month());
    if !(1..=days).contains(&day) {
        return Err(format!("month {month} of {year} has {days} days"));
    }
    Date::new(year, month as i8, day as i8).map_err(|error| error.to_string())
}

fn digits(text: &str) -> Option<i16> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_of_the_calendar_and_nothing_else() {
        for (text, says) in [
            ("2026-02-30", "month 2 of 2026 has 28 days"),
            ("2024-02-30", "month 2 of 2024 has 29 days"),
            ("2026-13-01", "no month 13"),
            ("2026-00-01", "no month 0"),
            ("2026-01-00", "has 31 days"),
            ("0000-01-01", "years run from 0001 to 9999"),
            ("10000-01-01", "years run from 0001 to 9999"),
            ("0-01-01", "expected a date"),
            ("2026-1-1", "expected a date"),
            ("26-01-01", "expected a date"),
            ("2026/01/01", "expected a date"),
            ("2026-01-01T00:00:00Z", "expected a date"),
            ("-2026-01-01", "expected a date"),
            ("+026-01-01", "expected a date"),
            ("tomorrow", "expected a date"),
        ] {
            let problem = civil_date(text, "date").unwrap_err();
            assert!(problem.message.contains(says), "{text}: {}", problem.message);
            assert_eq!(problem.code.text(), "parameter_invalid_date");
        }
        assert_eq!(civil_date("0001-01-01", "date"), Ok(date(1, 1, 1)));
        assert_eq!(civil_date("9999-12-31", "date"), Ok(date(9999, 12, 31)));
        assert_eq!(civil_date("2024-02-29", "date"), Ok(date(2024, 2, 29)));
    }

    #[test]
    fn labels_name_days() {
        let april: FiscalYearStart = "04-16".parse().unwrap();
        let calendar = FiscalYearStart::CALENDAR;
        for (label, fiscal, from, to) in [
            ("2026", calendar, date(2026, 1, 1), date(2027, 1, 1)),
            ("2026-05", calendar, date(2026, 5, 1), date(2026, 6, 1)),
            ("2026-Q3", calendar, date(2026, 7, 1), date(2026, 10, 1)),
            ("2026-W01", calendar, date(2025, 12, 29), date(2026, 1, 5)),
            ("2026-05-03", calendar, date(2026, 5, 3), date(2026, 5, 4)),
            ("2025-26", april, date(2025, 4, 16), date(2026, 4, 16)),
            ("2026-04 (2026-27)", april, date(2026, 4, 16), date(2026, 5, 1)),
            ("2026-04 (2025-26)", april, date(2026, 4, 1), date(2026, 4, 16)),
            ("all", april, date(1, 1, 1), date(9999, 12, 31)),
        ] {
            assert_eq!(labelled_days(label, fiscal), Some(Period { from, to }), "{label}");
        }
        for label in ["2026-27", "2026-Q5", "2026-W54", "2026-13", "May", "\u{e4}026", ""] {
            assert_eq!(labelled_days(label, calendar), None, "{label}");
        }
    }
}
