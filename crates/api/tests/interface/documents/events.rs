//! Events, webhook endpoints and deliveries, as the interface shows them.

use serde_json::json;

use super::app;
use crate::app::App;

#[tokio::test]
async fn what_happened_is_told_with_what_changed() {
    events(&app().await).await;
}

pub(super) async fn events(app: &App) {
    let customer = app.customer("name=Ada&metadata[a]=1").await;
    let path = format!("/v1/customers/{customer}");
    app.form(&path, "name=Bob&metadata[a]=2&metadata[b]=3").await.ok();
    let events = app.get("/v1/events").await.ok();
    assert_eq!(events.each("type"), ["customer.updated", "customer.created"]);
    let updated = app.get(&format!("/v1/events/{}", events.str("/data/0/id"))).await.ok();
    assert_eq!(&updated.body, events.at("/data/0"));
    let before = json!({ "name": "Ada", "metadata": { "a": "1", "b": null } });
    assert_eq!(updated.at("/data/previous_attributes"), &before);
    assert_eq!(updated.str("/data/object/name"), "Bob");
    assert!(updated.str("/request/id").starts_with("req_"), "{}", updated.text);
    let keyed = format!(r#"{{"customer":"{customer}"}}"#);
    app.keyed("/v1/invoices", &keyed, Some("key-1")).await.ok();
    let made = app.get("/v1/events?type=invoice.*").await.ok();
    assert_eq!(made.each("type"), ["invoice.created"]);
    assert_eq!(made.str("/data/0/request/idempotency_key"), "key-1");
    let some = app.get("/v1/events?types[]=customer.created&types[]=invoice.created").await.ok();
    assert_eq!(some.each("type"), ["invoice.created", "customer.created"]);
}

#[tokio::test]
async fn an_endpoint_has_a_secret_that_is_told_once_and_rolled() {
    endpoints(&app().await).await;
}

pub(super) async fn endpoints(app: &App) {
    let form = "url=http://127.0.0.1:9/hook&enabled_events[]=customer.*&api_version=2019-12-03";
    let made = app.form("/v1/webhook_endpoints", form).await.ok();
    let (id, secret) = (made.str("/id").to_owned(), made.str("/secret").to_owned());
    assert!(secret.starts_with("whsec_"), "{}", made.text);
    let path = format!("/v1/webhook_endpoints/{id}");
    let got = app.get(&path).await.ok();
    assert_eq!((got.at("/secret"), got.str("/api_version")), (&json!(null), "2019-12-03"));
    let rolled = app.form(&format!("{path}/roll_secret"), "keep_hours=1").await.ok();
    assert_ne!(rolled.str("/secret"), secret);
    app.customer("name=Ada").await;
    let event = app.get("/v1/events").await.ok();
    assert_eq!(event.at("/data/0/pending_webhooks"), &json!(1));
    let event = event.str("/data/0/id").to_owned();
    let waiting = app.get(&format!("{path}/deliveries")).await.ok();
    assert_eq!((waiting.str("/data/0/event"), waiting.str("/data/0/status")), (&*event, "pending"));
    let waiting = app.get(&format!("/v1/events/{event}/deliveries")).await.ok();
    assert_eq!(waiting.str("/data/0/webhook_endpoint"), id);
    let again = app.form(&format!("/v1/events/{event}/redeliver"), "").await.ok();
    assert_eq!((again.str("/event"), again.at("/pending_webhooks")), (&*event, &json!(1)));
    let disabled = app.form(&path, "disabled=true").await.ok();
    assert_eq!(disabled.str("/status"), "disabled");
    let gone = app.delete(&path).await.ok();
    assert_eq!(gone.body, json!({ "id": id, "object": "webhook_endpoint", "deleted": true }));
    assert_eq!(app.get(&path).await.status.as_u16(), 404);
}

#[tokio::test]
async fn what_the_clock_does_is_told() {
    clock(&app().await).await;
}

pub(super) async fn clock(app: &App) {
    const HOUR: i64 = 3_600_000;
    let customer = app.customer("email=ada@example.com").await;
    let form = format!(
        "customer={customer}&auto_advance=true&collection_method=send_invoice&days_until_due=30",
    );
    let draft = app.form("/v1/invoices", &form).await.ok();
    let path = format!("/v1/invoices/{}", draft.str("/id"));
    let in_an_hour = draft.at("/created").as_i64().unwrap() + 3_600;
    assert_eq!(draft.at("/automatically_finalizes_at"), &json!(in_an_hour));
    let item = format!("customer={customer}&invoice={}&amount=1000&currency=eur", draft.str("/id"));
    app.form("/v1/invoiceitems", &item).await.ok();
    app.clock.advance_ms(HOUR);
    app.engine.wake().await.unwrap();
    let open = app.get(&path).await.ok();
    assert_eq!(
        (open.str("/status"), open.at("/automatically_finalizes_at")),
        ("open", &json!(null))
    );
    app.clock.advance_ms(27 * 24 * HOUR);
    app.engine.wake().await.unwrap();
    app.clock.advance_ms(3 * 24 * HOUR);
    app.engine.wake().await.unwrap();
    app.engine.wake().await.unwrap();
    let events = app.get("/v1/events?limit=4").await.ok();
    let told = ["invoice.overdue", "invoice.will_be_due", "invoice.finalized", "invoice.updated"];
    assert_eq!(events.each("type"), told);
    assert_eq!(events.at("/data/0/request/id"), &json!(null), "nobody asked for it");
    app.form(&format!("{path}/pay"), "").await.ok();
    let paid = app.get("/v1/events?type=invoice_payment.paid").await.ok();
    let payment = paid.at("/data/0/data/object");
    assert_eq!(
        (&payment["object"], &payment["amount_paid"]),
        (&json!("invoice_payment"), &json!(1_000))
    );
    assert_eq!(payment["invoice"], draft.str("/id"));
}

#[tokio::test]
async fn a_draft_that_cannot_finalize_by_itself_says_why() {
    let app = app().await;
    let customer = app.customer("name=Ada").await;
    let form = format!("customer={customer}&auto_advance=true");
    let draft = app.form("/v1/invoices", &form).await.ok().str("/id").to_owned();
    app.form("/v1/locks", "lock_date=2026-05-04").await.ok();
    app.clock.advance_ms(3_600_000);
    app.engine.wake().await.unwrap();
    let got = app.get(&format!("/v1/invoices/{draft}")).await.ok();
    assert_eq!((got.str("/status"), got.at("/number")), ("draft", &json!(null)));
    let error = got.at("/last_finalization_error");
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("period_locked"), &json!("effective_at"))
    );
    assert_eq!(error["type"], "invalid_request_error");
    let told = app.get("/v1/events?type=invoice.finalization_failed").await.ok();
    assert_eq!(told.str("/data/0/data/object/last_finalization_error/code"), "period_locked");
}
