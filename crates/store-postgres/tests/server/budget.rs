//! What a batch costs: statements, and times to the server and back.

use crate::stage::{Stage, command, issue_item, open};
use ledger::Command;
use ledger::command::document::{CustomerChange, DocumentAction, DocumentCommand, EndpointChange};
use ledger::command::{Action, Actor, Item, NewKey, Void};
use ledger::id::{KeyId, LedgerId, Position};
use ledger::model::{At, Cause, DeliveryState, IdempotencyKey, KeyHash, RequestHash};
use ledger::role::Role;
use store::Store;
use store::contract::drive;

const KEY: KeyId = KeyId(u64::MAX / 3);

/// What some batches cost together.
#[derive(Debug, PartialEq, Eq)]
struct Cost {
    statements: u64,
    trips: u64,
    commits: u64,
}

fn cost(stage: &Stage, writer: &mut dyn store::Writer, commands: Vec<Command>) -> Cost {
    let before = stage.store.counters();
    let answers = drive(writer, commands).expect("drive");
    assert_eq!(answers.into_iter().find_map(|answer| answer.result.err()), None);
    let after = stage.store.counters();
    Cost {
        statements: after.writer_statements - before.writer_statements,
        trips: after.writer_trips - before.writer_trips,
        commits: after.commits - before.commits,
    }
}

fn key(ledger: LedgerId) -> Command {
    let id = KeyId(KEY.0 + ledger.0);
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&ledger.0.to_be_bytes());
    let (hash, hint) = (KeyHash(hash), "abcd".to_owned());
    let new = NewKey { id, hash, hint, role: Role::Clerk, name: "till".to_owned() };
    command(ledger, Action::CreateKey(new))
}

/// A number for a reference, asked for with a key and an idempotency key.
fn issue(ledger: LedgerId, n: u64) -> Command {
    let mut bytes = [1; 16];
    bytes[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    let item = Item { reference: Some(format!("order-{n}")), ..issue_item() };
    Command {
        actor: Actor::Key(KeyId(KEY.0 + ledger.0)),
        idempotency: Some((IdempotencyKey(bytes), RequestHash([2; 16]))),
        ..command(ledger, Action::Issue(vec![item]))
    }
}

#[test]
fn a_batch_costs_the_same_whatever_its_size_and_however_many_ledgers() {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    let ledgers: Vec<LedgerId> = (1..=64).map(LedgerId).collect();
    for id in &ledgers {
        drive(&mut *writer, vec![open(*id), key(*id)]).expect("open");
        drive(&mut *writer, vec![issue(*id, 1)]).expect("a first number");
    }
    let mut batch = |size: u64, ledgers: &[LedgerId], from: u64| {
        let of = |n: u64| ledgers[n as usize % ledgers.len()];
        let mut commands: Vec<_> = (0..size).map(|n| issue(of(n), from + n)).collect();
        commands.sort_by_key(|command| command.ledger);
        cost(&stage, &mut *writer, commands)
    };
    let small = batch(1, &ledgers[..1], 1_000);
    let large = batch(480, &ledgers[..1], 2_000);
    let wide = batch(480, &ledgers, 3_000);
    assert_eq!(small, large, "whatever its size");
    assert_eq!(large, wide, "however many ledgers");
    assert_eq!(small.commits, 1);
    // Begin with the locks, five rounds of loading, writing, committing.
    assert!(small.trips <= 8, "{small:?}");
    assert!(small.statements <= 16, "{small:?}");
}

#[test]
fn other_changes_go_in_the_same_trips() {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    let ledger = LedgerId(1);
    drive(&mut *writer, vec![open(ledger), key(ledger), issue(ledger, 1)]).expect("open");
    let void = Void { number: Position(1), cause: Cause::Unused, reason: "no".to_owned() };
    let commands = vec![issue(ledger, 2), command(ledger, Action::Void(void))];
    let cost = cost(&stage, &mut *writer, commands);
    assert!(cost.trips <= 8 && cost.statements <= 30, "{cost:?}");
}

#[test]
fn reading_goes_in_few_trips_too() {
    let stage = Stage::new();
    let ledger = LedgerId(1);
    let mut writer = stage.store.writer().expect("writer");
    drive(&mut *writer, vec![open(ledger), key(ledger), issue(ledger, 1)]).expect("open");
    let mut reader = stage.store.reader().expect("reader");
    let before = stage.store.counters();
    let page = store::Page { limit: 10, ..store::Page::default() };
    reader.numbers(ledger, &store::NumberFilter::default(), page).expect("read");
    let after = stage.store.counters();
    // The positions with the begin of one state, the numbers, and its end.
    assert_eq!(after.reader_trips - before.reader_trips, 3);
    assert_eq!(after.reader_statements - before.reader_statements, 4);
    assert_eq!(after.connections, 3, "one of the store, of the writer, of the reader");
}

fn document(ledger: LedgerId, action: DocumentAction) -> Command {
    let (request, idempotency_key) = (Some("req_1".to_owned()), None);
    let asked = DocumentCommand { request, idempotency_key, drafts_numbered: false, action };
    command(ledger, Action::Document(Box::new(asked)))
}

fn endpoint(ledger: LedgerId) -> Command {
    let endpoint = EndpointChange {
        url: Some("https://hooks.example.com/".to_owned()),
        enabled_events: Some(vec!["*".to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0123456789abcdef".to_owned();
    document(ledger, DocumentAction::CreateEndpoint(Box::new(endpoint), secret))
}

#[test]
fn documents_and_what_is_told_of_them_cost_the_same_whatever_the_batch() {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    let ledger = LedgerId(1);
    drive(&mut *writer, vec![open(ledger), endpoint(ledger)]).expect("open");
    let mut batch = |letter: char, size: usize| {
        let new = |n: usize| {
            let invoice_prefix = Some(format!("{letter}{n:04}"));
            let change = CustomerChange { invoice_prefix, ..CustomerChange::default() };
            document(ledger, DocumentAction::CreateCustomer(Box::new(change)))
        };
        cost(&stage, &mut *writer, (0..size).map(new).collect())
    };
    batch('A', 1);
    let (small, large) = (batch('B', 12), batch('C', 240));
    assert_eq!(small, large);
    assert!(large.trips <= 8 && large.statements <= 20, "{large:?}");
    let before = stage.store.counters();
    let (now, until) = (At(i64::MAX - 1), At(i64::MAX));
    let mut taken = writer.claim_deliveries(ledger, now, until, 200).expect("claim");
    assert_eq!(taken.len(), 200);
    for row in &mut taken {
        row.state = DeliveryState::Delivered;
    }
    writer.settle_deliveries(&taken).expect("settle");
    let after = stage.store.counters();
    assert_eq!(after.writer_trips - before.writer_trips, 2, "to take and to settle");
    // Each with its BEGIN and its COMMIT.
    assert_eq!(after.writer_statements - before.writer_statements, 6);
}
