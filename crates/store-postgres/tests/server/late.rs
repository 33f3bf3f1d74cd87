//! Batches of one trip that reach the server when their client has long lost the connection.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use ledger::batch::{Batch, Step};
use ledger::id::LedgerId;
use ledger::{Changes, Command, Guess, Misses, Outcome, invariants};
use store::contract::drive;
use store::{Store, StoreError, Writer};
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use testkit::proxy::{Cut, Proxy};
use testkit::snapshot;

use crate::stage::{Database, cluster, issue, open};

const LEDGER: LedgerId = LedgerId(1);

/// How late: long enough for a look before it.
const PAUSE: Duration = Duration::from_millis(1_500);

/// A store whose connections lead through a proxy.
struct Through {
    store: PostgresStore,
    proxy: Proxy,
}

impl Through {
    fn new() -> Through {
        let server = SocketAddr::from(([127, 0, 0, 1], cluster().port()));
        let proxy = Proxy::start(server).expect("a proxy");
        let url = Database::new().url;
        let url = url.replace(&server.to_string(), &proxy.address().to_string());
        let location = Location::parse(&format!("{url}?sslmode=disable"), &|_| None);
        let location = location.expect("a location");
        let store = PostgresStore::open(location, OpenOptions::default()).expect("open");
        Through { store, proxy }
    }

    fn writer(&self) -> Box<dyn Writer> {
        self.store.writer().expect("a writer")
    }

    /// The next number is this one, and everything holds.
    fn expect_next(&self, writer: &mut dyn Writer, text: &str) {
        let command: Command = issue(LEDGER);
        let answers = drive(writer, vec![command]).expect("drive");
        match &answers[0].result {
            Ok(Outcome::Issued(views)) => assert_eq!(views[0].row.text, text),
            other => panic!("{other:?}"),
        }
        let mut reader = self.store.reader().expect("a reader");
        let taken = snapshot::take(&mut *reader, LEDGER).expect("read").expect("a ledger");
        assert_eq!(invariants::check(&taken, &[]), []);
    }
}

/// Gives a ledger one number, and decides a second one on a guess.
fn guessed(writer: &mut dyn Writer) -> (Guess, Changes) {
    let commands = vec![open(LEDGER), issue(LEDGER)];
    writer.begin(&[LEDGER]).expect("begin");
    let first = Batch::new(commands).run(|misses| writer.load(misses)).expect("load");
    writer.commit(&first.changes).expect("commit");
    let mut batch = Batch::on(first.books, vec![issue(LEDGER)]);
    let Step::Load(misses) = batch.step() else { panic!("nothing to be proven") };
    let guess = batch.guess(misses).expect("likely");
    let Step::Done(decided) = batch.step() else { panic!("asks for more") };
    (guess, decided.changes)
}

fn in_doubt(written: &Result<bool, StoreError>) {
    assert!(matches!(written, Err(StoreError::InDoubt(_))), "{written:?}");
}

/// How many numbers the ledger has, by a look under its lock.
fn numbers(writer: &mut dyn Writer) -> u64 {
    assert_eq!(writer.begin(&[LEDGER]).expect("begin"), [LEDGER]);
    let misses = Misses { ledgers: vec![LEDGER], ..Misses::default() };
    let found = writer.load(&misses).expect("load").ledgers[0].last_position;
    writer.rollback().expect("rollback");
    found
}

#[test]
fn what_was_looked_at_does_not_arrive_any_more() {
    let through = Through::new();
    let mut writer = through.writer();
    let (guess, changes) = guessed(&mut *writer);
    through.proxy.cut_next(Cut::Late(PAUSE));
    in_doubt(&writer.commit_guessed(&guess, &changes));
    drop(writer);
    let mut writer = through.writer();
    assert_eq!((numbers(&mut *writer), through.proxy.late()), (1, 0), "before it arrives");
    let begin = Instant::now();
    while through.proxy.late() == 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "it never arrived");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(numbers(&mut *writer), 1, "it is true for ever");
    through.expect_next(&mut *writer, "INV-2026-00002");
}

#[test]
fn what_was_written_is_found() {
    let through = Through::new();
    let mut writer = through.writer();
    let (guess, changes) = guessed(&mut *writer);
    through.proxy.cut_next(Cut::AfterCommit);
    in_doubt(&writer.commit_guessed(&guess, &changes));
    drop(writer);
    let mut writer = through.writer();
    assert_eq!(numbers(&mut *writer), 2);
    through.expect_next(&mut *writer, "INV-2026-00003");
}

#[test]
fn who_may_not_see_who_serves_him_does_not_guess() {
    let database = Database::new();
    cluster().execute("CREATE ROLE plain").expect("a role");
    database.ask("GRANT ALL ON SCHEMA public TO plain");
    // Whoever connects goes on as somebody who sees nothing of who connected.
    let name = &database.name;
    cluster().execute(&format!("ALTER DATABASE {name} SET role = 'plain'")).expect("set");
    let store = database.open(OpenOptions::default()).expect("open");
    let mut writer = store.writer().expect("a writer");
    assert!(!writer.guesses());
    let (guess, changes) = guessed(&mut *writer);
    assert!(!writer.commit_guessed(&guess, &changes).expect("it holds, and is not written"));
    assert_eq!(numbers(&mut *writer), 1);
    drive(&mut *writer, vec![issue(LEDGER)]).expect("the ordinary way");
    assert_eq!(numbers(&mut *writer), 2);
}
