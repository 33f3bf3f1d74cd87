//! Keys, roles, headers, unknown addresses, overload.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use ledger::Actor;
use ledger::id::Position;
use ledger::model::HouseStyle;
use ledger::role::Role;

use crate::app::{App, Got};

fn plain(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path)
}

#[tokio::test]
async fn a_key_is_needed_and_chooses_the_mode() {
    let app = App::new().await;
    let got = app.send(plain("GET", "/v1/numbers").body(Body::empty()).unwrap()).await;
    assert_eq!((got.status.as_u16(), got.code()), (401, "api_key_missing"));
    assert_eq!(got.header("www-authenticate"), "Bearer");
    for wrong in ["Bearer sk_test_nobody", "Bearer nothing", "Token x", "Basic !!"] {
        let request = plain("GET", "/v1/numbers").header("authorization", wrong);
        let got = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!((got.status.as_u16(), got.code()), (401, "api_key_invalid"), "{wrong}");
    }
    app.form("/v1/numbers", "reference=a").await.ok();
    let live = format!("Bearer {}", app.account.live_key);
    let request = plain("POST", "/v1/numbers").header("authorization", live);
    let got = app.send(request.body(Body::from("reference=a")).unwrap()).await.ok();
    assert_eq!((got.str("/number"), &got.body["livemode"]), ("INV-2026-00001", &true.into()));
}

#[tokio::test]
async fn basic_authentication_carries_the_key_as_user() {
    use base64::Engine as _;
    let app = App::new().await;
    let pair = format!("{}:", app.account.test_key);
    let basic = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
    let request = plain("GET", "/v1/locks").header("authorization", basic);
    app.send(request.body(Body::empty()).unwrap()).await.ok();
}

#[tokio::test]
async fn roles_and_revoked_keys() {
    let app = App::new().await;
    let ledger = app.account.test;
    let operator = || Actor::Operator("test".to_owned());
    let made = app.engine.create_key(ledger, operator(), Role::Auditor, "reader").await.unwrap();
    let bearer = format!("Bearer {}", made.secret);
    let send = |method: &str, path: &str, body: &str| {
        let request = plain(method, path).header("authorization", &bearer);
        app.send(request.body(Body::from(body.to_owned())).unwrap())
    };
    send("GET", "/v1/numbers", "").await.ok();
    let got = send("POST", "/v1/numbers", "reference=a").await;
    assert_eq!((got.status.as_u16(), got.code()), (403, "role_forbidden"));
    app.engine.revoke_key(ledger, operator(), made.key.id).await.unwrap();
    for (method, path) in [("GET", "/v1/numbers"), ("POST", "/v1/numbers")] {
        let got = send(method, path, "").await;
        assert_eq!((got.status.as_u16(), got.code()), (401, "api_key_expired"));
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods() {
    let app = App::new().await;
    for path in ["/", "/v1", "/v2/numbers", "/v1/numbers/", "/v1/numbers/a/b/c"] {
        let got = app.get(path).await;
        assert_eq!((got.status.as_u16(), got.code()), (404, "url_unknown"), "{path}");
        assert!(got.header("request-id").starts_with("req_"));
    }
    for (method, path) in [("DELETE", "/v1/numbers"), ("PUT", "/v1/locks"), ("POST", "/healthz")] {
        let got = app.send(app.request(method, path).body(Body::empty()).unwrap()).await;
        assert_eq!((got.status.as_u16(), got.code()), (405, "method_not_allowed"), "{path}");
        assert!(got.header("allow").contains("GET"), "{:?}", got.headers);
    }
}

#[tokio::test]
async fn versions_and_accounts_in_headers() {
    let app = App::new().await;
    let send = |name: &str, value: &str| {
        let request = app.request("GET", "/v1/locks").header(name, value);
        app.send(request.body(Body::empty()).unwrap())
    };
    let got = send("stripe-version", "2025-03-31.basil").await.ok();
    assert_eq!(got.header("stripe-version"), "2025-03-31.basil");
    let got = send("stripe-version", "newest").await;
    assert_eq!((got.status.as_u16(), got.code()), (400, "api_version_invalid"));
    send("stripe-account", &app.account.account.0).await.ok();
    let got = send("stripe-account", "acct_other").await;
    assert_eq!((got.status.as_u16(), got.param()), (400, "Stripe-Account"));
    // Who says nothing is told the account's.
    let got = app.get("/v1/locks").await.ok();
    assert_eq!(got.header("stripe-version"), wire::Version::NEWEST.name());
}

#[tokio::test]
async fn what_is_too_much_is_answered_at_once() {
    let limits = api::Limits { requests_max: 0, ..api::Limits::default() };
    let app = App::with(HouseStyle::Yearly, limits).await;
    let got = app.form("/v1/numbers", "reference=a").await;
    assert_eq!((got.status.as_u16(), got.code()), (429, "rate_limit"));
    assert_eq!((got.header("retry-after"), got.header("stripe-should-retry")), ("1", "true"));
    assert_eq!(got.header("stripe-rate-limited-reason"), "global-concurrency");

    let limits = api::Limits { body_bytes_max: 100, ..api::Limits::default() };
    let app = App::with(HouseStyle::Yearly, limits).await;
    app.form("/v1/numbers", "reference=a").await.ok();
    let got = app.form("/v1/numbers", &format!("reference={}", "a".repeat(100))).await;
    assert_eq!(got.status.as_u16(), 429);
}

#[tokio::test]
async fn a_rate_that_is_passed_is_told_and_leaves_the_idempotency_key_alone() {
    let mut app = App::new().await;
    let rates = api::Rates { live: 0, test: 2, operation: 1 };
    app.router = api::router_set_up(app.engine.clone(), api::Setup { rates, ..Default::default() });
    app.keyed("/v1/numbers", "{}", Some("a")).await.ok();
    let got = app.keyed("/v1/numbers", "{}", Some("b")).await;
    assert_eq!((got.status.as_u16(), got.code()), (429, "rate_limit"));
    assert_eq!(got.header("stripe-rate-limited-reason"), "endpoint-rate");
    assert_eq!((got.header("stripe-should-retry"), got.header("retry-after")), ("false", "1"));
    app.get("/v1/locks").await.ok();
    let got = app.get("/v1/gaps").await;
    assert_eq!(got.header("stripe-rate-limited-reason"), "global-rate");
    app.router = api::router(app.engine.clone());
    let other = app.keyed("/v1/numbers", r#"{"reference":"x"}"#, Some("b")).await.ok();
    assert_eq!(other.header("idempotent-replayed"), "");
}

const ORIGIN: &str = "https://books.example.com";

/// What a page of another origin asks.
async fn ask(app: &App, method: &str) -> Got {
    let request = app.request(method, "/v1/locks").header("origin", ORIGIN);
    let request = request.header("access-control-request-method", "POST");
    app.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn pages_of_other_origins_ask_only_where_they_are_named() {
    let mut app = App::new().await;
    let got = ask(&app, "GET").await.ok();
    assert_eq!(got.header("access-control-allow-origin"), "");
    assert_eq!(ask(&app, "OPTIONS").await.status.as_u16(), 405);
    let setup = api::Setup { origins: vec![ORIGIN.to_owned()], ..Default::default() };
    app.router = api::router_set_up(app.engine.clone(), setup);
    let got = ask(&app, "GET").await.ok();
    assert_eq!((got.header("access-control-allow-origin"), got.header("vary")), (ORIGIN, "origin"));
    let told = ask(&app, "OPTIONS").await;
    assert_eq!(told.status.as_u16(), 204);
    assert!(told.header("access-control-allow-headers").contains("idempotency-key"));
}

#[tokio::test]
async fn a_stopped_engine_says_so() {
    let app = App::new().await;
    app.get("/readyz").await.ok();
    app.form("/v1/numbers", "reference=a").await.ok();
    app.engine.shutdown();
    let got = app.form("/v1/numbers", "reference=b").await;
    assert_eq!((got.status.as_u16(), got.code()), (503, "shutting_down"));
    assert_eq!(got.str("/error/type"), "api_error");
    assert_eq!(got.header("stripe-should-retry"), "true");
    let got = app.get("/readyz").await;
    assert_eq!((got.status.as_u16(), got.header("retry-after")), (503, "1"));
    app.get("/healthz").await.ok();
}

#[tokio::test]
async fn what_anybody_may_ask() {
    let app = App::new().await;
    app.form("/v1/numbers", "reference=a").await.ok();
    app.get("/v1/numbers/num_x").await;
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"] {
        let got = app.send(plain("GET", path).body(Body::empty()).unwrap()).await.ok();
        assert!(got.header("request-id").starts_with("req_"), "{path}");
    }
    let metrics = app.get("/metrics").await.ok();
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    assert!(metrics.text.contains("gapless_responses_total{class=\"4xx\"} 1\n"));
    assert!(metrics.text.contains("gapless_requests_in_flight 1\n"));
}

/// Each request breaks one rule of the ladder and every rule below it.
#[tokio::test]
async fn the_error_of_the_lowest_rank_is_told() {
    let limits = api::Limits { requests_max: 0, ..api::Limits::default() };
    let full = App::with(HouseStyle::Yearly, limits).await;
    let app = App::new().await;
    let good_key = format!("Bearer {}", app.account.test_key);
    let good_key = good_key.as_str();
    let form = "application/x-www-form-urlencoded";
    let large = "x=%".to_owned() + &"a".repeat(2 << 20);
    let (numbers, bad) = ("/v1/numbers", "\u{e4}");
    let key = "k";
    for (app, path, method, auth, version, key, content_type, body, code) in [
        (&full, "/nowhere", "PUT", "", "x", bad, "x/y", large.as_str(), "rate_limit"),
        (&app, "/nowhere", "PUT", "", "x", bad, "x/y", &large, "url_unknown"),
        (&app, numbers, "PUT", "", "x", bad, "x/y", &large, "method_not_allowed"),
        (&app, numbers, "POST", "", "x", bad, "x/y", &large, "api_key_missing"),
        (&app, numbers, "POST", "Bearer x", "x", bad, "x/y", &large, "api_key_invalid"),
        (&app, numbers, "POST", good_key, "x", bad, "x/y", &large, "api_version_invalid"),
        (&app, numbers, "POST", good_key, "", bad, "x/y", &large, "idempotency_key_invalid"),
        (&app, numbers, "POST", good_key, "", key, "x/y", &large, "content_type_unsupported"),
        (&app, numbers, "POST", good_key, "", key, form, &large, "body_too_large"),
        (&app, numbers, "POST", good_key, "", key, form, "x=1&date=%", "body_invalid"),
        (&app, numbers, "POST", good_key, "", key, form, "date=&date=&x=1", "parameter_unknown"),
        (&app, numbers, "POST", good_key, "", key, form, "date=&date=", "parameter_duplicate"),
        (&app, numbers, "POST", good_key, "", key, form, "date=", "parameter_invalid_empty"),
    ] {
        let mut request = plain(method, path).header("content-type", content_type);
        let headers =
            [("authorization", auth), ("stripe-version", version), ("idempotency-key", key)];
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let got = app.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(got.code(), code, "{}", got.text);
    }
}

/// The rungs behind those: what the request alone shows comes before whatever must be looked up.
#[tokio::test]
async fn what_is_malformed_is_told_before_anything_is_looked_up() {
    let app = App::new().await;
    app.keyed("/v1/numbers", "{}", Some("used")).await.ok();
    let operator = || Actor::Operator("test".to_owned());
    let key = |role| app.engine.create_key(app.account.test, operator(), role, "key");
    let clerk = key(Role::Clerk).await.unwrap().secret;
    let auditor = key(Role::Auditor).await.unwrap().secret;
    let unknown = Position(77).id(app.account.test);
    let void = format!("/v1/numbers/{unknown}/void");
    let advance = "/v1/series/nowhere/advance";
    let elsewhere = "/v1/numbers/num_1/void";
    let (cause, reason) = (r#"{"cause":"x"}"#, r#"{"reason":"r"}"#);
    for (secret, path, key, body, code) in [
        (&auditor, "/v1/series", "used", "{}", "parameter_missing"),
        (&auditor, void.as_str(), "used", "{}", "parameter_missing"),
        (&auditor, elsewhere, "used", "{}", "parameter_missing"),
        (&auditor, elsewhere, "used", cause, "parameter_invalid"),
        (&auditor, advance, "used", r#"{"next":1}"#, "parameter_missing"),
        (&auditor, void.as_str(), "used", cause, "parameter_invalid"),
        (&auditor, elsewhere, "used", reason, "resource_missing"),
        (&auditor, void.as_str(), "used", reason, "idempotency_error"),
        (&auditor, void.as_str(), "new", reason, "role_forbidden"),
        (&clerk, void.as_str(), "new", reason, "resource_missing"),
    ] {
        let request = plain("POST", path)
            .header("authorization", format!("Bearer {secret}"))
            .header("idempotency-key", key)
            .header("content-type", "application/json");
        let got = app.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(got.code(), code, "{path} {body}: {}", got.text);
    }
}
