//! Every object has every field that callers expect to find, filled or null.

use std::collections::BTreeMap;

use serde_json::Value;

use super::app;
use crate::contract::conforms;

/// The fields that are always there, by kind of object.
const ALWAYS: &[(&str, &str)] = &[
    (
        "invoice",
        "id object account_country account_name account_tax_ids amount_due amount_overpaid \
         amount_paid amount_remaining amount_shipping application attempt_count attempted \
         automatic_tax automatically_finalizes_at billing_reason collection_method created \
         currency custom_fields customer customer_account customer_address customer_email \
         customer_name customer_phone customer_shipping customer_tax_exempt default_payment_method \
         default_source default_tax_rates description discounts due_date effective_at \
         ending_balance footer from_invoice issuer last_finalization_error latest_revision lines \
         livemode metadata next_payment_attempt number on_behalf_of parent payment_settings \
         period_end period_start post_payment_credit_notes_amount pre_payment_credit_notes_amount \
         receipt_number rendering shipping_cost shipping_details starting_balance \
         statement_descriptor status status_transitions subtotal subtotal_excluding_tax test_clock \
         total total_discount_amounts total_excluding_tax total_pretax_credit_amounts total_taxes \
         webhooks_delivered_at auto_advance customer_tax_ids hosted_invoice_url invoice_pdf",
    ),
    (
        "line_item",
        "id object amount currency description discount_amounts discountable discounts invoice \
         livemode metadata parent period pretax_credit_amounts pricing quantity quantity_decimal \
         subscription subtotal taxes",
    ),
    (
        "invoiceitem",
        "id object amount currency customer customer_account date description discountable \
         discounts invoice livemode metadata parent period pricing proration quantity \
         quantity_decimal tax_rates test_clock",
    ),
    (
        "customer",
        "id object balance created default_source description email invoice_settings livemode \
         metadata shipping address currency delinquent discount invoice_prefix name phone \
         preferred_locales tax_exempt test_clock",
    ),
    (
        "credit_note",
        "id object amount amount_shipping created currency customer customer_account \
         customer_balance_transaction discount_amount discount_amounts effective_at invoice lines \
         livemode memo metadata number out_of_band_amount pdf post_payment_amount \
         pre_payment_amount pretax_credit_amounts reason refunds shipping_cost status subtotal \
         subtotal_excluding_tax total total_excluding_tax total_taxes type voided_at",
    ),
    (
        "credit_note_line_item",
        "id object amount description discount_amount discount_amounts livemode metadata \
         pretax_credit_amounts quantity tax_rates taxes type unit_amount unit_amount_decimal",
    ),
    ("event", "id object api_version created data livemode pending_webhooks request type"),
    (
        "webhook_endpoint",
        "id object api_version application created description enabled_events livemode metadata \
         status url",
    ),
    ("account", "id object charges_enabled details_submitted email payouts_enabled type"),
    (
        "invoice_payment",
        "id object amount_paid amount_requested created currency invoice is_default livemode \
         payment status status_transitions",
    ),
    ("tax_rate", "id object active created display_name inclusive livemode metadata percentage"),
    ("deleted", "id object deleted"),
];

/// Fields that only callers of before 2025-03-31 expect.
const ONCE: &[(&str, &str)] = &[
    ("invoice", "paid paid_out_of_band total_tax_amounts tax charge payment_intent subscription"),
    ("line_item", "proration type price tax_amounts invoice_item"),
    ("credit_note", "tax_amounts"),
];

/// Takes note of every object in an answer.
fn collect<'v>(value: &'v Value, seen: &mut BTreeMap<String, Vec<&'v Value>>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| collect(item, seen)),
        Value::Object(map) => {
            let kind = match map.get("deleted") {
                Some(_) => Some("deleted"),
                None => map.get("object").and_then(Value::as_str),
            };
            if let Some(kind) = kind {
                seen.entry(kind.to_owned()).or_default().push(value);
            }
            map.values().for_each(|inner| collect(inner, seen));
        }
        _ => {}
    }
}

fn check(table: &[(&str, &str)], seen: &BTreeMap<String, Vec<&Value>>) {
    for (kind, fields) in table {
        let objects = seen.get(*kind).unwrap_or_else(|| panic!("no {kind} was answered"));
        for object in objects {
            for field in fields.split_whitespace() {
                assert!(object.get(field).is_some(), "{kind} lacks {field}: {object:#}");
            }
        }
    }
}

#[tokio::test]
async fn every_object_has_every_field() {
    let app = app().await;
    let schemas = api::openapi_document()["components"]["schemas"].clone();
    let mut answers = Vec::new();
    let endpoint = "url=http://127.0.0.1:9/hook&enabled_events[]=*&description=Books";
    let endpoint = app.form("/v1/webhook_endpoints", endpoint).await.ok();
    answers.push(("webhook_endpoint", endpoint.body));
    let rate = "display_name=VAT&inclusive=false&percentage=19&country=DE&tax_type=vat";
    let rate = app.form("/v1/tax_rates", rate).await.ok();
    let rate_id = rate.str("/id").to_owned();
    answers.push(("tax_rate", rate.body));
    let customer = app
        .customer(
            "name=Ada&email=ada@example.com&address[line1]=Main+St+1&address[country]=de\
             &shipping[name]=Ada&invoice_settings[custom_fields][0][name]=PO\
             &invoice_settings[custom_fields][0][value]=7&metadata[k]=v&preferred_locales[]=de",
        )
        .await;
    answers.push(("customer", app.get(&format!("/v1/customers/{customer}")).await.ok().body));
    let item = format!(
        "customer={customer}&quantity=3&unit_amount_decimal=33.5&currency=eur&description=Tea\
         &tax_rates[]={rate_id}",
    );
    answers.push(("invoiceitem", app.form("/v1/invoiceitems", &item).await.ok().body));
    let draft = format!(
        "customer={customer}&pending_invoice_items_behavior=include&description=Hello\
         &default_tax_rates[]={rate_id}&expand[]=customer",
    );
    let draft = app.form("/v1/invoices", &draft).await.ok();
    let id = draft.str("/id").to_owned();
    answers.push(("invoice", draft.body));
    let open = app.form(&format!("/v1/invoices/{id}/finalize"), "").await.ok();
    answers.push(("invoice", open.body));
    let note = format!("invoice={id}&amount=50&reason=duplicate&memo=Sorry");
    answers.push(("credit_note", app.form("/v1/credit_notes", &note).await.ok().body));
    let paid = format!("/v1/invoices/{id}/pay");
    let paid = app.form(&paid, "paid_out_of_band=true&expand[]=payments").await.ok();
    answers.push(("invoice", paid.body));
    let gone = app.draft(&customer, 5).await;
    answers.push(("deleted", app.delete(&format!("/v1/invoices/{gone}")).await.ok().body));
    answers.push(("event_list", app.get("/v1/events?limit=100").await.ok().body));
    answers.push(("account", app.get("/v1/account").await.ok().body));
    for (schema, path) in [
        ("customer_list", "/v1/customers"),
        ("tax_rate_list", "/v1/tax_rates"),
        ("invoiceitem_list", "/v1/invoiceitems?expand[]=data.invoice"),
        ("invoice_list", "/v1/invoices?expand[]=data.customer&expand[]=data.payments"),
        ("invoice_search", "/v1/invoices/search?query=status:%22paid%22"),
        ("credit_note_list", "/v1/credit_notes?expand[]=data.invoice.customer"),
        ("webhook_endpoint_list", "/v1/webhook_endpoints"),
        ("line_item_list", &format!("/v1/invoices/{id}/lines")),
        ("api_version", "/v1/account/api_version"),
    ] {
        answers.push((schema, app.get(path).await.ok().body));
    }
    let mut seen = BTreeMap::new();
    for (schema, answer) in &answers {
        conforms(&schemas, schema, answer);
        collect(answer, &mut seen);
    }
    check(ALWAYS, &seen);
    let old = app.get_in("2023-08-16", &format!("/v1/invoices/{id}")).await.ok();
    let notes = app.get_in("2023-08-16", "/v1/credit_notes").await.ok();
    let mut seen = BTreeMap::new();
    collect(&old.body, &mut seen);
    collect(&notes.body, &mut seen);
    check(ONCE, &seen);
}
