//! From the formats that a series has to those that it will have.

use jiff::civil::Date;
use numbering::{Format, Reset, TokenKind};

use crate::model::{FormatVersion, SeriesRow};

/// The series with a new format for the next document.
///
/// The period in use keeps its counter. With another reset it runs on until the first boundary
/// of the new one behind the latest date; with another fiscal year the new one begins behind the
/// period in use, so that a short year may arise. A `first_ordinal` starts the new reset at once,
/// on the day behind the latest date.
///
/// Where nothing but the print changes, it changes from the period that `today` is in, also when
/// later ones are in use already: the next document is usually one of today.
pub(super) fn revise(
    series: &SeriesRow,
    format: Format,
    first_ordinal: Option<u64>,
    today: Date,
) -> SeriesRow {
    let mut revised = series.clone();
    let Some(last_date) = series.last_date else {
        revised.versions = vec![FormatVersion::always(format)];
        return revised;
    };
    let newest = series.newest();
    if first_ordinal.is_none() && newest.from > last_date && counts_alike(&newest.format, &format) {
        // A change that waits for its day keeps waiting, with another print.
        let last = revised.versions.len() - 1;
        revised.versions[last].format = format;
        return revised;
    }
    let printed_today = today < last_date
        && series.version(today) == series.version(last_date)
        && counts_alike(&series.version(today).format, &format);
    let day = if printed_today { today } else { last_date };
    let current = series.period(day);
    let version = series.version(day);
    let next = if let Some(first) = first_ordinal {
        FormatVersion {
            from: last_date.tomorrow().unwrap_or(last_date),
            first_period_to: None,
            first_ordinal: Some(first),
            format,
        }
    } else if counts_alike(&version.format, &format) {
        FormatVersion {
            from: current.from,
            first_period_to: Some(current.to),
            first_ordinal: version.first_ordinal.filter(|_| version.from == current.from),
            format,
        }
    } else if is_year(version.format.reset) && is_year(format.reset)
        || version.format.reset == format.reset
    {
        FormatVersion { from: current.to, first_period_to: None, first_ordinal: None, format }
    } else {
        FormatVersion {
            from: current.from,
            first_period_to: Some(format.period(last_date).to),
            first_ordinal: version.first_ordinal.filter(|_| version.from == current.from),
            format,
        }
    };
    replace(&mut revised, series, next);
    revised
}

/// Puts the version behind those that it leaves standing, and keeps the used ones that it
/// replaces among the former formats.
fn replace(revised: &mut SeriesRow, series: &SeriesRow, next: FormatVersion) {
    let last_date = series.last_date;
    revised.versions.retain(|version| version.from < next.from);
    for version in &series.versions {
        let used = last_date.is_some_and(|date| version.from <= date);
        let gone = version.from >= next.from;
        let kept = revised.former.contains(&version.format) || same(&version.format, &next.format);
        if used && gone && !kept {
            revised.former.push(version.format.clone());
        }
    }
    revised.versions.push(next);
}

/// Whether a reset makes years, of whichever beginning.
fn is_year(reset: Reset) -> bool {
    matches!(reset, Reset::Yearly | Reset::FiscalYear)
}

/// Whether two formats print the same numbers and count them alike, whatever else they say.
pub(super) fn same(a: &Format, b: &Format) -> bool {
    let same_text =
        (&a.pattern, &a.prefix, &a.kind_texts) == (&b.pattern, &b.prefix, &b.kind_texts);
    same_text && counts_alike(a, b)
}

/// Whether two formats divide the days into the same periods.
pub(super) fn counts_alike(a: &Format, b: &Format) -> bool {
    a.reset == b.reset && (a.fiscal_year_start == b.fiscal_year_start || !(fiscal(a) || fiscal(b)))
}

/// Whether the fiscal year decides what a format prints or when it starts again.
fn fiscal(format: &Format) -> bool {
    format.reset == Reset::FiscalYear || format.pattern.has(TokenKind::EndYear)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::{LedgerId, SeriesId};

    const TODAY: Date = date(2026, 6, 15);

    fn format(pattern: &str) -> Format {
        Format::of(pattern.parse().expect("pattern"))
    }

    fn series(pattern: &str, last_date: Date) -> SeriesRow {
        let versions = vec![FormatVersion::always(format(pattern))];
        SeriesRow {
            first_date: Some(date(2026, 1, 1)),
            last_date: Some(last_date),
            own: true,
            ..SeriesRow::new(LedgerId(1), SeriesId(1), "invoices", versions)
        }
    }

    fn bounds(series: &SeriesRow, day: Date) -> (Date, Date) {
        let period = series.period(day);
        (period.from, period.to)
    }

    #[test]
    fn yearly_to_monthly_runs_on_until_the_next_month() {
        let before = series("INV/{year}/{seq:5}", date(2026, 5, 10));
        let after = revise(&before, format("INV/{year}/{month}/{seq:4}"), None, TODAY);
        let first = (date(2026, 1, 1), date(2026, 6, 1));
        assert_eq!(bounds(&after, date(2026, 5, 20)), first);
        assert_eq!(bounds(&after, date(2026, 1, 2)), first);
        assert_eq!(bounds(&after, date(2026, 6, 1)), (date(2026, 6, 1), date(2026, 7, 1)));
        assert_eq!(bounds(&after, date(2025, 6, 1)), (date(2025, 1, 1), date(2026, 1, 1)));
        assert_eq!(after.period_label(&after.period(date(2026, 2, 2))), "2026-05");
    }

    #[test]
    fn monthly_to_yearly_runs_on_until_the_next_year() {
        let before = series("INV/{year}/{month}/{seq:4}", date(2026, 5, 10));
        let after = revise(&before, format("INV/{year}/{seq:5}"), None, TODAY);
        assert_eq!(bounds(&after, date(2026, 12, 31)), (date(2026, 5, 1), date(2027, 1, 1)));
        assert_eq!(bounds(&after, date(2026, 4, 30)), (date(2026, 4, 1), date(2026, 5, 1)));
        assert_eq!(bounds(&after, date(2027, 3, 3)), (date(2027, 1, 1), date(2028, 1, 1)));
    }

    #[test]
    fn another_prefix_keeps_the_period() {
        let before = series("INV/{year}/{seq:5}", date(2026, 5, 10));
        let after = revise(&before, format("FAC/{year}/{seq:5}"), None, TODAY);
        assert_eq!(bounds(&after, date(2026, 7, 1)), (date(2026, 1, 1), date(2027, 1, 1)));
        assert_eq!(after.version(date(2025, 7, 1)).format, format("INV/{year}/{seq:5}"));
        assert_eq!(after.former, []);
        let again = revise(&after, format("RE/{year}/{seq:5}"), None, TODAY);
        assert_eq!(again.former, [format("FAC/{year}/{seq:5}")]);
        assert_eq!(again.versions.len(), 2);
    }

    #[test]
    fn another_prefix_holds_from_today_also_when_next_year_is_in_use() {
        let before = series("INV/{year}/{seq:5}", date(2027, 1, 1));
        let after = revise(&before, format("FAC/{year}/{seq:5}"), None, TODAY);
        assert_eq!(after.version(date(2026, 6, 15)).format, format("FAC/{year}/{seq:5}"));
        assert_eq!(bounds(&after, date(2026, 7, 1)), (date(2026, 1, 1), date(2027, 1, 1)));
        assert_eq!(bounds(&after, date(2027, 7, 1)), (date(2027, 1, 1), date(2028, 1, 1)));
    }

    #[test]
    fn a_change_that_waits_is_not_lost() {
        let before = series("INV/{year}/{seq:5}", date(2026, 5, 10));
        let monthly = revise(&before, format("INV/{year}/{month}/{seq:4}"), Some(500), TODAY);
        let wider = revise(&monthly, format("INV/{year}/{month}/{seq:6}"), None, TODAY);
        let period = wider.period(date(2026, 5, 11));
        assert_eq!((period.from, wider.first_ordinal(&period)), (date(2026, 5, 11), 500));
        assert_eq!(wider.newest().format, format("INV/{year}/{month}/{seq:6}"));
    }

    #[test]
    fn another_fiscal_year_begins_behind_the_period_in_use() {
        let mut before = series("INV/{year}-{end_year}/{seq:5}", date(2026, 5, 10));
        before.versions[0].format.fiscal_year_start = "07-01".parse().expect("day");
        let calendar = format("INV/{year}-{end_year}/{seq:5}");
        let after = revise(&before, calendar, None, TODAY);
        assert_eq!(bounds(&after, date(2026, 6, 30)), (date(2025, 7, 1), date(2026, 7, 1)));
        assert_eq!(bounds(&after, date(2026, 7, 1)), (date(2026, 7, 1), date(2027, 1, 1)));
        assert_eq!(bounds(&after, date(2027, 7, 1)), (date(2027, 1, 1), date(2028, 1, 1)));
    }

    #[test]
    fn a_first_ordinal_starts_at_once() {
        let before = series("INV/{year}/{seq:5}", date(2026, 5, 10));
        let after = revise(&before, format("INV/{year}/{month}/{seq:4}"), Some(500), TODAY);
        let period = after.period(date(2026, 5, 11));
        assert_eq!((period.from, period.to), (date(2026, 5, 11), date(2026, 6, 1)));
        assert_eq!(after.first_ordinal(&period), 500);
        assert_eq!(after.first_ordinal(&after.period(date(2026, 6, 11))), 1);
        assert_eq!(bounds(&after, date(2026, 5, 10)), (date(2026, 1, 1), date(2026, 5, 11)));
    }
}
