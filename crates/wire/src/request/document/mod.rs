//! Requests about documents, and about what they refer to.

mod account;
mod credit_note;
mod customer;
mod endpoint;
mod invoice;
mod item;
mod line;
mod list;
mod preview;
mod tax_rate;

use ledger::command::document::{MetadataChange, Set};
use ledger::id::{LedgerId, ObjectId};
use ledger::limits as max;
use ledger::model::document::{Address, CustomField, Shipping};
use ledger::model::{Metadata, ObjectKind};

pub use self::account::{NewConnected, account_change, account_list, api_version, new_connected};
pub use self::credit_note::{credit_note_change, new_credit_note, previewed_lines};
pub use self::customer::customer_change;
pub use self::endpoint::{endpoint_change, new_endpoint, redelivery, secret_roll};
pub use self::invoice::{
    InvoiceFilter, deleted_invoice, finalize, invoice_change, invoice_list, new_invoice, pay,
    reset_to_draft, teach_preview,
};
pub use self::item::{ItemFilter, item_change, item_list, new_invoice_item};
pub use self::line::{added_lines, line_change, removed_lines, updated_lines};
pub use self::list::{
    CreditNoteFilter, CustomerFilter, EventsAsked, TaxRateFilter, credit_note_list, customer_list,
    endpoint_list, event_id, event_list, line_id, line_list, tax_rate_list,
};
pub use self::preview::{InvoicePreview, PreviewItem, invoice_preview};
pub use self::tax_rate::{new_tax_rate, tax_rate_change};
use crate::error::Problem;
use crate::params::Fields;

/// Characters in a text of one line, such as a name.
const LINE_CHARS_MAX: usize = 500;
/// Characters in a text with lines, such as what stands at the foot of an invoice.
const PROSE_CHARS_MAX: usize = 5_000;
/// Pairs that an invoice prints as they are.
const CUSTOM_FIELDS_MAX: usize = 4;
/// Characters in the name of such a pair.
const CUSTOM_NAME_CHARS_MAX: usize = 40;
/// Characters in the value of such a pair.
const CUSTOM_VALUE_CHARS_MAX: usize = 140;
/// Tax rates on one line.
const TAX_RATES_MAX: usize = 10;

/// A text with lines that can be taken away.
fn prose(fields: &mut Fields<'_>, field: &str) -> Result<Set<String>, Problem> {
    fields.clearable(field, |fields| fields.long_text(field, PROSE_CHARS_MAX))
}

/// Free key-value pairs that change.
fn metadata_change(fields: &mut Fields<'_>, field: &str) -> Result<MetadataChange, Problem> {
    Ok(match fields.metadata(field)? {
        None => MetadataChange::default(),
        Some(None) => MetadataChange { clear: true, ..MetadataChange::default() },
        Some(Some(texts)) => {
            let entry =
                |(key, value): (String, String)| (key, Some(value).filter(|v| !v.is_empty()));
            MetadataChange { clear: false, entries: texts.into_iter().map(entry).collect() }
        }
    })
}

/// Free key-value pairs of something new.
fn new_metadata(fields: &mut Fields<'_>) -> Result<Metadata, Problem> {
    Ok(metadata_change(fields, "metadata")?.apply(&Metadata::new()))
}

fn address(fields: &mut Fields<'_>, field: &str) -> Result<Set<Address>, Problem> {
    const KNOWN: [&str; 6] = ["city", "country", "line1", "line2", "postal_code", "state"];
    fields.clearable(field, |fields| {
        let Some(mut inner) = fields.nested(field, &KNOWN)? else { return Ok(None) };
        let mut text =
            |name| Ok::<_, Problem>(inner.clearable_text(name, LINE_CHARS_MAX)?.flatten());
        Ok(Some(Address {
            city: text("city")?,
            line1: text("line1")?,
            line2: text("line2")?,
            postal_code: text("postal_code")?,
            state: text("state")?,
            country: inner.clearable("country", |inner| inner.country("country"))?.flatten(),
        }))
    })
}

fn shipping(fields: &mut Fields<'_>, field: &str) -> Result<Set<Shipping>, Problem> {
    fields.clearable(field, |fields| {
        let Some(mut inner) = fields.nested(field, &["address", "name", "phone"])? else {
            return Ok(None);
        };
        Ok(Some(Shipping {
            address: address(&mut inner, "address")?.flatten(),
            name: inner.clearable_text("name", LINE_CHARS_MAX)?.flatten(),
            phone: inner.clearable_text("phone", LINE_CHARS_MAX)?.flatten(),
        }))
    })
}

/// Pairs that are printed as they are; an empty value takes all of them away.
fn custom_fields(fields: &mut Fields<'_>) -> Result<Option<Vec<CustomField>>, Problem> {
    const FIELD: &str = "custom_fields";
    let pairs = fields.clearable(FIELD, |fields| {
        let Some(items) = fields.items(FIELD, &["name", "value"])? else { return Ok(None) };
        if items.len() > CUSTOM_FIELDS_MAX {
            return fields
                .refuse(FIELD, format_args!("has more than {CUSTOM_FIELDS_MAX} entries."));
        }
        let pair = |mut item: Fields<'_>| {
            Ok(CustomField {
                name: item.needed_text("name", CUSTOM_NAME_CHARS_MAX)?,
                value: item.needed_text("value", CUSTOM_VALUE_CHARS_MAX)?,
            })
        };
        items.into_iter().map(pair).collect::<Result<Vec<_>, Problem>>().map(Some)
    })?;
    Ok(pairs.map(Option::unwrap_or_default))
}

fn tax_rates(
    fields: &mut Fields<'_>,
    field: &str,
    ledger: LedgerId,
) -> Result<Option<Vec<ObjectId>>, Problem> {
    let rates = fields.objects(field, ObjectKind::TaxRate, ledger, TAX_RATES_MAX)?;
    if let Some(rates) = &rates {
        crate::params::each_once(rates, &fields.name(field))?;
    }
    Ok(rates)
}

/// Characters of an id that an error may repeat.
const ID_CHARS_MAX: usize = max::REFERENCE_CHARS_MAX;
