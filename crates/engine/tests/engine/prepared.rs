//! A large command that is decided beside the writer.

use std::time::Duration;

use ledger::command::Item;
use ledger::{Action, Outcome};

use crate::stage::{Fault, Stage, order};

fn texts(outcome: Outcome) -> Vec<String> {
    let Outcome::Issued(views) = outcome else { panic!("{outcome:?}") };
    views.into_iter().map(|view| view.row.text).collect()
}

#[test]
fn what_was_prepared_is_written_as_it_was_decided() {
    let stage = Stage::new();
    let command = stage.command(Action::Issue(vec![order("a"), order("b"), order("a")]));
    let outcome = stage.engine.execute_prepared(command).expect("it is done");
    assert_eq!(texts(outcome), ["INV-2026-00001", "INV-2026-00002", "INV-2026-00001"]);
    let refused = Item { reference: Some("x".repeat(9_999)), ..order("c") };
    let command = stage.command(Action::Issue(vec![refused]));
    let loads = stage.store.loads();
    assert!(stage.engine.execute_prepared(command).is_err());
    assert_eq!(stage.store.loads() - loads, 1, "a refusal is not decided again either");
    stage.assert_holds();
}

#[test]
fn what_was_prepared_outlives_a_dead_connection() {
    let stage = Stage::new();
    stage.store.cut(1);
    let loads = stage.store.loads();
    let command = stage.command(Action::Issue(vec![order("a"), order("b")]));
    let outcome = stage.engine.execute_prepared(command).expect("it is done");
    assert_eq!(texts(outcome), ["INV-2026-00001", "INV-2026-00002"]);
    assert_eq!(stage.engine.metrics().reopened, 1);
    assert_eq!(stage.store.loads() - loads, 1, "the writer only looks whether it holds");
    stage.assert_holds();
}

#[test]
fn what_was_not_written_is_prepared_again() {
    for (fault, looks) in [(Fault::RequestLost, 3), (Fault::Fails, 3), (Fault::AnswerLost, 2)] {
        let stage = Stage::new();
        let loads = stage.store.loads();
        stage.store.plan(fault);
        let command = stage.command(Action::Issue(vec![order("a"), order("b")]));
        let outcome = stage.engine.execute_prepared(command).expect("it is done");
        assert_eq!(texts(outcome), ["INV-2026-00001", "INV-2026-00002"]);
        assert_eq!(stage.store.loads() - loads, looks, "{fault:?}: heads, and nothing else");
        stage.assert_holds();
    }
}

#[test]
fn what_is_always_overtaken_is_decided_by_the_writer() {
    let stage = Stage::new();
    stage.store.refuse("b");
    let command = stage.command(Action::Issue(vec![order("a"), order("b")]));
    // The database refuses every time what was decided beside the writer.
    let readers = stage.store.readers();
    assert!(stage.engine.execute_prepared(command).is_err());
    assert_eq!(stage.store.readers() - readers, 3, "so many times it is decided beside it");
    assert_eq!(stage.store.commits(), 1 + 3 + 3, "the account, beside it, and by the writer");
    assert_eq!(stage.issue(order("a")).expect("a number").row.text, "INV-2026-00001");
    stage.assert_holds();
}

#[test]
fn what_was_prepared_on_a_ledger_that_has_changed_since_is_decided_again() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    stage.store.hold();
    let between = stage.engine.answer(stage.command(Action::Issue(vec![order("b")])));
    stage.store.await_held();
    let engine = stage.engine.clone();
    let command = stage.command(Action::Issue(vec![order("c"), order("b"), order("a")]));
    let large = std::thread::spawn(move || engine.execute_prepared(command));
    while stage.engine.metrics().queue_depth == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let loads = stage.store.loads();
    stage.store.release();
    let outcome = large.join().expect("no panic").expect("it is done");
    assert_eq!(texts(outcome), ["INV-2026-00003", "INV-2026-00002", "INV-2026-00001"]);
    assert_eq!(stage.store.loads() - loads, 2, "it is decided beside the writer, twice");
    let outcome = between.wait().expect("an answer").result.expect("a number");
    assert_eq!(texts(outcome), ["INV-2026-00002"]);
    stage.assert_holds();
}
