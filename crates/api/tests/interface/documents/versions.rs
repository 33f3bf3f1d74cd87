//! Versions of the interface, accounts and the test ledger.

use axum::http::Request;
use serde_json::json;

use super::app;
use crate::app::App;

const HOUR_MS: i64 = 60 * 60 * 1000;
const VERSION: &str = "/v1/account/api_version";

#[tokio::test]
async fn drafts_are_numbered_before_2020_03_02_at_customer_level() {
    let app = app().await;
    app.form("/v1/numbering/settings", "mode=customer").await.ok();
    let customer = app.customer("name=Ada&invoice_prefix=ADA").await;
    let item = format!("customer={customer}&amount=5&currency=eur");
    app.form("/v1/invoiceitems", &item).await.ok();
    let form = format!("customer={customer}");
    let old = app.form_in("2019-12-03", "/v1/invoices", &form).await.ok();
    assert_eq!((old.str("/number"), old.str("/status")), ("ADA-0001", "draft"));
    assert_eq!((old.at("/paid"), old.at("/parent")), (&json!(false), &json!(null)));
    assert!(old.body.get("parent").is_none() && old.body.get("total_taxes").is_none());
    let new = app
        .form_in(
            "2020-03-02",
            "/v1/invoices",
            &format!(
                "{form}\
        &pending_invoice_items_behavior=exclude"
            ),
        )
        .await
        .ok();
    assert_eq!(new.at("/number"), &json!(null));
    let seen = app.get(&format!("/v1/customers/{customer}")).await.ok();
    assert_eq!(seen.at("/next_invoice_sequence"), &json!(2));
    let empty = app.form_in("2020-08-27", "/v1/invoices", &form).await;
    assert_eq!(empty.code(), "invoice_no_customer_line_items", "{}", empty.text);
    let unknown = app.form_in("2020-03-03", "/v1/invoices", &form).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (400, "api_version_invalid"));
}

#[tokio::test]
async fn an_account_goes_back_within_72_hours() {
    versions(&app().await).await;
}

pub(super) async fn versions(app: &App) {
    let set = |version: &str| {
        let (app, body) = (&app, format!("api_version={version}"));
        async move { app.form(VERSION, &body).await.ok() }
    };
    let old = set("2023-08-16").await;
    assert_eq!(
        (old.str("/api_version"), old.str("/previous")),
        ("2023-08-16", "2026-10-28.endive")
    );
    let customer = app.customer("name=Ada").await;
    let draft = app.draft(&customer, 5).await;
    let path = format!("/v1/invoices/{draft}");
    // The header is the account's version, which decides the shape.
    let got = app.get(&path).await.ok();
    assert_eq!((got.header("stripe-version"), got.at("/paid")), ("2023-08-16", &json!(false)));
    let event = app.get("/v1/events?type=invoice.created").await.ok();
    assert_eq!(event.str("/data/0/api_version"), "2023-08-16");
    assert!(event.at("/data/0/data/object/paid").is_boolean(), "{}", event.text);
    let back = app.form(&format!("{VERSION}/rollback"), "").await.ok();
    assert_eq!(back.str("/api_version"), "2026-10-28.endive");
    assert!(app.get(&path).await.ok().body.get("paid").is_none());
    // Events stay as they were told.
    let same = app.get("/v1/events?type=invoice.created").await.ok();
    assert_eq!(same.body, event.body);
    let upgraded = set("2025-03-31.basil").await;
    let until = upgraded.at("/rollback_until").as_i64().unwrap();
    assert_eq!(until, crate::app::NOW.seconds() + 72 * 60 * 60);
    app.clock.advance_ms(72 * HOUR_MS + 1);
    let late = app.form(&format!("{VERSION}/rollback"), "").await;
    let told = (late.status.as_u16(), late.code());
    assert_eq!(told, (400, "api_version_rollback_expired"), "{}", late.text);
    assert_eq!(app.get(VERSION).await.ok().at("/previous"), &json!(null));
    let wrong = app.form(VERSION, "api_version=2025-03-31").await;
    assert_eq!((wrong.code(), wrong.param()), ("api_version_invalid", "api_version"));
}

#[tokio::test]
async fn a_connected_account_numbers_for_itself_by_its_platforms_key() {
    connected(&app().await).await;
}

pub(super) async fn connected(app: &App) {
    let made =
        app.keyed("/v1/accounts", r#"{"name":"Shop","numbering":"stripe"}"#, Some("k")).await;
    let made = made.ok();
    let account = made.str("/id").to_owned();
    let again =
        app.keyed("/v1/accounts", r#"{"name":"Shop","numbering":"stripe"}"#, Some("k")).await;
    assert_eq!((&again.text, again.header("idempotent-replayed")), (&made.text, "true"));
    let other = app.keyed("/v1/accounts", r#"{"name":"Other"}"#, Some("k")).await;
    assert_eq!(other.str("/error/type"), "idempotency_error");
    assert_eq!(made.str("/platform"), app.account.account.0);
    let send = |method: &str, path: &str, body: &str, account: &str| {
        let request = app.request(method, path).header("stripe-account", account);
        app.send(request.body(body.to_owned().into()).unwrap())
    };
    let customer = send("POST", "/v1/customers", "name=Theirs", &account).await.ok();
    let theirs = format!("/v1/customers/{}", customer.str("/id"));
    assert_eq!(app.get(&theirs).await.status.as_u16(), 404);
    send("GET", &theirs, "", &account).await.ok();
    let number = send("POST", "/v1/numbers", "reference=a", &account).await.ok();
    assert!(number.str("/number").ends_with("-0001"), "{}", number.text);
    let own =
        send("GET", &format!("/v1/accounts/{account}"), "", &app.account.account.0).await.ok();
    assert_eq!(own.str("/business_profile/name"), "Shop");
    for wrong in ["acct_nobody", ""] {
        let got = send("GET", "/v1/customers", "", wrong).await;
        assert_eq!((got.code(), got.param()), ("resource_missing", "Stripe-Account"));
    }
    assert_eq!(app.get("/v1/accounts/acct_nobody").await.status.as_u16(), 404);
    let operator = || ledger::Actor::Operator("test".to_owned());
    let role = ledger::role::Role::Auditor;
    let reader = app.engine.create_key(app.account.test, operator(), role, "r").await.unwrap();
    let request = Request::builder().method("POST").uri("/v1/customers");
    let request = request.header("authorization", format!("Bearer {}", reader.secret));
    let request = request.header("stripe-account", &account);
    let got = app.send(request.body("name=x".to_owned().into()).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.code()), (403, "role_forbidden"));
}

#[tokio::test]
async fn the_test_ledger_is_wiped_and_its_settings_taken_over() {
    wipe(&app().await).await;
}

pub(super) async fn wipe(app: &App) {
    app.form("/v1/numbering/settings", "time_zone=Europe/Berlin&max_future_days=9").await.ok();
    let customer = app.customer("name=Ada").await;
    let open = app.open(&customer, 5).await;
    let live = |method: &str, path: &str| {
        let bearer = format!("Bearer {}", app.account.live_key);
        let request = Request::builder().method(method).uri(path).header("authorization", bearer);
        app.send(request.body(axum::body::Body::empty()).unwrap())
    };
    let copied = live("POST", "/v1/numbering/settings/copy_from_test").await.ok();
    assert_eq!(
        (copied.str("/time_zone"), copied.at("/max_future_days")),
        ("Europe/Berlin", &json!(9))
    );
    let wrong = app.form("/v1/numbering/settings/copy_from_test", "").await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (400, "livemode_mismatch"));
    let wrong = live("POST", "/v1/test_ledger/wipe").await;
    assert_eq!((wrong.status.as_u16(), wrong.code()), (400, "livemode_mismatch"));
    app.form("/v1/test_ledger/wipe", "").await.ok();
    assert_eq!(app.get("/v1/customers").await.ok().at("/data"), &json!([]));
    let gone = app.get(&format!("/v1/invoices/{}", open.str("/id"))).await;
    assert_eq!(gone.status.as_u16(), 404);
    let settings = app.get("/v1/numbering/settings").await.ok();
    assert_eq!(settings.str("/time_zone"), "Europe/Berlin");
    let first = app.form("/v1/numbers", "reference=a").await.ok();
    assert!(first.str("/number").ends_with("-0001"), "{}", first.text);
    assert_eq!(first.str("/number")[..8], open.str("/number")[..8], "the prefix stays");
}
