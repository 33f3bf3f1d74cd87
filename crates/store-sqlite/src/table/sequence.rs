//! Sequences.

use ledger::id::{LedgerId, ScopeKey, SequenceId, SeriesId};
use ledger::model::{SequenceKey, SequenceRow};
use store::{SequencePage, StoreError};

use crate::cell::Fields;
use crate::rows::Rows;
use crate::session::Session;
use crate::table::Found;

macro_rules! columns {
    () => {
        "s.ledger_id, s.sequence_id, s.series_id, s.scope, s.period_from, s.period_to, \
         s.period_label, s.first, s.last, s.last_date, s.mark"
    };
}
pub(crate) use columns;

const LOAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM rows(?1) k CROSS JOIN sequence s ON s.ledger_id = k.c0 AND s.series_id = k.c1 \
     AND s.period_from = k.c2 AND s.scope = k.c3"
);

const PLACES: &str = "SELECT s.ledger_id, s.sequence_id, s.series_id, s.scope, s.period_from \
    FROM rows(?1) k CROSS JOIN sequence s ON s.ledger_id = k.c0 AND s.sequence_id = k.c1";

const WRITE: &str = "INSERT INTO sequence (ledger_id, sequence_id, series_id, scope, period_from, \
    period_to, period_label, first, last, last_date, mark) \
    SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id, sequence_id) DO UPDATE SET period_to = excluded.period_to, \
    period_label = excluded.period_label, first = excluded.first, last = excluded.last, \
    last_date = excluded.last_date, mark = excluded.mark \
    WHERE sequence.series_id = excluded.series_id AND sequence.scope = excluded.scope \
    AND sequence.period_from = excluded.period_from";

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sequence s WHERE s.ledger_id = ?1 AND s.sequence_id > ?2 \
     ORDER BY s.sequence_id LIMIT ?3"
);

const OF_SERIES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sequence s WHERE s.ledger_id = ?1 AND s.series_id = ?2 \
     ORDER BY s.period_from DESC, s.scope DESC LIMIT ?3"
);

const SERIES_OF: &str =
    "SELECT s.series_id FROM sequence s WHERE s.ledger_id = ?1 AND s.sequence_id = ?2";

pub(crate) fn load(
    session: &Session,
    keys: &[SequenceKey],
) -> Result<Vec<SequenceRow>, StoreError> {
    let mut rows = Rows::new(4, keys.len());
    for key in keys {
        rows.put(key.ledger).put(key.series).put(key.period_from).put(key.scope.0.as_str());
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn load_places(
    session: &Session,
    keys: &[(LedgerId, SequenceId)],
) -> Found<(LedgerId, SequenceId), SequenceKey> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, id) in keys {
        rows.put(*ledger).put(*id);
    }
    session.look(PLACES, rows, |fields| {
        let ledger = fields.ledger()?;
        let id = fields.sequence()?;
        let series = fields.series()?;
        let scope = ScopeKey(fields.string()?);
        let period_from = fields.date()?;
        Ok(((ledger, id), SequenceKey { ledger, series, scope, period_from }))
    })
}

pub(crate) fn write(session: &Session, sequences: &[SequenceRow]) -> Result<(), StoreError> {
    let mut rows = Rows::new(11, sequences.len());
    for row in sequences {
        rows.put(row.ledger).put(row.id).put(row.series).put(row.scope.0.as_str());
        rows.put(row.period_from).put(row.period_to).put(row.period_label.as_str());
        rows.put(row.first).put(row.last);
        rows.put(row.last_date).put(row.mark.map(|mark| i64::from(mark.code())));
    }
    session.write(WRITE, rows)
}

pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: SequenceId,
    limit: u32,
) -> Result<SequencePage, StoreError> {
    let params = (ledger.0 as i64, after.0 as i64, i64::from(limit) + 1);
    let mut rows = session.all(LIST, params, read)?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(SequencePage { rows, has_more })
}

/// The series that a sequence is of.
pub(crate) fn series_of(
    session: &Session,
    ledger: LedgerId,
    sequence: SequenceId,
) -> Result<Option<SeriesId>, StoreError> {
    let params = (ledger.0 as i64, sequence.0 as i64);
    session.first(SERIES_OF, params, |fields| fields.series())
}

pub(crate) fn of_series(
    session: &Session,
    ledger: LedgerId,
    series: SeriesId,
    limit: u32,
) -> Result<Vec<SequenceRow>, StoreError> {
    session.all(OF_SERIES, (ledger.0 as i64, series.0, limit), read)
}

pub(crate) fn read(fields: &mut Fields<'_>) -> Result<SequenceRow, StoreError> {
    Ok(SequenceRow {
        ledger: fields.ledger()?,
        id: fields.sequence()?,
        series: fields.series()?,
        scope: ScopeKey(fields.string()?),
        period_from: fields.date()?,
        period_to: fields.date()?,
        period_label: fields.string()?,
        first: fields.u64()?,
        last: fields.u64()?,
        last_date: fields.maybe_date()?,
        mark: fields.maybe_mark()?,
    })
}
