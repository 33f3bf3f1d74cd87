//! Why there is no cluster, or why it does not do what it was asked.

use std::io;

use super::installation;

/// A cluster could not be had, or not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The server binaries are not on this machine.
    #[error("no PostgreSQL server found {}: {}", installation::searched(), installation::REMEDY)]
    NotInstalled,
    /// PostgreSQL does not run as root, and there is nobody else to run it as.
    #[error("PostgreSQL does not run as root, and neither user `postgres` nor `nobody` exists")]
    NoAccount,
    /// A program of PostgreSQL failed; `output` is what it said.
    #[error("{program} failed: {output}")]
    Program {
        /// The program's name.
        program: String,
        /// Its standard error or the end of the server's log.
        output: String,
    },
    /// The server refused a statement.
    #[error("`{statement}` failed: {reason}")]
    Refused {
        /// What it was asked.
        statement: String,
        /// What it answered.
        reason: String,
    },
    /// A file or a process could not be had.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
}

impl ClusterError {
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    pub(super) fn program(program: &str, output: &str) -> Self {
        Self::Program { program: program.to_owned(), output: output.trim().to_owned() }
    }

    /// Whether somebody else listens on the port.
    pub(super) fn is_port_taken(&self) -> bool {
        matches!(self, Self::Program { output, .. } if output.contains("Address already in use"))
    }

    /// Whether processes of a server that was killed are still on their way out.
    pub(super) fn is_still_ending(&self) -> bool {
        let signs = ["pre-existing shared memory block", "lock file \"postmaster.pid\""];
        let Self::Program { output, .. } = self else { return false };
        signs.iter().any(|sign| output.contains(sign))
    }
}
