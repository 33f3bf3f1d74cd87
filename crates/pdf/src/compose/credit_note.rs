//! What a credit note prints.

use ledger::model::document::{CreditLine, CreditNote, CreditNoteStatus, CreditReason, IssuedTo};

use super::invoice::columns;
use super::{Scene, fact, party};
use crate::language::filled;
use crate::paper::{Fact, Paper, PaperLine, Sum};

pub(super) fn compose(note: &CreditNote, scene: &Scene<'_>) -> Paper {
    let words = scene.language.words();
    let is_void = note.status == CreditNoteStatus::Void;
    let nobody = IssuedTo::default();
    let invoice = scene.invoice(Some(note.invoice));
    let to = invoice.and_then(|invoice| invoice.issued_to.as_ref()).unwrap_or(&nobody);
    let date = scene.date(note.numbering.as_ref(), note.effective_at);
    let total = scene.language.money(note.totals.total, note.currency);
    let headline = match date.map(|date| scene.language.date(date)) {
        _ if is_void => format!("{total} · {}", words.void),
        Some(date) => filled(words.headline_credited, &[("amount", &total), ("date", &date)]),
        None => total,
    };
    Paper {
        kind: "credit_note",
        title: words.credit_note,
        number: Some(note.number.clone()),
        status: note.status.text(),
        stamp: is_void.then_some(words.void),
        date: date.map(|date| date.to_string()),
        currency: note.currency.text().to_uppercase(),
        to: party::customer(to, words),
        facts: facts(note, scene),
        headline,
        head: note.memo.clone(),
        columns: columns(words, note.lines.iter().any(|line| !line.taxes.is_empty())),
        lines: note.lines.iter().map(|line| paper_line(line, note, scene)).collect(),
        sums: sums(note, scene),
        ..scene.blank()
    }
}

fn facts(note: &CreditNote, scene: &Scene<'_>) -> Vec<Fact> {
    let words = scene.language.words();
    let mut facts = vec![fact(words.credit_note_number, &note.number)];
    let date = scene.date(note.numbering.as_ref(), note.effective_at);
    facts.extend(date.map(|date| fact(words.date, scene.language.date(date))));
    let invoice = scene.number_of(Some(note.invoice));
    facts.extend(invoice.map(|number| fact(words.credits, number)));
    facts.extend(note.reason.map(|reason| {
        let place = CreditReason::ALL.iter().position(|one| *one == reason);
        fact(words.reason, words.reasons[place.unwrap_or_default()])
    }));
    facts
}

fn paper_line(line: &CreditLine, note: &CreditNote, scene: &Scene<'_>) -> PaperLine {
    let language = scene.language;
    let unit = line.unit_amount.map(|amount| language.unit_amount(amount, note.currency));
    PaperLine {
        description: line.description.clone().unwrap_or_default(),
        period: None,
        quantity: line.quantity.map(|many| language.quantity(many)).unwrap_or_default(),
        unit: unit.unwrap_or_default(),
        tax: scene.percentages(&line.taxes),
        amount: language.money(line.amount, note.currency),
    }
}

/// The totals, and where they go.
fn sums(note: &CreditNote, scene: &Scene<'_>) -> Vec<Sum> {
    let words = scene.language.words();
    let mut sums = scene.totals(&note.totals, note.currency);
    let ways = [
        (words.off_the_invoice, note.pre_payment_amount),
        (words.refunded, note.refund_amount),
        (words.to_balance, note.credit_amount),
        (words.out_of_band, note.out_of_band_amount),
    ];
    let ways = ways.into_iter().filter(|(_, amount)| *amount != 0);
    sums.extend(ways.map(|(name, amount)| scene.sum(name, amount, note.currency)));
    sums
}
