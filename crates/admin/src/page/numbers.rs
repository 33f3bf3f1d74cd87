//! The register: every number ever given, found and explained.

use askama::Template;
use engine::{NumberQuery, Why};
use jiff::civil::Date;
use ledger::Action;
use ledger::model::{Kind, State};
use ledger::outcome::NumberView;
use ledger::role::Right;
use store::{DateRange, Page};
use wire::{Problem, request};

use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::list::{EXPORTED_AT_ONCE, EXPORTED_MAX, Pager, asked, csv, filters};
use crate::route::{Route, get, post};
use crate::visit::{Call, page, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/numbers", |call| Box::pin(list(call))),
    get("/numbers.csv", |call| Box::pin(export(call))),
    get("/numbers/{id}", |call| Box::pin(show(call))),
    post(Right::Issue, "/numbers/{id}/void", |call| Box::pin(void(call))),
];

#[derive(Template)]
#[template(path = "numbers.html")]
struct Numbers {
    f: Frame,
    query: Form,
    rows: Vec<NumberRow>,
    pager: Pager,
    states: Vec<Choice>,
    series: Vec<Choice>,
    export: String,
}

struct NumberRow {
    id: String,
    text: String,
    state: &'static str,
    kind: String,
    series: String,
    period: String,
    date: String,
    reference: String,
    /// The document's address, where it lives here.
    document: Option<String>,
    warning: Option<String>,
    /// Why its sequence goes on otherwise than by counting from here on.
    mark: Option<String>,
}

#[derive(Template)]
#[template(path = "number.html")]
struct NumberPage {
    f: Frame,
    row: NumberRow,
    slug: String,
    why: Why,
    metadata: Vec<(String, String)>,
    form: Form,
    can_void: bool,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    let asked = asked(&call.query, |text| request::number_id(text, call.ledger(), "id"))?;
    let found =
        call.engine().numbers(call.ledger(), query(&call)?, asked).await.map_err(problem)?;
    let f = call.frame_of("nav.numbers", "numbers");
    let rows: Vec<_> = found.data.iter().map(|view| row(&f, view)).collect();
    let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.id.clone(), b.id.clone()));
    let pager = Pager::new(&f, "/numbers", &call.query, ends, found.has_more);
    let mut states = vec![Choice::new("", f.t("list.all"))];
    states.extend(Choice::of(&f, "state", &State::ALL.map(State::text)));
    let series = series_choices(&call, &f).await?;
    let export = format!("{}?{}", f.at("/numbers.csv"), filters(&call.query).query());
    let query = call.query.clone();
    page(&Numbers { f, query, rows, pager, states, series, export })
}

/// All series, to filter by.
pub(super) async fn series_choices(call: &Call, f: &Frame) -> Result<Vec<Choice>, Problem> {
    let ledger = call.ledger();
    let rows =
        call.engine().read(move |reader| Ok(reader.series(ledger)?)).await.map_err(problem)?;
    let choice = |row: ledger::model::SeriesRow| {
        Choice::new(row.id.id(ledger), f.word("series_name", &row.name))
    };
    let mut choices = vec![Choice::new("", f.t("list.all"))];
    choices.extend(rows.into_iter().map(choice));
    Ok(choices)
}

fn query(call: &Call) -> Result<NumberQuery, Problem> {
    let query = &call.query;
    let series = query.text("series");
    let day = |name: &str| query.text(name).and_then(|text| text.parse::<Date>().ok());
    Ok(NumberQuery {
        series: series
            .map(|text| request::series_ref(text, call.ledger(), "series"))
            .transpose()?,
        state: query.text("state").and_then(State::parse),
        kind: query.text("kind").and_then(Kind::parse),
        number: query.text("number").map(str::to_owned),
        date: DateRange { from: day("from"), to: day("to") },
        ..NumberQuery::default()
    })
}

fn row(f: &Frame, view: &NumberView) -> NumberRow {
    let number = &view.row;
    let reference = number.reference.clone().unwrap_or_default();
    NumberRow {
        id: number.position.id(number.ledger),
        text: number.text.clone(),
        state: number.state.text(),
        kind: f.word("kind", number.kind.text()),
        series: f.word("series_name", &view.series_name),
        period: view.period_label.clone(),
        date: f.date(&number.date),
        document: reference.starts_with("in_").then(|| f.at(&format!("/invoices/{reference}"))),
        mark: number.mark.map(|mark| f.word("mark", mark.text())),
        warning: number.warning.map(|warning| f.word("mark", warning.text())),
        reference,
    }
}

async fn export(call: Call) -> Result<Answer, Problem> {
    let query = query(&call)?;
    let head =
        ["number", "state", "kind", "series", "period", "date", "ordinal", "reference", "id"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut after = None;
    loop {
        let page = Page { limit: EXPORTED_AT_ONCE, starting_after: after, ending_before: None };
        let found = call.engine().numbers(call.ledger(), query.clone(), page).await;
        let found = found.map_err(problem)?;
        rows.extend(found.data.iter().map(cells));
        after = found.data.last().map(|view| view.row.position);
        if !found.has_more || after.is_none() || rows.len() > EXPORTED_MAX as usize {
            break;
        }
    }
    Ok(Answer::file("text/csv; charset=utf-8", "numbers.csv", csv(rows)))
}

fn cells(view: &NumberView) -> Vec<String> {
    let row = &view.row;
    vec![
        row.text.clone(),
        row.state.text().to_owned(),
        row.kind.text().to_owned(),
        view.series_name.clone(),
        view.period_label.clone(),
        row.date.to_string(),
        row.ordinal.to_string(),
        row.reference.clone().unwrap_or_default(),
        row.position.id(row.ledger),
    ]
}

async fn show(call: Call) -> Result<Answer, Problem> {
    written(&call, 200, Form::default()).await
}

async fn void(call: Call) -> Result<Answer, Problem> {
    let mut sent = Sent::default();
    sent.filled(&call.form, &["cause", "reason"]);
    let tried =
        match sent.params().and_then(|params| request::void(params, call.id(), call.ledger())) {
            Ok(void) => call.execute(Action::Void(void)).await,
            Err(problem) => Err(problem),
        };
    let Err(problem) = tried else {
        return Ok(call.done(&format!("/numbers/{}", call.id()), "numbers.voided", &[]));
    };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    written(&call, 422, form).await
}

async fn written(call: &Call, status: u16, form: Form) -> Result<Answer, Problem> {
    let id = request::number_id(call.id(), call.ledger(), "id")?;
    let why = call.engine().why(call.ledger(), id).await.map_err(problem)?;
    let why = why.ok_or_else(|| {
        Problem::of(ledger::Code::ResourceMissing, "id", call.language.text("numbers.gone"))
    })?;
    let mut f = call.frame_of("nav.numbers", "numbers");
    f.title.clone_from(&why.number.row.text);
    let row = row(&f, &why.number);
    let can_void = f.may_issue() && why.number.row.state == State::Held && row.document.is_none();
    let metadata = why.number.row.metadata.clone().into_iter().collect();
    let slug = why.number.row.slug();
    page_with_status(status, &NumberPage { f, row, slug, why, metadata, form, can_void })
}
