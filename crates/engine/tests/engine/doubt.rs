//! A commit whose answer is lost is looked for before anybody is told.

use std::sync::Arc;

use engine::{EngineError, StoreFailureKind};
use jiff::civil::date;
use ledger::command::Item;
use ledger::model::{IdempotencyKey, ObjectKind, RequestHash};
use ledger::{Action, Actor, Code, Command};
use store::{ObjectFilter, Page};

use crate::stage::papers::endpoint;
use crate::stage::{Fault, Stage, operator, order, text};

#[test]
fn a_commit_in_doubt_that_was_written_is_answered_once() {
    let stage = Stage::new();
    stage.store.plan(Fault::AnswerLost);
    assert_eq!(stage.issue(order("a")).expect("found").row.text, "INV-2026-00001");
    assert_eq!(stage.issue(order("b")).expect("a number").row.text, "INV-2026-00002");
    assert_eq!(stage.engine.metrics().reopened, 1);
    assert_eq!(stage.store.confirmed(), 1, "what was found is made durable before it is told");
    stage.assert_holds();
}

#[test]
fn what_was_found_is_told_once_it_is_durable() {
    let stage = Stage::new();
    stage.store.plan(Fault::AnswerLost);
    stage.store.doubt(2);
    assert_eq!(stage.issue(order("a")).expect("confirmed").row.text, "INV-2026-00001");
    assert_eq!((stage.store.confirmed(), stage.store.commits()), (3, 2));
    stage.store.plan(Fault::AnswerLost);
    stage.store.doubt(1_000_000);
    let failed = stage.issue(order("b")).expect_err("it may be lost yet");
    let EngineError::Store(failure) = failed else { panic!("{failed:?}") };
    assert_eq!(failure.kind, StoreFailureKind::InDoubt);
    stage.store.doubt(0);
    assert_eq!(stage.issue(order("b")).expect("it is there").row.text, "INV-2026-00002");
    stage.assert_holds();
}

#[test]
fn a_ledger_that_is_held_is_waited_for_before_anybody_looks() {
    for (fault, again) in [(Fault::AnswerLost, 0), (Fault::RequestLost, 1)] {
        let stage = Stage::new();
        let (ledger, store) = (stage.live(), Arc::clone(&stage.store));
        // The commit in doubt still holds the ledger when its writer is opened again. Whoever
        // looked then would not see it yet.
        stage.store.intrude(move |_| store.lend(ledger, 3));
        stage.store.plan(fault);
        let begun = stage.store.begun();
        assert_eq!(stage.issue(order("a")).expect("settled").row.text, "INV-2026-00001");
        assert_eq!(stage.store.begun() - begun, 1 + 3 + 1 + again, "{fault:?}");
        assert_eq!(stage.store.confirmed(), 1 - again);
        stage.assert_holds();
    }
}

#[test]
fn one_ledger_of_several_tells_for_all() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let stage = Stage::new();
        stage.store.hold();
        let first = stage.engine.answer(stage.command(Action::Issue(vec![order("first")])));
        stage.store.await_held();
        // These wait for the one before and make one batch.
        let others: Vec<_> = [stage.account.live, stage.account.test]
            .into_iter()
            .map(|ledger| {
                let issue = Action::Issue(vec![order("both")]);
                stage.engine.answer(stage.engine.command(ledger, operator(), issue))
            })
            .collect();
        stage.store.plan_behind(fault);
        stage.store.release();
        assert_eq!(text(first.wait()), "INV-2026-00001");
        let texts: Vec<_> = others.into_iter().map(|one| text(one.wait())).collect();
        assert_eq!(texts, ["INV-2026-00002", "INV-2026-00001"]);
        stage.assert_holds();
    }
}

#[test]
fn a_refusal_in_doubt_is_found_by_its_key() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let stage = Stage::new();
        let late = Item { date: Some(date(2062, 1, 1)), ..order("late") };
        let key = Some((IdempotencyKey([7; 16]), RequestHash([7; 16])));
        let command = Command { idempotency: key, ..stage.command(Action::Issue(vec![late])) };
        stage.store.plan(fault);
        let answer = stage.engine.answer(command.clone()).wait().expect("settled");
        assert_eq!(answer.result.as_ref().map_err(|r| r.code), Err(Code::DateTooFar));
        assert_eq!(stage.store.confirmed(), usize::from(fault == Fault::AnswerLost));
        let again = stage.engine.answer(command).wait().expect("an answer");
        assert_eq!((again.replayed, again.result), (true, answer.result));
    }
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
fn a_guess_in_doubt_is_settled_as_every_commit_is() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::Fails] {
        let stage = Stage::new();
        stage.issue(order("a")).expect("a number");
        let guessed = stage.store.guessed();
        stage.store.plan(fault);
        assert_eq!(stage.issue(order("b")).expect("settled").row.text, "INV-2026-00002");
        assert_eq!(stage.store.guessed() - guessed, 1, "it was on a guess");
        assert_eq!(stage.issue(order("b")).expect("it is there").row.text, "INV-2026-00002");
        assert_eq!(stage.issue(order("c")).expect("a number").row.text, "INV-2026-00003");
        stage.assert_holds();
    }
}

#[test]
fn who_says_that_nothing_was_written_is_believed() {
    let stage = Stage::new();
    stage.store.plan(Fault::Damaged);
    // Nobody could look.
    stage.store.close(1_000_000);
    let failed = stage.issue(order("a")).expect_err("it is damaged");
    let EngineError::Store(failure) = failed else { panic!("{failed:?}") };
    assert_eq!(failure.kind, StoreFailureKind::Unusable);
    stage.store.close(0);
    assert_eq!(stage.issue(order("a")).expect("a number").row.text, "INV-2026-00001");
    stage.assert_holds();
}

/// Has another process give a number, to the order "other", at the worst moment.
fn let_another_issue(stage: &Stage) {
    let issue = stage.command(Action::Issue(vec![order("other")]));
    let issue = Command { actor: Actor::Operator("intruder".to_owned()), ..issue };
    stage.store.intrude(move |store| {
        let mut writer = store.writer().expect("a writer");
        let answers = store::contract::drive(writer.as_mut(), vec![issue]).expect("driven");
        assert_eq!(answers.len(), 1);
    });
}

#[test]
fn a_commit_in_doubt_is_found_behind_what_others_wrote_since() {
    for (fault, own, intruders) in [
        (Fault::AnswerLost, "INV-2026-00001", "INV-2026-00002"),
        (Fault::RequestLost, "INV-2026-00002", "INV-2026-00001"),
    ] {
        let stage = Stage::new();
        let_another_issue(&stage);
        stage.store.plan(fault);
        assert_eq!(stage.issue(order("own")).expect("settled").row.text, own);
        assert_eq!(stage.issue(order("other")).expect("it is there").row.text, intruders);
        stage.assert_holds();
    }
}

#[test]
fn no_reader_is_asked_about_a_commit_in_doubt() {
    let stage = Stage::new();
    let_another_issue(&stage);
    stage.store.plan(Fault::AnswerLost);
    // A reader may be on a server that lags behind, and would say that nothing was written.
    stage.store.blind(1_000_000);
    let readers = stage.store.readers();
    assert_eq!(stage.issue(order("own")).expect("settled").row.text, "INV-2026-00001");
    assert_eq!((stage.store.readers(), stage.store.confirmed()), (readers, 1));
    stage.store.blind(0);
    assert_eq!(stage.issue(order("next")).expect("a number").row.text, "INV-2026-00003");
    stage.assert_holds();
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

#[test]
fn an_endpoint_in_doubt_is_made_once_behind_what_others_wrote_since() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let stage = Stage::new();
        let issue = stage.command(Action::Issue(vec![order("other")]));
        let issue = Command { actor: Actor::Operator("intruder".to_owned()), ..issue };
        stage.store.intrude(move |store| {
            let mut writer = store.writer().expect("a writer");
            store::contract::drive(writer.as_mut(), vec![issue]).expect("driven");
        });
        stage.store.plan(fault);
        let made = stage.make(endpoint("https://example.com/hook"));
        let page = Page { limit: 9, ..Page::default() };
        let filter = ObjectFilter::of(ObjectKind::WebhookEndpoint);
        let there = stage.engine.objects(stage.live(), filter, page).wait().expect("a list").data;
        let ids: Vec<_> = there.iter().map(|view| view.row.id).collect();
        assert_eq!(ids, [made.id], "{fault:?}");
        stage.assert_holds();
    }
}
