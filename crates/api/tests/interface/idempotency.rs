//! Keys that make a repeated request safe.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::Poll;

use ledger::model::At;

use crate::app::{App, NOW};

#[tokio::test]
async fn a_repeated_key_gives_the_same_bytes() {
    let app = App::new().await;
    let body = r#"{"date":"2026-05-03","metadata":{"a":"b"}}"#;
    let first = app.keyed("/v1/numbers", body, Some("k1")).await.ok();
    let again = app.keyed("/v1/numbers", body, Some("k1")).await.ok();
    assert_eq!((&first.text, first.header("idempotent-replayed")), (&again.text, ""));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = app.keyed("/v1/numbers", body, Some("k2")).await.ok();
    assert_ne!(first.str("/number"), other.str("/number"));
}

#[tokio::test]
async fn the_encoding_and_the_order_do_not_matter() {
    let app = App::new().await;
    let body = r#"{"reference":"r","date":"2026-05-03"}"#;
    let first = app.keyed("/v1/numbers", body, Some("k")).await.ok();
    let request = app.request("POST", "/v1/numbers").header("idempotency-key", "k");
    let again = app.send(request.body("date=2026-05-03&reference=r".into()).unwrap()).await.ok();
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.text, again.text);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let app = App::new().await;
    app.keyed("/v1/numbers", r#"{"reference":"a"}"#, Some("k")).await.ok();
    for (path, body) in [
        ("/v1/numbers", r#"{"reference":"b"}"#),
        ("/v1/numbers/batch", r#"{"items":[{"reference":"a"}]}"#),
        ("/v1/locks", r#"{"lock_date":"2026-01-01"}"#),
    ] {
        let got = app.keyed(path, body, Some("k")).await;
        assert_eq!(got.status.as_u16(), 400);
        assert_eq!(got.str("/error/type"), "idempotency_error", "{}", got.text);
    }
}

#[tokio::test]
async fn refusals_are_kept_and_misread_parameters_are_not() {
    let app = App::new().await;
    let far = r#"{"date":"2028-01-01"}"#;
    let first = app.keyed("/v1/numbers", far, Some("k")).await;
    app.form("/v1/numbering/settings", "max_future_days=3650").await.ok();
    let again = app.keyed("/v1/numbers", far, Some("k")).await;
    assert_eq!((first.code(), &first.text), ("date_too_far", &again.text));
    assert_eq!(again.header("idempotent-replayed"), "true");

    let wrong = app.keyed("/v1/numbers", r#"{"dat":"2026-01-01"}"#, Some("k3")).await;
    assert_eq!(wrong.code(), "parameter_unknown");
    app.keyed("/v1/numbers", r#"{"date":"2026-01-01"}"#, Some("k3")).await.ok();
}

/// Keeps the ledger's writer from its work, until what this gives is dropped: however slow the
/// machine is, nothing that was sent meanwhile is done.
fn hold(app: &App) -> mpsc::Sender<()> {
    let (held, released) = mpsc::channel::<()>();
    drop(app.engine.run_job(app.account.test, move |_| {
        // Nothing is ever sent: the other end goes away.
        Ok(released.recv().is_ok())
    }));
    held
}

/// Sends a request on its way, and lets it wait there.
async fn begin<F: Future>(mut request: Pin<&mut F>) {
    let begun = std::future::poll_fn(|context| Poll::Ready(request.as_mut().poll(context)));
    assert!(begun.await.is_pending());
}

#[tokio::test]
async fn a_key_whose_request_is_being_carried_out_is_waited_for() {
    let app = App::new().await;
    // The key is known from here on, so that nothing is waited for before the commit.
    app.get("/v1/series").await.ok();
    let body = r#"{"date":"2026-05-03"}"#;
    let held = hold(&app);
    let mut first = Box::pin(app.keyed("/v1/numbers", body, Some("k")));
    begin(first.as_mut()).await;
    let mut second = Box::pin(app.keyed("/v1/numbers", body, Some("k")));
    begin(second.as_mut()).await;
    let other = app.keyed("/v1/numbers", r#"{"dat":"2026-05-03"}"#, Some("k")).await;
    assert_eq!(other.code(), "parameter_unknown", "what is malformed is told first");
    drop(held);
    let (first, second) = tokio::join!(first, second);
    let (first, second) = (first.ok(), second.ok());
    assert_eq!((second.header("idempotent-replayed"), &second.text), ("true", &first.text));
    assert_eq!(first.str("/number"), "INV-2026-00001");

    let held = hold(&app);
    let mut gone = Box::pin(app.keyed("/v1/numbers", body, Some("l")));
    begin(gone.as_mut()).await;
    drop(gone);
    drop(held);
    let again = app.keyed("/v1/numbers", body, Some("l")).await.ok();
    assert_eq!(again.header("idempotent-replayed"), "true", "its caller hung up");
}

#[tokio::test]
async fn changes_of_series_and_settings_replay_unchanged() {
    let app = App::new().await;
    let series = r#"{"name":"shop","pattern":"S-{seq}","default":true}"#;
    let settings = r#"{"padding":6}"#;
    let made = app.keyed("/v1/series", series, Some("a")).await.ok();
    let set = app.keyed("/v1/numbering/settings", settings, Some("b")).await.ok();
    app.form("/v1/numbers", "reference=x").await.ok();
    app.clock.set(At(NOW.0 + 60_000));
    let made_again = app.keyed("/v1/series", series, Some("a")).await.ok();
    let set_again = app.keyed("/v1/numbering/settings", settings, Some("b")).await.ok();
    assert_eq!((made.text, set.text), (made_again.text, set_again.text));
}
