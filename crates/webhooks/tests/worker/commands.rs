//! From a command to its webhook.

use std::time::Duration;

use ledger::command::document::{CustomerChange, DocumentAction, DocumentCommand, EndpointChange};
use ledger::command::{Item, SeriesRef};
use ledger::id::ObjectId;
use ledger::model::{ApiVersion, At, DeliveryRow, DeliveryState};
use ledger::{Action, Actor, Outcome};
use testkit::sink::{Received, Reply, Sink};
use webhooks::WorkerOptions;

use crate::stage::{PATIENCE, Stage, all, attempted, options};

/// Hears of deliveries from the engine only, or when told to look.
fn deaf_to_time() -> WorkerOptions {
    WorkerOptions { poll: Duration::from_secs(3_600), ..options() }
}

fn sink() -> Sink {
    Sink::start(|_| Reply::Status(200)).expect("a port")
}

fn texts(received: &[Received]) -> Vec<String> {
    received.iter().map(|one| String::from_utf8_lossy(&one.body).into_owned()).collect()
}

impl Stage {
    fn run(&self, action: Action) -> Outcome {
        let operator = Actor::Operator("operator".to_owned());
        let command = self.engine.command(self.opened.test, operator, action);
        self.engine.execute_blocking(command).expect("it is done")
    }

    fn document(&self, action: DocumentAction) -> Outcome {
        self.run(Action::Document(Box::new(DocumentCommand {
            request: None,
            idempotency_key: None,
            drafts_numbered: false,
            action,
        })))
    }

    /// An endpoint for some events, made as the interface makes it.
    fn create_endpoint(&self, url: &str, events: &[&str]) -> ObjectId {
        let change = EndpointChange {
            url: Some(url.to_owned()),
            enabled_events: Some(events.iter().map(|&name| name.to_owned()).collect()),
            ..EndpointChange::default()
        };
        let secret = "whsec_0123456789abcdef".to_owned();
        match self.document(DocumentAction::CreateEndpoint(Box::new(change), secret)) {
            Outcome::Object(view) => view.row.id,
            other => panic!("no endpoint: {other:?}"),
        }
    }

    fn create_customer(&self) {
        self.document(DocumentAction::CreateCustomer(Box::<CustomerChange>::default()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_wakes_the_worker_at_once() {
    let (stage, sink) = (Stage::new(), sink());
    stage.create_endpoint(&sink.url("/"), &["customer.created"]);
    let worker = stage.worker_with(deaf_to_time());
    // The worker has looked once when it started, and finds the rest by the bell.
    for count in 1..=5 {
        stage.create_customer();
        assert!(sink.wait_for(count, Duration::from_secs(5)), "{count}");
    }
    worker.stop().await;
    let rows = stage.deliveries(stage.opened.test);
    assert!(rows.len() == 5 && all(DeliveryState::Delivered)(&rows), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_told_to_who_asks_for_them() {
    let (stage, all_of_numbers, of_customers) = (Stage::new(), sink(), sink());
    stage.create_endpoint(&all_of_numbers.url("/"), &["number.*"]);
    stage.create_endpoint(&of_customers.url("/"), &["customer.*"]);
    let _worker = stage.worker_with(deaf_to_time());
    let series = Some(SeriesRef::Name("invoices".to_owned()));
    stage.run(Action::Issue(vec![Item { series, ..Item::default() }; 3]));
    assert!(all_of_numbers.wait_for(3, PATIENCE));
    let told = texts(&all_of_numbers.received());
    assert!(told.iter().all(|text| text.contains(" number.issued ")), "{told:?}");
    assert_eq!(of_customers.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_signs_beside_the_old_one() {
    let (stage, sink) = (Stage::new(), sink());
    let id = stage.create_endpoint(&sink.url("/"), &["customer.created"]);
    let until = At(stage.now().0 + 1_000);
    let secret = Some(("whsec_fedcba9876543210".to_owned(), until));
    let change = EndpointChange { secret, ..EndpointChange::default() };
    stage.document(DocumentAction::UpdateEndpoint(id, Box::new(change)));
    let _worker = stage.worker();
    stage.create_customer();
    assert!(sink.wait_for(1, PATIENCE));
    stage.clock.set(until);
    stage.create_customer();
    assert!(sink.wait_for(2, PATIENCE));
    let signed: Vec<usize> = sink
        .received()
        .iter()
        .map(|one| one.header("stripe-signature").unwrap_or_default().matches("v1=").count())
        .collect();
    assert_eq!(signed, [2, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_in_a_version_that_was_taken_back_comes_again_in_the_old_one() {
    let stage = Stage::new();
    let sink = Sink::start(|received| match received.index {
        0 => Reply::Status(500),
        _ => Reply::Status(200),
    });
    let sink = sink.expect("a port");
    stage.create_endpoint(&sink.url("/"), &["customer.created"]);
    let set = |name: &str| {
        let version = ApiVersion { name: name.to_owned(), drafts_numbered: false };
        stage.document(DocumentAction::SetApiVersion(version));
    };
    set("2024-06-20");
    set("2026-10-28.endive");
    let _worker = stage.worker_with(deaf_to_time());
    stage.create_customer();
    stage.until(|rows| rows.len() == 1 && attempted(1)(rows)).await;
    stage.document(DocumentAction::RollBackApiVersion);
    // At once, though the next attempt would be due in minutes.
    stage.until(all(DeliveryState::Delivered)).await;
    let told = texts(&sink.received());
    assert!(told[0].contains(" 2026-10-28.endive "), "{told:?}");
    assert!(told[1].contains(" 2024-06-20 "), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_made_again_by_hand() {
    let (stage, sink) = (Stage::new(), sink());
    let id = stage.create_endpoint(&sink.url("/"), &["customer.created"]);
    let _worker = stage.worker_with(deaf_to_time());
    stage.create_customer();
    let is_delivered =
        |rows: &[DeliveryRow]| rows.len() == 1 && all(DeliveryState::Delivered)(rows);
    let event = stage.until(is_delivered).await[0].event;
    stage.document(DocumentAction::Redeliver(event, Some(id)));
    assert!(sink.wait_for(2, PATIENCE));
    let rows = stage.until(is_delivered).await;
    assert_eq!((rows[0].attempts, rows[0].log.len()), (1, 2), "counted anew, and the log goes on");
}
