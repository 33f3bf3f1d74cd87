//! Why a number is what it is, as an object.

use jiff::civil::Date;
use ledger::id::SeriesId;
use ledger::model::{At, Mode, Receipt};
use ledger::outcome::NumberView;
use numbering::{Reset, Scope};
use serde::Serialize;

use super::number::{Number, ReceiptAnswer};
use super::{PeriodAnswer, Text};

/// What led to a number, and what happened to it since.
#[derive(Clone, Debug)]
pub struct Why<'a> {
    /// The number.
    pub number: &'a NumberView,
    /// The series.
    pub series_id: SeriesId,
    /// The pattern that printed the number, if one did.
    pub pattern: Option<&'a str>,
    /// When that pattern starts again.
    pub reset: Option<Reset>,
    /// What the series counts apart.
    pub scope: Scope,
    /// The prefix that was printed.
    pub prefix: Option<&'a str>,
    /// The account's time zone.
    pub time_zone: &'a str,
    /// Whose counter it is, if the account's is not.
    pub scope_text: Option<&'a str>,
    /// The counter before; none when the number is the first.
    pub counter_before: Option<u64>,
    /// The counter after.
    pub counter_after: u64,
    /// Who asked for it.
    pub actor: &'a str,
    /// When it was given.
    pub at: At,
    /// The trail entry.
    pub receipt: Receipt,
    /// The kind of that entry.
    pub what: &'a str,
    /// What happened since.
    pub since: Vec<WhyEvent<'a>>,
    /// All of it in sentences.
    pub text: &'a str,
}

/// Something that happened to a number after it was given.
#[derive(Clone, Copy, Debug)]
pub struct WhyEvent<'a> {
    /// When.
    pub at: At,
    /// Who.
    pub actor: &'a str,
    /// Index of the trail entry.
    pub index: u64,
    /// What, in a sentence.
    pub what: &'a str,
}

/// The explanation as a JSON object.
pub fn why<'a>(why: &'a Why<'a>, mode: Mode) -> impl Serialize + 'a {
    let view = why.number;
    WhyAnswer {
        object: "why",
        text: why.text,
        number: super::number::number_answer(view, mode),
        series: SeriesAnswer {
            id: why.series_id.id(view.row.ledger),
            name: &view.series_name,
            pattern: why.pattern,
            reset: why.reset.map(Text),
            scope: Text(why.scope),
            prefix: why.prefix,
        },
        date: Text(view.row.date),
        time_zone: why.time_zone,
        period: PeriodAnswer::new(&view.period, &view.period_label),
        scope: why.scope_text,
        counter: Counter { before: why.counter_before, after: why.counter_after },
        actor: why.actor,
        at: Text(why.at.rfc3339()),
        receipt: ReceiptAnswer::new(why.receipt),
        what: why.what,
        since: why.since.iter().map(event).collect(),
    }
}

fn event<'a>(event: &WhyEvent<'a>) -> EventAnswer<'a> {
    EventAnswer {
        at: Text(event.at.rfc3339()),
        actor: event.actor,
        index: event.index,
        what: event.what,
    }
}

#[derive(Serialize)]
struct WhyAnswer<'a> {
    object: &'static str,
    text: &'a str,
    number: Number<'a>,
    series: SeriesAnswer<'a>,
    date: Text<Date>,
    time_zone: &'a str,
    period: PeriodAnswer<'a>,
    scope: Option<&'a str>,
    counter: Counter,
    actor: &'a str,
    at: Text<String>,
    receipt: ReceiptAnswer,
    what: &'a str,
    since: Vec<EventAnswer<'a>>,
}

#[derive(Serialize)]
struct SeriesAnswer<'a> {
    id: String,
    name: &'a str,
    pattern: Option<&'a str>,
    reset: Option<Text<Reset>>,
    scope: Text<Scope>,
    prefix: Option<&'a str>,
}

#[derive(Serialize)]
struct Counter {
    before: Option<u64>,
    after: u64,
}

#[derive(Serialize)]
struct EventAnswer<'a> {
    at: Text<String>,
    actor: &'a str,
    index: u64,
    what: &'a str,
}
