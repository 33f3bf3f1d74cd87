//! What is measured, and what comes of one measurement.

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
    /// Answered requests, or committed transactions, per second.
    pub(crate) rate: f64,
    /// Absent where the measuring program does not tell.
    pub(crate) latency: Option<Latency>,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
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
        }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9.0}/s", self.rate)?;
        if let Some(Latency { p50, p99, max }) = self.latency {
            write!(f, "  p50 {p50:7.2} ms  p99 {p99:7.2} ms  slowest {max:7.2} ms")?;
        }
        if let Some(first) = &self.first_error {
            write!(f, "  {} errors, the first: {first}", self.errors)?;
        }
        Ok(())
    }
}
