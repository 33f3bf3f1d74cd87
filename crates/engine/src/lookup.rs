//! Single rows, found through a reader.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::command::SeriesRef;
use ledger::decide::unknown_series;
use ledger::id::{LedgerId, SeriesId};
use ledger::model::{LedgerRow, SeriesRow};
use ledger::{Code, Misses, Refusal};
use store::{Page, Reader};

use crate::error::EngineError;

/// A ledger's head.
pub(crate) fn ledger(reader: &mut dyn Reader, id: LedgerId) -> Result<LedgerRow, EngineError> {
    let misses = Misses { ledgers: vec![id], ..Misses::default() };
    let found = reader.load(&misses)?.ledgers.into_iter().next();
    found.ok_or_else(|| Refusal::new(Code::ResourceMissing, "There is no such ledger.").into())
}

/// Series by id. All of them must exist.
pub(crate) fn series_by_id(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    ids: impl IntoIterator<Item = SeriesId>,
) -> Result<HashMap<SeriesId, SeriesRow>, EngineError> {
    let mut ids: Vec<SeriesId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted = ids.iter().map(|id| (ledger, *id)).collect();
    let found = reader.load(&Misses { series: wanted, ..Misses::default() })?.series;
    let found: HashMap<SeriesId, SeriesRow> = found.into_iter().map(|row| (row.id, row)).collect();
    match ids.iter().find(|id| !found.contains_key(id)) {
        Some(id) => Err(EngineError::Defect(format!("the rows of series {} are gone", id.0))),
        None => Ok(found),
    }
}

/// A series by id or by name.
pub(crate) fn series(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    which: &SeriesRef,
) -> Result<SeriesRow, EngineError> {
    let id = match which {
        SeriesRef::Id(id) => Some(*id),
        SeriesRef::Name(name) => {
            let names = vec![(ledger, name.clone())];
            let misses = Misses { series_names: names, ..Misses::default() };
            reader.load(&misses)?.series_names.into_iter().next().map(|(_, id)| id)
        }
    };
    let row = match id {
        Some(id) => {
            let misses = Misses { series: vec![(ledger, id)], ..Misses::default() };
            reader.load(&misses)?.series.into_iter().next()
        }
        None => None,
    };
    match row {
        Some(row) => Ok(row),
        None => {
            let misses = Misses { ledger_series: vec![ledger], ..Misses::default() };
            let all = reader.load(&misses)?.ledger_series.into_iter().map(Arc::new);
            Err(unknown_series(which, &all.collect::<Vec<_>>()).into())
        }
    }
}

/// Refuses a page that is to begin or end at what is not there.
pub(crate) fn cursors<Id: Copy>(
    page: &Page<Id>,
    mut is_there: impl FnMut(Id) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    let cursors = [("starting_after", page.starting_after), ("ending_before", page.ending_before)];
    for (param, cursor) in cursors {
        if let Some(id) = cursor
            && !is_there(id)?
        {
            return Err(no_cursor(param));
        }
    }
    Ok(())
}

/// Refuses a page that is to begin or end at what is not there.
pub(crate) fn no_cursor(param: &str) -> EngineError {
    let text = format!("There is nothing with the id in `{param}`. Take one from the list.");
    Refusal::of(Code::ResourceMissing, param, text).into()
}
