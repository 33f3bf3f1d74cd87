//! Civil dates as whole days since 1970-01-01.

use jiff::civil::Date;
use jiff::{Span, Unit};

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Days since 1970-01-01; negative before.
pub(crate) fn to_days(date: Date) -> i64 {
    // Two valid dates always have a whole number of days between them.
    EPOCH.until((Unit::Day, date)).map_or(0, |span| i64::from(span.get_days()))
}

/// The date so many days after 1970-01-01; `None` outside the calendar.
pub(crate) fn from_days(days: i64) -> Option<Date> {
    EPOCH.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_day_comes_back() {
        for date in [Date::MIN, EPOCH, jiff::civil::date(2024, 2, 29), Date::MAX] {
            assert_eq!(from_days(to_days(date)), Some(date));
        }
        assert_eq!(to_days(jiff::civil::date(1970, 1, 2)), 1);
        assert_eq!(to_days(jiff::civil::date(1969, 12, 31)), -1);
        assert_eq!(from_days(i64::MAX), None);
    }
}
