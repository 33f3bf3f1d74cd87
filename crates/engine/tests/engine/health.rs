//! Connections that die, and whether the database can be used just now.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use engine::{Engine, EngineError, EngineOptions, StoreFailure, StoreFailureKind, wait};
use ledger::Action;

use crate::stage::{Fault, Stage, Tampered, order, text};

fn kind(failed: Result<(), EngineError>) -> Option<StoreFailureKind> {
    match failed {
        Ok(()) => None,
        Err(EngineError::Store(failure)) => Some(failure.kind),
        Err(other) => panic!("{other:?}"),
    }
}

fn gone() -> EngineError {
    let message = "planned: the connection is gone".to_owned();
    EngineError::Store(StoreFailure { kind: StoreFailureKind::Database, message })
}

#[test]
fn a_query_on_a_dead_connection_is_asked_again_on_another() {
    let stage = Stage::with(|options| options.readers = 1);
    let ask = |dead: usize| {
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, before) = (Arc::clone(&asked), stage.store.readers());
        let answer = stage.engine.read(move |_| {
            let nth = count.fetch_add(1, Ordering::Relaxed);
            if nth < dead { Err(gone()) } else { Ok(nth) }
        });
        (answer.wait(), asked.load(Ordering::Relaxed), stage.store.readers() - before)
    };
    assert_eq!(ask(0), (Ok(0), 1, 1), "the first one opens a reader");
    assert_eq!(ask(0), (Ok(0), 1, 0), "it is used again");
    assert_eq!(ask(1), (Ok(1), 2, 1), "asked again on a new one");
    assert_eq!(ask(2), (Err(gone()), 2, 1), "a new one that fails too is the answer");
    assert_eq!(ask(1), (Err(gone()), 1, 1), "and is not used again");
    stage.store.blind(1);
    assert!(ask(0).0.is_err(), "the database cannot be reached");
    assert_eq!(ask(0), (Ok(0), 1, 1), "it can be again");
}

#[test]
fn after_a_failure_it_is_ready_once_something_was_written() {
    let stage = Stage::new();
    assert_eq!(wait(stage.engine.ready()), Ok(()));
    stage.store.close(1_000_000);
    stage.store.plan(Fault::Fails);
    assert!(stage.issue(order("a")).is_err());
    stage.store.close(0);
    stage.store.doubt(2);
    assert_eq!(kind(wait(stage.engine.ready())), Some(StoreFailureKind::Database));
    assert_eq!(wait(stage.engine.ready()), Ok(()), "it can be written again");
    let confirmed = stage.store.confirmed();
    assert_eq!(confirmed, 4, "the first look, two in doubt, and one that holds");
    assert_eq!(wait(stage.engine.ready()), Ok(()));
    assert_eq!(stage.store.confirmed(), confirmed, "nothing is written to look while all is well");
    stage.assert_holds();
}

#[test]
fn while_a_commit_is_looked_for_it_is_not_ready() {
    let stage = Stage::with(|options| options.patience = Duration::from_secs(20));
    assert_eq!(wait(stage.engine.ready()), Ok(()), "it was written just now");
    stage.store.plan(Fault::AnswerLost);
    stage.store.close(1_000_000);
    let issue = stage.engine.answer(stage.command(Action::Issue(vec![order("a")])));
    let (tell, told) = channel();
    let begin = Instant::now();
    let failure = loop {
        // Who looks whether it can be written waits for the writer; the others are told at once.
        let (engine, tell) = (stage.engine.clone(), tell.clone());
        std::thread::spawn(move || tell.send(wait(engine.ready())));
        match told.recv_timeout(Duration::from_millis(20)) {
            Ok(Err(EngineError::Store(failure))) => break failure,
            found => assert!(begin.elapsed() < Duration::from_secs(10), "{found:?}"),
        }
    };
    let kinds = [StoreFailureKind::InDoubt, StoreFailureKind::Database];
    assert!(kinds.contains(&failure.kind), "{failure:?}");
    stage.store.close(0);
    assert_eq!(text(issue.wait()), "INV-2026-00001");
    assert_eq!(wait(stage.engine.ready()), Ok(()), "it was found and made durable");
    stage.assert_holds();
}

#[test]
fn a_full_disk_is_not_ready_until_there_is_room() {
    let stage = Stage::new();
    stage.store.plan(Fault::NoRoom);
    assert!(stage.issue(order("a")).is_err());
    // A little might be written even so, and would prove nothing.
    assert_eq!(kind(wait(stage.engine.ready())), Some(StoreFailureKind::Storage));
    assert_eq!(stage.store.confirmed(), 0);
    assert_eq!(stage.issue(order("a")).expect("room again").row.text, "INV-2026-00001");
    assert_eq!(wait(stage.engine.ready()), Ok(()), "what was written proves it");
    assert_eq!(stage.store.confirmed(), 0);
    stage.assert_holds();
}

#[test]
fn what_cannot_be_read_is_not_ready() {
    let stage = Stage::with(|options| options.readers = 1);
    drop(stage.engine.read(|_| Err::<(), _>(gone())).wait());
    stage.store.blind(1);
    assert_eq!(kind(wait(stage.engine.ready())), Some(StoreFailureKind::Database));
    assert_eq!(wait(stage.engine.ready()), Ok(()));
}

#[test]
fn a_connection_that_died_while_nobody_wrote_is_noticed_and_replaced() {
    let stage = Stage::new();
    stage.engine.shutdown();
    let store = Arc::<Tampered>::clone(&stage.store);
    let engine = Engine::start(store, EngineOptions::default()).expect("it starts");
    stage.store.cut(1);
    assert_eq!(wait(engine.ready()), Ok(()), "another connection works");
    assert_eq!(engine.metrics().reopened, 1);
    let job = engine.run_job(stage.live(), |writer| {
        writer.begin(&[])?;
        Ok(writer.rollback()?)
    });
    assert_eq!(job.wait(), Ok(()));
    engine.shutdown();

    let store = Arc::<Tampered>::clone(&stage.store);
    let engine = Engine::start(store, EngineOptions::default()).expect("it starts");
    stage.store.cut(1);
    stage.store.close(1);
    assert_eq!(kind(wait(engine.ready())), Some(StoreFailureKind::Database), "nor another one");
    assert_eq!(wait(engine.ready()), Ok(()), "until there is one");
}
