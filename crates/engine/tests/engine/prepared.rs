//! A large command that is decided beside the writer.

use std::time::Duration;

use ledger::command::Item;
use ledger::{Action, Outcome};

use crate::stage::{Stage, order};

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
    assert!(stage.engine.execute_prepared(command).is_err());
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
    stage.store.release();
    let outcome = large.join().expect("no panic").expect("it is done");
    assert_eq!(texts(outcome), ["INV-2026-00003", "INV-2026-00002", "INV-2026-00001"]);
    let outcome = between.wait().expect("an answer").result.expect("a number");
    assert_eq!(texts(outcome), ["INV-2026-00002"]);
    stage.assert_holds();
}
