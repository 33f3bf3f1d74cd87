//! Answers that the command prints too, from what the engine found.

use engine::{StatementView, Why};
use ledger::model::Mode;
use wire::answer::{self, StatementAnswer, StatementFacts};

/// Why a number is what it is, as JSON.
pub fn why(why: &Why, mode: Mode) -> Vec<u8> {
    let series = &why.series;
    let since = why.since.iter().map(|since| answer::WhyEvent {
        at: since.at,
        actor: &since.actor,
        index: since.index,
        what: &since.what,
    });
    answer::to_json(&answer::why(
        &answer::Why {
            number: &why.number,
            series_id: series.id,
            pattern: series.pattern.as_deref(),
            reset: series.reset,
            scope: series.scope,
            prefix: series.prefix.as_deref(),
            time_zone: &why.time_zone,
            scope_text: why.scope.as_deref(),
            counter_before: why.counter_before,
            counter_after: why.counter_after,
            actor: &why.actor,
            at: why.at,
            receipt: why.receipt,
            what: &why.what,
            since: since.collect(),
            text: &why.text,
        },
        mode,
    ))
}

/// A statement of what is irregular.
pub fn statement(view: &StatementView) -> StatementAnswer<'_> {
    StatementAnswer::new(&StatementFacts {
        ledger: &view.ledger,
        series: view.series.as_ref().map(|row| row.name.as_str()),
        statement: &view.statement,
        is_whole: view.is_whole,
        sequences: &view.sequences,
        actors: &view.actors,
        at: view.at,
    })
}
