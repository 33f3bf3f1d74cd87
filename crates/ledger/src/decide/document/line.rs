//! What lines cost, the taxes on them, and what they add up to.

use super::desk::{Desk, Opened, missing};
use super::text::{set_long, set_metadata};
use crate::command::document::LineChange;
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::model::ObjectKind;
use crate::model::document::{Customer, Invoice, Line, LineTax, Span, TaxExempt, TaxRate, Totals};
use crate::money::{
    AMOUNT_MAX, Decimal, QUANTITY_PLACES, UNIT_AMOUNT_PLACES, is_amount, product, rounded, share,
    without,
};
use crate::refusal::Code;

/// Tax rates of one line, at most.
const TAX_RATES_MAX: usize = 5;

/// A new line, of no cost yet, for the present moment.
pub(super) fn blank(desk: &Desk<'_>, id: ObjectId) -> Line {
    Line {
        id,
        quantity: Decimal::ONE,
        period: Span { start: desk.now(), end: desk.now() },
        discountable: true,
        ..Line::default()
    }
}

/// Changes a line. `prefix` stands before the names of parameters: nothing, or `lines[0]`.
pub(super) fn apply(line: &mut Line, change: &LineChange, prefix: &str) -> Result<(), Halt> {
    cost(line, change, prefix)?;
    set_long(&mut line.description, &change.description, &within(prefix, "description"))?;
    if let Some(period) = change.period {
        if period.end < period.start {
            let message = "A period does not end before it begins. Exchange its ends.";
            return refuse_param(Code::ParameterInvalid, &within(prefix, "period"), message);
        }
        line.period = period;
    }
    if let Some(rates) = &change.tax_rates {
        check_rates(rates, &within(prefix, "tax_rates"))?;
        line.tax_rates.clone_from(rates);
    }
    line.discountable = change.discountable.unwrap_or(line.discountable);
    set_metadata(&mut line.metadata, &change.metadata)
}

/// The name of a parameter inside another.
pub(super) fn within(prefix: &str, name: &str) -> String {
    match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}[{name}]"),
    }
}

/// Refuses a new line that does not say what it costs.
pub(super) fn check_cost_said(change: &LineChange, prefix: &str) -> Result<(), Halt> {
    if change.amount.is_some() || change.unit_amount.is_some() {
        return Ok(());
    }
    let message = "Say what it costs, in `amount`, or with a unit amount.";
    refuse_param(Code::ParameterMissing, &within(prefix, "amount"), message)
}

fn cost(line: &mut Line, change: &LineChange, prefix: &str) -> Result<(), Halt> {
    if let Some(amount) = change.amount {
        let one = change.quantity.is_none_or(|quantity| quantity == Decimal::ONE);
        if change.unit_amount.is_some() || !one {
            let message = "An amount is of the whole line. Leave out the amount, or the quantity \
                           and the unit amount.";
            return refuse_param(Code::ParameterInvalid, &within(prefix, "amount"), message);
        }
        if !is_amount(amount) {
            return too_much(&within(prefix, "amount"));
        }
        (line.amount, line.quantity) = (amount, Decimal::ONE);
        line.unit_amount = Decimal::from(amount);
        return Ok(());
    }
    if change.quantity.is_none() && change.unit_amount.is_none() {
        return Ok(());
    }
    if let Some(quantity) = change.quantity {
        line.quantity = checked_quantity(quantity, &within(prefix, "quantity"))?;
    }
    if let Some(unit_amount) = change.unit_amount {
        let param = within(prefix, "unit_amount_decimal");
        line.unit_amount = checked_unit_amount(unit_amount, &param)?;
    }
    match product(line.unit_amount, line.quantity) {
        Some(amount) => line.amount = amount,
        None => return too_much(&within(prefix, "quantity")),
    }
    Ok(())
}

pub(super) fn checked_quantity(quantity: Decimal, param: &str) -> Result<Decimal, Halt> {
    let quantity = quantity.normalize();
    if quantity < Decimal::ZERO || quantity.scale() > QUANTITY_PLACES {
        let message =
            format!("A quantity is not negative and has at most {QUANTITY_PLACES} decimal places.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    Ok(quantity)
}

pub(super) fn checked_unit_amount(unit: Decimal, param: &str) -> Result<Decimal, Halt> {
    let unit = unit.normalize();
    if unit.scale() > UNIT_AMOUNT_PLACES || rounded(unit).is_none() {
        let message = format!(
            "A unit amount has at most {UNIT_AMOUNT_PLACES} decimal places, and is at most \
             {AMOUNT_MAX} in either direction."
        );
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    Ok(unit)
}

pub(super) fn too_much<T>(param: &str) -> Result<T, Halt> {
    let message = format!("Amounts are at most {AMOUNT_MAX} in either direction. Make it smaller.");
    refuse_param(Code::ParameterInvalid, param, message)
}

pub(super) fn check_rates(rates: &[ObjectId], param: &str) -> Result<(), Halt> {
    let twice = rates.iter().enumerate().any(|(place, rate)| rates[..place].contains(rate));
    if rates.len() > TAX_RATES_MAX || twice {
        let message = format!("Give at most {TAX_RATES_MAX} tax rates, each once.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    Ok(())
}

/// Refuses tax rates that are not there, or that new lines may not use any more.
pub(super) fn check_new_rates(
    desk: &Desk<'_>,
    rates: &[ObjectId],
    param: &str,
) -> Result<(), Halt> {
    desk.ask(rates.iter().copied());
    for (place, id) in rates.iter().enumerate() {
        let rate: Opened<TaxRate> = desk.open(*id, &format!("{param}[{place}]"))?;
        if !rate.body.active {
            let message = format!(
                "The tax rate {} is not active. Use another one, or activate it.",
                rate.body.display_name
            );
            return refuse_param(Code::ParameterInvalid, &format!("{param}[{place}]"), message);
        }
    }
    Ok(())
}

/// The taxes on an amount at some rates.
///
/// What inclusive taxes leave is what every tax is a percentage of. Each inclusive tax is rounded
/// by itself, and together they are what the amount has over that base; each exclusive tax is
/// rounded by itself.
pub(super) fn taxes(
    amount: i64,
    rates: &[(ObjectId, TaxRate)],
    exempt: TaxExempt,
) -> Option<Vec<LineTax>> {
    let percent = |rate: &TaxRate| match exempt {
        TaxExempt::None => rate.percentage,
        TaxExempt::Exempt | TaxExempt::Reverse => Decimal::ZERO,
    };
    let inclusive: Decimal =
        rates.iter().filter(|(_, rate)| rate.inclusive).map(|(_, rate)| percent(rate)).sum();
    let exact = without(amount, inclusive)?;
    let mut taxable = amount;
    let mut found = Vec::with_capacity(rates.len());
    for (id, rate) in rates {
        let tax = if rate.inclusive {
            rounded(exact.checked_mul(percent(rate))?.checked_div(Decimal::ONE_HUNDRED)?)?
        } else {
            0
        };
        taxable -= tax;
        found.push(LineTax {
            rate: *id,
            percentage: rate.percentage,
            inclusive: rate.inclusive,
            amount: tax,
            taxable: 0,
        });
    }
    for (tax, (_, rate)) in found.iter_mut().zip(rates) {
        tax.taxable = taxable;
        if !rate.inclusive {
            tax.amount = share(taxable, percent(rate))?;
        }
    }
    Some(found)
}

/// What amounts with their taxes add up to; `None` when that is too much.
pub(super) fn totals<'a>(lines: impl Iterator<Item = (i64, &'a [LineTax])>) -> Option<Totals> {
    let mut totals = Totals::default();
    for (amount, taxes) in lines {
        let of = |inclusive: bool| -> i64 {
            taxes.iter().filter(|tax| tax.inclusive == inclusive).map(|tax| tax.amount).sum()
        };
        let (within, beside) = (of(true), of(false));
        totals.subtotal += amount;
        totals.subtotal_excluding_tax += amount - within;
        totals.total += amount + beside;
        totals.total_excluding_tax += amount - within;
        for tax in taxes {
            match totals.taxes.iter_mut().find(|known| known.rate == tax.rate) {
                Some(known) => {
                    known.amount += tax.amount;
                    known.taxable += tax.taxable;
                }
                None => totals.taxes.push(*tax),
            }
        }
    }
    let sums = [totals.subtotal, totals.total, totals.total_excluding_tax];
    sums.into_iter().all(is_amount).then_some(totals)
}

/// Reckons a draft anew: the taxes of its lines, its totals, what is to be paid.
pub(super) fn reckon(desk: &Desk<'_>, invoice: &mut Invoice, param: &str) -> Result<(), Halt> {
    let Invoice { lines, default_tax_rates, .. } = &*invoice;
    let has_taxes =
        !default_tax_rates.is_empty() || lines.iter().any(|line| !line.tax_rates.is_empty());
    if has_taxes {
        let all = lines.iter().flat_map(|line| &line.tax_rates).chain(default_tax_rates);
        desk.ask(all.copied());
        let exempt = exemption(desk, invoice)?;
        let defaults = rates(desk, &invoice.default_tax_rates)?;
        for line in &mut invoice.lines {
            let own;
            let rates = match line.tax_rates.is_empty() {
                true => &defaults,
                false => {
                    own = rates(desk, &line.tax_rates)?;
                    &own
                }
            };
            match taxes(line.amount, rates, exempt) {
                Some(found) => line.taxes = found,
                None => return too_much(param),
            }
        }
    } else {
        invoice.lines.iter_mut().for_each(|line| line.taxes.clear());
    }
    let lines = invoice.lines.iter().map(|line| (line.amount, line.taxes.as_slice()));
    let Some(totals) = totals(lines) else { return too_much(param) };
    invoice.amount_due = totals.total.max(0);
    invoice.amount_remaining = invoice.amount_due;
    invoice.totals = totals;
    Ok(())
}

/// Whether the customer of an invoice pays taxes. A deleted customer's draft can still be shown.
fn exemption(desk: &Desk<'_>, invoice: &Invoice) -> Result<TaxExempt, Halt> {
    let row = desk.books.objects.read(&(desk.ledger.id, invoice.customer))?;
    let body = row.and_then(|row| <Customer as super::desk::Body>::of(&row.body));
    Ok(body.map(|customer| customer.tax_exempt).unwrap_or_default())
}

/// Tax rates as they are; one that is not active any more still counts where it stands.
pub(super) fn rates(desk: &Desk<'_>, ids: &[ObjectId]) -> Result<Vec<(ObjectId, TaxRate)>, Halt> {
    let read = |id: &ObjectId| {
        let row = desk.books.objects.read(&(desk.ledger.id, *id))?;
        match row.and_then(|row| <TaxRate as super::desk::Body>::of(&row.body)) {
            Some(rate) => Ok((*id, rate.clone())),
            None => missing(ObjectKind::TaxRate, *id, desk.ledger.id, "tax_rates"),
        }
    };
    ids.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(percentage: &str, inclusive: bool) -> TaxRate {
        let percentage = percentage.parse().expect("a decimal");
        TaxRate { percentage, inclusive, ..TaxRate::default() }
    }

    fn reckoned(amount: i64, rates: &[(&str, bool)]) -> (Vec<(i64, i64)>, [i64; 4]) {
        let rates: Vec<_> = rates
            .iter()
            .zip(1..)
            .map(|((percentage, inclusive), id)| (ObjectId(id), rate(percentage, *inclusive)))
            .collect();
        let taxes = taxes(amount, &rates, TaxExempt::None).expect("it fits");
        let totals = totals([(amount, taxes.as_slice())].into_iter()).expect("it fits");
        let pairs = taxes.iter().map(|tax| (tax.amount, tax.taxable)).collect();
        let Totals { subtotal, subtotal_excluding_tax, total, total_excluding_tax, .. } = totals;
        (pairs, [subtotal, subtotal_excluding_tax, total, total_excluding_tax])
    }

    #[test]
    fn taxes_within_and_beside() {
        assert_eq!(reckoned(1000, &[]), (vec![], [1000, 1000, 1000, 1000]));
        let beside = reckoned(1000, &[("19", false)]);
        assert_eq!(beside, (vec![(190, 1000)], [1000, 1000, 1190, 1000]));
        let within = reckoned(1190, &[("19", true)]);
        assert_eq!(within, (vec![(190, 1000)], [1190, 1000, 1190, 1000]));
        let both = reckoned(1100, &[("10", true), ("5", false)]);
        assert_eq!(both, (vec![(100, 1000), (50, 1000)], [1100, 1000, 1150, 1000]));
        let half = reckoned(10, &[("5", false)]);
        assert_eq!(half, (vec![(1, 10)], [10, 10, 11, 10]), "half away from zero");
        let negative = reckoned(-10, &[("5", false)]);
        assert_eq!(negative, (vec![(-1, -10)], [-10, -10, -11, -10]));
    }

    #[test]
    fn who_is_exempt_pays_none() {
        let rates = [(ObjectId(1), rate("19", true)), (ObjectId(2), rate("7", false))];
        for exempt in [TaxExempt::Exempt, TaxExempt::Reverse] {
            let taxes = taxes(1190, &rates, exempt).expect("it fits");
            assert!(taxes.iter().all(|tax| (tax.amount, tax.taxable) == (0, 1190)), "{taxes:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_within_and_what_is_left_make_the_amount(
            amount in -AMOUNT_MAX..AMOUNT_MAX,
            percentages in proptest::collection::vec((0i64..1_000_000, proptest::bool::ANY), 0..5),
        ) {
            let rates: Vec<_> = percentages
                .iter()
                .zip(1..)
                .map(|((percentage, inclusive), id)| {
                    let percentage = Decimal::new(*percentage, 4);
                    let inclusive = *inclusive;
                    (ObjectId(id), TaxRate { percentage, inclusive, ..TaxRate::default() })
                })
                .collect();
            if let Some(taxes) = taxes(amount, &rates, TaxExempt::None) {
                let within: i64 =
                    taxes.iter().filter(|tax| tax.inclusive).map(|tax| tax.amount).sum();
                for tax in &taxes {
                    proptest::prop_assert_eq!(tax.taxable + within, amount);
                }
            }
        }
    }
}
