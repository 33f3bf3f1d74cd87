//! Requests about tax rates.

use ledger::command::document::{NewTaxRate, TaxRateChange};
use ledger::money::{Decimal, PERCENTAGE_PLACES};

use super::{LINE_CHARS_MAX, metadata_change, prose};
use crate::error::Problem;
use crate::params::{Fields, Params};

const KNOWN: [&str; 8] = [
    "active",
    "country",
    "description",
    "display_name",
    "jurisdiction",
    "metadata",
    "state",
    "tax_type",
];
const NAME_CHARS_MAX: usize = 50;

/// Reads a tax rate that is to be made.
///
/// # Errors
/// See [`Problem`].
pub fn new_tax_rate(params: Params<'_>) -> Result<NewTaxRate, Problem> {
    let mut fields = params.fields(&[&KNOWN[..], &["inclusive", "percentage"]].concat())?;
    let rest = change(&mut fields)?;
    if rest.display_name.is_none() {
        return Err(fields.missing("display_name"));
    }
    let inclusive = fields.flag("inclusive")?.ok_or_else(|| fields.missing("inclusive"))?;
    let percentage = fields.decimal("percentage", PERCENTAGE_PLACES)?;
    let percentage = percentage.ok_or_else(|| fields.missing("percentage"))?;
    if percentage < Decimal::ZERO || percentage > Decimal::ONE_HUNDRED {
        return fields.refuse("percentage", "must be from 0 to 100.");
    }
    Ok(NewTaxRate { percentage, inclusive, rest })
}

/// Reads what changes of a tax rate.
///
/// # Errors
/// See [`Problem`].
pub fn tax_rate_change(params: Params<'_>) -> Result<TaxRateChange, Problem> {
    change(&mut params.fields(&KNOWN)?)
}

fn change(fields: &mut Fields<'_>) -> Result<TaxRateChange, Problem> {
    Ok(TaxRateChange {
        active: fields.flag("active")?,
        country: fields.clearable("country", |fields| fields.country("country"))?,
        description: prose(fields, "description")?,
        display_name: fields.text("display_name", NAME_CHARS_MAX)?,
        jurisdiction: fields.clearable_text("jurisdiction", LINE_CHARS_MAX)?,
        metadata: metadata_change(fields, "metadata")?,
        state: fields.clearable_text("state", LINE_CHARS_MAX)?,
        tax_type: fields.clearable_text("tax_type", LINE_CHARS_MAX)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_one_needs_its_percentage() {
        let read = |form: &str| new_tax_rate(Params::from_form(form).unwrap());
        let rate = read("display_name=VAT&inclusive=false&percentage=7.25&country=de").unwrap();
        assert_eq!(rate.percentage.to_string(), "7.25");
        assert_eq!(rate.rest.country, Some(Some("DE".to_owned())));
        for (form, code, param) in [
            ("inclusive=true&percentage=1", "parameter_missing", "display_name"),
            ("display_name=V&percentage=1", "parameter_missing", "inclusive"),
            ("display_name=V&inclusive=true", "parameter_missing", "percentage"),
            ("display_name=V&inclusive=1&percentage=1", "parameter_invalid_boolean", "inclusive"),
            ("display_name=V&inclusive=true&percentage=-1", "parameter_invalid", "percentage"),
            ("display_name=V&inclusive=true&percentage=101", "parameter_invalid", "percentage"),
            ("display_name=V&inclusive=true&percentage=1.23456", "parameter_invalid", "percentage"),
        ] {
            let problem = read(form).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let change = tax_rate_change(Params::from_form("percentage=2").unwrap());
        assert_eq!(change.unwrap_err().code.text(), "parameter_unknown");
    }
}
