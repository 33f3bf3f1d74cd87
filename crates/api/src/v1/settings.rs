//! The settings: the plain face of the series that invoices use.

use ledger::{Action, Outcome};
use wire::answer::{self, Settings};
use wire::request;

use super::next_text;
use super::series::{get, post};
use crate::call::Call;
use crate::failure::Failure;
use crate::openapi::{Kind, Param, optional};
use crate::reply::Reply;
use crate::route::Route;

const PATH: &str = "/v1/numbering/settings";

const CHANGE: &[Param] = &[
    optional("mode", Kind::Words(&["account", "customer"]), "Whose counter invoices use"),
    optional(
        "prefix",
        Kind::Clearable,
        "What numbers begin with, separator included; may be empty",
    ),
    optional("yearly_reset", Kind::Flag, "Whether each year starts again, and shows in the number"),
    optional("padding", Kind::Integer, "Width of the ordinal, 0 to 15; 0 for none"),
    optional("starting_number", Kind::Integer, "The very first ordinal, before the first number"),
    optional("time_zone", Kind::Text, "IANA name of the zone in which today is found"),
    optional("fiscal_year_start", Kind::Text, "First day of the fiscal year, MM-DD"),
    optional("number_on", Kind::Words(&["finalize", "create"]), "When documents get numbers"),
    optional("date_order", Kind::Words(&["off", "warn", "refuse"]), "What an earlier date does"),
    optional("max_future_days", Kind::Integer, "Days ahead of today that dates may lie"),
    optional(
        "effective_from",
        Kind::Date,
        "First day of the documents that prefix, yearly_reset and padding hold for",
    ),
];

pub(super) static ROUTES: &[Route] = &[
    get(PATH, "retrieve_settings", "Retrieve the settings", "settings", &[], |call| {
        Box::pin(retrieve(call))
    }),
    post(
        PATH,
        "change_settings",
        "Change settings, for the next document on",
        "settings",
        CHANGE,
        |call| Box::pin(change(call)),
    ),
];

async fn retrieve(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    let page = call.engine.settings(call.ledger()).await?;
    let settings = Settings::now(&page.view, call.mode(), next_text(&page.series));
    Ok(Reply::of(answer::to_json(&settings)))
}

async fn change(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    let change = request::settings_change(params)?;
    let mode = call.mode();
    call.execute(Action::ChangeSettings(change), once, |outcome| match outcome {
        Outcome::Settings(view) => Some(answer::to_json(&Settings::new(&view, mode))),
        _ => None,
    })
    .await
}
