//! A customer as an object.

use ledger::model::document as body;
use ledger::model::{Metadata, ObjectKind};
use ledger::outcome::ObjectView;
use serde::Serialize;

use super::{Null, Surroundings, is_live};

#[derive(Serialize)]
pub(super) struct Customer<'a> {
    id: String,
    object: &'static str,
    address: Option<Address<'a>>,
    balance: i64,
    business_name: Option<&'a str>,
    created: i64,
    currency: Option<String>,
    customer_account: Null,
    default_source: Null,
    delinquent: bool,
    description: Option<&'a str>,
    discount: Null,
    email: Option<&'a str>,
    individual_name: Option<&'a str>,
    invoice_prefix: &'a str,
    invoice_settings: InvoiceSettings<'a>,
    livemode: bool,
    metadata: &'a Metadata,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_invoice_sequence: Option<u64>,
    phone: Option<&'a str>,
    preferred_locales: &'a [String],
    shipping: Option<Shipping<'a>>,
    tax_exempt: &'static str,
    test_clock: Null,
}

#[derive(Serialize)]
struct InvoiceSettings<'a> {
    custom_fields: Option<&'a [body::CustomField]>,
    default_payment_method: Null,
    footer: Option<&'a str>,
    rendering_options: Null,
}

#[derive(Serialize)]
pub(super) struct Shipping<'a> {
    address: Option<Address<'a>>,
    carrier: Null,
    name: Option<&'a str>,
    phone: Option<&'a str>,
    tracking_number: Null,
}

/// An address, with null for what it has not.
#[derive(Serialize)]
pub(super) struct Address<'a> {
    city: Option<&'a str>,
    country: Option<&'a str>,
    line1: Option<&'a str>,
    line2: Option<&'a str>,
    postal_code: Option<&'a str>,
    state: Option<&'a str>,
}

impl<'a> Address<'a> {
    pub(super) fn new(address: &'a body::Address) -> Address<'a> {
        Address {
            city: address.city.as_deref(),
            country: address.country.as_deref(),
            line1: address.line1.as_deref(),
            line2: address.line2.as_deref(),
            postal_code: address.postal_code.as_deref(),
            state: address.state.as_deref(),
        }
    }
}

impl<'a> Shipping<'a> {
    pub(super) fn new(shipping: &'a body::Shipping) -> Shipping<'a> {
        Shipping {
            address: shipping.address.as_ref().map(Address::new),
            carrier: Null,
            name: shipping.name.as_deref(),
            phone: shipping.phone.as_deref(),
            tracking_number: Null,
        }
    }
}

impl<'a> Customer<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        customer: &'a body::Customer,
        around: Surroundings<'a>,
    ) -> Customer<'a> {
        let row = &view.row;
        Customer {
            id: row.text(),
            object: ObjectKind::Customer.text(),
            address: customer.address.as_ref().map(Address::new),
            balance: customer.balance,
            business_name: customer.business_name.as_deref(),
            created: row.created.seconds(),
            currency: customer.currency.map(|currency| currency.text()),
            customer_account: Null,
            default_source: Null,
            delinquent: false,
            description: customer.description.as_deref(),
            discount: Null,
            email: customer.email.as_deref(),
            individual_name: customer.individual_name.as_deref(),
            invoice_prefix: &customer.invoice_prefix,
            invoice_settings: InvoiceSettings {
                custom_fields: shown_fields(&customer.custom_fields),
                default_payment_method: Null,
                footer: customer.footer.as_deref(),
                rendering_options: Null,
            },
            livemode: is_live(around.mode),
            metadata: &customer.metadata,
            name: customer.name.as_deref(),
            next_invoice_sequence: view.next_invoice_sequence,
            phone: customer.phone.as_deref(),
            preferred_locales: &customer.preferred_locales,
            shipping: customer.shipping.as_ref().map(Shipping::new),
            tax_exempt: customer.tax_exempt.text(),
            test_clock: Null,
        }
    }
}

/// Null where there are none.
pub(super) fn shown_fields(fields: &[body::CustomField]) -> Option<&[body::CustomField]> {
    Some(fields).filter(|fields| !fields.is_empty())
}
