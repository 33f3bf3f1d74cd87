//! Customers.

use super::desk::{Desk, ID, Opened};
use super::text::{check_short, set_fields, set_long, set_metadata, set_short};
use super::view::{customer_series, sequence_key};
use crate::command::document::{CustomerChange, Set};
use crate::decide::sequence::{Place, Scoped, free_prefix, move_on};
use crate::decide::{Halt, permit, record, refuse_param, today};
use crate::id::{CustomerId, ObjectId};
use crate::model::document::{Address, Customer, Shipping};
use crate::model::{CustomerRow, Kind, ObjectKind, PrefixOwner};
use crate::money::{AMOUNT_MAX, is_amount};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::role::Right;
use crate::trail::Change;

/// The largest ordinal that a customer's counter can be put to.
const SEQUENCE_MAX: u64 = 1_000_000_000;
const LOCALES_MAX: usize = 10;
const EMAIL_CHARS_MAX: usize = 512;

/// Makes a customer with a prefix of its own.
pub(super) fn create(desk: &mut Desk<'_>, change: &CustomerChange) -> Result<Outcome, Halt> {
    let id = desk.next();
    let mut customer = Customer::default();
    apply(&mut customer, change)?;
    name(desk, id, &mut customer, change.invoice_prefix.as_deref())?;
    if let Some(next) = change.next_invoice_sequence {
        move_sequence(desk, id, &customer, next)?;
    }
    let row = desk.add(id, customer);
    desk.told("customer.created", row)
}

/// Changes a customer.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    change: &CustomerChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut customer } = desk.open::<Customer>(id, ID)?;
    apply(&mut customer, change)?;
    if let Some(prefix) = change.invoice_prefix.as_deref()
        && prefix != customer.invoice_prefix
    {
        name(desk, id, &mut customer, Some(prefix))?;
    }
    if let Some(next) = change.next_invoice_sequence {
        move_sequence(desk, id, &customer, next)?;
    }
    desk.changed("customer.updated", &row, customer)
}

/// Deletes a customer; its prefix stays taken, its finalized documents stay as they are.
pub(super) fn delete(desk: &mut Desk<'_>, id: ObjectId) -> Result<Outcome, Halt> {
    let Opened { row, .. } = desk.open::<Customer>(id, ID)?;
    let row = desk.delete(&row);
    let view = desk.view(row)?;
    desk.tell("customer.deleted", &view)?;
    Ok(Outcome::Deleted(ObjectKind::Customer, id))
}

fn apply(customer: &mut Customer, change: &CustomerChange) -> Result<(), Halt> {
    set_short(&mut customer.name, &change.name, "name")?;
    set_email(&mut customer.email, &change.email)?;
    set_short(&mut customer.phone, &change.phone, "phone")?;
    set_long(&mut customer.description, &change.description, "description")?;
    set_short(&mut customer.business_name, &change.business_name, "business_name")?;
    set_short(&mut customer.individual_name, &change.individual_name, "individual_name")?;
    if let Some(address) = &change.address {
        address.iter().try_for_each(|address| check_address(address, "address"))?;
        customer.address.clone_from(address);
    }
    if let Some(shipping) = &change.shipping {
        shipping.iter().try_for_each(check_shipping)?;
        customer.shipping.clone_from(shipping);
    }
    set_metadata(&mut customer.metadata, &change.metadata)?;
    customer.tax_exempt = change.tax_exempt.unwrap_or(customer.tax_exempt);
    if let Some(locales) = &change.preferred_locales {
        let fits = |locale: &String| (2..=35).contains(&locale.len()) && locale.is_ascii();
        if locales.len() > LOCALES_MAX || !locales.iter().all(fits) {
            let message = format!(
                "Give at most {LOCALES_MAX} languages, each as a tag such as `de` or `en-GB`."
            );
            return refuse_param(Code::ParameterInvalid, "preferred_locales", message);
        }
        customer.preferred_locales.clone_from(locales);
    }
    if let Some(balance) = change.balance {
        if !is_amount(balance) {
            let message = format!("The balance is at most {AMOUNT_MAX} in either direction.");
            return refuse_param(Code::ParameterInvalid, "balance", message);
        }
        customer.balance = balance;
    }
    set_long(&mut customer.footer, &change.footer, "invoice_settings[footer]")?;
    let fields = change.custom_fields.as_ref();
    set_fields(&mut customer.custom_fields, fields, "invoice_settings[custom_fields]")
}

/// An address by e-mail has something on both sides of an `@`; more is for whoever sends.
pub(super) fn set_email(email: &mut Option<String>, change: &Set<String>) -> Result<(), Halt> {
    let Some(value) = change else { return Ok(()) };
    let value = value.as_deref().filter(|text| !text.is_empty());
    if let Some(text) = value {
        let is_one = text.rsplit_once('@').is_some_and(|(user, host)| {
            let free = |part: &str| !part.chars().any(|c| c.is_whitespace() || c.is_control());
            !user.is_empty() && !host.is_empty() && free(user) && free(host)
        });
        if !is_one || text.chars().count() > EMAIL_CHARS_MAX {
            let message = format!("Invalid email address: {text}. Give one such as a@example.com.");
            return refuse_param(Code::ParameterInvalid, "email", message);
        }
    }
    *email = value.map(str::to_owned);
    Ok(())
}

fn check_address(address: &Address, param: &str) -> Result<(), Halt> {
    let Address { city, country, line1, line2, postal_code, state } = address;
    let fields = [
        ("city", city),
        ("country", country),
        ("line1", line1),
        ("line2", line2),
        ("postal_code", postal_code),
        ("state", state),
    ];
    for (name, text) in fields {
        check_short(text.as_deref().unwrap_or_default(), &format!("{param}[{name}]"))?;
    }
    Ok(())
}

fn check_shipping(shipping: &Shipping) -> Result<(), Halt> {
    check_short(shipping.name.as_deref().unwrap_or_default(), "shipping[name]")?;
    check_short(shipping.phone.as_deref().unwrap_or_default(), "shipping[phone]")?;
    shipping.address.iter().try_for_each(|address| check_address(address, "shipping[address]"))
}

/// Gives a customer a prefix that nobody has or had: the wanted one, or one that is made up.
fn name(
    desk: &mut Desk<'_>,
    id: ObjectId,
    customer: &mut Customer,
    wanted: Option<&str>,
) -> Result<(), Halt> {
    let ledger = desk.ledger.id;
    let owner = desk.customer_id(id);
    let prefix = match wanted {
        Some(prefix) => {
            check_prefix(desk, &owner, prefix)?;
            prefix.to_owned()
        }
        None => free_prefix(desk.books, ledger, &owner),
    };
    let key = (ledger, prefix.clone());
    if desk.books.prefixes.peek(&key).is_none() {
        desk.books.prefixes.write(key, PrefixOwner::Customer(owner.clone()));
    }
    let row = CustomerRow { ledger, id: owner.clone(), prefix: prefix.clone() };
    desk.books.customers.write((ledger, owner.clone()), row);
    let before = std::mem::replace(&mut customer.invoice_prefix, prefix.clone());
    let former = Some(before).filter(|before| !before.is_empty());
    let change = Change::CustomerNamed { customer: owner, prefix, former };
    record(desk.books, desk.command, &mut desk.ledger, &change);
    Ok(())
}

fn check_prefix(desk: &Desk<'_>, owner: &CustomerId, prefix: &str) -> Result<(), Halt> {
    if !numbering::is_customer_prefix(prefix) {
        let message = format!("{prefix:?} is no invoice prefix: give 1 to 12 of A–Z and 0–9.");
        return refuse_param(Code::ParameterInvalid, "invoice_prefix", message);
    }
    let key = (desk.ledger.id, prefix.to_owned());
    let whose = match desk.books.prefixes.read(&key)? {
        None => return Ok(()),
        // A customer may go back to a prefix that it had.
        Some(PrefixOwner::Customer(customer)) if customer == owner => return Ok(()),
        Some(PrefixOwner::Customer(customer)) => format!("customer {}", customer.0),
        Some(PrefixOwner::Series(_)) => "a series of the account".to_owned(),
    };
    let message = format!("{prefix} is, or was, the prefix of {whose}. Choose another one.");
    refuse_param(Code::PrefixTaken, "invoice_prefix", message)
}

/// Puts a customer's counter to its next ordinal, where customers have counters of their own.
fn move_sequence(
    desk: &mut Desk<'_>,
    id: ObjectId,
    customer: &Customer,
    next: u64,
) -> Result<(), Halt> {
    const PARAM: &str = "next_invoice_sequence";
    let Some(series) = customer_series(desk.books, &desk.ledger)? else { return Ok(()) };
    if !(1..=SEQUENCE_MAX).contains(&next) {
        let message = format!("The next invoice sequence is between 1 and {SEQUENCE_MAX}.");
        return refuse_param(Code::ParameterInvalid, PARAM, message);
    }
    let key = sequence_key(&desk.ledger, &series, desk.now(), id)?;
    let now = match desk.books.sequences.read(&key)? {
        Some(sequence) => sequence.next(),
        None => series.first_ordinal(&series.period(key.period_from)),
    };
    if next == now {
        return Ok(());
    }
    if next < now && desk.books.sequences.peek(&key).is_some() {
        let message = format!(
            "The next invoice sequence is {now} already, and it only moves forward. Give {now} or \
             more."
        );
        return refuse_param(Code::AdvanceBackward, PARAM, message);
    }
    permit(desk.role, Right::Administer, "move a customer's sequence")?;
    let scope = Scoped {
        key: key.scope,
        customer_text: customer.invoice_prefix.clone(),
        parent_text: String::new(),
    };
    let date = today(&desk.ledger, desk.command)?;
    let place = Place { series, date, scope, kind: Kind::invoice() };
    let why = format!("{PARAM} was set to {next}");
    move_on(desk.books, desk.command, &mut desk.ledger, &place, next, &why)
}
