//! A way to a receiver: resolve, check, connect, encrypt.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::failure::Failure;
use super::resolve::Resolve;
use super::target::Origin;
use crate::address::AddressRules;

/// Bytes kept of an answer's head; one with more is no answer.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Sends requests over one connection.
pub(super) type Sender = SendRequest<Full<Bytes>>;

/// Which authorities are trusted to say who a receiver is.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// Those that the machine trusts.
    #[default]
    Machine,
    /// These.
    These(Arc<RootCertStore>),
}

/// Makes connections.
pub(super) struct Connector {
    rules: AddressRules,
    resolver: Arc<dyn Resolve>,
    roots: Roots,
    /// Made when it is first needed: reading what the machine trusts takes its time.
    tls: OnceCell<TlsConnector>,
}

impl Connector {
    pub(super) fn new(rules: AddressRules, resolver: Arc<dyn Resolve>, roots: Roots) -> Connector {
        Connector { rules, resolver, roots, tls: OnceCell::new() }
    }

    /// Connects to a checked address of a host.
    pub(super) async fn connect(
        &self,
        origin: &Origin,
        deadline: Instant,
    ) -> Result<Sender, Failure> {
        let addresses = self.checked(origin).await?;
        let stream = reach(&addresses, origin.port, deadline).await?;
        // Without it a small request waits for the acknowledgement of the one before.
        stream.set_nodelay(true).map_err(unreachable)?;
        if !origin.is_tls {
            return speak(TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(origin.host.clone())
            .map_err(|_| Failure::Tls(format!("{} is no name of a host", origin.host)))?;
        let connector = self.tls.get_or_try_init(|| encryption(&self.roots)).await?;
        let stream = connector.connect(name, stream).await;
        let stream = stream.map_err(|error| Failure::Tls(error.to_string()))?;
        speak(TokioIo::new(stream)).await
    }

    /// The addresses of a host, all of them where events may be sent. One that is not spoils the
    /// others: whoever answers for the name means to lead there.
    async fn checked(&self, origin: &Origin) -> Result<Vec<IpAddr>, Failure> {
        let host = &origin.host;
        let fail = |problem: String| Failure::Unresolved { host: host.clone(), problem };
        let addresses = match origin.address() {
            Some(address) => vec![address],
            None => {
                let found = self.resolver.resolve(host).await;
                found.map_err(|error| fail(error.to_string()))?
            }
        };
        if addresses.is_empty() {
            return Err(fail("it has no address".to_owned()));
        }
        for &address in &addresses {
            if let Some(what) = self.rules.refusal(address, origin.mode) {
                return Err(Failure::Forbidden { host: host.clone(), address, what });
            }
        }
        Ok(addresses)
    }
}

/// Connects to the first address that takes a connection. Each has its share of the time that is
/// left, so that one that swallows everything leaves some for the next.
async fn reach(addresses: &[IpAddr], port: u16, deadline: Instant) -> Result<TcpStream, Failure> {
    let mut last = Failure::Unreachable("there is no address".to_owned());
    for (tried, &address) in addresses.iter().enumerate() {
        let now = Instant::now();
        let others = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = deadline.saturating_duration_since(now) / others;
        let connecting = TcpStream::connect(SocketAddr::new(address, port));
        last = match timeout_at(now + share, connecting).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => Failure::Unreachable(format!("{address}: {error}")),
            Err(_) => Failure::Unreachable(format!("{address} does not answer")),
        };
    }
    Err(last)
}

/// Begins HTTP on a stream, which lives for as long as somebody may send on it.
async fn speak<S>(stream: S) -> Result<Sender, Failure>
where
    S: Read + Write + Unpin + Send + 'static,
{
    let mut builder = Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX);
    let (sender, connection) = builder.handshake(stream).await.map_err(broken)?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to a receiver ended early");
        }
    });
    Ok(sender)
}

async fn encryption(roots: &Roots) -> Result<TlsConnector, Failure> {
    let roots = match roots {
        Roots::These(roots) => Arc::clone(roots),
        Roots::Machine => Arc::new(machine_roots().await?),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn machine_roots() -> Result<RootCertStore, Failure> {
    let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
    let loaded = loaded.map_err(|error| Failure::Tls(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(loaded.certs);
    if added == 0 {
        let problem = "this machine trusts no authority; install its package of certificates";
        return Err(Failure::Tls(problem.to_owned()));
    }
    Ok(roots)
}

fn unreachable(error: std::io::Error) -> Failure {
    Failure::Unreachable(error.to_string())
}

/// What the library says with its cause, which is what tells something.
pub(super) fn broken(error: hyper::Error) -> Failure {
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    Failure::Broken(format!("{error}{}", cause.unwrap_or_default()))
}
