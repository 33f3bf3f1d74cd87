//! The first page: where each series stands, what was given lately, and what needs attention.

use askama::Template;
use engine::{GapQuery, SeriesStanding};
use jiff::civil::Date;
use ledger::model::Mode;
use ledger::model::document::InvoiceStatus;
use ledger::model::{Object, ObjectKind};
use numbering::Scope;
use store::{ObjectFilter, Page};
use wire::Problem;

use crate::answer::Answer;
use crate::frame::Frame;
use crate::route::{Route, get};
use crate::shown::Writing;
use crate::visit::{Call, page, problem};

pub(super) const ROUTES: &[Route] = &[get("/", |call| Box::pin(show(call)))];

/// Months in the chart.
const MONTHS: i32 = 12;
/// Gaps and drafts that are looked through for what needs attention.
const LOOKED_THROUGH: u32 = 100;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Dashboard {
    f: Frame,
    cards: Vec<Card>,
    chart: Chart,
    attention: Vec<Attention>,
    /// Whether nothing was given yet.
    is_new: bool,
}

struct Card {
    id: String,
    name: String,
    next: Result<String, String>,
    issued: Option<u64>,
    period: Option<String>,
    last: Option<(String, Date)>,
    by_customer: bool,
}

/// Numbers by the month in which they were given.
struct Chart {
    bars: Vec<Bar>,
    total: u64,
}

struct Bar {
    label: String,
    long_label: String,
    count: u64,
    x: u32,
    y: u32,
    height: u32,
    middle: u32,
}

struct Attention {
    text: String,
    path: String,
}

async fn show(call: Call) -> Result<Answer, Problem> {
    let ledger = call.ledger();
    let standings = call.engine().standings(ledger, call.today()).await.map_err(problem)?;
    let chart = chart(&call).await?;
    let attention = attention(&call).await?;
    let is_new = call.head.row.last_position == 0;
    let cards = standings.into_iter().map(|standing| card(&call, standing)).collect();
    let f = call.frame_of("nav.dashboard", "dashboard");
    page(&Dashboard { f, cards, chart, attention, is_new })
}

fn card(call: &Call, standing: SeriesStanding) -> Card {
    let SeriesStanding { series, sequence, given, newest } = standing;
    let by_customer = series.row.scope != Scope::Account;
    Card {
        id: series.row.id.id(call.ledger()),
        next: series.next.map(|view| view.row.text).map_err(|refusal| refusal.message),
        issued: (!by_customer).then_some(given),
        period: sequence.map(|row| row.period_label).filter(|label| !label.is_empty()),
        last: newest.map(|row| (row.text, row.date)),
        name: series.row.name,
        by_customer,
    }
}

const CHART_HEIGHT: u32 = 120;
const BAR_WIDTH: u32 = 36;
const BAR_STEP: u32 = 52;

async fn chart(call: &Call) -> Result<Chart, Problem> {
    let writing = call.writing();
    let months = months(call.today());
    let starts = months.iter().filter_map(|day| writing.start_of(*day)).collect();
    let given = call.engine().given_before(call.ledger(), starts).await.map_err(problem)?;
    let counts: Vec<u64> = given.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let bar = |(place, (count, day)): (usize, (&u64, &Date))| {
        // A month with a single number is to be seen beside one with a million.
        let height = (count * u64::from(CHART_HEIGHT)).div_ceil(most);
        let height = u32::try_from(height).unwrap_or(CHART_HEIGHT);
        let x = u32::try_from(place).unwrap_or_default() * BAR_STEP + 8;
        let y = CHART_HEIGHT - height + 20;
        let (label, long_label) = labels(&writing, *day);
        Bar { label, long_label, count: *count, x, y, height, middle: x + BAR_WIDTH / 2 }
    };
    let bars = counts.iter().zip(&months).enumerate().map(bar).collect();
    Ok(Chart { bars, total: counts.iter().sum() })
}

fn labels(writing: &Writing, day: Date) -> (String, String) {
    let month = writing.month(day.month());
    let short = month.chars().take(3).collect();
    (short, format!("{month} {}", day.year()))
}

/// The first days of the months up to now, and that of the month after.
fn months(today: Date) -> Vec<Date> {
    let this = i32::from(today.year()) * 12 + i32::from(today.month()) - 1;
    let day = |month: i32| {
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        Date::new(year, i8::try_from(month.rem_euclid(12)).ok()? + 1, 1).ok()
    };
    (this - MONTHS + 1..=this + 1).filter_map(day).collect()
}

async fn attention(call: &Call) -> Result<Vec<Attention>, Problem> {
    let f = call.frame_of("nav.dashboard", "dashboard");
    let mut found = Vec::new();
    let query = GapQuery { explained: Some(false), ..GapQuery::default() };
    let page = Page { limit: LOOKED_THROUGH, starting_after: None, ending_before: None };
    let gaps = call.engine().gaps(call.ledger(), query, page).await.map_err(problem)?;
    if !gaps.data.is_empty() {
        let count = at_least(gaps.data.len(), gaps.has_more);
        let path = f.at("/gaps?explained=false");
        found.push(Attention { text: f.t1("attention.gaps", count), path });
    }
    let filter = ObjectFilter {
        state: Some(InvoiceStatus::Draft.code()),
        ..ObjectFilter::of(ObjectKind::Invoice)
    };
    let page = Page { limit: LOOKED_THROUGH, starting_after: None, ending_before: None };
    let drafts = call.engine().objects(call.ledger(), filter, page).await.map_err(problem)?;
    for draft in &drafts.data {
        if let Object::Invoice(invoice) = &draft.row.body
            && let Some(error) = &invoice.finalization_error
        {
            let name = invoice.issued_to.as_ref().and_then(|to| to.name.clone());
            let name = name.unwrap_or_else(|| draft.row.text());
            let path = f.at(&format!("/invoices/{}", draft.row.text()));
            found.push(Attention {
                text: f.t2("attention.draft_failed", name, &error.message),
                path,
            });
        }
    }
    if !drafts.data.is_empty() {
        let count = at_least(drafts.data.len(), drafts.has_more);
        let path = f.at("/invoices?status=draft");
        found.push(Attention { text: f.t1("attention.drafts", count), path });
    }
    if call.mode == Mode::Live && call.head.row.settings.locked_through().is_none() {
        let text = f.t("attention.no_lock").to_owned();
        found.push(Attention { text, path: f.at("/locks") });
    }
    Ok(found)
}

fn at_least(count: usize, more: bool) -> String {
    if more { format!("{count}+") } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_chart_ends_with_this_month() {
        let days = months(date(2026, 2, 28));
        assert_eq!(days.len(), 13);
        assert_eq!((days[0], days[12]), (date(2025, 3, 1), date(2026, 3, 1)));
    }
}
