//! SQL that a test runs on its cluster, beside the code under test.

use std::path::Path;
use std::thread;

use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

use super::ClusterError;

/// Runs `sql` as the superuser over the Unix socket; answers the first field of the first row.
pub(super) fn run(
    socket: &Path,
    port: u16,
    database: &str,
    sql: &str,
) -> Result<Option<String>, ClusterError> {
    let mut config = Config::new();
    config.host_path(socket).port(port).user("postgres").dbname(database);
    // On a thread of its own, because the caller may be inside a runtime, which must not block.
    let answer = thread::scope(|scope| scope.spawn(|| ask(&config, sql)).join());
    let answer = answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let statement = || sql.to_owned();
    answer.map_err(|reason| ClusterError::Refused { statement: statement(), reason })
}

fn ask(config: &Config, sql: &str) -> Result<Option<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(async {
        let (client, connection) = config.connect(NoTls).await.map_err(|error| said(&error))?;
        let driver = tokio::spawn(connection);
        let messages = client.simple_query(sql).await.map_err(|error| said(&error))?;
        drop(client);
        // The server has taken its leave before the next statement begins.
        let _ = driver.await;
        Ok(messages.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        }))
    })
}

fn said(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)
}
