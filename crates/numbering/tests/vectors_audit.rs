//! Audits of little lists, and of an excerpt of a real one.

use std::fmt::Write as _;

use jiff::ToSpan;
use numbering::{
    FiscalYearStart, Format, Ordinal, Texts,
    audit::{Audit, Row, audit},
};
use proptest::prelude::*;

/// Lines of `number | date | kind`, the last two optional.
fn of(list: &str) -> Audit {
    let rows: Vec<Row<'_>> = list
        .lines()
        .map(|line| line.split('|'))
        .zip(1..)
        .map(|(mut fields, line)| Row {
            number: fields.next().unwrap_or_default(),
            date: fields.next().and_then(|date| date.trim().parse().ok()),
            kind: fields.next().map(str::trim),
            line,
        })
        .collect();
    audit(&rows, FiscalYearStart::CALENDAR)
}

/// What an audit found, in a few lines.
fn shown(audit: &Audit) -> String {
    let mut text = String::new();
    for format in &audit.formats {
        let kind = format.kind.as_deref().map(|kind| format!(" {kind}")).unwrap_or_default();
        let (pattern, count, counter) = (&format.pattern, format.count, format.counter);
        writeln!(text, "format {pattern} x{count}{kind} on {counter}").unwrap();
    }
    for counter in &audit.counters {
        write!(text, "counter {} {}", counter.pattern, counter.reset).unwrap();
        for (kind, count) in &counter.kinds {
            write!(text, " '{kind}' x{count}").unwrap();
        }
        text.push('\n');
        for period in &counter.periods {
            write!(text, "  {}: {}-{}", period.label, period.first, period.last).unwrap();
            for hole in &period.holes {
                write!(text, " without {}..{}", hole.first_number, hole.last_number).unwrap();
            }
            text.push('\n');
        }
        let next: Vec<&str> = counter.next.iter().map(|next| next.number.as_str()).collect();
        writeln!(text, "  next {}", next.join(", ")).unwrap();
    }
    for double in &audit.duplicates {
        writeln!(text, "double {} on {:?}", double.number, double.lines).unwrap();
    }
    for order in &audit.order_breaks {
        let (before, after) = (&order.before, &order.after);
        let [before, after] = [before, after].map(|row| format!("{} {}", row.number, row.date));
        writeln!(text, "order {before} > {after}").unwrap();
    }
    for odd in &audit.odd {
        writeln!(text, "odd {} on {}: {}", odd.number, odd.line, odd.reason.as_str()).unwrap();
    }
    text
}

#[track_caller]
fn check(list: &str, want: &str) {
    let audit = of(list);
    let got = shown(&audit);
    assert_eq!(got.trim(), want.trim(), "\n{got}");
    assert_eq!(audit.assignments.len(), audit.rows);
    let counted: u64 = audit.counters.iter().map(|counter| counter.count).sum();
    let assigned = audit.assignments.iter().flatten().count();
    assert_eq!(counted, u64::try_from(assigned).unwrap());
    let missing: u64 = audit.counters.iter().map(|counter| counter.missing).sum();
    let runs = audit.counters.iter().flat_map(|counter| &counter.periods);
    assert_eq!(missing, runs.flat_map(|period| &period.holes).map(|hole| hole.count()).sum());
}

#[test]
fn nothing() {
    check("", "");
}

#[test]
fn yearly_with_holes() {
    check(
        "INV/2024/00001|2024-01-10\nINV/2024/00002|2024-02-10\nINV/2024/00005|2024-12-31\n\
         INV/2025/00001|2025-01-01\nINV/2025/00003|2025-01-02",
        "format INV/{year}/{seq:5} x5 on 0
counter INV/{year}/{seq:5} yearly
  2024: 1-5 without INV/2024/00003..INV/2024/00004
  2025: 1-3 without INV/2025/00002..INV/2025/00002
  next INV/2025/00004, INV/2026/00001",
    );
}

#[test]
fn monthly_in_any_order_of_rows() {
    check(
        "24-03-02|2024-03-12\n24-02-01|2024-02-01\n24-03-01|2024-03-11\n24-02-02|2024-02-29",
        "format {year:2}-{month}-{seq:2} x4 on 0
counter {year:2}-{month}-{seq:2} monthly
  2024-02: 1-2
  2024-03: 1-2
  next 24-03-03, 24-04-01",
    );
}

#[test]
fn weeks_days_and_years_behind_the_counter() {
    check(
        "2024-W01-1|2024-01-01\n2024-W01-2|2024-01-07\n2024-W02-1|2024-01-08",
        "format {year}-W{week}-{seq} x3 on 0
counter {year}-W{week}-{seq} weekly
  2024-W01: 1-2
  2024-W02: 1-1
  next 2024-W02-2, 2024-W03-1",
    );
    check(
        "20240301-01|2024-03-01\n20240301-03|2024-03-01\n20240302-01|2024-03-02",
        "format {year}{month}{day}-{seq:2} x3 on 0
counter {year}{month}{day}-{seq:2} daily
  2024-03-01: 1-3 without 20240301-02..20240301-02
  2024-03-02: 1-1
  next 20240302-02, 20240303-01",
    );
    check(
        "001/2023|2023-05-01\n002/2023|2023-06-01\n001/2024|2024-05-01",
        "format {seq:3}/{year} x3 on 0
counter {seq:3}/{year} yearly
  2023: 1-2
  2024: 1-1
  next 002/2024, 001/2025",
    );
}

#[test]
fn a_counter_glued_to_the_year() {
    check(
        "20230001|2023-05-01\n20230002|2023-06-01\n20240001|2024-01-02\n20240003|2024-01-03",
        "format {year}{seq:4} x4 on 0
counter {year}{seq:4} yearly
  2023: 1-2
  2024: 1-3 without 20240002..20240002
  next 20240004, 20250001",
    );
}

#[test]
fn a_prefix_that_changes_keeps_the_counter() {
    check(
        "INV/2024/00001|2024-01-10\nINV/2024/00002|2024-02-10\nFAC/2024/00003|2024-03-10\n\
         FAC/2024/00005|2024-03-11",
        "format INV/{year}/{seq:5} x2 on 0
format FAC/{year}/{seq:5} x2 on 0
counter FAC/{year}/{seq:5} yearly
  2024: 1-5 without FAC/2024/00004..FAC/2024/00004
  next FAC/2024/00006, FAC/2025/00001",
    );
}

#[test]
fn padding_that_changes_keeps_the_counter() {
    check(
        "A-0009|2024-01-10\nA-0010|2024-02-10\nA-000011|2024-03-10\nA-000012|2024-03-10",
        "format A-{seq:4} x2 on 0
format A-{seq:6} x2 on 0
counter A-{seq:6} never
  all: 9-12
  next A-000013",
    );
}

#[test]
fn formats_by_stretch() {
    check(
        "MISC/00001|2016-01-01\nMISC/00002|2016-05-01\nMISC/2017/00001|2017-01-01\n\
         MISC/2017/02/00001|2017-02-01\nMISC/2017/02/00002|2017-02-02\n\
         MISC/2017/03/00001|2017-03-02",
        "format MISC/{year}/{month}/{seq:5} x3 on 0
format MISC/{seq:5} x2 on 1
format MISC/{year}/{seq:5} x1 on 2
counter MISC/{year}/{month}/{seq:5} monthly
  2017-02: 1-2
  2017-03: 1-1
  next MISC/2017/03/00002, MISC/2017/04/00001
counter MISC/{seq:5} never
  all: 1-2
  next MISC/00003
counter MISC/{year}/{seq:5} yearly
  2017: 1-1
  next MISC/2017/00002, MISC/2018/00001",
    );
}

#[test]
fn kinds_on_one_counter() {
    check(
        "INV-0001|2024-01-10|sale\nCN-0002|2024-01-11|credit\nINV-0003|2024-01-12|sale\n\
         INV-0006|2024-01-13|sale\nCN-0005|2024-01-13|credit",
        "format INV-{seq:4} x3 sale on 0
format CN-{seq:4} x2 credit on 0
counter {kind}-{seq:4} never 'INV' x3 'CN' x2
  all: 1-6 without INV-0004..INV-0004
  next INV-0007",
    );
}

#[test]
fn kinds_with_counters_of_their_own() {
    check(
        "INV-0001|2024-01-10\nCN-0001|2024-01-11\nINV-0002|2024-01-12\nCN-0002|2024-01-13",
        "format INV-{seq:4} x2 on 0
format CN-{seq:4} x2 on 1
counter INV-{seq:4} never
  all: 1-2
  next INV-0003
counter CN-{seq:4} never
  all: 1-2
  next CN-0003",
    );
}

#[test]
fn customers_have_counters_of_their_own() {
    check(
        "ACME-0001|2024-01-10\nACME-0002|2024-01-12\nB2B-0001|2024-01-10\nB2B-0003|2024-01-14\n\
         ZED-0007|2024-01-11",
        "format ACME-{seq:4} x2 on 0
format B2B-{seq:4} x2 on 1
format ZED-{seq:4} x1 on 2
counter ACME-{seq:4} never
  all: 1-2
  next ACME-0003
counter B2B-{seq:4} never
  all: 1-3 without B2B-0002..B2B-0002
  next B2B-0004
counter ZED-{seq:4} never
  all: 7-7
  next ZED-0008",
    );
}

#[test]
fn many_customers_are_one_format() {
    let prefix = |n: u32| -> String {
        let letter = |place: u32| char::from(b'A' + u8::try_from(n / place % 26).unwrap());
        [letter(1), letter(5), '7', letter(3)].iter().collect()
    };
    let rows = (0..60).flat_map(|n| {
        (1..=3 + n % 4).filter(|seq| *seq != 2).map(move |seq| format!("{}-{seq:04}|", prefix(n)))
    });
    let list: Vec<String> = rows.chain(["UNKNOWN 1|".into(), "-0001|".into()]).collect();
    let audit = of(&list.join("\n"));
    assert_eq!(audit.formats[0].pattern.to_string(), "{customer}-{seq:4}");
    let customers: Vec<_> = audit.counters.iter().filter_map(|c| c.customer.as_deref()).collect();
    assert_eq!(customers.len(), 60);
    let first = &audit.counters[0];
    assert_eq!(first.next[0].number, format!("{}-0007", first.customer.as_deref().unwrap()));
    assert_eq!((first.missing, first.formats.as_slice()), (1, [0].as_slice()));
    assert!(audit.duplicates.is_empty());
    let odd: Vec<&str> = audit.odd.iter().map(|odd| odd.number.as_str()).collect();
    assert_eq!(odd, ["UNKNOWN 1", "-0001"]);
}

#[test]
fn doubles_whatever_the_case_and_the_spaces() {
    check(
        "INV-0001|2024-01-10\n inv-0001 |2024-01-11\nINV-0002|2024-01-12\nINV-0002|2024-01-12",
        "format INV-{seq:4} x4 on 0
counter INV-{seq:4} never
  all: 1-2
  next INV-0003
double INV-0001 on [1, 2]
double INV-0002 on [3, 4]",
    );
}

#[test]
fn dates_that_go_back() {
    check(
        "7|2024-01-10\n8|2024-01-12\n9|2024-01-11\n10|2024-01-13",
        "format {seq} x4 on 0
counter {seq} never
  all: 7-10
  next 11
order 8 2024-01-12 > 9 2024-01-11",
    );
}

#[test]
fn odd_ones_out() {
    let mut list: String =
        (1..=400).map(|n| format!("INV/2024/{n:05}|2024-06-{:02}\n", 1 + n / 20)).collect();
    list.push_str(
        "INV/2023/00401|2024-06-21\nMANUAL 12|2024-06-07\nnone|2024-06-01\n|2024-06-01\n",
    );
    list.push_str("INV/2024/00402|2024-06-22\n");
    check(
        &list,
        "format INV/{year}/{seq:5} x402 on 0
counter INV/{year}/{seq:5} yearly
  2023: 401-401
  2024: 1-402 without INV/2024/00401..INV/2024/00401
  next INV/2024/00403, INV/2025/00001
odd INV/2023/00401 on 401: other_date
odd MANUAL 12 on 402: apart
odd none on 403: no_counter
odd  on 404: empty",
    );
}

#[test]
fn a_year_that_is_not_the_dates_is_odd_where_it_may_be_a_slip() {
    let odd = |list: &str| {
        let odd = of(list).odd.into_iter();
        odd.map(|odd| format!("{} {}", odd.number, odd.reason.as_str())).collect::<Vec<_>>()
    };
    let numbers = |from: u32, to: u32, head: &str, date: &str| -> String {
        (from..=to).map(|n| format!("{head}{n:05}|{date}\n")).collect()
    };
    // One number alone, and beside those of its year.
    let slip = numbers(5, 5, "INV-2026-", "2025-03-01");
    assert_eq!(odd(&slip), ["INV-2026-00005 other_year"]);
    let good = numbers(1, 4, "INV-2025-", "2025-02-01");
    assert_eq!(odd(&(good.clone() + &slip)), ["INV-2026-00005 other_year"]);
    // Many, where others print the year at the same place.
    let many = numbers(5, 24, "INV-2026-", "2025-03-01");
    assert_eq!(odd(&(good.clone() + &many)).len(), 20);
    // A text that is none: many have it, some are dated in it, or it is too far from being a year.
    assert!(odd(&numbers(1, 20, "SHOP2100-", "2025-03-01")).is_empty());
    let founded = numbers(1, 1, "F2024-", "2024-03-01") + &numbers(2, 3, "F2024-", "2025-03-01");
    assert!(odd(&founded).is_empty());
    assert!(odd(&numbers(1, 2, "A-1234-", "2025-03-01")).is_empty());
    assert!(odd(&good).is_empty());
    assert!(odd("INV-2026-00005|\n").is_empty(), "without a date nothing is known");
}

#[test]
fn a_new_format_at_the_end_is_not_odd() {
    let mut list: String = (1..=400).map(|n| format!("INV/2024/{n:05}|2024-06-01\n")).collect();
    list.push_str("F-2025-0001|2025-01-02\n");
    let audit = of(&list);
    assert!(audit.odd.is_empty());
    assert_eq!(audit.counters[1].next[0].number, "F-2025-0002");
}

#[test]
fn counters_that_restart_without_showing_it() {
    let years = |count: u32| -> String {
        let row = |year: u32, n: u32| format!("{n:04}|{year}-{:02}-01\n", 1 + n % 12 / 6);
        (2022..2025).flat_map(|year| (1..=count).map(move |n| row(year, n))).collect()
    };
    check(
        &years(5),
        "format {seq:4} x15 on 0
counter {seq:4} yearly
  2022: 1-5
  2023: 1-5
  2024: 1-5
  next 0006, 0001",
    );
    let doubled = years(5) + "0003|2023-01-01\n";
    assert_eq!(of(&doubled).duplicates.len(), 1);
}

#[test]
fn without_dates() {
    check(
        "INV/2023/0001\nINV/2023/0003\nINV/2024/0001",
        "format INV/{year}/{seq:4} x3 on 0
counter INV/{year}/{seq:4} yearly
  2023: 1-3 without INV/2023/0002..INV/2023/0002
  2024: 1-1
  next INV/2024/0002, INV/2025/0001",
    );
    check(
        "2024-11-01\n2024-11-02\n2024-12-01",
        "format {year}-{month}-{seq:2} x3 on 0
counter {year}-{month}-{seq:2} monthly
  2024-11: 1-2
  2024-12: 1-1
  next 2024-12-02, 2025-01-01",
    );
    check(
        "100\n102",
        "format {seq} x2 on 0
counter {seq} never
  all: 100-102 without 101..101
  next 103",
    );
}

/// An excerpt of the invoices in Daqing Chen's *Online Retail* (UCI Machine Learning Repository,
/// 2015, <https://doi.org/10.24432/C5BW33>, CC BY 4.0): the numbers 536365–536450,
/// 553200–553330, 563150–563210 and 581540–581587 with their dates.
const RETAIL: &str = include_str!("vectors/retail_excerpt.csv");

#[test]
fn three_kinds_on_one_counter() {
    let list = RETAIL.split_once('\n').unwrap().1.replace(',', "|");
    let audit = of(&list);
    let [counter] = audit.counters.as_slice() else { panic!("{}", shown(&audit)) };
    assert_eq!(counter.pattern.to_string(), "{kind}{seq}");
    let kinds = [("", 150), ("C", 9), ("A", 3)].map(|(text, count)| (text.to_owned(), count));
    assert_eq!(counter.kinds, kinds);
    let period = &counter.periods[0];
    assert_eq!((period.first.get(), period.last.get()), (536_365, 581_587));
    assert_eq!((counter.missing, counter.hole_runs, counter.single_holes), (45_061, 18, 4));
    assert!(
        period.holes.iter().any(|hole| {
            (hole.from.get(), hole.to.get(), hole.count()) == (553_240, 553_314, 75)
        })
    );
    assert_eq!(counter.next[0].number, "581588");
    assert!(audit.duplicates.is_empty() && audit.order_breaks.is_empty() && audit.odd.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is taken out of a list, in whatever order its rows are, is just what is missing.
    #[test]
    fn what_was_taken_out_is_missing(
        pattern in prop::sample::select(vec![
            "INV/{year}/{seq:5}", "{year}{month}-{seq:3}", "F-{seq:6}", "{seq}", "{seq:4}/{year}",
            "{year}-Q{quarter}-{seq:2}", "{year:2}-{month}/{seq:4} B",
        ]),
        gaps in prop::collection::vec((0_u8..6, 1_i64..9), 30..120),
        mix in any::<u64>(),
    ) {
        let format = Format::of(pattern.parse().unwrap());
        let mut date = jiff::civil::date(2023, 1, 4);
        let (mut period, mut ordinal) = (format.period(date), 0);
        let (mut numbers, mut holes, mut open) = (Vec::new(), 0, 0);
        for (kept, days) in gaps {
            date += days.days();
            if format.period(date) != period {
                (period, ordinal, open) = (format.period(date), 0, 0);
            }
            ordinal += 1;
            // Only what stands between two numbers of a period can be seen to be missing.
            if kept == 0 {
                open += u64::from(ordinal > 1);
                continue;
            }
            let is_first = !numbers.iter().any(|(_, other)| period.contains(*other));
            holes += if is_first { 0 } else { open };
            open = 0;
            let text = format.render(date, Ordinal::new(ordinal).unwrap(), &Texts::default());
            numbers.push((text.unwrap(), date));
        }
        let shift = usize::try_from(mix % 97).unwrap() % numbers.len();
        numbers.rotate_left(shift);
        let rows: Vec<Row<'_>> = numbers
            .iter()
            .zip(1..)
            .map(|((number, date), line)| Row { number, date: Some(*date), kind: None, line })
            .collect();
        let found = audit(&rows, FiscalYearStart::CALENDAR);
        prop_assert_eq!(found.counters.len(), 1, "{}", shown(&found));
        prop_assert_eq!(found.counters[0].reset, format.reset, "{}", shown(&found));
        prop_assert_eq!(found.counters[0].missing, holes, "{}", shown(&found));
        prop_assert!(found.duplicates.is_empty() && found.order_breaks.is_empty());
        prop_assert!(found.odd.is_empty());
        let last = numbers.iter().max_by_key(|(_, date)| *date).map(|(_, date)| *date);
        prop_assert_eq!(found.counters[0].next[0].date, last);
    }
}
