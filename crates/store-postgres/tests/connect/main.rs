//! Connecting to real servers: every mode of TLS, every kind of secret, several hosts, and the
//! words for what goes wrong.

mod authority;
mod hosts;
mod refusals;
mod secrets;
mod tls;

use std::time::{Duration, Instant};

use store::StoreError;
use store_postgres::Use;
use store_postgres::connect::Location;
use testkit::postgres::TemporaryCluster;

/// What must never be seen.
const SECRET: &str = "hunter2";

/// The address of a user's database on a cluster, with parameters.
fn url(cluster: &TemporaryCluster, user: &str, parameters: &str) -> String {
    format!("postgres://{user}@localhost:{}/postgres?{parameters}", cluster.port())
}

/// Connects and asks one question; the answer, or the error as text. Nothing that is printed on the
/// way shows a secret.
fn ask(url: &str, set: &[(&str, &str)], purpose: Use, sql: &str) -> Result<String, String> {
    let environment = |name: &str| {
        set.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let begin = Instant::now();
    let answer = Location::parse(url, &environment).and_then(|location| {
        let shown = format!("{} {location:?}", location.shown());
        assert!(!shown.contains(SECRET), "{shown}");
        runtime.block_on(async {
            let (client, driver) = location.connect(purpose).await?;
            let driver = tokio::spawn(driver);
            let row = client.query_one(sql, &[]).await;
            let row = row.map_err(|error| StoreError::Database(error.to_string()))?;
            drop(client);
            driver.await.unwrap().unwrap();
            Ok(row.get::<_, String>(0))
        })
    });
    assert!(begin.elapsed() < Duration::from_secs(15), "{url} took {:?}", begin.elapsed());
    answer.map_err(|error| {
        let said = format!("{error} {error:?}");
        assert!(!said.contains(SECRET), "{url}: {said}");
        error.to_string()
    })
}
