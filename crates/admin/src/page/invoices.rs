//! Invoices: listed, found, exported, and taken on several at once.

use askama::Template;
use jiff::civil::Date;
use ledger::command::document::DocumentAction;
use ledger::id::ObjectId;
use ledger::model::document::{Invoice, InvoiceStatus};
use ledger::model::{NumberRow, Object, ObjectKind, ObjectRow};
use ledger::money::Decimal;
use ledger::role::Right;
use store::{AtRange, ObjectFilter, Page};
use wire::{Problem, request};

use super::document::{act, customers};
use crate::answer::Answer;
use crate::field::Choice;
use crate::form::Form;
use crate::frame::Frame;
use crate::list::{EXPORTED_AT_ONCE, EXPORTED_MAX, Pager, asked, csv, filters};
use crate::route::{Route, get, post};
use crate::shown::{Writing, typed_amount};
use crate::visit::{Call, page, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/invoices", |call| Box::pin(list(call))),
    get("/invoices.csv", |call| Box::pin(export(call))),
    post(Right::Issue, "/invoices/together", |call| Box::pin(together(call))),
];

const KIND: ObjectKind = ObjectKind::Invoice;
const STATES: [&str; 5] = ["draft", "open", "paid", "void", "uncollectible"];

#[derive(Template)]
#[template(path = "invoices.html")]
struct Invoices {
    f: Frame,
    query: Form,
    rows: Vec<InvoiceRow>,
    pager: Pager,
    states: Vec<Choice>,
    customers: Vec<Choice>,
    export: String,
}

/// An invoice in a list.
pub(super) struct InvoiceRow {
    pub(super) id: String,
    pub(super) number: Option<String>,
    pub(super) customer: String,
    pub(super) state: &'static str,
    pub(super) date: String,
    pub(super) due: String,
    pub(super) total: String,
    pub(super) sent: bool,
}

impl InvoiceRow {
    /// The number, or what stands in its place.
    pub(super) fn number_or(&self, f: &Frame) -> String {
        self.number.clone().unwrap_or_else(|| f.t("invoices.unnumbered").to_owned())
    }
}

async fn list(call: Call) -> Result<Answer, Problem> {
    let asked = asked(&call.query, |text| request::object_id(text, KIND, call.ledger(), "id"))?;
    let filter = filter(&call)?;
    let found = call.engine().objects(call.ledger(), filter, asked).await.map_err(problem)?;
    let f = call.frame_of("nav.invoices", "invoices");
    let rows: Vec<_> = found.data.iter().filter_map(|view| invoice_row(&f, &view.row)).collect();
    let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.id.clone(), b.id.clone()));
    let pager = Pager::new(&f, "/invoices", &call.query, ends, found.has_more);
    let mut states = vec![Choice::new("", f.t("list.all"))];
    states.extend(Choice::of(&f, "state", &STATES));
    let mut offered = vec![Choice::new("", f.t("list.all"))];
    offered.extend(customers(&call).await?);
    let export = format!("{}?{}", f.at("/invoices.csv"), filters(&call.query).query());
    let query = call.query.clone();
    page(&Invoices { f, query, rows, pager, states, customers: offered, export })
}

/// What the address filters by. All of it is found by an index: see [`ObjectFilter`].
fn filter(call: &Call) -> Result<ObjectFilter, Problem> {
    let query = &call.query;
    let customer = query.text("customer");
    let customer = customer
        .map(|id| request::object_id(id, ObjectKind::Customer, call.ledger(), "customer"))
        .transpose()?;
    let day = |name: &str| query.text(name).and_then(|text| text.parse::<Date>().ok());
    let writing = call.writing();
    let from = day("from").and_then(|date| writing.start_of(date));
    let after = day("to").and_then(|date| writing.start_of(date.tomorrow().ok()?));
    Ok(ObjectFilter {
        customer,
        state: query.text("status").and_then(InvoiceStatus::parse).map(InvoiceStatus::code),
        label: query.text("number").map(NumberRow::slug_key),
        created: AtRange { from, to: after.map(|at| ledger::model::At(at.0 - 1)) },
        ..ObjectFilter::of(KIND)
    })
}

pub(super) fn invoice_row(f: &Frame, row: &ObjectRow) -> Option<InvoiceRow> {
    let Object::Invoice(invoice) = &row.body else { return None };
    Some(InvoiceRow {
        id: row.text(),
        number: invoice.number.clone(),
        customer: issued_to(invoice),
        state: invoice.status.text(),
        date: f.date(&date_of(&f.writing, row, invoice)),
        due: invoice.due_date.map(|at| f.day(&at)).unwrap_or_default(),
        total: f.money(&invoice.totals.total, &invoice.currency),
        sent: invoice.sent_at.is_some(),
    })
}

pub(super) fn issued_to(invoice: &Invoice) -> String {
    let to = invoice.issued_to.as_ref();
    to.and_then(|to| to.name.clone().or_else(|| to.email.clone())).unwrap_or_default()
}

/// The date that chose the period; of a draft the one that was asked for, or when it was made.
pub(super) fn date_of(writing: &Writing, row: &ObjectRow, invoice: &Invoice) -> Date {
    match &invoice.numbering {
        Some(place) => place.date,
        None => writing.day_of(invoice.effective_at.unwrap_or(row.created)),
    }
}

/// The list as a file, with the same filters.
async fn export(call: Call) -> Result<Answer, Problem> {
    let (filter, writing) = (filter(&call)?, call.writing());
    let head = [
        "number", "status", "customer", "date", "due_date", "currency", "total", "tax", "paid",
        "id",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut after: Option<ObjectId> = None;
    loop {
        let page = Page { limit: EXPORTED_AT_ONCE, starting_after: after, ending_before: None };
        let found = call.engine().objects(call.ledger(), filter.clone(), page).await;
        let found = found.map_err(problem)?;
        rows.extend(found.data.iter().filter_map(|view| cells(&writing, &view.row)));
        after = found.data.last().map(|view| view.row.id);
        if !found.has_more || after.is_none() || rows.len() > EXPORTED_MAX as usize {
            break;
        }
    }
    Ok(Answer::file("text/csv; charset=utf-8", "invoices.csv", csv(rows)))
}

fn cells(writing: &Writing, row: &ObjectRow) -> Option<Vec<String>> {
    let Object::Invoice(invoice) = &row.body else { return None };
    let amount = |minor: i64| typed_amount(Decimal::from(minor), invoice.currency);
    Some(vec![
        invoice.number.clone().unwrap_or_default(),
        invoice.status.text().to_owned(),
        issued_to(invoice),
        date_of(writing, row, invoice).to_string(),
        invoice.due_date.map(|at| writing.day_of(at).to_string()).unwrap_or_default(),
        invoice.currency.text().to_ascii_uppercase(),
        amount(invoice.totals.total),
        amount(invoice.totals.total - invoice.totals.total_excluding_tax),
        amount(invoice.amount_paid),
        row.text(),
    ])
}

/// Does the same with each invoice that is ticked. What cannot be done is told, and holds nothing
/// else up.
async fn together(call: Call) -> Result<Answer, Problem> {
    let step = |id: ObjectId| match call.form.get("do") {
        "finalize" => Some(DocumentAction::Finalize(id, None)),
        "pay" => Some(DocumentAction::Pay(id, true)),
        "send" => Some(DocumentAction::Send(id)),
        "delete" => Some(DocumentAction::DeleteInvoice(id, None)),
        _ => None,
    };
    let (mut done, mut refused, mut first) = (0_u32, 0_u32, None);
    for text in call.form.all("id") {
        let id = request::object_id(text, KIND, call.ledger(), "id")?;
        let Some(action) = step(id) else { continue };
        match act(&call, action).await {
            Ok(_) => done += 1,
            Err(problem) => {
                refused += 1;
                first.get_or_insert(problem.message);
            }
        }
    }
    let (done, refused) = (done.to_string(), refused.to_string());
    Ok(match first {
        None => call.done("/invoices", "invoices.together", &[&done]),
        Some(why) => call.done("/invoices", "invoices.together_but", &[&done, &refused, &why]),
    })
}
