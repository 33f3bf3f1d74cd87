//! A PostgreSQL cluster that lives as long as a value.
//!
//! The server binaries of the machine are used; nothing is downloaded. The cluster listens on
//! 127.0.0.1 and on a Unix socket inside its own directory, and both the server and the directory
//! are gone when the value is dropped, also when a test panics. PostgreSQL refuses to run as root,
//! so for root it runs as the user `postgres`, or as `nobody` where there is none.

mod account;
mod installation;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use account::Account;
pub use installation::Installation;

/// How long a server may take to come up or to go down.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often another port is tried when somebody took the one that was free a moment ago.
const PORT_ATTEMPTS: u32 = 5;

/// What a commit means in the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As PostgreSQL is installed: an answered commit is on disk. For benchmarks and crash tests.
    Full,
    /// Nothing is synced. For tests that only ask what the SQL does.
    None,
}

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The server binaries are not on this machine.
    #[error(
        "no PostgreSQL server found in PATH or under {}: {}",
        installation::SYSTEM_ROOT,
        installation::REMEDY
    )]
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
    /// A file or a process could not be had.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
}

/// A running PostgreSQL server with a fresh, empty cluster.
///
/// The superuser is `postgres`, without a password; the database `postgres` is there.
#[derive(Debug)]
pub struct TemporaryCluster {
    installation: Installation,
    account: Account,
    directory: Directory,
    port: u16,
    server: Child,
}

impl TemporaryCluster {
    /// Starts a cluster in the system's directory for temporary files.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NotInstalled`] when the machine has no PostgreSQL server; the others when
    /// it has one that does not start.
    pub fn start(durability: Durability) -> Result<Self, ClusterError> {
        Self::start_in(&std::env::temp_dir(), durability)
    }

    /// Starts a cluster in a new directory below `parent`, which decides the disk it is on.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_in(parent: &Path, durability: Durability) -> Result<Self, ClusterError> {
        let installation = Installation::find().ok_or(ClusterError::NotInstalled)?;
        let account = Account::for_server()?;
        let directory = Directory::create(parent, &account)?;
        initialise(&installation, &account, directory.path())?;
        let mut attempt = 1;
        loop {
            let port = free_port()?;
            let mut server = launch(&installation, &account, directory.path(), port, durability)?;
            match await_ready(&mut server, directory.path()) {
                Ok(()) => return Ok(Self { installation, account, directory, port, server }),
                Err(error) => {
                    end(&mut server);
                    if attempt == PORT_ATTEMPTS || !error.is_port_taken() {
                        return Err(error);
                    }
                    attempt += 1;
                }
            }
        }
    }

    /// Starts a cluster for a test.
    ///
    /// # Panics
    ///
    /// When it does not start, also where the machine has no PostgreSQL: a test that needs a server
    /// and has none has not passed.
    #[must_use]
    pub fn for_test(durability: Durability) -> Self {
        Self::start(durability).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The address for clients over TCP: `postgres://postgres@127.0.0.1:PORT/postgres`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The directory of the Unix socket, to be given to clients as the host.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// The port, which is also part of the Unix socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The binaries this cluster runs on, for its client programs and its version.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }
}

impl Drop for TemporaryCluster {
    fn drop(&mut self) {
        // Immediate: nobody will read these files again, so no checkpoint is worth waiting for.
        let mut stop = self.installation.command("pg_ctl");
        self.account.assume(&mut stop);
        stop.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(data(self.directory.path()));
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if stopped.is_ok_and(|status| status.success()) {
            let _ = self.server.wait();
        } else {
            end(&mut self.server);
        }
    }
}

impl ClusterError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    fn is_port_taken(&self) -> bool {
        matches!(self, Self::Program { output, .. } if output.contains("Address already in use"))
    }
}

/// A directory that is removed with everything in it.
#[derive(Debug)]
struct Directory(PathBuf);

impl Directory {
    fn create(parent: &Path, account: &Account) -> Result<Self, ClusterError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("gapless-postgres-{}-{count}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {
                    let directory = Self(path);
                    directory.hand_to(account)?;
                    return Ok(directory);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(ClusterError::io(format!("create {}", path.display()))(error));
                }
            }
        }
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn hand_to(&self, account: &Account) -> Result<(), ClusterError> {
        let described = || format!("hand {} to its owner", self.0.display());
        fs::set_permissions(&self.0, fs::Permissions::from_mode(0o700))
            .and_then(|()| account.own(&self.0))
            .map_err(|error| ClusterError::io(described())(error))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

fn log(directory: &Path) -> PathBuf {
    directory.join("server.log")
}

fn initialise(
    installation: &Installation,
    account: &Account,
    directory: &Path,
) -> Result<(), ClusterError> {
    let mut command = installation.command("initdb");
    account.assume(&mut command);
    command
        .current_dir(directory)
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"])
        // Only the creation of the cluster is left unsynced; the server syncs as it is told.
        .arg("--no-sync")
        .arg("-D")
        .arg(data(directory))
        .stdin(Stdio::null());
    let output = command.output().map_err(ClusterError::io("run initdb"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ClusterError::Program { program: "initdb".to_owned(), output: said })
}

fn launch(
    installation: &Installation,
    account: &Account,
    directory: &Path,
    port: u16,
    durability: Durability,
) -> Result<Child, ClusterError> {
    let log = fs::File::create(log(directory)).map_err(ClusterError::io("create the log"))?;
    let again = log.try_clone().map_err(ClusterError::io("share the log"))?;
    let mut command = installation.command("postgres");
    account.assume(&mut command);
    command
        .current_dir(directory)
        .arg("-D")
        .arg(data(directory))
        .arg("-k")
        .arg(directory)
        .args(["-h", "127.0.0.1", "-p"])
        .arg(port.to_string())
        .args(["-c", "max_connections=200"])
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(again);
    if durability == Durability::None {
        command.args(["-c", "fsync=off", "-c", "synchronous_commit=off"]);
        command.args(["-c", "full_page_writes=off"]);
    }
    // A child of this process and of its group: what interrupts the test interrupts the server.
    command.spawn().map_err(ClusterError::io("run postgres"))
}

/// Waits for the line in the server's lock file that says that it takes connections.
fn await_ready(server: &mut Child, directory: &Path) -> Result<(), ClusterError> {
    let lock_file = data(directory).join("postmaster.pid");
    let begin = Instant::now();
    loop {
        let status = fs::read_to_string(&lock_file)
            .ok()
            .and_then(|text| text.lines().nth(7).map(|line| line.trim().to_owned()));
        if status.as_deref() == Some("ready") {
            return Ok(());
        }
        let exited = server.try_wait().map_err(ClusterError::io("look after postgres"))?;
        if exited.is_some() || begin.elapsed() > PATIENCE {
            let output = fs::read_to_string(log(directory)).unwrap_or_default();
            let program = "postgres".to_owned();
            return Err(ClusterError::Program { program, output: output.trim().to_owned() });
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn end(server: &mut Child) {
    let _ = server.kill();
    let _ = server.wait();
}

fn free_port() -> Result<u16, ClusterError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(ClusterError::io("find a free port"))
}
