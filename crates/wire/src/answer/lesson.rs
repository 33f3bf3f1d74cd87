//! What a number teaches its series.

use ledger::id::LedgerId;
use ledger::model::Mode;
use ledger::model::document::{Reading, Teaching};
use ledger::outcome::LessonView;
use serde::Serialize;

use super::is_live;

/// What the number on a draft is to teach its series.
#[derive(Serialize)]
pub(super) struct Lesson<'a> {
    series: String,
    #[serde(flatten)]
    chosen: ReadingAnswer<'a>,
    explanation: &'a str,
    next: Option<&'a str>,
    first_of_next_period: Option<&'a str>,
    skipped: u64,
    alternatives: Vec<ReadingAnswer<'a>>,
}

/// What a number would teach, before anything is changed.
#[derive(Serialize)]
pub struct LessonAnswer<'a> {
    object: &'static str,
    livemode: bool,
    number: &'a str,
    series_name: &'a str,
    #[serde(flatten)]
    lesson: Lesson<'a>,
}

#[derive(Serialize)]
struct ReadingAnswer<'a> {
    pattern: &'a str,
    reset: &'a str,
    ordinal: u64,
    reason: &'a str,
}

impl<'a> LessonAnswer<'a> {
    /// What would happen.
    pub fn new(view: &'a LessonView, ledger: LedgerId, mode: Mode) -> LessonAnswer<'a> {
        LessonAnswer {
            object: "teaching",
            livemode: is_live(mode),
            number: &view.number,
            series_name: &view.series_name,
            lesson: Lesson::new(&view.teaching, ledger),
        }
    }
}

impl<'a> Lesson<'a> {
    pub(super) fn new(teaching: &'a Teaching, ledger: LedgerId) -> Lesson<'a> {
        Lesson {
            series: teaching.series.id(ledger),
            chosen: reading(&teaching.chosen),
            explanation: &teaching.explanation,
            next: teaching.next.as_deref(),
            first_of_next_period: teaching.first_of_next_period.as_deref(),
            skipped: teaching.skipped,
            alternatives: teaching.alternatives.iter().map(reading).collect(),
        }
    }
}

fn reading(of: &Reading) -> ReadingAnswer<'_> {
    let Reading { pattern, reset, ordinal, reason } = of;
    ReadingAnswer { pattern, reset, ordinal: *ordinal, reason }
}
