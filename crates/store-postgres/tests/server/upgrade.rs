//! Databases of earlier releases are brought up to date, and go on where they were.

use std::path::Path;
use std::process::Command;

use ledger::command::document::{DocumentAction, DocumentCommand, EndpointChange};
use ledger::command::{Action, Item, NewKey, Void};
use ledger::id::{KeyId, LedgerId, ObjectId, Position};
use ledger::model::{
    At, Cause, IdempotencyKey, KeyHash, Kind, Mode, ObjectKind, RequestHash, State,
};
use ledger::outcome::Outcome;
use ledger::role::Role;
use ledger::trail::Verifier;
use store::contract::drive;
use store::{Create, ObjectFilter, Page, Reader, Store, Writer};
use store_postgres::OpenOptions;

use crate::stage::{Database, Stage, cluster, command, issue, issue_item, open};

/// Dumps of databases as releases left them, the oldest first.
const RELEASES: [(&str, &str); 1] = [("0.1.0", include_str!("../releases/0.1.0.sql"))];

const LEDGER: LedgerId = LedgerId(1);

/// What the database of every release was filled with.
fn commands() -> Vec<ledger::Command> {
    let hash = KeyHash([9; 32]);
    let (hint, name) = ("x9Zq".to_owned(), "till".to_owned());
    let key = NewKey { id: KeyId(u64::MAX - 5), hash, hint, role: Role::Clerk, name };
    let full = Item {
        reference: Some("order-2".to_owned()),
        kind: Some(Kind::credit_note()),
        metadata: [("shop".to_owned(), "Müller".to_owned())].into(),
        ..issue_item()
    };
    let void = Void { number: Position(1), cause: Cause::Cancelled, reason: "twice".to_owned() };
    let mut keyed = issue(LEDGER);
    keyed.idempotency = Some((IdempotencyKey([4; 16]), RequestHash([5; 16])));
    vec![
        open(LEDGER),
        command(LEDGER, Action::CreateKey(key)),
        issue(LEDGER),
        command(LEDGER, Action::Issue(vec![full])),
        command(LEDGER, Action::Void(void)),
        keyed,
    ]
}

#[test]
fn the_database_of_every_release_goes_on() {
    for (release, dump) in RELEASES {
        goes_on(release, dump);
    }
}

/// Puts a dump into a database, and asserts that it is what it was and goes on.
fn goes_on(release: &str, dump: &str) {
    let database = Database::new();
    cluster().ask_in(&database.name, dump).unwrap_or_else(|error| panic!("{release}: {error}"));
    let options = OpenOptions { create: Create::Never, ..OpenOptions::default() };
    let store = database.open(options).unwrap_or_else(|error| panic!("{release}: {error}"));
    let mut reader = store.reader().expect("reader");
    let account = ledger::id::AccountId("acct_1".to_owned());
    let head = reader.ledger_of(&account, Mode::Live).expect("read").expect("a ledger");
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
    let mut writer = store.writer().expect("writer");
    let again = commands().pop().expect("the command with a key");
    let answers = drive(&mut *writer, vec![again, issue(LEDGER)]).expect("drive");
    assert!(answers[0].replayed, "{release}: outcomes are remembered");
    match &answers[1].result {
        Ok(Outcome::Issued(views)) => assert_eq!(views[0].row.text, "INV-2026-00003"),
        other => panic!("{release}: {other:?}"),
    }
    documents_are_kept(&mut *writer, &mut *reader, release);
}

/// Asserts that documents, events and deliveries have their tables.
fn documents_are_kept(writer: &mut dyn Writer, reader: &mut dyn Reader, release: &str) {
    let endpoint = EndpointChange {
        url: Some("https://hooks.example.com/".to_owned()),
        enabled_events: Some(vec!["*".to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0123456789abcdef".to_owned();
    let actions = [
        DocumentAction::CreateEndpoint(Box::new(endpoint), secret),
        DocumentAction::CreateCustomer(Box::default()),
    ];
    let document = |action| {
        let (request, idempotency_key) = (None, None);
        let asked = DocumentCommand { request, idempotency_key, drafts_numbered: false, action };
        command(LEDGER, Action::Document(Box::new(asked)))
    };
    for answer in drive(writer, actions.map(document).to_vec()).expect("drive") {
        assert!(answer.result.is_ok(), "{release}: {answer:?}");
    }
    let page = Page { limit: 10, ..Page::default() };
    let filter = ObjectFilter::of(ObjectKind::Customer);
    assert_eq!(reader.objects(LEDGER, &filter, page).expect("read").rows.len(), 1, "{release}");
    assert_eq!(reader.all_events(LEDGER, ObjectId(0), 10).expect("read").len(), 1, "{release}");
    let (now, until) = (At(i64::MAX - 1), At(i64::MAX));
    let taken = writer.claim_deliveries(LEDGER, now, until, 10).expect("claim");
    assert_eq!(taken.len(), 1, "{release}");
}

/// What the present release leaves. With `GAPLESS_WRITE_RELEASE` it is written among those above,
/// which is done once, before a release.
#[test]
fn the_database_of_the_present_release_goes_on() {
    let dump = present_dump();
    goes_on("the present one", &dump);
    if std::env::var_os("GAPLESS_WRITE_RELEASE").is_some() {
        let releases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
        let path = releases.join(format!("{}.sql", env!("CARGO_PKG_VERSION")));
        std::fs::write(path, dump).expect("write");
    }
}

fn present_dump() -> String {
    let stage = Stage::new();
    let mut writer = stage.store.writer().expect("writer");
    for command in commands() {
        let answers = drive(&mut *writer, vec![command]).expect("drive");
        assert!(answers[0].result.is_ok(), "{answers:?}");
    }
    let dump = Command::new(cluster().installation().program("pg_dump"))
        .args(["--inserts", "--no-owner", "--no-privileges", "--dbname", &stage.database.url])
        .output()
        .expect("pg_dump");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let text = String::from_utf8(dump.stdout).expect("text");
    // What speaks to psql or to one version of the server, and what only decorates.
    let kept = text.lines().filter(|line| {
        !line.is_empty() && !["\\", "--", "SET "].iter().any(|begin| line.starts_with(begin))
    });
    let head = format!("-- A database of release {}.\n", env!("CARGO_PKG_VERSION"));
    kept.fold(head, |text, line| text + line + "\n")
}
