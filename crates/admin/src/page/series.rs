//! Series: listed, made, changed, moved forward, closed.

use askama::Template;
use engine::SeriesView;
use jiff::civil::Date;
use ledger::command::{Item, SeriesChange, SeriesRef};
use ledger::model::{Kind, SeriesRow};
use ledger::role::Right;
use ledger::{Action, Outcome};
use numbering::{Pattern, Scope, infer};
use wire::{Problem, request};

use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::number::{Decided, NumberPreview};
use crate::route::{Route, get, get_as, post};
use crate::visit::{Call, internal, page, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/series", |call| Box::pin(list(call))),
    get_as(Right::Administer, "/series/new", |call| Box::pin(blank(call))),
    post(Right::Administer, "/series", |call| Box::pin(create(call))),
    post(Right::Administer, "/series/preview", |call| Box::pin(preview_new(call))),
    get("/series/{id}", |call| Box::pin(show(call))),
    post(Right::Administer, "/series/{id}", |call| Box::pin(change(call))),
    post(Right::Administer, "/series/{id}/preview", |call| Box::pin(preview(call))),
    post(Right::Administer, "/series/{id}/learn", |call| Box::pin(learn(call))),
    get_as(Right::Administer, "/series/{id}/advance", |call| Box::pin(ask_advance(call))),
    post(Right::Administer, "/series/{id}/advance", |call| Box::pin(advance(call))),
    post(Right::Administer, "/series/{id}/archive", |call| Box::pin(archive(call))),
];

const RESETS: [&str; 7] =
    ["never", "yearly", "fiscal_year", "quarterly", "monthly", "weekly", "daily"];
const TOKENS: [&str; 12] = [
    "{seq:5}",
    "{seq}",
    "{year}",
    "{year:2}",
    "{end_year}",
    "{month}",
    "{quarter}",
    "{week}",
    "{day}",
    "{prefix}",
    "{customer}",
    "{kind}",
];

#[derive(Template)]
#[template(path = "series_list.html")]
struct SeriesList {
    f: Frame,
    rows: Vec<Row>,
}

struct Row {
    id: String,
    name: String,
    pattern: String,
    reset: String,
    next: Result<String, String>,
    archived: bool,
    default_for: Vec<String>,
}

#[derive(Template)]
#[template(path = "series.html")]
struct SeriesPage {
    f: Frame,
    form: Form,
    preview: Option<NumberPreview>,
    /// Empty for a new one.
    id: String,
    started: bool,
    archived: bool,
    resets: Vec<Choice>,
    tokens: Vec<(&'static str, String)>,
    versions: Vec<Version>,
    learnt: Option<Learnt>,
    is_fixed: bool,
}

/// A format that the series has, had or will have.
struct Version {
    pattern: String,
    reset: String,
    from: Option<Date>,
    is_now: bool,
}

/// What an example number taught.
struct Learnt {
    explanation: String,
    others: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "number_preview.html")]
struct Fragment {
    f: Frame,
    preview: NumberPreview,
}

#[derive(Template)]
#[template(path = "series_advance.html")]
struct AdvancePage {
    f: Frame,
    form: Form,
    id: String,
    name: String,
    next: Option<String>,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    let views = call.engine().series(call.ledger()).await.map_err(problem)?;
    let f = call.frame_of("nav.series", "series");
    let shown = views.into_iter().filter(|view| !view.row.is_typed());
    let rows = shown.map(|view| row(&call, &f, view)).collect();
    page(&SeriesList { f, rows })
}

fn row(call: &Call, f: &Frame, view: SeriesView) -> Row {
    let format = &view.row.version(call.today()).format;
    Row {
        id: view.row.id.id(call.ledger()),
        name: f.word("series_name", &view.row.name),
        pattern: format.pattern.to_string(),
        reset: f.reset(&format.reset),
        next: match view.next {
            Ok(next) => Ok(next.row.text),
            Err(_) if view.row.scope == Scope::Customer => {
                Err(f.t("dashboard.by_customer").to_owned())
            }
            Err(_) if view.row.scope == Scope::Parent => Err(f.t("series.by_parent").to_owned()),
            Err(refusal) => Err(refusal.message),
        },
        archived: view.row.archived,
        default_for: view.default_for.iter().map(|(kind, _)| f.word("kind", kind.text())).collect(),
    }
}

async fn blank(call: Call) -> Result<Answer, Problem> {
    let form = Form::filled([("pattern", "{prefix}{year}-{seq:5}"), ("reset", "")]);
    let preview = Some(new_previewed(&call, &form).await?);
    page(&written(&call, form, None, preview, None))
}

async fn create(call: Call) -> Result<Answer, Problem> {
    let tried = match new_sent(&call.form).and_then(|sent| request::new_series(sent.params()?)) {
        Ok(new) => call.execute(Action::CreateSeries(new)).await,
        Err(problem) => Err(problem),
    };
    match tried {
        Ok(Outcome::Series(row)) => {
            let path = format!("/series/{}", row.id.id(call.ledger()));
            Ok(call.done(&path, "series.created", &[&row.name]))
        }
        Ok(_) => Err(internal()),
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[]);
            let preview = Some(new_previewed(&call, &form).await?);
            page_with_status(422, &written(&call, form, None, preview, None))
        }
    }
}

fn new_sent(form: &Form) -> Result<Sent, Problem> {
    let mut sent = Sent::default();
    sent.filled(form, &["name", "pattern", "reset", "starting_number", "default"]);
    sent.put("prefix", form.get("prefix"));
    if let Some(kind) = form.text("kind").filter(|kind| *kind != "invoice") {
        sent.put("kinds[]", kind);
    }
    Ok(sent)
}

async fn preview_new(call: Call) -> Result<Answer, Problem> {
    let preview = new_previewed(&call, &call.form).await?;
    page(&Fragment { f: call.frame_of("nav.series", "series"), preview })
}

/// What a series that is not there yet would give: made, asked for a number, and forgotten.
async fn new_previewed(call: &Call, form: &Form) -> Result<NumberPreview, Problem> {
    let mut named = form.clone();
    let name = format!("preview {}", call.engine().ids().base62(12));
    named.set("name", name.clone());
    named.set("default", "");
    let new = new_sent(&named).and_then(|sent| request::new_series(sent.params()?));
    match new {
        Ok(new) => {
            let kind = new.kinds.keys().next().cloned();
            tried(call, Action::CreateSeries(new), SeriesRef::Name(name), kind).await
        }
        Err(problem) => Ok(refused(call, &problem.message)),
    }
}

/// What a series would give next if an action were carried out.
async fn tried(
    call: &Call,
    action: Action,
    series: SeriesRef,
    kind: Option<Kind>,
) -> Result<NumberPreview, Problem> {
    let item = Item { series: Some(series), kind, ..Item::default() };
    let actions = vec![action, Action::Issue(vec![item])];
    let mut came = call.engine().preview_actions(call.ledger(), actions).await.map_err(problem)?;
    let (Some(issued), Some(changed)) = (came.pop(), came.pop()) else { return Err(internal()) };
    let row = match changed {
        Ok(Outcome::Series(row)) => *row,
        Ok(_) => return Err(internal()),
        Err(refusal) => return Ok(refused(call, &refusal.message)),
    };
    let decided = match issued {
        Ok(Outcome::Issued(views)) => {
            let first = views.into_iter().next().ok_or_else(internal)?.row;
            Ok((first.ordinal, first.date, first.text))
        }
        Ok(_) => return Err(internal()),
        Err(refusal) if row.scope == Scope::Account => Err(refusal.message),
        Err(_) => made_up(call, &row),
    };
    Ok(shown(call, &row, decided))
}

/// Where each customer or parent counts for itself, the sample is made up.
fn made_up(call: &Call, row: &SeriesRow) -> Decided {
    let today = call.today();
    Ok((row.first_ordinal(&row.period(today)), today, String::new()))
}

fn shown(call: &Call, row: &SeriesRow, decided: Decided) -> NumberPreview {
    let f = call.frame_of("nav.series", "series");
    let mut preview = NumberPreview::new(&f, row, decided, call.today());
    let zone = &call.head.row.settings.time_zone;
    preview.caption = f.t2("preview.caption", f.date(&call.today()), zone);
    preview
}

fn refused(call: &Call, why: &str) -> NumberPreview {
    NumberPreview::refused(&call.frame_of("nav.series", "series"), why)
}

async fn found(call: &Call) -> Result<SeriesView, Problem> {
    let which = request::series_ref(call.id(), call.ledger(), "id")?;
    call.engine().one_series(call.ledger(), which).await.map_err(problem)
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    let decided = match &view.next {
        Ok(next) => Ok((next.row.ordinal, next.row.date, next.row.text.clone())),
        Err(_) if view.row.scope != Scope::Account => made_up(&call, &view.row),
        Err(refusal) => Err(refusal.message.clone()),
    };
    let preview = Some(shown(&call, &view.row, decided));
    page(&written(&call, filled(&view), Some(&view.row), preview, None))
}

fn filled(view: &SeriesView) -> Form {
    let format = &view.row.newest().format;
    Form::filled([
        ("name", view.row.name.clone()),
        ("pattern", format.pattern.to_string()),
        ("reset", format.reset.to_string()),
        ("prefix", format.prefix.clone()),
        ("starting_number", view.row.starting_number.to_string()),
        ("default", (!view.default_for.is_empty()).to_string()),
    ])
}

/// What differs from what holds: nothing else is sent, so that what is fixed is not touched.
fn changed(form: &Form, view: &SeriesView) -> Result<SeriesChange, Problem> {
    let before = filled(view);
    let mut sent = Sent::default();
    for name in ["name", "pattern", "reset", "starting_number", "prefix"] {
        if form.has(name) && form.get(name) != before.get(name) {
            sent.put(name, form.get(name));
        }
    }
    if form.text("default").is_some() && before.get("default") != "true" {
        sent.put("default", "true");
    }
    request::series_change(sent.params()?)
}

async fn change(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    let which = SeriesRef::Id(view.row.id);
    let tried = match changed(&call.form, &view) {
        Ok(change) => call.execute(Action::ChangeSeries(which, change)).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else {
        return Ok(call.done(&format!("/series/{}", call.id()), "settings.saved", &[]));
    };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    let preview = Some(refused(&call, &problem.message));
    page_with_status(422, &written(&call, form, Some(&view.row), preview, None))
}

async fn preview(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    let preview = previewed(&call, &call.form, &view).await?;
    page(&Fragment { f: call.frame_of("nav.series", "series"), preview })
}

async fn previewed(call: &Call, form: &Form, view: &SeriesView) -> Result<NumberPreview, Problem> {
    match changed(form, view) {
        Ok(change) => {
            let which = SeriesRef::Id(view.row.id);
            let kind = view.row.kinds.first().map(|known| known.kind.clone());
            let action = Action::ChangeSeries(which.clone(), change);
            let mut preview = tried(call, action, which, kind).await?;
            let before = filled(view);
            let differs = |name: &str| form.has(name) && form.get(name) != before.get(name);
            let f = call.frame_of("nav.series", "series");
            if view.row.started() && (differs("pattern") || differs("prefix")) {
                preview.warnings.push(f.t("settings.warn_text").to_owned());
            }
            if view.row.started() && differs("reset") {
                preview.warnings.push(f.t("settings.warn_reset").to_owned());
            }
            Ok(preview)
        }
        Err(problem) => Ok(refused(call, &problem.message)),
    }
}

/// Fills the form with what an example number teaches. Nothing is saved by that.
async fn learn(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    let mut form = filled(&view);
    let (number, date) = (call.form.get("example"), call.form.text("example_date"));
    form.set("example", number);
    form.set("example_date", date.unwrap_or_default());
    let date = date.and_then(|text| text.parse().ok()).unwrap_or_else(|| call.today());
    let fiscal = call.head.row.settings.fiscal_year_start;
    match infer::infer(number, date, fiscal) {
        Ok(found) => {
            form.set("pattern", found.best.pattern.to_string());
            form.set("reset", found.best.reset.to_string());
            let f = call.frame_of("nav.series", "series");
            let other = |one: &infer::Candidate| {
                (one.pattern.to_string(), f.reset(&one.reset), one.reason.clone())
            };
            let others = found.alternatives.iter().map(other).collect();
            let learnt = Some(Learnt { explanation: found.explanation, others });
            let preview = Some(previewed(&call, &form, &view).await?);
            page(&written(&call, form, Some(&view.row), preview, learnt))
        }
        Err(error) => {
            form.blame("example", error.to_string());
            let preview = Some(previewed(&call, &form, &view).await?);
            page_with_status(422, &written(&call, form, Some(&view.row), preview, None))
        }
    }
}

fn written(
    call: &Call,
    form: Form,
    row: Option<&SeriesRow>,
    preview: Option<NumberPreview>,
    learnt: Option<Learnt>,
) -> SeriesPage {
    let mut f = call.frame_of("series.new", "series");
    if let Some(row) = row {
        f.title = f.word("series_name", &row.name);
    }
    let mut resets = Choice::of(&f, "reset", &RESETS);
    if row.is_none() {
        resets.insert(0, Choice::new("", f.t("series.by_tokens")));
    }
    let word = |token: &&'static str| {
        let name = token.trim_matches(['{', '}']).split(':').next().unwrap_or_default();
        (*token, f.word("part", name))
    };
    SeriesPage {
        id: row.map(|row| row.id.id(call.ledger())).unwrap_or_default(),
        started: row.is_some_and(SeriesRow::started),
        archived: row.is_some_and(|row| row.archived),
        tokens: TOKENS.iter().map(word).collect(),
        versions: row.map(|row| versions(call, &f, row)).unwrap_or_default(),
        is_fixed: !f.may_administer(),
        resets,
        form,
        preview,
        learnt,
        f,
    }
}

fn versions(call: &Call, f: &Frame, row: &SeriesRow) -> Vec<Version> {
    let now = row.version(call.today());
    let former = row.former.iter().map(|format| (format, None, false));
    let dated = row.versions.iter().enumerate().map(|(place, version)| {
        // The first one holds for all that is before.
        let from = (place > 0).then_some(version.from);
        (&version.format, from, std::ptr::eq(version, now))
    });
    let shown = former.chain(dated).map(|(format, from, is_now)| Version {
        pattern: with_prefix(&format.pattern, &format.prefix),
        reset: f.reset(&format.reset),
        from,
        is_now,
    });
    shown.collect()
}

fn with_prefix(pattern: &Pattern, prefix: &str) -> String {
    pattern.to_string().replace("{prefix}", prefix)
}

async fn ask_advance(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    page(&advancing(&call, Form::default(), &view))
}

async fn advance(call: Call) -> Result<Answer, Problem> {
    let view = found(&call).await?;
    let mut sent = Sent::default();
    sent.filled(&call.form, &["next", "date", "customer", "reason"]);
    let read = sent.params().and_then(|params| request::advance(params, call.id(), call.ledger()));
    let tried = match read {
        Ok(advance) => call.execute(Action::Advance(advance)).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else {
        return Ok(call.done(&format!("/series/{}", call.id()), "series.advanced", &[]));
    };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    page_with_status(422, &advancing(&call, form, &view))
}

fn advancing(call: &Call, form: Form, view: &SeriesView) -> AdvancePage {
    let f = call.frame_of("series.advance", "series");
    let next = view.next.as_ref().ok().map(|next| next.row.text.clone());
    let name = f.word("series_name", &view.row.name);
    AdvancePage { form, id: call.id().to_owned(), name, next, f }
}

async fn archive(call: Call) -> Result<Answer, Problem> {
    let which = request::series_ref(call.id(), call.ledger(), "id")?;
    let closes = call.form.get("archived") == "true";
    call.execute(Action::ArchiveSeries(which, closes)).await?;
    let key = if closes { "series.closed" } else { "series.opened" };
    Ok(call.done(&format!("/series/{}", call.id()), key, &[]))
}
