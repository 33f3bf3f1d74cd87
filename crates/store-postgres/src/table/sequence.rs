//! Sequences.

use std::collections::BTreeSet;

use ledger::id::{LedgerId, ScopeKey, SequenceId, SeriesId};
use ledger::model::{SequenceKey, SequenceRow};
use store::{SequencePage, StoreError};

use super::bound;
use crate::cell::Fields;
use crate::rows::Rows;
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

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
    " FROM unnest($1::bigint[], $2::integer[], $3::date[], $4::text[]) k (c0, c1, c2, c3) \
     CROSS JOIN LATERAL (SELECT * FROM sequence s WHERE s.ledger_id = k.c0 \
     AND s.ledger_id = ANY($5) AND (s.series_id, s.period_from, s.scope) >= (k.c1, k.c2, k.c3) \
     AND (s.series_id, s.period_from, s.scope) <= (k.c1, k.c2, k.c3) \
     ORDER BY s.series_id, s.period_from, s.scope LIMIT 1) s"
);

const PLACES: &str = "SELECT s.ledger_id, s.sequence_id, s.series_id, s.scope, s.period_from \
    FROM unnest($1::bigint[], $2::bigint[]) k (c0, c1) CROSS JOIN LATERAL (SELECT * \
    FROM sequence s WHERE s.ledger_id = k.c0 AND s.ledger_id = ANY($3) \
    AND s.sequence_id BETWEEN k.c1 AND k.c1 ORDER BY s.sequence_id LIMIT 1) s";

const WRITE: &str = "INSERT INTO sequence AS s (ledger_id, sequence_id, series_id, scope, \
    period_from, period_to, period_label, first, last, last_date, mark) \
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::date[], \
    $6::date[], $7::text[], $8::bigint[], $9::bigint[], $10::date[], $11::smallint[]) \
    ON CONFLICT (ledger_id, sequence_id) DO UPDATE SET period_to = excluded.period_to, \
    period_label = excluded.period_label, first = excluded.first, last = excluded.last, \
    last_date = excluded.last_date, mark = excluded.mark \
    WHERE s.series_id = excluded.series_id AND s.scope = excluded.scope \
    AND s.period_from = excluded.period_from";

// The same of sequences that are there: to look for a conflict and to lock what is found costs half
// as much again.
const UPDATE: &str = "UPDATE sequence s SET period_to = k.c5, period_label = k.c6, first = k.c7, \
    last = k.c8, last_date = k.c9, mark = k.c10 \
    FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::date[], $6::date[], \
    $7::text[], $8::bigint[], $9::bigint[], $10::date[], $11::smallint[]) \
    k (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) \
    WHERE s.ledger_id = ANY($12) AND s.ledger_id = k.c0 AND s.sequence_id = k.c1 \
    AND s.series_id = k.c2 AND s.scope = k.c3 AND s.period_from = k.c4";

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sequence s WHERE s.ledger_id = $1 AND s.sequence_id > $2 \
     ORDER BY s.sequence_id LIMIT $3"
);

const OF_SERIES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM sequence s WHERE s.ledger_id = $1 AND s.series_id = $2 \
     ORDER BY s.period_from DESC, s.scope DESC LIMIT $3"
);

pub(crate) fn load(trip: &mut Trip, keys: &[SequenceKey]) -> Asked<SequenceRow> {
    let mut rows = Rows::new(4);
    for key in keys {
        rows.row(key.ledger).put(key.series).put(key.period_from).put(key.scope.0.as_str());
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn load_places(
    trip: &mut Trip,
    keys: &[(LedgerId, SequenceId)],
) -> Asked<((LedgerId, SequenceId), SequenceKey)> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(*id);
    }
    trip.look(PLACES, rows, |fields| {
        let ledger = fields.ledger()?;
        let id = fields.sequence()?;
        let series = fields.series()?;
        let scope = ScopeKey(fields.string()?);
        let period_from = fields.date()?;
        Ok(((ledger, id), SequenceKey { ledger, series, scope, period_from }))
    })
}

/// Writes sequences; those that are `stored` are there.
pub(crate) fn write(
    trip: &mut Trip,
    sequences: &[SequenceRow],
    stored: &BTreeSet<(LedgerId, SequenceId)>,
) {
    let (mut others, mut there) = (Rows::new(11), Rows::new(11));
    for row in sequences {
        let is_there = stored.contains(&(row.ledger, row.id));
        let rows = if is_there { &mut there } else { &mut others };
        rows.row(row.ledger).put(row.id).put(row.series).put(row.scope.0.as_str());
        rows.put(row.period_from).put(row.period_to).put(row.period_label.as_str());
        rows.put(row.first).put(row.last).put(row.last_date);
        rows.put(row.mark.map(|mark| i16::from(mark.code())));
    }
    trip.write(UPDATE, there);
    trip.write(WRITE, others);
}

pub(crate) fn list(
    session: &Session,
    ledger: LedgerId,
    after: SequenceId,
    limit: u32,
) -> Result<SequencePage, StoreError> {
    let values = values![ledger, bound(after.0), i64::from(limit) + 1];
    let mut rows = session.all(LIST, values, read)?;
    let has_more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(SequencePage { rows, has_more })
}

pub(crate) fn of_series(
    session: &Session,
    ledger: LedgerId,
    series: SeriesId,
    limit: u32,
) -> Result<Vec<SequenceRow>, StoreError> {
    session.all(OF_SERIES, values![ledger, series, i64::from(limit)], read)
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
