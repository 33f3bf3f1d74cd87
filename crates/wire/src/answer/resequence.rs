//! A resequence and its mapping as objects.

use jiff::civil::Date;
use ledger::id::LedgerId;
use ledger::model::{Mode, ObjectKind, ObjectRow, Problem, Receipt, Resequence};
use ledger::trail::RenumberedLine;
use serde::Serialize;

use super::number::ReceiptAnswer;
use super::{Text, is_live};

/// A resequence as a JSON object.
#[derive(Serialize)]
pub struct ResequenceAnswer<'a> {
    id: String,
    object: &'static str,
    livemode: bool,
    created: i64,
    status: &'static str,
    series: Option<String>,
    from: Option<Text<Date>>,
    to: Option<Text<Date>>,
    ordering: &'static str,
    first_number: &'a str,
    reason: &'a str,
    follow: bool,
    include_sent: bool,
    pattern: Option<&'a str>,
    reset: Option<&'a str>,
    selected: u64,
    changed: u64,
    unchanged: u64,
    documents: u64,
    gaps_left: u64,
    gaps_closed: u64,
    stall_ms: u64,
    problem_count: u64,
    problems: Vec<ProblemAnswer<'a>>,
    warnings: Vec<ProblemAnswer<'a>>,
    ended: Option<i64>,
    receipt: Option<ReceiptAnswer>,
    revert_receipt: Option<ReceiptAnswer>,
}

/// What keeps a resequence from being applied, or is to be known before.
#[derive(Serialize)]
struct ProblemAnswer<'a> {
    code: &'static str,
    id: Option<String>,
    number: Option<&'a str>,
    message: &'a str,
}

/// A line of a mapping as a JSON object.
#[derive(Serialize)]
pub struct ResequenceLine<'a> {
    object: &'static str,
    place: u64,
    id: String,
    number_before: &'a str,
    number_after: &'a str,
    ordinal_before: u64,
    ordinal_after: u64,
}

impl<'a> ResequenceAnswer<'a> {
    /// A resequence of a ledger in a mode.
    pub fn new(row: &ObjectRow, body: &'a Resequence, mode: Mode) -> ResequenceAnswer<'a> {
        let asked = &body.asked;
        let problem = |problem: &'a Problem| ProblemAnswer {
            code: problem.code.text(),
            id: problem.position.map(|position| position.id(row.ledger)),
            number: problem.number.as_deref(),
            message: &problem.message,
        };
        let receipt = |receipt: Option<Receipt>| receipt.map(ReceiptAnswer::new);
        ResequenceAnswer {
            id: row.text(),
            object: ObjectKind::Resequence.text(),
            livemode: is_live(mode),
            created: row.created.seconds(),
            status: body.status.text(),
            series: body.series.map(|series| series.id(row.ledger)),
            from: asked.from.map(Text),
            to: asked.to.map(Text),
            ordering: asked.ordering.text(),
            first_number: &asked.first,
            reason: &asked.reason,
            follow: asked.follow,
            include_sent: asked.include_sent,
            pattern: body.pattern.as_deref(),
            reset: body.reset.as_deref(),
            selected: body.selected,
            changed: body.changed,
            unchanged: body.selected.saturating_sub(body.changed),
            documents: body.documents,
            gaps_left: body.gaps_left,
            gaps_closed: body.gaps_closed,
            stall_ms: body.stall_ms,
            problem_count: body.problem_count(),
            problems: body.problems.iter().map(problem).collect(),
            warnings: body.warnings.iter().map(problem).collect(),
            ended: body.ended.map(ledger::model::At::seconds),
            receipt: receipt(body.applied),
            revert_receipt: receipt(body.reverted),
        }
    }
}

impl<'a> ResequenceLine<'a> {
    /// A changed number of a ledger, with its place among them.
    pub fn new(ledger: LedgerId, place: u64, line: &'a RenumberedLine) -> ResequenceLine<'a> {
        ResequenceLine {
            object: "resequence_line",
            place,
            id: line.position.id(ledger),
            number_before: &line.from.text,
            number_after: &line.to.text,
            ordinal_before: line.from.ordinal,
            ordinal_after: line.to.ordinal,
        }
    }
}
