//! The server's process.

use std::fs::{self, OpenOptions};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::directory::Directory;
use super::{ClusterError, Installation};

/// How long a server may take to come up or to go down.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Connections are ended and what they wrote is put in order.
    Fast,
    /// Everything is dropped; the next start recovers from the log, as after a power cut.
    Immediate,
}

/// What a server is started with.
#[derive(Debug)]
pub(super) struct Launch<'a> {
    pub(super) installation: &'a Installation,
    pub(super) account: Account,
    pub(super) directory: &'a Directory,
}

impl Launch<'_> {
    /// Makes a cluster's files.
    pub(super) fn initialise(&self) -> Result<(), ClusterError> {
        self.run("initdb", |command| {
            command
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"])
                // Only the creation is left unsynced; the server syncs as it is told.
                .arg("--no-sync")
                .arg("-D")
                .arg(self.directory.data());
        })
    }

    /// Starts the server on `port` and waits until it takes connections.
    pub(super) fn start(&self, port: u16) -> Result<Child, ClusterError> {
        let begun = fs::metadata(self.directory.log()).map_or(0, |log| log.len());
        let mut server = self.spawn(port)?;
        self.directory.watchdog().tell(Some(server.id()));
        let ready = await_ready(&mut server, &self.directory.data());
        ready.map(|()| server).map_err(|()| {
            self.directory.watchdog().tell(None);
            ClusterError::program("postgres", &self.directory.last_said(begun))
        })
    }

    /// Runs one of PostgreSQL's programs to its end.
    pub(super) fn run(
        &self,
        program: &str,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<(), ClusterError> {
        let mut command = self.installation.command(program);
        self.account.assume(&mut command);
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        prepare(&mut command);
        let output = command.output().map_err(ClusterError::io(format!("run {program}")))?;
        if output.status.success() {
            return Ok(());
        }
        Err(ClusterError::program(program, &String::from_utf8_lossy(&output.stderr)))
    }

    /// Stops a server, by force when it does not go.
    pub(super) fn stop(&self, server: &mut Child, mode: Mode) {
        let mode = match mode {
            Mode::Fast => "fast",
            Mode::Immediate => "immediate",
        };
        let mut stop = self.installation.command("pg_ctl");
        self.account.assume(&mut stop);
        stop.args(["stop", "--silent", "--mode", mode, "-D"]).arg(self.directory.data());
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = server.kill();
        }
        let _ = server.wait();
        self.directory.watchdog().tell(None);
    }

    fn spawn(&self, port: u16) -> Result<Child, ClusterError> {
        let mut options = OpenOptions::new();
        let log = options.create(true).append(true).open(self.directory.log());
        let log = log.map_err(ClusterError::io("open the log"))?;
        let again = log.try_clone().map_err(ClusterError::io("share the log"))?;
        let mut command = self.installation.command("postgres");
        self.account.assume(&mut command);
        command
            .current_dir(self.directory.path())
            .arg("-D")
            .arg(self.directory.data())
            .arg("-k")
            .arg(self.directory.path())
            .args(["-h", "127.0.0.1", "-p"])
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(again);
        // A child of this process and of its group: what interrupts the test interrupts the server.
        command.spawn().map_err(ClusterError::io("run postgres"))
    }
}

/// Waits for the line in the server's lock file that says that it takes connections. A server that
/// does not come up is gone afterwards.
fn await_ready(server: &mut Child, data: &Path) -> Result<(), ()> {
    let lock_file = data.join("postmaster.pid");
    let begin = Instant::now();
    loop {
        let text = fs::read_to_string(&lock_file).unwrap_or_default();
        let line = |number: usize| text.lines().nth(number).map(str::trim);
        // A server that was killed leaves its file behind, which says that it is ready.
        if line(0) == Some(&server.id().to_string()) && line(7) == Some("ready") {
            return Ok(());
        }
        if !matches!(server.try_wait(), Ok(None)) || begin.elapsed() > PATIENCE {
            let _ = server.kill();
            let _ = server.wait();
            return Err(());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// A port that nobody listens on right now.
pub(super) fn free_port() -> Result<u16, ClusterError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(ClusterError::io("find a free port"))
}
