//! Gaps: runs of ordinals that no document holds.

use engine::GapQuery;
use ledger::{Action, Outcome};
use wire::answer::{self, Gap, List};
use wire::request;

use super::series::{get, post};
use super::{page, period};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const CAUSES: Kind = Kind::Words(&["skipped", "deleted", "renumbered", "imported"]);

const FILTERS: &[Param] = &[
    optional("series", Kind::Text, "Of a series, by id or name"),
    optional("period", Kind::Text, "Of a period, by its label, such as 2026 or 2026-05"),
    optional("customer", Kind::Text, "Of a customer's own counter"),
    optional("date", Kind::DateBounds, "Dated on a day, or with gte, gt, lte, lt"),
    optional("cause", CAUSES, "Of a cause"),
    optional("explained", Kind::Flag, "Explained or not"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

pub(super) static ROUTES: &[Route] = &[
    get("/v1/gaps", "list_gaps", "List gaps, the latest date first", "gap_list", FILTERS, |call| {
        Box::pin(list(call))
    }),
    post(
        "/v1/gaps/{id}/explain",
        "explain_gap",
        "Say why a gap is there",
        "gap",
        &[needed("explanation", Kind::Text, "The words")],
        |call| Box::pin(explain(call)),
    ),
];

async fn list(call: Call) -> Result<Reply, Failure> {
    let list = request::gap_list(call.params()?, call.ledger())?;
    let part = period::part(&call, list.part).await?;
    let query = GapQuery { part, cause: list.cause, explained: list.explained };
    let found = call.engine.gaps(call.ledger(), query, page(list.paging)).await?;
    let data: Vec<_> = found.data.iter().map(|view| Gap::new(view, call.mode())).collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/gaps", found.has_more, data))))
}

async fn explain(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let text = request::explanation(params)?;
    let gap = request::gap_id(call.id(), call.ledger(), "id")?;
    let mode = call.mode();
    call.execute(Action::ExplainGap(gap, text), once, |outcome| match outcome {
        Outcome::Explained(view) => Some(answer::to_json(&Gap::new(&view, mode))),
        _ => None,
    })
    .await
}
