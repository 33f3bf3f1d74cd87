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
        let (scheme, rest) = split(url);
        match scheme.to_ascii_lowercase().as_str() {
            scheme @ ("postgres" | "postgresql") => {
                let location = Location::parse(&format!("{scheme}:{rest}"), environment)?;
                Ok(DatabaseUrl(Kind::Postgres(Box::new(location))))
            }
            "sqlite" if !rest.trim_start_matches("//").is_empty() => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                Ok(DatabaseUrl(Kind::Sqlite(PathBuf::from(path))))
            }
            _ => {
                // What stands behind the scheme is not repeated: it may be a password.
                let named = match scheme {
                    "" => "the address begins with no scheme and".to_owned(),
                    scheme => format!("an address that begins with {scheme:?}"),
                };
                let message = format!(
                    "{named} names no database; expected sqlite:PATH or \
                     postgres://USER@HOST/NAME"
                );
                let failure = StoreFailure { kind: StoreFailureKind::Unusable, message };
                Err(EngineError::Store(failure).into())
            }
        }
    }

    /// Opens the database, for an engine of one's own, for the access that the engine needs. A file
    /// that may only be read can be read: with its log where it has one, else as one that does not
    /// change.
    ///
    /// # Errors
    /// It is not there and may not be made, is no database of Gapless, or cannot be reached.
    pub fn open(&self, create: Create, access: StoreAccess) -> Result<Arc<dyn Store>, Error> {
        Ok(match &self.0 {
            Kind::Sqlite(path) => {
                let access = match access {
                    StoreAccess::Write => store_sqlite::Access::Write,
                    StoreAccess::Read => store_sqlite::Access::Read,
                };
                let options = store_sqlite::OpenOptions { create, access, ..Default::default() };
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

/// The scheme of an address, as it is written, and what stands behind its colon. Without a scheme
/// that could be one, the scheme is empty.
fn split(url: &str) -> (&str, &str) {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    url.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).unwrap_or(("", url))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_read_in_any_case_and_nothing_behind_it_is_repeated() {
        let read = |url: &str| DatabaseUrl::parse(url, &|_| None).map(|found| found.to_string());
        for (url, shown) in [
            ("POSTGRES://app:hunter2@h/x", "postgres://app@h:5432/x"),
            ("PostgreSQL://app:hunter2@h/x", "postgres://app@h:5432/x"),
            ("SQLite:Shop.db", "sqlite:Shop.db"),
        ] {
            assert_eq!(read(url).expect(url), shown);
        }
        for (url, named) in [
            ("mysql://app:hunter2@h/x", "\"mysql\""),
            ("app:hunter2@h/x", "\"app\""),
            (" postgres://app:hunter2@h/x", "no scheme"),
            ("hunter2", "no scheme"),
            ("postgres:app:hunter2@h/x", "postgres://"),
            ("sqlite:", "\"sqlite\""),
        ] {
            let error = read(url).expect_err(url).to_string();
            assert!(error.contains(named) && !error.contains("hunter2"), "{error}");
        }
    }
}
