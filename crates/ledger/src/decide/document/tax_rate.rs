//! Tax rates.

use super::desk::{Desk, ID, Opened};
use super::text::{set_long, set_metadata, set_short};
use crate::command::document::{NewTaxRate, Set, TaxRateChange};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::model::document::TaxRate;
use crate::money::{Decimal, PERCENTAGE_PLACES};
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Makes a tax rate.
pub(super) fn create(desk: &mut Desk<'_>, new: &NewTaxRate) -> Result<Outcome, Halt> {
    let percentage = new.percentage.normalize();
    let within = percentage >= Decimal::ZERO && percentage <= Decimal::ONE_HUNDRED;
    if !within || percentage.scale() > PERCENTAGE_PLACES {
        let message = format!(
            "A percentage is between 0 and 100, with at most {PERCENTAGE_PLACES} decimal places."
        );
        return refuse_param(Code::ParameterInvalid, "percentage", message);
    }
    let mut rate =
        TaxRate { percentage, inclusive: new.inclusive, active: true, ..TaxRate::default() };
    apply(&mut rate, &new.rest)?;
    if rate.display_name.is_empty() {
        let message = "A tax rate has a name that documents print. Give it in `display_name`.";
        return refuse_param(Code::ParameterMissing, "display_name", message);
    }
    let id = desk.next();
    let row = desk.add(id, rate);
    desk.told("tax_rate.created", row)
}

/// Changes a tax rate in words; documents that were reckoned with it stay as they are.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    change: &TaxRateChange,
) -> Result<Outcome, Halt> {
    let Opened { row, body: mut rate } = desk.open::<TaxRate>(id, ID)?;
    apply(&mut rate, change)?;
    desk.changed("tax_rate.updated", &row, rate)
}

fn apply(rate: &mut TaxRate, change: &TaxRateChange) -> Result<(), Halt> {
    if let Some(name) = &change.display_name {
        let mut named = None;
        set_short(&mut named, &Some(Some(name.trim().to_owned())), "display_name")?;
        let Some(name) = named.filter(|name| name.chars().count() <= 50) else {
            let message = "A tax rate's name has 1 to 50 characters.";
            return refuse_param(Code::ParameterInvalid, "display_name", message);
        };
        rate.display_name = name;
    }
    set_long(&mut rate.description, &change.description, "description")?;
    rate.active = change.active.unwrap_or(rate.active);
    set_country(&mut rate.country, &change.country)?;
    set_short(&mut rate.state, &change.state, "state")?;
    set_short(&mut rate.jurisdiction, &change.jurisdiction, "jurisdiction")?;
    set_short(&mut rate.tax_type, &change.tax_type, "tax_type")?;
    set_metadata(&mut rate.metadata, &change.metadata)
}

fn set_country(country: &mut Option<String>, change: &Set<String>) -> Result<(), Halt> {
    if let Some(Some(code)) = change
        && !(code.is_empty() || code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic()))
    {
        let message = "A country is its code of two letters, such as DE.";
        return refuse_param(Code::ParameterInvalid, "country", message);
    }
    set_short(country, change, "country")
}
