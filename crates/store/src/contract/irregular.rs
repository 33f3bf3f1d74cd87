//! What is irregular, by place and date, against the same in memory: gaps, voids, numbers of drafts
//! and late starts, listed and counted.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use ledger::id::{GapId, Position, ScopeKey, SequenceId, SeriesId};
use ledger::model::{Cause, GapCause, GapRow, NumberRow, SequenceRow, State, Voided};
use ledger::{Changes, Misses};

use super::loading::gap;
use super::pages::walk;
use super::sample::{LEDGER, NOON, ledger, number, put, sequence, writer};
use super::{Case, Database};
use crate::{DateRange, GapFilter, Irregular, IrregularCounts, Reader, Within};

pub(super) const CASES: &[Case] = &[
    ("gaps by place and date, in pages", gaps_by_place_and_date),
    ("all gaps by id", all_gaps_by_id),
    ("what lies between two days, for a batch", what_lies_between_two_days),
    ("voids and numbers of drafts by date", voids_and_numbers_of_drafts_by_date),
    ("a draft that is finalized is irregular no more", a_draft_that_is_finalized),
    ("how much is irregular in each series", how_much_is_irregular),
    ("sequences that begin late", sequences_that_begin_late),
];

/// Two series, the second with a customer's counter beside the account's.
fn sequences() -> Vec<SequenceRow> {
    let mut rows = ledger().sequences;
    let scope = ScopeKey("cus_1".to_owned());
    rows.push(SequenceRow { scope, first: 7, last: 6, ..sequence(LEDGER, 4, 2, 2026) });
    rows
}

fn gaps() -> Vec<GapRow> {
    (1..=40)
        .map(|id| GapRow {
            sequence: SequenceId(id % 4 + 1),
            date: day(if id % 4 == 0 { 2025 } else { 2026 }, id),
            ..gap(id, (id % 3 == 0).then_some("explained"))
        })
        .collect()
}

fn numbers() -> Vec<NumberRow> {
    let voided = Voided { cause: Cause::Cancelled, reason: "twice".to_owned(), at: NOON, index: 3 };
    (1..=60)
        .map(|n| {
            let row = NumberRow {
                date: day(if n % 4 == 0 { 2025 } else { 2026 }, n),
                ..number(n, n % 4 + 1, n, &format!("X-{n}"))
            };
            match n % 5 {
                0 => NumberRow { state: State::Void, voided: Some(voided.clone()), ..row },
                1 => NumberRow { draft: true, ..row },
                _ => row,
            }
        })
        .collect()
}

/// A day that rises and falls with what it is of.
fn day(year: i16, id: u64) -> Date {
    date(year, 3, 1).saturating_add((id as i64 * 7 % 10).days())
}

fn filled(database: &dyn Database) -> Box<dyn Reader> {
    let store = database.open().expect("open");
    let changes =
        Changes { sequences: sequences(), gaps: gaps(), new_numbers: numbers(), ..ledger() };
    put(&mut *writer(&*store), &changes);
    store.reader().expect("reader")
}

fn places() -> Vec<Within> {
    let all = Within::default;
    let dates = [
        DateRange::default(),
        DateRange { from: Some(date(2026, 3, 4)), to: None },
        DateRange { from: Some(date(2025, 3, 8)), to: Some(date(2026, 3, 3)) },
        DateRange { from: None, to: Some(date(2025, 1, 1)) },
    ];
    let series = |id| Within { series: Some(SeriesId(id)), ..all() };
    let narrow = [
        all(),
        series(1),
        series(2),
        series(3),
        Within { scope: Some(ScopeKey("cus_1".to_owned())), ..all() },
        Within { scope: Some(ScopeKey("cus_1".to_owned())), ..series(1) },
        Within { period_from: Some(date(2025, 1, 1)), ..series(1) },
    ];
    let dated = |within: Within| dates.map(|date| Within { date, ..within.clone() });
    narrow.into_iter().flat_map(dated).collect()
}

fn is_within(within: &Within, date: Date, of: SequenceId) -> bool {
    let sequences = sequences();
    let sequence = sequences.iter().find(|row| row.id == of).expect("a sequence");
    within.series.is_none_or(|series| series == sequence.series)
        && within.scope.as_ref().is_none_or(|scope| *scope == sequence.scope)
        && within.period_from.is_none_or(|from| from == sequence.period_from)
        && within.date.from.is_none_or(|from| date >= from)
        && within.date.to.is_none_or(|to| date <= to)
}

/// Ids with the latest date first, and of one day the newest.
fn in_order<Row>(rows: Vec<Row>, key: impl Fn(&Row) -> (Date, u64)) -> Vec<u64> {
    let mut keys: Vec<_> = rows.iter().map(key).collect();
    keys.sort_unstable();
    keys.into_iter().rev().map(|(_, id)| id).collect()
}

fn gaps_by_place_and_date(database: &dyn Database) {
    let mut reader = filled(database);
    for within in places() {
        for cause in [None, Some(GapCause::Skipped)] {
            for explained in [None, Some(true), Some(false)] {
                let filter = GapFilter { within: within.clone(), cause, explained };
                let passes = |row: &GapRow| {
                    is_within(&within, row.date, row.sequence)
                        && cause.is_none_or(|cause| cause == row.cause)
                        && explained.is_none_or(|wanted| wanted == row.explanation.is_some())
                };
                let rows = gaps().into_iter().filter(passes).collect();
                let expected = in_order(rows, |row| (row.date, row.id.0));
                let edge = |id: u64| (gaps()[id as usize - 1].date, GapId(id));
                let mut page = |page| {
                    let found = reader.gaps(LEDGER, &filter, page).expect("read");
                    assert!(found.rows.iter().all(|(row, place)| row.sequence == place.id));
                    (found.rows.iter().map(|(row, _)| row.id.0).collect(), found.has_more)
                };
                walk(&expected, edge, &mut page, &format!("{filter:?}"));
            }
        }
    }
}

fn all_gaps_by_id(database: &dyn Database) {
    let mut reader = filled(database);
    assert_eq!(reader.all_gaps(LEDGER, GapId(0), 100).expect("read"), gaps());
    assert_eq!(reader.all_gaps(LEDGER, GapId(37), 2).expect("read"), gaps()[37..39]);
    let of_one = reader.gaps_of(LEDGER, SequenceId(2), 1_300, 2).expect("read");
    assert_eq!(of_one.iter().map(|row| row.id.0).collect::<Vec<_>>(), [13, 17]);
}

fn what_lies_between_two_days(database: &dyn Database) {
    let mut reader = filled(database);
    let key = (LEDGER, date(2025, 3, 4), date(2026, 3, 5));
    let misses = Misses { gap_days: vec![key], irregular_days: vec![key], ..Misses::default() };
    let is_dated = |date: Date| key.1 <= date && date <= key.2;
    let mut gaps: Vec<_> = gaps().into_iter().filter(|row| is_dated(row.date)).collect();
    let is_irregular = |row: &NumberRow| Irregular::of(row).is_some() && is_dated(row.date);
    let numbers: Vec<_> = numbers().into_iter().filter(is_irregular).collect();
    gaps.sort_by_key(|row| row.id);
    assert!(gaps.len() > 5 && numbers.len() > 5);
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    writer.begin(&[LEDGER]).expect("begin");
    let by_writer = writer.load(&misses).expect("load");
    writer.rollback().expect("rollback");
    for found in [reader.load(&misses).expect("load"), by_writer] {
        let (mut seen, mut held) = (found.gap_days, found.irregular_days);
        seen.sort_by_key(|(_, row)| row.id);
        held.sort_by_key(|(_, row)| row.position);
        assert_eq!(seen, gaps.iter().map(|row| (key, row.clone())).collect::<Vec<_>>());
        assert_eq!(held, numbers.iter().map(|row| (key, row.clone())).collect::<Vec<_>>());
    }
}

fn voids_and_numbers_of_drafts_by_date(database: &dyn Database) {
    let mut reader = filled(database);
    for within in places() {
        for kind in Irregular::ALL {
            let passes = |row: &NumberRow| {
                Irregular::of(row) == Some(kind) && is_within(&within, row.date, row.sequence)
            };
            let rows = numbers().into_iter().filter(passes).collect();
            let expected = in_order(rows, |row| (row.date, row.position.0));
            let edge = |id: u64| (numbers()[id as usize - 1].date, Position(id));
            let mut page = |page| {
                let found = reader.irregular(LEDGER, kind, &within, page).expect("read");
                for number in &found.rows {
                    assert_eq!(number.row, numbers()[number.row.position.0 as usize - 1]);
                    assert_eq!(number.row.sequence, number.sequence.id);
                }
                (found.rows.iter().map(|number| number.row.position.0).collect(), found.has_more)
            };
            walk(&expected, edge, &mut page, &format!("{kind:?} {within:?}"));
        }
    }
}

fn a_draft_that_is_finalized(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let draft = NumberRow { draft: true, ..number(1, 1, 1, "X-1") };
    let mut first = Changes { new_numbers: vec![draft.clone()], ..ledger() };
    put(&mut *writer, &first);
    let mut reader = store.reader().expect("reader");
    let mut drafts = || reader.irregular_counts(LEDGER, &Within::default()).expect("read");
    let one = IrregularCounts { drafts: 1, ..IrregularCounts::default() };
    assert_eq!(drafts(), [(SeriesId(1), one)]);
    let expected = Some(first.ledgers[0].row.head());
    let mut row = first.ledgers.remove(0).row;
    row.last_object += 1;
    put(
        &mut *writer,
        &Changes {
            ledgers: vec![ledger::books::LedgerChange { row, expected }],
            changed_numbers: vec![NumberRow { draft: false, ..draft }],
            ..Changes::default()
        },
    );
    assert_eq!(drafts(), []);
}

fn how_much_is_irregular(database: &dyn Database) {
    let mut reader = filled(database);
    for within in places() {
        let mut expected = Vec::new();
        for series in [SeriesId(1), SeriesId(2)] {
            let of = |sequence: SequenceId| (sequence.0 <= 2) == (series.0 == 1);
            let mut counts = IrregularCounts::default();
            for row in gaps() {
                if of(row.sequence) && is_within(&within, row.date, row.sequence) {
                    counts.gaps += 1;
                    counts.missing += row.to - row.from + 1;
                    counts.unexplained += u64::from(row.explanation.is_none());
                }
            }
            for row in numbers() {
                if of(row.sequence) && is_within(&within, row.date, row.sequence) {
                    counts.voids += u64::from(row.state == State::Void);
                    counts.drafts += u64::from(row.draft);
                }
            }
            if counts != IrregularCounts::default() {
                expected.push((series, counts));
            }
        }
        assert_eq!(reader.irregular_counts(LEDGER, &within).expect("read"), expected, "{within:?}");
    }
}

fn sequences_that_begin_late(database: &dyn Database) {
    let store = database.open().expect("open");
    let late = |id, series, year| SequenceRow {
        first: id % 3 + 1,
        last: id % 3,
        ..sequence(LEDGER, id, series, year)
    };
    let mut rows = sequences();
    rows.extend((5..=22).map(|id| late(id, 1, 2050 - id as i16 / 2 * 2)));
    rows.dedup_by_key(|row| (row.series, row.period_from, row.scope.clone()));
    put(&mut *writer(&*store), &Changes { sequences: rows.clone(), ..ledger() });
    let mut reader = store.reader().expect("reader");
    let date = DateRange { from: None, to: Some(date(2040, 1, 1)) };
    let series = Some(SeriesId(1));
    for within in [
        Within::default(),
        Within { series, ..Within::default() },
        Within { series, date, ..Within::default() },
        Within { scope: Some(ScopeKey("cus_1".to_owned())), ..Within::default() },
    ] {
        let passes = |row: &&SequenceRow| {
            row.first > 1
                && within.series.is_none_or(|series| series == row.series)
                && within.scope.as_ref().is_none_or(|scope| *scope == row.scope)
                && within.date.to.is_none_or(|to| row.period_from <= to)
        };
        let found: Vec<_> = rows.iter().filter(passes).collect();
        assert!(!found.is_empty(), "{within:?}");
        let expected = in_order(found, |row| (row.period_from, row.id.0));
        let from = |id: u64| {
            let row = rows.iter().find(|row| row.id.0 == id).expect("a sequence");
            (row.period_from, row.id)
        };
        let mut page = |page| {
            let found = reader.begun_late(LEDGER, &within, page).expect("read");
            (found.rows.iter().map(|row| row.id.0).collect(), found.has_more)
        };
        walk(&expected, from, &mut page, &format!("{within:?}"));
    }
}
