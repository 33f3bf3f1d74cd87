//! Requests about invoice items.

use ledger::command::document::{LineChange, NewItem};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;

use super::line::{LINE, Priced, priced};
use crate::error::{Problem, RimCode};
use crate::params::{Fields, Instants, Params};
use crate::request::list::{PAGING, Paging, object_paging};

/// Where an item says what one costs, beside `price_data`.
const UNIT: &str = "unit_amount_decimal";

/// Which invoice items a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFilter {
    /// Of a customer.
    pub customer: Option<ObjectId>,
    /// On an invoice.
    pub invoice: Option<ObjectId>,
    /// Waiting, or not.
    pub pending: Option<bool>,
    /// Made between.
    pub created: Instants,
    /// The page.
    pub paging: Paging<ObjectId>,
}

/// Reads an invoice item that is to be made.
///
/// # Errors
/// See [`Problem`].
pub fn new_invoice_item(params: Params<'_>, ledger: LedgerId) -> Result<NewItem, Problem> {
    let known = [&LINE[..], &["currency", "customer", "invoice", UNIT]].concat();
    read_item(&mut params.fields(&known)?, ledger)
}

/// Reads what changes of an invoice item.
///
/// # Errors
/// See [`Problem`].
pub fn item_change(params: Params<'_>, ledger: LedgerId) -> Result<LineChange, Problem> {
    let known = [&LINE[..], &[UNIT]].concat();
    Ok(priced(&mut params.fields(&known)?, ledger, Some(UNIT))?.line)
}

/// Reads which invoice items a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn item_list(params: Params<'_>, ledger: LedgerId) -> Result<ItemFilter, Problem> {
    const FILTERS: [&str; 4] = ["created", "customer", "invoice", "pending"];
    let mut fields = params.fields(&[&FILTERS[..], &PAGING[..]].concat())?;
    Ok(ItemFilter {
        created: fields.instants("created")?,
        customer: fields.object("customer", ObjectKind::Customer, ledger)?,
        invoice: fields.object("invoice", ObjectKind::Invoice, ledger)?,
        pending: fields.flag("pending")?,
        paging: object_paging(&mut fields, ObjectKind::InvoiceItem, ledger)?,
    })
}

fn read_item(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<NewItem, Problem> {
    let Priced { line, currency: of_price } = priced(fields, ledger, Some(UNIT))?;
    let currency = fields.currency("currency")?;
    if let (Some(currency), Some(of_price)) = (currency, of_price)
        && currency != of_price
    {
        let message = "`currency` is another than `price_data[currency]`. Send one of them.";
        return Err(Problem::of(RimCode::ParametersExclusive, &fields.name("currency"), message));
    }
    let customer = fields.object("customer", ObjectKind::Customer, ledger)?;
    let customer = customer.ok_or_else(|| fields.missing("customer"))?;
    let invoice = fields.object("invoice", ObjectKind::Invoice, ledger)?;
    if line.amount.is_none() && line.unit_amount.is_none() {
        return Err(fields.missing("amount"));
    }
    Ok(NewItem { customer, currency: currency.or(of_price), invoice, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEDGER: LedgerId = LedgerId(3);

    #[test]
    fn an_item_needs_a_customer_and_what_it_costs() {
        let customer = ObjectId(7).text(ObjectKind::Customer, LEDGER);
        let read = |rest: &str| {
            let form = format!("customer={customer}&{rest}");
            new_invoice_item(Params::from_form(&form).unwrap(), LEDGER)
        };
        let item = read("amount=500&currency=eur").unwrap();
        assert_eq!((item.customer, item.line.amount), (ObjectId(7), Some(500)));
        let item = read("quantity=3&unit_amount_decimal=12.5&currency=eur").unwrap();
        assert_eq!(item.line.unit_amount.unwrap().to_string(), "12.5");
        let item = read("price_data[currency]=jpy&price_data[unit_amount]=5").unwrap();
        assert_eq!(item.currency.unwrap().text(), "jpy");
        for (rest, code, param) in [
            ("currency=eur", "parameter_missing", "amount"),
            ("amount=1&unit_amount_decimal=1", "parameters_exclusive", "unit_amount_decimal"),
            ("amount=1&currency=gold", "parameter_invalid", "currency"),
            (
                "currency=eur&price_data[currency]=usd&price_data[unit_amount]=1",
                "parameters_exclusive",
                "currency",
            ),
            ("amount=1&invoice=in_1", "resource_missing", "invoice"),
        ] {
            let problem = read(rest).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let nobody = new_invoice_item(Params::from_form("amount=1").unwrap(), LEDGER);
        assert_eq!(nobody.unwrap_err().param.as_deref(), Some("customer"));
    }
}
