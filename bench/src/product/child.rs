//! `gapless serve` as a process of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Builds the program, as optimised as this one, and tells where it is.
pub(super) fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let target = own.ancestors().nth(2).context("this program lies in no target directory")?;
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "cli", "--bin", "gapless", "--target-dir"])
        .arg(target)
        .status()
        .context("cargo could not be run")?;
    ensure!(status.success(), "the program could not be built");
    Ok(own.with_file_name("gapless"))
}

/// Sets a database up; its live key.
pub(super) fn set_up(program: &Path, database: &str) -> Result<String> {
    let output = Command::new(program)
        .args(["init", "--json", "--database", database])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be run", program.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let announcement: Value = serde_json::from_str(&said)
        .with_context(|| format!("setting a database up came to {said:?}"))?;
    let key = announcement["keys"]["live"].as_str();
    key.map(str::to_owned).with_context(|| format!("no key in {said}"))
}

/// A running server, killed when dropped.
pub(super) struct Child {
    process: std::process::Child,
    address: SocketAddr,
    live_key: Option<String>,
    started_in: Duration,
}

impl Child {
    /// Starts `program` on a database and waits until it answers that it is ready.
    pub(super) fn start(program: &Path, database: &str) -> Result<Self> {
        let begin = Instant::now();
        let mut process = Command::new(program)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--database", database])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} could not be run", program.display()))?;
        let mut line = String::new();
        let output = process.stdout.take().context("the server has no output")?;
        let read = BufReader::new(output).read_line(&mut line);
        // From here on, dropping it kills the process.
        let mut child = Self {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            live_key: None,
            started_in: Duration::ZERO,
        };
        read.context("the server said nothing")?;
        let announcement: Value = serde_json::from_str(&line)
            .with_context(|| format!("the server announced itself by {line:?}"))?;
        child.address = announcement["url"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://")?.parse().ok())
            .with_context(|| format!("no address in {line}"))?;
        child.live_key = announcement["keys"]["live"].as_str().map(str::to_owned);
        while !is_ready(child.address)? {
            if begin.elapsed() > PATIENCE {
                bail!("the server was not ready within {PATIENCE:?}");
            }
        }
        child.started_in = begin.elapsed();
        Ok(child)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The secret that a server shows when its database is new.
    pub(super) fn live_key(&self) -> Option<&str> {
        self.live_key.as_deref()
    }

    /// From before the process was made until it said that it is ready.
    pub(super) fn started_in(&self) -> Duration {
        self.started_in
    }

    /// The most memory that it ever had of its own, its share of mapped files included.
    pub(super) fn memory_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let kibibytes = peak_kib(&status).context("the system does not tell the memory")?;
        Ok(kibibytes / 1024.0)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // One that ended by itself cannot be killed, and that is as well.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn is_ready(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address).context("the server does not listen")?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200 "))
}

/// The line `VmHWM:   12345 kB`.
fn peak_kib(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_the_status() {
        assert_eq!(peak_kib("Name:\tx\nVmHWM:\t   12345 kB\nVmRSS:\t 5 kB\n"), Some(12345.0));
        assert_eq!(peak_kib("Name:\tx\n"), None);
    }
}
