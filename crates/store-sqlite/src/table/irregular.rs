//! What is irregular, found by its date: voids, numbers of drafts, late starts, and how many there
//! are of all of it.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use ledger::id::{LedgerId, Position, SequenceId, SeriesId};
use ledger::model::NumberRow;
use store::{
    DateRange, Irregular, IrregularCounts, NumberPage, Page, SequencePage, StoreError, Stretch,
    Within,
};

use crate::date::to_days;
use crate::packed;
use crate::page::Question;
use crate::session::Session;
use crate::table::number::stored_irregular;
use crate::table::{Found, gap, number, sequence};

/// Begins a question over what is irregular in one way, in the index of the series or of all.
fn begin(columns: &str, ledger: LedgerId, kind: Irregular, within: &Within) -> Question {
    let index = match within.series {
        Some(_) => "number_series_irregular",
        None => "number_irregular",
    };
    let mut question = Question::new(format!(
        "SELECT {columns} FROM number n INDEXED BY {index} WHERE n.ledger_id = "
    ));
    question.with("?", ledger.0 as i64);
    if let Some(series) = within.series {
        question.with(" AND n.series_id = ?", series.0);
    }
    // A partial index is only used by a statement that says as much as it does.
    question.with(" AND n.irregular = ?", stored_irregular(kind));
    question.text(" AND n.irregular IS NOT NULL");
    let sequence = " AND EXISTS (SELECT 1 FROM sequence p WHERE p.ledger_id = n.ledger_id \
                    AND p.sequence_id = n.sequence_id AND p.";
    if let Some(scope) = &within.scope {
        question.with(&format!("{sequence}scope = ?)"), scope.0.clone());
    }
    if let Some(period_from) = within.period_from {
        question.with(&format!("{sequence}period_from = ?)"), to_days(period_from));
    }
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
    let stretch = Stretch::of(page, within.date, |position| packed::bound(ledger, position.0));
    let mut question = begin("n.number_id", ledger, kind, within);
    question.stretch(&stretch, "n.date", "n.number_id");
    let found = session.ask(question, |fields| fields.get::<i64>())?;
    let (keys, has_more) = stretch.cut(found);
    let positions: Vec<_> = keys.into_iter().map(|key| Position(packed::count(key))).collect();
    let loaded = number::load_with_place(session, ledger, &positions)?;
    let mut loaded: HashMap<_, _> =
        loaded.into_iter().map(|found| (found.row.position, found)).collect();
    let rows = positions.iter().filter_map(|position| loaded.remove(position)).collect();
    Ok(NumberPage { rows, has_more })
}

/// Numbers that are irregular from one day to another, which only a command that is alone asks for.
pub(crate) fn load_days(
    session: &Session,
    keys: &[(LedgerId, Date, Date)],
) -> Found<(LedgerId, Date, Date), NumberRow> {
    let mut found = Vec::new();
    for key in keys {
        for kind in Irregular::ALL {
            let days = DateRange { from: Some(key.1), to: Some(key.2) };
            let within = Within { date: days, ..Within::default() };
            let all = Page { limit: ledger::limits::STATEMENT_ROWS_MAX as u32, ..Page::default() };
            let page = page(session, key.0, kind, &within, all)?;
            // That there are more is told by one more than there may be.
            let more = page.rows.first().filter(|_| page.has_more).map(|found| found.row.clone());
            let rows = page.rows.into_iter().map(|found| found.row);
            found.extend(rows.chain(more).map(|row| (*key, row)));
        }
    }
    Ok(found)
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
        let mut question = begin("n.series_id, count(*)", ledger, kind, within);
        dated(&mut question, "n.date", within.date);
        question.text(" GROUP BY n.series_id");
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
    let index = match (&within.scope, within.series) {
        (Some(_), _) => "gap_scope",
        (None, Some(_)) => "gap_series",
        (None, None) => "gap_date",
    };
    let mut question = Question::new(format!(
        "SELECT g.series_id, count(*), sum(g.last - g.first + 1), sum(g.explanation IS NULL) \
         FROM gap g INDEXED BY {index} WHERE g.ledger_id = "
    ));
    question.with("?", ledger.0 as i64);
    gap::narrow(&mut question, within);
    dated(&mut question, "g.date", within.date);
    question.text(" GROUP BY g.series_id");
    session.ask(question, |fields| {
        let series = fields.series()?;
        let (gaps, missing) = (fields.u64()?, fields.u64()?);
        let unexplained = fields.u64()?;
        Ok((series, IrregularCounts { gaps, missing, unexplained, ..IrregularCounts::default() }))
    })
}

/// Sequences that begin behind 1, the latest period first.
pub(crate) fn begun_late(
    session: &Session,
    ledger: LedgerId,
    within: &Within,
    page: Page<(Date, SequenceId)>,
) -> Result<SequencePage, StoreError> {
    let key = |id: SequenceId| i64::try_from(id.0).unwrap_or(i64::MAX);
    let stretch = Stretch::of(page, within.date, key);
    let index = match within.series {
        Some(_) => "sequence_series_late",
        None => "sequence_late",
    };
    let mut question = Question::new(format!(
        "SELECT {} FROM sequence s INDEXED BY {index} WHERE s.first > 1 AND s.ledger_id = ",
        sequence::columns!()
    ));
    question.with("?", ledger.0 as i64);
    if let Some(series) = within.series {
        question.with(" AND s.series_id = ?", series.0);
    }
    if let Some(scope) = &within.scope {
        question.with(" AND +s.scope = ?", scope.0.clone());
    }
    if let Some(period_from) = within.period_from {
        question.with(" AND s.period_from = ?", to_days(period_from));
    }
    question.stretch(&stretch, "s.period_from", "s.sequence_id");
    let (rows, has_more) = stretch.cut(session.ask(question, sequence::read)?);
    Ok(SequencePage { rows, has_more })
}

fn dated(question: &mut Question, column: &str, range: DateRange) {
    let bounds = [(">=", range.from), ("<=", range.to)];
    for (order, date) in bounds {
        if let Some(date) = date {
            question.with(&format!(" AND {column} {order} ?"), to_days(date));
        }
    }
}
