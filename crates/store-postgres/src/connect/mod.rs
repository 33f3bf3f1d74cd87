//! Where a database is, and how to get there.
//!
//! The address is a URL as libpq knows it, `postgres://user:password@host:port,host:port/database`
//! with libpq's parameters behind a `?`; what it leaves out is taken from libpq's variables. What
//! is not supported is refused by name, never passed over.
//!
//! | said | meaning here |
//! | --- | --- |
//! | several hosts | tried in order, or at random with `load_balance_hosts=random` |
//! | `target_session_attrs` | `any`, `read-write`, `read-only`, `primary`, `standby`, `prefer-standby`. Without it a database that is written is written and read on a server that takes writes, and one that is only read is read on such a one rather than another: name `any` or `prefer-standby` for readers that are to spare the primary |
//! | `connect_timeout` | seconds for all hosts together, 5 without it; a host that does not answer leaves the others their share. libpq means each host |
//! | `keepalives…`, `tcp_user_timeout` | without them a server that vanished is noticed after ten seconds; `0` leaves it to the system |
//! | `application_name` | `gapless` without it |
//! | `options` | handed on: `options=-c%20search_path%3Dbooks` |
//! | no host | the server's Unix socket on this machine, where there is one, else `localhost` |
//!
//! How TLS is chosen is told in `tls`, and where the password comes from in `password`.

mod attempt;
mod endpoint;
mod explain;
mod parameters;
mod password;
mod tls;
mod url;
mod verifier;

use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use store::StoreError;
use tokio_postgres::config::ChannelBinding;
use tokio_postgres::{Client, Config};

use crate::session::Use;
use attempt::Target;
use endpoint::{Endpoint, Host};
use parameters::Parameters;
use password::{Secret, Source};
use tls::Tls;
use url::Address;

/// What drives a connection: it must be polled for as long as the client is used.
pub type Driver = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// How long connecting may take, in seconds, when nothing else is said.
const PATIENCE: u64 = 5;

/// A server that vanished is noticed after ten seconds: idle for five, then five probes.
const KEEPALIVE_IDLE: u64 = 5;
const KEEPALIVE_INTERVAL: u64 = 1;
const KEEPALIVE_COUNT: u64 = 5;

/// The same where something was sent and is not acknowledged, in milliseconds.
const ACKNOWLEDGE: u64 = 10_000;

/// Where a database is, who asks, and with which secrets. Nothing that is printed from it, and no
/// error, shows a secret.
#[derive(Clone)]
pub struct Location {
    endpoints: Vec<Endpoint>,
    is_shuffled: bool,
    user: String,
    database: String,
    password: Source,
    target: Option<Target>,
    patience: Duration,
    tls: Tls,
    /// What is the same for every server; hosts and password are added for each attempt.
    config: Config,
    shown: String,
}

impl Location {
    /// Reads an address; `environment` answers for variables, `HOME` among them.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when it is not understood, or asks for what is not supported.
    pub fn parse(
        url: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Location, StoreError> {
        read(url, environment).map_err(StoreError::Unusable)
    }

    /// The address as it is named to people: user, hosts and database.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Connects to the first server that fits. Must be called where tokio's IO and time are.
    ///
    /// Takes no longer than `connect_timeout`, whatever the servers and the network do.
    ///
    /// # Errors
    /// [`StoreError::Database`] when no server can be used: what each of them answered, and what to
    /// do. [`StoreError::Unusable`] when a file with a secret or a certificate cannot be used.
    pub async fn connect(&self, purpose: Use) -> Result<(Client, Driver), StoreError> {
        let target = self.target.unwrap_or(match purpose {
            Use::Write => Target::ReadWrite,
            Use::ReadNewest if self.endpoints.len() > 1 => Target::ReadWrite,
            // Where there is no choice, what takes no writes for now is still the newest.
            Use::ReadNewest => Target::Primary,
            Use::Read if self.endpoints.len() > 1 => Target::PreferReadWrite,
            Use::Read => Target::Any,
        });
        self.find_server(target).await
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Location").field(&self.shown).finish()
    }
}

fn read(url: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Location, String> {
    let address = url::read(url)?;
    let said = Parameters::gather(&address.parameters, environment)?;
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    let home = set("HOME");
    let endpoints = endpoints(&address, &said)?;
    let user = said.spoken("user").map(str::to_owned).or_else(|| address.user.clone());
    let user = user.or_else(|| said.get("user").map(str::to_owned));
    let user = user.or_else(|| set("USER")).or_else(|| set("LOGNAME")).ok_or(
        "The database's address names no user. Write it as `postgres://user@host:5432/database`.",
    )?;
    let database = said.spoken("dbname").or(address.database.as_deref()).or(said.get("dbname"));
    let database = database.unwrap_or(&user).to_owned();
    let password = source(&address, &said, &set, home.as_deref());
    let targets = attempt::TARGETS;
    let balance = [("disable", false), ("random", true)];
    Ok(Location {
        shown: shown(&endpoints, &user, &database),
        config: config(&said, &user, &database)?,
        target: said.choose("target_session_attrs", &targets)?,
        is_shuffled: said.choose("load_balance_hosts", &balance)?.unwrap_or(false),
        patience: Duration::from_secs(
            said.number("connect_timeout", 1..=3600)?.unwrap_or(PATIENCE),
        ),
        tls: Tls::read(&said, home.as_deref())?,
        endpoints,
        user,
        database,
        password,
    })
}

/// The servers, in the order in which they are tried.
fn endpoints(address: &Address, said: &Parameters) -> Result<Vec<Endpoint>, String> {
    let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let has_hosts = address.hosts.iter().any(|(host, _)| !host.is_empty());
    let has_ports = address.hosts.iter().any(|(_, port)| port.is_some());
    let hosts = match (said.spoken("host"), said.get("host")) {
        (Some(hosts), _) => list(hosts),
        (None, _) if has_hosts => address.hosts.iter().map(|(host, _)| host.clone()).collect(),
        (None, Some(hosts)) => list(hosts),
        (None, None) => Vec::new(),
    };
    let addresses = said.get("hostaddr").map(list).unwrap_or_default();
    let own_ports = || address.hosts.iter().map(|(_, port)| port.clone().unwrap_or_default());
    let ports = match (said.spoken("port"), said.get("port")) {
        (Some(ports), _) => list(ports),
        (None, _) if has_ports => own_ports().collect(),
        (None, Some(ports)) => list(ports),
        (None, None) => Vec::new(),
    };
    let count = hosts.len().max(addresses.len()).max(1);
    let as_many = "as many as there are hosts, separated by commas";
    if !addresses.is_empty() && !hosts.is_empty() && addresses.len() != hosts.len() {
        return Err(said.refuse("hostaddr", as_many));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(said.refuse("port", as_many));
    }
    let endpoint = |index: usize| {
        let port = ports.get(index).or(ports.first()).filter(|port| !port.is_empty());
        let port = port.map(|port| port.parse().ok().filter(|port| *port > 0));
        let port = port.unwrap_or(Some(endpoint::PORT)).ok_or(
            "A port in the database's address is no number from 1 to 65535. In a password write \
             `%3A` for `:`, `%40` for `@` and `%2F` for `/`.",
        )?;
        let address = addresses.get(index).filter(|address| !address.is_empty());
        let address = address.map(|address| address.parse::<IpAddr>()).transpose();
        let address = address.map_err(|_| said.refuse("hostaddr", "numeric addresses"))?;
        let host = match (hosts.get(index).filter(|host| !host.is_empty()), address) {
            (Some(host), _) => Host::of(host),
            (None, Some(address)) => Host::Name(address.to_string()),
            (None, None) => Host::unnamed(port),
        };
        Ok::<_, String>(Endpoint { host, address, port })
    };
    (0..count).map(endpoint).collect()
}

/// Where the password is to be looked for.
fn source(
    address: &Address,
    said: &Parameters,
    set: &dyn Fn(&str) -> Option<String>,
    home: Option<&str>,
) -> Source {
    let secret = |text: Option<&str>| text.map(str::to_owned).and_then(Secret::new);
    if let Some(password) = secret(said.spoken("password")).or_else(|| address.password.clone()) {
        return Source::Address(password);
    }
    if let Some(path) = set(password::FILE_VARIABLE) {
        return Source::File(path.into());
    }
    if let Some(password) = secret(said.get("password")) {
        return Source::Variable(password);
    }
    let usual = || home.map(|home| Path::new(home).join(".pgpass"));
    said.get("passfile").map(PathBuf::from).or_else(usual).map_or(Source::Nowhere, Source::List)
}

/// What is the same for every server.
fn config(said: &Parameters, user: &str, database: &str) -> Result<Config, String> {
    said.choose("client_encoding", &[("UTF8", ()), ("utf8", ()), ("UTF-8", ()), ("auto", ())])?;
    let bindings = [
        ("disable", ChannelBinding::Disable),
        ("prefer", ChannelBinding::Prefer),
        ("require", ChannelBinding::Require),
    ];
    let name = said.get("application_name").or(said.get("fallback_application_name"));
    let seconds =
        |name: &str, usual: u64| said.number(name, 0..=86_400).map(|found| found.unwrap_or(usual));
    let idle = seconds("keepalives_idle", KEEPALIVE_IDLE)?;
    let interval = seconds("keepalives_interval", KEEPALIVE_INTERVAL)?;
    let count = said.number("keepalives_count", 0..=100)?.unwrap_or(KEEPALIVE_COUNT);
    let acknowledge = said.number("tcp_user_timeout", 0..=86_400_000)?.unwrap_or(ACKNOWLEDGE);
    let mut config = Config::new();
    config
        .user(user)
        .dbname(database)
        .application_name(name.unwrap_or("gapless"))
        .channel_binding(
            said.choose("channel_binding", &bindings)?.unwrap_or(ChannelBinding::Prefer),
        )
        .keepalives(said.choose("keepalives", &[("0", false), ("1", true)])?.unwrap_or(true));
    if let Some(options) = said.get("options") {
        config.options(options);
    }
    if idle > 0 {
        config.keepalives_idle(Duration::from_secs(idle));
    }
    if interval > 0 {
        config.keepalives_interval(Duration::from_secs(interval));
    }
    if count > 0 {
        config.keepalives_retries(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if acknowledge > 0 {
        config.tcp_user_timeout(Duration::from_millis(acknowledge));
    }
    Ok(config)
}

/// The address without secrets and without parameters.
fn shown(endpoints: &[Endpoint], user: &str, database: &str) -> String {
    let sockets: Vec<String> = endpoints.iter().map(ToString::to_string).collect();
    match endpoints {
        [Endpoint { host: Host::Socket(path), port, .. }] => {
            format!("postgres://{user}@/{database}?host={}&port={port}", path.display())
        }
        _ => format!("postgres://{user}@{}/{database}", sockets.join(",")),
    }
}

#[cfg(test)]
mod tests;
