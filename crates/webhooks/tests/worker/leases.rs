//! Who has a delivery in hand, and what becomes of it when nobody has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ledger::model::{DeliveryRow, DeliveryState};
use testkit::sink::{Reply, Sink};

use crate::stage::{PATIENCE, Stage, all};

/// Answers never, until told to.
fn hanging() -> (Sink, Arc<AtomicBool>) {
    let answers = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&answers);
    let sink = Sink::start(move |_| match told.load(Ordering::SeqCst) {
        true => Reply::Status(200),
        false => Reply::Hang,
    });
    (sink.expect("a port"), answers)
}

fn in_hand(rows: &[DeliveryRow]) -> usize {
    rows.iter().filter(|row| row.leased_until.is_some()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_worker_had_in_hand_comes_again_when_its_lease_ends() {
    let stage = Stage::new();
    let (sink, answers) = hanging();
    let endpoint = stage.endpoint(&sink.url("/"));
    stage.tell(stage.opened.test, "invoice.paid", 5, &[endpoint]);
    let killed = stage.worker();
    assert!(sink.wait_for(5, PATIENCE));
    drop(killed);
    answers.store(true, Ordering::SeqCst);
    let _worker = stage.worker();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let rows = stage.deliveries(stage.opened.test);
    assert_eq!((in_hand(&rows), sink.count()), (5, 5), "the lease holds");
    let lease = rows[0].leased_until.expect("in hand");
    stage.clock.set(ledger::model::At(lease.0 + 1));
    let rows = stage.until(all(DeliveryState::Delivered)).await;
    assert_eq!(sink.count(), 10, "at least once");
    assert!(rows.iter().all(|row| row.attempts == 1), "the first time was told nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_share_the_work_and_do_none_of_it_twice() {
    let stage = Stage::new();
    let sink = Sink::start(|_| Reply::Status(200)).expect("a port");
    let endpoints: Vec<_> =
        (0..4).map(|one| stage.endpoint(&sink.url(&format!("/{one}")))).collect();
    let _workers = [stage.worker(), stage.worker(), stage.worker()];
    for _ in 0..20 {
        stage.tell(stage.opened.test, "invoice.paid", 25, &endpoints);
    }
    let is_done = all(DeliveryState::Delivered);
    let rows = stage.until(|rows| rows.len() == 2_000 && is_done(rows)).await;
    assert!(rows.iter().all(|row| row.attempts == 1));
    assert_eq!(sink.count(), 2_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_finishes_what_is_under_way_and_lets_go_of_the_rest() {
    let stage = Stage::new();
    let slow = |_: &_| Reply::Late(200, Duration::from_millis(400));
    let sink = Sink::start(slow).expect("a port");
    let endpoint = stage.endpoint(&sink.url("/"));
    stage.tell(stage.opened.test, "invoice.paid", 100, &[endpoint]);
    let worker = stage.worker();
    assert!(sink.wait_for(1, PATIENCE));
    worker.stop().await;
    let rows = stage.deliveries(stage.opened.test);
    let delivered = rows.iter().filter(|row| row.state == DeliveryState::Delivered).count();
    assert_eq!(in_hand(&rows), 0, "nothing is left in hand");
    assert_eq!(u64::try_from(delivered).expect("few"), sink.count(), "each answer is written");
    assert!((1..100).contains(&delivered), "{delivered}");
    let _next = stage.worker();
    stage.until(all(DeliveryState::Delivered)).await;
    assert_eq!(sink.count(), 100, "each once");
}
