//! What the pages of documents have in common.

use ledger::command::document::{DocumentAction, DocumentCommand};
use ledger::id::ObjectId;
use ledger::model::{Object, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use ledger::{Action, Code, Outcome};
use store::{ObjectFilter, Page};
use wire::{Problem, request};

use crate::field::Choice;
use crate::visit::{Call, problem};

/// Customers, tax rates and series that are offered in a choice.
const OFFERED_MAX: u32 = 200;
/// Characters of the text that opens a document for whoever has its link: as good as 142 bits.
const SECRET_CHARS: usize = 24;

/// An action on documents, as the account's version has it.
pub(super) fn action(call: &Call, action: DocumentAction) -> Action {
    let drafts_numbered = call.head.row.documents.version.drafts_numbered;
    let command = DocumentCommand { request: None, idempotency_key: None, drafts_numbered, action };
    Action::Document(Box::new(command))
}

/// Carries out an action on documents.
pub(super) async fn act(call: &Call, what: DocumentAction) -> Result<Outcome, Problem> {
    call.execute(action(call, what)).await
}

/// Carries out an action that comes to an object, and gives that.
pub(super) async fn made(call: &Call, what: DocumentAction) -> Result<ObjectView, Problem> {
    match act(call, what).await? {
        Outcome::Object(view) => Ok(*view),
        _ => Err(crate::visit::internal()),
    }
}

/// A text that opens a document for whoever has its link.
pub(super) fn secret(call: &Call) -> String {
    call.engine().ids().base62(SECRET_CHARS)
}

/// The id in the address.
pub(super) fn addressed(call: &Call, kind: ObjectKind) -> Result<ObjectId, Problem> {
    request::object_id(call.id(), kind, call.ledger(), "id")
}

/// The object that the address names.
pub(super) async fn found(call: &Call, kind: ObjectKind) -> Result<ObjectView, Problem> {
    let id = addressed(call, kind)?;
    let view = call.engine().object(call.ledger(), kind, id).await.map_err(problem)?;
    view.filter(|view| !view.row.deleted).ok_or_else(|| {
        let message = format!("There is no {} {} any more.", kind.text(), call.id());
        Problem::of(Code::ResourceMissing, "id", message)
    })
}

/// The newest objects of a kind.
pub(super) async fn newest(call: &Call, filter: ObjectFilter) -> Result<Vec<ObjectRow>, Problem> {
    let page = Page { limit: OFFERED_MAX, starting_after: None, ending_before: None };
    let found = call.engine().objects(call.ledger(), filter, page).await.map_err(problem)?;
    Ok(found.data.into_iter().map(|view| view.row).collect())
}

/// The newest customers, to choose from.
pub(super) async fn customers(call: &Call) -> Result<Vec<Choice>, Problem> {
    let rows = newest(call, ObjectFilter::of(ObjectKind::Customer)).await?;
    Ok(rows.iter().map(|row| Choice::new(row.text(), customer_name(row))).collect())
}

/// What a customer is called, else its address, else its id.
pub(super) fn customer_name(row: &ObjectRow) -> String {
    let Object::Customer(customer) = &row.body else { return row.text() };
    let names =
        [&customer.name, &customer.business_name, &customer.individual_name, &customer.email];
    names.into_iter().flatten().next().cloned().unwrap_or_else(|| row.text())
}

/// The tax rates that new lines may use, to choose from.
pub(super) async fn tax_rates(call: &Call) -> Result<Vec<Choice>, Problem> {
    let filter = ObjectFilter { state: Some(1), ..ObjectFilter::of(ObjectKind::TaxRate) };
    let writing = call.writing();
    let rows = newest(call, filter).await?;
    let choice = |row: &ObjectRow| match &row.body {
        Object::TaxRate(rate) => {
            let percentage = writing.decimal(rate.percentage);
            let text = format!("{} {percentage}\u{a0}%", rate.display_name);
            Some(Choice::new(row.text(), text))
        }
        _ => None,
    };
    Ok(rows.iter().filter_map(choice).collect())
}
