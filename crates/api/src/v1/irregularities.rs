//! What is irregular: listed, summed up, stated, and closed.

use engine::{IrregularId, IrregularKind, IrregularQuery, IrregularView, StatementView};
use ledger::{Action, Outcome};
use store::IrregularCounts;
use wire::answer::{self, ClosedPeriod, Counts, Irregularity, IrregularitySummary, List};
use wire::request::{self, IrregularCursor};

use super::series::{get, post};
use super::{page, period};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;
use crate::written;

const SERIES: Param = optional("series", Kind::Text, "Of a series, by id or name");
const PERIOD: Param =
    optional("period", Kind::Text, "Of a period, by its label, such as 2026 or 2026-05");
const CUSTOMER: Param = optional("customer", Kind::Text, "Of a customer's own counter");
const DATE: Param = optional("date", Kind::DateBounds, "Dated on a day, or with gte, gt, lte, lt");

const FILTERS: &[Param] = &[
    SERIES,
    PERIOD,
    CUSTOMER,
    DATE,
    optional("kind", Kind::Words(&["gap", "void", "draft", "late_start"]), "Of a kind"),
    optional("open", Kind::Flag, "Dated after the lock date, or on or before it"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

const PART: &[Param] = &[SERIES, PERIOD, CUSTOMER, DATE];

const CLOSE: &[Param] = &[
    needed("end", Kind::Date, "The last day of the period, which begins behind the lock date"),
    optional(
        "explanations",
        Kind::Texts,
        "Why gaps are there, by their ids; those that are not explained yet need one",
    ),
    optional("dry_run", Kind::Flag, "Say what it would come to, and change nothing"),
];

pub(super) static ROUTES: &[Route] = &[
    get(
        "/v1/irregularities",
        "list_irregularities",
        "List gaps, void numbers, numbers held by drafts and late starts, the latest date first",
        "irregularity_list",
        FILTERS,
        |call| Box::pin(list(call)),
    ),
    get(
        "/v1/irregularities/summary",
        "summarize_irregularities",
        "How much is irregular in each series, and whether to be warned of it",
        "irregularity_summary_list",
        PART,
        |call| Box::pin(summary(call)),
    ),
    get(
        "/v1/gaps/statement",
        "retrieve_gap_statement",
        "State what is missing, void or held by drafts, by whom, when and why",
        "gap_statement",
        PART,
        |call| Box::pin(json(call)),
    ),
    get(
        "/v1/gaps/statement/csv",
        "retrieve_gap_statement_csv",
        "The same as a table for spreadsheets",
        "csv",
        PART,
        |call| Box::pin(csv(call)),
    ),
    get(
        "/v1/gaps/statement/html",
        "retrieve_gap_statement_html",
        "The same as a page to print",
        "page",
        PART,
        |call| Box::pin(html(call)),
    ),
    post(
        "/v1/periods/close",
        "close_period",
        "Close everything up to a day: all gaps explained, then locked",
        "closed_period",
        CLOSE,
        |call| Box::pin(close(call)),
    ),
];

async fn list(call: Call) -> Result<Reply, Failure> {
    let list = request::irregularity_list(call.params()?, call.ledger())?;
    let query = IrregularQuery {
        part: period::part(&call, list.part).await?,
        kind: list.kind.as_deref().and_then(IrregularKind::parse),
        open: list.open,
    };
    let page = page(list.paging).map(|cursor| match cursor {
        IrregularCursor::Gap(id) => IrregularId::Gap(id),
        IrregularCursor::Number(id) => IrregularId::Number(id),
        IrregularCursor::Sequence(id) => IrregularId::Sequence(id),
    });
    let found = call.engine.irregularities(call.ledger(), query, page).await?;
    let mode = call.mode();
    let data = found.data.iter().map(|view| match view {
        IrregularView::Gap(view) => Irregularity::gap(view, mode),
        IrregularView::Void(view, actor) => Irregularity::void(view, actor, mode),
        IrregularView::Draft(view) => Irregularity::draft(view, mode),
        IrregularView::LateStart(view, expected) => Irregularity::late_start(view, *expected, mode),
    });
    let data: Vec<_> = data.collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/irregularities", found.has_more, data))))
}

async fn summary(call: Call) -> Result<Reply, Failure> {
    let fields = request::part_only(call.params()?, call.ledger())?;
    let part = period::part(&call, fields).await?;
    let locked = call.engine.locks(call.ledger()).await?.locked_through();
    let found = call.engine.irregular_summary(call.ledger(), part).await?;
    let data = found.iter().map(|one| {
        let counts = (counts(&one.all), counts(&one.open));
        IrregularitySummary::new(&one.series.name, locked, counts, one.warns, call.mode())
    });
    let data: Vec<_> = data.collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/irregularities/summary", false, data))))
}

fn counts(counts: &IrregularCounts) -> Counts {
    let IrregularCounts { gaps, missing, unexplained, voids, drafts } = *counts;
    Counts { gaps, missing, unexplained, voids, drafts }
}

async fn statement(call: &Call) -> Result<StatementView, Failure> {
    let fields = request::part_only(call.params()?, call.ledger())?;
    let part = period::part(call, fields).await?;
    Ok(call.engine.statement(call.ledger(), part).await?)
}

async fn json(call: Call) -> Result<Reply, Failure> {
    let view = statement(&call).await?;
    Ok(Reply::of(answer::to_json(&written::statement(&view))))
}

async fn csv(call: Call) -> Result<Reply, Failure> {
    let view = statement(&call).await?;
    let table = written::statement(&view).to_csv();
    Ok(Reply::text("text/csv; charset=utf-8", table))
}

async fn html(call: Call) -> Result<Reply, Failure> {
    let view = statement(&call).await?;
    let page = written::statement(&view).to_html();
    Ok(Reply::text("text/html; charset=utf-8", page))
}

async fn close(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let asked = request::close_period(params, call.ledger())?;
    let mode = call.mode();
    let action = Action::ClosePeriod(asked.period);
    if asked.dry_run {
        let outcome = call.rehearse(action).await?;
        return Ok(Reply::of(closed(outcome, mode).ok_or_else(|| super::defect("a closing"))?));
    }
    call.execute(action, once, |outcome| closed(outcome, mode)).await
}

fn closed(outcome: Outcome, mode: ledger::model::Mode) -> Option<Vec<u8>> {
    match outcome {
        Outcome::Closed(view) => Some(answer::to_json(&ClosedPeriod::new(&view, mode))),
        _ => None,
    }
}
