//! An engine with events to tell, and what becomes of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{Engine, EngineError, EngineOptions, FixedClock, NewAccount, OpenedAccount, wait};
use ledger::books::LedgerChange;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::WebhookEndpoint;
use ledger::model::{
    At, DeliveryRow, DeliveryState, EventRow, LedgerRow, Object, ObjectRow, Subject,
};
use ledger::{Changes, Misses};
use store::{Reader, Store};
use testkit::model::Model;
use webhooks::client::ClientOptions;
use webhooks::{Render, Telling, Worker, WorkerOptions};

/// How long something may take that is to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Secret of every endpoint that is not given another one.
pub(crate) const SECRET: &str = "whsec_of_the_stage";
const MINUTE_MS: i64 = 60_000;

/// A database with an account, and a clock.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) opened: OpenedAccount,
}

/// Writes an event as its id, its type and the version, which is enough to tell events apart.
struct Plain;

impl Render for Plain {
    fn bodies(
        &self,
        _reader: &mut dyn Reader,
        _ledger: &LedgerRow,
        tellings: &[Telling<'_>],
    ) -> Result<Vec<Result<Vec<u8>, String>>, EngineError> {
        let body = |telling: &Telling<'_>| match telling.event.kind.as_str() {
            "broken" => Err("the event cannot be written".to_owned()),
            kind => {
                let (id, version) = (telling.event.id.0, telling.version);
                Ok(format!("{id} {kind} {version} {}", telling.pending).into_bytes())
            }
        };
        Ok(tellings.iter().map(body).collect())
    }
}

/// Requests that are given up soon, and leases that leave time for them.
pub(crate) fn options() -> WorkerOptions {
    let limit = Duration::from_secs(2);
    let client =
        ClientOptions { connect_limit: limit, whole_limit: limit, ..ClientOptions::default() };
    WorkerOptions { client, poll: Duration::from_millis(20), ..WorkerOptions::default() }
}

impl Stage {
    pub(crate) fn new() -> Stage {
        Stage::on(Arc::new(Model::default()))
    }

    pub(crate) fn on(store: Arc<dyn Store>) -> Stage {
        let start = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let clock = Arc::new(FixedClock::at(start));
        let options = EngineOptions { clock: clock.clone(), ..EngineOptions::default() };
        let engine = Engine::start(store, options).expect("an engine");
        let opened = wait(engine.open_account(NewAccount::default())).expect("an account");
        Stage { engine, clock, opened }
    }

    /// Another process on the database of another stage, with the same clock and account.
    pub(crate) fn beside(store: Arc<dyn Store>, other: &Stage) -> Stage {
        let (clock, opened) = (Arc::clone(&other.clock), other.opened.clone());
        let options = EngineOptions { clock: clock.clone(), ..EngineOptions::default() };
        let engine = Engine::start(store, options).expect("an engine");
        Stage { engine, clock, opened }
    }

    /// A worker on this engine.
    pub(crate) fn worker(&self) -> Worker {
        self.worker_with(options())
    }

    pub(crate) fn worker_with(&self, options: WorkerOptions) -> Worker {
        Worker::start(self.engine.clone(), Arc::new(Plain), options)
    }

    pub(crate) fn now(&self) -> At {
        self.engine.now()
    }

    pub(crate) fn advance_minutes(&self, minutes: i64) {
        self.clock.advance_ms(minutes * MINUTE_MS);
    }

    /// Changes a ledger beside the rules: what an event tells is of no matter here.
    fn write(
        &self,
        ledger: LedgerId,
        change: impl FnOnce(&mut LedgerRow, &mut Changes) + Send + 'static,
    ) {
        let job = self.engine.run_job(ledger, move |writer| {
            writer.begin(&[ledger])?;
            let misses = Misses { ledgers: vec![ledger], ..Misses::default() };
            let mut row = writer.load(&misses)?.ledgers.remove(0);
            let expected = Some(row.head());
            let mut changes = Changes::default();
            change(&mut row, &mut changes);
            changes.ledgers.push(LedgerChange { row, expected });
            Ok(writer.commit(&changes)?)
        });
        job.wait().expect("written");
    }

    /// Puts an endpoint there, or another body in its place.
    pub(crate) fn put_endpoint(
        &self,
        ledger: LedgerId,
        id: Option<ObjectId>,
        endpoint: WebhookEndpoint,
        deleted: bool,
    ) -> ObjectId {
        let (sender, receiver) = std::sync::mpsc::channel();
        let created = self.now();
        self.write(ledger, move |row, changes| {
            row.last_object += 1;
            let id = id.unwrap_or(ObjectId(row.last_object));
            let revision = row.last_object;
            let body = Object::WebhookEndpoint(endpoint);
            let row = ObjectRow { ledger, id, created, revision, deleted, body };
            changes.objects.push(Arc::new(row));
            sender.send(id).expect("somebody waits");
        });
        receiver.recv().expect("an id")
    }

    /// An endpoint in the test ledger.
    pub(crate) fn endpoint(&self, url: &str) -> ObjectId {
        self.put_endpoint(self.opened.test, None, endpoint(url), false)
    }

    /// Events of a type, each for all of these endpoints.
    pub(crate) fn tell(&self, ledger: LedgerId, kind: &str, count: usize, to: &[ObjectId]) {
        self.tell_in("2026-10-28.endive", ledger, kind, count, to);
    }

    /// The same, while the account is on a version.
    pub(crate) fn tell_in(
        &self,
        version: &str,
        ledger: LedgerId,
        kind: &str,
        count: usize,
        to: &[ObjectId],
    ) {
        let (version, kind, to) = (version.to_owned(), kind.to_owned(), to.to_vec());
        let at = self.now();
        self.write(ledger, move |row, changes| {
            for _ in 0..count {
                row.last_object += 1;
                let id = ObjectId(row.last_object);
                changes.events.push(EventRow {
                    ledger,
                    id,
                    at,
                    kind: kind.clone(),
                    subject: Subject::Number(ledger::id::Position(1)),
                    version: version.clone(),
                    request: None,
                    idempotency_key: None,
                    body: None,
                });
                let delivery = |&endpoint: &ObjectId| DeliveryRow::new(ledger, id, endpoint, at);
                changes.deliveries.extend(to.iter().map(delivery));
            }
        });
    }

    /// All deliveries of a ledger.
    pub(crate) fn deliveries(&self, ledger: LedgerId) -> Vec<DeliveryRow> {
        let read = self.engine.read(move |reader| {
            let mut rows = Vec::new();
            loop {
                let last = rows.last().map(|row: &DeliveryRow| (row.event, row.endpoint));
                let page = reader.all_deliveries(ledger, last.unwrap_or_default(), 1_000)?;
                if page.is_empty() {
                    return Ok(rows);
                }
                rows.extend(page);
            }
        });
        read.wait().expect("read")
    }

    /// Waits until the deliveries of the test ledger are as wanted.
    pub(crate) async fn until(&self, wanted: impl Fn(&[DeliveryRow]) -> bool) -> Vec<DeliveryRow> {
        self.until_in(self.opened.test, wanted).await
    }

    pub(crate) async fn until_in(
        &self,
        ledger: LedgerId,
        wanted: impl Fn(&[DeliveryRow]) -> bool,
    ) -> Vec<DeliveryRow> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let rows = self.deliveries(ledger);
            if wanted(&rows) {
                return rows;
            }
            assert!(Instant::now() < deadline, "deliveries came to {:#?}", rows.last());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// An endpoint for everything, in the version of the account.
pub(crate) fn endpoint(url: &str) -> WebhookEndpoint {
    WebhookEndpoint {
        url: url.to_owned(),
        enabled_events: vec!["*".to_owned()],
        secret: SECRET.to_owned(),
        ..WebhookEndpoint::default()
    }
}

/// Whether every delivery is in a state and in nobody's hand.
pub(crate) fn all(state: DeliveryState) -> impl Fn(&[DeliveryRow]) -> bool {
    move |rows| rows.iter().all(|row| row.state == state && row.leased_until.is_none())
}

/// Whether every delivery was attempted so many times, and is in nobody's hand.
pub(crate) fn attempted(times: u32) -> impl Fn(&[DeliveryRow]) -> bool {
    move |rows| rows.iter().all(|row| row.attempts == times && row.leased_until.is_none())
}
