//! What is irregular, found by its date: voids, numbers of drafts, late starts, and how many there
//! are of all of it.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use ledger::id::{LedgerId, Position, SequenceId, SeriesId};
use store::{
    Irregular, IrregularCounts, NumberPage, Page, SequencePage, StoreError, Stretch, Within,
};

use super::bound;
use crate::page::Question;
use crate::rows::Value;
use crate::session::Session;
use crate::table::number::stored_irregular;
use crate::table::{gap, number, sequence};

/// Everything between the bounds of dates, for a count.
fn whole(within: &Within) -> Stretch {
    Stretch::of(Page::<(Date, i64)>::default(), within.date, |key| key)
}

/// The columns that an index has before the date, and their values.
fn leading(kind: Irregular, within: &Within) -> Vec<(&'static str, Value)> {
    let series = within.series.map(|series| ("n.series_id", Value::of(series)));
    series.into_iter().chain([("n.irregular", Value::of(stored_irregular(kind)))]).collect()
}

/// Begins a question over what is irregular.
fn begin(columns: &str, ledger: LedgerId, within: &Within) -> Question {
    let mut question = Question::new(format!("SELECT {columns} FROM number n"));
    question.with(" WHERE n.ledger_id = ?", ledger);
    let sequence = " AND p.sequence_id BETWEEN n.sequence_id AND n.sequence_id \
                    ORDER BY p.sequence_id LIMIT 1) = ?";
    if let Some(scope) = &within.scope {
        question.with(" AND (SELECT p.scope FROM sequence p WHERE p.ledger_id = ?", ledger);
        question.with(sequence, scope.0.as_str());
    }
    if let Some(period_from) = within.period_from {
        question.with(" AND (SELECT p.period_from FROM sequence p WHERE p.ledger_id = ?", ledger);
        question.with(sequence, period_from);
    }
    // A partial index is only used by a statement that says as much as it does.
    question.text(" AND n.irregular IS NOT NULL");
    question
}

/// One page, the latest date first.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    kind: Irregular,
    within: &Within,
    page: Page<(Date, Position)>,
) -> Result<NumberPage, StoreError> {
    let stretch = Stretch::of(page, within.date, |position| bound(position.0));
    let mut question = begin("n.position", ledger, within);
    question.stretch(&stretch, &leading(kind, within), "n.date", "n.position");
    let found = session.ask(question, |fields| fields.get::<i64>())?;
    let (keys, has_more) = stretch.cut(found);
    let positions: Vec<_> = keys.into_iter().map(|key| Position(key as u64)).collect();
    let loaded = number::load_with_place(session, ledger, &positions)?;
    let mut loaded: HashMap<_, _> =
        loaded.into_iter().map(|found| (found.row.position, found)).collect();
    let rows = positions.iter().filter_map(|position| loaded.remove(position)).collect();
    Ok(NumberPage { rows, has_more })
}

/// How much there is in each series.
pub(crate) fn counts(
    session: &Session,
    ledger: LedgerId,
    within: &Within,
) -> Result<Vec<(SeriesId, IrregularCounts)>, StoreError> {
    let mut counts: BTreeMap<SeriesId, IrregularCounts> = BTreeMap::new();
    for (series, found) in gaps(session, ledger, within)? {
        counts.entry(series).or_default().add(&found);
    }
    for kind in Irregular::ALL {
        let mut inner = begin("n.series_id", ledger, within);
        in_order(&mut inner, &whole(within), &leading(kind, within), ("n.date", "n.position"));
        let question = Question {
            sql: format!("SELECT n.series_id, count(*) FROM ({}) n GROUP BY 1", inner.sql),
            values: inner.values,
        };
        let found = session.ask(question, |fields| Ok((fields.series()?, fields.u64()?)))?;
        for (series, count) in found {
            let counts = counts.entry(series).or_default();
            match kind {
                Irregular::Void => counts.voids += count,
                Irregular::Draft => counts.drafts += count,
            }
        }
    }
    Ok(counts.into_iter().collect())
}

fn gaps(
    session: &Session,
    ledger: LedgerId,
    within: &Within,
) -> Result<Vec<(SeriesId, IrregularCounts)>, StoreError> {
    let columns = "g.series_id, g.first, g.last, g.explained";
    let mut inner = Question::new(format!("SELECT {columns} FROM gap g"));
    inner.with(" WHERE g.ledger_id = ?", ledger);
    let mut rest = within.clone();
    let column = if let Some(scope) = rest.scope.take() {
        inner.text(" AND g.scope <> ''");
        Some(("g.scope", Value::of(scope.0.as_str())))
    } else {
        rest.series.take().map(|series| ("g.series_id", Value::of(series)))
    };
    gap::narrow(&mut inner, ledger, &rest);
    in_order(&mut inner, &whole(within), column.as_slice(), ("g.date", "g.gap_id"));
    let question = Question {
        sql: format!(
            "SELECT g.series_id, count(*), sum(g.last - g.first + 1)::bigint, \
             count(*) FILTER (WHERE NOT g.explained) FROM ({}) g GROUP BY 1",
            inner.sql
        ),
        values: inner.values,
    };
    session.ask(question, |fields| {
        let series = fields.series()?;
        let (gaps, missing) = (fields.u64()?, fields.u64()?);
        let unexplained = fields.u64()?;
        Ok((series, IrregularCounts { gaps, missing, unexplained, ..IrregularCounts::default() }))
    })
}

/// Adds bounds and their order, so that only the index over these columns will do, without a limit.
fn in_order(
    question: &mut Question,
    stretch: &Stretch,
    of: &[(&'static str, Value)],
    (day, key): (&'static str, &'static str),
) {
    question.within_days(stretch, of, day, key);
    let columns: Vec<&str> = of.iter().map(|(column, _)| *column).chain([day, key]).collect();
    question.text(&format!(" ORDER BY {} OFFSET 0", columns.join(", ")));
}

/// Sequences that begin behind 1, the latest period first.
pub(crate) fn begun_late(
    session: &Session,
    ledger: LedgerId,
    within: &Within,
    page: Page<(Date, SequenceId)>,
) -> Result<SequencePage, StoreError> {
    let stretch = Stretch::of(page, within.date, |id| bound(id.0));
    let mut question =
        Question::new(format!("SELECT {} FROM sequence s WHERE s.first > 1", sequence::columns!()));
    question.with(" AND s.ledger_id = ?", ledger);
    if let Some(scope) = &within.scope {
        question.with(" AND s.scope = ?", scope.0.as_str());
    }
    if let Some(period_from) = within.period_from {
        question.with(" AND s.period_from = ?", period_from);
    }
    let series = within.series.map(|series| ("s.series_id", Value::of(series)));
    question.stretch(&stretch, series.as_slice(), "s.period_from", "s.sequence_id");
    let (rows, has_more) = stretch.cut(session.ask(question, sequence::read)?);
    Ok(SequencePage { rows, has_more })
}
