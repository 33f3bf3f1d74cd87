//! Numbers for documents of other systems, and the register of all.

use engine::NumberQuery;
use ledger::{Action, Outcome};
use store::DateRange;
use wire::answer::{self, List, Numbers, PreviewedNumber};
use wire::limits::{BATCH_BODY_BYTES_MAX, BODY_BYTES_MAX};
use wire::request;

use super::{not_found, page, period};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::{Handler, Method, Route};
use crate::written;

const ITEM: &[Param] = &[
    optional("date", Kind::Date, "The document's date; today in the account's zone when missing"),
    optional("reference", Kind::Text, "The document's name in its own system"),
    optional("series", Kind::Text, "The series, by id or name; that of the kind when missing"),
    optional("kind", Kind::Text, "The kind of document; invoice when missing"),
    optional("customer", Kind::Text, "The customer's id"),
    optional("parent", Kind::Text, "The id of the parent document's number"),
    optional("metadata", Kind::Texts, "Up to 50 names with values"),
    optional("reissue", Kind::Flag, "Give a new number when the reference's was voided"),
];

const BATCH: &[Param] = &[needed("items", Kind::Items(ITEM), "Up to 10,000 documents")];

const FILTERS: &[Param] = &[
    optional("series", Kind::Text, "Of a series, by id or name"),
    optional("period", Kind::Text, "Of a period, by its label, such as 2026 or 2026-05"),
    optional(
        "state",
        Kind::Words(&["held", "void", "occupied"]),
        "In a state; ordinals that are blank have no number and are listed by /v1/gaps",
    ),
    optional("kind", Kind::Text, "Of a kind of document"),
    optional("customer", Kind::Text, "Of a customer"),
    optional("reference", Kind::Text, "With a reference"),
    optional("number", Kind::Text, "With a text, compared trimmed and without case"),
    optional("date", Kind::DateBounds, "Dated on a day, or with gte, gt, lte, lt"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

pub(super) static ROUTES: &[Route] = &[
    Route {
        method: Method::Post,
        path: "/v1/numbers",
        operation: "issue_number",
        summary: "Give a number to a document of another system",
        params: ITEM,
        answer: "number",
        body_bytes_max: BODY_BYTES_MAX,
        handler: Handler::Keyed(|call| Box::pin(issue(call))),
    },
    Route {
        method: Method::Get,
        path: "/v1/numbers",
        operation: "list_numbers",
        summary: "List numbers, newest given first",
        params: FILTERS,
        answer: "number_list",
        body_bytes_max: 0,
        handler: Handler::Keyed(|call| Box::pin(list(call))),
    },
    Route {
        method: Method::Post,
        path: "/v1/numbers/batch",
        operation: "issue_numbers",
        summary: "Give numbers to many documents, all or none",
        params: BATCH,
        answer: "number_list",
        body_bytes_max: BATCH_BODY_BYTES_MAX,
        handler: Handler::Keyed(|call| Box::pin(issue_batch(call))),
    },
    Route {
        method: Method::Post,
        path: "/v1/numbers/batch/preview",
        operation: "preview_numbers",
        summary: "Show what a batch would come to, and refuse what it would be refused for; \
                  nothing is consumed",
        params: BATCH,
        answer: "previewed_list",
        body_bytes_max: BATCH_BODY_BYTES_MAX,
        handler: Handler::Keyed(|call| Box::pin(preview_batch(call))),
    },
    Route {
        method: Method::Get,
        path: "/v1/numbers/{id}",
        operation: "retrieve_number",
        summary: "Retrieve a number",
        params: &[],
        answer: "number",
        body_bytes_max: 0,
        handler: Handler::Keyed(|call| Box::pin(retrieve(call))),
    },
    Route {
        method: Method::Post,
        path: "/v1/numbers/{id}/void",
        operation: "void_number",
        summary: "Void a number; it is never given again",
        params: &[
            optional(
                "cause",
                Kind::Words(&["unused", "cancelled"]),
                "Whether the number was never used, or its document was cancelled; cancelled when \
                 missing",
            ),
            needed("reason", Kind::Text, "Why"),
        ],
        answer: "number",
        body_bytes_max: BODY_BYTES_MAX,
        handler: Handler::Keyed(|call| Box::pin(void(call))),
    },
    Route {
        method: Method::Get,
        path: "/v1/numbers/{id}/why",
        operation: "explain_number",
        summary: "Explain why a number is what it is",
        params: &[],
        answer: "why",
        body_bytes_max: 0,
        handler: Handler::Keyed(|call| Box::pin(why(call))),
    },
];

async fn issue(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let item = request::item(params, call.ledger())?;
    let mode = call.mode();
    call.execute(Action::Issue(vec![item]), once, |outcome| match outcome {
        Outcome::Issued(views) => Some(answer::to_json(&answer::number(views.first()?, mode))),
        _ => None,
    })
    .await
}

async fn issue_batch(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let items = request::batch(params, call.ledger())?;
    let mode = call.mode();
    call.execute(Action::Issue(items), once, |outcome| match outcome {
        Outcome::Issued(views) => {
            let numbers = Numbers { views: &views, mode };
            Some(answer::to_json(&List::new("/v1/numbers", false, numbers)))
        }
        _ => None,
    })
    .await
}

async fn preview_batch(call: Call) -> Result<Reply, Failure> {
    let items = request::batch(call.params()?, call.ledger())?;
    let views = call.engine.preview_items(call.ledger(), items).await?;
    let data: Vec<_> = views.iter().map(PreviewedNumber::new).collect();
    Ok(Reply::of(answer::to_json(&List::new("/v1/numbers/batch/preview", false, data))))
}

async fn list(call: Call) -> Result<Reply, Failure> {
    let list = request::number_list(call.params()?, call.ledger())?;
    let mut query = NumberQuery {
        series: list.series,
        period: None,
        state: list.state,
        kind: list.kind,
        customer: list.customer,
        reference: list.reference,
        number: list.number,
        date: DateRange { from: list.from, to: list.to },
    };
    if let Some(label) = &list.period {
        period::restrict(&call, &mut query, label).await?;
    }
    let found = call.engine.numbers(call.ledger(), query, page(list.paging)).await?;
    let numbers = Numbers { views: &found.data, mode: call.mode() };
    Ok(Reply::of(answer::to_json(&List::new("/v1/numbers", found.has_more, numbers))))
}

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let number = request::number_id(call.id(), call.ledger(), "id")?;
    let view = call.engine.number(call.ledger(), number).await?;
    let view = view.ok_or_else(|| not_found("number"))?;
    Ok(Reply::of(answer::to_json(&answer::number(&view, call.mode()))))
}

async fn void(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let void = request::void(params, call.id(), call.ledger())?;
    let mode = call.mode();
    call.execute(Action::Void(void), once, |outcome| match outcome {
        Outcome::Voided(view) => Some(answer::to_json(&answer::number(&view, mode))),
        _ => None,
    })
    .await
}

async fn why(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let number = request::number_id(call.id(), call.ledger(), "id")?;
    let why = call.engine.why(call.ledger(), number).await?;
    let why = why.ok_or_else(|| not_found("number"))?;
    Ok(Reply::of(written::why(&why, call.mode())))
}
