//! Gaps.

use ledger::id::{GapId, LedgerId, SequenceId};
use ledger::model::{Explanation, GapCause, GapRow};
use store::{GapFilter, GapPage, Page, Slice, StoreError};

use crate::cell::Fields;
use crate::error::damaged;
use crate::page::{InSql, Question};
use crate::rows::Rows;
use crate::session::Session;
use crate::table::sequence;

macro_rules! columns {
    () => {
        "g.ledger_id, g.gap_id, g.sequence_id, g.first, g.last, g.first_text, g.last_text, \
         g.cause, g.at, g.actor, g.entry, g.explanation, g.explained_by, g.explained_at"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN gap g ON g.ledger_id = k.c0 AND g.gap_id = k.c1"
);

const WRITE: &str = "INSERT INTO gap (ledger_id, gap_id, sequence_id, series_id, first, last, \
    first_text, last_text, cause, at, actor, entry, explanation, explained_by, explained_at) \
    SELECT c0, c1, c2, s.series_id, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13 \
    FROM rows(?1) k LEFT JOIN sequence s ON s.ledger_id = k.c0 AND s.sequence_id = k.c2 \
    WHERE true ON CONFLICT (ledger_id, gap_id) DO UPDATE SET \
    sequence_id = excluded.sequence_id, series_id = excluded.series_id, first = excluded.first, \
    last = excluded.last, first_text = excluded.first_text, last_text = excluded.last_text, \
    cause = excluded.cause, at = excluded.at, actor = excluded.actor, entry = excluded.entry, \
    explanation = excluded.explanation, explained_by = excluded.explained_by, \
    explained_at = excluded.explained_at";

const OF_SEQUENCE: &str = concat!(
    "SELECT ",
    columns!(),
    ", g.series_id FROM gap g WHERE g.ledger_id = ?1 AND g.sequence_id = ?2 AND g.first >= ?3 \
     ORDER BY g.first LIMIT ?4"
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

pub(crate) fn write(session: &Session, gaps: &[GapRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(14, gaps.len());
    for gap in gaps {
        rows.put(gap.ledger).put(gap.id).put(gap.sequence).put(gap.from).put(gap.to);
        rows.put(gap.first_text.as_str()).put(gap.last_text.as_str()).put(gap.cause.text());
        rows.put(gap.at).put(gap.actor.as_str()).put(gap.index);
        let explanation = gap.explanation.as_ref();
        rows.put(explanation.map(|said| said.text.as_str()));
        rows.put(explanation.map(|said| said.actor.as_str()));
        rows.put(explanation.map(|said| said.at));
    }
    session.write(WRITE, rows)
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

/// One page, newest first, from the index that fits the filter best.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &GapFilter,
    page: Page<GapId>,
) -> Result<GapPage, StoreError> {
    let slice = Slice::of(page, |gap| i64::try_from(gap.0).unwrap_or(i64::MAX));
    let index = match (filter.series, filter.cause, filter.explained) {
        (Some(_), ..) => " INDEXED BY gap_series",
        (None, Some(_), _) => " INDEXED BY gap_cause",
        (None, None, Some(true)) => " INDEXED BY gap_explained",
        (None, None, Some(false)) => " INDEXED BY gap_unexplained",
        (None, None, None) => "",
    };
    let mut question = Question::new(format!(
        "SELECT {}, {} FROM gap g{index} CROSS JOIN sequence s \
         ON s.ledger_id = g.ledger_id AND s.sequence_id = g.sequence_id WHERE g.ledger_id = ",
        columns!(),
        sequence::columns!(),
    ));
    question.with("?", ledger.0 as i64);
    if let Some(series) = filter.series {
        question.with(" AND g.series_id = ?", series.0);
    }
    if let Some(cause) = filter.cause {
        question.with(" AND g.cause = ?", cause.text().to_owned());
    }
    match filter.explained {
        Some(true) => question.text(" AND g.explanation IS NOT NULL"),
        Some(false) => question.text(" AND g.explanation IS NULL"),
        None => &mut question,
    };
    if let Some(edge) = slice.edge() {
        question.with(&format!(" AND g.gap_id {} ?", slice.order().beyond()), edge);
    }
    question.with(
        &format!(" ORDER BY g.gap_id {} LIMIT ?", slice.order().word()),
        slice.wanted() as i64,
    );
    let found = session.ask(question, |fields| Ok((read(fields)?, sequence::read(fields)?)))?;
    let (rows, has_more) = slice.cut(found);
    Ok(GapPage { rows, has_more })
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
