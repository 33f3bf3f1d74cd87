//! What is sent where.

use ledger::model::document::{FormerSecret, WebhookEndpoint};
use ledger::model::{At, DeliveryState};
use testkit::sink::{Received, Reply, Sink};

use crate::stage::{PATIENCE, SECRET, Stage, all, endpoint, options};

fn sink() -> Sink {
    Sink::start(|_| Reply::Status(200)).expect("a port")
}

fn body(received: &Received) -> String {
    String::from_utf8(received.body.clone()).expect("text")
}

/// The header that a body sent now has to carry.
fn signed(secrets: &[&str], at: At, received: &Received) -> bool {
    let expected = webhooks::signature::sign(secrets, at.seconds(), &received.body);
    received.header("stripe-signature") == Some(expected.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_delivered_signed_and_noted() {
    let (stage, sink) = (Stage::new(), sink());
    let endpoint = stage.endpoint(&sink.url("/hooks"));
    stage.tell(stage.opened.test, "invoice.paid", 1, &[endpoint]);
    let _worker = stage.worker();
    let rows = stage.until(all(DeliveryState::Delivered)).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.attempts, row.log.len()), (1, 1));
    assert_eq!((row.log[0].at, row.log[0].result.clone()), (stage.now(), Ok(200)));
    let received = sink.received();
    let [one] = received.as_slice() else { panic!("{received:?}") };
    assert_eq!(body(one), format!("{} invoice.paid 2026-10-28.endive 1", row.event.0));
    assert_eq!(one.path, "/hooks");
    assert!(signed(&[SECRET], stage.now(), one), "{:?}", one.headers);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_while_one_replaces_the_other() {
    let (stage, sink) = (Stage::new(), sink());
    let until = At(stage.now().0 + 60_000);
    let former = FormerSecret { secret: "whsec_old".to_owned(), until };
    let rolled = WebhookEndpoint { former_secret: Some(former), ..endpoint(&sink.url("/")) };
    let id = stage.put_endpoint(stage.opened.test, None, rolled, false);
    let _worker = stage.worker();
    for (count, secrets) in [(1, &[SECRET, "whsec_old"][..]), (2, &[SECRET][..])] {
        stage.tell(stage.opened.test, "invoice.paid", 1, &[id]);
        assert!(sink.wait_for(count, PATIENCE));
        let received = sink.received();
        assert!(signed(secrets, stage.now(), received.last().expect("one")), "{received:?}");
        stage.advance_minutes(1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_written_in_the_version_that_holds() {
    let (stage, sink) = (Stage::new(), sink());
    let ledger = stage.opened.test;
    let old =
        WebhookEndpoint { version: Some("2019-12-03".to_owned()), ..endpoint(&sink.url("/")) };
    let old = stage.put_endpoint(ledger, None, old, false);
    let account = stage.endpoint(&sink.url("/"));
    // The account is on 2026-10-28.endive: of its time, before it, and rolled back from behind it.
    stage.tell_in("2026-10-28.endive", ledger, "now", 1, &[account, old]);
    stage.tell_in("2024-06-20", ledger, "before", 1, &[account]);
    stage.tell_in("2027-01-01.fir", ledger, "behind", 1, &[account]);
    let _worker = stage.worker();
    stage.until(all(DeliveryState::Delivered)).await;
    let mut told: Vec<String> = sink
        .received()
        .iter()
        .map(|received| body(received).split(' ').skip(1).take(2).collect::<Vec<_>>().join(" "))
        .collect();
    told.sort();
    let expected = [
        "before 2024-06-20",
        "behind 2026-10-28.endive",
        "now 2019-12-03",
        "now 2026-10-28.endive",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_nothing_is_wanted_any_more() {
    let (stage, sink) = (Stage::new(), sink());
    let ledger = stage.opened.test;
    let wanted = endpoint(&sink.url("/"));
    let disabled = WebhookEndpoint { disabled: true, ..wanted.clone() };
    let disabled = stage.put_endpoint(ledger, None, disabled, false);
    let deleted = stage.put_endpoint(ledger, None, wanted.clone(), true);
    stage.tell(ledger, "invoice.paid", 3, &[disabled, deleted]);
    let worker = stage.worker();
    let rows = stage.until(all(DeliveryState::GivenUp)).await;
    assert!(rows.len() == 6 && rows.iter().all(|row| row.attempts == 0), "{rows:?}");
    assert_eq!(sink.connections(), 0);
    // What is told once it is enabled again is delivered.
    stage.put_endpoint(ledger, Some(disabled), wanted, false);
    stage.tell(ledger, "invoice.paid", 1, &[disabled]);
    assert!(sink.wait_for(1, PATIENCE));
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_deliveries_reach_no_private_address() {
    let (stage, sink) = (Stage::new(), sink());
    let ledger = stage.opened.live;
    let url = sink.url("/").replace("http:", "https:");
    let encrypted = stage.put_endpoint(ledger, None, endpoint(&url), false);
    let plain = stage.put_endpoint(ledger, None, endpoint(&sink.url("/")), false);
    stage.tell(ledger, "invoice.paid", 1, &[encrypted, plain]);
    let _worker = stage.worker();
    let rows = stage.until_in(ledger, crate::stage::attempted(1)).await;
    let problem = |endpoint| {
        let row = rows.iter().find(|row| row.endpoint == endpoint).expect("a delivery");
        row.log[0].result.clone().expect_err("nothing was sent")
    };
    assert!(problem(encrypted).contains("a loopback address"), "{}", problem(encrypted));
    assert!(problem(plain).contains("https:// only"), "{}", problem(plain));
    assert_eq!(sink.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_written_is_told_in_the_log() {
    let (stage, sink) = (Stage::new(), sink());
    let endpoint = stage.endpoint(&sink.url("/"));
    stage.tell(stage.opened.test, "broken", 1, &[endpoint]);
    stage.tell(stage.opened.test, "whole", 1, &[endpoint]);
    let _worker = stage.worker_with(options());
    let rows = stage.until(crate::stage::attempted(1)).await;
    let results: Vec<_> = rows.iter().map(|row| row.log[0].result.clone()).collect();
    assert_eq!(results, [Err("the event cannot be written".to_owned()), Ok(200)]);
}
