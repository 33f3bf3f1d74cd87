//! Series: named families of numbers.

use engine::SeriesView;
use ledger::command::SeriesRef;
use ledger::id::SeriesId;
use ledger::model::Mode;
use ledger::{Action, Outcome};
use wire::answer::{self, AdvanceAnswer, List, PreviewAnswer, Series};
use wire::limits::BODY_BYTES_MAX;
use wire::request::{self, SeriesArchive};

use super::{check_cursors, defect, next_text};
use crate::call::{Call, Once};
use crate::failure::{Failure, in_address};
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::{Handler, Method, Route};

const RESETS: Kind =
    Kind::Words(&["never", "yearly", "fiscal_year", "quarterly", "monthly", "weekly", "daily"]);
const SCOPES: Kind = Kind::Words(&["account", "customer", "parent"]);

const NEW: &[Param] = &[
    needed("name", Kind::Text, "Its name, unique in the account"),
    needed("pattern", Kind::Text, "The text with tokens, such as INV/{year}/{seq:5}"),
    optional("reset", RESETS, "When it starts again; what the tokens say when missing"),
    optional("scope", SCOPES, "What is counted apart; what the tokens say when missing"),
    optional("prefix", Kind::Clearable, "What {prefix} prints"),
    optional("kinds", Kind::Texts, "Kinds of documents, with what {kind} prints for each"),
    optional("starting_number", Kind::Integer, "The very first ordinal"),
    optional("default", Kind::Flag, "Whether its kinds use it unless they name another"),
];

const CHANGE: &[Param] = &[
    optional("name", Kind::Text, "Its name"),
    optional("pattern", Kind::Text, "The pattern, for the next document on"),
    optional("reset", RESETS, "When it starts again, from the next boundary on"),
    optional("prefix", Kind::Clearable, "What {prefix} prints"),
    optional("kinds", Kind::Texts, "Kinds of documents, with what {kind} prints for each"),
    optional("starting_number", Kind::Integer, "The very first ordinal, before the first number"),
    optional("first_ordinal", Kind::Integer, "Start the new reset at once with this ordinal"),
    optional("default", Kind::Flag, "Whether its kinds use it unless they name another"),
    optional(
        "effective_from",
        Kind::Date,
        "First day of the documents that pattern, reset and prefix hold for",
    ),
];

const PREVIEW: &[Param] = &[
    optional("date", Kind::Date, "The documents' date; today when missing"),
    optional("count", Kind::Integer, "How many numbers, 1 to 100"),
    optional("kind", Kind::Text, "The kind of document; invoice when missing"),
    optional("customer", Kind::Text, "The customer's id"),
    optional("parent", Kind::Text, "The id of the parent document's number"),
];

const ADVANCE: &[Param] = &[
    optional("date", Kind::Date, "A date in the period; today when missing"),
    optional("customer", Kind::Text, "The customer, in a series that counts by customer"),
    optional("parent", Kind::Text, "The parent, in a series that counts by parent"),
    needed("next", Kind::Integer, "The ordinal that the next document gets"),
    needed("reason", Kind::Text, "Why"),
];

pub(super) static ROUTES: &[Route] = &[
    get("/v1/series", "list_series", "List the series", "series_list", LIST, |call| {
        Box::pin(list(call))
    }),
    post("/v1/series", "create_series", "Make a series", "series", NEW, |call| {
        Box::pin(create(call))
    }),
    get("/v1/series/{id}", "retrieve_series", "Retrieve a series", "series", &[], |call| {
        Box::pin(retrieve(call))
    }),
    post("/v1/series/{id}", "change_series", "Change a series", "series", CHANGE, |call| {
        Box::pin(change(call))
    }),
    get(
        "/v1/series/{id}/preview",
        "preview_series",
        "Show the numbers that documents would get; nothing is consumed",
        "preview",
        PREVIEW,
        |call| Box::pin(preview(call)),
    ),
    post(
        "/v1/series/{id}/advance",
        "advance_series",
        "Move a sequence forward; what is skipped becomes a gap",
        "sequence",
        ADVANCE,
        |call| Box::pin(advance(call)),
    ),
    post(
        "/v1/series/{id}/cancel_plan",
        "cancel_planned_series_change",
        "Take back a change of a series that was set ahead",
        "series",
        &[],
        |call| Box::pin(cancel(call)),
    ),
    post(
        "/v1/series/{id}/archive",
        "archive_series",
        "Close a series to new documents, or open it again",
        "series",
        &[optional("archived", Kind::Flag, "false opens it again")],
        |call| Box::pin(archive(call)),
    ),
];

const LIST: &[Param] = &[Param::LIMIT, Param::STARTING_AFTER, Param::ENDING_BEFORE];

pub(super) const fn get(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    answer: &'static str,
    params: &'static [Param],
    handler: fn(Call) -> crate::route::Boxed<Result<Reply, Failure>>,
) -> Route {
    Route {
        method: Method::Get,
        path,
        operation,
        summary,
        params,
        answer,
        body_bytes_max: 0,
        handler: Handler::Keyed(handler),
    }
}

pub(super) const fn post(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    answer: &'static str,
    params: &'static [Param],
    handler: fn(Call) -> crate::route::Boxed<Result<Reply, Failure>>,
) -> Route {
    Route {
        method: Method::Post,
        path,
        operation,
        summary,
        params,
        answer,
        body_bytes_max: BODY_BYTES_MAX,
        handler: Handler::Keyed(handler),
    }
}

pub(super) const fn delete(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    answer: &'static str,
    handler: fn(Call) -> crate::route::Boxed<Result<Reply, Failure>>,
) -> Route {
    Route {
        method: Method::Delete,
        path,
        operation,
        summary,
        params: &[],
        answer,
        body_bytes_max: 0,
        handler: Handler::Keyed(handler),
    }
}

async fn list(call: Call) -> Result<Reply, Failure> {
    let paging = request::series_list(call.params()?, call.ledger())?;
    let ledger = call.ledger();
    let rows = call.engine.read(move |reader| Ok(reader.series(ledger)?)).await?;
    // Newest made first, as every list.
    let ids: Vec<SeriesId> = rows.iter().rev().map(|row| row.id).collect();
    check_cursors(&paging, |id| ids.contains(&id))?;
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let (shown, has_more) = if let Some(before) = paging.ending_before {
        let end = ids.partition_point(|id| *id > before);
        let start = end.saturating_sub(limit);
        (&ids[start..end], start > 0)
    } else {
        let after = paging.starting_after;
        let start = after.map_or(0, |after| ids.partition_point(|id| *id >= after));
        let end = ids.len().min(start + limit);
        (&ids[start..end], end < ids.len())
    };
    // Next numbers are found for this page alone: an account may have thousands of series.
    let mut views = Vec::with_capacity(shown.len());
    for id in shown {
        views.push(call.engine.one_series(ledger, SeriesRef::Id(*id)).await?);
    }
    let data: Vec<_> = views.iter().map(|view| series(view, call.mode())).collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/series", has_more, data))))
}

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let new = request::new_series(params)?;
    changed(&call, Action::CreateSeries(new), once).await
}

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let found = call.engine.one_series(call.ledger(), call.series()?).await;
    let view = found.map_err(|error| in_address(error.into()))?;
    Ok(Reply::of(answer::to_json(&series(&view, call.mode()))))
}

async fn change(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let change = request::series_change(params)?;
    changed(&call, Action::ChangeSeries(call.series()?, change), once).await
}

async fn archive(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let archived = request::series_archive(params)? == SeriesArchive::Close;
    changed(&call, Action::ArchiveSeries(call.series()?, archived), once).await
}

async fn cancel(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    request::none(params)?;
    changed(&call, Action::CancelPlan(call.series()?), once).await
}

async fn preview(call: Call) -> Result<Reply, Failure> {
    let preview = request::preview(call.params()?, call.id(), call.ledger())?;
    let count = usize::try_from(preview.count).unwrap_or(1);
    let items = vec![preview.item; count];
    let found = call.engine.preview_items(call.ledger(), items).await;
    let views = found.map_err(|error| in_address(error.into()))?;
    let answer = PreviewAnswer::new(&views, call.mode());
    let answer = answer.ok_or_else(|| defect("a preview without a number"))?;
    Ok(Reply::of(answer::to_json(&answer)))
}

async fn advance(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let advance = request::advance(params, call.id(), call.ledger())?;
    let mode = call.mode();
    let write = |outcome| match outcome {
        Outcome::Advanced(view, gap) => {
            Some(answer::to_json(&AdvanceAnswer::new(&view, gap.as_deref(), mode)))
        }
        _ => None,
    };
    call.execute(Action::Advance(advance), once, write).await.map_err(in_address)
}

async fn changed(call: &Call, action: Action, once: Once) -> Result<Reply, Failure> {
    let mode = call.mode();
    let write = |outcome| match outcome {
        Outcome::Series(row) => Some(answer::to_json(&Series::new(&row, mode))),
        _ => None,
    };
    call.execute(action, once, write).await.map_err(in_address)
}

fn series(view: &SeriesView, mode: Mode) -> Series<'_> {
    Series::in_ledger(&view.row, mode, &view.default_for, next_text(view))
}
