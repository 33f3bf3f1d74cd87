use jiff::civil::{Date, date};

use super::{InferError, Unreadable, infer, next};
use crate::{FiscalYearStart, limits::ORDINAL_MAX};

fn start(fiscal: &str) -> FiscalYearStart {
    fiscal.parse().unwrap()
}

/// `pattern reset ordinal`, or the refusal.
fn read(number: &str, date: &str, fiscal: &str) -> String {
    match infer(number, date.parse().unwrap(), start(fiscal)) {
        Ok(found) => {
            let best = found.best;
            format!("{} {} {}", best.pattern, best.reset, best.ordinal)
        }
        Err(error) => error.to_string().split(';').next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn readings() {
    for (number, date, want) in [
        // The year in front, behind, glued, of two digits.
        ("INV/2024/00001", "2024-03-01", "INV/{year}/{seq:5} yearly 1"),
        ("001/2024", "2024-03-01", "{seq:3}/{year} yearly 1"),
        ("R-007/24", "2024-03-01", "R-{seq:3}/{year:2} yearly 7"),
        ("INV2024-7", "2024-03-01", "INV{year}-{seq} yearly 7"),
        ("SHOP-2000/2024/0001", "2024-03-01", "SHOP-2000/{year}/{seq:4} yearly 1"),
        ("24-24", "2024-03-01", "{year:2}-{seq:2} yearly 24"),
        // Months.
        ("12/2024/001", "2024-12-05", "{month}/{year}/{seq:3} monthly 1"),
        ("INV-032024-17", "2024-03-05", "INV-{month}{year}-{seq:2} monthly 17"),
        ("2024M03-17", "2024-03-05", "{year}M{month}-{seq:2} monthly 17"),
        ("INV/2024/03", "2024-03-05", "INV/{year}/{seq:2} yearly 3"),
        ("0001-2024-03", "2024-03-05", "{seq:4}-{year}-{month} monthly 1"),
        // Weeks, quarters, days.
        ("2024-W24-001", "2024-06-12", "{year}-W{week}-{seq:3} weekly 1"),
        ("2024W24-001", "2024-06-12", "{year}W{week}-{seq:3} weekly 1"),
        ("2025/KW01/3", "2024-12-31", "{year}/KW{week}/{seq} weekly 3"),
        ("2024/24/001", "2024-06-12", "{year}/{week}/{seq:3} weekly 1"),
        ("2024-Q1-01", "2024-02-12", "{year}-Q{quarter}-{seq:2} quarterly 1"),
        ("1Q2024/5", "2024-02-12", "{quarter}Q{year}/{seq} quarterly 5"),
        ("2024-03-17-001", "2024-03-17", "{year}-{month}-{day}-{seq:3} daily 1"),
        ("20240317-001", "2024-03-17", "{year}{month}{day}-{seq:3} daily 1"),
        ("17.03.2024/2", "2024-03-17", "{day}.{month}.{year}/{seq} daily 2"),
        // What stays as it is.
        ("2020/5/1", "2020-05-01", "2020/5/{seq} never 1"),
        ("INV/2024/7/0001", "2024-03-01", "INV/{year}/7/{seq:4} yearly 1"),
        ("INV/22-24/0001", "2024-03-01", "INV/22-{year:2}/{seq:4} yearly 1"),
        ("INV/2024-2023/0001", "2023-03-01", "INV/2024-{year}/{seq:4} yearly 1"),
        ("A1/2024/0001", "2024-03-01", "A1/{year}/{seq:4} yearly 1"),
        ("INV49/00001", "2023-03-01", "INV49/{seq:5} never 1"),
        ("045-001-000002", "2016-03-12", "045-001-{seq:6} never 2"),
        ("20190910", "2019-09-10", "{seq:8} never 20190910"),
        ("F200520", "2020-05-20", "F{seq:6} never 200520"),
        ("T-{7}-007", "2024-03-01", "T-{{7}}-{seq:3} never 7"),
        ("Nº 00012 bis", "2024-03-01", "Nº {seq:5} bis never 12"),
        (" 42 ", "2024-03-01", "{seq:2} never 42"),
        ("9", "2024-03-01", "{seq} never 9"),
        ("INV/2024/0000", "2024-03-01", "INV/{year}/{seq:4} yearly 0"),
        ("N'importe quoi?", "2024-03-01", "N'importe quoi?{seq} never 0"),
        ("FT 2025/", "2025-03-01", "FT {year}/{seq} yearly 0"),
        ("00000000000000000123", "2024-03-01", "00000{seq:15} never 123"),
    ] {
        assert_eq!(read(number, date, "01-01"), want, "{number} on {date}");
    }
}

#[test]
fn fiscal_years() {
    for (number, date, fiscal, want) in [
        (
            "INV/23-24/0010",
            "2024-03-31",
            "04-01",
            "INV/{year:2}-{end_year:2}/{seq:4} fiscal_year 10",
        ),
        ("2023/2024/7", "2024-03-31", "04-01", "{year}/{end_year}/{seq} fiscal_year 7"),
        ("A-20232024-7", "2024-03-31", "04-01", "A-{year}{end_year}-{seq} fiscal_year 7"),
        ("B/23-24/04/2", "2024-04-15", "04-16", "B/{year:2}-{end_year:2}/{month}/{seq} monthly 2"),
        // A dash joins a fiscal year, a slash a year and its month.
        (
            "INV/11-12/0001",
            "2011-12-05",
            "04-01",
            "INV/{year:2}-{end_year:2}/{seq:4} fiscal_year 1",
        ),
        ("INV/11/12/0001", "2011-12-05", "04-01", "INV/{year:2}/{month}/{seq:4} monthly 1"),
        ("INV/11-12/0001", "2011-12-05", "01-01", "INV/{year:2}-{month}/{seq:4} monthly 1"),
    ] {
        assert_eq!(read(number, date, fiscal), want, "{number} on {date}");
    }
}

#[test]
fn refusals() {
    for (number, date, want) in [
        ("INV/2024/00001", "2025-03-01", "shows the year 2024, but its date 2025-03-01 is in 2025"),
        ("INV/24/0001", "2025-03-01", "shows the year 24, but its date 2025-03-01 is in 2025"),
        ("1/2023", "2024-03-01", "shows the year 2023, but its date 2024-03-01 is in 2024"),
        ("FT 2023/", "2024-03-01", "shows the year 2023, but its date 2024-03-01 is in 2024"),
        (
            "INV/2024/02/1",
            "2024-03-01",
            "shows the month 02, but its date 2024-03-01 is in month 03",
        ),
        (
            "INV/2024/00/1",
            "2024-03-01",
            "shows the month 00, but its date 2024-03-01 is in month 03",
        ),
        (
            "202402-1",
            "2024-03-01",
            "shows the date 202402, but its date 2024-03-01 is on day 01 of month 03",
        ),
        (
            "20240318-1",
            "2024-03-17",
            "shows the date 20240318, \
             but its date 2024-03-17 is on day 17 of month 03",
        ),
        ("2024-03-18-1", "2024-03-17", "shows the day 18, but its date 2024-03-17 is on day 17"),
        (
            "2024-W05-1",
            "2024-05-29",
            "shows the week 05, but its date 2024-05-29 is in week 22 of 2024",
        ),
        ("2024/Q1/1", "2024-05-29", "shows the quarter 1, but its date 2024-05-29 is in quarter 2"),
        (
            "INV/2023-24/1",
            "2024-05-29",
            "shows the fiscal year 2023-24, but its date 2024-05-29 is in 2024, \
             as fiscal years that begin on 01-01 do not span two years",
        ),
        (
            "INV/2019-2021/1",
            "2021-05-29",
            "shows the range 2019-2021, \
             but its date 2021-05-29 is in one fiscal year, not in several",
        ),
    ] {
        assert_eq!(read(number, date, "01-01"), format!("the number {want}"), "{number}");
    }
    assert_eq!(
        read("BILL/23-24/03/0001", "2024-02-01", "04-01"),
        "the number shows the month 03, but its date 2024-02-01 is in month 02",
    );
    assert_eq!(
        read("INV/23-24/1", "2024-04-01", "04-01"),
        "the number shows the fiscal year 23-24, \
         but its date 2024-04-01 is in the fiscal year 2024-25",
    );
}

#[test]
fn what_is_no_number() {
    let refused =
        |number: &str| infer(number, date(2024, 3, 1), FiscalYearStart::CALENDAR).unwrap_err();
    let unreadable = |number: &str| match refused(number) {
        InferError::Unreadable(reason) => reason,
        other => panic!("{number}: {other}"),
    };
    assert_eq!(unreadable("  "), Unreadable::Empty);
    assert_eq!(unreadable("INV\u{7}1"), Unreadable::ControlCharacter);
    assert_eq!(unreadable("INV\u{0}001"), Unreadable::ControlCharacter);
    assert_eq!(unreadable(&"9".repeat(201)), Unreadable::TooLong);
    assert_eq!(unreadable("INV/2024"), Unreadable::OnlyTheYear);
    assert_eq!(refused("1000000000000000").code(), "ordinal_overflow");
    assert_eq!(refused(&format!("INV{}1", "-".repeat(150))).code(), "pattern_invalid");
    assert_eq!(refused("INV-🦀-1").code(), "pattern_invalid");
}

#[test]
fn nothing_follows_the_largest_ordinal() {
    let (march, calendar) = (date(2024, 3, 1), FiscalYearStart::CALENDAR);
    let largest = ORDINAL_MAX.to_string();
    assert_eq!(next(&largest, march, march, calendar).unwrap_err(), InferError::OrdinalOverflow);
    let found = infer(&largest, march, calendar).unwrap();
    assert_eq!(found.explanation, "Never restarts. This is the largest number there is.");
}

#[test]
fn explanations() {
    let explain = |number: &str, date: &str, fiscal: &str| {
        infer(number, date.parse().unwrap(), start(fiscal)).unwrap().explanation
    };
    for (number, date, fiscal, want) in [
        (
            "INV/2026/11/0001",
            "2026-11-20",
            "01-01",
            "Restarts every month. Next: INV/2026/11/0002. First of December: INV/2026/12/0001.",
        ),
        ("INV-042", "2026-11-20", "01-01", "Never restarts. Next: INV-043."),
        (
            "26-27/7",
            "2026-11-20",
            "04-01",
            "Restarts every fiscal year. Next: 26-27/8. First of fiscal year 2027-28: 27-28/1.",
        ),
        (
            "2026-W47-1",
            "2026-11-20",
            "01-01",
            "Restarts every week. Next: 2026-W47-2. First of 2026-W48: 2026-W48-1.",
        ),
        (
            "26-27/04/7",
            "2027-04-10",
            "04-16",
            "Restarts every month. Next: 26-27/04/8. First of 2027-04 (2027-28): 27-28/04/1.",
        ),
    ] {
        assert_eq!(explain(number, date, fiscal), want);
    }
}

#[test]
fn reasons_and_alternatives() {
    let found = infer("INV/11-12/0001", date(2011, 12, 5), start("04-01")).unwrap();
    assert_eq!(
        found.best.reason,
        "11 is the year in which the fiscal year begins, 12 is the year in which the fiscal year \
         ends, 0001 is counted (document of 2011-12-05).",
    );
    let second = &found.alternatives[0];
    assert_eq!(second.pattern.to_string(), "INV/{year:2}-{month}/{seq:4}");
    assert_eq!(
        second.reason,
        "11 is the year, 12 is the month, 0001 is counted (document of 2011-12-05)."
    );
    let found = infer("20240007", date(2024, 12, 5), FiscalYearStart::CALENDAR).unwrap();
    assert_eq!(found.best.reason, "No part of the date is taken as such, 20240007 is counted.",);
    assert_eq!(found.alternatives[0].pattern.to_string(), "{year}{seq:4}");
    assert_eq!(
        found.alternatives[0].reason,
        "2024 is the year, 0007 is counted (document of 2024-12-05).",
    );
    let found = infer("Total", date(2024, 12, 5), FiscalYearStart::CALENDAR).unwrap();
    assert_eq!(found.best.reason, "There is no counter, so one is added at the end.");
}

#[test]
fn long_rows_of_runs_are_read() {
    let day: Date = date(2024, 12, 24);
    for text in ["24-".repeat(30) + "1", "12/24.".repeat(15) + "7", "2412".repeat(3)] {
        let found = infer(&text, day, FiscalYearStart::CALENDAR).unwrap();
        assert!(found.alternatives.len() <= super::ALTERNATIVES_MAX, "{text}");
    }
}
