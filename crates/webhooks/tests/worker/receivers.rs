//! Receivers that misbehave.

use std::time::{Duration, Instant};

use ledger::model::{DeliveryRow, DeliveryState};
use testkit::sink::{Reply, Sink};

use crate::stage::{PATIENCE, Stage, attempted, options};

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_failure_is_noted_and_comes_again() {
    let kinds: [(Reply, &str); 8] = [
        (Reply::Status(500), "500"),
        (Reply::Status(404), "404"),
        (Reply::Redirect("http://example.com/".to_owned()), "302"),
        (Reply::Gigabyte(503), "503"),
        (Reply::Hang, "no answer within 2 s"),
        (Reply::HangUp, "no answer: "),
        (Reply::EndlessHead, "no answer: "),
        (Reply::Nonsense, "no answer: "),
    ];
    let stage = Stage::new();
    let mut sinks = Vec::new();
    for (reply, expected) in kinds {
        let sink = Sink::start(move |_| reply.clone()).expect("a port");
        let endpoint = stage.endpoint(&sink.url("/"));
        stage.tell(stage.opened.test, "invoice.paid", 1, &[endpoint]);
        sinks.push((sink, endpoint, expected));
    }
    let _worker = stage.worker();
    let rows = stage.until(attempted(1)).await;
    for (sink, endpoint, expected) in sinks {
        let row = rows.iter().find(|row| row.endpoint == endpoint).expect("a delivery");
        let result = match &row.log[0].result {
            Ok(status) => status.to_string(),
            Err(problem) => problem.clone(),
        };
        assert!(result.starts_with(expected), "{result}, not {expected}");
        assert_eq!(row.state, DeliveryState::Pending, "{expected}");
        assert_eq!(sink.count(), 1, "{expected}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_stalls_no_other() {
    let stage = Stage::new();
    let hangs = Sink::start(|_| Reply::Hang).expect("a port");
    let answers = Sink::start(|_| Reply::Status(200)).expect("a port");
    let to = [stage.endpoint(&hangs.url("/")), stage.endpoint(&answers.url("/"))];
    // More than may be in hand at once, the one endpoint's between the other's.
    stage.tell(stage.opened.test, "invoice.paid", 3_000, &to);
    let mut patient = options();
    patient.client.whole_limit = Duration::from_secs(60);
    let _worker = stage.worker_with(patient);
    let begun = Instant::now();
    assert!(answers.wait_for(3_000, PATIENCE), "{} came", answers.count());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert!(hangs.busiest() <= 16, "{} requests hang at once", hangs.busiest());
    assert!(answers.connections() <= 64, "{} connections", answers.connections());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_are_bounded_in_all() {
    let stage = Stage::new();
    let late = |_: &_| Reply::Late(200, Duration::from_millis(100));
    let sink = Sink::start(late).expect("a port");
    let to: Vec<_> = (0..8).map(|one| stage.endpoint(&sink.url(&format!("/{one}")))).collect();
    stage.tell(stage.opened.test, "invoice.paid", 10, &to);
    let mut narrow = options();
    narrow.requests_max = 5;
    let _worker = stage.worker_with(narrow);
    let is_done =
        |rows: &[DeliveryRow]| rows.iter().all(|row| row.state == DeliveryState::Delivered);
    stage.until(is_done).await;
    assert_eq!((sink.count(), sink.busiest()), (80, 5));
}
