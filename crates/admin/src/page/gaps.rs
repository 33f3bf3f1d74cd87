//! What is missing from the sequences, and why.

use askama::Template;
use engine::{GapQuery, Part};
use ledger::Action;
use ledger::id::GapId;
use ledger::model::GapCause;
use ledger::outcome::GapView;
use ledger::role::Right;
use wire::{Problem, request};

use super::numbers::series_choices;
use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::list::{Pager, asked};
use crate::route::{Route, get, post};
use crate::visit::{Call, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get("/gaps", |call| Box::pin(list(call))),
    post(Right::KeepBooks, "/gaps/{id}/explain", |call| Box::pin(explain(call))),
];

#[derive(Template)]
#[template(path = "gaps.html")]
struct Gaps {
    f: Frame,
    query: Form,
    form: Form,
    rows: Vec<GapRow>,
    pager: Pager,
    series: Vec<Choice>,
    explained: Vec<Choice>,
    account: String,
    printed: String,
    head: String,
}

struct GapRow {
    id: String,
    first: String,
    last: String,
    count: u64,
    series: String,
    period: String,
    cause: &'static str,
    at: String,
    actor: String,
    index: u64,
    explanation: Option<(String, String)>,
}

async fn list(call: Call) -> Result<Answer, Problem> {
    written(&call, 200, call.query.clone(), Form::default()).await
}

async fn explain(call: Call) -> Result<Answer, Problem> {
    let mut sent = Sent::default();
    sent.filled(&call.form, &["explanation"]);
    let tried = match read(&call, &sent) {
        Ok((gap, text)) => call.execute(Action::ExplainGap(gap, text)).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else { return Ok(call.done("/gaps", "gaps.explained_now", &[])) };
    let mut form = call.form.clone();
    form.refuse(&problem, &[]);
    written(&call, 422, Form::default(), form).await
}

fn read(call: &Call, sent: &Sent) -> Result<(GapId, String), Problem> {
    let text = request::explanation(sent.params()?)?;
    Ok((request::gap_id(call.id(), call.ledger(), "id")?, text))
}

async fn written(call: &Call, status: u16, query: Form, form: Form) -> Result<Answer, Problem> {
    let asked = asked(&query, |text| request::gap_id(text, call.ledger(), "id"))?;
    let series = query.text("series");
    let asked_for = GapQuery {
        part: Part {
            series: series
                .map(|text| request::series_ref(text, call.ledger(), "series"))
                .transpose()?,
            ..Part::default()
        },
        cause: query.text("cause").and_then(GapCause::parse),
        explained: query.text("explained").map(|word| word == "true"),
    };
    let found = call.engine().gaps(call.ledger(), asked_for, asked).await.map_err(problem)?;
    let f = call.frame_of("nav.gaps", "gaps");
    let rows: Vec<_> = found.data.into_iter().map(|view| row(&f, view)).collect();
    let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.id.clone(), b.id.clone()));
    let pager = Pager::new(&f, "/gaps", &query, ends, found.has_more);
    let mut explained = vec![Choice::new("", f.t("list.all"))];
    explained.push(Choice::new("false", f.t("gaps.unexplained")));
    explained.push(Choice::new("true", f.t("gaps.explained")));
    let series = series_choices(call, &f).await?;
    let printed = f.time(&call.engine().now());
    let (account, head) = (call.head.row.name.clone(), call.head.row.trail_hash.to_string());
    let page = Gaps { query, form, rows, pager, series, explained, account, printed, head, f };
    page_with_status(status, &page)
}

fn row(f: &Frame, view: GapView) -> GapRow {
    let gap = view.row;
    GapRow {
        id: gap.id.id(gap.ledger),
        count: gap.to - gap.from + 1,
        series: f.word("series_name", &view.series_name),
        period: view.period_label,
        cause: gap.cause.text(),
        at: f.time(&gap.at),
        actor: gap.actor,
        index: gap.index,
        explanation: gap
            .explanation
            .map(|said| (said.text, format!("{}, {}", said.actor, f.time(&said.at)))),
        first: gap.first_text,
        last: gap.last_text,
    }
}
