//! A PostgreSQL cluster that lives as long as a value, and can be hurt.
//!
//! The server binaries of the machine are used; nothing is downloaded. The cluster listens on
//! 127.0.0.1 and on a Unix socket inside its own directory, and both the server and the directory
//! are gone when the value is dropped, also when a test panics or is killed. PostgreSQL refuses to
//! run as root, so for root it runs as the user `postgres`, or as `nobody` where there is none.

mod account;
mod directory;
mod error;
mod installation;
mod server;
mod settings;
mod standby;
mod statement;
mod watchdog;

use std::path::Path;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use account::Account;
use directory::Directory;
use server::{Launch, PATIENCE, free_port};

pub use error::ClusterError;
pub use installation::Installation;
pub use server::Mode;
pub use settings::{Durability, Settings};

/// How often another port is tried when somebody took the one that was free a moment ago.
const PORT_ATTEMPTS: u32 = 5;

/// A PostgreSQL server with a fresh cluster of its own.
///
/// The superuser is `postgres`, without a password; the database `postgres` is there and empty.
#[derive(Debug)]
pub struct TemporaryCluster {
    installation: Installation,
    account: Account,
    directory: Directory,
    port: u16,
    /// `None` while the server is stopped.
    server: Mutex<Option<Child>>,
}

impl TemporaryCluster {
    /// Starts a cluster in the system's directory for temporary files.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NotInstalled`] when the machine has no PostgreSQL server; the others when
    /// it has one that does not start.
    pub fn start(durability: Durability) -> Result<Self, ClusterError> {
        Self::start_with(&Settings::new(durability))
    }

    /// Starts a cluster with settings, rules of access and files of its own.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_with(settings: &Settings) -> Result<Self, ClusterError> {
        Self::start_in(&std::env::temp_dir(), settings)
    }

    /// Starts a cluster in a new directory below `parent`, which decides the disk it is on.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_in(parent: &Path, settings: &Settings) -> Result<Self, ClusterError> {
        let installation = Installation::find().ok_or(ClusterError::NotInstalled)?;
        let account = Account::for_server()?;
        let directory = Directory::create(parent, account)?;
        let launch = Launch { installation: &installation, account, directory: &directory };
        launch.initialise()?;
        let written = settings.write(&directory.data(), account);
        written.map_err(ClusterError::io("write the settings"))?;
        let mut attempt = 1;
        let (port, server) = loop {
            let port = free_port()?;
            match launch.start(port) {
                Ok(server) => break (port, server),
                Err(error) if attempt == PORT_ATTEMPTS || !error.is_port_taken() => {
                    return Err(error);
                }
                Err(_) => attempt += 1,
            }
        };
        Ok(Self::running(installation, account, directory, port, server))
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
        self.url_of("postgres")
    }

    /// The address of another database of this cluster.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The directory of the Unix socket, to be given to clients as the host.
    #[must_use]
    pub fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// The port, which is also part of the Unix socket's name. It stays when the server is stopped
    /// and started again.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The binaries this cluster runs on, for its client programs and its version.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The process id of the server; `None` while it is stopped.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.server().as_ref().map(Child::id)
    }

    /// Makes an empty database; answers its address.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] when there is one of that name.
    pub fn create_database(&self, name: &str) -> Result<String, ClusterError> {
        self.execute(&format!("CREATE DATABASE \"{name}\""))?;
        Ok(self.url_of(name))
    }

    /// Makes a database that begins as a copy of another, to which nobody may be connected
    /// meanwhile; answers its address. Copying is faster than building the same again.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] when there is one of that name, or somebody is connected to the
    /// other.
    pub fn copy_database(&self, template: &str, name: &str) -> Result<String, ClusterError> {
        self.execute(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\""))?;
        Ok(self.url_of(name))
    }

    /// Runs SQL as the superuser in the database `postgres`.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] with what the server says.
    pub fn execute(&self, sql: &str) -> Result<(), ClusterError> {
        self.ask_in("postgres", sql).map(|_| ())
    }

    /// Runs SQL as the superuser in the database `postgres`; answers the first field of the first
    /// row, which is empty when there is none.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] with what the server says.
    pub fn ask(&self, sql: &str) -> Result<String, ClusterError> {
        self.ask_in("postgres", sql)
    }

    /// As [`ask`](Self::ask), in another database.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] with what the server says.
    pub fn ask_in(&self, database: &str, sql: &str) -> Result<String, ClusterError> {
        statement::run(self.directory.path(), self.port, database, sql)
            .map(Option::unwrap_or_default)
    }

    /// Ends every connection of a client, as an administrator does; answers how many there were.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Refused`] with what the server says.
    pub fn terminate_clients(&self) -> Result<u32, ClusterError> {
        let count = self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
        )?;
        Ok(count.parse().unwrap_or(0))
    }

    /// Stops the server; its files stay.
    pub fn stop(&self, mode: Mode) {
        let mut server = self.server();
        if let Some(mut child) = server.take() {
            self.launch().stop(&mut child, mode);
        }
    }

    /// Kills the server's first process with SIGKILL, which takes the others with it.
    pub fn kill(&self) {
        let mut server = self.server();
        if let Some(mut child) = server.take() {
            let _ = child.kill();
            let _ = child.wait();
            self.directory.watchdog().tell(None);
        }
    }

    /// Starts the server again, on the same files and the same port. Does nothing while it runs.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Program`] when it does not come up.
    pub fn start_again(&self) -> Result<(), ClusterError> {
        let mut server = self.server();
        let begin = Instant::now();
        while server.is_none() {
            match self.launch().start(self.port) {
                Ok(child) => *server = Some(child),
                Err(error) => {
                    let passes = error.is_still_ending() || error.is_port_taken();
                    if !passes || begin.elapsed() > PATIENCE {
                        return Err(error);
                    }
                    thread::sleep(Duration::from_millis(50));
                }
            }
        }
        Ok(())
    }

    fn running(
        installation: Installation,
        account: Account,
        directory: Directory,
        port: u16,
        server: Child,
    ) -> Self {
        Self { installation, account, directory, port, server: Mutex::new(Some(server)) }
    }

    fn launch(&self) -> Launch<'_> {
        Launch {
            installation: &self.installation,
            account: self.account,
            directory: &self.directory,
        }
    }

    fn server(&self) -> MutexGuard<'_, Option<Child>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for TemporaryCluster {
    fn drop(&mut self) {
        // Immediate: nobody will read these files again, so no checkpoint is worth waiting for.
        self.stop(Mode::Immediate);
    }
}
