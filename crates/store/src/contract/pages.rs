//! Pages of lists, forwards and backwards.

use ledger::Changes;
use ledger::books::LedgerChange;
use ledger::id::{LedgerId, SequenceId, SeriesId};
use ledger::model::Mode;

use super::sample::{LEDGER, head, ledger, put, sequence, writer};
use super::{Case, Database};
use crate::Page;

pub(super) const CASES: &[Case] = &[
    ("ledgers in pages", ledgers_in_pages),
    ("a reader that holds sees one state", a_reader_that_holds_sees_one_state),
    ("sequences in pages", sequences_in_pages),
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
