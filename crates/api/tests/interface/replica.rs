//! Lists and reports from a database that follows the one that is written to.

mod follower;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::{
    Engine, EngineError, EngineOptions, NewAccount, StoreAccess, StoreFailure, StoreFailureKind,
};
use store_sqlite::{OpenOptions, SqliteStore};

use self::follower::{Follower, Following};
use crate::app::App;

const LISTS: [&str; 5] = ["/v1/numbers", "/v1/series", "/v1/gaps", "/v1/trail", "/v1/trail/verify"];

/// An interface that reads from a follower of its own database, or of another one.
async fn following(other: Option<PathBuf>) -> (App, Arc<Following>) {
    let mut app = App::new().await;
    let path = other.unwrap_or(app.path());
    let following = Arc::new(Following::default());
    let shared = Arc::clone(&following);
    let replica = api::Replica::new(move || {
        if shared.is_away() {
            let message = "it is away".to_owned();
            return Err(EngineError::Store(StoreFailure {
                kind: StoreFailureKind::Database,
                message,
            }));
        }
        let below = SqliteStore::open(&path, OpenOptions::default())?;
        let options =
            EngineOptions { access: StoreAccess::Read, readers: 1, ..EngineOptions::default() };
        Engine::start(Arc::new(Follower::new(below, Arc::clone(&shared))), options)
    });
    let connecting = replica.clone();
    // That the first try fails is what one test wants.
    drop(tokio::task::spawn_blocking(move || connecting.connect()).await.unwrap());
    app.router = api::router_reading_from(replica, app.engine.clone(), api::Limits::default());
    (app, following)
}

/// Asks until the answer comes from the replica, or not.
async fn ask_until(app: &App, is_aged: bool) {
    for _ in 0..500 {
        if app.get("/v1/numbers").await.ok().header("gapless-read-age").is_empty() != is_aged {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the answers do not come to be as expected");
}

#[tokio::test]
async fn lists_say_how_old_they_may_be_and_nothing_else_is_read_there() {
    let (app, following) = following(None).await;
    following.lag(Duration::from_millis(1_500));
    app.form("/v1/numbers", "reference=a").await.ok();
    for path in LISTS {
        let got = app.get(path).await.ok();
        let age: f64 = got.header("gapless-read-age").parse().unwrap();
        assert!((1.5..30.0).contains(&age), "{path}: {age}");
        assert_eq!(got.header("gapless-read-age").split_once('.').unwrap().1.len(), 3);
    }
    let number = app.get("/v1/numbers").await.ok().str("/data/0/id").to_owned();
    let asked = following.queries();
    let series = "/v1/series/invoices";
    for path in [
        "/v1/numbering/settings",
        "/v1/locks",
        series,
        &format!("{series}/preview"),
        &format!("/v1/numbers/{number}"),
        &format!("/v1/numbers/{number}/why"),
        "/readyz",
    ] {
        let got = app.get(path).await.ok();
        assert_eq!(got.header("gapless-read-age"), "", "{path}");
    }
    assert_eq!(following.queries(), asked);
}

#[tokio::test]
async fn what_it_does_not_know_yet_is_asked_where_it_was_written() {
    let (app, following) = following(None).await;
    app.form("/v1/numbers", "reference=a").await.ok();
    ask_until(&app, true).await;
    following.freeze();
    app.get("/v1/numbers").await.ok();
    app.form("/v1/numbers", "reference=b").await.ok();
    let old = app.get("/v1/numbers").await.ok();
    assert_eq!(old.numbers(), ["INV-2026-00001"]);
    assert_ne!(old.header("gapless-read-age"), "");
    let none = app.get("/v1/numbers?state=void").await.ok();
    assert_eq!(none.numbers().len(), 0);
    assert_ne!(none.header("gapless-read-age"), "", "a list of nothing is an answer");
    let whole = app.engine.numbers(
        app.account.test,
        Default::default(),
        store::Page { limit: 1, ..Default::default() },
    );
    let newest = whole.await.unwrap().data[0].row.position;
    let id = newest.id(app.account.test);
    let behind = app.get(&format!("/v1/numbers?starting_after={id}")).await.ok();
    assert_eq!(behind.numbers(), ["INV-2026-00001"]);
    assert_eq!(behind.header("gapless-read-age"), "");
    // A wrong request is wrong everywhere.
    assert_eq!(app.get("/v1/numbers?limit=0").await.status, 400);
    assert_ne!(app.get("/v1/numbers").await.ok().header("gapless-read-age"), "");
}

#[tokio::test]
async fn who_must_not_be_told_the_past_is_answered_where_it_was_written() {
    let (app, following) = following(None).await;
    app.form("/v1/numbers", "reference=a").await.ok();
    ask_until(&app, true).await;
    following.freeze();
    app.get("/v1/numbers").await.ok();
    app.form("/v1/numbers", "reference=b").await.ok();
    assert_eq!(app.get("/v1/numbers").await.ok().numbers(), ["INV-2026-00001"]);
    let asked = following.queries();
    for path in ["/v1/numbers?reference=b", "/v1/numbers?r%65ference=b&number=INV-2026-00002"] {
        let found = app.get(path).await.ok();
        assert_eq!(found.numbers(), ["INV-2026-00002"], "{path}");
        assert_eq!(found.header("gapless-read-age"), "", "{path}");
    }
    let newest = |path: &str, word: &str| {
        let request = app.request("GET", path).header("gapless-read", word);
        app.send(request.body(axum::body::Body::empty()).unwrap())
    };
    for path in LISTS {
        let got = newest(path, "primary").await.ok();
        assert_eq!(got.header("gapless-read-age"), "", "{path}");
    }
    let both = newest("/v1/numbers", "primary").await.ok();
    assert_eq!(both.numbers(), ["INV-2026-00002", "INV-2026-00001"]);
    let refused = newest("/v1/numbers", "primry").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "parameter_invalid"));
    assert_eq!(refused.param(), "Gapless-Read");
    assert_eq!(following.queries(), asked);
}

#[tokio::test]
async fn while_it_is_away_everything_is_read_where_it_was_written() {
    let (app, following) = following(None).await;
    app.form("/v1/numbers", "reference=a").await.ok();
    ask_until(&app, true).await;
    following.leave();
    for _ in 0..3 {
        for path in LISTS {
            let got = app.get(path).await.ok();
            assert_eq!(got.header("gapless-read-age"), "", "{path}");
        }
    }
    following.come_back();
    ask_until(&app, true).await;
}

#[tokio::test]
async fn it_need_not_be_there_at_the_start() {
    let (app, following) = following(None).await;
    following.leave();
    ask_until(&app, false).await;
    let tries = following.queries();
    for _ in 0..50 {
        app.get("/v1/gaps").await.ok();
    }
    assert_eq!(following.queries(), tries, "it is not asked for each request");
    following.come_back();
    ask_until(&app, true).await;
}

#[tokio::test]
async fn what_follows_nobody_or_is_another_database_is_not_read() {
    let (app, following_one) = following(None).await;
    following_one.stand_alone();
    ask_until(&app, false).await;
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("stranger.db");
    let store = SqliteStore::open(&stranger, OpenOptions::default()).unwrap();
    let engine = Engine::start(Arc::new(store), EngineOptions::default()).unwrap();
    engine.open_account(NewAccount::default()).await.unwrap();
    let (app, _following) = following(Some(stranger)).await;
    app.form("/v1/numbers", "reference=ours").await.ok();
    for _ in 0..5 {
        let got = app.get("/v1/numbers").await.ok();
        assert_eq!(got.header("gapless-read-age"), "");
        assert_eq!(got.numbers(), ["INV-2026-00001"]);
    }
}
