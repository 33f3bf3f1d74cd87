//! The trail: the hash-chained record of everything that touched numbering.

use std::sync::Arc;

use engine::{Kept, Progress, TrailHead};
use ledger::trail::Hash;
use wire::answer::{self, List, TrailAnchor, TrailEntry, TrailVerification, Walked};
use wire::request;

use super::series::{get, post};
use super::{check_cursors, defect};
use crate::app::App;
use crate::call::Call;
use crate::failure::{Failure, overloaded};
use crate::openapi::{Kind, Param, optional};
use crate::reply::Reply;
use crate::route::{Handler, Method, Route};

const LIST: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

const ANCHOR: &[Param] = &[
    optional("entries", Kind::Integer, "Entries that the trail had when a head of it was kept"),
    optional("head", Kind::Text, "The hash that was kept, in 64 hexadecimal digits"),
];

pub(super) static ROUTES: &[Route] = &[
    get(
        "/v1/trail",
        "list_trail",
        "List trail entries, newest first",
        "trail_list",
        LIST,
        |call| Box::pin(list(call)),
    ),
    post(
        "/v1/trail/anchors",
        "create_trail_anchor",
        "Give out the head of the trail to be kept elsewhere, and check one that was kept",
        "trail_anchor",
        ANCHOR,
        |call| Box::pin(anchor(call)),
    ),
    Route {
        method: Method::Get,
        path: "/v1/trail/verify",
        operation: "verify_trail",
        summary: "Check the trail from its first entry to its last, and the register against it",
        params: &[],
        answer: "trail_verification",
        body_bytes_max: 0,
        handler: Handler::Shared(|app, call| Box::pin(verify(app, call))),
    },
];

async fn list(call: Call) -> Result<Reply, Failure> {
    let paging = request::trail_list(call.params()?, call.ledger())?;
    let count = call.engine.trail_head(call.ledger()).await?.count;
    check_cursors(&paging, |index| index < count)?;
    let limit = u64::from(paging.limit);
    let (from, to) = if let Some(before) = paging.ending_before {
        let from = before.saturating_add(1).min(count);
        (from, count.min(from + limit))
    } else {
        let to = paging.starting_after.unwrap_or(count).min(count);
        (to.saturating_sub(limit), to)
    };
    let has_more = if paging.ending_before.is_some() { to < count } else { from > 0 };
    let shown = u32::try_from(to - from).unwrap_or(paging.limit);
    let mut entries = match shown {
        0 => Vec::new(),
        shown => call.engine.trail(call.ledger(), from, shown).await?.entries,
    };
    entries.reverse();
    let data: Vec<_> =
        entries.iter().map(|stored| TrailEntry::new(&stored.sealed, stored.lines)).collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/trail", has_more, data))))
}

async fn anchor(call: Call) -> Result<Reply, Failure> {
    let kept = request::kept_head(call.params()?)?;
    let asked = kept.map(|(count, hash)| TrailHead { count, hash });
    let (head, became) = call.engine.trail_anchor(call.ledger(), asked).await?;
    let anchor = TrailAnchor::new(call.engine.now(), head.count, head.hash);
    let anchor = match asked.zip(became) {
        None => anchor,
        Some((kept, became)) => anchor.beside(kept.count, kept.hash, found(kept, became)),
    };
    Ok(Reply::of(answer::to_json(&anchor)))
}

/// The hash that stands now where one was kept.
fn found(kept: TrailHead, became: Kept) -> Option<Hash> {
    match became {
        Kept::Part => Some(kept.hash),
        Kept::Differs(hash) => Some(hash),
        Kept::Gone => None,
    }
}

async fn verify(app: Arc<App>, call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let Ok(_turn) = app.verifying.try_acquire() else { return Err(overloaded().into()) };
    let (engine, ledger) = (call.engine.clone(), call.ledger());
    let walk = move || engine.verify(ledger, &Progress::default());
    let walked = tokio::task::spawn_blocking(walk).await;
    let report = walked.map_err(|_| defect("verifying panicked"))??;
    let walked = Walked {
        entries: report.trail.entries,
        sequences: report.sequences,
        numbers: report.numbers,
        gaps: report.gaps,
    };
    let (head, broken) = (report.trail.head, report.trail.broken.as_ref());
    let answer = TrailVerification::new(walked, head, broken, &report.violations);
    Ok(Reply::of(answer::to_json(&answer)))
}
