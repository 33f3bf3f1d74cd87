//! Pages of lists, forwards and backwards.

use ledger::Changes;
use ledger::books::LedgerChange;
use ledger::id::{GapId, LedgerId, SequenceId, SeriesId};
use ledger::model::{GapCause, Mode};

use super::loading::gap;
use super::sample::{LEDGER, head, ledger, put, sequence, writer};
use super::{Case, Database};
use crate::{GapFilter, Page};

pub(super) const CASES: &[Case] = &[
    ("ledgers in pages", ledgers_in_pages),
    ("a reader that holds sees one state", a_reader_that_holds_sees_one_state),
    ("sequences in pages", sequences_in_pages),
    ("gaps in pages, by every filter", gaps_in_pages_by_every_filter),
];

fn ledgers_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = Changes::default();
    for id in (1..=7).map(LedgerId) {
        let (row, sealed) = head(id, Mode::Test);
        changes.ledgers.push(LedgerChange { row, expected: None });
        changes.trail.push(sealed);
    }
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    let mut after = LedgerId(0);
    let mut seen = Vec::new();
    loop {
        let page = reader.ledgers(after, 3).expect("read");
        let Some(last) = page.last() else { break };
        after = last.id;
        seen.extend(page.into_iter().map(|row| row.id.0));
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
}

fn a_reader_that_holds_sees_one_state(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut add = |id| {
        let (row, sealed) = head(LedgerId(id), Mode::Test);
        let ledgers = vec![LedgerChange { row, expected: None }];
        put(&mut *writer, &Changes { ledgers, trail: vec![sealed], ..Changes::default() });
    };
    let mut reader = store.reader().expect("reader");
    let mut count = |step: fn(&mut dyn crate::Reader)| {
        step(&mut *reader);
        reader.ledgers(LedgerId(0), 10).expect("read").len()
    };
    add(1);
    assert_eq!(count(|reader| reader.hold().expect("hold")), 1);
    add(2);
    assert_eq!(count(|_| ()), 1);
    assert_eq!(count(|reader| reader.hold().expect("hold again")), 2);
    add(3);
    assert_eq!(count(|reader| reader.release().expect("release")), 3);
}

fn sequences_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    changes.sequences = (1..=7).map(|id| sequence(LEDGER, id, 1, 2030 - id as i16)).collect();
    changes.sequences.push(sequence(LEDGER, 8, 2, 2026));
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    let first = reader.sequences(LEDGER, SequenceId(0), 5).expect("read");
    assert_eq!((first.rows.as_slice(), first.has_more), (&changes.sequences[..5], true));
    let rest = reader.sequences(LEDGER, SequenceId(5), 3).expect("read");
    assert_eq!((rest.rows.as_slice(), rest.has_more), (&changes.sequences[5..], false));
    let latest = reader.sequences_of(LEDGER, SeriesId(1), 3).expect("read");
    assert_eq!(latest, changes.sequences[..3], "later periods were opened earlier here");
}

fn gaps_in_pages_by_every_filter(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    for id in 1..=40 {
        let mut row = gap(id, (id % 3 == 0).then_some("explained"));
        row.sequence = SequenceId(id % 2 + 2);
        changes.gaps.push(row);
    }
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    for series in [None, Some(SeriesId(1)), Some(SeriesId(2)), Some(SeriesId(3))] {
        for cause in [None, Some(GapCause::Skipped), Some(GapCause::Deleted)] {
            for explained in [None, Some(true), Some(false)] {
                let filter = GapFilter { series, cause, explained };
                let passes = |id: &u64| {
                    let of = if id.is_multiple_of(2) { 1 } else { 2 };
                    series.is_none_or(|series| series.0 == of)
                        && cause.is_none_or(|cause| GapCause::ALL[*id as usize % 4] == cause)
                        && explained.is_none_or(|explained| id.is_multiple_of(3) == explained)
                };
                let expected: Vec<u64> = (1..=40).rev().filter(passes).collect();
                let mut page = |page| {
                    let found = reader.gaps(LEDGER, &filter, page).expect("read");
                    let of = |row: &ledger::model::GapRow| SequenceId(row.id.0 % 2 + 2);
                    assert!(found.rows.iter().all(|(row, place)| place.id == of(row)));
                    let ids = found.rows.iter().map(|(row, _)| row.id.0).collect();
                    (ids, found.has_more)
                };
                walk(&expected, GapId, &mut page, &format!("{filter:?}"));
            }
        }
    }
    assert_eq!(reader.gaps_of(LEDGER, SequenceId(2), 300, 2).expect("read").len(), 2);
}

/// Reads a whole list forwards and back again, in pages of several sizes, and compares it.
pub(super) fn walk<Id: Copy>(
    expected: &[u64],
    id: impl Fn(u64) -> Id,
    page: &mut dyn FnMut(Page<Id>) -> (Vec<u64>, bool),
    what: &str,
) {
    for limit in [1, 7, 100] {
        let mut seen: Vec<u64> = Vec::new();
        loop {
            let starting_after = seen.last().map(|last| id(*last));
            let (ids, has_more) = page(Page { starting_after, ending_before: None, limit });
            seen.extend(&ids);
            assert_eq!(
                has_more,
                seen.len() < expected.len(),
                "{what}, after {starting_after:?}",
                starting_after = seen.last()
            );
            if !has_more {
                break;
            }
            assert_eq!(ids.len(), limit as usize, "{what}: a page with more behind it is full");
        }
        assert_eq!(seen, expected, "{what}, forwards by {limit}");
        let Some(last) = expected.last() else { continue };
        let mut back: Vec<u64> = vec![*last];
        loop {
            let ending_before = Some(id(back[0]));
            let (ids, has_more) = page(Page { starting_after: None, ending_before, limit });
            back.splice(0..0, ids);
            assert_eq!(has_more, back.len() < expected.len(), "{what}, before {}", back[0]);
            if !has_more {
                break;
            }
        }
        assert_eq!(back, expected, "{what}, backwards by {limit}");
    }
}
