//! Gaps.

use jiff::civil::Date;
use ledger::id::{GapId, LedgerId, SequenceId};
use ledger::model::{Explanation, GapCause, GapRow};
use store::{GapFilter, GapPage, Page, StoreError, Stretch, Within};

use crate::cell::Fields;
use crate::date::to_days;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::Rows;
use crate::session::Session;
use crate::table::{Found, sequence};

macro_rules! columns {
    () => {
        "g.ledger_id, g.gap_id, g.sequence_id, g.first, g.last, g.first_text, g.last_text, \
         g.date, g.cause, g.at, g.actor, g.entry, g.explanation, g.explained_by, g.explained_at"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN gap g ON g.ledger_id = k.c0 AND g.gap_id = k.c1"
);

const WRITE: &str = "INSERT INTO gap (ledger_id, gap_id, sequence_id, series_id, scope, first, \
    last, first_text, last_text, date, cause, at, actor, entry, explanation, explained_by, \
    explained_at) \
    SELECT c0, c1, c2, s.series_id, coalesce(s.scope, ''), c3, c4, c5, c6, c7, c8, c9, c10, c11, \
    c12, c13, c14 FROM rows(?1) k LEFT JOIN sequence s ON s.ledger_id = k.c0 \
    AND s.sequence_id = k.c2 WHERE true ON CONFLICT (ledger_id, gap_id) DO UPDATE SET \
    sequence_id = excluded.sequence_id, series_id = excluded.series_id, scope = excluded.scope, \
    first = excluded.first, last = excluded.last, first_text = excluded.first_text, \
    last_text = excluded.last_text, date = excluded.date, \
    cause = excluded.cause, at = excluded.at, actor = excluded.actor, entry = excluded.entry, \
    explanation = excluded.explanation, explained_by = excluded.explained_by, \
    explained_at = excluded.explained_at";

const DAYS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gap g INDEXED BY gap_date WHERE g.ledger_id = ?1 AND g.date >= ?2 AND g.date <= ?3 \
     ORDER BY g.date, g.gap_id LIMIT ?4"
);

/// One more than are wanted tells that there are too many.
const ROWS_MAX: i64 = ledger::limits::STATEMENT_ROWS_MAX as i64 + 1;

const CLOSE: &str = "DELETE FROM gap WHERE (ledger_id, gap_id) IN (SELECT c0, c1 FROM rows(?1))";

const OF_SEQUENCE: &str = concat!(
    "SELECT ",
    columns!(),
    ", g.series_id FROM gap g WHERE g.ledger_id = ?1 AND g.sequence_id = ?2 AND g.first >= ?3 \
     ORDER BY g.first LIMIT ?4"
);

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gap g WHERE g.ledger_id = ?1 AND g.gap_id > ?2 ORDER BY g.gap_id LIMIT ?3"
);

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, GapId)],
) -> Result<Vec<GapRow>, StoreError> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, id) in keys {
        rows.put(*ledger).put(*id);
    }
    session.look(LOAD, rows, read)
}

/// Gaps from one day to another, which only a command that is alone asks for.
pub(crate) fn load_days(
    session: &Session,
    keys: &[(LedgerId, Date, Date)],
) -> Found<(LedgerId, Date, Date), GapRow> {
    let mut found = Vec::new();
    for key in keys {
        let params = (key.0.0 as i64, to_days(key.1), to_days(key.2), ROWS_MAX);
        found.extend(session.all(DAYS, params, |fields| Ok((*key, read(fields)?)))?);
    }
    Ok(found)
}

pub(crate) fn write(session: &Session, gaps: &[GapRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(15, gaps.len());
    for gap in gaps {
        rows.put(gap.ledger).put(gap.id).put(gap.sequence).put(gap.from).put(gap.to);
        rows.put(gap.first_text.as_str()).put(gap.last_text.as_str()).put(gap.date);
        rows.put(gap.cause.text());
        rows.put(gap.at).put(gap.actor.as_str()).put(gap.index);
        let explanation = gap.explanation.as_ref();
        rows.put(explanation.map(|said| said.text.as_str()));
        rows.put(explanation.map(|said| said.actor.as_str()));
        rows.put(explanation.map(|said| said.at));
    }
    session.write(WRITE, rows)
}

/// Deletes gaps that numbers cover.
pub(crate) fn close(session: &Session, gaps: &[(LedgerId, GapId)]) -> Result<(), StoreError> {
    let mut rows = Rows::new(2, gaps.len());
    for (ledger, id) in gaps {
        rows.put(*ledger).put(*id);
    }
    session.write(CLOSE, rows)
}

pub(crate) fn of_sequence(
    session: &Session,
    ledger: LedgerId,
    sequence: SequenceId,
    from: u64,
    limit: u32,
) -> Result<Vec<GapRow>, StoreError> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let (id, owner) = (sequence.0 as i64, ledger.0 as i64);
    let series = sequence::series_of(session, ledger, sequence)?;
    session.all(OF_SEQUENCE, (owner, id, from, limit), |fields| {
        let row = read(fields)?;
        match Some(fields.series()?) == series {
            true => Ok(row),
            false => Err(damaged(format!("the gap {} is found by another series", row.id.0))),
        }
    })
}

/// All gaps of a ledger behind one, by id.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: GapId,
    limit: u32,
) -> Result<Vec<GapRow>, StoreError> {
    let after = i64::try_from(after.0).unwrap_or(i64::MAX);
    session.all(ALL, (ledger.0 as i64, after, limit), read)
}

/// One page, the latest date first, from the index that fits the filter best.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &GapFilter,
    page: Page<(Date, GapId)>,
) -> Result<GapPage, StoreError> {
    let stretch =
        Stretch::of(page, filter.within.date, |gap| i64::try_from(gap.0).unwrap_or(i64::MAX));
    let mut question = Question::new(format!(
        "SELECT {}, {} FROM gap g{} CROSS JOIN sequence s \
         ON s.ledger_id = g.ledger_id AND s.sequence_id = g.sequence_id WHERE g.ledger_id = ",
        columns!(),
        sequence::columns!(),
        index(filter),
    ));
    question.with("?", ledger.0 as i64);
    narrow(&mut question, &filter.within);
    if let Some(cause) = filter.cause {
        question.with(" AND g.cause = ?", cause.text().to_owned());
    }
    match filter.explained {
        Some(true) => question.text(" AND g.explanation IS NOT NULL"),
        Some(false) => question.text(" AND g.explanation IS NULL"),
        None => &mut question,
    };
    question.stretch(&stretch, "g.date", "g.gap_id");
    let found = session.ask(question, |fields| Ok((read(fields)?, sequence::read(fields)?)))?;
    let (rows, has_more) = stretch.cut(found);
    Ok(GapPage { rows, has_more })
}

/// Each lies in the order of dates once its other column is given.
fn index(filter: &GapFilter) -> &'static str {
    let GapFilter { within, cause, explained } = filter;
    match (&within.scope, within.series, cause, explained) {
        (Some(_), ..) => " INDEXED BY gap_scope",
        (None, Some(_), ..) => " INDEXED BY gap_series",
        (None, None, Some(_), _) => " INDEXED BY gap_cause",
        (None, None, None, Some(true)) => " INDEXED BY gap_explained",
        (None, None, None, Some(false)) => " INDEXED BY gap_unexplained",
        (None, None, None, None) => " INDEXED BY gap_date",
    }
}

/// Adds where gaps are looked for, but for dates.
pub(super) fn narrow(question: &mut Question, within: &Within) {
    if let Some(scope) = &within.scope {
        // A partial index is only used by a statement that says as much as it does.
        question.with(" AND g.scope = ?", scope.0.clone()).text(" AND g.scope <> ''");
    }
    if let Some(series) = within.series {
        question.with(" AND g.series_id = ?", series.0);
    }
    if let Some(period_from) = within.period_from {
        question.with(
            " AND EXISTS (SELECT 1 FROM sequence p WHERE p.ledger_id = g.ledger_id \
             AND p.sequence_id = g.sequence_id AND p.period_from = ?)",
            to_days(period_from),
        );
    }
}

fn read(fields: &mut Fields<'_>) -> Result<GapRow, StoreError> {
    Ok(GapRow {
        ledger: fields.ledger()?,
        id: GapId(fields.u64()?),
        sequence: fields.sequence()?,
        from: fields.u64()?,
        to: fields.u64()?,
        first_text: fields.string()?,
        last_text: fields.string()?,
        date: fields.date()?,
        cause: read_cause(fields.str()?)?,
        at: fields.at()?,
        actor: fields.string()?,
        index: fields.u64()?,
        explanation: read_explanation(fields)?,
    })
}

fn read_cause(word: &str) -> Result<GapCause, StoreError> {
    GapCause::parse(word).ok_or_else(|| damaged(format!("cause {word:?}")))
}

fn read_explanation(fields: &mut Fields<'_>) -> Result<Option<Explanation>, StoreError> {
    let text: Option<String> = fields.get()?;
    let actor: Option<String> = fields.get()?;
    let at = fields.maybe_at()?;
    match (text, actor, at) {
        (None, ..) => Ok(None),
        (Some(text), Some(actor), Some(at)) => Ok(Some(Explanation { text, actor, at })),
        _ => Err(damaged("an explanation without its author")),
    }
}
