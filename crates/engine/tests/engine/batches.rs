//! What is decided together is committed once, and only then answered.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::{EngineError, StoreFailureKind};
use jiff::civil::date;
use ledger::command::Item;
use ledger::model::{IdempotencyKey, RequestHash};
use ledger::{Action, Code, Command};

use crate::stage::{Fault, Stage, one_number, operator, order, text};

#[test]
fn many_threads_get_one_unbroken_run_of_numbers() {
    let stage = Stage::new();
    let (threads, each) = (8, 25);
    let mut ordinals = Vec::new();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|thread| {
                let stage = &stage;
                scope.spawn(move || {
                    let issue = |n| stage.issue(order(&format!("{thread}-{n}")));
                    (0..each).map(|n| issue(n).expect("a number").row.ordinal).collect::<Vec<_>>()
                })
            })
            .collect();
        for run in runs {
            let run = run.join().expect("no panic");
            assert!(run.is_sorted(), "one client's numbers rise: {run:?}");
            ordinals.extend(run);
        }
    });
    ordinals.sort_unstable();
    assert_eq!(ordinals, (1..=threads * each).collect::<Vec<u64>>());
    let metrics = stage.engine.metrics();
    assert_eq!(metrics.commands, threads * each);
    assert!(metrics.batches < metrics.commands, "they shared commits: {metrics:?}");
    stage.assert_holds();
}

#[test]
fn nothing_is_answered_before_its_commit() {
    let stage = Stage::new();
    stage.store.hold();
    let pending = stage.engine.answer(stage.command(Action::Issue(vec![order("a")])));
    let (sender, receiver) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn(move || sender.send(text(pending.wait())));
    stage.store.await_held();
    assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err(), "answered too early");
    stage.store.release();
    assert_eq!(receiver.recv().as_deref(), Ok("INV-2026-00001"));
    assert!(waiting.join().is_ok());
}

#[test]
fn a_failed_commit_fails_its_commands_and_takes_no_number() {
    let stage = Stage::new();
    stage.store.plan(Fault::NoRoom);
    let failed = stage.issue(order("a")).expect_err("no room");
    let EngineError::Store(failure) = failed else { panic!("{failed:?}") };
    assert_eq!(failure.kind, StoreFailureKind::Storage);
    assert_eq!(stage.issue(order("b")).expect("room again").row.text, "INV-2026-00001");
    assert_eq!(stage.issue(order("a")).expect("room again").row.text, "INV-2026-00002");
    stage.assert_holds();
}

#[test]
fn a_batch_that_the_store_refuses_is_run_command_by_command() {
    for poison in [Stage::store_refuses, Stage::store_panics] {
        let stage = Stage::new();
        let expected = poison(&stage);
        let pending = stage.together(["a", "poison", "b"].map(order));
        let results: Vec<_> = pending.into_iter().map(|pending| pending.wait()).collect();
        let [a, poison, b] = results.try_into().expect("three");
        assert_eq!((text(a), text(b)), ("INV-2026-00002".into(), "INV-2026-00003".into()));
        assert_eq!(poison.map_err(kind), Err(expected));
        assert_eq!(stage.engine.metrics().split_batches, 1);
        stage.assert_holds();
    }
}

#[test]
fn the_same_key_in_one_batch_is_answered_once_and_replayed_once() {
    let stage = Stage::new();
    stage.store.hold();
    let first = stage.engine.answer(stage.command(Action::Issue(vec![order("first")])));
    stage.store.await_held();
    let idempotency = Some((IdempotencyKey([1; 16]), RequestHash([2; 16])));
    let issue = stage.command(Action::Issue(vec![Item::default()]));
    let with_key = Command { idempotency, ..issue.clone() };
    let other = Some((IdempotencyKey([1; 16]), RequestHash([3; 16])));
    let commands = [with_key.clone(), with_key.clone(), Command { idempotency: other, ..issue }];
    let pending = commands.map(|command| stage.engine.answer(command));
    stage.store.release();
    assert_eq!(text(first.wait()), "INV-2026-00001");
    let [one, two, other] = pending.map(|pending| pending.wait().expect("an answer"));
    assert_eq!((one.replayed, two.replayed), (false, true));
    assert_eq!(one.result, two.result);
    assert_eq!(other.result.map_err(|refusal| refusal.code), Err(Code::IdempotencyError));
    let later = stage.engine.answer(with_key).wait().expect("an answer");
    assert_eq!((later.replayed, later.result), (true, one.result));
    assert_eq!(stage.engine.metrics().replayed, 2);
}

#[test]
fn all_items_of_a_command_get_numbers_or_none() {
    let stage = Stage::new();
    let far = Item { date: Some("2999-01-01".parse().expect("a date")), ..order("far") };
    let refused = stage.run(Action::Issue(vec![order("a"), far, order("b")]));
    let Err(EngineError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!(refusal.code, Code::DateTooFar);
    assert_eq!(stage.issue(order("b")).expect("a number").row.text, "INV-2026-00001");
}

#[test]
fn a_large_command_does_not_hold_up_small_ones_for_long() {
    let stage = Stage::new();
    let large = |from: usize| {
        let items = (from..from + 1_000).map(|n| order(&n.to_string())).collect();
        stage.command(Action::Issue(items))
    };
    stage.store.hold();
    let first = stage.engine.answer(stage.command(Action::Issue(vec![order("first")])));
    stage.store.await_held();
    let larges = [0, 1_000].map(|from| stage.engine.answer(large(from)));
    let small = stage.engine.answer(stage.command(Action::Issue(vec![order("small")])));
    stage.store.release();
    assert_eq!(text(first.wait()), "INV-2026-00001");
    assert_eq!(text(small.wait()), "INV-2026-01002", "behind one large command, not two");
    assert!(larges.into_iter().all(|large| large.wait().is_ok()));
    stage.assert_holds();
}

#[test]
fn ordinals_of_several_series_run_on_their_own() {
    let stage = Stage::new();
    let credit = ledger::model::Kind::credit_note();
    let pending = stage.together([
        order("a"),
        Item { kind: Some(credit.clone()), ..order("a") },
        order("b"),
        Item { kind: Some(credit), ..order("b") },
    ]);
    let texts: BTreeSet<_> = pending.into_iter().map(|pending| text(pending.wait())).collect();
    let expected =
        ["CN-2026-00001", "CN-2026-00002", "INV-2026-00002", "INV-2026-00003"].map(String::from);
    assert_eq!(texts, BTreeSet::from(expected));
}

#[test]
fn a_ledger_that_another_process_holds_is_waited_for_alone() {
    let stage = Stage::new();
    for (times, expected) in [(4, true), (1_000_000, false)] {
        let reference = times.to_string();
        stage.store.hold();
        let first = Action::Issue(vec![order(&format!("before {times}"))]);
        let first = stage.engine.answer(stage.command(first));
        stage.store.await_held();
        stage.store.lend(stage.live(), times);
        let issue = |ledger, reference: &str| {
            let action = Action::Issue(vec![order(reference)]);
            stage.engine.answer(stage.engine.command(ledger, operator(), action))
        };
        let live = [issue(stage.live(), &reference), issue(stage.live(), &reference)];
        let test = issue(stage.account.test, &reference);
        stage.store.release();
        assert!(first.wait().is_ok());
        assert!(test.wait().is_ok(), "the other ledger is free");
        for answer in live.map(|pending| pending.wait()) {
            assert_eq!(answer.is_ok(), expected, "{answer:?}");
        }
        stage.store.lend(stage.live(), 0);
    }
    stage.assert_holds();
}

/// What went wrong, as far as these tests tell apart.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Conflict,
    Defect,
    Other,
}

fn kind(error: EngineError) -> Wrong {
    match error {
        EngineError::Store(failure) if failure.kind == StoreFailureKind::Conflict => {
            Wrong::Conflict
        }
        EngineError::Defect(_) => Wrong::Defect,
        _ => Wrong::Other,
    }
}

impl Stage {
    fn store_refuses(&self) -> Wrong {
        self.store.refuse("poison");
        Wrong::Conflict
    }

    fn store_panics(&self) -> Wrong {
        self.store.panic_at("poison");
        Wrong::Defect
    }

    /// Hands in items, a command for each, that are decided in one batch behind a first number.
    fn together<const N: usize>(&self, items: [Item; N]) -> Vec<engine::Pending<ledger::Answer>> {
        self.store.hold();
        let first = self.engine.answer(self.command(Action::Issue(vec![order("first")])));
        self.store.await_held();
        let answer = |item| self.engine.answer(self.command(Action::Issue(vec![item])));
        let pending = items.map(answer).into();
        self.store.release();
        let first = first.wait().expect("an answer").result.expect("a number");
        assert_eq!(one_number(first).row.text, "INV-2026-00001");
        pending
    }
}

#[test]
fn only_a_guess_that_the_store_found_wrong_is_one() {
    let stage = Stage::new();
    stage.issue(order("a")).expect("a number");
    let before = stage.store.guessed();
    let guessed = || stage.store.guessed() - before;
    stage.issue(order("b")).expect("a number");
    assert_eq!(guessed(), 1);
    // With nothing to write, nothing is proven: it goes the ordinary way this once.
    let late = Item { date: Some(date(2062, 1, 1)), ..order("late") };
    stage.issue(late).expect_err("too far");
    assert_eq!(guessed(), 1);
    stage.issue(order("c")).expect("a number");
    assert_eq!(guessed(), 2, "that was not held against guessing");
    assert_eq!(stage.issue(order("b")).expect("it is there").row.text, "INV-2026-00002");
    assert_eq!(guessed(), 3, "that nothing has the reference was wrong");
    for n in 0..8 {
        stage.issue(order(&format!("paused-{n}"))).expect("a number");
    }
    assert!(guessed() <= 4, "so guessing pauses: {}", guessed());
    stage.assert_holds();
}
