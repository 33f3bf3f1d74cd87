//! Requests for lists of what documents refer to, and of what happened to them.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;

use crate::error::Problem;
use crate::params::{Instants, Params};
use crate::request::elsewhere;
use crate::request::list::{PAGING, Paging, object_paging, paging};

/// Which customers a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerFilter {
    /// With an e-mail address.
    pub email: Option<String>,
    /// Made between.
    pub created: Instants,
    /// The page.
    pub paging: Paging<ObjectId>,
}

/// Which tax rates a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRateFilter {
    /// Active, or not.
    pub active: Option<bool>,
    /// Inclusive, or not.
    pub inclusive: Option<bool>,
    /// Made between.
    pub created: Instants,
    /// The page.
    pub paging: Paging<ObjectId>,
}

/// Which credit notes a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNoteFilter {
    /// Of a customer.
    pub customer: Option<ObjectId>,
    /// Of an invoice.
    pub invoice: Option<ObjectId>,
    /// Made between.
    pub created: Instants,
    /// The page.
    pub paging: Paging<ObjectId>,
}

/// Which events a list asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsAsked {
    /// Of any of these types, or families such as `invoice.*`; of every type when empty.
    pub types: Vec<String>,
    /// That happened between.
    pub created: Instants,
    /// Delivered everywhere, or not.
    pub delivered: Option<bool>,
    /// The page.
    pub paging: Paging<ObjectId>,
}

const TYPES_MAX: usize = 20;
const TYPE_CHARS_MAX: usize = 100;
const EMAIL_CHARS_MAX: usize = 512;

/// Reads which customers a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn customer_list(params: Params<'_>, ledger: LedgerId) -> Result<CustomerFilter, Problem> {
    let mut fields = params.fields(&[&["created", "email"], &PAGING[..]].concat())?;
    Ok(CustomerFilter {
        created: fields.instants("created")?,
        email: fields.text("email", EMAIL_CHARS_MAX)?,
        paging: object_paging(&mut fields, ObjectKind::Customer, ledger)?,
    })
}

/// Reads which tax rates a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn tax_rate_list(params: Params<'_>, ledger: LedgerId) -> Result<TaxRateFilter, Problem> {
    let mut fields = params.fields(&[&["active", "created", "inclusive"], &PAGING[..]].concat())?;
    Ok(TaxRateFilter {
        active: fields.flag("active")?,
        created: fields.instants("created")?,
        inclusive: fields.flag("inclusive")?,
        paging: object_paging(&mut fields, ObjectKind::TaxRate, ledger)?,
    })
}

/// Reads which credit notes a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn credit_note_list(params: Params<'_>, ledger: LedgerId) -> Result<CreditNoteFilter, Problem> {
    let mut fields = params.fields(&[&["created", "customer", "invoice"], &PAGING[..]].concat())?;
    Ok(CreditNoteFilter {
        created: fields.instants("created")?,
        customer: fields.object("customer", ObjectKind::Customer, ledger)?,
        invoice: fields.object("invoice", ObjectKind::Invoice, ledger)?,
        paging: object_paging(&mut fields, ObjectKind::CreditNote, ledger)?,
    })
}

/// Reads the page that a list of webhook endpoints is asked for.
///
/// # Errors
/// See [`Problem`].
pub fn endpoint_list(params: Params<'_>, ledger: LedgerId) -> Result<Paging<ObjectId>, Problem> {
    object_paging(&mut params.fields(&PAGING)?, ObjectKind::WebhookEndpoint, ledger)
}

/// Reads the page that a list of lines is asked for; `id` reads their ids.
///
/// # Errors
/// See [`Problem`].
pub fn line_list(
    params: Params<'_>,
    id: impl Fn(&str, &str) -> Result<ObjectId, Problem>,
) -> Result<Paging<ObjectId>, Problem> {
    paging(&mut params.fields(&PAGING)?, id)
}

/// Reads which events a list asks for.
///
/// # Errors
/// See [`Problem`].
pub fn event_list(params: Params<'_>, ledger: LedgerId) -> Result<EventsAsked, Problem> {
    const FILTERS: [&str; 4] = ["created", "delivery_success", "type", "types"];
    let mut fields = params.fields(&[&FILTERS[..], &PAGING[..]].concat())?;
    fields.exclusive("type", "types")?;
    let created = fields.instants("created")?;
    let delivered = fields.flag("delivery_success")?;
    let one = fields.text("type", TYPE_CHARS_MAX)?;
    let several = fields.text_list("types", TYPES_MAX, TYPE_CHARS_MAX)?.unwrap_or_default();
    let types = one.into_iter().chain(several).collect();
    let paging = paging(&mut fields, |text, param| event_id(text, ledger, param))?;
    Ok(EventsAsked { types, created, delivered, paging })
}

/// An event, from its id.
///
/// # Errors
/// The text is no event's id, or that of another account or mode.
pub fn event_id(text: &str, ledger: LedgerId, param: &str) -> Result<ObjectId, Problem> {
    match ObjectId::parse_event(text) {
        Some((of, id)) if of == ledger => Ok(id),
        _ => Err(elsewhere("event", text, param)),
    }
}

/// A line of an invoice, from its id.
///
/// # Errors
/// The text is no line's id, or that of another account or mode.
pub fn line_id(text: &str, ledger: LedgerId, param: &str) -> Result<ObjectId, Problem> {
    match ObjectId::parse_line(text) {
        Some((of, id)) if of == ledger => Ok(id),
        _ => Err(elsewhere("line item", text, param)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_their_filters() {
        let ledger = LedgerId(3);
        let form = |text| Params::from_form(text).unwrap();
        let asked =
            event_list(form("types[]=invoice.*&types[]=a.b&created[gt]=5"), ledger).unwrap();
        assert_eq!(asked.types, ["invoice.*", "a.b"]);
        let after = ObjectId(7).text(ObjectKind::Customer, ledger);
        let page = format!("starting_after={after}");
        let customers = customer_list(Params::from_form(&page).unwrap(), ledger).unwrap();
        assert_eq!(customers.paging.starting_after, Some(ObjectId(7)));
        let other = credit_note_list(Params::from_form(&page).unwrap(), ledger);
        assert_eq!(other.unwrap_err().param.as_deref(), Some("starting_after"));
        let both = event_list(form("type=a.b&types[]=a.b"), ledger).unwrap_err();
        assert_eq!(both.code.text(), "parameters_exclusive");
        assert_eq!(endpoint_list(form("limit=0"), ledger).unwrap_err().param.unwrap(), "limit");
        assert!(tax_rate_list(form("active=true&inclusive=false"), ledger).is_ok());
    }
}
