//! A document for whoever has its link: as a page, and as a PDF.

mod html;
mod pdf;

use std::sync::Arc;

use axum::body::Bytes;
use ledger::Code;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::{Address, CreditNote, Invoice, InvoiceStatus, IssuedTo, Totals};
use ledger::model::{Object, ObjectKind};
use ledger::money::{Currency, Decimal};
use ledger::outcome::ObjectView;
use wire::Problem;

use crate::app::App;
use crate::failure::Failure;
use crate::open::Page;

const HTML: &str = "text/html; charset=utf-8";
const PDF: &str = "application/pdf";

/// What is printed of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Paper {
    title: &'static str,
    number: String,
    status: &'static str,
    from: String,
    to: Vec<String>,
    /// Pairs under the number, such as its date.
    facts: Vec<(String, String)>,
    head: Option<String>,
    lines: Vec<PaperLine>,
    sums: Vec<(String, String)>,
    foot: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PaperLine {
    says: String,
    quantity: String,
    unit: String,
    amount: String,
}

/// An invoice as a page.
pub(crate) async fn invoice_page(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    let paper = open(&app, ObjectKind::Invoice, &ids).await?;
    Ok(Page::new(HTML, html::write(&paper).into()))
}

/// An invoice as a PDF.
pub(crate) async fn invoice_pdf(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    let paper = open(&app, ObjectKind::Invoice, &ids).await?;
    Ok(Page::new(PDF, Bytes::from(pdf::write(&paper))))
}

/// A credit note as a PDF.
pub(crate) async fn credit_note_pdf(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    let paper = open(&app, ObjectKind::CreditNote, &ids).await?;
    Ok(Page::new(PDF, Bytes::from(pdf::write(&paper))))
}

/// The document of a link. Whether it is the id or the secret that is wrong is not told.
async fn open(app: &App, kind: ObjectKind, ids: &[String]) -> Result<Paper, Failure> {
    let [id, secret] = ids else { return Err(gone().into()) };
    let Some((ledger, id)) = kind.parse_id(id) else { return Err(gone().into()) };
    let found = find(app, ledger, kind, id).await?;
    let (view, account) = found.ok_or_else(gone)?;
    let paper = match &view.row.body {
        Object::Invoice(invoice) if invoice.status != InvoiceStatus::Draft => {
            opens(&invoice.secret, secret).then(|| of_invoice(invoice, account))
        }
        Object::CreditNote(note) => {
            opens(&note.secret, secret).then(|| of_credit_note(note, account))
        }
        _ => None,
    };
    Ok(paper.ok_or_else(gone)?)
}

async fn find(
    app: &App,
    ledger: LedgerId,
    kind: ObjectKind,
    id: ObjectId,
) -> Result<Option<(ObjectView, String)>, Failure> {
    let Some(view) = app.engine.object(ledger, kind, id).await? else { return Ok(None) };
    let account = app.engine.ledger(ledger).await?.row.name;
    Ok((!view.row.deleted).then_some((view, account)))
}

/// Compares all of both, so that the time it takes tells nothing.
fn opens(secret: &str, given: &str) -> bool {
    let differs = secret.bytes().zip(given.bytes()).fold(0, |seen, (a, b)| seen | (a ^ b));
    !secret.is_empty() && secret.len() == given.len() && differs == 0
}

fn gone() -> Problem {
    let message = "There is no document at this address. Ask whoever sent it for another link.";
    Problem::of(Code::ResourceMissing, "id", message)
}

fn of_invoice(invoice: &Invoice, account: String) -> Paper {
    let money = |amount| money(amount, invoice.currency);
    let mut facts = dated(invoice.numbering.as_ref().map(|place| place.date.to_string()));
    facts.extend(invoice.due_date.map(|due| ("Due".to_owned(), day(due.rfc3339()))));
    let fields = invoice.custom_fields.iter();
    facts.extend(fields.map(|field| (field.name.clone(), field.value.clone())));
    let lines = invoice.lines.iter().map(|line| PaperLine {
        says: line.description.clone().unwrap_or_default(),
        quantity: line.quantity.normalize().to_string(),
        unit: unit(line.unit_amount, invoice.currency),
        amount: money(line.amount),
    });
    let mut sums = sums(&invoice.totals, invoice.currency);
    sums.push(("Amount due".to_owned(), money(invoice.amount_remaining)));
    Paper {
        title: "Invoice",
        number: invoice.number.clone().unwrap_or_default(),
        status: invoice.status.text(),
        from: account,
        to: invoice.issued_to.as_ref().map(addressee).unwrap_or_default(),
        facts,
        head: invoice.description.clone(),
        lines: lines.collect(),
        sums,
        foot: invoice.footer.clone(),
    }
}

fn of_credit_note(note: &CreditNote, account: String) -> Paper {
    let lines = note.lines.iter().map(|line| PaperLine {
        says: line.description.clone().unwrap_or_default(),
        quantity: line.quantity.map(|q| q.normalize().to_string()).unwrap_or_default(),
        unit: line.unit_amount.map(|amount| unit(amount, note.currency)).unwrap_or_default(),
        amount: money(line.amount, note.currency),
    });
    Paper {
        title: "Credit note",
        number: note.number.clone(),
        status: note.status.text(),
        from: account,
        facts: dated(note.numbering.as_ref().map(|place| place.date.to_string())),
        lines: lines.collect(),
        sums: sums(&note.totals, note.currency),
        foot: note.memo.clone(),
        ..Paper::default()
    }
}

fn dated(date: Option<String>) -> Vec<(String, String)> {
    date.map(|date| ("Date".to_owned(), date)).into_iter().collect()
}

/// The day of an instant in UTC.
fn day(mut rfc3339: String) -> String {
    rfc3339.truncate("2026-05-03".len());
    rfc3339
}

fn addressee(to: &IssuedTo) -> Vec<String> {
    let mut lines: Vec<String> = to.name.iter().cloned().collect();
    if let Some(Address { line1, line2, postal_code, city, state, country }) = &to.address {
        lines.extend([line1, line2].into_iter().flatten().cloned());
        let town: Vec<&str> =
            [postal_code, city, state].into_iter().flatten().map(|t| &**t).collect();
        lines.extend((!town.is_empty()).then(|| town.join(" ")));
        lines.extend(country.iter().cloned());
    }
    lines.extend(to.email.iter().cloned());
    lines
}

fn sums(totals: &Totals, currency: Currency) -> Vec<(String, String)> {
    let mut sums = vec![("Subtotal".to_owned(), money(totals.subtotal, currency))];
    for tax in &totals.taxes {
        let how = if tax.inclusive { "included" } else { "added" };
        let label = format!("Tax {} % ({how})", tax.percentage.normalize());
        sums.push((label, money(tax.amount, currency)));
    }
    sums.push(("Total".to_owned(), money(totals.total, currency)));
    sums
}

/// An amount in minor units, in the currency's own places: 1215 is `12.15 EUR`.
fn money(amount: i64, currency: Currency) -> String {
    unit(Decimal::from(amount), currency)
}

fn unit(amount: Decimal, currency: Currency) -> String {
    let places = currency.exponent();
    let mut shown = amount.normalize();
    // Moving the point is exact; it fails only beyond any amount that there can be.
    let moved = shown.set_scale(shown.scale() + places).is_ok();
    let exact = if moved { shown.normalize() } else { amount };
    let text = format!("{exact:.places$}", places = exact.scale().max(places) as usize);
    format!("{text} {}", currency.text().to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_has_the_places_of_its_currency() {
        let show = |amount, code| money(amount, Currency::parse(code).unwrap());
        assert_eq!(show(1215, "eur"), "12.15 EUR");
        assert_eq!(show(-5, "eur"), "-0.05 EUR");
        assert_eq!(show(1000, "eur"), "10.00 EUR");
        assert_eq!(show(1215, "jpy"), "1215 JPY");
        assert_eq!(show(1215, "kwd"), "1.215 KWD");
        let eur = Currency::parse("eur").unwrap();
        assert_eq!(unit("12.5".parse().unwrap(), eur), "0.125 EUR");
    }

    #[test]
    fn only_the_whole_secret_opens() {
        assert!(opens("abc", "abc"));
        for wrong in ["", "ab", "abcd", "abd"] {
            assert!(!opens("abc", wrong), "{wrong}");
        }
        assert!(!opens("", ""));
    }
}
