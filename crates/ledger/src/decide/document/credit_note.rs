//! Credit notes: what takes back an invoice, or a part of it.

use super::credit_lines::lines;
use super::desk::{Desk, ID, Opened};
use super::finalize::{pay, set_balance, tell_paid};
use super::numbering::{number_credit_note, void_number_of};
use super::text::{check_metadata, set_long, set_metadata};
use crate::command::document::{MetadataChange, NewCreditNote};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::model::Cause;
use crate::model::document::{
    CreditLine, CreditNote, CreditNoteStatus, Customer, Invoice, InvoiceStatus,
};
use crate::money::AMOUNT_MAX;
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Credits an invoice that is finalized.
pub(super) fn create(desk: &mut Desk<'_>, new: &NewCreditNote) -> Result<Outcome, Halt> {
    let invoice: Opened<Invoice> = desk.open(new.invoice, "invoice")?;
    check_creditable(&invoice.body)?;
    check_metadata(&new.metadata)?;
    let mut memo = None;
    set_long(&mut memo, &Some(new.memo.clone()), "memo")?;
    let id = desk.next();
    let (lines, totals) = lines(desk, &invoice, new)?;
    let total = totals.total;
    let left = creditable(&invoice.body);
    if !(1..=left).contains(&total) {
        let message = format!(
            "The credit note would be over {total}, and between 1 and {left} of the invoice can \
             be credited."
        );
        return refuse_param(Code::ParameterInvalid, "amount", message);
    }
    let pre_payment = total.min(invoice.body.amount_remaining);
    let mut note = CreditNote {
        invoice: invoice.id(),
        customer: invoice.body.customer,
        currency: invoice.body.currency,
        status: CreditNoteStatus::Issued,
        number: String::new(),
        numbering: None,
        reason: new.reason,
        memo,
        metadata: new.metadata.clone(),
        effective_at: new.effective_at,
        lines,
        totals,
        pre_payment_amount: pre_payment,
        post_payment_amount: total - pre_payment,
        refund_amount: new.refund_amount.unwrap_or_default(),
        credit_amount: new.credit_amount.unwrap_or_default(),
        out_of_band_amount: new.out_of_band_amount.unwrap_or_default(),
        voided_at: None,
        secret: new.secret.clone(),
    };
    check_split(&note)?;
    let customer = match note.credit_amount {
        0 => None,
        _ => Some(open_customer(desk, &note)?),
    };
    let parent = invoice.body.numbering.as_ref().map(|numbering| numbering.position);
    number_credit_note(desk, id, &mut note, parent)?;
    note.effective_at.get_or_insert(desk.now());
    let row = desk.add(id, note.clone());
    let answer = desk.told("credit_note.created", row)?;
    apply(desk, invoice, &note)?;
    if let Some(mut customer) = customer {
        let balance = customer.body.balance - note.credit_amount;
        customer.body.currency.get_or_insert(note.currency);
        set_balance(desk, customer, balance)?;
    }
    Ok(answer)
}

/// Changes the words of a credit note.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    memo: Option<&Option<String>>,
    metadata: &MetadataChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut note } = desk.open::<CreditNote>(id, ID)?;
    set_long(&mut note.memo, &memo.cloned(), "memo")?;
    set_metadata(&mut note.metadata, metadata)?;
    desk.changed("credit_note.updated", &row, note)
}

/// Voids a credit note of an invoice that is still to be paid; it is to be paid as before.
pub(super) fn void(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let Opened { row, body: mut note } = desk.open::<CreditNote>(id, ID)?;
    if note.status == CreditNoteStatus::Void {
        return refuse_step("The credit note is void already. Nothing needs to be done.");
    }
    let Opened { row: invoice_row, body: mut invoice } = desk.open::<Invoice>(note.invoice, ID)?;
    if invoice.status != InvoiceStatus::Open || note.post_payment_amount != 0 {
        return refuse_step(&format!(
            "The invoice is {}. Only a credit note of an invoice that is open can be voided.",
            invoice.status.text()
        ));
    }
    void_number_of(desk, note.numbering.as_ref(), Cause::Cancelled, "the credit note was voided")?;
    note.status = CreditNoteStatus::Void;
    note.voided_at = Some(desk.now());
    invoice.amount_due += note.pre_payment_amount;
    invoice.amount_remaining += note.pre_payment_amount;
    invoice.pre_payment_credited -= note.pre_payment_amount;
    credit_lines(&mut invoice, &note.lines, -1);
    let row = desk.put(&row, note);
    let answer = desk.told("credit_note.voided", row)?;
    desk.changed("invoice.updated", &invoice_row, invoice)?;
    Ok(answer)
}

fn check_creditable(invoice: &Invoice) -> Result<(), Halt> {
    match invoice.status {
        InvoiceStatus::Open | InvoiceStatus::Paid | InvoiceStatus::Uncollectible => Ok(()),
        status => {
            let message = format!(
                "The invoice is {}. Only a finalized invoice that is not void can be credited.",
                status.text()
            );
            refuse_param(Code::StatusTransitionInvalid, "invoice", message)
        }
    }
}

/// What of an invoice can still be credited.
fn creditable(invoice: &Invoice) -> i64 {
    invoice.totals.total - invoice.pre_payment_credited - invoice.post_payment_credited
}

/// What was paid must be given back somehow: paid back, put to the balance, or settled elsewhere.
fn check_split(note: &CreditNote) -> Result<(), Halt> {
    let parts = [
        ("refund_amount", note.refund_amount),
        ("credit_amount", note.credit_amount),
        ("out_of_band_amount", note.out_of_band_amount),
    ];
    if let Some((param, _)) = parts.iter().find(|(_, part)| !(0..=AMOUNT_MAX).contains(part)) {
        let message = format!("`{param}` is between 0 and {AMOUNT_MAX}.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    let sum: i64 = parts.iter().map(|(_, part)| part).sum();
    let paid = note.post_payment_amount;
    if sum == paid {
        return Ok(());
    }
    let message = format!(
        "Of the credit note {paid} was paid already, and `refund_amount`, `credit_amount` and \
         `out_of_band_amount` say where {sum} of it goes. Make them add up to {paid}."
    );
    refuse_param(Code::ParameterInvalid, "refund_amount", message)
}

fn open_customer(desk: &Desk<'_>, note: &CreditNote) -> Result<Opened<Customer>, Halt> {
    let customer: Opened<Customer> = desk.open(note.customer, "credit_amount")?;
    let fits = customer.body.currency.is_none_or(|currency| currency == note.currency);
    let balance = customer.body.balance - note.credit_amount;
    if fits && balance.abs() <= AMOUNT_MAX {
        return Ok(customer);
    }
    let message = "The customer's balance is in another currency, or would be too large. Give the \
                   amount back another way.";
    refuse_param(Code::ParameterInvalid, "credit_amount", message)
}

/// Lowers what is to be paid of an invoice; one of which nothing is left is paid.
fn apply(desk: &mut Desk<'_>, invoice: Opened<Invoice>, note: &CreditNote) -> Result<(), Halt> {
    let Opened { row, body: mut invoice } = invoice;
    invoice.amount_due -= note.pre_payment_amount;
    invoice.amount_remaining -= note.pre_payment_amount;
    invoice.pre_payment_credited += note.pre_payment_amount;
    invoice.post_payment_credited += note.post_payment_amount;
    credit_lines(&mut invoice, &note.lines, 1);
    let was_paid = invoice.status == InvoiceStatus::Paid;
    if !was_paid && invoice.amount_remaining == 0 {
        pay(&mut invoice, desk.now());
    }
    let is_paid = invoice.status == InvoiceStatus::Paid;
    let after = desk.put(&row, invoice);
    let view = desk.view(after)?;
    desk.tell_changed("invoice.updated", &view, Some(&row))?;
    if is_paid && !was_paid {
        tell_paid(desk, &view)?;
    }
    Ok(())
}

/// Notes on the lines of an invoice what is taken back of them, or no longer is.
fn credit_lines(invoice: &mut Invoice, credited: &[CreditLine], sign: i64) {
    for line in credited {
        let of = invoice.lines.iter_mut().find(|one| Some(one.id) == line.invoice_line);
        if let Some(of) = of {
            of.credited += sign * line.amount;
        }
    }
}

fn refuse_step<T>(message: &str) -> Result<T, Halt> {
    refuse_param(Code::StatusTransitionInvalid, ID, message)
}
