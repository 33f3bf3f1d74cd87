//! The trail, as stored.

use std::sync::Arc;

use jiff::civil::date;
use ledger::books::{Checkpoint, TrailLine};
use ledger::command::{Action, Import, ImportLine, ImportSeries};
use ledger::id::LedgerId;
use ledger::model::{Kind, KindText};
use ledger::outcome::Outcome;
use ledger::trail::{Change, IssuedLine, Verifier};
use numbering::Format;

use super::sample::{LEDGER, command, done, entry, issue, ledger, open, put, writer};
use super::{Case, Database};

pub(super) const CASES: &[Case] = &[
    ("the trail is chained and read in pages", the_trail_is_chained_and_read_in_pages),
    ("a batch finds an entry by its place", a_batch_finds_an_entry_by_its_place),
    ("receipts lead to their entries", receipts_lead_to_their_entries),
    ("lines are kept beside an entry", lines_are_kept_beside_an_entry),
    ("an import keeps its lines", an_import_keeps_its_lines),
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

fn an_import_keeps_its_lines(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let format = Format::of("A{seq}".parse().expect("pattern"));
    let kinds = vec![KindText { kind: Kind::invoice(), text: String::new() }];
    let line = |ordinal: u64| ImportLine {
        series: 0,
        text: format!("A{ordinal}"),
        ordinal,
        date: date(2026, 5, 1),
        kind: Kind::invoice(),
        reference: None,
        customer: None,
        metadata: Default::default(),
        line: ordinal,
    };
    let import = Import {
        series: vec![ImportSeries { name: "old".into(), formats: vec![(None, format)], kinds }],
        lines: [1, 2, 5].into_iter().map(line).collect(),
    };
    let outcomes = done(&mut *writer, vec![command(LEDGER, Action::Import(Arc::new(import)))]);
    let [Outcome::Imported(view)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!((view.numbers, view.gaps, view.missing), (3, 1, 2));
    let mut reader = store.reader().expect("reader");
    let entry = reader.trail(LEDGER, view.receipt.index, 1).expect("read").entries.swap_remove(0);
    assert_eq!(entry.lines, 3);
    let lines = reader.trail_lines(LEDGER, view.receipt.index, 0, 10).expect("read");
    let read = |bytes: &Vec<u8>| IssuedLine::read(bytes).expect("a line").text;
    assert_eq!(lines.iter().map(read).collect::<Vec<_>>(), ["A1", "A2", "A5"]);
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
