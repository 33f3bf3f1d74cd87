//! Documents on a stage.

use ledger::command::document::{
    CustomerChange, DocumentAction, DocumentCommand, EndpointChange, InvoiceChange, LineChange,
    NewCreditNote, NewInvoice, NewItem,
};
use ledger::id::ObjectId;
use ledger::model::ObjectRow;
use ledger::model::document::Invoice;
use ledger::money::Currency;
use ledger::{Action, Outcome};

use super::Stage;

/// A request about documents.
pub fn document(action: DocumentAction) -> Action {
    Action::Document(Box::new(DocumentCommand {
        request: None,
        idempotency_key: None,
        drafts_numbered: false,
        action,
    }))
}

/// A new endpoint for all events, at an address.
pub fn endpoint(url: &str) -> DocumentAction {
    let change = EndpointChange {
        url: Some(url.to_owned()),
        enabled_events: Some(vec!["*".to_owned()]),
        ..EndpointChange::default()
    };
    DocumentAction::CreateEndpoint(Box::new(change), "whsec_0123456789abcdef".to_owned())
}

impl Stage {
    /// Does what must be allowed; the object that comes of it.
    pub fn make(&self, action: DocumentAction) -> ObjectRow {
        match self.run(document(action)).expect("an object") {
            Outcome::Object(view) => view.row,
            other => panic!("{other:?}"),
        }
    }

    /// A customer that invoices can be sent to.
    pub fn customer(&self) -> ObjectId {
        let email = Some(Some("a@example.com".to_owned()));
        let change = CustomerChange { email, ..CustomerChange::default() };
        self.make(DocumentAction::CreateCustomer(Box::new(change))).id
    }

    /// A draft over 10.00 EUR.
    pub fn draft(&self, customer: ObjectId, rest: InvoiceChange) -> ObjectId {
        let currency = Currency::parse("eur");
        let customer_of_it = Some(customer);
        let new = NewInvoice { customer: customer_of_it, currency, rest, ..NewInvoice::default() };
        let draft = self.make(DocumentAction::CreateInvoice(Box::new(new))).id;
        let description = Some(Some("a desk".to_owned()));
        let line = LineChange { amount: Some(1_000), description, ..LineChange::default() };
        let item = NewItem { customer, currency, invoice: Some(draft), line };
        self.make(DocumentAction::CreateItem(Box::new(item)));
        draft
    }

    /// A credit note over a part of an invoice.
    pub fn credit(&self, invoice: ObjectId, amount: i64) -> ObjectId {
        let new = NewCreditNote { invoice, amount: Some(amount), ..NewCreditNote::default() };
        self.make(DocumentAction::CreateCreditNote(Box::new(new))).id
    }

    /// An invoice as it is.
    pub fn invoice(&self, id: ObjectId) -> Invoice {
        let kind = ledger::model::ObjectKind::Invoice;
        let view = self.engine.object(self.live(), kind, id).wait().expect("it reads");
        match view.expect("an invoice").row.body {
            ledger::model::Object::Invoice(invoice) => *invoice,
            other => panic!("{other:?}"),
        }
    }
}
