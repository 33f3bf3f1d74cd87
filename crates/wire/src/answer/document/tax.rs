//! Tax rates as objects, and taxes on lines and documents.

use ledger::id::LedgerId;
use ledger::model::document as body;
use ledger::model::document::LineTax;
use ledger::model::{Metadata, Mode, Object, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use serde::{Serialize, Serializer};

use super::{Null, ObjectId, is_live};

#[derive(Serialize)]
pub(super) struct TaxRate<'a> {
    id: String,
    object: &'static str,
    active: bool,
    country: Option<&'a str>,
    created: i64,
    description: Option<&'a str>,
    display_name: &'a str,
    effective_percentage: Null,
    flat_amount: Null,
    inclusive: bool,
    jurisdiction: Option<&'a str>,
    jurisdiction_level: Null,
    livemode: bool,
    metadata: &'a Metadata,
    percentage: Percentage,
    rate_type: &'static str,
    state: Option<&'a str>,
    tax_type: Option<&'a str>,
}

/// A percentage as a JSON number. Nothing is reckoned with it: what it says is exact to the places
/// that a tax rate may have.
struct Percentage(ledger::money::Decimal);

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown: f64 = super::plain(self.0).parse().unwrap_or_default();
        serializer.serialize_f64(shown)
    }
}

impl<'a> TaxRate<'a> {
    pub(super) fn new(row: &'a ObjectRow, rate: &'a body::TaxRate, mode: Mode) -> TaxRate<'a> {
        TaxRate {
            id: row.text(),
            object: ObjectKind::TaxRate.text(),
            active: rate.active,
            country: rate.country.as_deref(),
            created: row.created.seconds(),
            description: rate.description.as_deref(),
            display_name: &rate.display_name,
            effective_percentage: Null,
            flat_amount: Null,
            inclusive: rate.inclusive,
            jurisdiction: rate.jurisdiction.as_deref(),
            jurisdiction_level: Null,
            livemode: is_live(mode),
            metadata: &rate.metadata,
            percentage: Percentage(rate.percentage),
            rate_type: "percentage",
            state: rate.state.as_deref(),
            tax_type: rate.tax_type.as_deref(),
        }
    }
}

/// The tax rates with these ids, as far as they came with the object that names them.
pub(super) fn rates<'a>(view: &'a ObjectView, ids: &[ObjectId], mode: Mode) -> Vec<TaxRate<'a>> {
    let rate = |id: &ObjectId| {
        let row = view.tax_rates.iter().find(|row| row.id == *id)?;
        let Object::TaxRate(body) = &row.body else { return None };
        Some(TaxRate::new(row, body, mode))
    };
    ids.iter().filter_map(rate).collect()
}

#[derive(Serialize)]
pub(super) struct Tax {
    amount: i64,
    tax_behavior: &'static str,
    tax_rate_details: TaxRateDetails,
    taxability_reason: &'static str,
    taxable_amount: i64,
    r#type: &'static str,
}

#[derive(Serialize)]
struct TaxRateDetails {
    tax_rate: String,
}

pub(super) fn taxes(taxes: &[LineTax], ledger: LedgerId) -> Vec<Tax> {
    let tax = |tax: &LineTax| Tax {
        amount: tax.amount,
        tax_behavior: if tax.inclusive { "inclusive" } else { "exclusive" },
        tax_rate_details: TaxRateDetails { tax_rate: tax.rate.text(ObjectKind::TaxRate, ledger) },
        taxability_reason: if tax.percentage.is_zero() { "zero_rated" } else { "standard_rated" },
        taxable_amount: tax.taxable,
        r#type: "tax_rate_details",
    };
    taxes.iter().map(tax).collect()
}
