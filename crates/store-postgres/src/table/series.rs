//! Series.

use std::sync::Arc;

use ledger::id::{LedgerId, SeriesId};
use ledger::model::SeriesRow;
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::{Column, Rows, Value};
use crate::session::Session;
use crate::trip::{Asked, Trip, values};

const LOAD: &str = "SELECT s.definition FROM unnest($1::bigint[], $2::integer[]) k (c0, c1) \
    CROSS JOIN LATERAL (SELECT * FROM series s WHERE s.ledger_id = k.c0 \
    AND s.ledger_id = ANY($3) AND s.series_id BETWEEN k.c1 AND k.c1 \
    ORDER BY s.series_id LIMIT 1) s";

const NAMES: &str = "SELECT s.ledger_id, s.name, s.series_id \
    FROM unnest($1::bigint[], $2::text[]) k (c0, c1) \
    CROSS JOIN LATERAL (SELECT * FROM series s WHERE s.ledger_id = k.c0 \
    AND s.ledger_id = ANY($3) AND s.name BETWEEN k.c1 AND k.c1 \
    ORDER BY s.name LIMIT 1) s";

const OF_LEDGERS: &str = "SELECT s.definition FROM series s WHERE s.ledger_id = ANY($1) \
    ORDER BY s.ledger_id, s.series_id";

const OF_LEDGER: &str =
    "SELECT s.definition FROM series s WHERE s.ledger_id = $1 ORDER BY s.series_id";

// A series that takes the name of another must wait until the other has lost it, so names are let
// go of before any is written.
const RENAMED: &str = "UPDATE series s SET name = ' ' || s.series_id \
    FROM unnest($1::bigint[], $2::integer[], $3::text[]) k (c0, c1, c2) \
    WHERE s.ledger_id = ANY($4) AND s.ledger_id = k.c0 AND s.series_id = k.c1 \
    AND s.name <> k.c2";

const WRITE: &str = "INSERT INTO series (ledger_id, series_id, name, definition) \
    SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bytea[]) \
    ON CONFLICT (ledger_id, series_id) DO UPDATE SET name = excluded.name, \
    definition = excluded.definition";

pub(crate) fn load(trip: &mut Trip, keys: &[(LedgerId, SeriesId)]) -> Asked<SeriesRow> {
    let mut rows = Rows::new(2);
    for (ledger, id) in keys {
        rows.row(*ledger).put(*id);
    }
    trip.look(LOAD, rows, read)
}

pub(crate) fn load_names(
    trip: &mut Trip,
    keys: &[(LedgerId, String)],
) -> Asked<((LedgerId, String), SeriesId)> {
    let mut rows = Rows::new(2);
    for (ledger, name) in keys {
        rows.row(*ledger).put(name.as_str());
    }
    trip.look(NAMES, rows, |fields| Ok(((fields.ledger()?, fields.string()?), fields.series()?)))
}

pub(crate) fn load_all(trip: &mut Trip, ledgers: &[LedgerId]) -> Asked<SeriesRow> {
    match ledgers {
        [] => trip.look(OF_LEDGERS, Rows::new(1), read),
        ids => {
            let ids = Value::Many(Column::of(ids.iter().copied()));
            trip.ask(OF_LEDGERS, vec![ids], read)
        }
    }
}

pub(crate) fn write(trip: &mut Trip, series: &[Arc<SeriesRow>]) {
    let mut names = Rows::new(3);
    let mut rows = Rows::new(4);
    for row in series {
        let name = row.name.as_str();
        names.row(row.ledger).put(row.id).put(name);
        rows.row(row.ledger).put(row.id).put(name).put(row.definition().as_slice());
    }
    if series.len() > 1 {
        for block in names.blocks() {
            trip.run(RENAMED, block.values());
        }
    }
    trip.write(WRITE, rows);
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError> {
    session.all(OF_LEDGER, values![ledger], read)
}

fn read(fields: &mut Fields<'_>) -> Result<SeriesRow, StoreError> {
    SeriesRow::read(fields.bytes()?).map_err(damaged)
}
