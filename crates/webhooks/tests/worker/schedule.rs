//! When what failed comes again.

use ledger::model::{At, DeliveryState};
use testkit::sink::{Reply, Sink};
use webhooks::schedule::{LIVE_S, TEST_S};

use crate::stage::{PATIENCE, Stage, attempted, endpoint};

fn failing() -> Sink {
    Sink::start(|_| Reply::Status(500)).expect("a port")
}

#[tokio::test(flavor = "multi_thread")]
async fn test_deliveries_are_tried_on_schedule_and_then_given_up() {
    let (stage, sink) = (Stage::new(), failing());
    let endpoint = stage.endpoint(&sink.url("/"));
    let begun = stage.now();
    stage.tell(stage.opened.test, "invoice.paid", 1, &[endpoint]);
    let _worker = stage.worker();
    let mut due = begun;
    for (failed, seconds) in TEST_S.into_iter().enumerate() {
        let times = u32::try_from(failed + 1).expect("few");
        let rows = stage.until(attempted(times)).await;
        due = At(due.0 + seconds * 1_000);
        assert_eq!((rows[0].state, rows[0].due), (DeliveryState::Pending, due));
        // A millisecond before its time, nothing comes.
        stage.clock.set(At(due.0 - 1));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(sink.count(), u64::from(times));
        stage.clock.set(due);
    }
    let rows = stage.until(attempted(4)).await;
    assert_eq!((rows[0].state, rows[0].log.len()), (DeliveryState::GivenUp, 4));
    assert_eq!(rows[0].log.iter().map(|one| one.at).next_back(), Some(due));
    stage.advance_minutes(60 * 24 * 365);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(sink.count(), 4, "given up is given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn live_deliveries_are_tried_for_three_days() {
    let stage = Stage::new();
    let ledger = stage.opened.live;
    // Refused before anything is sent, which is as good as any other failure.
    let id = stage.put_endpoint(ledger, None, endpoint("https://127.0.0.1:1/"), false);
    let begun = stage.now();
    stage.tell(ledger, "invoice.paid", 1, &[id]);
    let _worker = stage.worker();
    let mut due = begun;
    for (failed, seconds) in LIVE_S.into_iter().enumerate() {
        let times = u32::try_from(failed + 1).expect("few");
        let rows = stage.until_in(ledger, attempted(times)).await;
        due = At(due.0 + seconds * 1_000);
        assert_eq!((rows[0].state, rows[0].due), (DeliveryState::Pending, due));
        stage.clock.set(due);
    }
    let rows = stage.until_in(ledger, attempted(19)).await;
    assert_eq!(rows[0].state, DeliveryState::GivenUp);
    assert_eq!(due, At(begun.0 + 3 * 24 * 3_600_000));
    assert_eq!(rows[0].log.len(), ledger::model::ATTEMPTS_KEPT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_comes_back_gets_what_it_missed_once() {
    let stage = Stage::new();
    let sink = Sink::start(|_| Reply::Status(200)).expect("a port");
    let (address, url) = (sink.address(), sink.url("/"));
    let endpoint = stage.endpoint(&url);
    let _worker = stage.worker();
    stage.tell(stage.opened.test, "invoice.paid", 10, &[endpoint]);
    assert!(sink.wait_for(10, PATIENCE));
    drop(sink);
    stage.tell(stage.opened.test, "invoice.voided", 10, &[endpoint]);
    let is_tried = |rows: &[ledger::model::DeliveryRow]| rows.len() == 20 && attempted(1)(rows);
    let rows = stage.until(is_tried).await;
    let pending = rows.iter().filter(|row| row.state == DeliveryState::Pending).count();
    assert_eq!(pending, 10);
    let again = Sink::start_at(address, |_| Reply::Status(200)).expect("the same port");
    stage.advance_minutes(5);
    let is_delivered = crate::stage::all(DeliveryState::Delivered);
    let rows = stage.until(is_delivered).await;
    assert_eq!(again.count(), 10);
    assert!(rows.iter().all(|row| row.attempts <= 2), "{rows:?}");
}
