//! What jobs bring: staged while others write, placed whole or not at all.

use jiff::civil::date;
use ledger::Changes;
use ledger::books::TrailLine;
use ledger::command::{Import, ImportLine, ImportSeries};
use ledger::id::{CustomerId, LedgerId, Position, SequenceId};
use ledger::job::{JobId, Placing, StagedNumber, StagedPart};
use ledger::model::{At, Kind, KindText, Metadata, Mode, NumberRow, Receipt};
use ledger::outcome::{ImportView, Outcome};
use ledger::trail::IssuedLine;
use numbering::Format;

use super::sample::{LEDGER, NOON, command, done, head, issue, ledger, open, put, texts, writer};
use super::{Case, Database, drive, import, take_in};
use crate::{NumberFilter, Page, Reader, StoreError};

pub(super) const CASES: &[Case] = &[
    ("staged rows are nowhere until they are placed", staged_rows_are_nowhere_until_placed),
    ("a place is staged once", a_place_is_staged_once),
    ("rows that are not all staged are not placed", rows_that_are_not_all_staged),
    ("placed rows clash as those of a batch do", placed_rows_clash),
    ("a job is cleared away by portions", a_job_is_cleared_away),
    ("an import keeps its lines", an_import_keeps_its_lines),
    ("an import goes on behind what was given meanwhile", an_import_goes_on_behind),
    ("an import that no longer fits leaves nothing", an_import_that_no_longer_fits),
];

const JOB: JobId = JobId(9);

/// The number of a place in the first or second sequence of a job.
fn staged(place: u64) -> StagedNumber {
    let text = if place.is_multiple_of(3) { format!("S/{place}") } else { format!("S{place}") };
    StagedNumber {
        place,
        sequence: place % 2,
        ordinal: 10 + place,
        text,
        slug_rank: u32::from(place == 3) * 2,
        kind: if place == 1 { Kind::credit_note() } else { Kind::invoice() },
        date: date(2025, 3, 1 + place as i8),
        reference: (place != 2).then(|| format!("old-{place}")),
        customer: (place == 4).then(|| CustomerId("cus_\u{0}ä".to_owned())),
        metadata: match place {
            0 => Metadata::from([("till".to_owned(), "3".to_owned())]),
            _ => Metadata::new(),
        },
    }
}

fn part(places: impl Iterator<Item = u64>) -> StagedPart {
    let numbers = places.map(staged).collect();
    StagedPart { ledger: LEDGER, job: JOB, at: NOON, numbers, changes: Vec::new() }
}

/// Where the rows go in the ledger of the sample: behind what it has, or where it says it has.
fn placing(count: u64, position: u64) -> Placing {
    let receipt = Receipt { index: 0, hash: head(LEDGER, Mode::Live).1.hash };
    Placing { ledger: LEDGER, job: JOB, count, position, sequence: 0, at: At(7), receipt }
}

fn placed(placing: Placing) -> Changes {
    Changes { placings: vec![placing], ..Changes::default() }
}

fn numbers(reader: &mut dyn Reader) -> Vec<NumberRow> {
    let page = Page { limit: 100, ..Page::default() };
    let page = reader.numbers(LEDGER, &NumberFilter::default(), page).expect("read");
    let mut rows: Vec<NumberRow> = page.rows.into_iter().map(|found| found.row).collect();
    rows.reverse();
    rows
}

fn staged_rows_are_nowhere_until_placed(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    let mut reader = store.reader().expect("reader");
    writer.stage(&part(3..5)).expect("stage");
    writer.stage(&part(0..3)).expect("stage, in any order");
    let other = StagedPart { job: JobId(8), at: At(5), ..part(0..1) };
    writer.stage(&other).expect("another job");
    writer.stage(&StagedPart { ledger: LedgerId(2), ..part(0..9) }).expect("another ledger");
    assert_eq!(numbers(&mut *reader), []);
    assert_eq!(reader.trail(LEDGER, 0, 1).expect("read").entries[0].lines, 0);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JobId(8), At(5)), (JOB, NOON)]);

    // 2^14 is where the position in a line becomes a byte longer.
    let placing = placing(5, (1 << 14) - 3);
    writer.begin(&[LEDGER]).expect("begin");
    writer.commit(&placed(placing)).expect("place");
    let expected: Vec<NumberRow> = (0..5).map(|place| staged(place).placed(&placing)).collect();
    assert_eq!(numbers(&mut *reader), expected);
    let lines = reader.trail_lines(LEDGER, 0, 0, 10).expect("read");
    let told: Vec<Vec<u8>> = (0..5).map(|place| staged(place).line(&placing).bytes).collect();
    assert_eq!(lines, told);
    let of = reader.register(LEDGER, SequenceId(2), 0, 10).expect("read");
    assert_eq!(of.iter().map(|row| row.ordinal).collect::<Vec<_>>(), [11, 13]);
}

fn a_place_is_staged_once(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    writer.stage(&part(0..3)).expect("stage");
    let again = writer.stage(&part(2..5));
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    writer.begin(&[LEDGER]).expect("begin");
    writer.commit(&placed(placing(3, 0))).expect("the first part, and nothing of the second");
}

fn rows_that_are_not_all_staged(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut first = writer(&*store);
    put(&mut *first, &ledger());
    first.stage(&part(0..4)).expect("stage");
    let mut reader = store.reader().expect("reader");
    let nobody = Placing { job: JobId(1), ..placing(4, 0) };
    let nowhere = Placing { sequence: 40, ..placing(4, 0) };
    for wrong in [placing(5, 0), placing(3, 0), nobody, nowhere] {
        first.begin(&[LEDGER]).expect("begin");
        let mut changes = placed(wrong);
        changes.trail_lines.push(TrailLine { ledger: LEDGER, index: 0, line: 99, bytes: vec![1] });
        let refused = first.commit(&changes);
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
        assert_eq!(numbers(&mut *reader), []);
        assert_eq!(reader.trail(LEDGER, 0, 1).expect("read").entries[0].lines, 0);
    }
    // Whoever comes next finds what was staged, and places it.
    drop(first);
    let mut next = writer(&*store);
    assert_eq!(next.staged(LEDGER).expect("jobs"), [(JOB, NOON)]);
    next.begin(&[LEDGER]).expect("begin");
    next.commit(&placed(placing(4, 0))).expect("place");
    assert_eq!(numbers(&mut *reader).len(), 4);
}

fn placed_rows_clash(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    writer.stage(&part(0..3)).expect("stage");
    let taken = super::sample::number(2, 1, 1, "X-1");
    put(&mut *writer, &Changes { new_numbers: vec![taken], ..Changes::default() });
    let mut reader = store.reader().expect("reader");
    let ordinal = super::sample::number(9, 2, 11, "X-2");
    put(&mut *writer, &Changes { new_numbers: vec![ordinal], ..Changes::default() });
    for (what, position) in [("a position", 0), ("an ordinal", 50)] {
        writer.begin(&[LEDGER]).expect("begin");
        let refused = writer.commit(&placed(placing(3, position)));
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{what}: {refused:?}");
        assert_eq!(numbers(&mut *reader).len(), 2);
    }
}

fn a_job_is_cleared_away(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    put(&mut *writer, &ledger());
    assert_eq!(writer.unstage(LEDGER, JOB, 10).expect("nothing to clear"), 0);
    writer.stage(&part(0..9)).expect("stage");
    writer.stage(&StagedPart { job: JobId(8), ..part(0..2) }).expect("another job");
    writer.stage(&StagedPart { ledger: LedgerId(2), ..part(0..2) }).expect("another ledger");
    for gone in [4, 4] {
        assert_eq!(writer.unstage(LEDGER, JOB, 4).expect("clear"), gone);
        assert_eq!(writer.staged(LEDGER).expect("jobs").len(), 2);
    }
    assert_eq!(writer.unstage(LEDGER, JOB, 4).expect("clear"), 1);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JobId(8), NOON)]);
    assert_eq!(writer.staged(LedgerId(2)).expect("jobs"), [(JOB, NOON)]);
    assert_eq!(writer.unstage(LEDGER, JobId(8), 4).expect("clear"), 2);
    writer.stage(&part(0..9)).expect("stage again");
    // What is left of a ledger without a head goes with it.
    writer.discard(LedgerId(2)).expect("discard");
    assert_eq!(writer.staged(LedgerId(2)).expect("jobs"), []);
    assert_eq!(writer.unstage(LedgerId(2), JOB, 4).expect("clear"), 0);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JOB, NOON)]);
}

/// A list with a hole in it.
fn list() -> Import {
    let format = Format::of("A{seq}".parse().expect("pattern"));
    let kinds = vec![KindText { kind: Kind::invoice(), text: String::new() }];
    let line = |ordinal: u64| ImportLine {
        series: 0,
        text: format!("A{ordinal}"),
        ordinal,
        date: date(2026, 5, 1),
        kind: Kind::invoice(),
        reference: Some(format!("old-{ordinal}")),
        customer: None,
        metadata: Metadata::new(),
        line: ordinal,
    };
    Import {
        series: vec![ImportSeries { name: "old".into(), formats: vec![(None, format)], kinds }],
        lines: [1, 2, 5].into_iter().map(line).collect(),
    }
}

fn template() -> ledger::Command {
    command(LEDGER, ledger::Action::Issue(Vec::new()))
}

fn imported(outcome: &Outcome) -> &ImportView {
    let Outcome::Imported(view) = outcome else { panic!("{outcome:?}") };
    view
}

fn an_import_keeps_its_lines(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let answer = import(&*store, &mut *writer, template(), JOB, list()).expect("the store");
    let outcome = answer.result.expect("it is imported");
    let view = imported(&outcome);
    assert_eq!((view.numbers, view.gaps, view.missing), (3, 1, 2));
    let mut reader = store.reader().expect("reader");
    let entry = reader.trail(LEDGER, view.receipt.index, 1).expect("read").entries.swap_remove(0);
    assert_eq!(entry.lines, 3);
    let lines = reader.trail_lines(LEDGER, view.receipt.index, 0, 10).expect("read");
    let read = |bytes: &Vec<u8>| IssuedLine::read(bytes).expect("a line").text;
    assert_eq!(lines.iter().map(read).collect::<Vec<_>>(), ["A1", "A2", "A5"]);
    assert_eq!(texts(&mut *writer, issue(LEDGER, "next")), ["A6"]);
}

fn an_import_goes_on_behind(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    // A series of another name, so that the list opens one of its own.
    done(&mut *writer, vec![open(LEDGER), issue(LEDGER, "a")]);
    let taken = take_in(&*store, &mut *writer, &template(), JOB, list()).expect("the store");
    let apply = taken.expect("it fits");
    assert_eq!(texts(&mut *writer, issue(LEDGER, "b")), ["INV-2026-00002"]);
    let action = ledger::Action::ApplyImport(apply);
    // What stands behind it is put off until its rows are there.
    let commands = vec![command(LEDGER, action), issue(LEDGER, "old-5"), issue(LEDGER, "c")];
    let answers = drive(&mut *writer, commands).expect("the store takes all");
    let outcome = answers[0].result.as_ref().expect("it is imported");
    assert_eq!(imported(outcome).numbers, 3);
    let refusal = answers[1].result.as_ref().map(|_| ()).map_err(|refusal| refusal.code);
    assert_eq!(refusal, Err(ledger::Code::ReferenceConflict), "{:?}", answers[1]);
    let mut reader = store.reader().expect("reader");
    let rows = numbers(&mut *reader);
    let told: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(told, ["INV-2026-00001", "INV-2026-00002", "A1", "A2", "A5", "INV-2026-00003"]);
    assert_eq!(rows[2].position, Position(3));
}

fn an_import_that_no_longer_fits(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    done(&mut *writer, vec![open(LEDGER)]);
    let taken = take_in(&*store, &mut *writer, &template(), JOB, list()).expect("the store");
    let action = ledger::Action::ApplyImport(taken.expect("it fits"));
    // The first number of the series that the list was going to take over.
    assert_eq!(texts(&mut *writer, issue(LEDGER, "a")), ["INV-2026-00001"]);
    let answers = drive(&mut *writer, vec![command(LEDGER, action)]).expect("the store");
    let refusal = answers[0].result.as_ref().expect_err("the series has changed");
    assert_eq!(refusal.code, ledger::Code::ChangedSince, "{refusal}");
    assert_eq!(texts(&mut *writer, issue(LEDGER, "b")), ["INV-2026-00002"]);
    assert_eq!(writer.staged(LEDGER).expect("jobs"), [(JOB, NOON)]);
    let again = import(&*store, &mut *writer, template(), JobId(10), list()).expect("the store");
    assert_eq!(imported(&again.result.expect("it fits again")).numbers, 3);
}
