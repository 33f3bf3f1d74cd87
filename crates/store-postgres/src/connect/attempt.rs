//! From one server to the next, until one fits or the time is up.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::pin;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use store::StoreError;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tokio_postgres::config::{SslMode, SslNegotiation};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::endpoint::{Endpoint, Host};
use super::explain::{Trouble, of_answer, of_lookup, of_standing, of_timeout};
use super::password::Found;
use super::tls::Mode;
use super::{Driver, Location};
use crate::notice;

/// How long a server that does not fit is given to take its leave.
const LEAVE: Duration = Duration::from_millis(100);

/// What a server must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
    /// Takes writes, or else is any that answers.
    PreferReadWrite,
}

/// The words for it.
pub(super) const TARGETS: [(&str, Target); 6] = [
    ("any", Target::Any),
    ("read-write", Target::ReadWrite),
    ("read-only", Target::ReadOnly),
    ("primary", Target::Primary),
    ("standby", Target::Standby),
    ("prefer-standby", Target::PreferStandby),
];

/// What a server says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) is_standby: bool,
    pub(super) is_read_only: bool,
}

/// How well a server fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    Best,
    /// When there is no better one.
    Second,
    Not,
}

type Connected = (Client, Driver);

impl Target {
    fn fit(self, standing: Standing) -> Fit {
        let best = match self {
            Target::Any => true,
            Target::ReadWrite | Target::PreferReadWrite => !standing.is_read_only,
            Target::ReadOnly => standing.is_read_only,
            Target::Primary => !standing.is_standby,
            Target::Standby | Target::PreferStandby => standing.is_standby,
        };
        match self {
            _ if best => Fit::Best,
            Target::PreferStandby | Target::PreferReadWrite => Fit::Second,
            _ => Fit::Not,
        }
    }
}

impl Location {
    pub(super) async fn find_server(&self, target: Target) -> Result<Connected, StoreError> {
        let is_remote = |endpoint: &Endpoint| matches!(endpoint.host, Host::Name(_));
        let encrypts = self.tls.mode() != Mode::Disable && self.endpoints.iter().any(is_remote);
        let connector = encrypts.then(|| self.tls.connector()).transpose();
        let search = Search { location: self, target, connector: connector.map_err(unusable)? };
        let deadline = Instant::now() + self.patience;
        let mut second = None;
        let mut troubles: Vec<Trouble> = Vec::new();
        let order = self.order();
        for (index, endpoint) in order.iter().enumerate() {
            // Whoever does not answer must leave time for those behind him.
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(order.len() - index).unwrap_or(u32::MAX);
            let password = self.password.find(endpoint, &self.database, &self.user);
            let password = password.map_err(unusable)?;
            match search.reach(endpoint, &password, share, &mut second).await {
                Ok(connected) => return Ok(connected),
                Err(found) => troubles.extend(found),
            }
            if troubles.iter().any(|trouble| trouble.is_final) {
                break;
            }
        }
        second.ok_or_else(|| StoreError::Database(self.sum_up(&troubles)))
    }

    fn order(&self) -> Vec<&Endpoint> {
        let mut order: Vec<&Endpoint> = self.endpoints.iter().collect();
        if self.is_shuffled {
            let chance = RandomState::new();
            order.sort_by_cached_key(|endpoint| chance.hash_one(endpoint.to_string()));
        }
        order
    }

    /// One error for all that was tried.
    fn sum_up(&self, troubles: &[Trouble]) -> String {
        let mut texts: Vec<&str> = Vec::new();
        for trouble in troubles {
            if !texts.contains(&trouble.text.as_str()) {
                texts.push(&trouble.text);
            }
        }
        let (database, user) = (&self.database, &self.user);
        format!("cannot connect to database {database} as {user}: {}", texts.join(" "))
    }
}

/// One search for a server.
struct Search<'a> {
    location: &'a Location,
    target: Target,
    /// `None` where nothing is to be encrypted.
    connector: Option<MakeRustlsConnect>,
}

impl Search<'_> {
    /// Tries every address of a host. What fits only when there is nothing better goes to `second`.
    async fn reach(
        &self,
        endpoint: &Endpoint,
        password: &Found,
        share: Duration,
        second: &mut Option<Connected>,
    ) -> Result<Connected, Vec<Trouble>> {
        let deadline = Instant::now() + share;
        let addresses = match timeout(share, addresses(endpoint)).await {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(error)) => return Err(vec![of_lookup(endpoint, &error)]),
            Err(_) => return Err(vec![of_timeout(endpoint, self.location.patience)]),
        };
        let mut troubles = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let tried = timeout(share, self.examine(endpoint, *address, password)).await;
            match tried.unwrap_or_else(|_| Err(of_timeout(endpoint, self.location.patience))) {
                Ok((connected, Fit::Best, _)) => return Ok(connected),
                Ok((connected, Fit::Second, _)) if second.is_none() => *second = Some(connected),
                Ok(((client, driver), _, standing)) => {
                    drop(client);
                    let _ = timeout(LEAVE, driver).await;
                    troubles.push(of_standing(endpoint, self.target, standing));
                }
                Err(trouble) => troubles.push(trouble),
            }
            if troubles.iter().any(|trouble: &Trouble| trouble.is_final) {
                break;
            }
        }
        Err(troubles)
    }

    /// Connects to one address, and asks what the server is where that matters.
    async fn examine(
        &self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        password: &Found,
    ) -> Result<(Connected, Fit, Standing), Trouble> {
        let (client, mut driver) = self.enter(endpoint, address, password).await?;
        let unasked = Standing { is_standby: false, is_read_only: false };
        if self.target == Target::Any {
            return Ok(((client, driver), Fit::Best, unasked));
        }
        let standing = ask(&client, &mut driver).await;
        let standing =
            standing.map_err(|error| of_answer(self.location, endpoint, password, &error))?;
        Ok(((client, driver), self.target.fit(standing), standing))
    }

    /// Connects with and without encryption, as the mode says.
    async fn enter(
        &self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        password: &Found,
    ) -> Result<Connected, Trouble> {
        let steps: &[SslMode] = match (&endpoint.host, self.location.tls.mode()) {
            (Host::Socket(_), _) | (_, Mode::Disable) => &[SslMode::Disable],
            (_, Mode::Allow) => &[SslMode::Disable, SslMode::Require],
            (_, Mode::Prefer) => &[SslMode::Prefer, SslMode::Disable],
            _ => &[SslMode::Require],
        };
        let config = self.config(endpoint, address, password);
        let mut first: Option<Trouble> = None;
        for step in steps {
            let mut config = config.clone();
            config.ssl_mode(*step);
            let entered = match &self.connector {
                Some(connector) if *step != SslMode::Disable => open(&config, connector).await,
                _ => open_plainly(&config).await,
            };
            let error = match entered {
                Ok(connected) => return Ok(connected),
                Err(error) => error,
            };
            let trouble = of_answer(self.location, endpoint, password, &error);
            let goes_on = trouble.is_about_encryption;
            first = Some(match first {
                Some(before) => before.and(trouble),
                None => trouble,
            });
            if !goes_on {
                break;
            }
        }
        Err(first.unwrap_or_else(|| of_timeout(endpoint, self.location.patience)))
    }

    fn config(&self, endpoint: &Endpoint, address: Option<IpAddr>, password: &Found) -> Config {
        let mut config = self.location.config.clone();
        match &endpoint.host {
            Host::Socket(path) => config.host_path(path),
            Host::Name(name) => config.host(name),
        };
        if let Some(address) = address {
            config.hostaddr(address);
        }
        config.port(endpoint.port);
        if self.location.tls.is_direct {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        if let Some(secret) = &password.secret {
            config.password(secret.text());
        }
        config
    }
}

async fn open(
    config: &Config,
    connector: &MakeRustlsConnect,
) -> Result<Connected, tokio_postgres::Error> {
    let (client, connection) = config.connect(connector.clone()).await?;
    Ok((client, notice::drive(connection)))
}

async fn open_plainly(config: &Config) -> Result<Connected, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    Ok((client, notice::drive(connection)))
}

/// Asks a server what it is.
async fn ask(client: &Client, driver: &mut Driver) -> Result<Standing, tokio_postgres::Error> {
    let question = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'";
    let asked = pin!(client.simple_query(question));
    let messages = match select(asked, driver.as_mut()).await {
        Either::Left((answer, _)) => answer?,
        Either::Right((ended, asked)) => {
            ended?;
            asked.await?
        }
    };
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let is = |column: usize| row.is_some_and(|row| row.get(column) == Some("t"));
    Ok(Standing { is_standby: is(0), is_read_only: is(1) })
}

/// The addresses of a host; for a socket, and for what needs no looking up, one.
async fn addresses(endpoint: &Endpoint) -> io::Result<Vec<Option<IpAddr>>> {
    let name = match (&endpoint.host, endpoint.address) {
        (Host::Socket(_), _) => return Ok(vec![None]),
        (Host::Name(_), Some(address)) => return Ok(vec![Some(address)]),
        (Host::Name(name), None) => name.clone(),
    };
    if let Ok(address) = name.parse() {
        return Ok(vec![Some(address)]);
    }
    let (send, answer) = oneshot::channel();
    let port = endpoint.port;
    // The system's lookup cannot be cancelled, and a thread of the runtime would be waited for when
    // the runtime ends. This one is left to itself when the time is up.
    thread::Builder::new().name("look-up".to_owned()).spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        let found = found.map(|found| found.map(|address| Some(address.ip())).collect());
        let _ = send.send(found);
    })?;
    let mut found: Vec<Option<IpAddr>> = answer.await.map_err(io::Error::other)??;
    found.dedup();
    Ok(found)
}

fn unusable(text: String) -> StoreError {
    StoreError::Unusable(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_fits_by_what_it_is() {
        let standing = |is_standby, is_read_only| Standing { is_standby, is_read_only };
        // a primary, a primary that is set read-only, a standby
        let servers = [standing(false, false), standing(false, true), standing(true, true)];
        let (best, second, not) = (Fit::Best, Fit::Second, Fit::Not);
        for (target, fits) in [
            (Target::Any, [best, best, best]),
            (Target::ReadWrite, [best, not, not]),
            (Target::ReadOnly, [not, best, best]),
            (Target::Primary, [best, best, not]),
            (Target::Standby, [not, not, best]),
            (Target::PreferStandby, [second, second, best]),
            (Target::PreferReadWrite, [best, second, second]),
        ] {
            assert_eq!(servers.map(|server| target.fit(server)), fits, "{target:?}");
        }
    }
}
