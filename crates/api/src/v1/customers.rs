//! Customers.

use ledger::command::document::DocumentAction;
use ledger::model::ObjectKind;
use store::ObjectFilter;
use wire::request;

use super::document::{addressed, amend, change, instants, list, remove, retrieve};
use super::series::{delete, get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, needed, optional};
use crate::reply::Reply;
use crate::route::Route;

pub(super) const ADDRESS: &[Param] = &[
    optional("city", Kind::Clearable, "City, district, town or village"),
    optional("country", Kind::Clearable, "Two-letter country code"),
    optional("line1", Kind::Clearable, "Street, or company"),
    optional("line2", Kind::Clearable, "Floor, suite and the like"),
    optional("postal_code", Kind::Clearable, "Postal code"),
    optional("state", Kind::Clearable, "State, county, province"),
];

const SHIPPING: &[Param] = &[
    optional("address", Kind::Object(ADDRESS), "Where goods are sent"),
    optional("name", Kind::Clearable, "The recipient"),
    optional("phone", Kind::Clearable, "The recipient's telephone"),
];

pub(super) const CUSTOM_FIELDS: &[Param] = &[
    needed("name", Kind::Text, "What it is called, up to 40 characters"),
    needed("value", Kind::Text, "What it says, up to 140 characters"),
];

const INVOICE_SETTINGS: &[Param] = &[
    optional("custom_fields", Kind::Items(CUSTOM_FIELDS), "Up to 4 pairs that invoices print"),
    optional("footer", Kind::Clearable, "The foot of its invoices"),
];

const CUSTOMER: &[Param] = &[
    optional("address", Kind::Object(ADDRESS), "The address"),
    optional("balance", Kind::Amount, "What it owes (positive) or is owed beside its invoices"),
    optional("business_name", Kind::Clearable, "The name of the business"),
    optional("description", Kind::Clearable, "Words for whoever keeps the books"),
    optional("email", Kind::Clearable, "The e-mail address"),
    Param::EXPAND,
    optional("individual_name", Kind::Clearable, "The name of the person"),
    optional("invoice_prefix", Kind::Text, "1 to 12 of A-Z and 0-9, its own for ever"),
    optional("invoice_settings", Kind::Object(INVOICE_SETTINGS), "What its invoices print"),
    Param::METADATA,
    optional("name", Kind::Clearable, "The name"),
    optional(
        "next_invoice_sequence",
        Kind::Integer,
        "The ordinal of its next invoice; not looked at where the account counts",
    ),
    optional("phone", Kind::Clearable, "The telephone"),
    optional("preferred_locales", Kind::TextList, "Languages, the best one first"),
    optional("shipping", Kind::Object(SHIPPING), "Where goods are sent"),
    optional(
        "tax_exempt",
        Kind::Words(&["none", "exempt", "reverse"]),
        "Whether taxes are charged",
    ),
];

const LIST: &[Param] = &[
    Param::CREATED,
    optional("email", Kind::Text, "With an e-mail address, compared exactly"),
    Param::EXPAND,
    Param::LIMIT,
    Param::STARTING_AFTER,
    Param::ENDING_BEFORE,
];

const SEARCH: &[Param] = &super::search::params(
    "Clauses on email, name, phone, created and metadata, joined by AND or by OR",
);

const URL: &str = "/v1/customers";

pub(super) static ROUTES: &[Route] = &[
    post(URL, "create_customer", "Make a customer", "customer", CUSTOMER, |call| {
        Box::pin(create(call))
    }),
    get(URL, "list_customers", "List customers, newest first", "customer_list", LIST, |call| {
        Box::pin(all(call))
    }),
    get(
        "/v1/customers/search",
        "search_customers",
        "Search customers",
        "customer_search",
        SEARCH,
        |call| Box::pin(search(call)),
    ),
    get(
        "/v1/customers/{id}",
        "retrieve_customer",
        "Retrieve a customer; of a deleted one, what is left",
        "customer_or_deleted",
        &[Param::EXPAND],
        |call| Box::pin(retrieve(call, ObjectKind::Customer)),
    ),
    post(
        "/v1/customers/{id}",
        "update_customer",
        "Change a customer",
        "customer",
        CUSTOMER,
        |call| Box::pin(update(call)),
    ),
    delete(
        "/v1/customers/{id}",
        "delete_customer",
        "Delete a customer; its invoices stay",
        "deleted",
        |call| Box::pin(gone(call)),
    ),
];

async fn create(call: Call) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let new = request::customer_change(params)?;
    change(&call, DocumentAction::CreateCustomer(Box::new(new)), once, expand).await
}

async fn update(call: Call) -> Result<Reply, Failure> {
    let action = |id, what| DocumentAction::UpdateCustomer(id, Box::new(what));
    amend(call, ObjectKind::Customer, |params, _| request::customer_change(params), action).await
}

async fn gone(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    remove(&call, DocumentAction::DeleteCustomer(addressed(&call, ObjectKind::Customer)?)).await
}

async fn search(call: Call) -> Result<Reply, Failure> {
    const URL: &str = "/v1/customers/search";
    let (params, expand) = call.modern_params()?;
    let asked = request::customer_search(params, call.ledger())?;
    super::search::answer(&call, URL, ObjectKind::Customer, asked, expand).await
}

async fn all(call: Call) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    let asked = request::customer_list(params, call.ledger())?;
    let filter = ObjectFilter {
        label: asked.email,
        created: instants(asked.created),
        ..ObjectFilter::of(ObjectKind::Customer)
    };
    list(&call, URL, filter, asked.paging, expand).await
}
