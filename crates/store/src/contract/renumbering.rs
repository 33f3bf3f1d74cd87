//! Numbers that change: staged while others write, made whole or not at all, and found as they
//! were.

use ledger::Changes;
use ledger::id::{GapId, Position, SequenceId};
use ledger::job::{JobId, Renumbering, StagedChange, StagedPart};
use ledger::model::{At, FormerRow, GapCause, GapRow, NumberRow, State};
use ledger::trail::{Numbered, RenumberedLine};

use super::sample::{LEDGER, NOON, ledger, number, put, writer};
use super::{Case, Database};
use crate::{NumberFilter, Page, Reader, StoreError};

pub(super) const CASES: &[Case] = &[
    ("numbers change places with each other", numbers_change_places),
    ("numbers that are not as they were stay", numbers_that_are_not_as_they_were),
    ("an ordinal of a blank row is given again", a_blank_row_gives_way),
    ("staged changes are cleared away by portions", staged_changes_are_cleared),
    ("former texts are moved in", former_texts_are_moved_in),
];

const JOB: JobId = JobId(9);

fn staged(place: u64, row: &NumberRow, ordinal: u64, text: &str) -> StagedChange {
    let from = Numbered { ordinal: row.ordinal, text: row.text.clone(), slug_rank: row.slug_rank };
    let to = Numbered { ordinal, text: text.to_owned(), slug_rank: 0 };
    let (position, sequence) = (row.position, row.sequence);
    let line = RenumberedLine { position, sequence, document: None, from, to };
    StagedChange { place, date: row.date, line }
}

fn part(changes: Vec<StagedChange>) -> StagedPart {
    StagedPart { ledger: LEDGER, job: JOB, at: NOON, numbers: Vec::new(), changes }
}

fn made(count: u64) -> Changes {
    let made = Renumbering { ledger: LEDGER, job: JOB, count, at: At(7), index: 0 };
    Changes { renumberings: vec![made], ..Changes::default() }
}

/// Three numbers of one sequence.
fn three() -> [NumberRow; 3] {
    [number(1, 1, 1, "X/1"), number(2, 1, 2, "X/2"), number(3, 1, 3, "X-3")]
}

/// Texts and ordinals of all numbers, by position.
fn now(reader: &mut dyn Reader) -> Vec<(String, u64)> {
    let page = Page { limit: 10, ..Page::default() };
    let found = reader.numbers(LEDGER, &NumberFilter::default(), page).expect("read").rows;
    found.into_iter().rev().map(|found| (found.row.text, found.row.ordinal)).collect()
}

fn with_text(reader: &mut dyn Reader, text: &str) -> Vec<Position> {
    let filter = NumberFilter { number: Some(text.to_owned()), ..NumberFilter::default() };
    let page = Page { limit: 10, ..Page::default() };
    let found = reader.numbers(LEDGER, &filter, page).expect("read").rows;
    found.into_iter().map(|found| found.row.position).collect()
}

fn numbers_change_places(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let [one, two, three] = three();
    let new_numbers = vec![one.clone(), two.clone(), three.clone()];
    put(&mut *writer, &Changes { new_numbers, ..Changes::default() });
    let changes = vec![staged(0, &three, 1, "X/1"), staged(1, &one, 2, "X/2")];
    writer.stage(&part(changes.clone())).expect("stage");
    let last = staged(2, &two, 3, "Y 3");
    writer.stage(&part(vec![last.clone()])).expect("stage");
    let mut reader = store.reader().expect("reader");
    let all: Vec<_> = changes.into_iter().chain([last]).collect();
    assert_eq!(reader.staged_changes(LEDGER, JOB, 0, 10).expect("read"), all);
    assert_eq!(reader.staged_changes(LEDGER, JOB, 1, 1).expect("read"), all[1..2]);
    put(&mut *writer, &made(3));
    let texts = |texts: [(&str, u64); 3]| texts.map(|(text, ordinal)| (text.to_owned(), ordinal));
    assert_eq!(now(&mut *reader), texts([("X/2", 2), ("Y 3", 3), ("X/1", 1)]));
    let former = |row: &NumberRow| FormerRow {
        ledger: LEDGER,
        position: row.position,
        index: 0,
        text: row.text.clone(),
        at: At(7),
    };
    let formers = [former(&one), former(&two), former(&three)];
    assert_eq!(reader.formers(LEDGER, (Position(0), 0), 10).expect("read"), formers);
    assert_eq!(reader.formers(LEDGER, (Position(1), 0), 1).expect("read"), formers[1..2]);
    assert_eq!(with_text(&mut *reader, " x/1"), [Position(3), Position(1)]);
    assert_eq!(with_text(&mut *reader, "x-3"), [Position(3)]);
    let lines = reader.trail_lines(LEDGER, 0, 0, 10).expect("read");
    let told: Vec<Vec<u8>> = all.iter().map(|change| change.line.to_bytes()).collect();
    assert_eq!(lines, told);
    // What was changed is not as it was, so the same cannot be made again.
    writer.begin(&[LEDGER]).expect("begin");
    assert!(matches!(writer.commit(&made(3)), Err(StoreError::Conflict(_))));
}

fn numbers_that_are_not_as_they_were(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let [one, two, three] = three();
    let blank = NumberRow { state: State::Blank, ..number(4, 1, 4, "X/4") };
    let new_numbers = vec![one.clone(), two.clone(), three, blank.clone()];
    put(&mut *writer, &Changes { new_numbers, ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    let before = now(&mut *reader);
    let dated = NumberRow { date: one.date.tomorrow().expect("a day"), ..one.clone() };
    let named = NumberRow { text: "X/9".to_owned(), ..one.clone() };
    let counted = NumberRow { ordinal: 9, ..one.clone() };
    for (job, row) in [(1, dated), (2, named), (3, counted), (4, blank)] {
        let mut part = part(vec![staged(0, &two, 8, "X/8"), staged(1, &row, 7, "X/7")]);
        part.job = JobId(job);
        writer.stage(&part).expect("stage");
        let mut changes = made(2);
        changes.renumberings[0].job = part.job;
        writer.begin(&[LEDGER]).expect("begin");
        let refused = writer.commit(&changes);
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{job}: {refused:?}");
        assert_eq!(now(&mut *reader), before);
    }
    // Nor does it go where another one is.
    writer.stage(&part(vec![staged(0, &one, 3, "X/7")])).expect("stage");
    writer.begin(&[LEDGER]).expect("begin");
    assert!(matches!(writer.commit(&made(1)), Err(StoreError::Conflict(_))));
    assert_eq!(now(&mut *reader), before);
}

fn a_blank_row_gives_way(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let [one, two, three] = three();
    let blank = NumberRow { state: State::Blank, ..one };
    let gap = GapRow {
        ledger: LEDGER,
        id: GapId(1),
        sequence: SequenceId(1),
        from: 1,
        to: 1,
        first_text: "X/1".to_owned(),
        last_text: "X/1".to_owned(),
        date: blank.date,
        cause: GapCause::Deleted,
        at: NOON,
        actor: "tester".to_owned(),
        index: 0,
        explanation: None,
    };
    let new_numbers = vec![blank, two.clone(), three];
    let gaps = vec![gap];
    put(&mut *writer, &Changes { new_numbers, gaps, ..Changes::default() });
    writer.stage(&part(vec![staged(0, &two, 1, "X/1")])).expect("stage");
    let closed_gaps = vec![(LEDGER, GapId(1))];
    put(&mut *writer, &Changes { closed_gaps, ..made(1) });
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.gaps_of(LEDGER, SequenceId(1), 0, 10).expect("read"), []);
    let rows = reader.register(LEDGER, SequenceId(1), 0, 10).expect("read");
    let held: Vec<_> = rows.iter().map(|row| (row.position.0, row.ordinal)).collect();
    assert_eq!(held, [(2, 1), (1, 1), (3, 3)], "what holds an ordinal comes first");
    assert_eq!(with_text(&mut *reader, "X/1"), [Position(2), Position(1)]);
}

fn staged_changes_are_cleared(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let [one, two, three] = three();
    let rows = [one, two, three];
    let changes = rows.iter().zip(0..).map(|(row, place)| staged(place, row, 10 + place, "Z"));
    writer.stage(&part(changes.collect())).expect("stage");
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JOB, NOON)]);
    assert_eq!(writer.unstage(LEDGER, JOB, 2).expect("a portion"), 2);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JOB, NOON)]);
    assert_eq!(writer.unstage(LEDGER, JOB, 2).expect("the rest"), 1);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), []);
}

fn former_texts_are_moved_in(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let former = |position: u64, text: &str| FormerRow {
        ledger: LEDGER,
        position: Position(position),
        index: 5,
        text: text.to_owned(),
        at: NOON,
    };
    let formers = vec![former(1, "A/1"), former(2, "a-1")];
    writer.restore(&Changes { formers: formers.clone(), ..Changes::default() }).expect("restore");
    let mut reader = store.reader().expect("reader");
    assert_eq!(reader.formers(LEDGER, (Position(0), 0), 10).expect("read"), formers);
    writer.discard(LEDGER).expect("discard");
    assert_eq!(reader.formers(LEDGER, (Position(0), 0), 10).expect("read"), []);
}
