//! Lists are imported beside whoever is numbered meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{EngineError, EngineOptions, Progress, StoreAccess};
use jiff::ToSpan;
use jiff::civil::date;
use ledger::command::{Import, ImportLine, ImportSeries, Item, SeriesRef};
use ledger::id::Position;
use ledger::job::{JobId, StagedPart};
use ledger::model::{At, Kind, KindText, Metadata};
use ledger::role::Role;
use ledger::{Action, Actor, Code, Outcome};
use numbering::Format;
use store_sqlite::{OpenOptions, SqliteStore};

use crate::stage::{Fault, Stage, operator, order};

/// More lines than are looked up or staged at once.
const MANY: u64 = 20_000;

/// A list of so many numbers of a kind of its own, with a hole in every thousand.
fn list(count: u64) -> Import {
    let kind = Kind::parse("legacy").expect("a kind");
    let format = Format::of("OLD-{seq:6}".parse().expect("a pattern"));
    let line = |ordinal: u64| ImportLine {
        series: 0,
        text: format!("OLD-{ordinal:06}"),
        ordinal,
        date: date(2019, 1, 1).saturating_add((ordinal as i64 / 100).days()),
        kind: kind.clone(),
        reference: Some(format!("old-{ordinal}")),
        customer: None,
        metadata: Metadata::new(),
        line: ordinal + 1,
    };
    Import {
        series: vec![ImportSeries {
            name: "old".to_owned(),
            formats: vec![(None, format)],
            kinds: vec![KindText { kind: kind.clone(), text: String::new() }],
        }],
        // From the last to the first: places are those of dates, not of lines.
        lines: (1..=count).rev().filter(|ordinal| ordinal % 1_000 != 500).map(line).collect(),
    }
}

/// The jobs of which something is staged.
fn staged(stage: &Stage) -> Vec<(JobId, At)> {
    let ledger = stage.live();
    let jobs = stage.engine.run_job(ledger, move |writer| Ok(writer.staged(ledger)?));
    jobs.wait().expect("jobs")
}

fn refused<T: std::fmt::Debug>(result: Result<T, EngineError>) -> (Code, String) {
    match result {
        Err(EngineError::Refused(refusal)) => (refusal.code, refusal.message),
        other => panic!("{other:?}"),
    }
}

fn next(stage: &Stage) -> String {
    let kind = Kind::parse("legacy");
    stage.issue(Item { kind, ..order("next") }).expect("a number").row.text
}

#[test]
fn a_long_list_is_taken_in_and_told_line_by_line() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let progress = Progress::default();
    let import = Arc::new(list(MANY));
    let view = stage.engine.import(stage.live(), operator(), Arc::clone(&import), &progress);
    let view = view.expect("it is imported");
    assert_eq!((view.numbers, view.gaps, view.missing), (MANY - 20, 20, 20));
    assert_eq!(progress.read(), (MANY - 20, MANY - 20));
    assert_eq!(staged(&stage), []);
    assert_eq!(next(&stage), "OLD-020001");
    stage.assert_holds();
    let again = stage.engine.import(stage.live(), operator(), import, &progress);
    let (code, message) = refused(again);
    assert_eq!(code, Code::NumberTaken);
    let all = "19980 of 19980 numbers are in the ledger already, the first in line 20001";
    assert!(message.contains(all), "{message}");
}

#[test]
fn numbers_are_given_while_a_list_is_taken_in() {
    let stage = Stage::new();
    let done = AtomicBool::new(false);
    let given = std::thread::scope(|scope| {
        let issuing = scope.spawn(|| {
            let mut given = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let reference = format!("order-{}", given.len());
                given.push(stage.issue(order(&reference)).expect("a number").row);
            }
            given
        });
        let view = stage.import(list(MANY)).expect("it is imported");
        done.store(true, Ordering::Relaxed);
        assert_eq!(view.numbers, MANY - 20);
        issuing.join().expect("no panic")
    });
    let ordinals: Vec<u64> = given.iter().map(|row| row.ordinal).collect();
    assert_eq!(ordinals, (1..=given.len() as u64).collect::<Vec<_>>());
    assert!(given.len() > 20, "{} numbers were given meanwhile", given.len());
    // The list came in at one place among them.
    let jumps = given.windows(2).filter(|pair| pair[1].position.0 - pair[0].position.0 > 1);
    let jumps: Vec<u64> = jumps.map(|pair| pair[1].position.0 - pair[0].position.0).collect();
    assert!(jumps.is_empty() || jumps == [MANY - 20 + 1], "{jumps:?}");
    stage.assert_holds();
}

#[test]
fn a_failing_commit_is_settled_and_the_list_is_there_once() {
    for fault in [Fault::RequestLost, Fault::Fails, Fault::AnswerLost] {
        let stage = Stage::new();
        stage.store.plan(fault);
        let view = stage.import(list(3_000)).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(view.numbers, 2_997, "{fault:?}");
        assert_eq!(staged(&stage), [], "{fault:?}");
        assert_eq!(next(&stage), "OLD-003001", "{fault:?}");
        stage.assert_holds();
    }
}

#[test]
fn a_list_that_does_not_fit_stages_nothing_and_leaves_nothing() {
    let stage = Stage::new();
    let mut twice = list(10_000);
    twice.lines.push(ImportLine { line: 77_777, ..twice.lines[3].clone() });
    let commits = stage.store.commits();
    let (code, message) = refused(stage.import(twice));
    assert_eq!((code, stage.store.commits()), (Code::NumberTaken, commits));
    assert!(message.contains("line 77777: OLD-009997 is taken already"), "{message}");
    assert_eq!(staged(&stage), []);
    assert_eq!(stage.import(list(10)).expect("it is imported").numbers, 10);
    stage.assert_holds();
}

/// Leaves what a killed process leaves.
fn leave(stage: &Stage, job: JobId) {
    let (ledger, at) = (stage.live(), stage.engine.now());
    let part = StagedPart { ledger, job, at, numbers: Vec::new(), changes: Vec::new() };
    let left = stage.engine.run_job(ledger, move |writer| Ok(writer.stage(&part)?));
    left.wait().expect("staged");
    assert_eq!(staged(stage), [(job, at)]);
}

#[test]
fn what_a_job_left_is_cleared_away_by_the_next_import() {
    let stage = Stage::new();
    leave(&stage, JobId(77));
    stage.import(list(10)).expect("it is imported");
    assert_eq!(staged(&stage), []);
}

#[test]
fn what_another_process_may_be_at_is_left_alone_for_an_hour() {
    let stage = Stage::new();
    stage.store.share();
    leave(&stage, JobId(77));
    stage.import(list(10)).expect("it is imported");
    assert_eq!(staged(&stage).len(), 1);
    stage.clock.advance_ms(59 * 60 * 1_000);
    assert_eq!(refused(stage.import(list(10))).0, Code::NumberTaken);
    assert_eq!(staged(&stage).len(), 1);
    stage.clock.advance_ms(2 * 60 * 1_000);
    assert_eq!(refused(stage.import(list(10))).0, Code::NumberTaken);
    assert_eq!(staged(&stage), []);
}

#[test]
fn a_clerk_imports_nothing() {
    let stage = Stage::new();
    let key = ledger::command::NewKey { role: Role::Clerk, ..crate::stage::busy::key(5) };
    let id = key.id;
    stage.run(Action::CreateKey(key)).expect("a key");
    let (list, progress) = (Arc::new(list(10)), Progress::default());
    let refusal = stage.engine.import(stage.live(), Actor::Key(id), list, &progress);
    assert_eq!(refused(refusal).0, Code::RoleForbidden);
}

#[test]
fn a_rehearsal_tells_what_comes_and_writes_nothing() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let behind = |_: &ledger::outcome::ImportView| {
        let item = |kind: &str, reference: &str| {
            let kind = Kind::parse(kind);
            Action::Issue(vec![Item { kind, reference: Some(reference.to_owned()), ..order("b") }])
        };
        let by_name = Some(SeriesRef::Name("old".to_owned()));
        let old = Item { series: by_name, kind: Kind::parse("legacy"), ..order("c") };
        vec![item("legacy", "x"), Action::Issue(vec![old]), item("legacy", "old-7")]
    };
    let rehearse = |stage: &Stage| {
        let (list, progress) = (Arc::new(list(MANY)), Progress::default());
        stage.engine.rehearse_import(stage.live(), operator(), list, &progress, behind)
    };
    let (view, answers) = rehearse(&stage).expect("it would be imported");
    assert_eq!((view.numbers, view.gaps), (MANY - 20, 20));
    let text = |at: usize| match &answers[at] {
        Ok(Outcome::Issued(views)) => views[0].row.text.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!([text(0), text(1)], ["OLD-020001", "OLD-020002"]);
    let refusal = answers[2].as_ref().expect_err("a reference of the list");
    assert_eq!(refusal.code, Code::ReferenceConflict, "{refusal}");
    assert_eq!(stage.issue(order("d")).expect("a number").row.position, Position(2));
    stage.assert_holds();

    // Nothing is needed for it but to read.
    let path = stage.folder.path().join("stage.db");
    let store = SqliteStore::open(&path, OpenOptions::default()).expect("it opens");
    let options = EngineOptions { access: StoreAccess::Read, ..EngineOptions::default() };
    let reading = engine::Engine::start(Arc::new(store), options).expect("it starts");
    let (list, progress) = (Arc::new(list(10)), Progress::default());
    let none = |_: &ledger::outcome::ImportView| Vec::new();
    let rehearsed =
        reading.rehearse_import(stage.live(), operator(), Arc::clone(&list), &progress, none);
    assert_eq!(rehearsed.expect("it would be imported").0.numbers, 10);
    let imported = reading.import(stage.live(), operator(), list, &progress);
    assert_eq!(imported.map(|view| view.numbers), Err(EngineError::ReadOnly));
}
