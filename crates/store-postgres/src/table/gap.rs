//! Gaps.

use jiff::civil::Date;
use ledger::id::{GapId, LedgerId, SequenceId};
use ledger::model::{Explanation, GapCause, GapRow};
use store::{GapFilter, GapPage, Page, StoreError, Stretch, Within};

use super::bound;
use crate::cell::Fields;
use crate::error::damaged;
use crate::page::Question;
use crate::rows::{Rows, Value};
use crate::session::Session;
use crate::table::sequence;
use crate::trip::{Asked, Trip, values};

macro_rules! columns {
    () => {
        "g.ledger_id, g.gap_id, g.sequence_id, g.first, g.last, g.first_text, g.last_text, \
         g.date, g.cause, g.at, g.actor, g.entry, g.explanation, g.explained_by, g.explained_at"
    };
}

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * FROM gap g \
     WHERE g.ledger_id = k.c0 AND g.ledger_id = ANY($3) AND g.gap_id BETWEEN k.c1 AND k.c1 \
     ORDER BY g.gap_id LIMIT 1) g"
);

// One more than a statement may have tells that there are too many.
const DAYS: &str = concat!(
    "SELECT k.c1, k.c2, ",
    columns!(),
    " FROM unnest($1::bigint[], $2::date[], $3::date[]) k (c0, c1, c2) CROSS JOIN LATERAL \
     (SELECT * FROM gap g WHERE g.ledger_id = k.c0 AND g.ledger_id = ANY($4) AND g.date >= k.c1 \
     AND g.date <= k.c2 ORDER BY g.date, g.gap_id LIMIT 10001) g"
);

const WRITE: &str = "INSERT INTO gap (ledger_id, gap_id, sequence_id, series_id, scope, first, \
    last, first_text, last_text, date, cause, at, actor, entry, explanation, explained_by, \
    explained_at) \
    SELECT s.ledger_id, k.c1, k.c2, s.series_id, s.scope, k.c3, k.c4, k.c5, k.c6, k.c7, k.c8, \
    k.c9, k.c10, k.c11, k.c12, k.c13, k.c14 FROM unnest($1::bigint[], $2::bigint[], \
    $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::date[], $9::text[], \
    $10::bigint[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::bigint[]) \
    k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14) \
    CROSS JOIN LATERAL (SELECT s.ledger_id, s.series_id, s.scope FROM sequence s \
    WHERE s.ledger_id = k.c0 AND s.ledger_id = ANY($16) AND s.sequence_id BETWEEN k.c2 AND k.c2 \
    ORDER BY s.sequence_id LIMIT 1) s \
    ON CONFLICT (ledger_id, gap_id) DO UPDATE SET \
    sequence_id = excluded.sequence_id, series_id = excluded.series_id, scope = excluded.scope, \
    first = excluded.first, last = excluded.last, first_text = excluded.first_text, \
    last_text = excluded.last_text, date = excluded.date, cause = excluded.cause, \
    at = excluded.at, actor = excluded.actor, entry = excluded.entry, \
    explanation = excluded.explanation, explained_by = excluded.explained_by, \
    explained_at = excluded.explained_at";

const CLOSE: &str = "DELETE FROM gap g USING unnest($1::bigint[], $2::bigint[]) k (c0, c1) \
    WHERE g.ledger_id = k.c0 AND g.ledger_id = ANY($3) AND g.gap_id = k.c1";

const OF_SEQUENCE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gap g WHERE g.ledger_id = $1 AND g.sequence_id = $2 AND g.first >= $3 \
     ORDER BY g.first LIMIT $4"
);

const ALL: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gap g WHERE g.ledger_id = $1 AND g.gap_id > $2 ORDER BY g.gap_id LIMIT $3"
);

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, GapId)]) -> Asked<GapRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(*id);
    }
    trip.look(LOAD, rows, read)
}

/// Gaps from one day to another.
pub(crate) fn load_days(
    trip: &mut Trip,
    keys: &[(LedgerId, Date, Date)],
) -> Asked<((LedgerId, Date, Date), GapRow)> {
    let mut rows = Rows::new(3);
    for (ledger, from, to) in keys {
        rows.row(*ledger).put(*from).put(*to);
    }
    trip.look(DAYS, rows, |fields| {
        let (from, to) = (fields.date()?, fields.date()?);
        let row = read(fields)?;
        Ok(((row.ledger, from, to), row))
    })
}

pub(crate) fn write(trip: &mut Trip, gaps: &[GapRow]) {
    let mut rows = Rows::new(15);
    for gap in gaps {
        rows.row(gap.ledger).put(gap.id).put(gap.sequence).put(gap.from).put(gap.to);
        rows.put(gap.first_text.as_str()).put(gap.last_text.as_str()).put(gap.date);
        rows.put(gap.cause.text());
        rows.put(gap.at).put(gap.actor.as_str()).put(gap.index);
        let explanation = gap.explanation.as_ref();
        rows.put(explanation.map(|said| said.text.as_str()));
        rows.put(explanation.map(|said| said.actor.as_str()));
        rows.put(explanation.map(|said| said.at));
    }
    trip.write(WRITE, rows);
}

/// Deletes gaps that numbers cover.
pub(crate) fn close(trip: &mut Trip, gaps: &[(LedgerId, GapId)]) {
    let mut rows = Rows::new(2);
    for (ledger, id) in gaps {
        rows.row(*ledger).put(*id);
    }
    trip.write(CLOSE, rows);
}

pub(crate) fn of_sequence(
    session: &Session,
    ledger: LedgerId,
    sequence: SequenceId,
    from: u64,
    limit: u32,
) -> Result<Vec<GapRow>, StoreError> {
    session.all(OF_SEQUENCE, values![ledger, sequence, bound(from), i64::from(limit)], read)
}

/// All gaps of a ledger behind one, by id.
pub(crate) fn all(
    session: &Session,
    ledger: LedgerId,
    after: GapId,
    limit: u32,
) -> Result<Vec<GapRow>, StoreError> {
    session.all(ALL, values![ledger, bound(after.0), i64::from(limit)], read)
}

/// One page, the latest date first, from the index that fits the filter best.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &GapFilter,
    page: Page<(Date, GapId)>,
) -> Result<GapPage, StoreError> {
    let stretch = Stretch::of(page, filter.within.date, |gap| bound(gap.0));
    let mut question = Question::new(format!(
        "SELECT {}, {} FROM gap g CROSS JOIN LATERAL (SELECT * FROM sequence s",
        columns!(),
        sequence::columns!(),
    ));
    question.with(" WHERE s.ledger_id = ?", ledger);
    question.text(
        " AND s.sequence_id BETWEEN g.sequence_id AND g.sequence_id \
         ORDER BY s.sequence_id LIMIT 1) s",
    );
    question.with(" WHERE g.ledger_id = ?", ledger);
    let mut rest = filter.clone();
    // The most telling part chooses the index, and with it the order.
    let column = if let Some(scope) = rest.within.scope.take() {
        question.text(" AND g.scope <> ''");
        Some(("g.scope", Value::of(scope.0.as_str())))
    } else if let Some(series) = rest.within.series.take() {
        Some(("g.series_id", Value::of(series)))
    } else if let Some(cause) = rest.cause.take() {
        Some(("g.cause", Value::of(cause.text())))
    } else {
        rest.explained.take().map(|explained| ("g.explained", Value::of(explained)))
    };
    narrow(&mut question, ledger, &rest.within);
    if let Some(cause) = rest.cause {
        question.with(" AND g.cause = ?", cause.text());
    }
    if let Some(explained) = rest.explained {
        question.with(" AND g.explained = ?", explained);
    }
    question.stretch(&stretch, column.as_slice(), "g.date", "g.gap_id");
    let found = session.ask(question, |fields| Ok((read(fields)?, sequence::read(fields)?)))?;
    let (rows, has_more) = stretch.cut(found);
    Ok(GapPage { rows, has_more })
}

/// Adds where gaps are looked for, but for dates.
pub(super) fn narrow(question: &mut Question, ledger: LedgerId, within: &Within) {
    if let Some(scope) = &within.scope {
        question.with(" AND g.scope = ?", scope.0.as_str());
    }
    if let Some(series) = within.series {
        question.with(" AND g.series_id = ?", series);
    }
    if let Some(period_from) = within.period_from {
        question.with(" AND (SELECT p.period_from FROM sequence p WHERE p.ledger_id = ?", ledger);
        question.with(
            " AND p.sequence_id BETWEEN g.sequence_id AND g.sequence_id \
             ORDER BY p.sequence_id LIMIT 1) = ?",
            period_from,
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
        cause: read_cause(fields.get()?)?,
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
    let text = fields.maybe_string()?;
    let actor = fields.maybe_string()?;
    let at = fields.maybe_at()?;
    match (text, actor, at) {
        (None, ..) => Ok(None),
        (Some(text), Some(actor), Some(at)) => Ok(Some(Explanation { text, actor, at })),
        _ => Err(damaged("an explanation without its author")),
    }
}
