//! A commit whose answer is lost is looked for before anybody is told.

use engine::{EngineError, StoreFailureKind};
use ledger::{Action, Actor, Command};

use crate::stage::{Fault, Stage, order};

#[test]
fn a_commit_in_doubt_that_was_written_is_answered_once() {
    let stage = Stage::new();
    stage.store.plan(Fault::AnswerLost);
    assert_eq!(stage.issue(order("a")).expect("found").row.text, "INV-2026-00001");
    assert_eq!(stage.issue(order("b")).expect("a number").row.text, "INV-2026-00002");
    assert_eq!(stage.engine.metrics().reopened, 1);
    stage.assert_holds();
}

#[test]
fn a_commit_in_doubt_that_was_not_written_is_done_again() {
    for fault in [Fault::RequestLost, Fault::Fails] {
        let stage = Stage::new();
        stage.store.plan(fault);
        assert_eq!(stage.issue(order("a")).expect("done again").row.text, "INV-2026-00001");
        assert_eq!(stage.issue(order("b")).expect("a number").row.text, "INV-2026-00002");
        stage.assert_holds();
    }
}

#[test]
fn a_commit_in_doubt_is_found_behind_what_others_wrote_since() {
    for (fault, own, intruders) in [
        (Fault::AnswerLost, "INV-2026-00001", "INV-2026-00002"),
        (Fault::RequestLost, "INV-2026-00002", "INV-2026-00001"),
    ] {
        let stage = Stage::new();
        let issue = stage.command(Action::Issue(vec![order("other")]));
        let issue = Command { actor: Actor::Operator("intruder".to_owned()), ..issue };
        let command = issue.clone();
        stage.store.intrude(move |store| {
            let mut writer = store.writer().expect("a writer");
            let answers = store::contract::drive(writer.as_mut(), vec![command]).expect("driven");
            assert_eq!(answers.len(), 1);
        });
        stage.store.plan(fault);
        assert_eq!(stage.issue(order("own")).expect("settled").row.text, own);
        assert_eq!(stage.issue(order("other")).expect("it is there").row.text, intruders);
        stage.assert_holds();
    }
}

#[test]
fn a_commit_that_stays_in_doubt_is_said_to_be() {
    let stage = Stage::new();
    stage.store.plan(Fault::AnswerLost);
    stage.store.close(1_000_000);
    let failed = stage.issue(order("a")).expect_err("the database is gone");
    let EngineError::Store(failure) = failed else { panic!("{failed:?}") };
    assert_eq!(failure.kind, StoreFailureKind::InDoubt);
    assert!(engine::wait(stage.engine.ready()).is_err());
    stage.store.close(0);
    assert_eq!(engine::wait(stage.engine.ready()), Ok(()));
    // It had been written: asking again finds it.
    assert_eq!(stage.issue(order("a")).expect("back again").row.text, "INV-2026-00001");
    stage.assert_holds();
}

#[test]
fn a_database_that_fails_for_a_moment_is_waited_for() {
    let stage = Stage::new();
    stage.store.plan(Fault::Fails);
    stage.store.close(2);
    assert_eq!(stage.issue(order("a")).expect("waited").row.text, "INV-2026-00001");
    assert_eq!(stage.store.commits(), 3, "opening the account, the failure, and the number");
}
