//! What a database that an earlier release left must still hold, and that it goes on.

use jiff::civil::date;
use ledger::Command;
use ledger::command::document::{DocumentAction, DocumentCommand, EndpointChange};
use ledger::command::{Action, Item, NewKey, Void};
use ledger::id::{KeyId, ObjectId, Position};
use ledger::model::{
    At, Cause, IdempotencyKey, KeyHash, Kind, Mode, ObjectKind, RequestHash, State,
};
use ledger::outcome::Outcome;
use ledger::role::Role;
use ledger::trail::Verifier;

use super::drive;
use super::sample::{LEDGER, account, command, done, open, writer};
use crate::{ObjectFilter, Page, Reader, Store, Writer};

const KEY: KeyId = KeyId(u64::MAX - 5);
const KEY_HASH: KeyHash = KeyHash([9; 32]);

/// Does to an empty store what is done to one of every release before it is kept.
///
/// # Panics
/// When the store refuses anything.
pub fn leave(store: &dyn Store) {
    let mut writer = writer(store);
    let key = NewKey {
        id: KEY,
        hash: KEY_HASH,
        hint: "x9Zq".to_owned(),
        role: Role::Clerk,
        name: "till".to_owned(),
    };
    let full = Item {
        reference: Some("order-2".to_owned()),
        kind: Some(Kind::credit_note()),
        metadata: [("shop".to_owned(), "Müller".to_owned())].into(),
        ..item()
    };
    let void = Void { number: Position(1), cause: Cause::Cancelled, reason: "twice".to_owned() };
    let actions = [
        Action::CreateKey(key),
        Action::Issue(vec![item()]),
        Action::Issue(vec![full]),
        Action::Void(void),
    ];
    let actions = actions.map(|action| command(LEDGER, action));
    for command in [open(LEDGER)].into_iter().chain(actions).chain([keyed()]) {
        done(&mut *writer, vec![command]);
    }
}

/// Asserts that a store which was opened on what [`leave`] left has it all. Nothing is written.
///
/// # Panics
/// When it has not, with the name of the release.
pub fn assert_kept(store: &dyn Store, release: &str) {
    let mut reader = store.reader().expect("reader");
    let head = reader.ledger_of(&account(LEDGER), Mode::Live).expect("read").expect("a ledger");
    assert_eq!(head.last_object, 0, "{release}");
    let key = reader.key_by_hash(&KEY_HASH).expect("read").expect("a key");
    assert_eq!((key.ledger, key.id), (LEDGER, KEY), "{release}");
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

/// Asserts that such a store goes on: an outcome is remembered, numbers follow on, and documents,
/// events and deliveries have their tables.
///
/// # Panics
/// When it does not, with the name of the release.
pub fn assert_goes_on(store: &dyn Store, release: &str) {
    let mut writer = writer(store);
    let next = command(LEDGER, Action::Issue(vec![item()]));
    let answers = drive(&mut *writer, vec![keyed(), next]).expect("drive");
    assert!(answers[0].replayed, "{release}: outcomes are remembered");
    match &answers[1].result {
        Ok(Outcome::Issued(views)) => assert_eq!(views[0].row.text, "INV-2026-00003", "{release}"),
        other => panic!("{release}: {other:?}"),
    }
    documents_are_kept(&mut *writer, &mut *store.reader().expect("reader"), release);
}

fn documents_are_kept(writer: &mut dyn Writer, reader: &mut dyn Reader, release: &str) {
    let endpoint = EndpointChange {
        url: Some("https://hooks.example.com/".to_owned()),
        enabled_events: Some(vec!["*".to_owned()]),
        ..EndpointChange::default()
    };
    let secret = "whsec_0123456789abcdef".to_owned();
    let document = |action| {
        let (request, idempotency_key) = (None, None);
        let asked = DocumentCommand { request, idempotency_key, drafts_numbered: false, action };
        command(LEDGER, Action::Document(Box::new(asked)))
    };
    let actions = [
        DocumentAction::CreateEndpoint(Box::new(endpoint), secret),
        DocumentAction::CreateCustomer(Box::default()),
    ];
    done(writer, actions.map(document).to_vec());
    let page = Page { limit: 10, ..Page::default() };
    let filter = ObjectFilter::of(ObjectKind::Customer);
    assert_eq!(reader.objects(LEDGER, &filter, page).expect("read").rows.len(), 1, "{release}");
    assert_eq!(reader.all_events(LEDGER, ObjectId(0), 10).expect("read").len(), 1, "{release}");
    let (now, until) = (At(i64::MAX - 1), At(i64::MAX));
    let taken = writer.claim_deliveries(LEDGER, now, until, 10).expect("claim");
    assert_eq!(taken.len(), 1, "{release}");
}

fn item() -> Item {
    Item { date: Some(date(2026, 11, 20)), ..Item::default() }
}

/// The last command, whose outcome is remembered.
fn keyed() -> Command {
    let issue = command(LEDGER, Action::Issue(vec![item()]));
    Command { idempotency: Some((IdempotencyKey([4; 16]), RequestHash([5; 16]))), ..issue }
}
