//! What can be asked.

use engine::{GapQuery, NumberQuery, Progress, SubjectView};
use ledger::command::{Advance, Item, LockMove, SeriesRef, Void};
use ledger::id::{GapId, ObjectId, Position, SeriesId};
use ledger::model::{At, Cause, EventRow, Kind, Level, ObjectKind, State, Subject};
use ledger::{Action, Actor};
use store::Page;

use crate::stage::{Stage, TODAY, operator, order};

fn page<Id>(limit: u32) -> Page<Id> {
    Page { starting_after: None, ending_before: None, limit }
}

#[test]
fn numbers_are_listed_newest_first_and_filtered() {
    let stage = Stage::new();
    for n in 1..=5 {
        stage.issue(order(&n.to_string())).expect("a number");
    }
    stage.issue(Item { kind: Some(Kind::credit_note()), ..order("c") }).expect("a number");
    let list = |query, page| stage.engine.numbers(stage.live(), query, page).wait();
    let first = list(NumberQuery::default(), page(4)).expect("a page");
    let texts: Vec<_> = first.data.iter().map(|view| view.row.text.as_str()).collect();
    let expected = ["CN-2026-00001", "INV-2026-00005", "INV-2026-00004", "INV-2026-00003"];
    assert_eq!((texts, first.has_more), (expected.to_vec(), true));
    let after = Page { starting_after: first.data.last().map(|view| view.row.position), ..page(4) };
    let rest = list(NumberQuery::default(), after).expect("a page");
    assert_eq!((rest.data.len(), rest.has_more), (2, false));

    let invoices = Some(SeriesRef::Name("invoices".to_owned()));
    let of_series = NumberQuery { series: invoices, period: Some(TODAY), ..NumberQuery::default() };
    assert_eq!(list(of_series, page(10)).map(|list| list.data.len()), Ok(5));
    let folded =
        NumberQuery { number: Some(" inv-2026-00004".to_owned()), ..NumberQuery::default() };
    let found = list(folded, page(10)).expect("a page").data;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].row.ordinal, found[0].period_label.as_str()), (4, "2026"));
    let period = NumberQuery { period: Some(TODAY), ..NumberQuery::default() };
    assert!(list(period, page(10)).is_err(), "a period needs its series");
    let one = stage.engine.number(stage.live(), found[0].row.position).wait();
    assert_eq!(one, Ok(Some(found[0].clone())));
    assert_eq!(stage.engine.number(stage.live(), Position(99)).wait(), Ok(None));
}

#[test]
fn why_tells_the_whole_story() {
    let stage = Stage::new();
    let created =
        stage.engine.create_key(stage.live(), operator(), ledger::role::Role::Clerk, "shop");
    let key = engine::wait(created).expect("a key").key.id;
    stage.issue(order("a")).expect("a number");
    let issue = Action::Issue(vec![order("b")]);
    let command = stage.engine.command(stage.live(), Actor::Key(key), issue);
    stage.engine.execute_blocking(command).expect("a number");
    let void = Void { number: Position(2), cause: Cause::Cancelled, reason: "twice".to_owned() };
    stage.run(Action::Void(void)).expect("void");
    let again = stage.issue(Item { reissue: true, ..order("b") }).expect("a new number");

    let why = stage.engine.why(stage.live(), Position(2)).wait().expect("an answer");
    let why = why.expect("a number");
    assert_eq!((why.counter_before, why.counter_after), (Some(1), 2));
    assert_eq!(why.actor, format!("{key} (shop)"));
    assert_eq!(why.series.pattern.as_deref(), Some("{prefix}{year}-{seq:5}"));
    assert_eq!(why.series.prefix.as_deref(), Some("INV-"));
    assert_eq!(why.since.len(), 2);
    for part in ["INV-2026-00002", "\"b\"", "2026-11-20", "UTC", "twice", &again.row.text, "shop"] {
        assert!(why.text.contains(part), "{part} is missing in:\n{}", why.text);
    }
    let first = stage.engine.why(stage.live(), Position(1)).wait().expect("an answer");
    assert_eq!(first.expect("a number").counter_before, None);
    assert_eq!(stage.engine.why(stage.live(), Position(99)).wait(), Ok(None));
}

#[test]
fn series_and_settings_show_what_comes_next() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let series = stage.engine.series(stage.live()).wait().expect("the series");
    let next: Vec<_> = series
        .iter()
        .map(|view| (view.row.name.as_str(), view.next.as_ref().ok().map(|v| v.row.text.as_str())))
        .collect();
    let expected = [
        ("invoices", Some("INV-2026-00002")),
        ("customer_invoices", None),
        ("credit_notes", Some("CN-2026-00001")),
    ];
    assert_eq!(next, expected);
    assert_eq!(series[0].default_for, [(Kind::invoice(), Level::Account)]);
    let settings = stage.engine.settings(stage.live()).wait().expect("the settings");
    assert_eq!(settings.series, series[0]);
    let by_name = SeriesRef::Name("credit_notes".to_owned());
    let one = stage.engine.one_series(stage.live(), by_name).wait();
    assert_eq!(one.as_ref(), Ok(&series[2]));
}

#[test]
fn gaps_locks_and_the_trail_are_told() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let advance = Advance {
        series: SeriesRef::Name("invoices".to_owned()),
        date: Some(TODAY),
        customer: None,
        parent: None,
        next: 10,
        reason: "the old system went on".to_owned(),
    };
    stage.run(Action::Advance(advance)).expect("advanced");
    let gaps = stage.engine.gaps(stage.live(), GapQuery::default(), page(10)).wait();
    let gaps = gaps.expect("the gaps").data;
    assert_eq!((gaps.len(), gaps[0].row.from, gaps[0].row.to), (1, 2, 9));
    assert_eq!(gaps[0].series_name, "invoices");

    let lock = LockMove { lock_date: Some(Some(TODAY)), ..LockMove::default() };
    stage.run(Action::MoveLocks(lock)).expect("locked");
    assert_eq!(stage.engine.locks(stage.live()).wait().map(|s| s.lock_date), Ok(Some(TODAY)));

    let head = stage.engine.trail_head(stage.live()).wait().expect("a head");
    let trail = stage.engine.trail(stage.live(), 0, 100).wait().expect("the trail");
    let last = trail.entries.last().expect("entries");
    assert_eq!((head.count, head.hash), (trail.entries.len() as u64, last.sealed.hash));
    let what: Vec<_> = trail.entries.iter().map(|e| e.sealed.entry.what.as_str()).collect();
    let expected =
        ["ledger.opened", "key.created", "numbers.issued", "sequence.advanced", "locks.moved"];
    assert_eq!(what, expected);
    let view = stage.engine.ledger(stage.live()).wait().expect("the ledger");
    assert_eq!((view.summary.numbers, view.summary.gaps), (1, 1));
}

#[test]
fn verifying_counts_what_it_walked() {
    let stage = Stage::new();
    let items = (0..2_500).map(|n| order(&n.to_string())).collect();
    stage.run(Action::Issue(items)).expect("numbers");
    let void = Void { number: Position(7), cause: Cause::Unused, reason: "spoilt".to_owned() };
    stage.run(Action::Void(void)).expect("void");
    let progress = Progress::default();
    let report = stage.engine.verify(stage.live(), &progress).expect("a report");
    assert!(report.holds(), "{report:#?}");
    assert_eq!((report.numbers, report.sequences, report.trail.entries), (2_500, 1, 4));
    let (done, total) = progress.read();
    assert_eq!((done, total), (2_508, 2_508));
    let trail = stage.engine.verify_trail(stage.live(), &Progress::default()).expect("a report");
    assert_eq!(trail, report.trail);
    let query = NumberQuery { state: Some(State::Void), ..NumberQuery::default() };
    let void = stage.engine.numbers(stage.live(), query, page(10)).wait().expect("a page");
    assert_eq!(void.data.len(), 1);
}

#[test]
fn events_are_told_with_what_they_are_about() {
    let stage = Stage::new();
    let number = stage.issue(order("a")).expect("a number");
    stage.issue(order("b")).expect("a number");
    let forward = Advance {
        series: SeriesRef::Id(number.series),
        date: Some(TODAY),
        customer: None,
        parent: None,
        next: 10,
        reason: "a new book".to_owned(),
    };
    stage.run(Action::Advance(forward)).expect("a gap");
    let gaps = stage.engine.gaps(stage.live(), GapQuery::default(), page(1)).wait();
    let gap = gaps.expect("a page").data.remove(0);
    let ledger = stage.live();
    let event = |subject| EventRow {
        ledger,
        id: ObjectId(1),
        at: At(0),
        kind: "number.issued".to_owned(),
        subject,
        version: String::new(),
        request: None,
        idempotency_key: None,
        body: None,
    };
    let subjects = [
        Subject::Number(number.row.position),
        Subject::Gap(gap.row.id),
        Subject::Series(number.series),
        Subject::Object(ObjectKind::Invoice, ObjectId(1)),
        Subject::Number(number.row.position),
        Subject::Number(Position(99)),
        Subject::Gap(GapId(99)),
        Subject::Series(SeriesId(99)),
    ];
    let events = subjects.map(event);
    let found = stage.engine.read(move |reader| engine::subjects(reader, ledger, events.iter()));
    let found = found.wait().expect("they are found");
    let told = SubjectView::Number(Box::new(number.clone()));
    assert_eq!((&found[0], &found[4]), (&told, &told));
    assert_eq!(found[1], SubjectView::Gap(Box::new(gap)));
    assert!(matches!(&found[2], SubjectView::Series(row) if row.id == number.series));
    let rest = [SubjectView::Gone, SubjectView::Gone, SubjectView::Gone];
    assert_eq!((&found[3], &found[5..]), (&SubjectView::Held, &rest[..]));
}
