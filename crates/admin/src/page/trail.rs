//! The trail: what touched the numbering, in order, and the proof that nothing was changed since.

use std::fmt::Write;

use askama::Template;
use engine::Progress;
use ledger::trail::Hash;
use wire::Problem;

use crate::answer::Answer;
use crate::form::Form;
use crate::frame::Frame;
use crate::list::{EXPORTED_AT_ONCE, ROWS};
use crate::route::{Route, get, post};
use crate::visit::{Call, internal, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/trail", |call| Box::pin(list(call))),
    get("/trail.ndjson", |call| Box::pin(export(call))),
    post(ledger::role::Right::Read, "/trail/verify", |call| Box::pin(verify(call))),
];

/// Entries that a page exports; the command exports all of them.
const EXPORTED_MAX: u64 = 100_000;

#[derive(Template)]
#[template(path = "trail.html")]
struct Trail {
    f: Frame,
    query: Form,
    rows: Vec<TrailRow>,
    count: u64,
    head: Hash,
    newer: Option<String>,
    older: Option<String>,
    verified: Option<Verified>,
}

struct TrailRow {
    index: u64,
    at: String,
    actor: String,
    what: String,
    hash: String,
    lines: u64,
}

struct Verified {
    entries: u64,
    broken: Option<String>,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    written(&call, None).await
}

async fn verify(call: Call) -> Result<Answer, Problem> {
    let ledger = call.ledger();
    // One at a time: each walks a whole ledger.
    let Ok(_turn) = call.app.verifying.try_acquire() else {
        let message = call.language.text("trail.busy");
        return Err(Problem::new(wire::RimCode::RateLimit, message));
    };
    let engine = call.engine().clone();
    let walk = move || engine.verify(ledger, &Progress::default());
    let report = tokio::task::spawn_blocking(walk).await.map_err(|_| internal())?;
    let report = report.map_err(problem)?;
    let broken = report.trail.broken.as_ref();
    let broken = broken.map(|broken| format!("{}: {}", broken.index, broken.problem));
    let broken = broken.or_else(|| report.violations.first().map(ToString::to_string));
    written(&call, Some(Verified { entries: report.trail.entries, broken })).await
}

async fn written(call: &Call, verified: Option<Verified>) -> Result<Answer, Problem> {
    let head = call.engine().trail_head(call.ledger()).await.map_err(problem)?;
    let rows = u64::from(ROWS);
    // Newest first: the page ends at `from`, which may be given as an entry to look at.
    let newest = head.count.saturating_sub(1);
    let top =
        call.query.text("from").and_then(|text| text.parse().ok()).unwrap_or(newest).min(newest);
    let first = (top + 1).saturating_sub(rows);
    let limit = u32::try_from(top + 1 - first).unwrap_or(ROWS);
    let found = call.engine().trail(call.ledger(), first, limit).await.map_err(problem)?;
    let f = call.frame_of("nav.trail", "trail");
    let row = |stored: &store::StoredEntry| {
        let entry = &stored.sealed.entry;
        TrailRow {
            index: entry.index,
            at: f.time(&entry.at),
            actor: entry.actor.clone(),
            what: f.word("what", &entry.what),
            hash: stored.sealed.hash.to_string(),
            lines: stored.lines,
        }
    };
    let listed = found.entries.iter().rev().map(row).collect();
    let way = |from: u64| format!("{}?from={from}", f.at("/trail"));
    let page = Trail {
        rows: listed,
        count: head.count,
        head: head.hash,
        newer: (top < newest).then(|| way((top + rows).min(newest))),
        older: (first > 0).then(|| way(first - 1)),
        query: call.query.clone(),
        verified,
        f,
    };
    page_with_status(200, &page)
}

/// The newest entries as the command exports them, one JSON object a line.
async fn export(call: Call) -> Result<Answer, Problem> {
    let count = call.head.row.trail_count;
    let mut from = count.saturating_sub(EXPORTED_MAX);
    let mut file = String::new();
    while from < count {
        let found = call.engine().trail(call.ledger(), from, EXPORTED_AT_ONCE).await;
        let found = found.map_err(problem)?;
        for stored in &found.entries {
            let entry = wire::answer::TrailEntry::new(&stored.sealed, stored.lines);
            let line = wire::answer::to_json(&entry);
            // Writing to a String cannot fail.
            let _ = writeln!(file, "{}", String::from_utf8_lossy(&line));
        }
        let Some(last) = found.entries.last() else { break };
        from = last.sealed.entry.index + 1;
    }
    Ok(Answer::file("application/x-ndjson", "trail.ndjson", file.into_bytes()))
}
