//! What an invoice costs: bytes in the log, statements.

#![expect(clippy::print_stderr, reason = "what was measured is told")]

use ledger::Command;
use ledger::command::document::{
    DocumentAction, DocumentCommand, EndpointChange, LineChange, NewInvoice, NewItem,
};
use ledger::command::{Action, Actor, Open};
use ledger::id::{AccountId, LedgerId, ObjectId};
use ledger::model::{At, DeliveryState, HouseStyle, Mode};
use ledger::money::Currency;
use ledger::outcome::Outcome;
use store::contract::drive;
use store::{Store, Writer};
use store_sqlite::{Checkpoints, Counters, OpenOptions, SqliteStore};
use tempfile::TempDir;

const LEDGER: LedgerId = LedgerId(1);
const NOON: At = At(1_795_176_000_000);
const BATCH: usize = 48;
const CUSTOMERS: usize = 200;
/// A page in the write-ahead log, with its header.
const FRAME_BYTES: u64 = 4_120;

struct Office {
    // Declared in the order in which they are closed.
    writer: Box<dyn Writer>,
    store: SqliteStore,
    _directory: TempDir,
    customers: Vec<ObjectId>,
}

impl Office {
    fn new() -> Office {
        let directory = tempfile::tempdir().expect("a directory");
        let options =
            OpenOptions { checkpoints: Checkpoints::BetweenBatches, ..OpenOptions::default() };
        let store = SqliteStore::open(&directory.path().join("office.db"), options).expect("open");
        let writer = store.writer().expect("writer");
        let mut office = Office { writer, store, _directory: directory, customers: Vec::new() };
        office.run(vec![open()]);
        let new = || document(DocumentAction::CreateCustomer(Box::default()));
        office.customers = office.run((0..CUSTOMERS).map(|_| new()).collect());
        office
    }

    /// Runs commands in one batch; the objects that come of them.
    fn run(&mut self, commands: Vec<Command>) -> Vec<ObjectId> {
        let answers = drive(&mut *self.writer, commands).expect("drive");
        let object = |answer: ledger::outcome::Answer| match answer.result {
            Ok(Outcome::Object(view)) => Some(view.row.id),
            Ok(_) => None,
            Err(refusal) => panic!("{refusal:?}"),
        };
        answers.into_iter().filter_map(object).collect()
    }

    /// Tells each event of what is made from now on to an endpoint.
    fn tell(&mut self) {
        let endpoint = EndpointChange {
            url: Some("https://hooks.example.com/".to_owned()),
            enabled_events: Some(vec!["*".to_owned()]),
            ..EndpointChange::default()
        };
        let secret = "whsec_0123456789abcdef".to_owned();
        self.run(vec![document(DocumentAction::CreateEndpoint(Box::new(endpoint), secret))]);
    }

    /// Drafts with an item each, of many customers.
    fn drafts(&mut self, count: usize) -> Vec<ObjectId> {
        let mut drafts = Vec::new();
        for from in (0..count).step_by(BATCH) {
            let of = |n: usize| self.customers[n % CUSTOMERS];
            let numbers = from..(from + BATCH).min(count);
            let made: Vec<_> = numbers.clone().map(|n| draft(of(n))).collect();
            let items: Vec<_> = numbers.map(of).collect();
            let made = self.run(made);
            let items = items.into_iter().zip(&made).map(|(of, draft)| item(of, *draft)).collect();
            self.run(items);
            drafts.extend(made);
        }
        drafts
    }

    /// Finalizes drafts in batches, and tells what that cost.
    fn finalize(&mut self, drafts: &[ObjectId], batch: usize) -> Cost {
        let before = self.store.counters();
        for drafts in drafts.chunks(batch) {
            let finalize = |id: &ObjectId| document(DocumentAction::Finalize(*id, None));
            self.run(drafts.iter().map(finalize).collect());
        }
        Cost { invoices: drafts.len() as u64, before, after: self.store.counters() }
    }
}

struct Cost {
    invoices: u64,
    before: Counters,
    after: Counters,
}

impl Cost {
    fn log_bytes(&self) -> u64 {
        (self.after.log_frames - self.before.log_frames) * FRAME_BYTES / self.invoices
    }

    fn statements_per_batch(&self) -> u64 {
        let statements = self.after.writer_statements - self.before.writer_statements;
        let commits = self.after.commits - self.before.commits;
        assert_eq!(statements % commits, 0, "each batch runs the same number");
        statements / commits
    }
}

fn command(action: Action) -> Command {
    let actor = Actor::Operator("budget".to_owned());
    Command { ledger: LEDGER, actor, at: NOON, idempotency: None, action }
}

fn open() -> Command {
    command(Action::Open(Open {
        account: AccountId("acct_0123456789abcdef".to_owned()),
        name: "Budget".to_owned(),
        mode: Mode::Live,
        style: HouseStyle::Yearly,
        prefix: String::new(),
        time_zone: None,
        fiscal_year_start: None,
    }))
}

fn document(action: DocumentAction) -> Command {
    let request = Some("req_0123456789abcdef".to_owned());
    let asked = DocumentCommand { request, idempotency_key: None, drafts_numbered: false, action };
    command(Action::Document(Box::new(asked)))
}

fn draft(customer: ObjectId) -> Command {
    let new = NewInvoice {
        customer: Some(customer),
        currency: Currency::parse("eur"),
        secret: "0123456789abcdef0123456789abcdef".to_owned(),
        ..NewInvoice::default()
    };
    document(DocumentAction::CreateInvoice(Box::new(new)))
}

fn item(customer: ObjectId, invoice: ObjectId) -> Command {
    let line = LineChange { amount: Some(1_999), ..LineChange::default() };
    let currency = Currency::parse("eur");
    let new = NewItem { customer, currency, invoice: Some(invoice), line };
    document(DocumentAction::CreateItem(Box::new(new)))
}

#[test]
fn an_invoice_keeps_within_its_bytes() {
    let mut office = Office::new();
    let drafts = office.drafts(20 * BATCH);
    let quiet = office.finalize(&drafts, BATCH).log_bytes();
    office.tell();
    let drafts = office.drafts(20 * BATCH);
    let told = office.finalize(&drafts, BATCH).log_bytes();
    eprintln!("{quiet} bytes in the log to finalize an invoice, {told} when it is told of");
    assert!(quiet <= 9_000, "{quiet} bytes in the log");
    assert!(told <= 14_000, "{told} bytes in the log");
}

#[test]
fn statements_do_not_grow_with_the_batch() {
    let mut office = Office::new();
    office.tell();
    let drafts = office.drafts(1 + 12 + 144);
    // A sequence is made with the first.
    office.finalize(&drafts[..1], 1);
    let small = office.finalize(&drafts[1..13], 12).statements_per_batch();
    let large = office.finalize(&drafts[13..], 144).statements_per_batch();
    eprintln!("{large} statements a batch");
    assert_eq!(small, large);
    assert!(large <= 50, "{large} statements a batch");
}

#[test]
fn taking_and_settling_deliveries_does_not_grow_either() {
    let mut office = Office::new();
    office.tell();
    let drafts = office.drafts(200);
    office.finalize(&drafts, BATCH);
    let mut cost = |limit: u32| {
        let before = office.store.counters();
        let (now, until) = (At(NOON.0 + 1), At(NOON.0 + 60_000));
        let mut taken = office.writer.claim_deliveries(LEDGER, now, until, limit).expect("claim");
        assert_eq!(taken.len(), limit as usize);
        for row in &mut taken {
            row.state = DeliveryState::Delivered;
        }
        office.writer.settle_deliveries(&taken).expect("settle");
        let after = office.store.counters();
        let statements = after.writer_statements - before.writer_statements;
        (statements, (after.log_frames - before.log_frames) * FRAME_BYTES / u64::from(limit))
    };
    let (small, large) = (cost(1), cost(300));
    eprintln!("{} statements, {} bytes in the log a delivery", large.0, large.1);
    assert_eq!((small.0, large.0), (6, 6), "begin, write and commit, twice");
    assert!(large.1 <= 1_500, "{} bytes in the log", large.1);
}
