//! Why a server could not be used, in words that say what to do.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;
use tokio_postgres::error::SqlState;

use super::Location;
use super::attempt::{Standing, Target};
use super::endpoint::{Endpoint, Host};
use super::password::{FILE_VARIABLE, Found};
use super::verifier::is_own_authority;

/// Why one server could not be used.
#[derive(Debug)]
pub(super) struct Trouble {
    /// A sentence with host and port, and one with the remedy.
    pub(super) text: String,
    /// Whether other servers would say the same: who we are is not believed.
    pub(super) is_final: bool,
    /// Whether it may be different with encryption, or without.
    pub(super) is_about_encryption: bool,
}

impl Trouble {
    /// Both: with encryption and without.
    pub(super) fn and(mut self, other: Trouble) -> Trouble {
        if self.text != other.text {
            self.text = format!("{} {}", self.text, other.text);
        }
        self.is_final |= other.is_final;
        self
    }
}

fn trouble(endpoint: &Endpoint, what: &str, remedy: &str) -> Trouble {
    let text = format!("{endpoint}: {what}. {remedy}");
    Trouble { text, is_final: false, is_about_encryption: false }
}

/// A host whose address could not be found.
pub(super) fn of_lookup(endpoint: &Endpoint, error: &io::Error) -> Trouble {
    let what = format!("no such host ({error})");
    trouble(endpoint, &what, "Correct the host in the database's address.")
}

/// A server that did not answer in its share of the time.
pub(super) fn of_timeout(endpoint: &Endpoint, patience: Duration) -> Trouble {
    let what = format!("no answer within connect_timeout={}", patience.as_secs());
    let remedy = "See whether the server runs and whether a firewall lets this machine through.";
    trouble(endpoint, &what, remedy)
}

/// A server that answered and is not what was wanted.
pub(super) fn of_standing(endpoint: &Endpoint, target: Target, standing: Standing) -> Trouble {
    let is = match standing {
        Standing { is_standby: true, .. } => "is a standby",
        Standing { is_read_only: true, .. } => "is set to take no writes",
        Standing { .. } => "is the primary and takes writes",
    };
    let (what, remedy) = match target {
        Target::ReadWrite | Target::Primary => (
            format!("the server {is}"),
            "Name the primary, or all hosts of the cluster, in the database's address.",
        ),
        _ => (
            format!("the server {is}"),
            "Name a standby in the database's address, or another target_session_attrs.",
        ),
    };
    trouble(endpoint, &what, remedy)
}

/// A server that refused, or could not be reached.
pub(super) fn of_answer(
    location: &Location,
    endpoint: &Endpoint,
    password: &Found,
    error: &tokio_postgres::Error,
) -> Trouble {
    if let Some(refused) = error.as_db_error() {
        return of_refusal(location, endpoint, password, refused);
    }
    if let Some(error) = cause::<rustls::Error>(error) {
        return Trouble { is_about_encryption: true, ..of_tls(endpoint, error) };
    }
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    match source.as_str() {
        "server does not support TLS" => {
            let mode = location.tls.mode().name();
            let what = format!("the server does not take TLS, which sslmode={mode} asks for");
            let remedy = "Turn it on at the server (`ssl = on`), or choose sslmode=prefer.";
            return Trouble { is_about_encryption: true, ..trouble(endpoint, &what, remedy) };
        }
        "password missing" => {
            let what = format!("the server asks for a password: {}", password.account);
            let remedy = format!("Give it by {FILE_VARIABLE}, PGPASSWORD or a password file.");
            return Trouble { is_final: true, ..trouble(endpoint, &what, &remedy) };
        }
        "server did not use channel binding" => {
            let what = "the server does not bind the password to TLS (channel_binding=require)";
            let remedy = "Use sslmode=require and scram-sha-256, or channel_binding=prefer.";
            return Trouble { is_about_encryption: true, ..trouble(endpoint, what, remedy) };
        }
        _ => {}
    }
    match cause::<io::Error>(error) {
        Some(error) => of_io(endpoint, error),
        None if source.is_empty() => trouble(endpoint, &error.to_string(), TRY),
        None => trouble(endpoint, &format!("{error}: {source}"), TRY),
    }
}

const TRY: &str = "See what the server's log says.";

/// What the server itself says, by its code.
fn of_refusal(
    location: &Location,
    endpoint: &Endpoint,
    password: &Found,
    refused: &tokio_postgres::error::DbError,
) -> Trouble {
    let (code, said) = (refused.code(), refused.message());
    let database = &location.database;
    let with = |remedy: &str| trouble(endpoint, said, remedy);
    match code {
        &SqlState::INVALID_PASSWORD => Trouble {
            is_final: true,
            is_about_encryption: true,
            ..trouble(
                endpoint,
                &format!("{said} ({})", password.account),
                "Correct the password, or the user in the database's address.",
            )
        },
        code if code.code().starts_with("28") => Trouble {
            is_final: true,
            is_about_encryption: true,
            ..with(
                "Let this user and machine in with a line in the server's pg_hba.conf, or ask for \
                 what it wants: sslmode=require, or a client certificate with sslcert and sslkey.",
            )
        },
        &SqlState::INVALID_CATALOG_NAME => with(&format!(
            "Make it with `createdb {database}`, or correct the name in the database's address."
        )),
        &SqlState::INSUFFICIENT_PRIVILEGE => {
            with("Grant this user the right to connect to the database.")
        }
        &SqlState::TOO_MANY_CONNECTIONS => {
            with("Raise max_connections at the server, or open fewer connections.")
        }
        &SqlState::CANNOT_CONNECT_NOW => with("Wait until the server is up."),
        _ => trouble(endpoint, &format!("{said} ({})", code.code()), TRY),
    }
}

/// What goes wrong before the server understands a word.
fn of_io(endpoint: &Endpoint, error: &io::Error) -> Trouble {
    let is_socket = matches!(endpoint.host, Host::Socket(_));
    match error.kind() {
        ErrorKind::ConnectionRefused => trouble(
            endpoint,
            "nobody listens there",
            "Start the server, or correct host and port in the database's address.",
        ),
        ErrorKind::NotFound if is_socket => trouble(
            endpoint,
            "there is no such socket",
            "Start the server, or correct the directory and the port of its socket.",
        ),
        ErrorKind::PermissionDenied if is_socket => {
            trouble(endpoint, "this user may not use the socket", "Give it the right, or use TCP.")
        }
        ErrorKind::InvalidInput if error.to_string().contains("dns") => trouble(
            endpoint,
            "the host's name is none that a certificate can have",
            "Correct it, or name the host by another name.",
        ),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
            let what = "the connection was closed before the server said anything";
            trouble(endpoint, what, "See whether it is PostgreSQL that listens there.")
        }
        _ => trouble(endpoint, &error.to_string(), "See whether this machine reaches the server."),
    }
}

/// What is wrong with TLS.
fn of_tls(endpoint: &Endpoint, error: &rustls::Error) -> Trouble {
    let rustls::Error::InvalidCertificate(reason) = error else {
        return trouble(
            endpoint,
            &format!("TLS failed ({error})"),
            "See what the server's log says; sslcert and sslkey show it a client certificate.",
        );
    };
    let (what, remedy) = match reason {
        CertificateError::UnknownIssuer => (
            "its certificate is of an authority that is not trusted".to_owned(),
            "Name the file of the authority's certificate by sslrootcert.",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("its certificate is for another host ({reason})"),
            "Use the name in the certificate's subjectAltName, or sslmode=verify-ca.",
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("its certificate has expired".to_owned(), "Renew the server's certificate.")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            "its certificate is not valid yet".to_owned(),
            "See whether the clocks of both machines are right.",
        ),
        _ if is_own_authority(error) => (
            "its certificate calls itself an authority and is none that is trusted".to_owned(),
            "Name the file of this very certificate by sslrootcert, or give the server another.",
        ),
        other => (format!("its certificate is bad ({other})"), "Renew the server's certificate."),
    };
    trouble(endpoint, &what, remedy)
}

/// The innermost error of a kind behind an error.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        found = error.downcast_ref::<E>().or(found);
        // An IO error hides the one that it carries from its source.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = carried.map(|carried| carried as &(dyn Error + 'static)).or_else(|| error.source());
    }
    found
}
