//! What a credit note takes back, line by line.

use super::desk::{Desk, Opened};
use super::line::{
    check_new_rates, check_rates, checked_quantity, checked_unit_amount, rates, taxes, too_much,
    totals, within,
};
use super::text::{check_metadata, set_long};
use crate::command::document::{NewCreditLine, NewCreditNote};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::limits::INVOICE_LINES_MAX;
use crate::model::document::{CreditLine, Invoice, Line, LineTax, TaxExempt, TaxRate, Totals};
use crate::money::{Decimal, is_amount, product};
use crate::refusal::Code;

/// The lines of a new credit note, and what they add up to.
pub(super) fn lines(
    desk: &mut Desk<'_>,
    invoice: &Opened<Invoice>,
    new: &NewCreditNote,
) -> Result<(Vec<CreditLine>, Totals), Halt> {
    if new.lines.len() > INVOICE_LINES_MAX {
        let message = format!("A credit note has at most {INVOICE_LINES_MAX} lines.");
        return refuse_param(Code::ParameterInvalid, "lines", message);
    }
    let mut lines = Vec::with_capacity(new.lines.len().max(1));
    for (place, line) in new.lines.iter().enumerate() {
        let prefix = format!("lines[{place}]");
        let line = match line.invoice_line {
            Some(id) => of_invoice(desk, &invoice.body, &lines, id, line, &prefix)?,
            None => own(desk, &invoice.body, line, &prefix)?,
        };
        lines.push(line);
    }
    match (new.amount, lines.is_empty()) {
        (None, true) => {
            let message = "Say what is credited, in `amount` or in `lines`.";
            return refuse_param(Code::ParameterMissing, "amount", message);
        }
        (Some(amount), true) => {
            lines.push(CreditLine { id: desk.next(), amount, ..CreditLine::default() });
        }
        _ => {}
    }
    let sums = totals(lines.iter().map(|line| (line.amount, line.taxes.as_slice())));
    let Some(sums) = sums else { return too_much("amount") };
    if let Some(amount) = new.amount.filter(|amount| *amount != sums.total) {
        let message = format!(
            "The lines add up to {} with their taxes, and the amount is {amount}. Leave one of \
             them out.",
            sums.total
        );
        return refuse_param(Code::ParameterInvalid, "amount", message);
    }
    Ok((lines, sums))
}

/// A part of a line of the invoice, or all of it.
fn of_invoice(
    desk: &mut Desk<'_>,
    invoice: &Invoice,
    before: &[CreditLine],
    id: ObjectId,
    new: &NewCreditLine,
    prefix: &str,
) -> Result<CreditLine, Halt> {
    let Some(line) = invoice.lines.iter().find(|line| line.id == id) else {
        let message = format!(
            "No such line on the invoice: '{}'. List its lines to see their ids.",
            id.line_text(desk.ledger.id)
        );
        return refuse_param(Code::ResourceMissing, &within(prefix, "invoice_line_item"), message);
    };
    let (amount, quantity) = match (new.amount, new.quantity) {
        (Some(amount), None) => (amount, None),
        (None, Some(quantity)) => {
            let param = within(prefix, "quantity");
            let quantity = checked_quantity(quantity, &param)?;
            let Some(amount) = product(line.unit_amount, quantity) else {
                return too_much(&param);
            };
            (amount, Some(quantity))
        }
        _ => {
            let message = "Say how much of the line is credited, in either `quantity` or `amount`.";
            return refuse_param(Code::ParameterMissing, &within(prefix, "amount"), message);
        }
    };
    check_left(line, before, amount, prefix)?;
    let taxes = match &new.tax_rates {
        Some(ids) => own_taxes(desk, invoice, amount, ids, prefix)?,
        None if amount == line.amount => line.taxes.clone(),
        None => part_of_taxes(line, amount, prefix)?,
    };
    Ok(CreditLine {
        id: desk.next(),
        invoice_line: Some(id),
        amount,
        description: new.description.clone().or_else(|| line.description.clone()),
        quantity,
        unit_amount: quantity.map(|_| line.unit_amount),
        tax_rates: taxes.iter().map(|tax| tax.rate).collect(),
        taxes,
        metadata: new.metadata.clone(),
    })
}

/// Refuses to take back more of a line than is left of it.
fn check_left(line: &Line, before: &[CreditLine], amount: i64, prefix: &str) -> Result<(), Halt> {
    let here = before.iter().filter(|one| one.invoice_line == Some(line.id));
    let left = line.amount - line.credited - here.map(|one| one.amount).sum::<i64>();
    let fits = match line.amount < 0 {
        true => (left..0).contains(&amount),
        false => (1..=left).contains(&amount),
    };
    if fits {
        return Ok(());
    }
    let message = format!("Of this line {left} can still be credited, not {amount}.");
    refuse_param(Code::ParameterInvalid, &within(prefix, "amount"), message)
}

/// The taxes on a part of a line, at the rates that the line was reckoned with.
fn part_of_taxes(line: &Line, amount: i64, prefix: &str) -> Result<Vec<LineTax>, Halt> {
    let rate = |tax: &LineTax| {
        let (percentage, inclusive) = (tax.percentage, tax.inclusive);
        (tax.rate, TaxRate { percentage, inclusive, ..TaxRate::default() })
    };
    let rates: Vec<_> = line.taxes.iter().map(rate).collect();
    let untaxed = line.taxes.iter().all(|tax| tax.amount == 0);
    let exempt = if untaxed { TaxExempt::Exempt } else { TaxExempt::None };
    match taxes(amount, &rates, exempt) {
        Some(taxes) => Ok(taxes),
        None => too_much(&within(prefix, "amount")),
    }
}

/// A line of the credit note's own.
fn own(
    desk: &mut Desk<'_>,
    invoice: &Invoice,
    new: &NewCreditLine,
    prefix: &str,
) -> Result<CreditLine, Halt> {
    let param = within(prefix, "unit_amount_decimal");
    let (amount, quantity, unit_amount) = match (new.amount, new.unit_amount) {
        (Some(amount), None) => (amount, None, None),
        (None, Some(unit_amount)) => {
            let unit_amount = checked_unit_amount(unit_amount, &param)?;
            let quantity = new.quantity.unwrap_or(Decimal::ONE);
            let quantity = checked_quantity(quantity, &within(prefix, "quantity"))?;
            let Some(amount) = product(unit_amount, quantity) else { return too_much(&param) };
            (amount, Some(quantity), Some(unit_amount))
        }
        _ => {
            let message = "Say what is credited, in either `amount` or a unit amount.";
            return refuse_param(Code::ParameterMissing, &within(prefix, "amount"), message);
        }
    };
    if !is_amount(amount) {
        return too_much(&within(prefix, "amount"));
    }
    let mut description = None;
    let said = Some(new.description.clone());
    set_long(&mut description, &said, &within(prefix, "description"))?;
    check_metadata(&new.metadata)?;
    let ids = new.tax_rates.as_deref().unwrap_or_default();
    Ok(CreditLine {
        taxes: own_taxes(desk, invoice, amount, ids, prefix)?,
        id: desk.next(),
        invoice_line: None,
        amount,
        description,
        quantity,
        unit_amount,
        tax_rates: ids.to_vec(),
        metadata: new.metadata.clone(),
    })
}

fn own_taxes(
    desk: &Desk<'_>,
    invoice: &Invoice,
    amount: i64,
    ids: &[ObjectId],
    prefix: &str,
) -> Result<Vec<LineTax>, Halt> {
    let param = within(prefix, "tax_rates");
    check_rates(ids, &param)?;
    check_new_rates(desk, ids, &param)?;
    let exempt = invoice.issued_to.as_ref().map(|to| to.tax_exempt).unwrap_or_default();
    match taxes(amount, &rates(desk, ids)?, exempt) {
        Some(taxes) => Ok(taxes),
        None => too_much(&within(prefix, "amount")),
    }
}
