//! `expand[]`: ids that are answered as the objects that they name.
//!
//! ```text
//! path ::= name { "." name }          at most four names; in lists the first one is `data`
//! ```

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::params::Params;

/// What a request wants expanded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expand {
    inside: BTreeMap<String, Expand>,
}

/// Writes the object of an id, if there is one.
pub type Find<'f, E> = dyn FnMut(&str) -> Result<Option<Value>, E> + 'f;

/// Names in a path, at most.
const DEPTH_MAX: usize = 4;
/// Paths in a request, at most.
const PATHS_MAX: usize = 50;
const PATH_CHARS_MAX: usize = 200;

/// What can be expanded: a kind of object, its field, and the kind of what stands there. Where
/// nothing is ever named, the kind is empty, and expanding it finds nothing.
const LINKS: &[(&str, &str, &str)] = &[
    ("customer", "default_source", ""),
    ("customer", "test_clock", ""),
    ("invoiceitem", "customer", "customer"),
    ("invoiceitem", "discounts", ""),
    ("invoiceitem", "invoice", "invoice"),
    ("invoiceitem", "test_clock", ""),
    ("invoice", "account_tax_ids", ""),
    ("invoice", "application", ""),
    ("invoice", "charge", ""),
    ("invoice", "customer", "customer"),
    ("invoice", "default_payment_method", ""),
    ("invoice", "default_source", ""),
    ("invoice", "discounts", ""),
    ("invoice", "from_invoice", "from_invoice"),
    ("invoice", "latest_revision", "invoice"),
    ("invoice", "lines", "line_item_list"),
    ("invoice", "on_behalf_of", ""),
    ("invoice", "payment_intent", ""),
    ("invoice", "payments", "invoice_payment_list"),
    ("invoice", "subscription", ""),
    ("invoice", "test_clock", ""),
    ("from_invoice", "invoice", "invoice"),
    ("invoice_payment", "invoice", "invoice"),
    ("line_item", "discounts", ""),
    ("line_item", "subscription", ""),
    ("credit_note", "customer", "customer"),
    ("credit_note", "customer_balance_transaction", ""),
    ("credit_note", "invoice", "invoice"),
    ("credit_note", "lines", "credit_note_line_item_list"),
];

impl Expand {
    /// Takes `expand[]` out of the parameters of a request that answers an object of this kind, or
    /// a list of it, such as `invoice_list`.
    ///
    /// # Errors
    /// It is no list of texts, too deep, or there is nothing to expand at one of its paths.
    pub fn take(params: &mut Params<'_>, kind: &str) -> Result<Expand, Problem> {
        let mut expand = Expand::default();
        let Some(list) = params.take_list("expand")? else { return Ok(expand) };
        if list.len() > PATHS_MAX {
            let message = format!("`expand` has more than {PATHS_MAX} paths.");
            return Err(Problem::of(ledger::Code::ParameterInvalid, "expand", message));
        }
        for (index, value) in list.into_iter().enumerate() {
            let param = format!("expand[{index}]");
            let path = crate::params::plain_text(value, PATH_CHARS_MAX, || param.clone())?;
            expand.add(&path, kind, &param)?;
        }
        Ok(expand)
    }

    /// The names that paths can begin with in what answers an object of this kind, or a list of it,
    /// and find something; in a list with `data` in front.
    pub fn first_names(kind: &str) -> Vec<String> {
        let (before, of) = match is_list(kind) {
            true => ("data.", step(kind, "data").unwrap_or_default()),
            false => ("", kind),
        };
        let links = LINKS.iter().filter(|(kind, _, to)| *kind == of && !to.is_empty());
        links.map(|(_, name, _)| format!("{before}{name}")).collect()
    }

    /// Whether nothing is to be expanded.
    pub fn is_empty(&self) -> bool {
        self.inside.is_empty()
    }

    fn has(&self, field: &str) -> bool {
        self.inside.contains_key(field)
    }

    /// Puts objects where their ids stand; `find` writes the object of an id, if there is one.
    ///
    /// # Errors
    /// Those of `find`.
    pub fn apply<E>(&self, value: &mut Value, find: &mut Find<'_, E>) -> Result<(), E> {
        match value {
            Value::Array(list) => list.iter_mut().try_for_each(|item| self.apply(item, find)),
            Value::Object(map) => self.apply_to(map, find),
            _ => Ok(()),
        }
    }

    fn apply_to<E>(&self, map: &mut Map<String, Value>, find: &mut Find<'_, E>) -> Result<(), E> {
        if self.has("payments") && map.get("object").is_some_and(|kind| kind == "invoice") {
            let payments = crate::answer::payments(map);
            map.insert("payments".to_owned(), payments);
        }
        for (field, inside) in &self.inside {
            let Some(value) = map.get_mut(field) else { continue };
            if let Value::String(id) = value
                && let Some(object) = find(id)?
            {
                *value = object;
            }
            inside.apply(value, find)?;
        }
        Ok(())
    }

    fn add(&mut self, path: &str, kind: &str, param: &str) -> Result<(), Problem> {
        let names: Vec<&str> = path.split('.').collect();
        if names.len() > DEPTH_MAX {
            let message = format!(
                "`{param}` is {path:?}, which is more than {DEPTH_MAX} levels deep. Expand less, \
                 and retrieve the rest by its id.",
            );
            return Err(Problem::of(ledger::Code::ParameterInvalid, param, message));
        }
        let (mut at, mut kind) = (self, kind);
        for name in names {
            kind = step(kind, name).ok_or_else(|| cannot(path, name, kind, param))?;
            at = at.inside.entry(name.to_owned()).or_default();
        }
        Ok(())
    }
}

/// The kind of what stands in a field, if it can be expanded.
fn step<'k>(kind: &'k str, name: &str) -> Option<&'k str> {
    if name == "data" && is_list(kind) {
        return kind.rsplit_once('_').map(|(inner, _)| inner);
    }
    let link = LINKS.iter().find(|(of, field, _)| *of == kind && *field == name);
    link.map(|(_, _, to)| *to)
}

fn is_list(kind: &str) -> bool {
    kind.ends_with("_list") || kind.ends_with("_search")
}

fn cannot(path: &str, name: &str, kind: &str, param: &str) -> Problem {
    let mut known: Vec<&str> =
        LINKS.iter().filter(|(of, ..)| *of == kind).map(|(_, field, _)| *field).collect();
    if is_list(kind) {
        known.push("data");
    }
    let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
    let message = format!(
        "This property cannot be expanded ({name}): `{param}` is {path:?}. What can be expanded \
         there: {known}.",
    );
    Problem::of(ledger::Code::ParameterInvalid, param, message)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::json;

    use super::*;

    fn take(form: &str, kind: &str) -> Result<Expand, Problem> {
        Expand::take(&mut Params::from_form(form)?, kind)
    }

    #[test]
    fn what_can_be_expanded_is_named_and_can_be() {
        for kind in ["invoice", "invoice_list", "invoice_search", "credit_note", "customer_list"] {
            for name in Expand::first_names(kind) {
                take(&format!("expand[]={name}"), kind).unwrap_or_else(|no| panic!("{name}: {no}"));
            }
        }
        assert!(Expand::first_names("invoice").contains(&"customer".to_owned()));
        assert!(Expand::first_names("invoice_list").contains(&"data.customer".to_owned()));
        assert_eq!(Expand::first_names("trail_entry"), [""; 0]);
    }

    #[test]
    fn paths_lead_along_what_is_there() {
        for (form, kind) in [
            ("expand[]=customer", "invoice"),
            ("expand[0]=data.customer&expand[1]=data.latest_revision.customer", "invoice_list"),
            ("expand[]=from_invoice.invoice.customer", "invoice"),
            ("expand[]=data.invoice.latest_revision.customer", "credit_note_list"),
            ("expand[]=payments.data.invoice", "invoice"),
            ("expand[]=data.customer", "invoice_search"),
            ("expand[]=default_payment_method", "invoice"),
        ] {
            assert!(!take(form, kind).unwrap().is_empty(), "{form}");
        }
        for (form, kind, code, says) in [
            ("expand[]=nothing", "invoice", "parameter_invalid", "(nothing)"),
            ("expand[]=customer", "invoice_list", "parameter_invalid", "data"),
            ("expand[]=customer.invoice", "invoice", "parameter_invalid", "(invoice)"),
            ("expand[]=", "invoice", "parameter_invalid", "()"),
            (
                "expand[]=data.invoice.latest_revision.latest_revision.customer",
                "credit_note_list",
                "parameter_invalid",
                "4 levels",
            ),
            ("expand=customer", "invoice", "parameter_invalid_array", "list"),
            ("expand[a]=customer", "invoice", "parameter_invalid_array", "list"),
            ("expand[][a]=customer", "invoice", "parameter_invalid_string", "text"),
        ] {
            let problem = take(form, kind).unwrap_err();
            assert_eq!(problem.code.text(), code, "{form}");
            assert!(problem.message.contains(says), "{form}: {problem}");
            assert!(problem.param.unwrap().starts_with("expand"));
        }
    }

    #[test]
    fn ids_become_objects_and_what_is_not_found_stays() {
        let expand =
            take("expand[]=data.customer&expand[]=data.latest_revision.customer", "invoice_list");
        let mut list = json!({ "object": "list", "data": [
            { "customer": "cus_1", "latest_revision": "in_2" },
            { "customer": "cus_9", "latest_revision": null },
        ] });
        let mut find = |id: &str| {
            Ok::<_, Infallible>(match id {
                "cus_1" => Some(json!({ "id": "cus_1" })),
                "in_2" => Some(json!({ "id": "in_2", "customer": "cus_1" })),
                _ => None,
            })
        };
        let _ = expand.unwrap().apply(&mut list, &mut find);
        assert_eq!(list["data"][0]["customer"]["id"], "cus_1");
        assert_eq!(list["data"][0]["latest_revision"]["customer"]["id"], "cus_1");
        assert_eq!(list["data"][1]["customer"], "cus_9");
        assert_eq!(list["data"][1]["latest_revision"], Value::Null);
    }
}
