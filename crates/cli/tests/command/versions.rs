//! Versions of the interface, for a caller who names none: in answers and in webhooks, forward,
//! back, and too late to go back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Clock, Engine, EngineOptions, FixedClock, StoreAccess, SystemClock};
use gapless::DatabaseUrl;
use ledger::model::At;
use serde_json::{Value, json};
use store::Create;
use testkit::sink::{Reply, Sink};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use webhooks::{Worker, WorkerOptions};

use crate::gapless::{Place, ask};

#[path = "../../src/commands/serve/telling.rs"]
mod telling;

const PATIENCE: Duration = Duration::from_secs(30);
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const VERSION: &str = "/v1/account/api_version";

/// A server as `gapless serve` starts it, on a clock that the test turns.
struct Turned {
    runtime: Runtime,
    engine: Engine,
    clock: Arc<FixedClock>,
    address: String,
    key: String,
    worker: Worker,
    serving: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    _place: Place,
}

impl Turned {
    fn start() -> Turned {
        let place = Place::new();
        let key = place.init("stripe").test;
        let url: DatabaseUrl =
            format!("sqlite:{}", place.path("gapless.db").display()).parse().expect("a URL");
        let store = url.open(Create::Never, StoreAccess::Write).expect("the database");
        let clock = Arc::new(FixedClock::default());
        clock.set(SystemClock.now());
        let options = EngineOptions { clock: clock.clone(), ..EngineOptions::default() };
        let engine = Engine::start(store, options).expect("an engine");
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("its address").to_string();
        let (stop, stopped) = oneshot::channel();
        let serving = api::serve(listener, api::router(engine.clone()), async {
            drop(stopped.await);
        });
        let serving = runtime.spawn(serving);
        let telling = Arc::new(telling::Telling { base: format!("http://{address}") });
        let start = || Worker::start(engine.clone(), telling, WorkerOptions::default());
        let worker = runtime.block_on(async { start() });
        Turned { runtime, engine, clock, address, key, worker, serving, stop, _place: place }
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        ask(&self.address, &self.key, "POST", path, &body.to_string())
    }

    /// Makes or changes something, which must succeed.
    fn ok(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.post(path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = ask(&self.address, &self.key, "GET", path, "");
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn move_to(&self, version: &str) {
        self.ok(VERSION, &json!({ "api_version": version }));
        assert_eq!(self.get(VERSION)["api_version"], version);
    }

    /// A draft for a customer, of one item that waited.
    fn draft(&self, customer: &Value) -> Value {
        let item = json!({ "customer": customer, "amount": 500, "currency": "eur" });
        self.ok("/v1/invoiceitems", &item);
        let behavior = "pending_invoice_items_behavior";
        self.ok("/v1/invoices", &json!({ "customer": customer, behavior: "include" }))
    }

    fn stop(self) {
        drop(self.stop);
        self.runtime.block_on(self.serving).expect("the server ends");
        self.runtime.block_on(self.worker.stop());
        self.engine.shutdown();
    }
}

/// The bodies about a document that came in so far.
fn told(sink: &Sink, document: &Value) -> Vec<Value> {
    let bodies = sink.received().into_iter().map(|one| serde_json::from_slice(&one.body));
    let bodies = bodies.map(|body: Result<Value, _>| body.expect("JSON"));
    let about = |event: &Value| {
        event["type"] == "invoice.created" && event["data"]["object"]["id"] == document["id"]
    };
    bodies.filter(about).collect()
}

/// The body about a document that came in at a place.
fn wait_for(sink: &Sink, document: &Value, place: usize) -> Value {
    loop {
        let so_far = sink.count();
        if let Some(event) = told(sink, document).into_iter().nth(place) {
            return event;
        }
        assert!(sink.wait_for(so_far + 1, PATIENCE), "nothing came about {document}");
    }
}

/// That an event is of a version, and its invoice a draft with this number in the old shape or not.
fn is_told(event: &Value, version: &str, number: &Value, is_old: bool) {
    assert_eq!(event["api_version"], version, "{event}");
    let invoice = &event["data"]["object"];
    assert_eq!((&invoice["status"], &invoice["number"]), (&json!("draft"), number), "{event}");
    assert_eq!(invoice.get("paid").is_some(), is_old, "{event}");
    assert_eq!(invoice.get("total_taxes").is_none(), is_old, "{event}");
}

#[test]
fn a_caller_without_a_version_and_its_webhooks_follow_the_account() {
    let server = Turned::start();
    let fails = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&fails);
    let sink = Sink::start(move |_| match answers.load(Ordering::SeqCst) {
        true => Reply::Status(500),
        false => Reply::Status(200),
    });
    let sink = sink.expect("a port");
    server.move_to("2019-12-03");
    let endpoint = json!({ "url": sink.url("/"), "enabled_events": ["invoice.created"] });
    server.ok("/v1/webhook_endpoints", &endpoint);
    let customer = json!({ "name": "Ada", "invoice_prefix": "ADA" });
    let customer = server.ok("/v1/customers", &customer)["id"].clone();

    // Drafts have numbers, and there is no other level than the customer's.
    let first = server.draft(&customer);
    assert_eq!((&first["number"], &first["paid"]), (&json!("ADA-0001"), &json!(false)));
    is_told(&wait_for(&sink, &first, 0), "2019-12-03", &json!("ADA-0001"), true);
    let (status, refused) = server.post("/v1/numbering/settings", &json!({ "mode": "account" }));
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("mode")), "{refused}");

    // From then on they have none.
    server.move_to("2020-03-02");
    let second = server.draft(&customer);
    assert_eq!((&second["number"], &second["paid"]), (&json!(null), &json!(false)));
    is_told(&wait_for(&sink, &second, 0), "2020-03-02", &json!(null), true);

    // What could not be delivered in a version that is taken back comes in the former one.
    server.move_to("2025-03-31.basil");
    fails.store(true, Ordering::SeqCst);
    let third = server.draft(&customer);
    assert!(third.get("paid").is_none() && third["total_taxes"].is_array(), "{third}");
    is_told(&wait_for(&sink, &third, 0), "2025-03-31.basil", &json!(null), false);
    server.clock.advance_ms(4 * MINUTE_MS);
    let back = server.ok(&format!("{VERSION}/rollback"), &json!({}));
    assert_eq!(back["api_version"], "2020-03-02");
    assert_eq!(server.get(&invoice(&third))["paid"], false);
    fails.store(false, Ordering::SeqCst);
    server.clock.advance_ms(MINUTE_MS);
    is_told(&wait_for(&sink, &third, 1), "2020-03-02", &json!(null), true);

    // A new change has 72 hours of its own, and not a moment more.
    server.move_to("2025-03-31.basil");
    server.clock.set(At(server.clock.now().0 + 72 * HOUR_MS + 1));
    let (status, late) = server.post(&format!("{VERSION}/rollback"), &json!({}));
    assert_eq!((status, &late["error"]["code"]), (400, &json!("api_version_rollback_expired")));
    let fourth = server.draft(&customer);
    assert!(fourth.get("paid").is_none(), "{fourth}");
    is_told(&wait_for(&sink, &fourth, 0), "2025-03-31.basil", &json!(null), false);
    server.stop();
}

fn invoice(document: &Value) -> String {
    format!("/v1/invoices/{}", document["id"].as_str().expect("an id"))
}
