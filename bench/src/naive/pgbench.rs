//! The SQL of (b) under the database's own load program: a check that (b) is measured well.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;

use super::{Database, KEEP, TAKE};
use crate::part::{Part, Sample, Time};
use crate::stage::Stage;

/// Threads of pgbench; one would be the bottleneck before the database is.
const THREADS: usize = 2;

pub(crate) fn open(stage: &Stage) -> Result<Box<dyn Part + '_>> {
    let cluster = stage.cluster()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let database = runtime.block_on(Database::create(cluster, "by_pgbench"))?;
    let script = cluster.socket_directory().join("number.sql");
    fs::write(&script, transaction()).context("pgbench's script could not be written")?;
    Ok(Box::new(Pgbench { runtime, database, script, connections: stage.connections() }))
}

/// The transaction in pgbench's words, where a variable takes the place of a parameter.
fn transaction() -> String {
    let keep = KEEP.replace("$1", ":last");
    format!("BEGIN;\n{TAKE} \\gset\n{keep};\nCOMMIT;\n")
}

struct Pgbench<'stage> {
    runtime: Runtime,
    database: Database<'stage>,
    script: PathBuf,
    connections: usize,
}

impl Part for Pgbench<'_> {
    fn round(&mut self, time: Time) -> Result<Sample> {
        self.drive(time.warm_up)?;
        let rate = self.drive(time.measured)?;
        self.runtime.block_on(self.database.issued())?;
        Ok(Sample { rate, ..Sample::default() })
    }
}

impl Pgbench<'_> {
    /// Transactions per second over `time`, which pgbench takes in whole seconds.
    fn drive(&self, time: Duration) -> Result<f64> {
        let cluster = self.database.cluster;
        let output = Command::new(cluster.installation().program("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared", "--username=postgres"])
            .arg(format!("--client={}", self.connections))
            .arg(format!("--jobs={}", THREADS.min(self.connections)))
            .arg(format!("--time={}", time.as_secs_f64().ceil()))
            .arg("--file")
            .arg(&self.script)
            .arg("--host")
            .arg(cluster.socket_directory())
            .arg(format!("--port={}", cluster.port()))
            .arg(self.database.name)
            .stdin(Stdio::null())
            .output()
            .context("pgbench could not be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {said}");
        let report = String::from_utf8_lossy(&output.stdout);
        rate(&report).with_context(|| format!("pgbench reports no rate: {report}"))
    }
}

/// The rate in the line `tps = 1234.5 (without initial connection time)`.
fn rate(report: &str) -> Option<f64> {
    let line = report.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_the_report() {
        let report = "scaling factor: 1\nlatency average = 12.107 ms\n\
                      tps = 2641.25 (without initial connection time)\n";
        assert_eq!(rate(report), Some(2641.25));
        assert_eq!(rate("number of failed transactions: 0"), None);
    }

    #[test]
    fn the_script_has_no_parameter_left() {
        let script = transaction();
        assert!(!script.contains('$'), "{script}");
        assert_eq!(script.matches(":last").count(), 2);
    }
}
