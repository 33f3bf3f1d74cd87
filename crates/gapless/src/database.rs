//! Where a database is, and opening it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{EngineError, StoreAccess, StoreFailure, StoreFailureKind};
use store::{Create, Store};
use store_postgres::Distribution;
use store_postgres::PostgresStore;
use store_postgres::connect::Location;
use store_sqlite::SqliteStore;

use crate::error::Error;

/// Where a database is: `sqlite:PATH` or `postgres://USER@HOST/NAME`. It shows itself without
/// secrets.
///
/// ```
/// use gapless::DatabaseUrl;
///
/// let file: DatabaseUrl = "sqlite:/var/lib/invoices.db".parse()?;
/// assert_eq!(file.to_string(), "sqlite:/var/lib/invoices.db");
/// let server: DatabaseUrl = "postgres://shop:secret@db.example/shop".parse()?;
/// assert!(!server.to_string().contains("secret"));
/// let error = "invoices.db".parse::<DatabaseUrl>().unwrap_err();
/// assert!(error.to_string().contains("sqlite:PATH"));
/// # Ok::<(), gapless::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DatabaseUrl(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Sqlite(PathBuf),
    Postgres(Box<Location>),
}

impl DatabaseUrl {
    /// Reads a URL, with variables of the environment from `environment` instead of the process.
    ///
    /// # Errors
    /// It names no database, or something of it is not supported.
    pub fn parse(
        url: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<DatabaseUrl, Error> {
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let location = Location::parse(url, environment)?;
            return Ok(DatabaseUrl(Kind::Postgres(Box::new(location))));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches("//").is_empty() => {
                let path = path.strip_prefix("//").unwrap_or(path);
                Ok(DatabaseUrl(Kind::Sqlite(PathBuf::from(path))))
            }
            _ => {
                let message = format!(
                    "{url:?} names no database; expected sqlite:PATH or \
                     postgres://USER@HOST/NAME"
                );
                let failure = StoreFailure { kind: StoreFailureKind::Unusable, message };
                Err(EngineError::Store(failure).into())
            }
        }
    }

    /// Opens the database, for an engine of one's own. A database on a server is opened for the
    /// access that the engine needs; a file is opened alike for both.
    ///
    /// # Errors
    /// It is not there and may not be made, is no database of Gapless, or cannot be reached.
    pub fn open(&self, create: Create, access: StoreAccess) -> Result<Arc<dyn Store>, Error> {
        Ok(match &self.0 {
            Kind::Sqlite(path) => {
                let options = store_sqlite::OpenOptions { create, ..Default::default() };
                Arc::new(SqliteStore::open(path, options)?)
            }
            Kind::Postgres(location) => {
                let access = match access {
                    StoreAccess::Write => store_postgres::Access::Write,
                    StoreAccess::Read => store_postgres::Access::Read,
                };
                let options = store_postgres::OpenOptions { create, access, ..Default::default() };
                Arc::new(PostgresStore::open(Location::clone(location), options)?)
            }
        })
    }

    /// The shape that a database of this kind has after every step that this program knows.
    pub fn shape(&self) -> usize {
        match &self.0 {
            Kind::Sqlite(_) => store_sqlite::STEPS,
            Kind::Postgres(_) => store_postgres::STEPS,
        }
    }

    /// Spreads a database on PostgreSQL over the servers of Citus; sets it up first where it is
    /// empty. To be run on the coordinator, while nobody uses the database.
    ///
    /// # Errors
    /// It is a file, has no Citus, or is spread in another way; it was not changed then.
    pub fn distribute(&self) -> Result<Distribution, Error> {
        let Kind::Postgres(location) = &self.0 else {
            let message = format!(
                "{self} is a file, which lies on one machine; name a database on PostgreSQL with \
                 Citus, and move this one into it"
            );
            let failure = StoreFailure { kind: StoreFailureKind::Unusable, message };
            return Err(EngineError::Store(failure).into());
        };
        let options = store_postgres::OpenOptions::default();
        Ok(PostgresStore::open(Location::clone(location), options)?.distribute()?)
    }

    /// The file, where the database is one.
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Sqlite(path) => Some(path),
            Kind::Postgres(_) => None,
        }
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(url: &str) -> Result<DatabaseUrl, Error> {
        DatabaseUrl::parse(url, &|name| std::env::var(name).ok())
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Kind::Postgres(location) => f.write_str(location.shown()),
        }
    }
}
