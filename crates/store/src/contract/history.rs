//! The trail, as stored.

use ledger::books::{Checkpoint, TrailLine};
use ledger::id::LedgerId;
use ledger::trail::{Change, Verifier};

use super::sample::{LEDGER, done, entry, issue, ledger, open, put, writer};
use super::{Case, Database};

pub(super) const CASES: &[Case] = &[
    ("the trail is chained and read in pages", the_trail_is_chained_and_read_in_pages),
    ("a batch finds an entry by its place", a_batch_finds_an_entry_by_its_place),
    ("receipts lead to their entries", receipts_lead_to_their_entries),
    ("lines are kept beside an entry", lines_are_kept_beside_an_entry),
    ("checkpoints are kept in order", checkpoints_are_kept_in_order),
];

fn the_trail_is_chained_and_read_in_pages(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    for n in 0..4 {
        let commands = (0..5).map(|m| issue(LEDGER, &format!("{n}-{m}"))).collect();
        done(&mut *writer, commands);
    }
    let mut reader = store.reader().expect("reader");
    let mut verifier = Verifier::new(LEDGER);
    let mut from = 0;
    loop {
        let page = reader.trail(LEDGER, from, 6).expect("read");
        for stored in &page.entries {
            assert_eq!((stored.sealed.entry.index, stored.lines), (from, 0));
            verifier.take(&stored.sealed);
            from += 1;
        }
        if !page.has_more {
            break;
        }
        assert_eq!(page.entries.len(), 6);
    }
    assert_eq!(from, 21);
    let head = reader.ledgers(Default::default(), 1).expect("read").swap_remove(0);
    let verified = verifier.finish(head.trail_count, head.trail_hash);
    assert_eq!((verified.entries, verified.broken), (21, None));
    assert!(reader.trail(LEDGER, 21, 6).expect("read").entries.is_empty());
    assert!(reader.trail(LEDGER, u64::MAX, 6).expect("read").entries.is_empty());
}

fn a_batch_finds_an_entry_by_its_place(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a"), issue(LEDGER, "b")]);
    let mut reader = store.reader().expect("reader");
    let stored = reader.trail(LEDGER, 0, 10).expect("read").entries;
    assert_eq!(stored.len(), 3);
    writer.begin(&[LEDGER]).expect("begin");
    for entry in &stored {
        let found = writer.entry_hash(LEDGER, entry.sealed.entry.index).expect("look");
        assert_eq!(found, Some(entry.sealed.hash));
    }
    for (ledger, index) in [(LEDGER, 3), (LEDGER, u64::MAX), (LedgerId(LEDGER.0 + 1), 0)] {
        assert_eq!(writer.entry_hash(ledger, index).expect("look"), None, "{ledger} {index}");
    }
    writer.rollback().expect("give up");
}

fn receipts_lead_to_their_entries(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a"), issue(LEDGER, "b")]);
    let mut reader = store.reader().expect("reader");
    for position in [1, 2] {
        let number = reader.number(LEDGER, ledger::id::Position(position)).expect("read");
        let row = number.expect("a number").row;
        let page = reader.trail(LEDGER, row.receipt.index, 1).expect("read");
        assert_eq!(page.entries[0].sealed.hash, row.receipt.hash);
        let change = Change::read(&page.entries[0].sealed.entry.body).expect("a change");
        let Change::NumbersIssued { lines, .. } = change else { panic!("{change:?}") };
        assert_eq!(lines[0].text, row.text);
    }
}

fn lines_are_kept_beside_an_entry(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    changes.trail_lines = (0..25)
        .map(|line| TrailLine { ledger: LEDGER, index: 0, line, bytes: vec![line as u8; 3] })
        .collect();
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.trail(LEDGER, 0, 1).expect("read").entries[0].lines, 25);
    let lines = reader.trail_lines(LEDGER, 0, 20, 100).expect("read");
    assert_eq!(lines, (20..25).map(|line| vec![line; 3]).collect::<Vec<_>>());
    assert_eq!(reader.trail_lines(LEDGER, 0, 0, 2).expect("read").len(), 2);
    assert!(reader.trail_lines(LEDGER, 1, 0, 2).expect("read").is_empty());
}

fn checkpoints_are_kept_in_order(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut changes = ledger();
    let hash = entry(LEDGER, 65_535).seal(Default::default()).hash;
    let checkpoint = |index| Checkpoint { ledger: LEDGER, index, hash };
    changes.checkpoints = vec![checkpoint(65_535), checkpoint(131_071)];
    put(&mut *writer(&*store), &changes);
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.checkpoints(LEDGER).expect("read"), changes.checkpoints);
}
