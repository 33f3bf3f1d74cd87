//! Searches among objects of a kind.

use std::sync::Arc;

use ledger::model::{ObjectKind, ObjectRow};
use store::{AtRange, ObjectFilter, Page};
use wire::answer::{self, SearchResult};
use wire::{Expand, request};

use super::document::{Around, finish};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;

/// What a search takes; `query` tells by what.
pub(super) const fn params(query: &'static str) -> [Param; 4] {
    [
        Param::EXPAND,
        Param::LIMIT,
        optional("page", Kind::Text, "The next page, from `next_page`"),
        needed("query", Kind::Text, query),
    ]
}

/// Answers a search that is at `url`.
pub(super) async fn answer(
    call: &Call,
    url: &'static str,
    kind: ObjectKind,
    asked: request::Search,
    expand: Expand,
) -> Result<Reply, Failure> {
    let narrowed = asked.query.narrowed(call.ledger());
    let filter = ObjectFilter {
        customer: narrowed.customer,
        state: narrowed.status.map(|status| status.code()),
        label: narrowed.number_key,
        created: AtRange { from: narrowed.from, to: narrowed.to },
        ..ObjectFilter::of(kind)
    };
    let page = Page { starting_after: asked.after, ending_before: None, limit: asked.limit };
    let query = asked.query;
    let found = match narrowed.nothing {
        true => engine::ObjectList::default(),
        false => {
            let sieve = Arc::new(move |row: &ObjectRow| query.finds(row));
            let found = call.engine.sifted_objects(call.ledger(), filter, page, sieve).await;
            found.map_err(|error| of_page(error.into()))?
        }
    };
    let last = found.data.last().filter(|_| found.has_more);
    let next = last.map(|view| request::search_cursor(&view.row));
    let around = Around::of(call);
    let data: Vec<_> = found.data.iter().map(|view| around.document(view)).collect();
    let result = SearchResult::new(url, next.as_deref(), data);
    finish(call, answer::to_value(&result), expand).await
}

/// Says of a cursor that is gone that it is the page's.
fn of_page(mut failure: Failure) -> Failure {
    if failure.problem.param.as_deref() == Some("starting_after") {
        failure.problem.param = Some("page".to_owned());
    }
    failure
}
