//! A statement of what is irregular: as JSON, as CSV, and as a page to print.

mod csv;
mod html;

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::model::{At, GapRow, LedgerRow, NumberRow, SequenceRow};
use ledger::statement::Statement;
use serde::Serialize;

use super::{Text, is_live};

/// What a statement is made of.
#[derive(Clone, Copy, Debug)]
pub struct StatementFacts<'a> {
    /// The ledger, with the head of its trail.
    pub ledger: &'a LedgerRow,
    /// The name of the series that it is of; `None` for all.
    pub series: Option<&'a str>,
    /// The gaps, voids and numbers of drafts.
    pub statement: &'a Statement,
    /// Whether the whole ledger is in it.
    pub is_whole: bool,
    /// The sequences that they lie in, each with its series' name.
    pub sequences: &'a [(SequenceRow, String)],
    /// Who voided numbers, by the index of the trail entry.
    pub actors: &'a BTreeMap<u64, String>,
    /// When it was made.
    pub at: At,
}

/// A statement as a JSON object.
#[derive(Serialize)]
pub struct StatementAnswer<'a> {
    object: &'static str,
    livemode: bool,
    account: &'a str,
    account_name: &'a str,
    series: Option<&'a str>,
    from: Text<Date>,
    to: Text<Date>,
    generated: i64,
    trail: TrailHeadAnswer,
    digest: Option<String>,
    totals: Totals,
    sequences: Vec<SequenceLine<'a>>,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct TrailHeadAnswer {
    entries: u64,
    head: String,
}

#[derive(Serialize)]
struct Totals {
    gaps: u64,
    missing: u64,
    unexplained: u64,
    voids: u64,
    drafts: u64,
}

#[derive(Serialize)]
struct SequenceLine<'a> {
    series: &'a str,
    period: &'a str,
    customer: Option<&'a str>,
    first: u64,
    last: u64,
    missing: u64,
}

/// One line: a gap, a void number, or one that a draft holds.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    kind: &'static str,
    numbers: [&'a str; 2],
    count: u64,
    date: Text<Date>,
    cause: Option<&'static str>,
    at: i64,
    actor: Option<&'a str>,
    explanation: Option<&'a str>,
    explained_by: Option<&'a str>,
}

impl<'a> StatementAnswer<'a> {
    /// The statement of these facts.
    pub fn new(facts: &StatementFacts<'a>) -> StatementAnswer<'a> {
        let (ledger, statement) = (facts.ledger, facts.statement);
        let gaps = statement.gaps.iter().map(Line::gap);
        let numbers = statement.numbers.iter().map(|row| Line::number(row, facts.actors));
        StatementAnswer {
            object: "gap_statement",
            livemode: is_live(ledger.mode),
            account: &ledger.account.0,
            account_name: &ledger.name,
            series: facts.series,
            from: Text(statement.from),
            to: Text(statement.to),
            generated: facts.at.seconds(),
            trail: TrailHeadAnswer {
                entries: ledger.trail_count,
                head: ledger.trail_hash.to_string(),
            },
            digest: facts.is_whole.then(|| statement.digest().to_string()),
            totals: Totals {
                gaps: statement.gaps.len() as u64,
                missing: statement.missing(),
                unexplained: statement.unexplained().count() as u64,
                voids: statement.voids().count() as u64,
                drafts: statement.drafts().count() as u64,
            },
            sequences: facts
                .sequences
                .iter()
                .map(|(row, name)| line_of(statement, row, name))
                .collect(),
            lines: gaps.chain(numbers).collect(),
        }
    }

    /// As a page that needs nothing from elsewhere.
    pub fn to_html(&self) -> String {
        html::page(self)
    }

    /// As a table, one line for each gap and number.
    pub fn to_csv(&self) -> String {
        csv::table(self)
    }
}

fn line_of<'a>(statement: &Statement, row: &'a SequenceRow, name: &'a str) -> SequenceLine<'a> {
    let of = statement.gaps.iter().filter(|gap| gap.sequence == row.id);
    SequenceLine {
        series: name,
        period: &row.period_label,
        customer: Some(row.scope.0.as_str()).filter(|scope| !scope.is_empty()),
        first: row.first,
        last: row.last,
        missing: of.map(|gap| gap.to - gap.from + 1).sum(),
    }
}

impl<'a> Line<'a> {
    fn gap(row: &'a GapRow) -> Line<'a> {
        let said = row.explanation.as_ref();
        Line {
            id: row.id.id(row.ledger),
            kind: "gap",
            numbers: [&row.first_text, &row.last_text],
            count: row.to - row.from + 1,
            date: Text(row.date),
            cause: Some(row.cause.text()),
            at: row.at.seconds(),
            actor: Some(&row.actor),
            explanation: said.map(|said| said.text.as_str()),
            explained_by: said.map(|said| said.actor.as_str()),
        }
    }

    fn number(row: &'a NumberRow, actors: &'a BTreeMap<u64, String>) -> Line<'a> {
        let voided = row.voided.as_ref();
        let actor = voided.and_then(|voided| actors.get(&voided.index)).map(String::as_str);
        Line {
            id: row.position.id(row.ledger),
            kind: if voided.is_some() { "void" } else { "draft" },
            numbers: [&row.text, &row.text],
            count: 1,
            date: Text(row.date),
            cause: voided.map(|voided| voided.cause.text()),
            at: voided.map_or(row.created, |voided| voided.at).seconds(),
            actor,
            explanation: voided.map(|voided| voided.reason.as_str()),
            explained_by: actor,
        }
    }

    fn numbers_text(&self) -> String {
        match self.numbers {
            [first, last] if first == last => first.to_owned(),
            [first, last] => format!("{first} to {last}"),
        }
    }
}
