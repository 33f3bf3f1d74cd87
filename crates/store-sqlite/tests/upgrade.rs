//! Files of earlier releases are brought up to date, and go on where they were.

use std::path::Path;

use jiff::civil::date;
use ledger::Command;
use ledger::command::document::{CustomerChange, DocumentAction, DocumentCommand, EndpointChange};
use ledger::command::{Action, Actor, Item};
use ledger::id::{AccountId, KeyId, LedgerId, ObjectId};
use ledger::model::{At, IdempotencyKey, KeyHash, Mode, ObjectKind, RequestHash, State};
use ledger::outcome::Outcome;
use ledger::trail::Verifier;
use rusqlite::Connection;
use store::contract::drive;
use store::{Create, ObjectFilter, Page, Reader, Store, Writer};
use store_sqlite::{OpenOptions, STEPS, SqliteStore};

/// Dumps of files as releases left them, the oldest first.
const RELEASES: [(&str, &str); 1] = [("0.1.0", include_str!("releases/0.1.0.sql"))];

const LEDGER: LedgerId = LedgerId(1);
const NOON: At = At(1_795_176_000_000);

fn command(action: Action) -> Command {
    let actor = Actor::Operator("tester".to_owned());
    Command { ledger: LEDGER, actor, at: NOON, idempotency: None, action }
}

fn issue() -> Command {
    let item = Item { date: Some(date(2026, 11, 20)), ..Item::default() };
    command(Action::Issue(vec![item]))
}

fn document(action: DocumentAction) -> Command {
    let asked =
        DocumentCommand { request: None, idempotency_key: None, drafts_numbered: false, action };
    command(Action::Document(Box::new(asked)))
}

/// Puts a dump into a file.
fn put(path: &Path, dump: &str) {
    let connection = Connection::open(path).expect("a file");
    connection.execute_batch(dump).expect("a dump");
}

#[test]
fn the_file_of_every_release_goes_on() {
    for (release, dump) in RELEASES {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("release.db");
        put(&path, dump);
        let options = OpenOptions { create: Create::Never, ..OpenOptions::default() };
        // Opened twice: what was brought up to date stays so.
        for _ in 0..2 {
            let opened = SqliteStore::open(&path, options.clone());
            let store = opened.unwrap_or_else(|error| panic!("{release}: {error}"));
            is_as_it_was(&mut *store.reader().expect("reader"), release);
        }
        let connection = Connection::open(&path).expect("a file");
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
        assert_eq!(version.expect("read"), STEPS as i64);
        drop(connection);
        let store = SqliteStore::open(&path, options).expect("open");
        let mut writer = store.writer().expect("writer");
        numbers_go_on(&mut *writer, release);
        documents_are_kept(&mut *writer, &mut *store.reader().expect("reader"), release);
    }
}

fn is_as_it_was(reader: &mut dyn Reader, release: &str) {
    let account = AccountId("acct_1".to_owned());
    let head = reader.ledger_of(&account, Mode::Live).expect("read").expect("a ledger");
    assert_eq!(head.last_object, 0, "{release}");
    let key = reader.key_by_hash(&KeyHash([9; 32])).expect("read").expect("a key");
    assert_eq!((key.ledger, key.id), (LEDGER, KeyId(u64::MAX - 5)), "{release}");
    let page = Page { limit: 10, ..Page::default() };
    let numbers = reader.numbers(LEDGER, &Default::default(), page).expect("read").rows;
    let seen: Vec<_> = numbers.iter().map(|one| (one.row.text.as_str(), one.row.state)).collect();
    let expected = [
        ("INV-2026-00002", State::Held),
        ("CN-2026-00001", State::Held),
        ("INV-2026-00001", State::Void),
    ];
    assert_eq!(seen, expected, "{release}");
    let mut verifier = Verifier::new(LEDGER);
    for stored in reader.trail(LEDGER, 0, 100).expect("read").entries {
        verifier.take(&stored.sealed);
    }
    let verified = verifier.finish(head.trail_count, head.trail_hash);
    assert_eq!((verified.entries, verified.broken), (head.trail_count, None), "{release}");
}

fn numbers_go_on(writer: &mut dyn Writer, release: &str) {
    let mut keyed = issue();
    keyed.idempotency = Some((IdempotencyKey([4; 16]), RequestHash([5; 16])));
    let answers = drive(writer, vec![keyed, issue()]).expect("drive");
    assert!(answers[0].replayed, "{release}: outcomes are remembered");
    match &answers[1].result {
        Ok(Outcome::Issued(views)) => assert_eq!(views[0].row.text, "INV-2026-00003"),
        other => panic!("{release}: {other:?}"),
    }
}

fn documents_are_kept(writer: &mut dyn Writer, reader: &mut dyn Reader, release: &str) {
    let endpoint = EndpointChange {
        url: Some("https://hooks.example.com/".to_owned()),
        enabled_events: Some(vec!["*".to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0123456789abcdef".to_owned();
    let customer = Box::new(CustomerChange::default());
    let commands = vec![
        document(DocumentAction::CreateEndpoint(Box::new(endpoint), secret)),
        document(DocumentAction::CreateCustomer(customer)),
    ];
    for answer in drive(writer, commands).expect("drive") {
        assert!(answer.result.is_ok(), "{release}: {answer:?}");
    }
    let page = Page { limit: 10, ..Page::default() };
    let filter = ObjectFilter::of(ObjectKind::Customer);
    assert_eq!(reader.objects(LEDGER, &filter, page).expect("read").rows.len(), 1, "{release}");
    assert_eq!(reader.all_events(LEDGER, ObjectId(0), 10).expect("read").len(), 1, "{release}");
    let until = At(NOON.0 + 1);
    let taken = writer.claim_deliveries(LEDGER, NOON, until, 10).expect("claim");
    assert_eq!(taken.len(), 1, "{release}");
}
