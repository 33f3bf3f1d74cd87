//! Settings → Billing → Invoice settings: the plain face of the series that invoices use.

use askama::Template;
use engine::SettingsPage;
use ledger::command::{Item, SettingsChange};
use ledger::model::{Level, NumberOn};
use ledger::outcome::SettingsView;
use ledger::role::Right;
use ledger::{Action, Outcome};
use numbering::{Format, Reset};
use wire::answer::settings_prefix;
use wire::{Problem, request};

use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::number::NumberPreview;
use crate::route::{Route, get, post};
use crate::visit::{Call, page, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/settings", |call| Box::pin(show(call))),
    post(Right::Administer, "/settings", |call| Box::pin(save(call))),
    post(Right::Read, "/settings/preview", |call| Box::pin(preview(call))),
];

const FIELDS: [&str; 10] = [
    "mode",
    "prefix",
    "yearly_reset",
    "padding",
    "starting_number",
    "time_zone",
    "fiscal_year_start",
    "number_on",
    "date_order",
    "max_future_days",
];

#[derive(Template)]
#[template(path = "invoice_settings.html")]
struct InvoiceSettings {
    f: Frame,
    form: Form,
    preview: NumberPreview,
    series_id: String,
    pattern: String,
    /// Whether the first number was given: the starting number is fixed from then on.
    started: bool,
    has_prefix: bool,
    /// When it starts again, where that is neither yearly nor never.
    other_reset: Option<String>,
    is_fixed: bool,
    is_start_fixed: bool,
    modes: Vec<Choice>,
    number_ons: Vec<Choice>,
    date_orders: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "number_preview.html")]
struct Fragment {
    f: Frame,
    preview: NumberPreview,
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let settings = read(&call).await?;
    let form = filled(&settings.view);
    let preview = previewed(&call, &settings, &SettingsChange::default()).await?;
    let preview = preview.unwrap_or_else(|problem| refused(&call, &problem));
    page(&write(&call, &settings, form, preview))
}

async fn save(call: Call) -> Result<Answer, Problem> {
    let settings = read(&call).await?;
    let mut form = completed(&call.form);
    let tried = match change(&form, &settings) {
        Ok(change) => call.execute(Action::ChangeSettings(change)).await.map(drop),
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else { return Ok(call.done("/settings", "settings.saved", &[])) };
    form.refuse(&problem, &[]);
    let preview = refused(&call, &problem);
    page_with_status(422, &write(&call, &settings, form, preview))
}

/// The part of the page that changes while somebody types.
async fn preview(call: Call) -> Result<Answer, Problem> {
    let settings = read(&call).await?;
    let asked = change(&completed(&call.form), &settings);
    let preview = match asked {
        Ok(change) => previewed(&call, &settings, &change).await?,
        Err(problem) => Err(problem),
    };
    let preview = preview.unwrap_or_else(|problem| refused(&call, &problem));
    page(&Fragment { f: call.frame_of("settings.title", "settings"), preview })
}

async fn read(call: &Call) -> Result<SettingsPage, Problem> {
    call.engine().settings(call.ledger()).await.map_err(problem)
}

fn write(
    call: &Call,
    settings: &SettingsPage,
    form: Form,
    preview: NumberPreview,
) -> InvoiceSettings {
    let f = call.frame_of("settings.title", "settings");
    let row = &settings.view.series;
    let format = &row.newest().format;
    let choices = |family: &str, words: &[&str]| Choice::of(&f, family, words);
    InvoiceSettings {
        series_id: row.id.id(call.ledger()),
        pattern: format.pattern.to_string(),
        started: row.started(),
        has_prefix: settings_prefix(format).is_some(),
        other_reset: is_yearly(format)
            .is_none()
            .then(|| f.word("reset", &format.reset.to_string())),
        is_fixed: !f.may_administer(),
        is_start_fixed: row.started() || !f.may_administer(),
        modes: choices("level", &["account", "customer"]),
        number_ons: choices("number_on", &["finalize", "create"]),
        date_orders: choices("date_order", &["off", "warn", "refuse"]),
        form,
        preview,
        f,
    }
}

fn is_yearly(format: &Format) -> Option<bool> {
    match format.reset {
        Reset::Yearly | Reset::FiscalYear => Some(true),
        Reset::Never => Some(false),
        Reset::Quarterly | Reset::Monthly | Reset::Weekly | Reset::Daily => None,
    }
}

/// The form as it says what holds now.
fn filled(view: &SettingsView) -> Form {
    let SettingsView { settings, series } = view;
    let format = &series.newest().format;
    Form::filled([
        ("mode", settings.level.text().to_owned()),
        ("prefix", settings_prefix(format).unwrap_or_default().to_owned()),
        ("yearly_reset", (is_yearly(format) == Some(true)).to_string()),
        ("padding", format.pattern.seq_width().to_string()),
        ("starting_number", series.starting_number.to_string()),
        ("time_zone", settings.time_zone.clone()),
        ("fiscal_year_start", settings.fiscal_year_start.to_string()),
        ("number_on", settings.number_on.text().to_owned()),
        ("date_order", settings.date_order.text().to_owned()),
        ("max_future_days", settings.max_future_days.to_string()),
    ])
}

/// The form with what browsers leave out: a box that is not ticked.
fn completed(form: &Form) -> Form {
    let mut form = form.clone();
    if !form.has("yearly_reset") && form.has("yearly_reset_shown") {
        form.set("yearly_reset", "false");
    }
    form
}

/// What differs from what holds: nothing else is sent, so that what is fixed is not touched.
fn change(form: &Form, settings: &SettingsPage) -> Result<SettingsChange, Problem> {
    let before = filled(&settings.view);
    let mut sent = Sent::default();
    for name in FIELDS.into_iter().filter(|name| form.has(name)) {
        // Spaces count in a prefix, and nowhere else.
        let value = if name == "prefix" { form.get(name) } else { form.get(name).trim() };
        if value != before.get(name) {
            sent.put(name, if name == "padding" && value.is_empty() { "0" } else { value });
        }
    }
    request::settings_change(sent.params()?)
}

/// What the settings would be, and the number that comes next under them: decided, and forgotten.
async fn previewed(
    call: &Call,
    before: &SettingsPage,
    change: &SettingsChange,
) -> Result<Result<NumberPreview, Problem>, Problem> {
    let actions =
        vec![Action::ChangeSettings(change.clone()), Action::Issue(vec![Item::default()])];
    let mut came = call.engine().preview_actions(call.ledger(), actions).await.map_err(problem)?;
    let (Some(issued), Some(changed)) = (came.pop(), came.pop()) else {
        return Err(crate::visit::internal());
    };
    let after = match changed {
        Ok(Outcome::Settings(view)) => view,
        Ok(_) => return Err(crate::visit::internal()),
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    let today = call.today();
    let decided = match issued {
        Ok(Outcome::Issued(views)) => {
            let first = views.into_iter().next().ok_or_else(crate::visit::internal)?;
            Ok((first.row.ordinal, first.row.date, first.row.text))
        }
        // Each customer has a counter of its own: the sample is made up.
        _ if after.settings.level == Level::Customer => {
            Ok((after.series.first_ordinal(&after.series.period(today)), today, String::new()))
        }
        Ok(_) => return Err(crate::visit::internal()),
        Err(refusal) => Err(refusal.message),
    };
    let f = call.frame_of("settings.title", "settings");
    let mut preview = NumberPreview::new(&f, &after.series, decided, today);
    preview.caption = f.t2("preview.caption", f.date(&today), &after.settings.time_zone);
    preview.warnings = warnings(&f, &before.view, &after);
    Ok(Ok(preview))
}

fn refused(call: &Call, problem: &Problem) -> NumberPreview {
    NumberPreview::refused(&call.frame_of("settings.title", "settings"), &problem.message)
}

/// What a change means, said before it is made.
fn warnings(f: &Frame, before: &SettingsView, after: &SettingsView) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut say = |key: &str| warnings.push(f.t(key).to_owned());
    let (old, new) = (&before.settings, &after.settings);
    let started = before.series.started();
    if old.level != new.level {
        say("settings.warn_level");
    }
    if started && old.level == new.level {
        let (old, new) = (&before.series.newest().format, &after.series.newest().format);
        if old.prefix != new.prefix || old.pattern != new.pattern {
            say("settings.warn_text");
        }
        if old.reset != new.reset {
            say("settings.warn_reset");
        }
    }
    if started && old.fiscal_year_start != new.fiscal_year_start {
        say("settings.warn_fiscal_year");
    }
    if old.number_on != new.number_on && new.number_on == NumberOn::Create {
        say("settings.warn_create");
    }
    if old.time_zone != new.time_zone {
        say("settings.warn_zone");
    }
    warnings
}
