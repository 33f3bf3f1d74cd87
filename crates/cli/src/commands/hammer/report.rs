//! What came of it, for people and for programs.

use ledger::history::Report;
use serde_json::{Value, json};

use super::Run;
use super::servers::{Servers, milliseconds};
use crate::table::grouped;

/// What the clients saw, held against what is there.
pub(super) struct Proof {
    pub(super) run: Run,
    pub(super) history: Report,
    /// Whether the ledger itself holds.
    pub(super) verified: bool,
    pub(super) servers: Option<Servers>,
}

impl Proof {
    /// Whether everything is as it should be.
    pub(super) fn holds(&self) -> bool {
        self.verified && self.violations().is_empty()
    }

    pub(super) fn to_json(&self) -> Value {
        let (p50, p99) = self.run.seen.latencies();
        let mut report = json!({
            "object": "hammer",
            "requests": self.history.requests,
            "numbers": self.history.numbered,
            "unanswered": self.history.unanswered,
            "interruptions": self.run.seen.interruptions(),
            "refusals": self.run.seen.refusals(),
            "seconds": self.run.seconds,
            "rate": self.rate(),
            "p50_ms": p50,
            "p99_ms": p99,
            "longest_silence_ms": milliseconds(self.run.seen.longest_silence(None, self.end())),
            "violations": self.violations(),
            "verified": self.verified,
        });
        if let Some(servers) = &self.servers {
            report["servers"] = json!(servers.to_json(&self.run.seen, self.end()));
        }
        report
    }

    pub(super) fn to_text(&self) -> String {
        let (p50, p99) = self.run.seen.latencies();
        let mut text = format!(
            "{} numbers in {:.1} s: {} a second, p50 {p50:.2} ms, p99 {p99:.2} ms\n{} requests \
             without an answer were asked again; {} have none to this moment\n",
            grouped(self.history.numbered),
            self.run.seconds,
            grouped(self.rate() as u64),
            grouped(self.run.seen.interruptions()),
            grouped(self.history.unanswered),
        );
        if let Some(servers) = &self.servers {
            text.push_str(&servers.to_text(&self.run.seen, self.end()));
        }
        for code in self.run.seen.refusals() {
            text.push_str(&format!("refused: {code}\n"));
        }
        if self.holds() {
            text.push_str(
                "Proved: unique, contiguous, nothing answered lost, retries equal, in order.\n",
            );
        }
        for violation in self.violations() {
            text.push_str(&format!("VIOLATION: {violation}\n"));
        }
        if !self.verified {
            text.push_str("VIOLATION: the ledger does not verify; see `gapless verify`\n");
        }
        text
    }

    fn violations(&self) -> Vec<String> {
        let seen = self.history.violations.iter().map(ToString::to_string);
        seen.chain(self.servers.iter().flat_map(Servers::violations)).collect()
    }

    fn rate(&self) -> f64 {
        self.history.numbered as f64 / self.run.seconds
    }

    /// When the last client was done, in ticks.
    fn end(&self) -> u64 {
        (self.run.seconds * 1e9) as u64
    }
}
