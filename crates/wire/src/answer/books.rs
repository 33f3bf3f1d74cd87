//! Gaps and lock dates as objects.

use jiff::civil::Date;
use ledger::model::{Mode, Settings};
use ledger::outcome::GapView;
use serde::Serialize;

use super::{PeriodAnswer, Text, is_live};

/// A gap as a JSON object.
#[derive(Serialize)]
pub struct Gap<'a> {
    id: String,
    object: &'static str,
    livemode: bool,
    series: &'a str,
    period: PeriodAnswer<'a>,
    customer: Option<&'a str>,
    from: u64,
    to: u64,
    count: u64,
    numbers: [&'a str; 2],
    date: Text<Date>,
    cause: &'static str,
    at: i64,
    actor: &'a str,
    index: u64,
    explanation: Option<ExplanationAnswer<'a>>,
}

#[derive(Serialize)]
struct ExplanationAnswer<'a> {
    text: &'a str,
    actor: &'a str,
    at: i64,
}

impl<'a> Gap<'a> {
    /// A gap of a ledger in a mode.
    pub fn new(view: &'a GapView, mode: Mode) -> Gap<'a> {
        let row = &view.row;
        Gap {
            id: row.id.id(row.ledger),
            object: "gap",
            livemode: is_live(mode),
            series: &view.series_name,
            period: PeriodAnswer::new(&view.period, &view.period_label),
            customer: Some(view.scope.as_str()).filter(|scope| !scope.is_empty()),
            from: row.from,
            to: row.to,
            count: row.to - row.from + 1,
            numbers: [&row.first_text, &row.last_text],
            date: Text(row.date),
            cause: row.cause.text(),
            at: row.at.seconds(),
            actor: &row.actor,
            index: row.index,
            explanation: row.explanation.as_ref().map(|explanation| ExplanationAnswer {
                text: &explanation.text,
                actor: &explanation.actor,
                at: explanation.at.seconds(),
            }),
        }
    }
}

/// The lock dates as a JSON object.
#[derive(Serialize)]
pub struct Locks {
    object: &'static str,
    livemode: bool,
    lock_date: Option<Text<Date>>,
    hard_lock_date: Option<Text<Date>>,
    locked_through: Option<Text<Date>>,
}

impl Locks {
    /// The lock dates of a ledger in a mode.
    pub fn new(settings: &Settings, mode: Mode) -> Locks {
        Locks {
            object: "locks",
            livemode: is_live(mode),
            lock_date: settings.lock_date.map(Text),
            hard_lock_date: settings.hard_lock_date.map(Text),
            locked_through: settings.locked_through().map(Text),
        }
    }
}
