//! What a cluster is to be like.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::account::Account;

/// What a commit means in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As PostgreSQL is installed: an answered commit is on disk. For benchmarks and crash tests.
    Full,
    /// Nothing is synced. For tests that only ask what the SQL does.
    None,
}

/// Settings, rules of access and files that a cluster starts with.
#[derive(Clone, Debug)]
pub struct Settings {
    configuration: Vec<(String, String)>,
    access: Vec<String>,
    files: Vec<(String, Vec<u8>)>,
}

impl Settings {
    /// Settings for a cluster that anybody on this machine may connect to.
    #[must_use]
    pub fn new(durability: Durability) -> Self {
        let none = Self { configuration: Vec::new(), access: Vec::new(), files: Vec::new() };
        let usual = none.set("max_connections", "200");
        match durability {
            Durability::Full => usual,
            Durability::None => usual
                .set("fsync", "off")
                .set("synchronous_commit", "off")
                .set("full_page_writes", "off"),
        }
    }

    /// Sets `name` in `postgresql.conf`; the last one said wins.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.configuration.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a line to `pg_hba.conf`, such as `hostssl all all 127.0.0.1/32 scram-sha-256`. With any
    /// such line nobody comes in over TCP but by one of them; the superuser's way over the
    /// Unix socket stays.
    #[must_use]
    pub fn access(mut self, line: &str) -> Self {
        self.access.push(line.to_owned());
        self
    }

    /// Puts a file into the directory of the data, readable by the server alone.
    #[must_use]
    pub fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), content.into()));
        self
    }

    /// Takes TLS with this certificate and its key, both PEM.
    #[must_use]
    pub fn tls(self, certificate: &str, key: &str) -> Self {
        self.file("server.crt", certificate).file("server.key", key).set("ssl", "on")
    }

    /// Knows clients by certificates of this authority, PEM; a line of `pg_hba.conf` asks for them.
    #[must_use]
    pub fn client_authority(self, certificate: &str) -> Self {
        self.file("clients.crt", certificate).set("ssl_ca_file", "clients.crt")
    }

    /// Writes everything into the directory of the data.
    pub(super) fn write(&self, data: &Path, account: Account) -> io::Result<()> {
        let mut configuration =
            OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
        for (name, value) in &self.configuration {
            writeln!(configuration, "{name} = '{}'", value.replace('\'', "''"))?;
        }
        if !self.access.is_empty() {
            let own = ["local all postgres trust", "local replication postgres trust"];
            let lines = own.into_iter().chain(self.access.iter().map(String::as_str));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            fs::write(data.join("pg_hba.conf"), text)?;
        }
        for (name, content) in &self.files {
            let path = data.join(name);
            fs::write(&path, content)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            account.own(&path)?;
        }
        Ok(())
    }
}
