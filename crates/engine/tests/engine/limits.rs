//! Overload and the end.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use engine::{Engine, EngineError, EngineOptions, StoreAccess};
use ledger::Action;

use crate::stage::{Stage, order, text};

#[test]
fn a_full_queue_turns_away_at_once_and_answers_the_rest() {
    let stage = Stage::with(|options| options.queue_max = 3);
    stage.store.hold();
    let issue =
        |n: usize| stage.engine.answer(stage.command(Action::Issue(vec![order(&n.to_string())])));
    let first = issue(0);
    stage.store.await_held();
    let waiting: Vec<_> = (1..=3).map(issue).collect();
    assert_eq!(issue(4).wait(), Err(EngineError::Overloaded));
    assert_eq!(stage.engine.metrics().queue_depth, 3);
    stage.store.release();
    assert_eq!(text(first.wait()), "INV-2026-00001");
    assert!(waiting.into_iter().all(|pending| pending.wait().is_ok()));
    assert_eq!(text(issue(4).wait()), "INV-2026-00005", "what was turned away took no number");
    assert_eq!(stage.engine.metrics().overloaded, 1);
}

#[test]
fn shutting_down_answers_what_was_taken_and_takes_nothing_new() {
    let stage = Stage::new();
    stage.store.hold();
    let issue =
        |n: usize| stage.engine.answer(stage.command(Action::Issue(vec![order(&n.to_string())])));
    let first = issue(0);
    stage.store.await_held();
    let mut taken: Vec<_> = (1..20).map(issue).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| stage.engine.shutdown());
        // Until it is closed, it goes on taking.
        loop {
            let mut late = issue(taken.len() + 1);
            match Pin::new(&mut late).poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => taken.push(late),
                Poll::Ready(answer) => break assert_eq!(answer, Err(EngineError::Stopped)),
            }
            std::thread::yield_now();
        }
        stage.store.release();
    });
    assert_eq!(text(first.wait()), "INV-2026-00001");
    for (n, pending) in (2..).zip(taken) {
        assert_eq!(text(pending.wait()), format!("INV-2026-{n:05}"));
    }
    let read = stage.engine.trail_head(stage.live()).wait();
    assert_eq!(read, Err(EngineError::Stopped));
}

#[test]
fn dropping_the_last_engine_stops_it() {
    let stage = Stage::new();
    let pending = stage.engine.answer(stage.command(Action::Issue(vec![order("a")])));
    let Stage { engine, store, account, folder, .. } = stage;
    drop(engine);
    assert_eq!(text(pending.wait()), "INV-2026-00001");
    // The file is free again: another engine starts on it.
    let again = Engine::start(store, EngineOptions::default()).expect("it starts");
    let head = again.trail_head(account.live).wait().expect("a head");
    assert_eq!(head.count, 3, "opened, key, number");
    drop((again, folder));
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let stage = Stage::new();
    let second = Engine::start(stage.store.clone(), EngineOptions::default()).err();
    let Some(EngineError::Store(failure)) = second else { panic!("{second:?}") };
    assert_eq!(failure.kind, engine::StoreFailureKind::Busy);
    let options = EngineOptions { access: StoreAccess::Read, ..EngineOptions::default() };
    let reading = Engine::start(stage.store.clone(), options).expect("it starts");
    let account = engine::wait(reading.default_account()).expect("an account");
    assert_eq!((account.live, account.test), (stage.account.live, stage.account.test));
    let command = stage.command(Action::Issue(vec![order("a")]));
    assert_eq!(reading.execute_blocking(command).err(), Some(EngineError::ReadOnly));
}
