//! The routes below `/v1`, one file for each resource.

mod accounts;
mod credit_notes;
mod customers;
mod document;
mod events;
mod gaps;
mod invoice_items;
mod invoice_lines;
mod invoices;
mod irregularities;
mod locks;
mod numbers;
mod patterns;
mod period;
mod preview;
mod search;
mod series;
mod settings;
mod tax_rates;
mod test_ledger;
mod trail;
mod users;
mod webhook_endpoints;

use engine::EngineError;
use ledger::Code;
use wire::Problem;

use crate::route::Route;

/// The tables of all resources.
pub(crate) static TABLES: &[&[Route]] = &[
    numbers::ROUTES,
    series::ROUTES,
    settings::ROUTES,
    patterns::ROUTES,
    gaps::ROUTES,
    irregularities::ROUTES,
    locks::ROUTES,
    trail::ROUTES,
    customers::ROUTES,
    tax_rates::ROUTES,
    invoice_items::ROUTES,
    invoices::ROUTES,
    invoices::ROUTES_OF_STEPS,
    invoice_lines::ROUTES,
    credit_notes::ROUTES,
    events::ROUTES,
    webhook_endpoints::ROUTES,
    accounts::ROUTES,
    test_ledger::ROUTES,
    users::ROUTES,
];

fn page<Id>(paging: wire::request::Paging<Id>) -> store::Page<Id> {
    store::Page {
        starting_after: paging.starting_after,
        ending_before: paging.ending_before,
        limit: paging.limit,
    }
}

/// The problem that the address names nothing.
fn not_found(what: &str) -> Problem {
    let message = format!("There is no such {what} in this account and mode. Check the id.");
    Problem::of(Code::ResourceMissing, "id", message)
}

/// Refuses a page that is to begin or end at what is not there.
fn check_cursors<Id: Copy>(
    paging: &wire::request::Paging<Id>,
    is_there: impl Fn(Id) -> bool,
) -> Result<(), Problem> {
    let after = ("starting_after", paging.starting_after);
    let before = ("ending_before", paging.ending_before);
    for (param, cursor) in [after, before] {
        if cursor.is_some_and(|id| !is_there(id)) {
            let message =
                format!("There is nothing with the id in `{param}`. Take one from the list.");
            return Err(Problem::of(Code::ResourceMissing, param, message));
        }
    }
    Ok(())
}

/// The text of a next number, where there is one to tell.
fn next_text(view: &engine::SeriesView) -> Option<&str> {
    view.next.as_ref().ok().map(|next| next.row.text.as_str())
}

fn defect(what: &str) -> EngineError {
    EngineError::Defect(what.to_owned())
}
