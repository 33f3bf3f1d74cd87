//! Where a database is, and how to get there.

use std::future::Future;
use std::pin::Pin;

use store::StoreError;
use tokio_postgres::{Client, Config, NoTls};

use crate::session::Use;

/// What drives a connection: it must be polled for as long as the client is used.
pub type Driver = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// Where a database is.
pub struct Location {
    config: Config,
    shown: String,
}

impl Location {
    /// Reads a URL; `environment` answers for variables.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the URL is not understood.
    pub fn parse(
        url: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Location, StoreError> {
        let parsed = url.parse::<Config>();
        let mut config = parsed.map_err(|error| StoreError::Unusable(error.to_string()))?;
        if let Some(password) =
            environment("PGPASSWORD").filter(|_| config.get_password().is_none())
        {
            config.password(password);
        }
        let shown = format!("database {}", config.get_dbname().unwrap_or("postgres"));
        Ok(Location { config, shown })
    }

    /// The place, as it is named to people: without secrets.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Connects.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the server cannot be reached.
    pub async fn connect(&self, _purpose: Use) -> Result<(Client, Driver), StoreError> {
        let connected = self.config.connect(NoTls).await;
        let (client, connection) =
            connected.map_err(|error| StoreError::Database(format!("{}: {error}", self.shown)))?;
        Ok((client, Box::pin(connection)))
    }
}
