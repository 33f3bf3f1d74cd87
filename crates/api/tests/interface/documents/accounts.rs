//! What is said of accounts, by themselves and by who they are connected to.

use axum::http::Request;
use engine::NewAccount;
use ledger::Actor;
use ledger::model::HouseStyle;
use ledger::role::Role;
use serde_json::json;

use crate::app::{App, Got};

async fn connected(app: &App, form: &str) -> String {
    app.form("/v1/accounts", form).await.ok().str("/id").to_owned()
}

/// What is said: name, e-mail address, zone and metadata.
fn said(got: &Got) -> serde_json::Value {
    let body = &got.body;
    assert_eq!(body["business_profile"]["name"], body["settings"]["dashboard"]["display_name"]);
    json!([
        body["business_profile"]["name"],
        body["email"],
        body["settings"]["dashboard"]["timezone"],
        body["metadata"],
    ])
}

#[tokio::test]
async fn the_own_account_is_changed() {
    own(&App::with(HouseStyle::Stripe, api::Limits::default()).await).await;
}

#[tokio::test]
async fn the_own_account_is_changed_on_postgres() {
    own(&App::on_postgres("own_account").await).await;
}

async fn own(app: &App) {
    let path = format!("/v1/accounts/{}", app.account.account);
    let form = "business_profile[name]=Books&email=a@example.com&metadata[a]=1&metadata[b]=2\
                &settings[dashboard][timezone]=Europe/Berlin";
    let changed = app.form(&path, form).await.ok();
    let all = json!(["Books", "a@example.com", "Europe/Berlin", {"a": "1", "b": "2"}]);
    assert_eq!(said(&changed), all);
    assert_eq!(app.get("/v1/account").await.ok().text, changed.text);
    let settings = app.get("/v1/numbering/settings").await.ok();
    assert_eq!(settings.str("/time_zone"), "Europe/Berlin", "numbers go by it");
    // What is made next shows the name, although the key was seen with the name before.
    let customer = app.form("/v1/customers", "name=Ada").await.ok();
    let draft = format!("customer={}&currency=eur", customer.str("/id"));
    assert_eq!(app.form("/v1/invoices", &draft).await.ok().str("/account_name"), "Books");

    let fewer = app.form(&path, "name=B&email=&metadata[a]=&metadata[c]=3").await.ok();
    assert_eq!(said(&fewer), json!(["B", null, "Europe/Berlin", {"b": "2", "c": "3"}]));
    let cleared = app.form(&path, "metadata=").await.ok();
    assert_eq!(said(&cleared), json!(["B", null, "Europe/Berlin", {}]));
    let before = app.contents().await;
    let same = app.form(&path, "name=B&time_zone=Europe/Berlin").await.ok();
    assert_eq!((same.text, app.contents().await), (cleared.text, before), "nothing changed");

    let live = Request::builder().uri("/v1/account");
    let live = live.header("authorization", format!("Bearer {}", app.account.live_key));
    let live = app.send(live.body(axum::body::Body::empty()).unwrap()).await.ok();
    assert_eq!(said(&live), json!(["Test", null, "UTC", {}]), "each mode is for itself");
    let proof = app.get("/v1/trail/verify").await.ok();
    assert_eq!(proof.body["valid"], true, "{}", proof.text);
}

#[tokio::test]
async fn what_is_wrong_changes_nothing() {
    let app = App::new().await;
    let path = format!("/v1/accounts/{}", app.account.account);
    let key = app
        .engine
        .create_key(app.account.test, Actor::Operator("test".to_owned()), Role::Auditor, "i")
        .await
        .unwrap();
    let before = (app.get("/v1/account").await.ok().text, app.contents().await);
    let long = "x".repeat(201);
    for (form, param) in [
        ("name=A&time_zone=Nowhere/Land", "time_zone"),
        ("name=A&settings[dashboard][timezone]=x", "settings[dashboard][timezone]"),
        ("name=A&email=nobody", "email"),
        ("name=A&business_profile[name]=B", "business_profile"),
        ("name=A&settings[branding][logo]=x", "settings[branding][logo]"),
        ("name=A&country=DE", "country"),
        (&format!("name={long}"), "name"),
    ] {
        let got = app.form(&path, form).await;
        assert_eq!((got.status.as_u16(), got.param()), (400, param), "{form}: {}", got.text);
    }
    let request = Request::builder().method("POST").uri(&path);
    let request = request.header("authorization", format!("Bearer {}", key.secret));
    let got = app.send(request.body("name=Mine".to_owned().into()).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.code()), (403, "role_forbidden"));
    let after = (app.get("/v1/account").await.ok().text, app.contents().await);
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_platform_changes_what_is_connected_to_it() {
    let app = App::new().await;
    let shop = connected(&app, "name=Shop&email=s@example.com&metadata[a]=1").await;
    let path = format!("/v1/accounts/{shop}");
    let made = app.get(&path).await.ok();
    assert_eq!(said(&made), json!(["Shop", "s@example.com", "UTC", {"a": "1"}]));

    let body = r#"{"name":"Store","metadata":{"b":"2"}}"#;
    let changed = app.keyed(&path, body, Some("k")).await.ok();
    assert_eq!(said(&changed), json!(["Store", "s@example.com", "UTC", {"a": "1", "b": "2"}]));
    app.form(&path, "name=Later").await.ok();
    let again = app.keyed(&path, body, Some("k")).await.ok();
    let told = (again.header("idempotent-replayed"), &again.text);
    assert_eq!(told, ("true", &changed.text), "as it was told then");
    let other = app.keyed(&path, r#"{"name":"Other"}"#, Some("k")).await;
    assert_eq!(other.str("/error/type"), "idempotency_error");
    assert_eq!(said(&app.get("/v1/account").await.ok())[0], "Test", "the platform's own stays");

    let caller = crate::world::Caller { account: Some(shop.clone()), ..app.caller() };
    let itself = app.by(&caller, "POST", &path, "name=Itself").await.ok();
    assert_eq!((said(&itself)[0].as_str(), itself.str("/id")), (Some("Itself"), shop.as_str()));
    let wiped = app.by(&caller, "POST", "/v1/test_ledger/wipe", "").await;
    wiped.ok();
    assert_eq!(app.get(&path).await.ok().text, itself.text, "a wipe takes away what was numbered");
}

#[tokio::test]
async fn nobody_changes_the_account_of_others() {
    let app = App::new().await;
    let shop = connected(&app, "name=Shop").await;
    let other = connected(&app, "name=Other").await;
    let stranger = app.engine.open_account(NewAccount::default()).await.unwrap();
    let caller = |key: &str, account| crate::world::Caller { key: key.to_owned(), account };
    let sibling = caller(&app.account.test_key, Some(other));
    for (who, account) in [
        (&app.caller(), &stranger.account.0),
        (&caller(&stranger.test_key, None), &app.account.account.0),
        (&caller(&stranger.test_key, None), &shop),
        (&sibling, &shop),
        (&sibling, &app.account.account.0),
        (&app.caller(), &"acct_nobody".to_owned()),
    ] {
        let got = app.by(who, "POST", &format!("/v1/accounts/{account}"), "name=Mine").await;
        let told = (got.status.as_u16(), got.code(), got.param());
        assert_eq!(told, (404, "resource_missing", "id"), "{account} by {who:?}");
    }
    assert_eq!(said(&app.get(&format!("/v1/accounts/{shop}")).await.ok())[0], "Shop");
}

#[tokio::test]
async fn connected_accounts_are_listed() {
    listed(&App::with(HouseStyle::Stripe, api::Limits::default()).await).await;
}

#[tokio::test]
async fn connected_accounts_are_listed_on_postgres() {
    listed(&App::on_postgres("listed_accounts").await).await;
}

async fn listed(app: &App) {
    let empty = app.get("/v1/accounts").await.ok();
    assert_eq!(
        empty.body,
        json!({"object": "list", "url": "/v1/accounts", "has_more": false,
        "data": []})
    );
    let mut opened = Vec::new();
    for name in ["A", "B", "C", "D"] {
        opened.push(connected(app, &format!("name={name}")).await);
    }
    opened.reverse();
    let page = async |query: &str| {
        let got = app.get(&format!("/v1/accounts?{query}")).await.ok();
        let ids: Vec<String> = got.each("id").into_iter().map(str::to_owned).collect();
        (ids, got.body["has_more"] == true)
    };
    assert_eq!(page("").await, (opened.clone(), false));
    assert_eq!(page("limit=3").await, (opened[..3].to_vec(), true));
    let after = format!("limit=2&starting_after={}", opened[1]);
    assert_eq!(page(&after).await, (opened[2..].to_vec(), false));
    let before = format!("limit=1&ending_before={}", opened[2]);
    assert_eq!(page(&before).await, (opened[1..2].to_vec(), true));
    // As they are in the mode of the key.
    app.form(&format!("/v1/accounts/{}", opened[0]), "name=Tried").await.ok();
    let name = |got: &Got| got.body["data"][0]["business_profile"]["name"].clone();
    assert_eq!(name(&app.get("/v1/accounts").await.ok()), "Tried");
    let caller = |key: &str| crate::world::Caller { key: key.to_owned(), account: None };
    let live = caller(&app.account.live_key);
    assert_eq!(name(&app.by(&live, "GET", "/v1/accounts", "").await.ok()), "D");
    // What is listed is whose key asks.
    let first = app.get("/v1/accounts").await.ok();
    let one = app.get(&format!("/v1/accounts/{}", opened[0])).await.ok();
    assert_eq!(first.body["data"][0], one.body);
    let own = app.account.account.0.clone();
    for cursor in ["acct_nobody", &own] {
        let got = app.get(&format!("/v1/accounts?starting_after={cursor}")).await;
        assert_eq!((got.status.as_u16(), got.param()), (400, "starting_after"), "{}", got.text);
    }
    let stranger = app.engine.open_account(NewAccount::default()).await.unwrap();
    let theirs = app.by(&caller(&stranger.test_key), "GET", "/v1/accounts", "").await.ok();
    assert_eq!(theirs.body["data"], json!([]));
    let cursor = format!("starting_after={}", opened[0]);
    let theirs = app.by(&caller(&stranger.test_key), "GET", "/v1/accounts", &cursor).await;
    assert_eq!((theirs.status.as_u16(), theirs.param()), (400, "starting_after"));
}
