//! A second server that follows the first.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::directory::Directory;
use super::server::{Launch, PATIENCE, free_port};
use super::{ClusterError, TemporaryCluster};

/// The setting that makes commits wait for a standby.
const WAITED_FOR: &str = "synchronous_standby_names";

impl TemporaryCluster {
    /// Starts a standby that streams from this server, and makes this server's commits wait for it.
    /// A second standby stands in when the first is gone. For a cluster with
    /// [`Durability::Full`](super::Durability::Full): otherwise commits wait for nobody.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] when the copy or the new server fails, or does not catch up in time.
    pub fn standby(&self) -> Result<Self, ClusterError> {
        let parent = self.directory.path().parent().unwrap_or(Path::new("/"));
        let directory = Directory::create(parent, self.account)?;
        let port = free_port()?;
        let name = format!("standby_{port}");
        let launch = Launch {
            installation: &self.installation,
            account: self.account,
            directory: &directory,
        };
        let source = format!(
            "host={} port={} user=postgres application_name={name}",
            self.directory.path().display(),
            self.port,
        );
        launch.run("pg_basebackup", |command| {
            command.args(["--checkpoint=fast", "--wal-method=stream", "--no-sync"]);
            command.args(["--dbname", &source, "-D"]).arg(directory.data());
        })?;
        let own = |name: &str| {
            let path = directory.data().join(name);
            let file = OpenOptions::new().create(true).append(true).open(&path)?;
            self.account.own(&path).map(|()| file)
        };
        // A copy of a server that waits for a standby must not wait for itself once it is promoted.
        let settings = format!("primary_conninfo = '{source}'\n{WAITED_FOR} = ''\n");
        own("standby.signal")
            .and_then(|_| own("postgresql.auto.conf"))
            .and_then(|mut file| file.write_all(settings.as_bytes()))
            .map_err(ClusterError::io("write the standby's settings"))?;
        let server = launch.start(port)?;
        let standby =
            Self::running(self.installation.clone(), self.account, directory, port, server);
        self.wait_for(&name, &standby)?;
        Ok(standby)
    }

    /// Makes a standby take writes.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Program`] when it does not, for example because it is no standby.
    pub fn promote(&self) -> Result<(), ClusterError> {
        self.launch().run("pg_ctl", |command| {
            command.args(["promote", "--wait", "--silent", "-D"]).arg(self.directory.data());
        })
    }

    /// Names a standby that commits wait for, and waits until they do.
    fn wait_for(&self, name: &str, standby: &Self) -> Result<(), ClusterError> {
        let mut names = self.ask(&format!("SHOW {WAITED_FOR}"))?;
        if !names.is_empty() {
            names.push_str(", ");
        }
        names.push_str(name);
        self.execute(&format!("ALTER SYSTEM SET {WAITED_FOR} = '{names}'"))?;
        self.execute("SELECT pg_reload_conf()")?;
        let state = format!(
            "SELECT coalesce(max(sync_state), 'absent') FROM pg_stat_replication \
             WHERE application_name = '{name}' AND state = 'streaming'"
        );
        let begin = Instant::now();
        loop {
            let state = self.ask(&state)?;
            if ["sync", "potential"].contains(&state.as_str()) {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                let said = standby.directory.last_said(0);
                let output = format!("the standby is {state}, and says: {said}");
                return Err(ClusterError::program("postgres", &output));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}
