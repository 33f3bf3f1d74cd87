//! Connections cut exactly at `COMMIT`, under an engine that issues numbers to several clients: a
//! thousand of them in a full run. Every client asks until it is answered, and then once more: what
//! all of them saw is held against the register.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use engine::{Engine, EngineError, EngineOptions, NewAccount, Progress};
use ledger::command::Item;
use ledger::history::{
    self, Answer, Given, Holder, Observation, Register, Registered, Request, Span,
};
use ledger::id::{LedgerId, SequenceId};
use ledger::model::{IdempotencyKey, NumberRow, RequestHash};
use ledger::{Action, Actor, Outcome};
use store::Store;
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::postgres::{Durability, TemporaryCluster};
use testkit::proxy::{Cut, Proxy};
use testkit::random::Random;

const CUTS: u64 = 150;
const CUTS_IN_FULL: u64 = 1000;
const CLIENTS: u32 = 6;

/// How long the server and the engine may take over one cut.
const PATIENCE: Duration = Duration::from_secs(60);

fn cuts() -> u64 {
    if std::env::var_os("GAPLESS_TEST_FULL").is_some() { CUTS_IN_FULL } else { CUTS }
}

fn open(url: &str) -> Arc<PostgresStore> {
    let location = Location::parse(url, &|_| None).unwrap();
    Arc::new(PostgresStore::open(location, OpenOptions::default()).unwrap())
}

#[test]
fn every_retry_finds_the_truth() {
    let cluster = TemporaryCluster::for_test(Durability::Full);
    let direct = open(&cluster.create_database("books").unwrap());
    let proxy = Proxy::start(([127, 0, 0, 1], cluster.port()).into()).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/books", proxy.address().port());
    let engine = Engine::start(open(&url), EngineOptions::default()).unwrap();
    let account = engine::wait(engine.open_account(NewAccount::default())).unwrap();

    let ledgers = [account.live, account.test];
    let is_over = AtomicBool::new(false);
    let begun = Instant::now();
    let seen: Vec<(LedgerId, Vec<Observation>)> = thread::scope(|scope| {
        let (engine, is_over) = (&engine, &is_over);
        let clients = (0..CLIENTS).map(|client| {
            // Most of them on one ledger: the cuts hit full batches of a hot series.
            let ledger = ledgers[usize::from(client == 0)];
            scope.spawn(move || {
                (ledger, Client { client, engine, ledger, begun, seen: Vec::new() }.work(is_over))
            })
        });
        let clients: Vec<_> = clients.collect();
        let cuts = thread::Builder::new().spawn_scoped(scope, || cut(&proxy));
        let cuts = cuts.unwrap().join();
        is_over.store(true, Ordering::SeqCst);
        let seen = clients.into_iter().map(|client| client.join().unwrap()).collect();
        cuts.unwrap();
        seen
    });
    let metrics = engine.metrics();
    assert!(metrics.reopened >= cuts() / 2, "the cuts did not reach the writers: {metrics:?}");
    engine.shutdown();

    let plain = Engine::start(direct.clone(), EngineOptions::default()).unwrap();
    for ledger in ledgers {
        let of_ledger = seen.iter().filter(|(own, _)| *own == ledger);
        let observations: Vec<Observation> =
            of_ledger.flat_map(|(_, seen)| seen.iter().cloned()).collect();
        let report = history::check(&observations, &register(&*direct, ledger));
        assert_eq!(report.violations, [], "{ledger}");
        assert_eq!(report.numbered, report.requests, "{ledger}: somebody has no number");
        let verified = plain.verify(ledger, &Progress::default()).unwrap();
        assert!(verified.holds(), "{verified:#?}");
    }
}

/// Cuts connections, before their commit and behind it in turn, and in between now and
/// then wherever it falls.
fn cut(proxy: &Proxy) {
    let mut random = Random::new(7);
    let mut at_commit = 0;
    while at_commit < cuts() {
        let cut = match random.below(8) {
            0 => Cut::AtByte(random.below(4000)),
            1..=3 => Cut::BeforeCommit,
            _ => Cut::AfterCommit,
        };
        at_commit += u64::from(!matches!(cut, Cut::AtByte(_)));
        let before = proxy.cuts();
        proxy.cut_next(cut);
        let begin = Instant::now();
        while proxy.cuts() == before {
            assert!(begin.elapsed() < PATIENCE, "nobody commits any more after {at_commit} cuts");
            thread::sleep(Duration::from_micros(200));
        }
    }
}

/// One that asks for numbers, one after the other.
struct Client<'a> {
    client: u32,
    engine: &'a Engine,
    ledger: LedgerId,
    begun: Instant,
    seen: Vec<Observation>,
}

impl Client<'_> {
    fn work(mut self, is_over: &AtomicBool) -> Vec<Observation> {
        let mut count = 0;
        while !is_over.load(Ordering::SeqCst) {
            count += 1;
            let name = format!("{}-{count}", self.client);
            let request = match count % 2 {
                0 => Request::Reference(name),
                _ => Request::Key(name),
            };
            self.ask_until_answered(&request);
            // Whatever became of the first: the second says the same.
            self.ask_until_answered(&request);
        }
        self.seen
    }

    fn ask_until_answered(&mut self, request: &Request) {
        let ticks = || u64::try_from(self.begun.elapsed().as_nanos()).unwrap();
        let begin = Instant::now();
        loop {
            let invoked_at = ticks();
            let answer = self.ask(request);
            let is_answered = answer != Answer::Unknown;
            self.seen.push(Observation {
                client: self.client,
                invoked_at,
                answered_at: is_answered.then(ticks),
                request: request.clone(),
                answer,
            });
            if is_answered {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "{request:?} is never answered");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn ask(&self, request: &Request) -> Answer {
        let date = Some(jiff::civil::date(2026, 11, 20));
        let (item, key) = match request {
            Request::Reference(reference) => {
                (Item { date, reference: Some(reference.clone()), ..Item::default() }, None)
            }
            Request::Key(key) => {
                let hash = engine::key_hash(key).0;
                let own = IdempotencyKey(hash[..16].try_into().unwrap());
                (Item { date, ..Item::default() }, Some((own, RequestHash(own.0))))
            }
        };
        let actor = Actor::Operator("client".to_owned());
        let mut command = self.engine.command(self.ledger, actor, Action::Issue(vec![item]));
        command.idempotency = key;
        match self.engine.execute_blocking(command) {
            Ok(Outcome::Issued(views)) => Answer::Number(given(&views[0].row)),
            Ok(other) => panic!("no number: {other:?}"),
            Err(EngineError::Store(_)) => Answer::Unknown,
            Err(other) => panic!("{request:?}: {other}"),
        }
    }
}

fn given(row: &NumberRow) -> Given {
    Given {
        sequence: format!("{}", row.sequence.0).into(),
        ordinal: row.ordinal,
        text: row.text.clone(),
    }
}

/// All that a ledger gave, read beside the proxy.
fn register(store: &dyn Store, ledger: LedgerId) -> Register {
    let mut reader = store.reader().unwrap();
    let mut register = Register::default();
    let sequences = reader.sequences(ledger, SequenceId(0), 100).unwrap();
    assert!(!sequences.has_more);
    for sequence in sequences.rows {
        let label = sequence.id.0.to_string();
        register.spans.push(Span {
            sequence: label.into(),
            first: sequence.first,
            last: sequence.last,
        });
        let mut next = sequence.first;
        while next <= sequence.last {
            let rows = reader.register(ledger, sequence.id, next, 1000).unwrap();
            next = rows.last().expect("the register has no end before its last").ordinal + 1;
            register.entries.extend(rows.iter().map(|row| Registered {
                given: given(row),
                holder: Holder::Document(row.reference.clone()),
            }));
        }
    }
    register
}
