//! A credit note as an object.

use ledger::model::document as body;
use ledger::model::{Metadata, Mode, ObjectKind};
use ledger::outcome::ObjectView;
use serde::Serialize;

use super::invoice::Numbering;
use super::line::LINES_SHOWN;
use super::tax::{Tax, TaxRate, rates, taxes};
use super::{Inner, NoList, Null, Surroundings, is_live, plain, seconds, whole};

#[derive(Serialize)]
pub(super) struct CreditNote<'a> {
    id: String,
    object: &'static str,
    amount: i64,
    amount_shipping: i64,
    created: i64,
    currency: String,
    customer: String,
    customer_account: Null,
    customer_balance_transaction: Null,
    discount_amount: i64,
    discount_amounts: NoList,
    effective_at: Option<i64>,
    invoice: String,
    lines: Inner<CreditNoteLine<'a>>,
    livemode: bool,
    memo: Option<&'a str>,
    metadata: &'a Metadata,
    number: &'a str,
    numbering: Option<Numbering<'a>>,
    out_of_band_amount: Option<i64>,
    pdf: String,
    post_payment_amount: i64,
    pre_payment_amount: i64,
    pretax_credit_amounts: NoList,
    reason: Option<&'static str>,
    refunds: NoList,
    shipping_cost: Null,
    status: &'static str,
    subtotal: i64,
    subtotal_excluding_tax: i64,
    total: i64,
    total_excluding_tax: i64,
    total_taxes: Vec<Tax>,
    r#type: &'static str,
    voided_at: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct CreditNoteLine<'a> {
    id: String,
    object: &'static str,
    amount: i64,
    description: Option<&'a str>,
    discount_amount: i64,
    discount_amounts: NoList,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_line_item: Option<String>,
    livemode: bool,
    metadata: &'a Metadata,
    pretax_credit_amounts: NoList,
    quantity: Option<i64>,
    tax_rates: Vec<TaxRate<'a>>,
    taxes: Vec<Tax>,
    r#type: &'static str,
    unit_amount: Option<i64>,
    unit_amount_decimal: Option<String>,
}

impl<'a> CreditNote<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        note: &'a body::CreditNote,
        around: Surroundings<'a>,
    ) -> CreditNote<'a> {
        let (row, ledger, totals) = (&view.row, view.row.ledger, &note.totals);
        let id = row.text();
        CreditNote {
            object: ObjectKind::CreditNote.text(),
            amount: totals.total,
            amount_shipping: 0,
            created: row.created.seconds(),
            currency: note.currency.text(),
            customer: note.customer.text(ObjectKind::Customer, ledger),
            customer_account: Null,
            customer_balance_transaction: Null,
            discount_amount: 0,
            discount_amounts: [],
            effective_at: seconds(note.effective_at),
            invoice: note.invoice.text(ObjectKind::Invoice, ledger),
            lines: lines(view, note, around.mode),
            livemode: is_live(around.mode),
            memo: note.memo.as_deref(),
            metadata: &note.metadata,
            number: &note.number,
            numbering: note.numbering.as_ref().map(|place| Numbering::new(place, ledger)),
            out_of_band_amount: Some(note.out_of_band_amount).filter(|amount| *amount > 0),
            pdf: format!("{}/credit_notes/{id}/{}/pdf", around.base, note.secret),
            post_payment_amount: note.post_payment_amount,
            pre_payment_amount: note.pre_payment_amount,
            pretax_credit_amounts: [],
            reason: note.reason.map(body::CreditReason::text),
            refunds: [],
            shipping_cost: Null,
            status: note.status.text(),
            subtotal: totals.subtotal,
            subtotal_excluding_tax: totals.subtotal_excluding_tax,
            total: totals.total,
            total_excluding_tax: totals.total_excluding_tax,
            total_taxes: taxes(&totals.taxes, ledger),
            r#type: match (note.pre_payment_amount > 0, note.post_payment_amount > 0) {
                (true, true) => "mixed",
                (false, true) => "post_payment",
                (_, false) => "pre_payment",
            },
            voided_at: seconds(note.voided_at),
            id,
        }
    }
}

impl<'a> CreditNoteLine<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        line: &'a body::CreditLine,
        mode: Mode,
    ) -> CreditNoteLine<'a> {
        let ledger = view.row.ledger;
        CreditNoteLine {
            id: line.id.credit_line_text(ledger),
            object: "credit_note_line_item",
            amount: line.amount,
            description: line.description.as_deref(),
            discount_amount: 0,
            discount_amounts: [],
            invoice_line_item: line.invoice_line.map(|id| id.line_text(ledger)),
            livemode: is_live(mode),
            metadata: &line.metadata,
            pretax_credit_amounts: [],
            quantity: line.quantity.and_then(whole),
            tax_rates: rates(view, &line.tax_rates, mode),
            taxes: taxes(&line.taxes, ledger),
            r#type: match line.invoice_line {
                Some(_) => "invoice_line_item",
                None => "custom_line_item",
            },
            unit_amount: line.unit_amount.and_then(whole),
            unit_amount_decimal: line.unit_amount.map(plain),
        }
    }
}

fn lines<'a>(
    view: &'a ObjectView,
    note: &'a body::CreditNote,
    mode: Mode,
) -> Inner<CreditNoteLine<'a>> {
    let shown = note.lines.iter().take(LINES_SHOWN);
    Inner {
        object: "list",
        data: shown.map(|line| CreditNoteLine::new(view, line, mode)).collect(),
        has_more: note.lines.len() > LINES_SHOWN,
        url: format!("/v1/credit_notes/{}/lines", view.row.text()),
    }
}
