//! 2025-03-31.basil: payments, taxes and prices of invoices moved into objects of their own.

use serde_json::{Map, Value, json};

use super::{Gate, kind};

pub(super) const GATE: Gate = Gate {
    since: "2025-03-31.basil",
    before: "Invoices have `paid`, `paid_out_of_band`, `tax` and `total_tax_amounts` in place of \
             `payments` and `total_taxes`; lines and items have `price`, `type` and `proration` \
             in place of `pricing` and `parent`.",
    request: |operation, params| match operation {
        "create_invoiceitem" | "update_invoiceitem" => {
            params.rename("unit_amount", "unit_amount_decimal")
        }
        _ => Ok(()),
    },
    object: |map| match kind(map) {
        "invoice" => invoice(map),
        "line_item" => line(map),
        "invoiceitem" => item(map),
        "credit_note" => credit_note(map),
        "credit_note_line_item" => credit_note_line(map),
        _ => {}
    },
    behave: |behaviour| behaviour.has_upcoming_invoice = true,
};

/// Members that were always there, and that nothing here fills.
const INVOICE_NULLS: [&str; 8] = [
    "application_fee_amount",
    "charge",
    "discount",
    "payment_intent",
    "quote",
    "subscription",
    "subscription_details",
    "transfer_data",
];

fn invoice(map: &mut Map<String, Value>) {
    let paid = map.get("status").is_some_and(|status| status == "paid");
    let outside = amount(map, "amount_paid_off_stripe");
    let taxes = take_taxes(map, "total_taxes");
    set(map, "paid", json!(paid));
    set(map, "paid_out_of_band", json!(paid && outside > 0));
    let sum = taxes.iter().filter_map(|tax| tax["amount"].as_i64()).sum::<i64>();
    set(map, "tax", if taxes.is_empty() { Value::Null } else { json!(sum) });
    set(map, "total_tax_amounts", Value::Array(taxes));
    INVOICE_NULLS.iter().for_each(|name| set(map, name, Value::Null));
    for newer in
        ["amount_overpaid", "amount_paid_off_stripe", "confirmation_secret", "parent", "payments"]
    {
        map.remove(newer);
    }
}

fn line(map: &mut Map<String, Value>) {
    let parent = map.remove("parent").unwrap_or_default();
    let details = &parent["invoice_item_details"];
    set(map, "invoice_item", details["invoice_item"].clone());
    set(map, "proration", json!(details["proration"] == true));
    set(map, "proration_details", json!({ "credited_items": null }));
    set(map, "type", json!("invoiceitem"));
    let taxes = take_taxes(map, "taxes");
    let inclusive = taxes.iter().filter(|tax| tax["inclusive"] == true);
    let inclusive: i64 = inclusive.filter_map(|tax| tax["amount"].as_i64()).sum();
    set(map, "amount_excluding_tax", json!(amount(map, "amount") - inclusive));
    set(map, "tax_amounts", Value::Array(taxes));
    let pricing = map.remove("pricing").unwrap_or_default();
    set(map, "unit_amount_excluding_tax", pricing["unit_amount_decimal"].clone());
    for name in ["plan", "price", "subscription"] {
        set(map, name, Value::Null);
    }
}

fn item(map: &mut Map<String, Value>) {
    let pricing = map.remove("pricing").unwrap_or_default();
    let unit = pricing["unit_amount_decimal"].clone();
    // Only what is a whole number of minor units was told as one.
    let whole = unit.as_str().and_then(|text| text.parse::<i64>().ok());
    set(map, "unit_amount", json!(whole));
    set(map, "unit_amount_decimal", unit);
    for name in ["plan", "price", "subscription"] {
        set(map, name, Value::Null);
    }
    map.remove("parent");
    map.remove("net_amount");
}

fn credit_note(map: &mut Map<String, Value>) {
    let taxes = take_taxes(map, "total_taxes");
    set(map, "tax_amounts", Value::Array(taxes));
    set(map, "refund", Value::Null);
}

fn credit_note_line(map: &mut Map<String, Value>) {
    let taxes = take_taxes(map, "taxes");
    let inclusive = taxes.iter().filter(|tax| tax["inclusive"] == true);
    let inclusive: i64 = inclusive.filter_map(|tax| tax["amount"].as_i64()).sum();
    set(map, "amount_excluding_tax", json!(amount(map, "amount") - inclusive));
    set(map, "tax_amounts", Value::Array(taxes));
    let unit = map.get("unit_amount_decimal").cloned().unwrap_or_default();
    set(map, "unit_amount_excluding_tax", unit);
}

/// Takes taxes away, in the shape that they had.
fn take_taxes(map: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    let Some(Value::Array(taxes)) = map.remove(name) else { return Vec::new() };
    let older = |tax: Value| {
        json!({
            "amount": tax["amount"],
            "inclusive": tax["tax_behavior"] == "inclusive",
            "tax_rate": tax["tax_rate_details"]["tax_rate"],
            "taxability_reason": tax["taxability_reason"],
            "taxable_amount": tax["taxable_amount"],
        })
    };
    taxes.into_iter().map(older).collect()
}

fn amount(map: &Map<String, Value>, name: &str) -> i64 {
    map.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    map.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    #[test]
    fn an_invoice_and_its_lines_as_they_were() {
        let tax = json!({
            "amount": 190, "tax_behavior": "inclusive", "taxability_reason": "standard_rated",
            "taxable_amount": 1000, "tax_rate_details": { "tax_rate": "txr_1" },
            "type": "tax_rate_details",
        });
        let mut value = json!({
            "object": "invoice", "status": "paid", "amount_paid": 1190,
            "amount_paid_off_stripe": 1190, "parent": null, "total_taxes": [tax],
            "lines": { "object": "list", "data": [{
                "object": "line_item", "amount": 1190, "taxes": [tax],
                "parent": {
                    "type": "invoice_item_details",
                    "invoice_item_details": { "invoice_item": "ii_1", "proration": false },
                },
                "pricing": { "type": "price_details", "unit_amount_decimal": "1190" },
            }] },
        });
        Version::parse("2024-06-20").unwrap().age(&mut value);
        assert_eq!((&value["paid"], &value["paid_out_of_band"]), (&json!(true), &json!(true)));
        assert_eq!((&value["tax"], &value["charge"]), (&json!(190), &Value::Null));
        assert_eq!(value["total_tax_amounts"][0]["tax_rate"], "txr_1");
        assert_eq!(value.get("total_taxes"), None);
        let line = &value["lines"]["data"][0];
        assert_eq!((&line["type"], &line["invoice_item"]), (&json!("invoiceitem"), &json!("ii_1")));
        assert_eq!((&line["proration"], &line["price"]), (&json!(false), &Value::Null));
        assert_eq!(line["amount_excluding_tax"], 1000);
        assert_eq!(line["tax_amounts"][0]["inclusive"], true);
        assert_eq!(line.get("pricing"), None);
    }

    #[test]
    fn an_item_tells_a_whole_unit_amount_only() {
        for (decimal, whole) in [("250", json!(250)), ("0.5", Value::Null)] {
            let pricing = json!({ "type": "price_details", "unit_amount_decimal": decimal });
            let mut item = json!({ "object": "invoiceitem", "parent": null, "pricing": pricing });
            Version::parse("2023-08-16").unwrap().age(&mut item);
            assert_eq!((&item["unit_amount"], item.get("pricing")), (&whole, None));
            assert_eq!(item["unit_amount_decimal"], decimal);
        }
    }

    #[test]
    fn the_newest_shape_is_left_alone() {
        let invoice = json!({ "object": "invoice", "total_taxes": [], "parent": null });
        let mut same = invoice.clone();
        Version::parse("2025-03-31.basil").unwrap().age(&mut same);
        assert_eq!(same, invoice);
    }
}
