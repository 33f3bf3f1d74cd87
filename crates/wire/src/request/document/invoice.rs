//! Requests about invoices.

use ledger::command::document::{InvoiceChange, NewInvoice, TeachingAsked, Waiting};
use ledger::id::{LedgerId, ObjectId};
use ledger::limits as max;
use ledger::model::document::{CollectionMethod, InvoiceStatus};
use ledger::model::{At, ObjectKind};

use super::{ID_CHARS_MAX, custom_fields, metadata_change, prose, tax_rates};
use crate::error::Problem;
use crate::params::{Fields, Instants, Params};
use crate::request::list::{PAGING, Paging, object_paging};
use crate::request::series_ref;
use crate::version::Behaviour;

const COLLECTION_WORDS: &str = "charge_automatically or send_invoice";
const STATUS_WORDS: &str = "draft, open, paid, void or uncollectible";
const DESCRIPTOR_CHARS_MAX: usize = 22;
const DAYS_MAX: u64 = 36_525;

/// Which invoices a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// Of a customer.
    pub customer: Option<ObjectId>,
    /// In a status.
    pub status: Option<InvoiceStatus>,
    /// Paid in a way.
    pub collection_method: Option<CollectionMethod>,
    /// Made between.
    pub created: Instants,
    /// Due between.
    pub due_date: Instants,
    /// The page.
    pub paging: Paging<ObjectId>,
}

/// What can be changed of an invoice.
const CHANGE: [&str; 18] = [
    "auto_advance",
    "automatic_tax",
    "collection_method",
    "custom_fields",
    "days_until_due",
    "default_tax_rates",
    "description",
    "due_date",
    "effective_at",
    "footer",
    "metadata",
    "number",
    "on_behalf_of",
    "pattern",
    "reason",
    "series",
    "statement_descriptor",
    "teach",
];

/// Reads an invoice that is to be made; `secret` opens its page.
///
/// # Errors
/// See [`Problem`].
pub fn new_invoice(
    params: Params<'_>,
    ledger: LedgerId,
    behaviour: Behaviour,
    secret: String,
) -> Result<NewInvoice, Problem> {
    const NEW: [&str; 4] =
        ["currency", "customer", "from_invoice", "pending_invoice_items_behavior"];
    let mut fields = params.fields(&[&CHANGE[..], &NEW[..]].concat())?;
    let rest = change(&mut fields, ledger)?;
    let currency = fields.currency("currency")?;
    let customer = fields.object("customer", ObjectKind::Customer, ledger)?;
    let revision_of = revision_of(&mut fields, ledger)?;
    if customer.is_none() && revision_of.is_none() {
        return Err(fields.missing("customer"));
    }
    let waiting = waiting(&mut fields, behaviour)?;
    Ok(NewInvoice { customer, currency, waiting, revision_of, secret, rest })
}

/// Reads what changes of an invoice.
///
/// # Errors
/// See [`Problem`].
pub fn invoice_change(params: Params<'_>, ledger: LedgerId) -> Result<InvoiceChange, Problem> {
    change(&mut params.fields(&CHANGE)?, ledger)
}

/// Reads whether an invoice goes on by itself once it is finalized.
///
/// # Errors
/// See [`Problem`].
pub fn finalize(params: Params<'_>) -> Result<Option<bool>, Problem> {
    params.fields(&["auto_advance"])?.flag("auto_advance")
}

/// Reads why an invoice is to be a draft again.
///
/// # Errors
/// See [`Problem`].
pub fn reset_to_draft(params: Params<'_>) -> Result<String, Problem> {
    let mut fields = params.fields(&["reason"])?;
    fields.prose("reason")?.ok_or_else(|| fields.missing("reason"))
}

/// Reads why a draft is deleted, which must be said of one that was finalized before.
///
/// # Errors
/// See [`Problem`].
pub fn deleted_invoice(params: Params<'_>) -> Result<Option<String>, Problem> {
    params.fields(&["reason"])?.prose("reason")
}

/// Reads whether an invoice was paid by other ways than this server knows of.
///
/// # Errors
/// See [`Problem`].
pub fn pay(params: Params<'_>) -> Result<bool, Problem> {
    let mut fields = params.fields(&["off_session", "paid_out_of_band"])?;
    // Nobody is asked anything here, whether the customer is there or not.
    fields.flag("off_session")?;
    Ok(fields.flag("paid_out_of_band")?.unwrap_or(false))
}

/// Reads which invoices a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn invoice_list(params: Params<'_>, ledger: LedgerId) -> Result<InvoiceFilter, Problem> {
    const FILTERS: [&str; 5] = ["collection_method", "created", "customer", "due_date", "status"];
    let mut fields = params.fields(&[&FILTERS[..], &PAGING[..]].concat())?;
    let method = CollectionMethod::parse;
    Ok(InvoiceFilter {
        collection_method: fields.word("collection_method", method, COLLECTION_WORDS)?,
        created: fields.instants("created")?,
        customer: fields.object("customer", ObjectKind::Customer, ledger)?,
        due_date: fields.instants("due_date")?,
        status: fields.word("status", InvoiceStatus::parse, STATUS_WORDS)?,
        paging: object_paging(&mut fields, ObjectKind::Invoice, ledger)?,
    })
}

fn change(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<InvoiceChange, Problem> {
    const SERIES_CHARS_MAX: usize = max::SERIES_NAME_CHARS_MAX;
    let auto_advance = fields.flag("auto_advance")?;
    no_automatic_tax(fields)?;
    let method = fields.word("collection_method", CollectionMethod::parse, COLLECTION_WORDS)?;
    let custom_fields = custom_fields(fields)?;
    fields.exclusive("days_until_due", "due_date")?;
    let days = |fields: &mut Fields<'_>| {
        let days = fields.integer("days_until_due", 0..=DAYS_MAX)?;
        Ok(days.and_then(|days| u32::try_from(days).ok()))
    };
    Ok(InvoiceChange {
        auto_advance,
        collection_method: method,
        custom_fields,
        days_until_due: fields.clearable("days_until_due", days)?,
        default_tax_rates: tax_rates(fields, "default_tax_rates", ledger)?,
        description: prose(fields, "description")?,
        due_date: instant(fields, "due_date")?,
        effective_at: instant(fields, "effective_at")?,
        footer: prose(fields, "footer")?,
        metadata: metadata_change(fields, "metadata")?,
        teach: teaching(fields)?,
        number: fields.clearable_text("number", numbering::limits::NUMBER_CHARS_MAX)?,
        on_behalf_of: fields.clearable_text("on_behalf_of", ID_CHARS_MAX)?,
        series: fields.clearable("series", |fields| {
            let Some(text) = fields.text("series", SERIES_CHARS_MAX)? else { return Ok(None) };
            series_ref(&text, ledger, "series").map(Some)
        })?,
        statement_descriptor: fields
            .clearable_text("statement_descriptor", DESCRIPTOR_CHARS_MAX)?,
    })
}

/// Reads whether the number teaches, which reading of it is meant, and why ordinals are left out.
fn teaching(fields: &mut Fields<'_>) -> Result<Option<Option<TeachingAsked>>, Problem> {
    let teach = fields.flag("teach")?;
    let asked = teaching_asked(fields)?;
    match teach {
        Some(true) => Ok(Some(Some(asked))),
        _ if asked != TeachingAsked::default() => {
            let field = if asked.pattern.is_some() { "pattern" } else { "reason" };
            fields.refuse(field, "goes with `teach=true`. Send that too, or leave it out.")
        }
        Some(false) => Ok(Some(None)),
        None => Ok(None),
    }
}

fn teaching_asked(fields: &mut Fields<'_>) -> Result<TeachingAsked, Problem> {
    Ok(TeachingAsked {
        pattern: fields.text("pattern", numbering::limits::PATTERN_CHARS_MAX)?,
        reason: fields.prose("reason")?,
    })
}

/// Reads what a number on a draft would teach.
///
/// # Errors
/// See [`Problem`].
pub fn teach_preview(params: Params<'_>) -> Result<(String, TeachingAsked), Problem> {
    let mut fields = params.fields(&["number", "pattern"])?;
    let number = fields.needed_text("number", numbering::limits::NUMBER_CHARS_MAX)?;
    let pattern = fields.text("pattern", numbering::limits::PATTERN_CHARS_MAX)?;
    Ok((number, TeachingAsked { pattern, reason: None }))
}

fn instant(fields: &mut Fields<'_>, field: &str) -> Result<Option<Option<At>>, Problem> {
    fields.clearable(field, |fields| fields.instant(field))
}

/// Taxes follow from tax rates; that they should follow from anything else is refused.
fn no_automatic_tax(fields: &mut Fields<'_>) -> Result<(), Problem> {
    let Some(mut tax) = fields.nested("automatic_tax", &["enabled"])? else { return Ok(()) };
    match tax.flag("enabled")? {
        None => Err(tax.missing("enabled")),
        Some(false) => Ok(()),
        Some(true) => tax.refuse(
            "enabled",
            "cannot be true: taxes are not found out here. Name tax rates in \
             `default_tax_rates`, or on each line.",
        ),
    }
}

fn revision_of(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<Option<ObjectId>, Problem> {
    let Some(mut from) = fields.nested("from_invoice", &["action", "invoice"])? else {
        return Ok(None);
    };
    let action = from.word("action", |word| (word == "revision").then_some(()), "revision")?;
    action.ok_or_else(|| from.missing("action"))?;
    let invoice = from.object("invoice", ObjectKind::Invoice, ledger)?;
    invoice.ok_or_else(|| from.missing("invoice")).map(Some)
}

fn waiting(fields: &mut Fields<'_>, behaviour: Behaviour) -> Result<Waiting, Problem> {
    const FIELD: &str = "pending_invoice_items_behavior";
    let parse = |word: &str| match word {
        "exclude" => Some(Waiting::Exclude),
        "include" => Some(Waiting::Include),
        "include_and_require" => Some(Waiting::Require),
        _ => None,
    };
    let asked = fields.word(FIELD, parse, "exclude, include or include_and_require")?;
    let usual = match (behaviour.takes_pending_items, behaviour.refuses_empty_invoices) {
        (false, _) => Waiting::Exclude,
        (true, false) => Waiting::Include,
        (true, true) => Waiting::Require,
    };
    Ok(asked.unwrap_or(usual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    const LEDGER: LedgerId = LedgerId(3);

    fn read(form: &str, version: &str) -> Result<NewInvoice, Problem> {
        let behaviour = Version::parse(version).unwrap().behaviour();
        new_invoice(Params::from_form(form)?, LEDGER, behaviour, "secret".to_owned())
    }

    #[test]
    fn the_version_decides_what_becomes_of_items_that_wait() {
        let customer = ObjectId(7).text(ObjectKind::Customer, LEDGER);
        let form = format!("customer={customer}");
        let newest = Version::NEWEST.name();
        assert_eq!(read(&form, newest).unwrap().waiting, Waiting::Exclude);
        assert_eq!(read(&form, "2020-08-27").unwrap().waiting, Waiting::Require);
        let form = format!("customer={customer}&pending_invoice_items_behavior=include");
        assert_eq!(read(&form, newest).unwrap().waiting, Waiting::Include);
        assert_eq!(read(&form, "2020-08-27").unwrap().waiting, Waiting::Include);
    }

    #[test]
    fn an_invoice_with_everything() {
        let original = ObjectId(9).text(ObjectKind::Invoice, LEDGER);
        let new = read(
            &format!(
                "from_invoice[action]=revision&from_invoice[invoice]={original}&number=A-1\
                 &collection_method=send_invoice&days_until_due=30&effective_at=1700000000\
                 &custom_fields[0][name]=PO&custom_fields[0][value]=1&footer=Thanks%0AAda\
                 &automatic_tax[enabled]=false&auto_advance=false&series=shop&description=",
            ),
            Version::NEWEST.name(),
        )
        .unwrap();
        assert_eq!((new.revision_of, new.customer), (Some(ObjectId(9)), None));
        assert_eq!(new.rest.days_until_due, Some(Some(30)));
        assert_eq!(new.rest.number, Some(Some("A-1".to_owned())));
        assert_eq!(new.rest.footer, Some(Some("Thanks\nAda".to_owned())));
        assert_eq!(new.rest.description, Some(None));
        assert_eq!(new.rest.effective_at.flatten().unwrap().seconds(), 1_700_000_000);
    }

    #[test]
    fn what_is_wrong_is_named_in_full() {
        let customer = ObjectId(7).text(ObjectKind::Customer, LEDGER);
        for (rest, code, param) in [
            ("days_until_due=5&due_date=1700000000", "parameters_exclusive", "due_date"),
            ("days_until_due=-1", "parameter_invalid_integer", "days_until_due"),
            ("automatic_tax[enabled]=true", "parameter_invalid", "automatic_tax[enabled]"),
            ("automatic_tax[on]=true", "parameter_unknown", "automatic_tax[on]"),
            ("from_invoice[action]=copy", "parameter_invalid", "from_invoice[action]"),
            ("from_invoice[action]=revision", "parameter_missing", "from_invoice[invoice]"),
            (
                "pending_invoice_items_behavior=maybe",
                "parameter_invalid",
                "pending_invoice_items_behavior",
            ),
            ("collection_method=cash", "parameter_invalid", "collection_method"),
            ("effective_at=today", "parameter_invalid_integer", "effective_at"),
            ("custom_fields[0][name]=x", "parameter_missing", "custom_fields[0][value]"),
            ("default_tax_rates[]=x", "resource_missing", "default_tax_rates[0]"),
            ("subscription=sub_1", "parameter_unknown", "subscription"),
        ] {
            let form = format!("customer={customer}&{rest}");
            let problem = read(&form, Version::NEWEST.name()).unwrap_err();
            assert_eq!((problem.code.text(), problem.param.as_deref()), (code, Some(param)));
        }
        let nobody = read("", Version::NEWEST.name()).unwrap_err();
        assert_eq!(
            (nobody.code.text(), nobody.param.unwrap().as_str()),
            ("parameter_missing", "customer")
        );
    }
}
