use super::*;

fn format(pattern: &str, reset: Reset, start: &str) -> Format {
    Format {
        reset,
        fiscal_year_start: start.parse().unwrap(),
        ..Format::of(pattern.parse().unwrap())
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn periods_of_dates() {
    use Reset::{Daily, FiscalYear, Monthly, Never, Quarterly, Weekly, Yearly};
    let plain = "{seq}";
    let ranged = "{year}-{end_year}/{month}/{seq}";
    for (pattern, reset, start, date, from, to, label) in [
        (plain, Never, "01-01", "2026-05-03", "0001-01-01", "9999-12-31", "all"),
        (plain, Yearly, "04-01", "2026-05-03", "2026-01-01", "2027-01-01", "2026"),
        (plain, FiscalYear, "01-01", "2026-05-03", "2026-01-01", "2027-01-01", "2026"),
        (plain, FiscalYear, "04-01", "2026-03-31", "2025-04-01", "2026-04-01", "2025-26"),
        (plain, FiscalYear, "04-01", "2026-04-01", "2026-04-01", "2027-04-01", "2026-27"),
        (plain, FiscalYear, "04-16", "2026-04-15", "2025-04-16", "2026-04-16", "2025-26"),
        (plain, FiscalYear, "04-16", "2026-04-16", "2026-04-16", "2027-04-16", "2026-27"),
        (plain, FiscalYear, "03-01", "2024-02-29", "2023-03-01", "2024-03-01", "2023-24"),
        (plain, FiscalYear, "07-01", "1999-07-01", "1999-07-01", "2000-07-01", "1999-00"),
        (plain, Quarterly, "01-01", "2026-08-15", "2026-07-01", "2026-10-01", "2026-Q3"),
        (plain, Quarterly, "01-01", "2026-12-31", "2026-10-01", "2027-01-01", "2026-Q4"),
        (plain, Monthly, "04-16", "2026-04-20", "2026-04-01", "2026-05-01", "2026-04"),
        (plain, Monthly, "01-01", "2024-02-29", "2024-02-01", "2024-03-01", "2024-02"),
        (ranged, Monthly, "04-16", "2026-04-15", "2026-04-01", "2026-04-16", "2026-04 (2025-26)"),
        (ranged, Monthly, "04-16", "2026-04-16", "2026-04-16", "2026-05-01", "2026-04 (2026-27)"),
        (ranged, Monthly, "04-16", "2026-05-01", "2026-05-01", "2026-06-01", "2026-05"),
        (plain, Weekly, "01-01", "2026-02-15", "2026-02-09", "2026-02-16", "2026-W07"),
        (plain, Weekly, "01-01", "2024-12-30", "2024-12-30", "2025-01-06", "2025-W01"),
        (plain, Weekly, "01-01", "2027-01-03", "2026-12-28", "2027-01-04", "2026-W53"),
        (plain, Daily, "01-01", "2026-05-03", "2026-05-03", "2026-05-04", "2026-05-03"),
    ] {
        let format = format(pattern, reset, start);
        let period = format.period(day(date));
        let want = Period { from: day(from), to: day(to) };
        assert_eq!(period, want, "{reset} {date}");
        assert!(period.contains(day(date)));
        assert_eq!(period.label(&format), label, "{reset} {date}");
    }
}

#[test]
fn the_ends_of_time_are_inside() {
    for reset in Reset::ALL {
        for start in ["01-01", "04-16", "12-31"] {
            let format = format("{year}{end_year}{month}{seq}", reset, start);
            for date in [FIRST, FIRST.tomorrow().unwrap(), BEFORE_LAST, LAST] {
                let period = format.period(date);
                assert!(period.contains(date), "{reset} {start} {date} {period:?}");
                assert!(FIRST <= period.from && period.from < period.to && period.to <= LAST);
            }
            assert_eq!(format.previous_period(&format.period(FIRST)), None);
            assert_eq!(format.next_period(&format.period(LAST)), None);
        }
    }
}

#[test]
fn neighbours_touch() {
    for reset in Reset::ALL {
        let format = format("{year}-{end_year}-{month}-{seq}", reset, "04-16");
        let mut period = format.period(day("2023-12-30"));
        for _ in 0..800 {
            let Some(next) = format.next_period(&period) else { break };
            assert_eq!(next, format.period(period.to));
            assert_eq!(format.previous_period(&next), Some(period));
            period = next;
        }
    }
}

#[test]
fn a_period_cut_short_is_followed_from_its_end() {
    let format = format("{year}-{seq}", Reset::Yearly, "01-01");
    let short = Period { from: day("2026-01-01"), to: day("2026-07-01") };
    let next = format.next_period(&short).unwrap();
    assert_eq!((next.from, next.to), (day("2026-07-01"), day("2027-01-01")));
    let before = format.previous_period(&next).unwrap();
    assert_eq!((before.from, before.to), (day("2026-01-01"), day("2026-07-01")));
}
