//! Tax rates.

use ledger::command::document::DocumentAction;
use ledger::model::{Object, ObjectKind, ObjectRow};
use store::ObjectFilter;
use wire::request;

use super::document::{amend, change, instants, list, retrieve, sifted};
use super::series::{get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

const NEW: &[Param] = &[
    optional("active", Kind::Flag, "Whether new lines may use it; true when missing"),
    optional("country", Kind::Clearable, "Two-letter country code"),
    optional("description", Kind::Clearable, "Words for whoever keeps the books"),
    needed("display_name", Kind::Text, "What documents call it"),
    Param::EXPAND,
    needed("inclusive", Kind::Flag, "Whether amounts include it"),
    optional("jurisdiction", Kind::Clearable, "The jurisdiction, as documents print it"),
    Param::METADATA,
    needed("percentage", Kind::Decimal, "The percentage, 0 to 100, with up to 4 places"),
    optional("state", Kind::Clearable, "Subdivision of the country"),
    optional("tax_type", Kind::Clearable, "The kind of tax, such as vat"),
];

const CHANGE: &[Param] = &[
    optional("active", Kind::Flag, "Whether new lines may use it"),
    optional("country", Kind::Clearable, "Two-letter country code"),
    optional("description", Kind::Clearable, "Words for whoever keeps the books"),
    optional("display_name", Kind::Text, "What documents call it"),
    Param::EXPAND,
    optional("jurisdiction", Kind::Clearable, "The jurisdiction, as documents print it"),
    Param::METADATA,
    optional("state", Kind::Clearable, "Subdivision of the country"),
    optional("tax_type", Kind::Clearable, "The kind of tax, such as vat"),
];

const LIST: &[Param] = &[
    optional("active", Kind::Flag, "Active, or not"),
    Param::CREATED,
    Param::EXPAND,
    optional("inclusive", Kind::Flag, "Inclusive, or not"),
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

const URL: &str = "/v1/tax_rates";
const KIND: ObjectKind = ObjectKind::TaxRate;

pub(super) static ROUTES: &[Route] = &[
    post(URL, "create_tax_rate", "Make a tax rate", "tax_rate", NEW, |call| Box::pin(create(call))),
    get(URL, "list_tax_rates", "List tax rates, newest first", "tax_rate_list", LIST, |call| {
        Box::pin(all(call))
    }),
    get(
        "/v1/tax_rates/{id}",
        "retrieve_tax_rate",
        "Retrieve a tax rate",
        "tax_rate",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, KIND)),
    ),
    post(
        "/v1/tax_rates/{id}",
        "update_tax_rate",
        "Change a tax rate; percentage and inclusion are fixed",
        "tax_rate",
        CHANGE,
        |call| Box::pin(update(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let new = request::new_tax_rate(params)?;
    change(&call, DocumentAction::CreateTaxRate(Box::new(new)), once, expand).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, what| DocumentAction::UpdateTaxRate(id, Box::new(what));
    amend(call, KIND, |params, _| request::tax_rate_change(params), action).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::tax_rate_list(params, call.ledger())?;
    let filter = ObjectFilter {
        state: asked.active.map(i16::from),
        created: instants(asked.created),
        ..ObjectFilter::of(KIND)
    };
    let Some(inclusive) = asked.inclusive else {
        return list(&call, URL, filter, asked.paging, expand).await;
    };
    let sieve = move |row: &ObjectRow| match &row.body {
        Object::TaxRate(rate) => rate.inclusive == inclusive,
        _ => false,
    };
    sifted(&call, URL, (filter, sieve), asked.paging, expand).await
}
