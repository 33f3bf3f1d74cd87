//! Lists of numbers: every filter and many combinations, against the same filter in memory.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use ledger::id::{Position, SeriesId};
use ledger::model::{Cause, Kind, NumberRow, State, Voided};

use super::pages::walk;
use super::sample::{LEDGER, NOON, customer, ledger, number, put, writer};
use super::{Case, Database};
use crate::{DateRange, NumberFilter, Page};

pub(super) const CASES: &[Case] = &[
    ("numbers by one filter", numbers_by_one_filter),
    ("numbers by several filters", numbers_by_several_filters),
    ("numbers by a text", numbers_by_a_text),
    ("a late date far behind the newest", a_late_date_far_behind_the_newest),
];

const COUNT: u64 = 240;

/// Numbers of all sorts. Dates rise and fall, so that no order follows from another.
fn numbers() -> Vec<NumberRow> {
    (1..=COUNT)
        .map(|n| {
            let state = match n % 11 {
                3 => State::Void,
                7 => State::Blank,
                9 => State::Occupied,
                _ => State::Held,
            };
            let sequence = n % 3 + 1;
            let year = if sequence == 1 { 2025 } else { 2026 };
            let day = date(year, 1, 1).saturating_add(((n * 37) % 300).to_i64().days());
            NumberRow {
                state,
                kind: if n % 5 == 0 { Kind::credit_note() } else { Kind::invoice() },
                date: day,
                reference: (n % 4 != 0).then(|| format!("order-{}", n % 60)),
                customer: (n % 2 == 0).then(|| customer(&format!("cus_{}", n % 7))),
                voided: (state == State::Void).then(|| Voided {
                    cause: Cause::Cancelled,
                    reason: "no".to_owned(),
                    at: NOON,
                    index: 0,
                }),
                ..number(n, sequence, n, &format!("N/{n}"))
            }
        })
        .collect()
}

/// Whether a row passes, as the port says it.
fn passes(filter: &NumberFilter, row: &NumberRow) -> bool {
    let (series, period_from) = match row.sequence.0 {
        1 => (SeriesId(1), date(2025, 1, 1)),
        2 => (SeriesId(1), date(2026, 1, 1)),
        _ => (SeriesId(2), date(2026, 1, 1)),
    };
    filter.series.is_none_or(|wanted| wanted == series)
        && filter.period_from.is_none_or(|wanted| wanted == period_from)
        && filter.state.is_none_or(|wanted| wanted == row.state)
        && filter.kind.as_ref().is_none_or(|wanted| *wanted == row.kind)
        && filter.customer.is_none() | (filter.customer == row.customer)
        && filter.reference.is_none() | (filter.reference == row.reference)
        && filter.date.from.is_none_or(|from| row.date >= from)
        && filter.date.to.is_none_or(|to| row.date <= to)
}

fn check(database: &dyn Database, filters: &[NumberFilter]) {
    let store = database.open().expect("open");
    let rows = numbers();
    let mut changes = ledger();
    changes.new_numbers.clone_from(&rows);
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    let mut nonempty = 0;
    for filter in filters {
        let found = rows.iter().rev().filter(|row| passes(filter, row));
        let expected: Vec<u64> = found.map(|row| row.position.0).collect();
        nonempty += usize::from(!expected.is_empty());
        let mut page = |page| {
            let found = reader.numbers(LEDGER, filter, page).expect("read");
            for number in &found.rows {
                assert_eq!(number.row, rows[number.row.position.0 as usize - 1]);
                assert_eq!(number.sequence.id, number.row.sequence);
            }
            (found.rows.iter().map(|number| number.row.position.0).collect(), found.has_more)
        };
        walk(&expected, Position, &mut page, &format!("{filter:?}"));
    }
    assert!(nonempty * 2 > filters.len(), "most filters find something");
}

fn between(from: Option<Date>, to: Option<Date>) -> DateRange {
    DateRange { from, to }
}

/// Filters of one kind, the empty one first.
fn single() -> Vec<Vec<NumberFilter>> {
    let none = NumberFilter::default;
    let kinds = [Kind::invoice(), Kind::credit_note(), Kind::parse("other").expect("kind")];
    let some = |id: &str| NumberFilter { customer: Some(customer(id)), ..none() };
    let dated = |from, to| NumberFilter { date: between(from, to), ..none() };
    let referenced = |text: &str| NumberFilter { reference: Some(text.to_owned()), ..none() };
    let series = [1, 2, 3].map(|id| NumberFilter { series: Some(SeriesId(id)), ..none() });
    let period = |year| NumberFilter {
        series: Some(SeriesId(1)),
        period_from: Some(date(year, 1, 1)),
        ..none()
    };
    vec![
        [vec![none()], series.to_vec(), vec![period(2025), period(2026), period(2024)]].concat(),
        State::ALL.map(|state| NumberFilter { state: Some(state), ..none() }).to_vec(),
        kinds.map(|kind| NumberFilter { kind: Some(kind), ..none() }).to_vec(),
        vec![some("cus_2"), some("cus_6"), some("nobody")],
        vec![referenced("order-7"), referenced("order-10"), referenced("ORDER-7")],
        vec![
            dated(Some(date(2026, 2, 1)), Some(date(2026, 4, 30))),
            dated(Some(date(2025, 6, 1)), None),
            dated(None, Some(date(2025, 6, 1))),
            dated(Some(date(2026, 5, 1)), Some(date(2026, 4, 1))),
        ],
    ]
}

fn numbers_by_one_filter(database: &dyn Database) {
    check(database, &single().concat());
}

fn numbers_by_several_filters(database: &dyn Database) {
    let groups = single();
    let mut filters = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        for first in group {
            for second in groups[n + 1..].iter().map(|group| &group[0]) {
                filters.push(both(first, second));
            }
        }
    }
    let all = groups.iter().fold(NumberFilter::default(), |all, group| both(&all, &group[0]));
    filters.push(all);
    check(database, &filters);
}

/// What passes both filters, which filter by different things.
fn both(a: &NumberFilter, b: &NumberFilter) -> NumberFilter {
    NumberFilter {
        series: a.series.or(b.series),
        period_from: a.period_from.or(b.period_from),
        state: a.state.or(b.state),
        kind: a.kind.clone().or_else(|| b.kind.clone()),
        customer: a.customer.clone().or_else(|| b.customer.clone()),
        reference: a.reference.clone().or_else(|| b.reference.clone()),
        number: a.number.clone().or_else(|| b.number.clone()),
        date: between(a.date.from.or(b.date.from), a.date.to.or(b.date.to)),
    }
}

fn numbers_by_a_text(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    let rows = [
        (1, "INV/1", State::Blank),
        (2, "inv/1", State::Held),
        (3, "INV-1", State::Held),
        (4, "Inv/1", State::Occupied),
        (5, "INV/1", State::Blank),
        (6, "INV/10", State::Held),
    ];
    for (position, text, state) in rows {
        let kind = if position == 5 { Kind::credit_note() } else { Kind::invoice() };
        changes.new_numbers.push(NumberRow { state, kind, ..number(position, 1, position, text) });
    }
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    let mut check = |text: &str, kind: Option<Kind>, expected: &[u64]| {
        let number = Some(text.to_owned());
        let filter = NumberFilter { number, kind, ..NumberFilter::default() };
        let mut page = |page: Page<Position>| {
            let found = reader.numbers(LEDGER, &filter, page).expect("read");
            (found.rows.iter().map(|number| number.row.position.0).collect(), found.has_more)
        };
        walk(expected, Position, &mut page, text);
    };
    check(" INV/1\t", None, &[2, 5, 1, 4]);
    check("inv-1", None, &[3]);
    check("INV/1", Some(Kind::credit_note()), &[5]);
    check("INV/2", None, &[]);
}

fn a_late_date_far_behind_the_newest(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    // More rows than any list should pass over, two of them wanted.
    changes.new_numbers = (1..=12_000)
        .map(|n| {
            let day = match n {
                10 | 11_000 => date(2025, 7, 7),
                11 => date(2025, 7, 8),
                n => date(2026, 1, 1).saturating_add((n % 300).to_i64().days()),
            };
            NumberRow { date: day, ..number(n, 1, n, &format!("L-{n}")) }
        })
        .collect();
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    let date = between(Some(date(2025, 7, 1)), Some(date(2025, 7, 31)));
    for series in [None, Some(SeriesId(1))] {
        let filter = NumberFilter { date, series, ..NumberFilter::default() };
        let mut page = |page| {
            let found = reader.numbers(LEDGER, &filter, page).expect("read");
            (found.rows.iter().map(|number| number.row.position.0).collect(), found.has_more)
        };
        walk(&[11_000, 11, 10], Position, &mut page, "a late date");
    }
    let wide = NumberFilter { date: between(None, None), ..NumberFilter::default() };
    let found = reader.numbers(LEDGER, &wide, Page { limit: 2, ..Page::default() }).expect("read");
    assert!(found.has_more);
}

/// Small numbers as the signed ones that spans are made of.
trait ToI64 {
    fn to_i64(self) -> i64;
}

impl ToI64 for u64 {
    fn to_i64(self) -> i64 {
        self as i64
    }
}
