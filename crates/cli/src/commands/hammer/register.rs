//! The register before and after.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;
use ledger::history::{Given, Holder, Register, Registered, Span};
use serde_json::Value;

use super::target::{MARK, given, label};
use crate::date;
use crate::door::{Door, PreviewRequest, walk};
use crate::failure::Failure;

/// Where the sequence stood before the first request.
pub(super) struct Start {
    /// The date of all documents.
    pub(super) date: Date,
    series: Option<String>,
    sequence: Arc<str>,
    next: u64,
    newest: Option<String>,
}

impl Start {
    /// Looks where the sequence stands.
    pub(super) fn find(
        door: &Door,
        series: Option<&str>,
        date: Option<Date>,
    ) -> Result<Start, Failure> {
        let series = series.map(str::to_owned);
        let (next, preview) = next(door, series.clone(), date)?;
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let date = word(&preview["date"]).and_then(|text| date::parse(&text).ok());
        let date = date.ok_or_else(|| strange("date"))?;
        let name = word(&preview["series"]).ok_or_else(|| strange("series"))?;
        let period = word(&preview["period"]["label"]).ok_or_else(|| strange("period"))?;
        let newest = door.numbers(None)?.data.first().and_then(|number| word(&number["id"]));
        Ok(Start { date, series, sequence: label(&name, &period), next, newest })
    }

    /// What the sequence gained since.
    pub(super) fn register(&self, door: &Door) -> Result<Register, Failure> {
        let (next, _) = next(door, self.series.clone(), Some(self.date))?;
        let sequence = Arc::clone(&self.sequence);
        let span = Span { sequence, first: self.next, last: next.saturating_sub(1) };
        let mut register = Register { spans: vec![span], entries: Vec::new() };
        walk(
            "numbers",
            |after| door.numbers(after),
            |number| {
                // Ids rise as texts in the order in which numbers were given.
                if self.newest.as_deref() >= number["id"].as_str() {
                    return Ok(ControlFlow::Break(()));
                }
                register.entries.extend(self.entry(&number));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        self.add_gaps(door, &mut register)?;
        Ok(register)
    }

    fn entry(&self, number: &Value) -> Option<Registered> {
        let given = given(number).filter(|given| given.sequence == self.sequence)?;
        let is_held = number["state"] == "held";
        // Somebody else's documents count as places taken, and nothing more is known of them.
        let is_ours = number["metadata"][MARK].is_string();
        let holder = match is_held && is_ours {
            true => Holder::Document(number["reference"].as_str().map(str::to_owned)),
            false => Holder::Nobody,
        };
        Some(Registered { given, holder })
    }

    /// Ordinals that somebody skipped meanwhile.
    fn add_gaps(&self, door: &Door, register: &mut Register) -> Result<(), Failure> {
        walk(
            "gaps",
            |after| door.gaps(self.series.as_deref(), after),
            |gap| {
                let series = gap["series"].as_str().unwrap_or_default();
                let period = gap["period"]["label"].as_str().unwrap_or_default();
                let (Some(from), Some(to)) = (gap["from"].as_u64(), gap["to"].as_u64()) else {
                    return Err(strange("from"));
                };
                if label(series, period) == self.sequence && to >= self.next {
                    register.entries.extend((from.max(self.next)..=to).map(|ordinal| Registered {
                        given: Given {
                            sequence: Arc::clone(&self.sequence),
                            ordinal,
                            text: format!("blank {ordinal}"),
                        },
                        holder: Holder::Nobody,
                    }));
                }
                Ok(ControlFlow::Continue(()))
            },
        )
    }
}

/// The ordinal that comes next, and the preview that says so.
fn next(door: &Door, series: Option<String>, date: Option<Date>) -> Result<(u64, Value), Failure> {
    let request = PreviewRequest { series, date, count: 1, ..PreviewRequest::default() };
    let preview = door.preview(&request)?;
    let ordinal = preview["data"][0]["ordinal"].as_u64().ok_or_else(|| strange("ordinal"))?;
    Ok((ordinal, preview))
}

fn strange(field: &str) -> Failure {
    let message = format!("an answer has no '{field}'; is the server as new as this?");
    Failure::service("server_strange", message)
}
