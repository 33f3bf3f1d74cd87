//! Events on their way from a real server.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Clock, Engine, EngineError, EngineOptions, FixedClock, StoreAccess, SystemClock};
use gapless::DatabaseUrl;
use ledger::model::{At, LedgerRow};
use serde_json::{Value, json};
use store::{Create, Reader};
use testkit::sink::{Received, Reply, Sink};
use webhooks::{Render, Telling, Worker, WorkerOptions};

use crate::gapless::{Place, Server};

const PATIENCE: Duration = Duration::from_secs(30);

/// Makes something, which must succeed.
fn create(server: &Server, key: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = server.ask(key, "POST", path, &body.to_string());
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// Makes an endpoint for everything; returns its secret.
fn create_endpoint(server: &Server, key: &str, sink: &Sink) -> String {
    let body = json!({ "url": sink.url("/hooks"), "enabled_events": ["*"] });
    let endpoint = create(server, key, "/v1/webhook_endpoints", &body);
    endpoint["secret"].as_str().expect("a secret").to_owned()
}

fn event(received: &Received) -> Value {
    serde_json::from_slice(&received.body).expect("JSON")
}

/// Whether a receiver who knows the secret believes it.
fn is_signed(received: &Received, secret: &str) -> bool {
    let header = received.header("stripe-signature").unwrap_or_default();
    let seconds = header.strip_prefix("t=").and_then(|rest| rest.split(',').next());
    let seconds = seconds.and_then(|seconds| seconds.parse().ok()).expect("a time");
    header == webhooks::signature::sign(&[secret], seconds, &received.body)
}

#[test]
fn what_happens_is_told_signed_and_as_the_list_of_events_has_it() {
    let place = Place::new();
    let keys = place.init("yearly");
    let sink = Sink::start(|_| Reply::Status(200)).expect("a port");
    let public = "https://invoices.example.com";
    let words = ["serve", "--listen", "127.0.0.1:0", "--public-url", public];
    let server = Server::start(place.command(&words));
    let secret = create_endpoint(&server, &keys.test, &sink);
    let customer = create(&server, &keys.test, "/v1/customers", &json!({ "name": "Ada" }));
    let item = json!({ "customer": customer["id"], "amount": 1_500, "currency": "eur" });
    create(&server, &keys.test, "/v1/invoiceitems", &item);
    let body = json!({ "customer": customer["id"], "pending_invoice_items_behavior": "include" });
    let invoice = create(&server, &keys.test, "/v1/invoices", &body);
    let id = invoice["id"].as_str().expect("an id");
    create(&server, &keys.test, &format!("/v1/invoices/{id}/finalize"), &json!({}));
    // The customer, the item, and the invoice made and finalized, at least.
    assert!(sink.wait_for(4, PATIENCE), "{} came", sink.count());
    assert_eq!(server.ask(&keys.test, "GET", "/v1/events", "").0, 200);
    let all = sink.received();
    let mut told = BTreeSet::new();
    for received in &all {
        assert!(is_signed(received, &secret), "{:?}", received.headers);
        let event = event(received);
        assert_eq!((&event["object"], &event["livemode"]), (&json!("event"), &json!(false)));
        told.insert(event["type"].as_str().expect("a type").to_owned());
        let path = format!("/v1/events/{}", event["id"].as_str().expect("an id"));
        let (status, listed) = server.ask(&keys.test, "GET", &path, "");
        assert_eq!((status, &listed["data"]), (200, &event["data"]), "{path}");
    }
    for kind in ["customer.created", "invoice.created", "invoice.finalized"] {
        assert!(told.contains(kind), "{kind} is not among {told:?}");
    }
    assert_eq!(server.stop("TERM").0, Some(0));
}

/// The ids of events are enough to count them.
struct Ids;

impl Render for Ids {
    fn bodies(
        &self,
        _reader: &mut dyn Reader,
        _ledger: &LedgerRow,
        tellings: &[Telling<'_>],
    ) -> Result<Vec<Result<Vec<u8>, String>>, EngineError> {
        let body = |telling: &Telling<'_>| json!({ "id": telling.event.text() }).to_string();
        Ok(tellings.iter().map(|telling| Ok(body(telling).into_bytes())).collect())
    }
}

#[test]
fn an_endpoint_is_refused_where_nothing_would_be_sent() {
    let place = Place::new();
    let keys = place.init("yearly");
    let words = ["serve", "--listen", "127.0.0.1:0", "--webhook-network", "10.20.0.0/16"];
    let server = Server::start(place.command(&words));
    for (url, live, test) in [
        ("https://example.com/hook", true, true),
        ("https://127.0.0.1/hook", false, true),
        ("https://10.0.0.1/hook", false, false),
        ("https://10.20.0.1/hook", true, true),
        ("https://user@example.com/hook", false, false),
        ("https://example.com:0/hook", false, false),
    ] {
        for (key, fits) in [(&keys.live, live), (&keys.test, test)] {
            let body = json!({ "url": url, "enabled_events": ["*"] }).to_string();
            let (status, answer) = server.ask(key, "POST", "/v1/webhook_endpoints", &body);
            assert_eq!(status == 200, fits, "{url}: {answer}");
            assert!(fits || answer["error"]["param"] == "url", "{answer}");
        }
    }
    assert_eq!(server.stop("TERM").0, Some(0));
}

#[test]
fn nothing_is_lost_when_the_server_is_killed() {
    let place = Place::new();
    let keys = place.init("yearly");
    let answers = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&answers);
    let sink = Sink::start(move |_| match told.load(Ordering::SeqCst) {
        true => Reply::Status(200),
        false => Reply::Hang,
    });
    let sink = sink.expect("a port");
    let server = place.serve("127.0.0.1:0");
    create_endpoint(&server, &keys.test, &sink);
    for place in 0..40 {
        let body = json!({ "name": format!("Customer {place}") });
        create(&server, &keys.test, "/v1/customers", &body);
    }
    let (_, list) = server.ask(&keys.test, "GET", "/v1/events?limit=100&type=customer.created", "");
    let events = list["data"].as_array().expect("events");
    let expected: BTreeSet<String> = events.iter().map(|event| event["id"].to_string()).collect();
    assert_eq!(expected.len(), 40);
    // Some hang, some wait in hand, some are not in hand yet.
    assert!(sink.wait_for(4, PATIENCE));
    server.kill();
    answers.store(true, Ordering::SeqCst);
    let before = sink.count();

    // Ten minutes later every lease has ended.
    let clock = Arc::new(FixedClock::default());
    clock.set(At(SystemClock.now().0 + 600_000));
    let url: DatabaseUrl =
        format!("sqlite:{}", place.path("gapless.db").display()).parse().expect("a URL");
    let store = url.open(Create::Never, StoreAccess::Write).expect("the database");
    let options = EngineOptions { clock, ..EngineOptions::default() };
    let engine = Engine::start(store, options).expect("an engine");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let worker = runtime
        .block_on(async { Worker::start(engine.clone(), Arc::new(Ids), WorkerOptions::default()) });
    assert!(sink.wait_for(before + 40, PATIENCE), "{} of 40 came", sink.count() - before);
    runtime.block_on(worker.stop());
    engine.shutdown();
    let after = sink.received().split_off(usize::try_from(before).expect("few"));
    let ids: BTreeSet<String> = after.iter().map(|one| event(one)["id"].to_string()).collect();
    assert!(expected.is_subset(&ids), "{expected:?} are not all among {ids:?}");
}
