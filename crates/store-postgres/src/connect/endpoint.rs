//! Where one server listens.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The port that PostgreSQL listens on when nothing else is said.
pub(super) const PORT: u16 = 5432;

/// Where sockets are in the systems that PostgreSQL is packaged for.
const SOCKET_DIRECTORIES: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// One server of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) host: Host,
    /// Where the host is, when that is not to be looked up (`hostaddr`).
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

/// A machine, or the directory of a Unix socket on this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Name(String),
    Socket(PathBuf),
}

impl Host {
    /// As in libpq, what begins with a slash is the directory of a socket.
    pub(super) fn of(text: &str) -> Host {
        if text.starts_with('/') {
            return Host::Socket(text.into());
        }
        Host::Name(text.to_owned())
    }

    /// What is meant where no host is named: the server's socket on this machine, where there is
    /// one, else `localhost`.
    pub(super) fn unnamed(port: u16) -> Host {
        let mut sockets = SOCKET_DIRECTORIES.iter().map(Path::new);
        let found = sockets.find(|path| path.join(socket_name(port)).exists());
        found.map_or_else(|| Host::Name("localhost".to_owned()), |path| Host::Socket(path.into()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port;
        match (&self.host, self.address) {
            (Host::Socket(path), _) => {
                write!(formatter, "{}", path.join(socket_name(port)).display())
            }
            (Host::Name(name), None) if name.contains(':') => write!(formatter, "[{name}]:{port}"),
            (Host::Name(name), None) => write!(formatter, "{name}:{port}"),
            (Host::Name(name), Some(address)) if *name == address.to_string() => {
                write!(formatter, "{}", std::net::SocketAddr::new(address, port))
            }
            (Host::Name(name), Some(address)) => {
                write!(formatter, "{name}:{port} ({address})")
            }
        }
    }
}

fn socket_name(port: u16) -> String {
    format!(".s.PGSQL.{port}")
}
