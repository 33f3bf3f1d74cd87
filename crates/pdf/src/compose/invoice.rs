//! What an invoice prints.

use ledger::model::document::{Invoice, InvoiceStatus, IssuedTo, Line, TaxExempt};

use super::{Scene, fact, party};
use crate::language::{Words, filled};
use crate::paper::{Columns, Fact, Paper, PaperLine, Sum};

pub(super) fn compose(invoice: &Invoice, scene: &Scene<'_>) -> Paper {
    let words = scene.language.words();
    let mut paper = scene.blank();
    let nobody = IssuedTo::default();
    let to = invoice.issued_to.as_ref().unwrap_or(&nobody);
    let date = scene.date(invoice.numbering.as_ref(), invoice.effective_at);
    if to.tax_exempt == TaxExempt::Reverse {
        paper.notes.insert(0, words.reverse_charge);
    }
    Paper {
        kind: "invoice",
        title: words.invoice,
        number: invoice.number.clone(),
        status: invoice.status.text(),
        stamp: stamp(invoice.status, words),
        date: date.map(|date| date.to_string()),
        currency: invoice.currency.text().to_uppercase(),
        to: party::customer(to, words),
        ship_to: party::recipient(to, words),
        facts: facts(invoice, scene),
        headline: headline(invoice, scene),
        head: invoice.description.clone(),
        columns: columns(words, invoice.lines.iter().any(|line| !line.taxes.is_empty())),
        lines: invoice.lines.iter().map(|line| paper_line(line, invoice, scene)).collect(),
        sums: sums(invoice, scene),
        foot: invoice.footer.clone().or_else(|| paper.foot.clone()),
        ..paper
    }
}

pub(super) fn columns(words: &Words, has_taxes: bool) -> Columns {
    Columns {
        description: words.description,
        quantity: words.quantity,
        unit: words.unit,
        tax: has_taxes.then_some(words.tax),
        amount: words.amount,
    }
}

/// What of the statuses concerns whoever gets it.
fn stamp(status: InvoiceStatus, words: &Words) -> Option<&'static str> {
    match status {
        InvoiceStatus::Draft => Some(words.draft),
        InvoiceStatus::Paid => Some(words.paid),
        InvoiceStatus::Void => Some(words.void),
        InvoiceStatus::Open | InvoiceStatus::Uncollectible => None,
    }
}

fn facts(invoice: &Invoice, scene: &Scene<'_>) -> Vec<Fact> {
    let words = scene.language.words();
    let mut facts = Vec::new();
    facts.extend(invoice.number.as_ref().map(|number| fact(words.invoice_number, number)));
    let date = scene.date(invoice.numbering.as_ref(), invoice.effective_at);
    facts.extend(date.map(|date| fact(words.date, scene.language.date(date))));
    facts.extend(invoice.due_date.map(|at| fact(words.due, scene.shown_day(at))));
    let replaced = scene.number_of(invoice.revision_of);
    facts.extend(replaced.map(|number| fact(words.replaces, number)));
    let newer = scene.number_of(invoice.latest_revision);
    facts.extend(newer.map(|number| fact(words.replaced_by, number)));
    facts.extend(invoice.custom_fields.iter().map(|field| fact(&field.name, &field.value)));
    facts
}

fn headline(invoice: &Invoice, scene: &Scene<'_>) -> String {
    let (words, language) = (scene.language.words(), scene.language);
    let money = |amount| language.money(amount, invoice.currency);
    match invoice.status {
        InvoiceStatus::Void => format!("{} · {}", money(invoice.totals.total), words.void),
        InvoiceStatus::Paid => {
            let paid_at = invoice.status_transitions.paid_at.unwrap_or_default();
            let date = scene.shown_day(paid_at);
            let amount = money(invoice.totals.total);
            filled(words.headline_paid, &[("amount", &amount), ("date", &date)])
        }
        InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Uncollectible => {
            let amount = money(invoice.amount_remaining);
            match invoice.due_date.map(|at| scene.shown_day(at)) {
                Some(date) => {
                    filled(words.headline_due_on, &[("amount", &amount), ("date", &date)])
                }
                None => filled(words.headline_due, &[("amount", &amount)]),
            }
        }
    }
}

fn paper_line(line: &Line, invoice: &Invoice, scene: &Scene<'_>) -> PaperLine {
    let language = scene.language;
    let (start, end) = (scene.day(line.period.start), scene.day(line.period.end));
    let period = || format!("{} – {}", language.date(start), language.date(end));
    PaperLine {
        description: line.description.clone().unwrap_or_default(),
        period: (start < end).then(period),
        quantity: language.quantity(line.quantity),
        unit: language.unit_amount(line.unit_amount, invoice.currency),
        tax: scene.percentages(&line.taxes),
        amount: language.money(line.amount, invoice.currency),
    }
}

/// The totals, and how they become what is to be paid.
fn sums(invoice: &Invoice, scene: &Scene<'_>) -> Vec<Sum> {
    let words = scene.language.words();
    let mut sums = scene.totals(&invoice.totals, invoice.currency);
    if invoice.status == InvoiceStatus::Void {
        return sums;
    }
    let steps = [
        (words.balance, invoice.amount_due - invoice.totals.total),
        (words.credited, -invoice.pre_payment_credited),
        (words.amount_paid, -invoice.amount_paid),
    ];
    let steps = steps.into_iter().filter(|(_, amount)| *amount != 0);
    sums.extend(steps.map(|(name, amount)| scene.sum(name, amount, invoice.currency)));
    let due = scene.sum(words.amount_due, invoice.amount_remaining, invoice.currency);
    sums.push(Sum { strong: true, ..due });
    sums
}
