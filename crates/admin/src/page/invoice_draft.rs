//! The editor of a draft: its words, dates and lines as one form, saved together.

use jiff::civil::Date;
use ledger::Code;
use ledger::command::document::{DocumentAction, MetadataChange};
use ledger::id::ObjectId;
use ledger::model::ObjectKind;
use ledger::model::document::Invoice;
use ledger::money::{Currency, Decimal};
use wire::{Problem, request};

use super::document::{act, action};
use crate::form::{Form, Sent};
use crate::shown::{read_amount, read_decimal, typed_amount};
use crate::visit::{Call, problem};

/// Empty lines that are offered behind those that are there.
const BLANK_LINES: usize = 3;

/// What the choice of a tax rate says of a line that has several: they stay.
pub(super) const SEVERAL: &str = "several";

/// A line of the editor.
pub(super) struct DraftLine {
    /// Its place, from 0; the fields are `line0_…`.
    pub(super) place: usize,
    pub(super) id: String,
    pub(super) what: String,
    pub(super) quantity: String,
    pub(super) price: String,
    pub(super) tax: String,
}

impl DraftLine {
    /// The name of one of its fields.
    pub(super) fn field(&self, name: &str) -> String {
        format!("line{}_{name}", self.place)
    }
}

/// The form of a draft as it is.
pub(super) fn filled(call: &Call, invoice: &Invoice) -> Form {
    let writing = call.writing();
    let day = |at: ledger::model::At| writing.day_of(at).to_string();
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let mut form = Form::filled([
        ("date", invoice.effective_at.map(day).unwrap_or_default()),
        ("due", invoice.due_date.map(day).unwrap_or_default()),
        ("days", invoice.days_until_due.map(|days| days.to_string()).unwrap_or_default()),
        ("description", text(&invoice.description)),
        ("footer", text(&invoice.footer)),
        ("number", text(&invoice.number)),
        ("series", invoice.series.map(|series| series.id(call.ledger())).unwrap_or_default()),
    ]);
    for (place, line) in invoice.lines.iter().enumerate() {
        let id = line.id.line_text(call.ledger());
        let tax = match line.tax_rates.as_slice() {
            [] => String::new(),
            [rate] => rate.text(ObjectKind::TaxRate, call.ledger()),
            _ => SEVERAL.to_owned(),
        };
        form.set(&format!("line{place}_id"), id);
        form.set(&format!("line{place}_what"), text(&line.description));
        form.set(&format!("line{place}_quantity"), line.quantity.normalize().to_string());
        form.set(&format!("line{place}_price"), typed_amount(line.unit_amount, invoice.currency));
        form.set(&format!("line{place}_tax"), tax);
    }
    form
}

/// The lines of a form, with empty ones behind them.
pub(super) fn lines(form: &Form) -> Vec<DraftLine> {
    let line = |place: usize| {
        let get = |name: &str| form.get(&format!("line{place}_{name}")).to_owned();
        let (id, what, quantity) = (get("id"), get("what"), get("quantity"));
        DraftLine { place, id, what, quantity, price: get("price"), tax: get("tax") }
    };
    let is_there =
        |line: &DraftLine| [&line.id, &line.what, &line.price].iter().any(|text| !text.is_empty());
    let mut lines: Vec<DraftLine> =
        (0..ledger::limits::INVOICE_LINES_MAX).map(line).take_while(is_there).collect();
    let count = lines.len();
    lines.extend((count..count + BLANK_LINES).map(line));
    lines
}

/// Saves a draft as it was filled in. All steps are tried together first, without a trace: what is
/// refused leaves the draft as it was.
pub(super) async fn save(call: &Call, id: ObjectId, invoice: &Invoice) -> Result<(), Problem> {
    let steps = steps(call, id, invoice)?;
    let tried = steps.iter().map(|step| action(call, step.clone())).collect();
    let came = call.engine().preview_actions(call.ledger(), tried).await.map_err(problem)?;
    if let Some(refusal) = came.into_iter().find_map(Result::err) {
        return Err(refusal.into());
    }
    for step in steps {
        act(call, step).await?;
    }
    Ok(())
}

fn steps(call: &Call, id: ObjectId, invoice: &Invoice) -> Result<Vec<DocumentAction>, Problem> {
    let (form, ledger) = (&call.form, call.ledger());
    let mut head = Sent::default();
    put_instant(call, &mut head, "date", "effective_at")?;
    let (days, due) = (form.text("days"), form.text("due"));
    let method = if days.or(due).is_some() { "send_invoice" } else { "charge_automatically" };
    head.put("collection_method", method);
    match days {
        Some(days) => head.put("days_until_due", days),
        None if due.is_some() => put_instant(call, &mut head, "due", "due_date")?,
        None => {}
    }
    head.clearable(form, &["description", "footer", "number", "series"]);
    let change = request::invoice_change(head.params()?, ledger)?;
    let mut steps = vec![DocumentAction::UpdateInvoice(id, Box::new(change))];
    let (mut added, mut changed, mut removed) = (Sent::default(), Sent::default(), Sent::default());
    let (mut adds, mut changes, mut removes) = (0, 0, 0);
    for line in lines(form) {
        let is_empty = line.what.trim().is_empty() && line.price.trim().is_empty();
        match (line.id.is_empty(), is_empty || form.has(&format!("line{}_remove", line.place))) {
            (true, true) => {}
            (true, false) => {
                put_line(call, &mut added, adds, &line, invoice.currency)?;
                adds += 1;
            }
            (false, true) => {
                removed.put(&format!("lines[{removes}][id]"), &line.id);
                removed.put(&format!("lines[{removes}][behavior]"), "delete");
                removes += 1;
            }
            (false, false) => {
                changed.put(&format!("lines[{changes}][id]"), &line.id);
                put_line(call, &mut changed, changes, &line, invoice.currency)?;
                changes += 1;
            }
        }
    }
    let none = MetadataChange::default;
    if changes > 0 {
        let (lines, _) = request::updated_lines(changed.params()?, ledger)?;
        steps.push(DocumentAction::UpdateLines(id, lines, none()));
    }
    if removes > 0 {
        let (lines, _) = request::removed_lines(removed.params()?, ledger)?;
        steps.push(DocumentAction::RemoveLines(id, lines, none()));
    }
    if adds > 0 {
        let (lines, _) = request::added_lines(added.params()?, ledger)?;
        steps.push(DocumentAction::AddLines(id, lines, none()));
    }
    Ok(steps)
}

fn put_line(
    call: &Call,
    sent: &mut Sent,
    place: usize,
    line: &DraftLine,
    currency: Currency,
) -> Result<(), Problem> {
    let mut put = |name: &str, value: &str| sent.put(&format!("lines[{place}]{name}"), value);
    put("[description]", line.what.trim());
    let quantity = match line.quantity.trim() {
        "" => Decimal::ONE,
        text => read_decimal(text)
            .ok_or_else(|| wrong(call, &line.field("quantity"), "form.no_number"))?,
    };
    put("[quantity_decimal]", &quantity.to_string());
    let price = match line.price.trim() {
        "" => Decimal::ZERO,
        text => read_amount(text, currency)
            .ok_or_else(|| wrong(call, &line.field("price"), "form.no_amount"))?,
    };
    put("[price_data][currency]", &currency.text());
    put("[price_data][unit_amount_decimal]", &price.to_string());
    match line.tax.trim() {
        "" => put("[tax_rates]", ""),
        SEVERAL => {}
        rate => put("[tax_rates][]", rate),
    }
    Ok(())
}

/// A day of the form as the first moment of that day in the account's zone.
fn put_instant(call: &Call, sent: &mut Sent, field: &str, param: &str) -> Result<(), Problem> {
    let Some(text) = call.form.text(field) else {
        sent.put(param, "");
        return Ok(());
    };
    let date: Date = text.parse().map_err(|_| wrong(call, field, "form.no_date"))?;
    let at = call.writing().start_of(date).ok_or_else(|| wrong(call, field, "form.no_date"))?;
    sent.put(param, &at.seconds().to_string());
    Ok(())
}

/// An amount of the form in whole minor units.
pub(super) fn whole_amount(
    call: &Call,
    text: &str,
    field: &str,
    currency: Currency,
) -> Result<i64, Problem> {
    let amount = read_amount(text, currency).filter(Decimal::is_integer);
    let amount = amount.and_then(|amount| i64::try_from(amount).ok());
    amount.ok_or_else(|| wrong(call, field, "form.no_amount"))
}

fn wrong(call: &Call, field: &str, key: &str) -> Problem {
    Problem::of(Code::ParameterInvalid, field, call.language.text(key))
}
