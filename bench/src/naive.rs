//! The way that comes to mind first: a row that counts, and a transaction for every number.
//!
//! The transaction holds the row until its commit is on disk, so numbers are given one after the
//! other however many ask. It knows no references, no retries and no history.

pub(crate) mod direct;
pub(crate) mod pgbench;
pub(crate) mod pooled;

use anyhow::{Context, Result, ensure};
use testkit::postgres::TemporaryCluster;
use tokio_postgres::{Client, Config, NoTls};

/// The only series.
const TABLES: &str = "
    CREATE TABLE counter (series integer PRIMARY KEY, last bigint NOT NULL);
    CREATE TABLE issued (
        series integer NOT NULL,
        ordinal bigint NOT NULL,
        number text NOT NULL,
        PRIMARY KEY (series, ordinal)
    );
    INSERT INTO counter VALUES (1, 0);";

const TAKE: &str = "UPDATE counter SET last = last + 1 WHERE series = 1 RETURNING last";

/// `$1` is the ordinal.
const KEEP: &str = "INSERT INTO issued (series, ordinal, number) \
    VALUES (1, $1, 'INV-2026-' || lpad($1::bigint::text, 5, '0'))";

/// A database with the tables, for one part alone.
struct Database<'stage> {
    cluster: &'stage TemporaryCluster,
    name: &'static str,
}

impl<'stage> Database<'stage> {
    async fn create(cluster: &'stage TemporaryCluster, name: &'static str) -> Result<Self> {
        let administrator = connect(&config(cluster, "postgres")).await?;
        administrator.batch_execute(&format!("CREATE DATABASE {name}")).await?;
        let database = Self { cluster, name };
        database.connect().await?.batch_execute(TABLES).await?;
        Ok(database)
    }

    async fn connect(&self) -> Result<Client> {
        connect(&self.config()).await
    }

    fn config(&self) -> Config {
        config(self.cluster, self.name)
    }

    /// How many numbers were given; an error unless there is a row for each.
    async fn issued(&self) -> Result<i64> {
        let row = self
            .connect()
            .await?
            .query_one("SELECT last, (SELECT count(*) FROM issued) FROM counter", &[])
            .await?;
        let (last, rows): (i64, i64) = (row.get(0), row.get(1));
        ensure!(last == rows, "the counter says {last} and there are {rows} numbers");
        Ok(last)
    }
}

/// Over the Unix socket, which is the quicker way and the one that pgbench is given too.
fn config(cluster: &TemporaryCluster, database: &str) -> Config {
    let mut config = Config::new();
    config
        .host_path(cluster.socket_directory())
        .port(cluster.port())
        .user("postgres")
        .dbname(database);
    config
}

async fn connect(config: &Config) -> Result<Client> {
    let (client, connection) = config.connect(NoTls).await.context("no connection")?;
    // It ends with an error only when the server goes first, and then the client has it too.
    tokio::spawn(connection);
    Ok(client)
}
