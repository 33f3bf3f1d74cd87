//! An interface over a new database in a temporary directory.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use engine::{Engine, EngineOptions, FixedClock, NewAccount, OpenedAccount, SeededIds};
use ledger::model::{At, HouseStyle};
use serde_json::Value;
use store_postgres::PostgresStore;
use store_postgres::connect::Location;
use store_sqlite::{OpenOptions, SqliteStore};
use testkit::postgres::{Durability, TemporaryCluster};
use tower::ServiceExt;

use crate::contract::answers;

/// 2026-05-03 10:00 UTC.
pub(crate) const NOW: At = At(1_777_802_400_000);

pub(crate) struct App {
    pub(crate) router: Router,
    pub(crate) engine: Engine,
    pub(crate) account: OpenedAccount,
    pub(crate) clock: Arc<FixedClock>,
    /// The operations of the document that have succeeded.
    pub(crate) succeeded: Mutex<BTreeSet<String>>,
    directory: tempfile::TempDir,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// The server for tests on PostgreSQL. It ends with the program.
fn cluster() -> &'static TemporaryCluster {
    static CLUSTER: OnceLock<TemporaryCluster> = OnceLock::new();
    CLUSTER.get_or_init(|| TemporaryCluster::for_test(Durability::None))
}

impl App {
    pub(crate) async fn new() -> App {
        App::with(HouseStyle::Yearly, api::Limits::default()).await
    }

    pub(crate) async fn with(style: HouseStyle, limits: api::Limits) -> App {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("gapless.db");
        let store = SqliteStore::open(&path, OpenOptions::default()).unwrap();
        App::over(Arc::new(store), directory, style, limits).await
    }

    /// An interface in the `stripe` style over a new database on PostgreSQL.
    pub(crate) async fn on_postgres(name: &str) -> App {
        let url = cluster().create_database(name).unwrap();
        let location = Location::parse(&url, &|_| None).unwrap();
        let store = PostgresStore::open(location, store_postgres::OpenOptions::default()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        App::over(Arc::new(store), directory, HouseStyle::Stripe, api::Limits::default()).await
    }

    async fn over(
        store: Arc<dyn store::Store>,
        directory: tempfile::TempDir,
        style: HouseStyle,
        limits: api::Limits,
    ) -> App {
        let clock = Arc::new(FixedClock::at(jiff::Timestamp::from_millisecond(NOW.0).unwrap()));
        let options = EngineOptions {
            clock: clock.clone(),
            ids: Arc::new(SeededIds::new(7)),
            ..EngineOptions::default()
        };
        let engine = Engine::start(store, options).unwrap();
        let new = NewAccount { name: "Test".to_owned(), style, ..NewAccount::default() };
        let account = engine.open_account(new).await.unwrap();
        let router = api::router_with(engine.clone(), limits);
        App { router, engine, account, clock, succeeded: Mutex::default(), directory }
    }

    /// The database.
    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("gapless.db")
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Got {
        let request = self.request("POST", path);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn json(&self, path: &str, body: &str) -> Got {
        self.keyed(path, body, None).await
    }

    pub(crate) async fn keyed(&self, path: &str, body: &str, key: Option<&str>) -> Got {
        let mut request = self.request("POST", path).header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// A request with the key to the test ledger.
    pub(crate) fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let bearer = format!("Bearer {}", self.account.test_key);
        Request::builder().method(method).uri(path).header("authorization", bearer)
    }

    /// Sends a request; the answer is as the document says, whatever it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Got {
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        // A file to print is no text; whatever is one has no letter lost.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let got = Got { status: parts.status, headers: parts.headers, text, body };
        self.succeeded.lock().unwrap().extend(answers::check(&method, &path, &got));
        got
    }

    /// Everything that is in the test ledger, to see that a refusal changed nothing.
    pub(crate) async fn contents(&self) -> String {
        let mut contents = String::new();
        for path in ["/v1/numbers?limit=100", "/v1/series", "/v1/gaps", "/v1/locks", "/v1/trail"] {
            contents.push_str(&self.get(path).await.ok().text);
        }
        contents
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.engine.shutdown();
        assert!(self.directory.path().exists());
    }
}

impl Got {
    #[track_caller]
    pub(crate) fn ok(self) -> Got {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self
    }

    pub(crate) fn str(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn code(&self) -> &str {
        self.str("/error/code")
    }

    pub(crate) fn param(&self) -> &str {
        self.str("/error/param")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The texts of the numbers in a list.
    pub(crate) fn numbers(&self) -> Vec<&str> {
        let data = self.body["data"].as_array().unwrap();
        data.iter().map(|number| number["number"].as_str().unwrap()).collect()
    }
}
