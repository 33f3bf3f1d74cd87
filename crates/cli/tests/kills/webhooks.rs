//! Servers that are killed while they tell what happens: everything that was answered is told,
//! also what they had in hand.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use engine::{Clock, Engine, EngineOptions, FixedClock, StoreAccess, SystemClock};
use gapless::DatabaseUrl;
use ledger::model::{At, DeliveryRow};
use serde_json::{Value, json};
use store::Create;
use testkit::postgres::{Durability, TemporaryCluster};
use testkit::sink::{Received, Reply, Sink};

use crate::gapless::{Place, Server};
use crate::processes::signal;
use crate::stage::{Stage, is_full};

const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN_KILLS: Duration = Duration::from_millis(600);
/// Who makes invoices at the same time.
const MAKERS: usize = 4;
/// How far the clock is put on when a killed server's leases are to end.
const LATER_MS: i64 = 600_000;
/// What the receiver wants to be told of each invoice.
const EVENT: &str = "invoice.finalized";

/// The request from which on a receiver fails no more; `u64::MAX` while it does.
type WellFrom = Arc<AtomicU64>;

/// What a receiver does that answers most at once, some late, and fails at times.
fn reply(received: &Received, well_from: &WellFrom) -> Reply {
    if received.index >= well_from.load(Ordering::SeqCst) {
        return Reply::Status(200);
    }
    match received.index % 12 {
        3 => Reply::Status(500),
        5 => Reply::HangUp,
        7 | 9 => Reply::Late(200, Duration::from_millis(300)),
        _ => Reply::Status(200),
    }
}

/// An account with a customer and an endpoint, and those who make invoices in it.
struct Play {
    key: String,
    customer: String,
    secret: String,
    sink: Sink,
    well_from: WellFrom,
}

impl Play {
    fn new(server: &Server, key: &str) -> Play {
        let well_from = Arc::new(AtomicU64::new(u64::MAX));
        let shared = Arc::clone(&well_from);
        let sink = Sink::start(move |received| reply(received, &shared)).expect("a port");
        let endpoint = json!({ "url": sink.url("/hooks"), "enabled_events": [EVENT] }).to_string();
        let made = |path: &str, body: &str| {
            let (status, answer) = server.ask(key, "POST", path, body);
            assert_eq!(status, 200, "{answer}");
            answer
        };
        let endpoint = made("/v1/webhook_endpoints", &endpoint);
        let customer = made("/v1/customers", "{}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (customer, secret) = (text(&customer["id"]), text(&endpoint["secret"]));
        Play { key: key.to_owned(), customer, secret, sink, well_from }
    }

    /// Makes invoices at servers that are killed so often; the ids of those that were finalized.
    fn run(
        &self,
        addresses: &[String],
        kills: usize,
        mut kill: impl FnMut(usize),
    ) -> BTreeSet<String> {
        let is_over = AtomicBool::new(false);
        let finalized = scope(|scope| {
            let over = &is_over;
            let makers: Vec<_> = (0..MAKERS)
                .map(|maker| scope.spawn(move || self.make_until(over, maker, addresses)))
                .collect();
            for count in 0..kills {
                sleep(BETWEEN_KILLS);
                kill(count);
            }
            sleep(BETWEEN_KILLS);
            is_over.store(true, Ordering::SeqCst);
            let made = makers.into_iter().flat_map(|maker| maker.join().expect("a maker"));
            made.collect::<Vec<_>>()
        });
        let count = finalized.len();
        let finalized: BTreeSet<String> = finalized.into_iter().collect();
        assert_eq!(finalized.len(), count, "an invoice was made twice");
        assert!(count > 20, "{count} invoices are few");
        finalized
    }

    fn make_until(&self, over: &AtomicBool, maker: usize, addresses: &[String]) -> Vec<String> {
        let mut finalized = Vec::new();
        while !over.load(Ordering::SeqCst) {
            let once = format!("{maker}-{}", finalized.len());
            let body = json!({ "customer": self.customer, "currency": "eur" }).to_string();
            let draft = self.insist(addresses, "/v1/invoices", &body, &format!("draft-{once}"));
            let id = draft["id"].as_str().expect("an id").to_owned();
            let path = format!("/v1/invoices/{id}/finalize");
            self.insist(addresses, &path, "{}", &format!("finalize-{once}"));
            finalized.push(id);
        }
        finalized
    }

    /// Repeats a request at one server after the other until it is carried out.
    fn insist(&self, addresses: &[String], path: &str, body: &str, once: &str) -> Value {
        let begun = Instant::now();
        for address in addresses.iter().cycle() {
            let said = match ask(address, &self.key, path, body, once) {
                Ok((200, answer)) => return answer,
                // One that is under way in a process that was killed is so for a moment.
                Ok((status, answer)) if status >= 500 || status == 409 => answer.to_string(),
                Ok((status, answer)) => panic!("{path}: {status} {answer}"),
                Err(error) => error.to_string(),
            };
            assert!(begun.elapsed() < PATIENCE, "{path}: {said}");
            sleep(Duration::from_millis(10));
        }
        unreachable!("there are servers to ask")
    }

    /// Has the receiver fail no more.
    fn recover(&self) {
        self.well_from.store(self.sink.count(), Ordering::SeqCst);
    }

    /// Waits until the receiver was told of all of these invoices, each time by whoever knows the
    /// secret.
    fn assert_told(&self, finalized: &BTreeSet<String>) {
        let begun = Instant::now();
        let mut missing: BTreeSet<&String> = finalized.iter().collect();
        while !missing.is_empty() {
            assert!(begun.elapsed() < PATIENCE, "{} were never told: {missing:?}", missing.len());
            sleep(Duration::from_millis(50));
            let told = self.told();
            missing.retain(|id| !told.contains(*id));
        }
        let told = self.told();
        assert!(told.is_subset(finalized), "what never happened was told: {told:?}");
    }

    /// The invoices that the receiver knows, and has said that it knows.
    fn told(&self) -> BTreeSet<String> {
        let received = self.sink.received();
        let is_good = |one: &&Received| {
            matches!(reply(one, &self.well_from), Reply::Status(200) | Reply::Late(200, _))
        };
        let good = received.iter().filter(is_good);
        let invoice = |one: &Received| {
            assert!(is_signed(one, &self.secret), "{:?}", one.headers);
            let event: Value = serde_json::from_slice(&one.body).expect("JSON");
            assert_eq!(event["type"], EVENT);
            event["data"]["object"]["id"].as_str().expect("an id").to_owned()
        };
        good.map(invoice).collect()
    }
}

/// Whether a receiver who knows the secret believes it.
fn is_signed(received: &Received, secret: &str) -> bool {
    let header = received.header("stripe-signature").unwrap_or_default();
    let seconds = header.strip_prefix("t=").and_then(|rest| rest.split(',').next());
    let seconds = seconds.and_then(|seconds| seconds.parse().ok()).expect("a time");
    header == webhooks::signature::sign(&[secret], seconds, &received.body)
}

/// Sends one request to a server that may be killed meanwhile.
fn ask(address: &str, key: &str, path: &str, body: &str, once: &str) -> io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\
         idempotency-key: {once}\r\nconnection: close\r\n\r\n{body}",
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let whole = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(whole)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = serde_json::from_str(body).map_err(|_| whole())?;
    Ok((status.ok_or_else(whole)?, body))
}

/// Does to the outbox what the passing of some minutes would: what a killed server had in hand, and
/// what failed, may be taken by whoever is there.
fn let_time_pass(database: &str, key: &str) {
    let clock = Arc::new(FixedClock::default());
    let now = SystemClock.now();
    let later = At(now.0 + LATER_MS);
    clock.set(later);
    let url: DatabaseUrl = database.parse().expect("a URL");
    let store = url.open(Create::Never, StoreAccess::Write).expect("the database");
    let options = EngineOptions { clock, ..EngineOptions::default() };
    let engine = Engine::start(store, options).expect("an engine");
    let access = engine::wait(engine.authenticate(key)).expect("an answer").expect("a key");
    let ledger = access.ledger;
    let job = engine.run_job(ledger, move |writer| {
        let lease = At(later.0 + 1);
        let mut rows: Vec<DeliveryRow> = Vec::new();
        loop {
            let claimed = writer.claim_deliveries(ledger, later, lease, 1_000)?;
            if claimed.is_empty() {
                break;
            }
            rows.extend(claimed);
        }
        rows.iter_mut().for_each(|row| row.due = now);
        Ok(writer.settle_deliveries(&rows)?)
    });
    job.wait().expect("the outbox");
    engine.shutdown();
}

fn kills() -> usize {
    if is_full() { 12 } else { 3 }
}

#[test]
fn what_happened_is_told_by_the_server_that_follows_a_killed_one() {
    let place = Place::new();
    let keys = place.init("stripe");
    let mut server = Some(place.serve("127.0.0.1:0"));
    let address = server.as_ref().expect("a server").address().to_owned();
    let play = Play::new(server.as_ref().expect("a server"), &keys.test);
    let finalized = play.run(std::slice::from_ref(&address), kills(), |_| {
        server.take().expect("a server").kill();
        server = Some(place.serve(&address));
    });
    play.recover();
    server.take().expect("a server").kill();
    let database = format!("sqlite:{}", place.path("gapless.db").display());
    let_time_pass(&database, &keys.test);
    let _again = place.serve(&address);
    play.assert_told(&finalized);
    let verified = place.json(&["verify", "--test"]);
    assert_eq!((&verified["valid"], &verified["numbers"]), (&true.into(), &finalized.len().into()));
}

#[test]
fn what_a_killed_server_had_in_hand_is_told_by_the_other_one() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let mut stage = Stage::on(&cluster.url());
    let key = stage.keys.test.clone();
    let play = Play::new(stage.server(0), &key);
    let addresses = [0, 1].map(|which| stage.server(which).address().to_owned());
    let finalized = play.run(&addresses, kills(), |count| stage.kill(count % 2));
    play.recover();
    signal(stage.server(0).process(), "-KILL");
    let_time_pass(&cluster.url(), &key);
    play.assert_told(&finalized);
    let words = ["verify", "--test", "--database", &cluster.url()];
    let verified = stage.place.json(&words);
    assert_eq!((&verified["valid"], &verified["numbers"]), (&true.into(), &finalized.len().into()));
}

/// A good receiver gets everything and the server stays well, whatever the others do.
#[test]
fn receivers_that_misbehave_take_nothing_from_a_real_server() {
    let place = Place::new();
    let keys = place.init("stripe");
    let server = place.serve("127.0.0.1:0");
    let redirect = Sink::start(|_| Reply::Status(200)).expect("a port");
    let elsewhere = redirect.url("/stolen");
    let wrong = [
        Reply::Status(500),
        Reply::Redirect(elsewhere),
        Reply::Gigabyte(200),
        Reply::Gigabyte(500),
        Reply::Hang,
        Reply::HangUp,
        Reply::HangUpInHead,
        Reply::EndlessHead,
        Reply::Trickle(500),
        Reply::Nonsense,
    ];
    let mut sinks: Vec<Sink> = Vec::new();
    for reply in wrong {
        sinks.push(Sink::start(move |_| reply.clone()).expect("a port"));
    }
    sinks.push(Sink::start(|_| Reply::Status(200)).expect("a port"));
    for sink in &sinks {
        let body = json!({ "url": sink.url("/"), "enabled_events": ["customer.created"] });
        let (status, _) =
            server.ask(&keys.test, "POST", "/v1/webhook_endpoints", &body.to_string());
        assert_eq!(status, 200);
    }
    let before = resident_kb(&server);
    let count = if is_full() { 3_000 } else { 300 };
    let mut slowest = Duration::ZERO;
    for _ in 0..count {
        let begun = Instant::now();
        assert_eq!(server.ask(&keys.test, "POST", "/v1/customers", "{}").0, 200);
        slowest = slowest.max(begun.elapsed());
    }
    let good = sinks.last().expect("the good one");
    assert!(good.wait_for(count, PATIENCE), "{} of {count} came", good.count());
    for sink in &sinks {
        assert!(sink.count() > 0, "each was asked");
    }
    assert_eq!(redirect.connections(), 0, "a redirect was followed");
    assert!(slowest < Duration::from_secs(5), "an answer took {slowest:?}");
    let (status, answer) = server.ask("none", "GET", "/readyz", "");
    assert_eq!(status, 200, "{answer}");
    let grown = resident_kb(&server).saturating_sub(before);
    assert!(grown < 96 * 1024, "it took {grown} KB more");
    // What hangs is waited for as long as a request may take; what is to be told stays told.
    drop(sinks);
    assert_eq!(server.stop("TERM").0, Some(0));
}

/// The most memory that a server ever had, as far as the system tells.
fn resident_kb(server: &Server) -> u64 {
    let path = format!("/proc/{}/status", server.process());
    let status = std::fs::read_to_string(path).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|rest| rest.trim().split(' ').next()?.parse().ok());
    kb.expect("the memory of a process")
}
