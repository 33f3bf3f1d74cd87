//! Periods: the stretches of dates that share one counter.

use jiff::civil::{Date, date};

use crate::{
    FiscalYearStart, Format, Reset, TokenKind,
    limits::{YEAR_MAX, YEAR_MIN},
};

/// A stretch of dates, `from..to`: the first day is inside, `to` is not.
///
/// The last day that can be written, 9999-12-31, has no day after it; a period that ends there
/// holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
}

impl Period {
    /// All dates: the only period of a series that never resets.
    pub const ALL: Self = Self { from: FIRST, to: LAST };

    /// Whether the date is inside.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use numbering::Period;
    ///
    /// let may = Period { from: date(2026, 5, 1), to: date(2026, 6, 1) };
    /// assert!(may.contains(date(2026, 5, 31)) && !may.contains(date(2026, 6, 1)));
    /// ```
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.from <= date && (date < self.to || self.to == LAST && date == LAST)
    }

    /// What people call the period: `2026`, `2025-26` (a fiscal year that is no calendar year),
    /// `2026-Q3`, `2026-05`, `2026-W07`, `2026-05-03`, `all`. A part of a month that a fiscal
    /// year's first day cut is called `2026-04 (2026-27)`.
    #[must_use]
    pub fn label(&self, format: &Format) -> String {
        let from = self.from;
        let year = from.year();
        match format.reset {
            Reset::Never => String::from("all"),
            Reset::Yearly => format!("{year:04}"),
            Reset::FiscalYear => fiscal_label(format.fiscal_year_start, from),
            Reset::Quarterly => format!("{year:04}-Q{}", quarter(from)),
            Reset::Monthly => {
                let month = format!("{year:04}-{:02}", from.month());
                if *self == month_of(from) || !format.cuts_months() {
                    month
                } else {
                    format!("{month} ({})", fiscal_label(format.fiscal_year_start, from))
                }
            }
            Reset::Weekly => {
                let week = from.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Reset::Daily => format!("{year:04}-{:02}-{:02}", from.month(), from.day()),
        }
    }

    fn intersection(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }
}

impl Format {
    /// The period that the date is in, were no period fixed yet.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use numbering::Format;
    ///
    /// let format = Format::of("INV/{year}/{seq:5}".parse()?);
    /// let year = format.period(date(2026, 7, 9));
    /// assert_eq!((year.from, year.to), (date(2026, 1, 1), date(2027, 1, 1)));
    /// assert_eq!(year.label(&format), "2026");
    /// # Ok::<(), numbering::PatternError>(())
    /// ```
    #[must_use]
    pub fn period(&self, date: Date) -> Period {
        // The last day of all joins the day before it, so that no period is empty.
        let date = if date >= LAST { BEFORE_LAST } else { date.max(FIRST) };
        match self.reset {
            Reset::Never => Period::ALL,
            Reset::Yearly => between(Date::new(date.year(), 1, 1).ok(), next_year(date)),
            Reset::FiscalYear => self.fiscal_year(date),
            Reset::Quarterly => quarter_of(date),
            Reset::Monthly if self.cuts_months() => {
                month_of(date).intersection(self.fiscal_year(date))
            }
            Reset::Monthly => month_of(date),
            Reset::Weekly => week_of(date),
            Reset::Daily => between(Some(date), date.tomorrow().ok()),
        }
    }

    /// The period after `period`: it begins where that one ends, also when that one was cut
    /// short. `None` after the last.
    #[must_use]
    pub fn next_period(&self, period: &Period) -> Option<Period> {
        if period.to == LAST {
            return None;
        }
        let natural = self.period(period.to);
        Some(Period { from: period.to, to: natural.to })
    }

    /// The period before `period`: it ends where that one begins. `None` before the first.
    #[must_use]
    pub fn previous_period(&self, period: &Period) -> Option<Period> {
        if period.from <= FIRST {
            return None;
        }
        let natural = self.period(period.from.yesterday().ok()?);
        Some(Period { from: natural.from, to: period.from })
    }

    /// Whether months end at the fiscal year's first day.
    fn cuts_months(&self) -> bool {
        self.reset == Reset::Monthly && self.pattern.has(TokenKind::EndYear)
    }

    fn fiscal_year(&self, date: Date) -> Period {
        let start = self.fiscal_year_start;
        let year = start.start_year(date);
        between(start.first_day(year), start.first_day(year + 1))
    }
}

/// The calendar quarter of a date, 1–4.
pub(crate) fn quarter(date: Date) -> i8 {
    (date.month() - 1) / 3 + 1
}

const FIRST: Date = date(YEAR_MIN, 1, 1);
const BEFORE_LAST: Date = date(YEAR_MAX, 12, 30);
const LAST: Date = date(YEAR_MAX, 12, 31);

// A bound that dates do not reach is the first or last day there is.
fn between(from: Option<Date>, to: Option<Date>) -> Period {
    Period { from: from.unwrap_or(FIRST).max(FIRST), to: to.unwrap_or(LAST).min(LAST) }
}

fn next_year(of: Date) -> Option<Date> {
    Date::new(of.year() + 1, 1, 1).ok()
}

fn month_of(date: Date) -> Period {
    between(Some(date.first_of_month()), date.last_of_month().tomorrow().ok())
}

fn quarter_of(date: Date) -> Period {
    let first_month = (quarter(date) - 1) * 3 + 1;
    let from = Date::new(date.year(), first_month, 1).ok();
    let to = if first_month == 10 {
        next_year(date)
    } else {
        Date::new(date.year(), first_month + 3, 1).ok()
    };
    between(from, to)
}

fn week_of(date: Date) -> Period {
    let monday = date.iso_week_date().first_of_week().map(|week| week.date()).ok();
    let sunday = date.iso_week_date().last_of_week().map(|week| week.date()).ok();
    between(monday, sunday.and_then(|day| day.tomorrow().ok()))
}

fn fiscal_label(start: FiscalYearStart, date: Date) -> String {
    let year = start.start_year(date);
    if start.is_calendar() {
        format!("{year:04}")
    } else {
        format!("{year:04}-{:02}", (year + 1).rem_euclid(100))
    }
}

#[cfg(test)]
mod tests;
