//! Series.

use std::sync::Arc;

use ledger::id::{LedgerId, SeriesId};
use ledger::model::SeriesRow;
use store::StoreError;

use crate::cell::Fields;
use crate::error::damaged;
use crate::rows::{Bound, Rows};
use crate::session::Session;
use crate::table::Found;

const LOAD: &str = "SELECT s.definition FROM rows(?1) k \
    CROSS JOIN series s ON s.ledger_id = k.c0 AND s.series_id = k.c1";

const NAMES: &str = "SELECT s.ledger_id, s.name, s.series_id FROM rows(?1) k \
    CROSS JOIN series s ON s.ledger_id = k.c0 AND s.name = k.c1";

const OF_LEDGERS: &str = "SELECT s.definition FROM rows(?1) k \
    CROSS JOIN series s ON s.ledger_id = k.c0 ORDER BY s.ledger_id, s.series_id";

const OF_LEDGER: &str = "SELECT definition FROM series WHERE ledger_id = ?1 ORDER BY series_id";

// A series that takes the name of another must wait until the other has lost it, so names are let
// go of before any is written.
const RENAMED: &str = "UPDATE series SET name = ' ' || series_id FROM rows(?1) k \
    WHERE series.ledger_id = k.c0 AND series.series_id = k.c1 AND series.name <> k.c2";

const WRITE: &str = "INSERT INTO series (ledger_id, series_id, name, definition) \
    SELECT c0, c1, c2, c3 FROM rows(?1) WHERE true \
    ON CONFLICT (ledger_id, series_id) DO UPDATE SET name = excluded.name, \
    definition = excluded.definition";

pub(crate) fn load(
    session: &Session,
    keys: &[(LedgerId, SeriesId)],
) -> Result<Vec<SeriesRow>, StoreError> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, id) in keys {
        rows.put(*ledger).put(*id);
    }
    session.look(LOAD, rows, read)
}

pub(crate) fn load_names(
    session: &Session,
    keys: &[(LedgerId, String)],
) -> Found<(LedgerId, String), SeriesId> {
    let mut rows = Rows::new(2, keys.len());
    for (ledger, name) in keys {
        rows.put(*ledger).put(name.as_str());
    }
    session.look(NAMES, rows, |fields| Ok(((fields.ledger()?, fields.string()?), fields.series()?)))
}

pub(crate) fn load_all(
    session: &Session,
    ledgers: &[LedgerId],
) -> Result<Vec<SeriesRow>, StoreError> {
    let mut rows = Rows::new(1, ledgers.len());
    for ledger in ledgers {
        rows.put(*ledger);
    }
    session.look(OF_LEDGERS, rows, read)
}

pub(crate) fn write(session: &Session, series: &[Arc<SeriesRow>]) -> Result<(), StoreError> {
    let mut names = Rows::new(3, series.len());
    let mut rows = Rows::new(4, series.len());
    for row in series {
        let name = row.name.as_str();
        names.put(row.ledger).put(row.id).put(name);
        rows.put(row.ledger).put(row.id).put(name).put(row.definition().as_slice());
    }
    if series.len() > 1 {
        session.run(RENAMED, [Bound::from(names)])?;
    }
    session.write(WRITE, rows)
}

pub(crate) fn of_ledger(session: &Session, ledger: LedgerId) -> Result<Vec<SeriesRow>, StoreError> {
    session.all(OF_LEDGER, [ledger.0 as i64], read)
}

fn read(fields: &mut Fields<'_>) -> Result<SeriesRow, StoreError> {
    SeriesRow::read(fields.bytes()?).map_err(damaged)
}
