//! Batches that are decided before the store is asked, and written only where the guess holds.

use ledger::batch::Step;
use ledger::id::LedgerId;
use ledger::model::{IdempotencyKey, Kind, RequestHash};
use ledger::{Batch, Books, Changes, Command, Guess};

use super::sample::{LEDGER, issue, open, writer};
use super::{Case, Database};
use crate::{Store, Writer};

pub(super) const CASES: &[Case] = &[
    ("a guess that holds is written", a_guess_that_holds_is_written),
    ("a guess that does not hold is not", a_guess_that_does_not_hold_is_not),
    ("one of several ledgers that changed", one_of_several_ledgers_that_changed),
    ("a ledger that another writer holds", a_ledger_that_another_writer_holds),
];

/// Runs commands; what is known behind them.
fn known(writer: &mut dyn Writer, commands: Vec<Command>) -> Books {
    let mut ledgers: Vec<_> = commands.iter().map(|command| command.ledger).collect();
    ledgers.sort_unstable();
    ledgers.dedup();
    writer.begin(&ledgers).expect("begin");
    let decided = Batch::new(commands).run(|misses| writer.load(misses)).expect("load");
    writer.commit(&decided.changes).expect("commit");
    decided.books
}

/// Commands decided on a guess.
fn guessed(books: Books, commands: Vec<Command>) -> (Guess, Changes, Books) {
    let mut batch = Batch::on(books, commands);
    let Step::Load(misses) = batch.step() else { panic!("nothing to be proven") };
    let guess = batch.guess(misses).expect("likely");
    let Step::Done(decided) = batch.step() else { panic!("asks for more than was guessed") };
    (guess, decided.changes, decided.books)
}

fn written(writer: &mut dyn Writer, guess: &Guess, changes: &Changes) -> bool {
    writer.commit_guessed(guess, changes).expect("an answer")
}

/// A command with an idempotency key.
fn with_key(command: Command, key: u8) -> Command {
    Command { idempotency: Some((IdempotencyKey([key; 16]), RequestHash([key; 16]))), ..command }
}

fn numbers(store: &dyn Store, ledger: LedgerId) -> u64 {
    store.reader().expect("reader").summary(ledger).expect("read").numbers
}

fn a_guess_that_holds_is_written(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let mut books = known(&mut *writer, vec![open(LEDGER), with_key(issue(LEDGER, "order-0"), 0)]);
    for round in 1..=3 {
        let command = with_key(issue(LEDGER, &format!("order-{round}")), round);
        let (guess, changes, next) = guessed(books, vec![command]);
        assert_eq!(guess.references.len() + guess.texts.len() + guess.outcomes.len(), 3);
        assert!(written(&mut *writer, &guess, &changes));
        assert_eq!(numbers(&*store, LEDGER), 1 + u64::from(round));
        books = next;
    }
}

fn a_guess_that_does_not_hold_is_not(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let books = known(&mut *writer, vec![open(LEDGER), with_key(issue(LEDGER, "order-0"), 7)]);
    let (right, changes, _) = guessed(books, vec![with_key(issue(LEDGER, "order-1"), 8)]);
    let mut head = right.clone();
    head.heads[0].1.trail_count += 1;
    let mut hash = right.clone();
    hash.heads[0].1.trail_hash.0[3] ^= 1;
    let mut object = right.clone();
    object.heads[0].1.last_object += 1;
    let mut nowhere = right.clone();
    nowhere.heads.push((LedgerId(9), right.heads[0].1));
    let mut reference = right.clone();
    reference.references.insert(0, (LEDGER, Kind::invoice(), "order-0".to_owned()));
    let mut text = right.clone();
    text.texts.insert(0, (LEDGER, "inv-2026-00001".to_owned()));
    let mut outcome = right.clone();
    outcome.outcomes.insert(0, (LEDGER, IdempotencyKey([7; 16])));
    for wrong in [head, hash, object, nowhere, reference, text, outcome] {
        assert!(!written(&mut *writer, &wrong, &changes), "{wrong:?}");
        assert_eq!(numbers(&*store, LEDGER), 1);
    }
    assert!(written(&mut *writer, &right, &changes));
    assert!(!written(&mut *writer, &right, &changes), "it was true only before");
    assert_eq!(numbers(&*store, LEDGER), 2);
}

fn one_of_several_ledgers_that_changed(database: &dyn Database) {
    let store = database.open().expect("open");
    let mut writer = writer(&*store);
    let ledgers = [LEDGER, LedgerId(4), LedgerId(6)];
    let each = |reference: &str| ledgers.map(|ledger| issue(ledger, reference)).to_vec();
    let books = known(&mut *writer, [ledgers.map(open).to_vec(), each("order-0")].concat());
    let (guess, changes, books) = guessed(books, each("order-1"));
    assert_eq!(guess.ledgers(), ledgers);
    assert!(written(&mut *writer, &guess, &changes));
    let (guess, changes, _) = guessed(books, each("order-2"));
    known(&mut *writer, vec![issue(ledgers[1], "order-3")]);
    assert!(!written(&mut *writer, &guess, &changes));
    assert_eq!(ledgers.map(|ledger| numbers(&*store, ledger)), [2, 3, 2]);
}

fn a_ledger_that_another_writer_holds(database: &dyn Database) {
    let store = database.open().expect("open");
    if store.writers_max() < 2 {
        return;
    }
    let (mut writer, mut other) = (writer(&*store), writer(&*store));
    let books = known(&mut *writer, vec![open(LEDGER), issue(LEDGER, "order-0")]);
    let (guess, changes, _) = guessed(books, vec![issue(LEDGER, "order-1")]);
    assert_eq!(other.begin(&[LEDGER]).expect("begin"), [LEDGER]);
    assert!(!written(&mut *writer, &guess, &changes), "it does not wait");
    other.rollback().expect("rollback");
    assert!(written(&mut *writer, &guess, &changes));
}
