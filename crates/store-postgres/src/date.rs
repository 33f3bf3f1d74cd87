//! Civil dates as PostgreSQL sends them: whole days since 2000-01-01.

use jiff::civil::Date;
use jiff::{Span, Unit};

const EPOCH: Date = jiff::civil::date(2000, 1, 1);

/// Days since 2000-01-01; negative before. PostgreSQL knows no date before the year -4712, and
/// no document has one before the year 1: what lies before stands for the earliest.
pub(crate) fn to_days(date: Date) -> i32 {
    let date = date.max(jiff::civil::date(-4700, 1, 1));
    // Two valid dates always have a whole number of days between them.
    EPOCH.until((Unit::Day, date)).map_or(0, |span| span.get_days())
}

/// The date so many days after 2000-01-01; `None` outside the calendar.
pub(crate) fn from_days(days: i32) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_day_comes_back() {
        for date in [jiff::civil::date(1, 1, 1), EPOCH, jiff::civil::date(2024, 2, 29), Date::MAX] {
            assert_eq!(from_days(to_days(date)), Some(date));
        }
        assert_eq!(to_days(jiff::civil::date(2000, 1, 2)), 1);
        assert_eq!(to_days(jiff::civil::date(1999, 12, 31)), -1);
        assert!(to_days(Date::MIN) < to_days(jiff::civil::date(1, 1, 1)));
        // The ends of PostgreSQL's calendar.
        assert_eq!((from_days(i32::MAX), from_days(i32::MIN)), (None, None));
    }
}
