//! One invoice, and everything that is done with it.

use askama::Template;
use engine::Why;
use ledger::command::document::{DocumentAction, InvoiceChange, MetadataChange};
use ledger::id::ObjectId;
use ledger::model::document::{Invoice, InvoiceStatus};
use ledger::model::{Object, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use ledger::role::Right;
use ledger::{Outcome, Refusal};
use store::ObjectFilter;
use wire::{Problem, request};

use super::document::{act, action, addressed, customers, found, made, newest, secret, tax_rates};
use super::invoice_draft::{self, DraftLine};
use super::invoices::{date_of, issued_to};
use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::route::{Route, get, get_as, post};
use crate::visit::{Call, internal, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get_as(Right::Issue, "/invoices/new", |call| Box::pin(blank(call))),
    post(Right::Issue, "/invoices", |call| Box::pin(create(call))),
    get("/invoices/{id}", |call| Box::pin(show(call))),
    post(Right::Issue, "/invoices/{id}", |call| Box::pin(save(call))),
    post(Right::Issue, "/invoices/{id}/finalize", |call| {
        Box::pin(step(call, "invoices.finalized", |id| DocumentAction::Finalize(id, None)))
    }),
    post(Right::Issue, "/invoices/{id}/pay", |call| {
        Box::pin(step(call, "invoices.paid", |id| DocumentAction::Pay(id, true)))
    }),
    post(Right::Issue, "/invoices/{id}/send", |call| {
        Box::pin(step(call, "invoices.was_sent", DocumentAction::Send))
    }),
    post(Right::Issue, "/invoices/{id}/uncollectible", |call| {
        Box::pin(step(call, "invoices.given_up", DocumentAction::MarkUncollectible))
    }),
    post(Right::Issue, "/invoices/{id}/void", |call| Box::pin(void(call))),
    post(Right::Issue, "/invoices/{id}/delete", |call| Box::pin(delete(call))),
    post(Right::KeepBooks, "/invoices/{id}/reset", |call| Box::pin(reset(call))),
    post(Right::Issue, "/invoices/{id}/revise", |call| Box::pin(revise(call))),
    post(Right::Issue, "/invoices/{id}/credit", |call| Box::pin(credit(call))),
];

const KIND: ObjectKind = ObjectKind::Invoice;
/// The key of metadata under which the reason for voiding is kept.
const VOID_REASON: &str = "void_reason";

#[derive(Template)]
#[template(path = "invoice_new.html")]
struct NewInvoicePage {
    f: Frame,
    form: Form,
    customers: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "invoice.html")]
struct InvoicePage {
    f: Frame,
    id: String,
    invoice: Box<Invoice>,
    customer: String,
    date: String,
    /// What is wrong with what was tried.
    wrong: Option<String>,
    form: Form,
    lines: Vec<DraftLine>,
    tax_rates: Vec<Choice>,
    series: Vec<Choice>,
    /// The number that finalizing would give, or why it would be refused.
    would_be: Option<Result<String, String>>,
    why: Option<Why>,
    credit_notes: Vec<(String, String, &'static str, String)>,
    base: String,
    void_reason: Option<String>,
    can_pay: bool,
    can_void: bool,
    can_revise: bool,
    can_reset: bool,
    /// Whether it is a draft that holds a number: deleting it leaves a gap, and needs a reason.
    is_numbered_draft: bool,
    can_credit: bool,
    can_give_up: bool,
}

async fn blank(call: Call) -> Result<Answer, Problem> {
    let mut form = Form::filled([("currency", "EUR")]);
    form.set("customer", call.query.get("customer"));
    choose_customer(&call, 200, form).await
}

async fn choose_customer(call: &Call, status: u16, form: Form) -> Result<Answer, Problem> {
    let customers = customers(call).await?;
    let f = call.frame_of("invoices.new", "invoices");
    page_with_status(status, &NewInvoicePage { f, form, customers })
}

/// Makes a draft, for a customer that is there or for one that is made with it.
async fn create(call: Call) -> Result<Answer, Problem> {
    match try_create(&call).await {
        Ok(view) => Ok(call.to(&format!("/invoices/{}", view.row.text()))),
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[("name", "new_customer")]);
            choose_customer(&call, 422, form).await
        }
    }
}

async fn try_create(call: &Call) -> Result<ObjectView, Problem> {
    let mut sent = Sent::default();
    let is_sent;
    match call.form.text("new_customer") {
        Some(name) => {
            let mut new = Sent::default();
            new.put("name", name);
            new.filled(&call.form, &["email"]);
            let change = request::customer_change(new.params()?)?;
            let customer = made(call, DocumentAction::CreateCustomer(Box::new(change))).await?;
            sent.put("customer", &customer.row.text());
            is_sent = call.form.text("email").is_some();
        }
        None => {
            sent.filled(&call.form, &["customer"]);
            is_sent = has_email(call).await?;
        }
    }
    if let Some(currency) = call.form.text("currency") {
        sent.put("currency", &currency.to_ascii_lowercase());
    }
    // Only who has an address can be sent an invoice, and only those have a day that they are due.
    if is_sent {
        sent.put("collection_method", "send_invoice");
        sent.put("days_until_due", "30");
    }
    let behaviour = wire::Version::NEWEST.behaviour();
    let new = request::new_invoice(sent.params()?, call.ledger(), behaviour, secret(call))?;
    made(call, DocumentAction::CreateInvoice(Box::new(new))).await
}

async fn has_email(call: &Call) -> Result<bool, Problem> {
    let Some(text) = call.form.text("customer") else { return Ok(false) };
    let id = request::object_id(text, ObjectKind::Customer, call.ledger(), "customer")?;
    let view = call.engine().object(call.ledger(), ObjectKind::Customer, id).await;
    let row = view.map_err(problem)?.map(|view| view.row.body);
    Ok(matches!(row, Some(Object::Customer(customer)) if customer.email.is_some()))
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, KIND).await?;
    written(&call, 200, view, None, None).await
}

/// Saves a draft as it was filled in, all of it or nothing.
async fn save(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, KIND).await?;
    let Object::Invoice(invoice) = &view.row.body else { return Err(internal()) };
    match invoice_draft::save(&call, view.row.id, invoice).await {
        Ok(()) if call.form.has("finalize") => {
            let action = DocumentAction::Finalize(view.row.id, None);
            match made(&call, action).await {
                Ok(view) => Ok(finalized(&call, &view.row)),
                Err(problem) => {
                    let view = found(&call, KIND).await?;
                    written(&call, 422, view, None, Some(problem)).await
                }
            }
        }
        Ok(()) => Ok(call.done(&format!("/invoices/{}", call.id()), "form.saved", &[])),
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[]);
            written(&call, 422, view, Some(form), Some(problem)).await
        }
    }
}

fn finalized(call: &Call, row: &ObjectRow) -> Answer {
    let number = match &row.body {
        Object::Invoice(invoice) => invoice.number.clone().unwrap_or_default(),
        _ => String::new(),
    };
    call.done(&format!("/invoices/{}", call.id()), "invoices.finalized", &[&number])
}

/// A step in the life of an invoice; `key` is the text that says it was made.
async fn step(
    call: Call,
    key: &'static str,
    action: fn(ObjectId) -> DocumentAction,
) -> Result<Answer, Problem> {
    let id = addressed(&call, KIND)?;
    match made(&call, action(id)).await {
        Ok(view) => {
            let number = match &view.row.body {
                Object::Invoice(invoice) => invoice.number.clone().unwrap_or_default(),
                _ => String::new(),
            };
            Ok(call.done(&format!("/invoices/{}", call.id()), key, &[&number]))
        }
        Err(problem) => {
            let view = found(&call, KIND).await?;
            written(&call, 422, view, None, Some(problem)).await
        }
    }
}

async fn void(call: Call) -> Result<Answer, Problem> {
    let id = addressed(&call, KIND)?;
    let Some(reason) = call.form.text("reason").map(str::to_owned) else {
        let message = call.language.text("invoices.void_reason_missing");
        let problem = Problem::of(ledger::Code::ParameterMissing, "reason", message);
        let view = found(&call, KIND).await?;
        return written(&call, 422, view, None, Some(problem)).await;
    };
    // Tried first without a trace: the reason of a void that is refused is not kept.
    let tried =
        call.engine().preview_actions(call.ledger(), vec![action(&call, DocumentAction::Void(id))]);
    if let Some(Err(refusal)) = tried.await.map_err(problem)?.pop() {
        let view = found(&call, KIND).await?;
        return written(&call, 422, view, None, Some(refusal.into())).await;
    }
    let entries = [(VOID_REASON.to_owned(), Some(reason))].into();
    let metadata = MetadataChange { clear: false, entries };
    let change = InvoiceChange { metadata, ..InvoiceChange::default() };
    act(&call, DocumentAction::UpdateInvoice(id, Box::new(change))).await?;
    step(call, "invoices.voided", DocumentAction::Void).await
}

async fn delete(call: Call) -> Result<Answer, Problem> {
    let id = addressed(&call, KIND)?;
    let reason = call.form.text("reason").map(str::to_owned);
    match act(&call, DocumentAction::DeleteInvoice(id, reason)).await {
        Ok(_) => Ok(call.done("/invoices", "invoices.deleted", &[])),
        Err(problem) => {
            let view = found(&call, KIND).await?;
            written(&call, 422, view, None, Some(problem)).await
        }
    }
}

/// Makes a draft of it again, which keeps its number.
async fn reset(call: Call) -> Result<Answer, Problem> {
    let id = addressed(&call, KIND)?;
    let reason = call.form.text("reason").unwrap_or_default().to_owned();
    match made(&call, DocumentAction::ResetToDraft(id, reason)).await {
        Ok(_) => Ok(call.done(&format!("/invoices/{}", call.id()), "invoices.was_reset", &[])),
        Err(problem) => {
            let view = found(&call, KIND).await?;
            written(&call, 422, view, None, Some(problem)).await
        }
    }
}

/// A draft that takes the place of this invoice once it is finalized.
async fn revise(call: Call) -> Result<Answer, Problem> {
    let mut sent = Sent::default();
    sent.put("from_invoice[action]", "revision");
    sent.put("from_invoice[invoice]", call.id());
    let behaviour = wire::Version::NEWEST.behaviour();
    let new = request::new_invoice(sent.params()?, call.ledger(), behaviour, secret(&call))?;
    match made(&call, DocumentAction::CreateInvoice(Box::new(new))).await {
        Ok(view) => {
            Ok(call.done(&format!("/invoices/{}", view.row.text()), "invoices.revised", &[]))
        }
        Err(problem) => {
            let view = found(&call, KIND).await?;
            written(&call, 422, view, None, Some(problem)).await
        }
    }
}

/// Credits all that is left, or the amount that is given.
async fn credit(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, KIND).await?;
    let Object::Invoice(invoice) = &view.row.body else { return Err(internal()) };
    match try_credit(&call, invoice).await {
        Ok(number) => {
            Ok(call.done(&format!("/invoices/{}", call.id()), "invoices.credited", &[&number]))
        }
        Err(problem) => written(&call, 422, view, None, Some(problem)).await,
    }
}

async fn try_credit(call: &Call, invoice: &Invoice) -> Result<String, Problem> {
    let amount = match call.form.text("amount") {
        None => invoice.totals.total - invoice.pre_payment_credited - invoice.post_payment_credited,
        Some(text) => invoice_draft::whole_amount(call, text, "amount", invoice.currency)?,
    };
    let mut sent = Sent::default();
    sent.put("invoice", call.id());
    sent.put("amount", &amount.to_string());
    sent.filled(&call.form, &["memo", "reason"]);
    // What was paid already goes to the customer's balance; nothing is paid back by itself.
    let open = invoice.amount_remaining;
    if amount > open {
        sent.put("credit_amount", &(amount - open).to_string());
    }
    let new = request::new_credit_note(sent.params()?, call.ledger(), secret(call))?;
    let view = made(call, DocumentAction::CreateCreditNote(Box::new(new))).await?;
    match view.row.body {
        Object::CreditNote(note) => Ok(note.number),
        _ => Err(internal()),
    }
}

async fn written(
    call: &Call,
    status: u16,
    view: ObjectView,
    form: Option<Form>,
    wrong: Option<Problem>,
) -> Result<Answer, Problem> {
    let row = view.row;
    let Object::Invoice(invoice) = row.body.clone() else { return Err(internal()) };
    let mut f = call.frame_of("invoices.draft", "invoices");
    if let Some(number) = &invoice.number {
        f.title = number.clone();
    }
    let is_draft = invoice.status == InvoiceStatus::Draft;
    let form = form.unwrap_or_else(|| invoice_draft::filled(call, &invoice));
    let lines = if is_draft { invoice_draft::lines(&form) } else { Vec::new() };
    let credited = invoice.pre_payment_credited + invoice.post_payment_credited;
    let status_is = |states: &[InvoiceStatus]| states.contains(&invoice.status);
    let (open, lost) = (InvoiceStatus::Open, InvoiceStatus::Uncollectible);
    let page = InvoicePage {
        id: row.text(),
        customer: issued_to(&invoice),
        date: f.date(&date_of(&f.writing, &row, &invoice)),
        wrong: wrong.map(|problem| problem.message),
        form,
        lines,
        tax_rates: if is_draft { offered(&f, tax_rates(call).await?) } else { Vec::new() },
        series: if is_draft { offered(&f, series(call).await?) } else { Vec::new() },
        would_be: if is_draft { would_be(call, row.id).await? } else { None },
        why: why(call, &invoice).await?,
        credit_notes: credit_notes(call, &f, row.id).await?,
        base: call.base.clone(),
        void_reason: invoice.metadata.get(VOID_REASON).cloned(),
        can_pay: status_is(&[open, lost]),
        can_void: status_is(&[open, lost]),
        can_revise: status_is(&[open, lost]),
        can_reset: f.may_keep_books() && !is_draft && !status_is(&[InvoiceStatus::Void]),
        is_numbered_draft: is_draft && invoice.numbering.is_some(),
        can_credit: status_is(&[open, InvoiceStatus::Paid, lost])
            && credited < invoice.totals.total,
        can_give_up: status_is(&[open]),
        invoice,
        f,
    };
    page_with_status(status, &page)
}

fn offered(f: &Frame, mut choices: Vec<Choice>) -> Vec<Choice> {
    choices.insert(0, Choice::new("", f.t("form.usual")));
    choices
}

async fn series(call: &Call) -> Result<Vec<Choice>, Problem> {
    let ledger = call.ledger();
    let rows =
        call.engine().read(move |reader| Ok(reader.series(ledger)?)).await.map_err(problem)?;
    let own = rows.into_iter().filter(|row| !row.archived && !row.is_typed());
    let invoices = own.filter(|row| row.kind_text(&ledger::model::Kind::invoice()).is_some());
    Ok(invoices.map(|row| Choice::new(row.id.id(ledger), row.name)).collect())
}

/// Finalizes without a trace, and says what would come of it.
async fn would_be(call: &Call, id: ObjectId) -> Result<Option<Result<String, String>>, Problem> {
    let tried = vec![action(call, DocumentAction::Finalize(id, None))];
    let mut came = call.engine().preview_actions(call.ledger(), tried).await.map_err(problem)?;
    Ok(came.pop().map(|came: Result<Outcome, Refusal>| match came {
        Ok(Outcome::Object(view)) => match view.row.body {
            Object::Invoice(invoice) => Ok(invoice.number.unwrap_or_default()),
            _ => Ok(String::new()),
        },
        Ok(_) => Ok(String::new()),
        Err(refusal) => Err(refusal.message),
    }))
}

async fn why(call: &Call, invoice: &Invoice) -> Result<Option<Why>, Problem> {
    match &invoice.numbering {
        Some(place) => call.engine().why(call.ledger(), place.position).await.map_err(problem),
        None => Ok(None),
    }
}

async fn credit_notes(
    call: &Call,
    f: &Frame,
    invoice: ObjectId,
) -> Result<Vec<(String, String, &'static str, String)>, Problem> {
    let filter = ObjectFilter { parent: Some(invoice), ..ObjectFilter::of(ObjectKind::CreditNote) };
    let rows = newest(call, filter).await?;
    let note = |row: &ObjectRow| match &row.body {
        Object::CreditNote(note) => {
            let link = format!("{}/credit_notes/{}/{}/pdf", call.base, row.text(), note.secret);
            let total = f.money(&note.totals.total, &note.currency);
            Some((note.number.clone(), link, note.status.text(), total))
        }
        _ => None,
    };
    Ok(rows.iter().filter_map(note).collect())
}
