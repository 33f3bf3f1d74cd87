//! What a number costs: bytes in the file, bytes in the log, statements.

#![expect(clippy::print_stderr, reason = "what was measured is told")]

use jiff::civil::date;
use ledger::Command;
use ledger::command::{Action, Actor, Item, NewKey, Open};
use ledger::id::{AccountId, KeyId, LedgerId};
use ledger::model::{At, HouseStyle, IdempotencyKey, KeyHash, Mode, RequestHash};
use ledger::role::Role;
use store::contract::drive;
use store::{Store, Writer};
use store_sqlite::{Checkpoints, Counters, OpenOptions, SqliteStore};
use tempfile::TempDir;

const LEDGER: LedgerId = LedgerId(1);
const NOON: At = At(1_795_176_000_000);
const BATCH: u64 = 48;
/// A page in the write-ahead log, with its header.
const FRAME_BYTES: u64 = 4_120;

struct Bench {
    // Declared in the order in which they are closed.
    writer: Box<dyn Writer>,
    store: SqliteStore,
    directory: TempDir,
}

impl Bench {
    fn new() -> Bench {
        let directory = tempfile::tempdir().expect("a directory");
        let options =
            OpenOptions { checkpoints: Checkpoints::BetweenBatches, ..OpenOptions::default() };
        let store = SqliteStore::open(&directory.path().join("budget.db"), options).expect("open");
        let writer = store.writer().expect("writer");
        let mut bench = Bench { writer, store, directory };
        bench.run(vec![open(), key()]);
        bench
    }

    fn run(&mut self, commands: Vec<Command>) {
        let answers = drive(&mut *self.writer, commands).expect("drive");
        let refused = answers.into_iter().find_map(|answer| answer.result.err());
        assert_eq!(refused, None);
    }

    /// Issues batches of rising references, and tells what each number cost.
    fn issue(&mut self, batches: u64, keys: Keys) -> Cost {
        let before = self.store.counters();
        for batch in 0..batches {
            let numbers = batch * BATCH..(batch + 1) * BATCH;
            self.run(numbers.map(|n| issue(n, keys)).collect());
        }
        let after = self.store.counters();
        Cost { numbers: batches * BATCH, before, after }
    }

    fn close(self) -> u64 {
        let Bench { writer, store, directory } = self;
        drop(writer);
        drop(store);
        let entries = std::fs::read_dir(directory.path()).expect("list");
        let sizes = entries.map(|entry| entry.expect("entry").metadata().expect("size").len());
        sizes.sum()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Keys {
    None,
    Random,
}

struct Cost {
    numbers: u64,
    before: Counters,
    after: Counters,
}

impl Cost {
    fn log_bytes(&self) -> u64 {
        (self.after.log_frames - self.before.log_frames) * FRAME_BYTES / self.numbers
    }

    fn statements_per_batch(&self) -> u64 {
        let statements = self.after.writer_statements - self.before.writer_statements;
        let commits = self.after.commits - self.before.commits;
        assert_eq!(statements % commits, 0, "each batch runs the same number");
        statements / commits
    }
}

fn command(action: Action) -> Command {
    let actor = Actor::Operator("budget".to_owned());
    Command { ledger: LEDGER, actor, at: NOON, idempotency: None, action }
}

fn open() -> Command {
    command(Action::Open(Open {
        account: AccountId("acct_0123456789abcdef".to_owned()),
        name: "Budget".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }))
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
    let mut bench = Bench::new();
    let cost = bench.issue(120, Keys::None);
    let log = cost.log_bytes();
    let file = bench.close() / cost.numbers;
    eprintln!("{file} bytes a number in the file, {log} in the log");
    assert!(file <= 900, "{file} bytes a number in the file");
    assert!(log <= 4_096, "{log} bytes a number in the log");
}

#[test]
fn a_random_key_costs_little_more() {
    let mut bench = Bench::new();
    // Enough that keys are filed.
    let cost = bench.issue(500, Keys::Random);
    let log = cost.log_bytes();
    let file = bench.close() / cost.numbers;
    eprintln!("with random keys: {file} bytes a number in the file, {log} in the log");
    assert!(log <= 3_500, "{log} bytes a number in the log");
}

#[test]
fn statements_do_not_grow_with_the_batch() {
    let mut bench = Bench::new();
    bench.issue(1, Keys::Random);
    let small = bench.issue_batch_of(1);
    let large = bench.issue_batch_of(480);
    assert_eq!(small, large);
    eprintln!("{large} statements a batch");
    assert!(large <= 40, "{large} statements a batch");
}

impl Bench {
    fn issue_batch_of(&mut self, size: u64) -> u64 {
        let before = self.store.counters();
        let numbers = size * 1_000..size * 1_000 + size;
        self.run(numbers.map(|n| issue(n, Keys::Random)).collect());
        Cost { numbers: size, before, after: self.store.counters() }.statements_per_batch()
    }
}
