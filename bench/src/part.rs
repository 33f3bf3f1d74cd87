//! What is measured, and what comes of one measurement.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::Result;
use testkit::load::LoadReport;

/// Something that is ready to be measured, again and again.
pub(crate) trait Part {
    /// Measures once.
    fn round(&mut self, time: Time) -> Result<Sample>;
}

/// How long a round takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// One measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sample {
    /// Numbers per second, or what else the part's title says is counted.
    pub(crate) rate: f64,
    /// Absent where the measuring program does not tell.
    pub(crate) latency: Option<Latency>,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    /// What else was seen.
    pub(crate) figures: BTreeMap<Figure, f64>,
}

/// What a measurement may tell beside rate and latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Figure {
    /// Numbers made durable by one commit.
    CommitNumbers,
    /// Milliseconds that one commit took.
    CommitMs,
    /// Bytes of the database file for each number in it.
    FileBytes,
    /// Bytes written to the write-ahead log for each number.
    LogBytes,
    /// Syncs for each commit.
    CommitSyncs,
    /// Most memory that the server ever had which gave all the numbers, in MiB.
    IssuerMemoryMib,
    /// Most memory that a server had which was started on them, in MiB.
    MemoryMib,
    /// Seconds from starting the server to its first good answer.
    StartSeconds,
    /// Invoices finalized in a second beside what was measured.
    FinalizedBeside,
}

impl Figure {
    /// All of them, in the order of the report.
    pub(crate) const ALL: [Self; 9] = [
        Self::CommitNumbers,
        Self::CommitMs,
        Self::CommitSyncs,
        Self::LogBytes,
        Self::FileBytes,
        Self::IssuerMemoryMib,
        Self::MemoryMib,
        Self::StartSeconds,
        Self::FinalizedBeside,
    ];

    /// The figure in words, with its unit.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::CommitNumbers => "numbers per commit",
            Self::CommitMs => "ms per commit",
            Self::FileBytes => "bytes in the file per number",
            Self::LogBytes => "bytes of write-ahead log per number",
            Self::CommitSyncs => "syncs per commit",
            Self::IssuerMemoryMib => "most memory of the server that gave them all, MiB",
            Self::MemoryMib => "most memory of a server started on them, MiB",
            Self::StartSeconds => "s from start to the first answer",
            Self::FinalizedBeside => "invoices finalized per second meanwhile",
        }
    }
}

/// Latencies of one measurement, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl From<LoadReport> for Sample {
    fn from(report: LoadReport) -> Self {
        Self {
            rate: report.rate,
            latency: Some(Latency { p50: report.p50_ms, p99: report.p99_ms, max: report.max_ms }),
            errors: report.errors,
            first_error: report.first_error,
            figures: BTreeMap::new(),
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9.0}/s", self.rate)?;
        if let Some(Latency { p50, p99, max }) = self.latency {
            write!(f, "  p50 {p50:7.2} ms  p99 {p99:7.2} ms  slowest {max:7.2} ms")?;
        }
        for (figure, value) in &self.figures {
            write!(f, "  {}: {value:.2}", figure.title())?;
        }
        if let Some(first) = &self.first_error {
            write!(f, "  {} errors, the first: {first}", self.errors)?;
        }
        Ok(())
    }
}
