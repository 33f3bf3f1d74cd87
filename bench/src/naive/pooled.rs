//! (b'): the same behind HTTP, as an application would have it.

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio_postgres::NoTls;

use super::{Database, KEEP, TAKE};
use crate::part::{Part, Sample, Time};
use crate::request::{Orders, PATH};
use crate::server::Server;
use crate::stage::Stage;

const POOL_CONNECTIONS: usize = 8;

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let cluster = stage.cluster()?;
    let server = Server::start(async || {
        let database = Database::create(cluster, "pooled").await?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(database.config(), NoTls, recycling);
        let pool = Pool::builder(manager).max_size(POOL_CONNECTIONS).build()?;
        Ok(Router::new().route(PATH, post(issue)).with_state(pool))
    })?;
    Ok(Box::new(Pooled { server, connections: stage.connections() }))
}

struct Pooled {
    server: Server,
    connections: usize,
}

impl Part for Pooled {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let orders = Orders::plain();
        self.server.load(self.connections, time, move |buffer| orders.write_one(buffer))
    }
}

async fn issue(State(pool): State<Pool>, _request: Bytes) -> Result<String, Failure> {
    Ok(format!("{{\"object\":\"number\",\"ordinal\":{}}}", take(&pool).await?))
}

async fn take(pool: &Pool) -> Result<i64> {
    let mut client = pool.get().await.context("no connection")?;
    let take = client.prepare_cached(TAKE).await?;
    let keep = client.prepare_cached(KEEP).await?;
    let transaction = client.transaction().await?;
    let ordinal: i64 = transaction.query_one(&take, &[]).await?.get(0);
    transaction.execute(&keep, &[&ordinal]).await?;
    transaction.commit().await?;
    Ok(ordinal)
}

struct Failure(anyhow::Error);

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

impl axum::response::IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}
