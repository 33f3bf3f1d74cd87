//! A document from the database, with everything that it prints of others.

use engine::{Engine, EngineError};
use ledger::Misses;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{ObjectKind, ObjectRow};
use store::Reader;

use crate::compose::{Around, named};

/// A document of a kind that was not deleted, with what it prints of others; `None` where there is
/// none.
///
/// # Errors
/// As every query of the engine.
pub async fn gather(
    engine: &Engine,
    ledger: LedgerId,
    kind: ObjectKind,
    id: ObjectId,
) -> Result<Option<Around>, EngineError> {
    engine.read(move |reader| around(reader, ledger, kind, id)).await
}

fn around(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    kind: ObjectKind,
    id: ObjectId,
) -> Result<Option<Around>, EngineError> {
    let misses = Misses { ledgers: vec![ledger], objects: vec![(ledger, id)], ..Misses::default() };
    let found = reader.load(&misses)?;
    let is_meant = |row: &ObjectRow| row.kind() == kind && !row.deleted;
    let row = found.objects.into_iter().find(is_meant);
    let (Some(row), Some(head)) = (row, found.ledgers.into_iter().next()) else {
        return Ok(None);
    };
    let objects = named(&row).into_iter().map(|id| (ledger, id)).collect();
    let others = reader.load(&Misses { objects, ..Misses::default() })?.objects;
    Ok(Some(Around { row, ledger: head, others }))
}
