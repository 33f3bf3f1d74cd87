//! Customers: listed, made, changed.

use askama::Template;
use ledger::command::document::DocumentAction;
use ledger::model::document::Address;
use ledger::model::{Object, ObjectKind, ObjectRow};
use ledger::role::Right;
use store::ObjectFilter;
use wire::{Problem, request};

use super::document::{act, addressed, customer_name, found, made, newest};
use super::invoices::{InvoiceRow, invoice_row};
use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::list::{Pager, asked};
use crate::route::{Route, get, get_as, post};
use crate::visit::{Call, page, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/customers", |call| Box::pin(list(call))),
    get_as(Right::Issue, "/customers/new", |call| Box::pin(blank(call))),
    post(Right::Issue, "/customers", |call| Box::pin(create(call))),
    get("/customers/{id}", |call| Box::pin(show(call))),
    post(Right::Issue, "/customers/{id}", |call| Box::pin(change(call))),
    post(Right::Issue, "/customers/{id}/delete", |call| Box::pin(delete(call))),
];

const KIND: ObjectKind = ObjectKind::Customer;
const WORDS: [&str; 7] =
    ["name", "email", "phone", "description", "address[line1]", "address[line2]", "address[city]"];
const REST: [&str; 2] = ["address[postal_code]", "address[state]"];
const NAMED: [&str; 12] = [
    "name",
    "email",
    "phone",
    "description",
    "address[line1]",
    "address[line2]",
    "address[city]",
    "address[postal_code]",
    "address[state]",
    "address[country]",
    "tax_exempt",
    "invoice_prefix",
];

#[derive(Template)]
#[template(path = "customers.html")]
struct Customers {
    f: Frame,
    query: Form,
    rows: Vec<CustomerRow>,
    pager: Pager,
}

struct CustomerRow {
    id: String,
    name: String,
    email: String,
    prefix: String,
    created: String,
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage {
    f: Frame,
    form: Form,
    /// The id; empty for a new one.
    id: String,
    exempts: Vec<Choice>,
    next: Option<String>,
    invoices: Vec<InvoiceRow>,
    is_fixed: bool,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    let asked = asked(&call.query, |text| request::object_id(text, KIND, call.ledger(), "id"))?;
    let label = call.query.text("email").map(str::to_owned);
    let filter = ObjectFilter { label, ..ObjectFilter::of(KIND) };
    let found = call.engine().objects(call.ledger(), filter, asked).await.map_err(problem)?;
    let f = call.frame_of("nav.customers", "customers");
    let rows: Vec<_> = found.data.iter().map(|view| row(&f, &view.row)).collect();
    let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.id.clone(), b.id.clone()));
    let pager = Pager::new(&f, "/customers", &call.query, ends, found.has_more);
    page(&Customers { f, query: call.query.clone(), rows, pager })
}

fn row(f: &Frame, row: &ObjectRow) -> CustomerRow {
    let (email, prefix) = match &row.body {
        Object::Customer(customer) => {
            (customer.email.clone().unwrap_or_default(), customer.invoice_prefix.clone())
        }
        _ => Default::default(),
    };
    let (name, created) = (customer_name(row), f.day(&row.created));
    CustomerRow { id: row.text(), name, email, prefix, created }
}

async fn blank(call: Call) -> Result<Answer, Problem> {
    page(&write(&call, Form::default(), String::new(), None, Vec::new()))
}

async fn create(call: Call) -> Result<Answer, Problem> {
    let tried = match sent(&call.form) {
        Ok(change) => made(&call, DocumentAction::CreateCustomer(Box::new(change))).await,
        Err(problem) => Err(problem),
    };
    match tried {
        Ok(view) => {
            let path = match call.form.text("then") {
                Some("invoice") => format!("/invoices/new?customer={}", view.row.text()),
                _ => format!("/customers/{}", view.row.text()),
            };
            Ok(call.done(&path, "customers.created", &[&customer_name(&view.row)]))
        }
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[]);
            page_with_status(422, &write(&call, form, String::new(), None, Vec::new()))
        }
    }
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, KIND).await?;
    let form = filled(&view.row);
    written(&call, 200, form, &view.row, view.next_invoice_sequence).await
}

async fn change(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, KIND).await?;
    let mut form = call.form.clone();
    // The prefix is sent only where it changes: it is taken for ever.
    if form.get("invoice_prefix").trim() == filled(&view.row).get("invoice_prefix") {
        form.set("invoice_prefix", "");
    }
    let tried = match sent(&form) {
        Ok(change) => {
            made(&call, DocumentAction::UpdateCustomer(view.row.id, Box::new(change))).await
        }
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else {
        return Ok(call.done(&format!("/customers/{}", call.id()), "form.saved", &[]));
    };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    written(&call, 422, form, &view.row, view.next_invoice_sequence).await
}

async fn delete(call: Call) -> Result<Answer, Problem> {
    act(&call, DocumentAction::DeleteCustomer(addressed(&call, KIND)?)).await?;
    Ok(call.done("/customers", "customers.deleted", &[]))
}

async fn written(
    call: &Call,
    status: u16,
    form: Form,
    row: &ObjectRow,
    next: Option<u64>,
) -> Result<Answer, Problem> {
    let filter = ObjectFilter { customer: Some(row.id), ..ObjectFilter::of(ObjectKind::Invoice) };
    let f = call.frame_of("nav.customers", "customers");
    let invoices = newest(call, filter).await?;
    let invoices = invoices.iter().take(20).filter_map(|row| invoice_row(&f, row)).collect();
    let next = next.map(|next| f.count(&next));
    page_with_status(status, &write(call, form, row.text(), next, invoices))
}

fn write(
    call: &Call,
    form: Form,
    id: String,
    next: Option<String>,
    invoices: Vec<InvoiceRow>,
) -> CustomerPage {
    let mut f = call.frame_of("customers.new", "customers");
    if let Some(name) = form.text("name").filter(|_| !id.is_empty()) {
        f.title = name.to_owned();
    }
    let exempts = Choice::of(&f, "tax_exempt", &["none", "exempt", "reverse"]);
    CustomerPage { is_fixed: !f.may_issue(), form, id, exempts, next, invoices, f }
}

fn filled(row: &ObjectRow) -> Form {
    let Object::Customer(customer) = &row.body else { return Form::default() };
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let Address { city, country, line1, line2, postal_code, state } =
        customer.address.clone().unwrap_or_default();
    Form::filled([
        ("name", text(&customer.name)),
        ("email", text(&customer.email)),
        ("phone", text(&customer.phone)),
        ("description", text(&customer.description)),
        ("address[line1]", text(&line1)),
        ("address[line2]", text(&line2)),
        ("address[city]", text(&city)),
        ("address[postal_code]", text(&postal_code)),
        ("address[state]", text(&state)),
        ("address[country]", text(&country)),
        ("tax_exempt", customer.tax_exempt.text().to_owned()),
        ("invoice_prefix", customer.invoice_prefix.clone()),
    ])
}

fn sent(form: &Form) -> Result<ledger::command::document::CustomerChange, Problem> {
    let mut sent = Sent::default();
    sent.clearable(form, &WORDS);
    sent.clearable(form, &REST);
    sent.clearable(form, &["address[country]"]);
    sent.filled(form, &["tax_exempt", "invoice_prefix"]);
    request::customer_change(sent.params()?)
}
