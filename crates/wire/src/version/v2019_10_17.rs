//! 2019-10-17: how an invoice is collected is called `collection_method`.

use super::{Gate, kind};

pub(super) const GATE: Gate = Gate {
    since: "2019-10-17",
    before: "How an invoice is collected is called `billing`.",
    request: |operation, params| match operation {
        "create_invoice" | "update_invoice" | "list_invoices" => {
            params.rename("billing", "collection_method")
        }
        _ => Ok(()),
    },
    object: |map| {
        if kind(map) == "invoice"
            && let Some(method) = map.remove("collection_method")
        {
            map.insert("billing".to_owned(), method);
        }
    },
    ..Gate::NOTHING
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Params, Version};

    #[test]
    fn the_older_name_goes_both_ways() {
        let old = Version::parse("2019-10-08").unwrap();
        let mut params = Params::from_form("billing=send_invoice").unwrap();
        old.modernize("create_invoice", &mut params).unwrap();
        assert!(params.has("collection_method") && !params.has("billing"));
        let mut both = Params::from_form("billing=a&collection_method=b").unwrap();
        let problem = old.modernize("create_invoice", &mut both).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("billing"));
        let mut other = Params::from_form("billing=a").unwrap();
        old.modernize("create_customer", &mut other).unwrap();
        assert!(other.has("billing"));
        let mut invoice = json!({ "object": "invoice", "collection_method": "send_invoice" });
        old.age(&mut invoice);
        assert_eq!(invoice["billing"], "send_invoice");
        assert_eq!(invoice.get("collection_method"), None);
    }
}
