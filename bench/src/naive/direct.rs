//! (b): a client of the database for each connection, without HTTP.

use std::time::Instant;

use anyhow::{Result, ensure};
use testkit::load::{Meter, Window};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Statement};

use super::{Database, KEEP, TAKE};
use crate::part::{Latency, Part, Sample, Time};
use crate::stage::Stage;

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let cluster = stage.cluster()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let database = runtime.block_on(Database::create(cluster, "direct"))?;
    Ok(Box::new(Direct { runtime, database, connections: stage.connections() }))
}

struct Direct<'stage> {
    runtime: Runtime,
    database: Database<'stage>,
    connections: usize,
}

impl Part for Direct<'_> {
    fn round(&mut self, time: Time) -> Result<Sample> {
        let Self { runtime, database, connections } = self;
        runtime.block_on(drive(database, *connections, time))
    }
}

async fn drive(database: &Database<'_>, connections: usize, time: Time) -> Result<Sample> {
    let before = database.issued().await?;
    let mut clients = Vec::new();
    for _ in 0..connections {
        clients.push(Issuer::prepare(database.connect().await?).await?);
    }
    let window = Window::after(Instant::now(), time.warm_up, time.measured);
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(client.issue_through(window));
    }
    let mut meter = Meter::new(window);
    while let Some(finished) = running.join_next().await {
        meter.add(&finished??);
    }
    let given = database.issued().await? - before;
    let counted = meter.answered();
    ensure!(u64::try_from(given)? >= counted, "{counted} were counted and {given} given");
    let (p50, p99) = (meter.quantile_ms(0.50), meter.quantile_ms(0.99));
    let latency = Some(Latency { p50, p99, max: meter.max_ms() });
    Ok(Sample { rate: meter.rate(), latency, ..Sample::default() })
}

struct Issuer {
    client: Client,
    take: Statement,
    keep: Statement,
}

impl Issuer {
    async fn prepare(client: Client) -> Result<Self> {
        let take = client.prepare(TAKE).await?;
        let keep = client.prepare(KEEP).await?;
        Ok(Self { client, take, keep })
    }

    async fn issue_through(mut self, window: Window) -> Result<Meter> {
        let mut meter = Meter::new(window);
        loop {
            let sent = Instant::now();
            if window.is_over(sent) {
                return Ok(meter);
            }
            self.issue().await?;
            meter.record(sent, Instant::now());
        }
    }

    async fn issue(&mut self) -> Result<()> {
        let transaction = self.client.transaction().await?;
        let ordinal: i64 = transaction.query_one(&self.take, &[]).await?.get(0);
        transaction.execute(&self.keep, &[&ordinal]).await?;
        transaction.commit().await?;
        Ok(())
    }
}
