//! Moving a database into another one.

use std::sync::Arc;

use engine::{
    Engine, EngineError, EngineOptions, MoveError, MovedLedger, NewAccount, Progress, Side,
    StoreFailureKind, move_ledgers,
};
use ledger::command::document::{
    CustomerChange, DocumentAction, DocumentCommand, EndpointChange, NewTaxRate, TaxRateChange,
};
use ledger::command::{Advance, Item, SeriesRef, Void};
use ledger::id::{CustomerId, LedgerId, ObjectId, Position};
use ledger::model::{
    At, Cause, DeliveryAttempt, DeliveryState, IdempotencyKey, Kind, Mode, RequestHash,
};
use ledger::outcome::Outcome;
use ledger::role::Role;
use ledger::{Action, Changes, Command};
use store::{NumberFilter, Page, Reader, Store};
use store_sqlite::{OpenOptions, SqliteStore};

use crate::stage::{Stage, TODAY, operator, order, text};

/// Where a database is moved to.
struct Target {
    folder: tempfile::TempDir,
}

impl Target {
    fn new() -> Target {
        Target { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn open(&self) -> Arc<dyn Store> {
        let path = self.folder.path().join("target.db");
        Arc::new(SqliteStore::open(&path, OpenOptions::default()).expect("a database"))
    }

    fn engine(&self) -> Engine {
        Engine::start(self.open(), EngineOptions::default()).expect("it starts")
    }
}

/// A stage on which everything was done that leaves rows, and which nobody uses now.
fn played() -> Stage {
    let stage = Stage::new();
    for n in 0..700 {
        let customer = (n % 7 == 0).then(|| CustomerId(format!("cus_{}", n % 40)));
        let items = (0..3).map(|k| Item {
            customer: customer.clone(),
            metadata: [("n".to_owned(), n.to_string())].into(),
            ..order(&format!("{n}-{k}"))
        });
        let command = stage.command(Action::Issue(items.collect()));
        let command = if n % 5 == 0 { once(command, n) } else { command };
        drop(stage.engine.answer(command));
    }
    let note = Item { kind: Some(Kind::credit_note()), ..order("note") };
    stage.issue(note).expect("a number");
    let void = Void { number: Position(2), cause: Cause::Cancelled, reason: "twice".to_owned() };
    stage.run(Action::Void(void)).expect("void");
    let advance = Advance {
        series: SeriesRef::Name("invoices".to_owned()),
        next: 9_000,
        reason: "another book".to_owned(),
        date: Some(TODAY),
        customer: None,
        parent: None,
    };
    stage.run(Action::Advance(advance)).expect("advanced");
    let refused = once(stage.command(Action::Void(missing())), 99_999);
    stage.engine.answer(refused).wait().expect("an answer").result.expect_err("a refusal");
    documents(&stage);
    let key = stage.engine.create_key(stage.live(), operator(), Role::Clerk, "shop");
    engine::wait(key).expect("a key");
    let test =
        stage.engine.command(stage.account.test, operator(), Action::Issue(vec![order("t")]));
    stage.engine.execute_blocking(test).expect("a number");
    stage.engine.shutdown();
    deliver(&*stage.store, stage.live());
    stage
}

/// Runs a command about documents, and tells the object that it made or changed.
fn document(stage: &Stage, action: DocumentAction) -> ObjectId {
    let command = DocumentCommand {
        request: Some("req_1".to_owned()),
        idempotency_key: None,
        drafts_numbered: false,
        action,
    };
    match stage.run(Action::Document(Box::new(command))).expect("done") {
        Outcome::Object(view) => view.row.id,
        Outcome::Deleted(_, id) => id,
        other => panic!("an object, not {other:?}"),
    }
}

/// Customers who come and go, with an endpoint that is to be told of it and has been told of some.
fn documents(stage: &Stage) {
    let endpoint = EndpointChange {
        url: Some("https://hooks.example.com/".to_owned()),
        enabled_events: Some(vec!["customer.*".to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0123456789abcdef".to_owned();
    document(stage, DocumentAction::CreateEndpoint(Box::new(endpoint), secret));
    for n in 0..150 {
        let change = CustomerChange {
            name: Some(Some(format!("Customer {n}"))),
            email: Some(Some(format!("{n}@example.com"))),
            ..CustomerChange::default()
        };
        let id = document(stage, DocumentAction::CreateCustomer(Box::new(change.clone())));
        let next = match n % 3 {
            0 => DocumentAction::DeleteCustomer(id),
            _ => {
                let name = Some(Some("Renamed".to_owned()));
                DocumentAction::UpdateCustomer(id, Box::new(CustomerChange { name, ..change }))
            }
        };
        document(stage, next);
    }
}

/// Has some events of a ledger delivered, as a server does that works on them.
fn deliver(store: &dyn Store, ledger: LedgerId) {
    let mut writer = store.writer().expect("a writer");
    let (now, until) = (At(i64::MAX - 9), At(i64::MAX - 5));
    let mut taken = writer.claim_deliveries(ledger, now, until, 40).expect("claimed");
    assert_eq!(taken.len(), 40);
    for row in taken.iter_mut().take(30) {
        let attempt = DeliveryAttempt { at: now, result: Ok(200), milliseconds: 7 };
        row.attempted(attempt);
        row.state = DeliveryState::Delivered;
    }
    writer.settle_deliveries(&taken[..30]).expect("settled");
}

fn missing() -> Void {
    Void { number: Position(1_000_000), cause: Cause::Cancelled, reason: "none".to_owned() }
}

fn once(command: Command, n: u32) -> Command {
    let mut key = [0; 16];
    key[..4].copy_from_slice(&n.wrapping_mul(0x9E37_79B9).to_be_bytes());
    Command { idempotency: Some((IdempotencyKey(key), RequestHash([7; 16]))), ..command }
}

fn source(stage: &Stage) -> Arc<dyn Store> {
    Arc::<crate::stage::Tampered>::clone(&stage.store)
}

fn moved(stage: &Stage, target: &Target) -> Result<Vec<MovedLedger>, MoveError> {
    move_ledgers(&source(stage), &target.open(), &Progress::default())
}

fn message(result: Result<Vec<MovedLedger>, MoveError>) -> String {
    result.expect_err("a refusal").to_string()
}

/// Every row of a ledger that a reader can find, as text.
fn everything(reader: &mut dyn Reader, ledger: LedgerId) -> String {
    let mut text = String::new();
    let mut put = |what: &dyn std::fmt::Debug| text.push_str(&format!("{what:?}\n"));
    put(&reader.load(&ledger::Misses { ledgers: vec![ledger], ..Default::default() }).unwrap());
    put(&reader.keys(ledger).unwrap());
    put(&reader.series(ledger).unwrap());
    put(&reader.sequences(ledger, ledger::id::SequenceId(0), 1_000).unwrap());
    let all = Page { limit: 100_000, ..Page::default() };
    put(&reader.numbers(ledger, &NumberFilter::default(), all).unwrap());
    put(&reader.all_gaps(ledger, ledger::id::GapId(0), 100_000).unwrap());
    put(&reader.customers(ledger, None, 100_000).unwrap());
    put(&reader.prefixes(ledger, None, 100_000).unwrap());
    let mut outcomes = reader.outcomes(ledger, None, 100_000).unwrap().rows;
    outcomes.sort_by_key(|row| row.key);
    put(&outcomes);
    let trail = reader.trail(ledger, 0, 100_000).unwrap();
    for stored in trail.entries.iter().filter(|stored| stored.lines > 0) {
        put(&reader.trail_lines(ledger, stored.sealed.entry.index, 0, 100_000).unwrap());
    }
    put(&trail);
    put(&reader.checkpoints(ledger).unwrap());
    put(&reader.all_objects(ledger, ObjectId(0), 100_000).unwrap());
    put(&reader.all_events(ledger, ObjectId(0), 100_000).unwrap());
    put(&reader.all_deliveries(ledger, (ObjectId(0), ObjectId(0)), 100_000).unwrap());
    text
}

#[test]
fn every_row_arrives_and_both_sides_are_proven() {
    let (stage, target) = (played(), Target::new());
    let progress = Progress::default();
    let ledgers = move_ledgers(&source(&stage), &target.open(), &progress).expect("moved");
    let ids: Vec<_> = ledgers.iter().map(|moved| (moved.ledger, moved.mode)).collect();
    assert_eq!(ids, [(stage.live(), Mode::Live), (stage.account.test, Mode::Test)]);
    assert_eq!((ledgers[0].numbers, ledgers[1].numbers), (2_101, 1));
    assert!(ledgers.iter().all(|moved| !moved.was_there && moved.name == "Example"));
    let (done, total) = progress.read();
    assert_eq!(done, total);
    assert!(total > 4 * 2_101, "{total}");
    let (mut from, to) = (stage.store.reader().expect("a reader"), target.open());
    let mut to = to.reader().expect("a reader");
    for moved in &ledgers {
        let before = everything(&mut *from, moved.ledger);
        assert!(before.contains("cus_") == (moved.mode == Mode::Live));
        assert!(before.contains("149@example.com") == (moved.mode == Mode::Live));
        assert!(before.contains("state: Delivered") == (moved.mode == Mode::Live));
        assert_eq!(before, everything(&mut *to, moved.ledger));
    }
}

#[test]
fn a_retry_across_the_move_gets_the_same_answer_and_counting_goes_on() {
    let (stage, target) = (played(), Target::new());
    moved(&stage, &target).expect("moved");
    let engine = target.engine();
    let items = (0..3).map(|k| Item {
        customer: None,
        metadata: [("n".to_owned(), "5".to_owned())].into(),
        ..order(&format!("5-{k}"))
    });
    let again = once(engine.command(stage.live(), operator(), Action::Issue(items.collect())), 5);
    let answer = engine.answer(again).wait().expect("an answer");
    assert!(answer.replayed, "{answer:?}");
    let refused = engine.command(stage.live(), operator(), Action::Void(missing()));
    let answer = engine.answer(once(refused, 99_999)).wait().expect("an answer");
    assert!(answer.replayed && answer.result.is_err(), "{answer:?}");
    let next = engine.command(stage.live(), operator(), Action::Issue(vec![order("next")]));
    assert_eq!(text(engine.answer(next).wait()), "INV-2026-09000");
    let access = engine::wait(engine.authenticate(&stage.account.live_key)).expect("an answer");
    assert_eq!(access.map(|access| access.ledger), Some(stage.live()));
}

#[test]
fn a_move_can_be_run_again_until_one_side_goes_on() {
    let (stage, target) = (played(), Target::new());
    let first = moved(&stage, &target).expect("moved");
    let again = moved(&stage, &target).expect("proven again");
    assert!(again.iter().all(|moved| moved.was_there));
    assert_eq!(again.iter().map(|m| m.head).collect::<Vec<_>>(), [first[0].head, first[1].head]);
    let issue = |engine: &Engine, reference: &str| {
        let issue = Action::Issue(vec![order(reference)]);
        let command = engine.command(stage.live(), operator(), issue);
        engine.execute_blocking(command).expect("a number");
        engine.shutdown();
    };
    issue(&target.engine(), "there");
    let told = message(moved(&stage, &target));
    assert!(told.contains("gone on in the target, where its trail is 1 longer"), "{told}");
    issue(&Engine::start(source(&stage), EngineOptions::default()).expect("it starts"), "here");
    let told = message(moved(&stage, &target));
    assert!(told.contains("gone on in both"), "{told}");
    let other = Target::new();
    moved(&stage, &other).expect("moved");
    issue(&Engine::start(source(&stage), EngineOptions::default()).expect("it starts"), "more");
    let told = message(moved(&stage, &other));
    assert!(told.contains("gone on in the source since"), "{told}");
}

/// Leaves what a move leaves that was stopped, of another state: it would clash if it stayed.
fn stop_half_way(stage: &Stage, target: &Target) {
    let mut reader = stage.store.reader().expect("a reader");
    let all = Page { limit: 100, ..Page::default() };
    let numbers = reader.numbers(stage.live(), &NumberFilter::default(), all).expect("read").rows;
    let sequences = reader.sequences(stage.live(), ledger::id::SequenceId(0), 100).expect("read");
    leave(
        target,
        &Changes {
            sequences: sequences.rows,
            new_numbers: numbers.into_iter().map(|found| found.row).collect(),
            customers: vec![ledger::model::CustomerRow {
                ledger: stage.live(),
                id: CustomerId("cus_ghost".to_owned()),
                prefix: "GHOST".to_owned(),
            }],
            ..Changes::default()
        },
    );
}

fn leave(target: &Target, part: &Changes) {
    let store = target.open();
    store.writer().expect("a writer").restore(part).expect("restored");
}

#[test]
fn what_a_stopped_move_left_is_begun_anew() {
    let (stage, target) = (played(), Target::new());
    stop_half_way(&stage, &target);
    let ledgers = moved(&stage, &target).expect("moved");
    assert!(ledgers.iter().all(|moved| !moved.was_there));
    let to = target.open();
    let there = everything(&mut *to.reader().expect("a reader"), stage.live());
    let mut reader = stage.store.reader().expect("a reader");
    assert_eq!(there, everything(&mut *reader, stage.live()));
}

#[test]
fn what_a_stopped_move_left_is_no_new_database() {
    let (stage, target) = (played(), Target::new());
    stop_half_way(&stage, &target);
    let engine = target.engine();
    let opening = engine::wait(engine.open_first_account(NewAccount::default()));
    let Err(EngineError::Store(failure)) = opening else { panic!("{opening:?}") };
    assert_eq!(failure.kind, StoreFailureKind::Unusable);
    let told = failure.message;
    assert!(told.contains("rows of ledger 1") && told.contains("`gapless migrate"), "{told}");
    engine.shutdown();
    drop(engine);
    moved(&stage, &target).expect("the move goes on where no account was opened");
    let engine = target.engine();
    let opened = engine::wait(engine.open_account(NewAccount::default())).expect("opened");
    assert_eq!(opened.live, LedgerId(3));
}

#[test]
fn any_row_of_a_stopped_move_keeps_an_account_from_being_opened() {
    let stage = played();
    let mut reader = stage.store.reader().expect("a reader");
    let test = stage.account.test;
    let series = reader.series(test).expect("read").into_iter().map(Arc::new).collect();
    let trail = reader.trail(test, 0, 2).expect("read").entries;
    let trail = trail.into_iter().map(|stored| stored.sealed).collect();
    let sequences = reader.sequences(test, ledger::id::SequenceId(0), 1).expect("read").rows;
    assert!(!sequences.is_empty());
    for part in [
        Changes { series, ..Changes::default() },
        Changes { trail, ..Changes::default() },
        Changes { sequences, ..Changes::default() },
    ] {
        let target = Target::new();
        leave(&target, &part);
        let engine = target.engine();
        let opening = engine::wait(engine.open_account(NewAccount::default()));
        let Err(EngineError::Store(failure)) = opening else { panic!("{opening:?} {part:?}") };
        assert!(failure.message.contains("rows of ledger 2"), "{failure}");
    }
}

#[test]
fn documents_that_do_not_arrive_are_told_before_the_ledger_is_there() {
    let (stage, target) = (played(), Target::new());
    let lossy = crate::stage::Tampered::new(target.open());
    lossy.lose_an_object();
    let to: Arc<dyn Store> = Arc::<crate::stage::Tampered>::clone(&lossy);
    match move_ledgers(&source(&stage), &to, &Progress::default()) {
        Err(MoveError::Unproven { side: Side::Target, ledger, findings }) => {
            assert_eq!(ledger, stage.live());
            assert_eq!(findings.len(), 1, "{findings:?}");
            assert!(findings[0].contains("objects are not the same: 151"), "{findings:?}");
        }
        other => panic!("{other:?}"),
    }
    let heads = to.reader().and_then(|mut reader| reader.ledgers(LedgerId(0), 10));
    assert!(heads.expect("read").is_empty(), "nothing was moved");
    drop((to, lossy));
    moved(&stage, &target).expect("moved when nothing is lost");
}

#[test]
fn a_moved_ledger_whose_documents_differ_is_told() {
    let (stage, target) = (played(), Target::new());
    moved(&stage, &target).expect("moved");
    {
        let store = target.open();
        // What is delivered in the target moves no head, and is nobody's fault.
        deliver(&*store, stage.live());
        let mut row = store
            .reader()
            .and_then(|mut reader| reader.all_objects(stage.live(), ObjectId(0), 1))
            .expect("read")
            .remove(0);
        moved_again(&stage, &store);
        row.revision += 1_000;
        let changes = Changes { objects: vec![Arc::new(row)], ..Changes::default() };
        let mut writer = store.writer().expect("a writer");
        writer.begin(&[stage.live()]).expect("begun");
        writer.commit(&changes).expect("written");
    }
    let told = message(moved(&stage, &target));
    assert!(told.contains("objects are not the same: 151 in the source, 151 there"), "{told}");
}

fn moved_again(stage: &Stage, target: &Arc<dyn Store>) {
    let moved = move_ledgers(&source(stage), target, &Progress::default()).expect("proven");
    assert!(moved.iter().all(|moved| moved.was_there));
}

#[test]
fn documents_that_were_written_since_are_told() {
    let (stage, target) = (played(), Target::new());
    moved(&stage, &target).expect("moved");
    let engine = Engine::start(source(&stage), EngineOptions::default()).expect("it starts");
    let tax_rate = NewTaxRate {
        percentage: 19.into(),
        inclusive: false,
        rest: TaxRateChange { display_name: Some("VAT".to_owned()), ..TaxRateChange::default() },
    };
    let command = DocumentCommand {
        request: None,
        idempotency_key: None,
        drafts_numbered: false,
        action: DocumentAction::CreateTaxRate(Box::new(tax_rate)),
    };
    let new = engine.command(stage.live(), operator(), Action::Document(Box::new(command)));
    engine.execute_blocking(new).expect("a tax rate");
    engine.shutdown();
    let told = message(moved(&stage, &target));
    assert!(told.contains("source since it was moved: documents were written since"), "{told}");
}

#[test]
fn a_ledger_that_a_server_holds_is_not_moved() {
    let (stage, target) = (played(), Target::new());
    stage.store.lend(stage.account.test, 1);
    let told = message(moved(&stage, &target));
    assert!(told.contains(&format!("Ledger {} of the source", stage.account.test)), "{told}");
    assert!(told.contains("Stop every server"), "{told}");
    let heads = target.open().reader().and_then(|mut reader| reader.ledgers(LedgerId(0), 10));
    assert!(heads.expect("read").is_empty(), "nothing was moved");
    moved(&stage, &target).expect("moved when it is free");
}

#[test]
fn a_source_in_use_is_left_alone() {
    let (stage, target) = (Stage::new(), Target::new());
    match moved(&stage, &target) {
        Err(MoveError::Engine(EngineError::Store(failure))) => {
            assert_eq!(failure.kind, StoreFailureKind::Busy);
            assert!(failure.message.contains("Nothing may be issued"), "{failure}");
        }
        other => panic!("{other:?}"),
    }
    stage.issue(order("a")).expect("the engine goes on");
}

#[test]
fn a_source_that_does_not_hold_is_not_moved() {
    let (stage, target) = (played(), Target::new());
    // A row that changed behind the trail's back.
    let found = stage.store.reader().expect("a reader").number(stage.live(), Position(9));
    let mut row = found.expect("read").expect("a number").row;
    row.reference = Some("another".to_owned());
    let changes = Changes { changed_numbers: vec![row], ..Changes::default() };
    let mut writer = stage.store.writer().expect("a writer");
    writer.begin(&[stage.live()]).expect("begun");
    writer.commit(&changes).expect("written");
    drop(writer);
    match moved(&stage, &target) {
        Err(MoveError::Unproven { side: Side::Source, ledger, findings }) => {
            assert_eq!(ledger, stage.live());
            assert!(!findings.is_empty());
        }
        other => panic!("{other:?}"),
    }
    let heads = target.open().reader().and_then(|mut reader| reader.ledgers(LedgerId(0), 10));
    assert!(heads.expect("read").is_empty(), "nothing was moved");
}

#[test]
fn a_target_of_somebody_else_is_left_alone() {
    let (stage, target) = (played(), Target::new());
    let engine = target.engine();
    let new = NewAccount { name: "Other".to_owned(), ..NewAccount::default() };
    engine::wait(engine.open_account(new)).expect("an account");
    engine.shutdown();
    let told = message(moved(&stage, &target));
    assert!(told.contains("cannot be moved") && told.contains("empty database"), "{told}");
    let store = target.open();
    let mut reader = store.reader().expect("a reader");
    let numbers = reader.numbers(
        stage.live(),
        &NumberFilter::default(),
        Page { limit: 10, ..Page::default() },
    );
    assert!(numbers.expect("read").rows.is_empty());
    let (empty, other) = (Target::new(), Target::new());
    let told = move_ledgers(&empty.open(), &other.open(), &Progress::default());
    assert_eq!(told, Err(MoveError::Empty));
}
