//! The test ledger: wiped, and its settings taken over.

use ledger::command::SettingsChange;
use ledger::model::Mode;
use ledger::role::Right;
use ledger::{Action, Code, Outcome};
use numbering::Reset;
use serde_json::json;
use wire::answer::{self, Settings};
use wire::{Problem, RimCode, request};

use super::not_found;
use super::series::post;
use crate::call::Call;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::route::Route;

pub(super) static ROUTES: &[Route] = &[
    post(
        "/v1/test_ledger/wipe",
        "wipe_test_ledger",
        "Put an empty ledger in the place of the test ledger; keys stay",
        "wiped",
        &[],
        |call| Box::pin(wipe(call)),
    ),
    post(
        "/v1/numbering/settings/copy_from_test",
        "copy_settings_from_test",
        "Take over the settings of the test ledger, for the next document on",
        "settings",
        &[],
        |call| Box::pin(copy(call)),
    ),
];

async fn wipe(call: Call) -> Result<Reply, Failure> {
    request::none(call.params()?)?;
    if call.mode() != Mode::Test {
        let message = "A live ledger cannot be wiped. Use a test key.";
        return Err(Problem::new(RimCode::LivemodeMismatch, message).into());
    }
    if !call.access.may(Right::Administer) {
        let message = "Only an administrator's key wipes the test ledger.";
        return Err(Problem::new(Code::RoleForbidden, message).into());
    }
    call.engine.wipe_test_ledger(call.ledger()).await?;
    let answer = json!({ "object": "test_ledger", "livemode": false, "wiped": true });
    Ok(Reply::of(answer::to_json(&answer)))
}

async fn copy(call: Call) -> Result<Reply, Failure> {
    let (params, once) = call.params_once()?;
    request::none(params)?;
    if call.mode() != Mode::Live {
        let message = "Settings are taken over into the live ledger. Use a live key.";
        return Err(Problem::new(RimCode::LivemodeMismatch, message).into());
    }
    let account = call.engine.account(call.access.account.clone()).await?;
    let test = account.ok_or_else(|| not_found("account"))?.test;
    let page = call.engine.settings(test).await?;
    let (settings, format) = (&page.view.settings, &page.view.series.newest().format);
    let change = SettingsChange {
        level: Some(settings.level),
        prefix: answer::settings_prefix(format).map(str::to_owned),
        yearly_reset: match format.reset {
            Reset::Yearly | Reset::FiscalYear => Some(true),
            Reset::Never => Some(false),
            _ => None,
        },
        padding: Some(format.pattern.seq_width()),
        starting_number: None,
        time_zone: Some(settings.time_zone.clone()),
        fiscal_year_start: Some(settings.fiscal_year_start),
        number_on: Some(settings.number_on),
        date_order: Some(settings.date_order),
        max_future_days: Some(settings.max_future_days),
        effective_from: None,
    };
    let mode = call.mode();
    call.execute(Action::ChangeSettings(change), once, |outcome| match outcome {
        Outcome::Settings(view) => Some(answer::to_json(&Settings::new(&view, mode))),
        _ => None,
    })
    .await
}
