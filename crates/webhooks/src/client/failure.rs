//! Why an event was not delivered.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

/// Why a request had no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The URL cannot be used.
    #[error("the URL of the endpoint is of no use: {0}")]
    Url(&'static str),
    /// The name has no address.
    #[error("the name {host} cannot be resolved: {problem}")]
    Unresolved {
        /// The name.
        host: String,
        /// What the resolver says.
        problem: String,
    },
    /// The name leads where events may not be sent.
    #[error("{host} is at {address}, {what}, where events are not sent")]
    Forbidden {
        /// The name or address in the URL.
        host: String,
        /// What it leads to.
        address: IpAddr,
        /// What kind of address that is.
        what: &'static str,
    },
    /// Nobody takes the connection.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The connection cannot be encrypted, or the certificate proves nothing.
    #[error("cannot connect over TLS: {0}")]
    Tls(String),
    /// It took too long.
    #[error("no {what} within {seconds} s", seconds = .limit.as_secs())]
    TimedOut {
        /// What was waited for.
        what: Awaited,
        /// For how long.
        limit: Duration,
    },
    /// The connection ended before the answer began, or what came is no answer.
    #[error("no answer: {0}")]
    Broken(String),
}

/// What a time limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The name, the connection and its encryption.
    Connection,
    /// The status of the answer.
    Answer,
}

impl std::fmt::Display for Awaited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Awaited::Connection => "connection",
            Awaited::Answer => "answer",
        })
    }
}
