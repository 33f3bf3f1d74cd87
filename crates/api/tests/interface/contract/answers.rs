//! Answers against the document: every one that a test gets, and one of each operation at least.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use axum::http::Request;
use serde_json::Value;

use super::{object, operations};
use crate::app::{App, Got};
use crate::documents::app;
use crate::world::Caller;

/// Checks that an answer is as the document says; returns the operation that succeeded.
///
/// An older version than the newest has shapes that the document does not show.
#[track_caller]
pub(crate) fn check(method: &str, path: &str, got: &Got) -> Option<String> {
    let schemas = &document()["components"]["schemas"];
    let told = format!("{method} {path} is answered {} {}", got.status, got.text);
    if method == "OPTIONS" {
        // Browsers ask so, and look at headers alone.
        return None;
    }
    if !got.status.is_success() {
        let has_body = got.status.is_client_error() || got.status.is_server_error();
        assert!(has_body, "{told}");
        object(schemas, "error", &got.body).unwrap_or_else(|why| panic!("{why}: {told}"));
        return None;
    }
    let Some((name, operation)) = operation(method, path) else { panic!("unknown: {told}") };
    let content = operation["responses"]["200"]["content"].as_object().unwrap();
    let (media, content) = content.iter().next().unwrap();
    assert!(got.header("content-type").starts_with(media), "{told}");
    let schema = content["schema"].get("$ref").and_then(Value::as_str);
    let version = got.header("stripe-version");
    let is_newest = version.is_empty() || version == wire::Version::NEWEST.name();
    if let (Some(schema), true) = (schema, is_newest) {
        let schema = schema.rsplit('/').next().unwrap();
        object(schemas, schema, &got.body).unwrap_or_else(|why| panic!("{why}: {told}"));
    }
    Some(name)
}

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(api::openapi_document)
}

/// The operation at a path; one with the path's own words wins over one with an id there.
fn operation(method: &str, path: &str) -> Option<(String, &'static Value)> {
    let parts: Vec<&str> = path.split('/').collect();
    let mut found: Option<(usize, String, &Value)> = None;
    for (template, methods) in document()["paths"].as_object().unwrap() {
        let names: Vec<&str> = template.split('/').collect();
        let fits = |(name, part): (&&str, &&str)| name.starts_with('{') || name == part;
        let Some(operation) = methods.get(method.to_lowercase()) else { continue };
        if names.len() != parts.len() || !names.iter().zip(&parts).all(fits) {
            continue;
        }
        let ids = names.iter().filter(|name| name.starts_with('{')).count();
        if found.as_ref().is_none_or(|(fewest, ..)| ids < *fewest) {
            found = Some((ids, format!("{method} {template}"), operation));
        }
    }
    found.map(|(_, name, operation)| (name, operation))
}

#[tokio::test]
async fn every_operation_succeeds_as_the_document_says() {
    let app = app().await;
    numbers(&app).await;
    documents(&app).await;
    corrections(&app).await;
    told(&app).await;
    people(&app).await;
    accounts(&app).await;
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"] {
        app.get(path).await.ok();
    }
    let succeeded = app.succeeded.lock().unwrap().clone();
    let all =
        operations(document()).into_iter().map(|(method, path, _)| format!("{method} {path}"));
    let all: BTreeSet<String> = all.collect();
    let missing: Vec<_> = all.difference(&succeeded).collect();
    assert!(missing.is_empty(), "never asked for: {missing:?}");
}

async fn post(app: &App, path: &str, form: &str) -> Got {
    app.form(path, form).await.ok()
}

/// Makes an object; returns its path.
async fn make(app: &App, path: &str, form: &str) -> String {
    format!("{path}/{}", post(app, path, form).await.str("/id"))
}

async fn read(app: &App, paths: &[&str]) {
    for path in paths {
        app.get(path).await.ok();
    }
}

async fn numbers(app: &App) {
    let number = make(app, "/v1/numbers", "reference=a&date=2026-05-02&metadata[k]=v").await;
    post(app, "/v1/numbers/batch", "items[0][reference]=b&items[1][reference]=c").await;
    post(app, "/v1/numbers/batch/preview", "items[0][reference]=d").await;
    post(app, &format!("{number}/void"), "reason=cancelled").await;
    post(app, "/v1/series", "name=shop&pattern=S-{year}-{seq:4}").await;
    post(app, "/v1/series/shop", "pattern=S-{year}-{seq:5}").await;
    post(app, "/v1/series/shop/advance", "next=5&reason=Lost").await;
    post(app, "/v1/series/shop", "pattern=T-{year}-{seq}&effective_from=2031-01-01").await;
    post(app, "/v1/series/shop/cancel_plan", "").await;
    let gap = app.get("/v1/gaps").await.ok().str("/data/0/id").to_owned();
    post(app, &format!("/v1/gaps/{gap}/explain"), "explanation=Lost.").await;
    post(app, "/v1/numbering/settings", "time_zone=Europe/Berlin").await;
    post(app, "/v1/patterns/infer", "number=INV/2024/03/0007&date=2024-03-01").await;
    post(app, "/v1/patterns/check", "pattern=X-{seq:3}").await;
    post(app, "/v1/periods/close", "end=2026-03-31").await;
    post(app, "/v1/locks", "lock_date=2026-04-30").await;
    let head = post(app, "/v1/trail/anchors", "").await;
    let kept = format!("entries={}&head={}", head.body["entries"], head.str("/head"));
    let kept = post(app, "/v1/trail/anchors", &kept).await;
    assert_eq!(kept.body["kept"]["holds"], true, "{}", kept.text);
    let (why, list) = (format!("{number}/why"), "/v1/numbers?limit=2");
    read(app, &[&number, &why, list, "/v1/series", "/v1/series/shop"]).await;
    read(app, &["/v1/series/shop/preview?count=2", "/v1/numbering/settings"]).await;
    read(app, &["/v1/irregularities", "/v1/irregularities/summary"]).await;
    let statement = "/v1/gaps/statement";
    read(app, &[statement, &format!("{statement}/csv"), &format!("{statement}/html")]).await;
    read(app, &["/v1/gaps", "/v1/locks", "/v1/trail", "/v1/trail/verify"]).await;
    post(app, "/v1/series/shop/archive", "").await;
}

/// People are managed with a live key.
async fn people(app: &App) {
    let live = Caller { key: app.account.live_key.clone(), account: None };
    let ask = async |method: &str, path: &str, form: &str| app.by(&live, method, path, form).await;
    let ann = "email=ann@example.com&name=Ann&role=administrator&password=correct+horse+battery";
    let ann = ask("POST", "/v1/users", ann).await.ok().str("/id").to_owned();
    let again = ask("POST", "/v1/users", "email=ANN@example.com&name=Ann&role=clerk").await;
    assert_eq!(again.code(), "resource_already_exists");
    let path = format!("/v1/users/{ann}");
    assert_eq!(ask("POST", &path, "disabled=true").await.code(), "last_administrator");
    let bob = "email=bob@example.com&name=Bob&role=clerk";
    let bob = ask("POST", "/v1/users", bob).await.ok().str("/id").to_owned();
    let changed = ask("POST", &format!("/v1/users/{bob}"), "role=auditor&disabled=true").await.ok();
    assert_eq!((changed.str("/role"), &changed.body["disabled"]), ("auditor", &true.into()));
    ask("POST", &format!("{path}/password"), "password=another+long+password").await.ok();
    let found = ask("GET", &path, "").await.ok();
    assert_eq!(found.body["has_password"], true, "{}", found.text);
    assert!(!found.text.contains("argon2"), "{}", found.text);
    // Both were entered in one instant, so their ids say which is the newer one.
    let (newer, older) = if ann > bob { (&ann, &bob) } else { (&bob, &ann) };
    let first = ask("GET", "/v1/users", "limit=1").await.ok();
    assert_eq!((first.str("/data/0/id"), &first.body["has_more"]), (&**newer, &true.into()));
    let next = ask("GET", "/v1/users", &format!("limit=1&starting_after={newer}")).await.ok();
    assert_eq!((next.str("/data/0/id"), &next.body["has_more"]), (&**older, &false.into()));
    let before = ask("GET", "/v1/users", &format!("ending_before={older}")).await.ok();
    assert_eq!(before.str("/data/0/id"), newer);
    // A test key changes nobody.
    assert_eq!(app.get("/v1/users").await.ok().body["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        app.form("/v1/users", "email=e@e.org&name=E&role=clerk").await.code(),
        "livemode_mismatch"
    );
    assert_eq!(app.form(&path, "role=clerk").await.code(), "livemode_mismatch");
}

async fn documents(app: &App) {
    let rate = "display_name=VAT&inclusive=true&percentage=7";
    let rate = make(app, "/v1/tax_rates", rate).await;
    post(app, &rate, "metadata[k]=v").await;
    let customer = make(app, "/v1/customers", "name=Ada&email=ada@example.com").await;
    post(app, &customer, "name=Bob").await;
    let id = customer.rsplit('/').next().unwrap();
    let item = format!("customer={id}&amount=5&currency=eur");
    let (item, spare) =
        (make(app, "/v1/invoiceitems", &item).await, make(app, "/v1/invoiceitems", &item).await);
    post(app, &item, "description=Tea").await;
    app.delete(&spare).await.ok();
    post(app, "/v1/invoices/create_preview", &format!("customer={id}")).await;
    let upcoming = format!("/v1/invoices/upcoming?customer={id}");
    app.get_in("2024-06-20", &upcoming).await.ok();
    read(app, &[&rate, &customer, &item, "/v1/tax_rates", "/v1/customers"]).await;
    read(app, &["/v1/invoiceitems", "/v1/invoices"]).await;
    let invoice = make(app, "/v1/invoices", &format!("customer={id}&currency=eur")).await;
    post(app, &invoice, "description=Hello").await;
    let added = "lines[0][amount]=100&lines[1][amount]=200";
    let added = post(app, &format!("{invoice}/add_lines"), added).await;
    let lines = added.at("/lines/data").as_array().unwrap();
    let line = |place: usize| lines[place]["id"].as_str().unwrap();
    post(app, &format!("{invoice}/lines/{}", line(0)), "amount=150").await;
    let changed = format!("lines[0][id]={}&lines[0][amount]=250", line(1));
    post(app, &format!("{invoice}/update_lines"), &changed).await;
    let removed = format!("lines[0][id]={}&lines[0][behavior]=delete", line(0));
    post(app, &format!("{invoice}/remove_lines"), &removed).await;
    read(app, &[&invoice, &format!("{invoice}/lines")]).await;
    app.delete(&invoice).await.ok();
    app.delete(&customer).await.ok();
    app.get(&customer).await.ok();
}

async fn corrections(app: &App) {
    let customer = app.customer("name=Ada&email=ada@example.com").await;
    let open = app.open(&customer, 1_000).await;
    let (id, invoice) = (open.str("/id"), format!("/v1/invoices/{}", open.str("/id")));
    post(app, &format!("{invoice}/send"), "").await;
    read(app, &["/v1/invoices/search?query=status:%22open%22"]).await;
    read(app, &["/v1/customers/search?query=name~%22ada%22", "/v1/accounts"]).await;
    let form = format!("invoice={id}&amount=300");
    let shown = format!("/v1/credit_notes/preview?{form}");
    read(app, &[&shown, &format!("/v1/credit_notes/preview/lines?{form}")]).await;
    let note = make(app, "/v1/credit_notes", &form).await;
    post(app, &note, "memo=Sorry").await;
    read(app, &[&note, &format!("{note}/lines"), "/v1/credit_notes"]).await;
    let printed = |url: &str| url.strip_prefix("http://localhost").unwrap().to_owned();
    let pdf = app.get(&note).await.ok();
    let (page, file) = (open.str("/hosted_invoice_url"), open.str("/invoice_pdf"));
    read(app, &[&printed(page), &printed(file), &printed(pdf.str("/pdf"))]).await;
    post(app, &format!("{note}/void"), "").await;
    post(app, &format!("{invoice}/mark_uncollectible"), "").await;
    post(app, &format!("{invoice}/pay"), "paid_out_of_band=true").await;
    let other = app.open(&customer, 5).await;
    post(app, &format!("/v1/invoices/{}/reset_to_draft", other.str("/id")), "reason=wrong").await;
    post(app, &format!("/v1/invoices/{}/finalize", other.str("/id")), "").await;
    post(app, &format!("/v1/invoices/{}/void", other.str("/id")), "").await;
    let draft = app.draft(&customer, 5).await;
    post(app, &format!("/v1/invoices/{draft}/teach_preview"), "number=T-99999").await;
}

async fn told(app: &App) {
    let form = "url=http://127.0.0.1:9/hook&enabled_events[]=*";
    let endpoint = make(app, "/v1/webhook_endpoints", form).await;
    app.customer("name=Ada").await;
    post(app, &endpoint, "description=Books").await;
    post(app, &format!("{endpoint}/roll_secret"), "").await;
    let event = app.get("/v1/events").await.ok().str("/data/0/id").to_owned();
    let event = format!("/v1/events/{event}");
    post(app, &format!("{event}/redeliver"), "").await;
    read(app, &[&event, &format!("{event}/deliveries"), &format!("{endpoint}/deliveries")]).await;
    read(app, &[&endpoint, "/v1/webhook_endpoints"]).await;
    app.delete(&endpoint).await.ok();
}

async fn accounts(app: &App) {
    let account = make(app, "/v1/accounts", "name=Shop").await;
    read(app, &["/v1/account", &account]).await;
    post(app, &account, "name=Store").await;
    let version = "/v1/account/api_version";
    post(app, version, "api_version=2025-03-31.basil").await;
    app.get(version).await.ok();
    post(app, &format!("{version}/rollback"), "").await;
    let live = format!("Bearer {}", app.account.live_key);
    let request = Request::builder().method("POST").uri("/v1/numbering/settings/copy_from_test");
    let request = request.header("authorization", live).body(axum::body::Body::empty());
    app.send(request.unwrap()).await.ok();
    post(app, "/v1/test_ledger/wipe", "").await;
}
