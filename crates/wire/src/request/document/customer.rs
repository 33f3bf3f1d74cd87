//! Requests about customers.

use ledger::command::document::CustomerChange;
use ledger::model::document::TaxExempt;
use numbering::limits::ORDINAL_MAX;

use super::{LINE_CHARS_MAX, address, custom_fields, metadata_change, prose, shipping};
use crate::error::Problem;
use crate::params::{Fields, Params};

const PREFIX_CHARS_READ: usize = 100;
const LOCALES_MAX: usize = 20;
const LOCALE_CHARS_MAX: usize = 35;
/// What a customer may owe or be owed, in minor units.
const BALANCE_MAX: i64 = ledger::money::AMOUNT_MAX;

/// Reads a customer, or what changes of one.
///
/// # Errors
/// See [`Problem`].
pub fn customer_change(params: Params<'_>) -> Result<CustomerChange, Problem> {
    const KNOWN: [&str; 15] = [
        "address",
        "balance",
        "business_name",
        "description",
        "email",
        "individual_name",
        "invoice_prefix",
        "invoice_settings",
        "metadata",
        "name",
        "next_invoice_sequence",
        "phone",
        "preferred_locales",
        "shipping",
        "tax_exempt",
    ];
    let mut fields = params.fields(&KNOWN)?;
    let mut change = CustomerChange {
        address: address(&mut fields, "address")?,
        balance: fields.signed("balance", -BALANCE_MAX..=BALANCE_MAX)?,
        business_name: fields.clearable_text("business_name", LINE_CHARS_MAX)?,
        description: prose(&mut fields, "description")?,
        email: fields.clearable("email", |fields| fields.email("email"))?,
        individual_name: fields.clearable_text("individual_name", LINE_CHARS_MAX)?,
        invoice_prefix: fields.text("invoice_prefix", PREFIX_CHARS_READ)?,
        ..CustomerChange::default()
    };
    invoice_settings(&mut fields, &mut change)?;
    change.metadata = metadata_change(&mut fields, "metadata")?;
    change.name = fields.clearable_text("name", LINE_CHARS_MAX)?;
    change.next_invoice_sequence = fields.integer("next_invoice_sequence", 1..=ORDINAL_MAX)?;
    change.phone = fields.clearable_text("phone", LINE_CHARS_MAX)?;
    change.preferred_locales =
        fields.text_list("preferred_locales", LOCALES_MAX, LOCALE_CHARS_MAX)?;
    change.shipping = shipping(&mut fields, "shipping")?;
    change.tax_exempt = fields
        .clearable_word("tax_exempt", TaxExempt::parse, "none, exempt or reverse")?
        .map(Option::unwrap_or_default);
    Ok(change)
}

fn invoice_settings(fields: &mut Fields<'_>, change: &mut CustomerChange) -> Result<(), Problem> {
    let Some(mut inner) = fields.nested("invoice_settings", &["custom_fields", "footer"])? else {
        return Ok(());
    };
    change.custom_fields = custom_fields(&mut inner)?;
    change.footer = prose(&mut inner, "footer")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &str) -> Result<CustomerChange, Problem> {
        customer_change(Params::from_form(form)?)
    }

    #[test]
    fn a_customer_with_everything() {
        let change = read(
            "name=Ada&email=ada@example.com&address[line1]=1+Main+St&address[country]=de\
             &shipping[address][city]=Bonn&shipping[name]=Ada&metadata[a]=b&metadata[gone]=\
             &invoice_settings[custom_fields][0][name]=PO\
             &invoice_settings[custom_fields][0][value]=7&invoice_settings[footer]=\
             &next_invoice_sequence=5&preferred_locales[]=de\
             &tax_exempt=reverse&balance=-100&phone=",
        )
        .unwrap();
        assert_eq!(change.name, Some(Some("Ada".to_owned())));
        assert_eq!(change.phone, Some(None));
        let address = change.address.flatten().unwrap();
        assert_eq!((address.country.as_deref(), address.city), (Some("DE"), None));
        assert_eq!(change.shipping.flatten().unwrap().address.unwrap().city.unwrap(), "Bonn");
        assert_eq!(change.custom_fields.unwrap()[0].value, "7");
        assert_eq!(change.footer, Some(None));
        assert_eq!(change.metadata.entries["gone"], None);
        assert_eq!((change.next_invoice_sequence, change.balance), (Some(5), Some(-100)));
        assert_eq!(read("").unwrap(), CustomerChange::default());
        assert!(read("metadata=").unwrap().metadata.clear);
    }

    #[test]
    fn what_is_wrong_is_named_in_full() {
        for (form, code, param) in [
            ("nme=x", "parameter_unknown", "nme"),
            ("address[street]=x", "parameter_unknown", "address[street]"),
            ("address=x", "parameter_invalid_object", "address"),
            ("address[country]=deu", "parameter_invalid", "address[country]"),
            ("shipping[address][city][x]=1", "parameter_invalid_string", "shipping[address][city]"),
            ("email=x", "parameter_invalid", "email"),
            ("next_invoice_sequence=0", "parameter_invalid_integer", "next_invoice_sequence"),
            ("balance=1.5", "parameter_invalid_integer", "balance"),
            ("tax_exempt=maybe", "parameter_invalid", "tax_exempt"),
            (
                "invoice_settings[custom_fields][0][value]=7",
                "parameter_missing",
                "invoice_settings[custom_fields][0][name]",
            ),
            ("metadata[a][b]=c", "parameter_invalid_string", "metadata[a]"),
            ("name=a&name=b", "parameter_duplicate", "name"),
        ] {
            let problem = read(form).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
    }
}
