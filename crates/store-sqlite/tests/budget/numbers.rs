//! What a number costs.

use jiff::civil::date;
use ledger::Command;
use ledger::command::{Action, Actor, Item, NewKey};
use ledger::id::KeyId;
use ledger::model::{At, IdempotencyKey, KeyHash, RequestHash};
use ledger::role::Role;

use crate::bench::{Bench, Cost, NOON, command};

const BATCH: u64 = 48;

#[derive(Clone, Copy, PartialEq)]
enum Keys {
    None,
    Random,
}

/// A store whose ledger has a key.
fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.run(vec![key()]);
    bench
}

/// Issues batches of rising references.
fn batches(bench: &mut Bench, batches: u64, keys: Keys) -> Cost {
    bench.cost(|bench| {
        for batch in 0..batches {
            let numbers = batch * BATCH..(batch + 1) * BATCH;
            bench.run(numbers.map(|n| issue(n, keys)).collect());
        }
    })
}

fn key() -> Command {
    command(Action::CreateKey(NewKey {
        id: KeyId(u64::MAX / 3),
        hash: KeyHash([1; 32]),
        hint: "abcd".to_owned(),
        role: Role::Clerk,
        name: "till".to_owned(),
    }))
}

fn issue(n: u64, keys: Keys) -> Command {
    let item = Item {
        date: Some(date(2026, 11, 20)),
        reference: Some(format!("order-{n:08}")),
        ..Item::default()
    };
    let idempotency = (keys == Keys::Random).then(|| (random(n), RequestHash(random(!n).0)));
    let actor = Actor::Key(KeyId(u64::MAX / 3));
    // A few milliseconds pass between batches.
    let at = At(NOON.0 + n as i64 / 10);
    Command { at, actor, idempotency, ..command(Action::Issue(vec![item])) }
}

/// Sixteen bytes that look random, the same for the same `n`.
fn random(n: u64) -> IdempotencyKey {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)).to_be_bytes()
    };
    let (a, b) = (mix(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)), mix(!n));
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&a);
    bytes[8..].copy_from_slice(&b);
    IdempotencyKey(bytes)
}

#[test]
fn a_number_keeps_within_its_bytes() {
    let mut bench = bench();
    let log = batches(&mut bench, 120, Keys::None).log_bytes() / (120 * BATCH);
    let file = bench.close() / (120 * BATCH);
    eprintln!("{file} bytes a number in the file, {log} in the log");
    assert!(file <= 900, "{file} bytes a number in the file");
    assert!(log <= 4_096, "{log} bytes a number in the log");
}

#[test]
fn a_random_key_costs_little_more() {
    let mut bench = bench();
    // Enough that keys are filed.
    let log = batches(&mut bench, 500, Keys::Random).log_bytes() / (500 * BATCH);
    let file = bench.close() / (500 * BATCH);
    eprintln!("with random keys: {file} bytes a number in the file, {log} in the log");
    assert!(log <= 3_500, "{log} bytes a number in the log");
}

#[test]
fn statements_do_not_grow_with_the_batch() {
    let mut bench = bench();
    batches(&mut bench, 1, Keys::Random);
    let mut of_size = |size: u64| {
        let numbers = size * 1_000..size * 1_000 + size;
        let commands = numbers.map(|n| issue(n, Keys::Random)).collect();
        bench.cost(|bench| drop(bench.run(commands))).statements_per_batch()
    };
    let (small, large) = (of_size(1), of_size(480));
    assert_eq!(small, large);
    eprintln!("{large} statements a batch");
    assert!(large <= 40, "{large} statements a batch");
}
