//! What an invoice costs.

use ledger::Command;
use ledger::command::Action;
use ledger::command::document::{
    DocumentAction, DocumentCommand, EndpointChange, LineChange, NewInvoice, NewItem,
};
use ledger::id::ObjectId;
use ledger::model::{At, DeliveryState};
use ledger::money::Currency;
use ledger::outcome::Outcome;

use crate::bench::{Bench, Cost, LEDGER, NOON, command};

const BATCH: usize = 48;
const CUSTOMERS: usize = 200;

/// A store whose ledger has customers.
struct Office {
    bench: Bench,
    customers: Vec<ObjectId>,
}

impl Office {
    fn new() -> Office {
        let mut office = Office { bench: Bench::new(), customers: Vec::new() };
        let new = || document(DocumentAction::CreateCustomer(Box::default()));
        office.customers = office.run((0..CUSTOMERS).map(|_| new()).collect());
        office
    }

    /// Runs commands in one batch; the objects that come of them.
    fn run(&mut self, commands: Vec<Command>) -> Vec<ObjectId> {
        let object = |outcome| match outcome {
            Outcome::Object(view) => view.row.id,
            other => panic!("an object, not {other:?}"),
        };
        self.bench.run(commands).into_iter().map(object).collect()
    }

    /// Tells each event of what is made from now on to an endpoint.
    fn tell(&mut self) {
        let endpoint = EndpointChange {
            url: Some("https://hooks.example.com/".to_owned()),
            enabled_events: Some(vec!["*".to_owned()]),
            ..EndpointChange::default()
        };
        let secret = "whsec_0123456789abcdef".to_owned();
        self.bench.run(vec![document(DocumentAction::CreateEndpoint(Box::new(endpoint), secret))]);
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

    /// Finalizes drafts in batches.
    fn finalize(&mut self, drafts: &[ObjectId], batch: usize) -> Cost {
        self.bench.cost(|bench| {
            for drafts in drafts.chunks(batch) {
                let finalize = |id: &ObjectId| document(DocumentAction::Finalize(*id, None));
                bench.run(drafts.iter().map(finalize).collect());
            }
        })
    }
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
    let quiet = office.finalize(&drafts, BATCH).log_bytes() / drafts.len() as u64;
    office.tell();
    let drafts = office.drafts(20 * BATCH);
    let told = office.finalize(&drafts, BATCH).log_bytes() / drafts.len() as u64;
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
        let (now, until) = (At(NOON.0 + 1), At(NOON.0 + 60_000));
        let cost = office.bench.cost(|bench| {
            let mut taken =
                bench.writer.claim_deliveries(LEDGER, now, until, limit).expect("claim");
            assert_eq!(taken.len(), limit as usize);
            for row in &mut taken {
                row.state = DeliveryState::Delivered;
            }
            bench.writer.settle_deliveries(&taken).expect("settle");
        });
        (cost.statements(), cost.log_bytes() / u64::from(limit))
    };
    let (small, large) = (cost(1), cost(300));
    eprintln!("{} statements, {} bytes in the log a delivery", large.0, large.1);
    assert_eq!((small.0, large.0), (6, 6), "begin, write and commit, twice");
    assert!(large.1 <= 1_500, "{} bytes in the log", large.1);
}
