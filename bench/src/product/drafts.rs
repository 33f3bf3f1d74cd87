//! Customers and drafts, made without a server.

use anyhow::{Result, bail};
use engine::Engine;
use ledger::command::document::{DocumentAction, DocumentCommand, LineChange, NewInvoice, NewItem};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;
use ledger::money::Currency;
use ledger::{Action, Actor, Outcome};

/// Commands that wait at once: fewer than an engine takes.
const WAVE: usize = 4_096;

/// Customers that drafts are made for.
const CUSTOMERS: usize = 100;

/// Makes what is to be finalized.
pub(super) struct Drafter {
    engine: Engine,
    ledger: LedgerId,
    customers: Vec<ObjectId>,
}

impl Drafter {
    /// One with customers of its own in a ledger.
    pub(super) fn new(engine: &Engine, ledger: LedgerId) -> Result<Self> {
        let mut drafter = Self { engine: engine.clone(), ledger, customers: Vec::new() };
        drafter.customers = drafter.make_customers(CUSTOMERS)?;
        Ok(drafter)
    }

    /// The same in a ledger that it has worked in, on an engine that was started since.
    pub(super) fn moved_to(&self, engine: &Engine) -> Self {
        let Self { ledger, customers, .. } = self;
        Self { engine: engine.clone(), ledger: *ledger, customers: customers.clone() }
    }

    /// The ids of as many new customers.
    pub(super) fn customers(&self, count: usize) -> Result<Vec<String>> {
        let made = self.make_customers(count)?;
        Ok(made.into_iter().map(|id| id.text(ObjectKind::Customer, self.ledger)).collect())
    }

    /// The ids of as many new drafts, each with a line.
    pub(super) fn drafts(&self, count: usize) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(count);
        while ids.len() < count {
            let more = WAVE.min(count - ids.len());
            let drafts = self.run((0..more).map(|place| self.invoice(place)).collect())?;
            let items = drafts.iter().enumerate().map(|(place, draft)| self.item(place, *draft));
            self.run(items.collect())?;
            ids.extend(drafts.iter().map(|id| id.text(ObjectKind::Invoice, self.ledger)));
        }
        Ok(ids)
    }

    /// Carries out one command; the object that comes of it.
    pub(super) fn make(&self, action: DocumentAction) -> Result<ObjectId> {
        Ok(self.run(vec![action])?[0])
    }

    fn make_customers(&self, count: usize) -> Result<Vec<ObjectId>> {
        let customer = || DocumentAction::CreateCustomer(Box::default());
        self.run((0..count).map(|_| customer()).collect())
    }

    fn invoice(&self, place: usize) -> DocumentAction {
        DocumentAction::CreateInvoice(Box::new(NewInvoice {
            customer: Some(self.customers[place % self.customers.len()]),
            currency: eur(),
            secret: "no secret".to_owned(),
            ..NewInvoice::default()
        }))
    }

    fn item(&self, place: usize, draft: ObjectId) -> DocumentAction {
        DocumentAction::CreateItem(Box::new(NewItem {
            customer: self.customers[place % self.customers.len()],
            currency: eur(),
            invoice: Some(draft),
            line: LineChange {
                amount: Some(1_500),
                description: Some(Some("Tea".to_owned())),
                ..LineChange::default()
            },
        }))
    }

    /// Carries out commands; the objects that come of them, in the same order.
    fn run(&self, actions: Vec<DocumentAction>) -> Result<Vec<ObjectId>> {
        let answers: Vec<_> = actions
            .into_iter()
            .map(|action| {
                let actor = Actor::Operator("bench".to_owned());
                let (request, idempotency_key) = (None, None);
                let action = Action::Document(Box::new(DocumentCommand {
                    request,
                    idempotency_key,
                    drafts_numbered: false,
                    action,
                }));
                self.engine.answer(self.engine.command(self.ledger, actor, action))
            })
            .collect();
        let mut ids = Vec::with_capacity(answers.len());
        for answer in answers {
            match answer.wait()?.result {
                Ok(Outcome::Object(view)) => ids.push(view.row.id),
                Ok(_) => bail!("a document's command came to something else"),
                Err(refusal) => bail!("it was refused: {}", refusal.message),
            }
        }
        Ok(ids)
    }
}

fn eur() -> Option<Currency> {
    Currency::parse("eur")
}
