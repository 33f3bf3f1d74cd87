//! Objects, listed and one by one, each with what is needed to show it.

use std::cmp::Reverse;
use std::sync::Arc;

use ledger::decide::view_object;
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use ledger::{Books, Misses};
use store::{ObjectFilter, Page, Reader};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::forward::{behind, forward};
use crate::lookup;
use crate::pending::Pending;

/// Rows that are looked at between two answers of a query that sifts them.
const SLICE: u32 = 200;
/// Questions that follow from each other, at most: ledger, series, sequence.
const ROUNDS: u32 = 6;

/// Which objects, beyond what a store can look by.
pub type Sieve = Arc<dyn Fn(&ObjectRow) -> bool + Send + Sync>;

/// A page of objects, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectList {
    /// The objects.
    pub data: Vec<ObjectView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

impl Engine {
    /// One object of a kind, also when it was deleted.
    pub fn object(
        &self,
        ledger: LedgerId,
        kind: ObjectKind,
        id: ObjectId,
    ) -> Pending<Option<ObjectView>> {
        let at = self.now();
        self.read(move |reader| object(reader, ledger, kind, id, at))
    }

    /// Objects of a kind, newest first, deleted ones left out. The answer refuses a cursor that is
    /// not there.
    pub fn objects(
        &self,
        ledger: LedgerId,
        filter: ObjectFilter,
        page: Page<ObjectId>,
    ) -> Pending<ObjectList> {
        let at = self.now();
        self.read(move |reader| {
            let page = edges(reader, ledger, filter.kind, page)?;
            let found = reader.objects(ledger, &filter, page)?;
            let data = views(reader, found.rows, at)?;
            Ok(ObjectList { data, has_more: found.has_more })
        })
    }

    /// As [`Engine::objects`], of those the ones that a sieve lets through. Rows are read in
    /// slices, each in a query of its own, until the page is full or nothing follows.
    ///
    /// # Errors
    /// As [`Engine::objects`].
    pub async fn sifted_objects(
        &self,
        ledger: LedgerId,
        filter: ObjectFilter,
        page: Page<ObjectId>,
        sieve: Sieve,
    ) -> Result<ObjectList, EngineError> {
        let kind = filter.kind;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let is_backward = page.ending_before.is_some();
        let mut at = self.read(move |reader| edges(reader, ledger, kind, page)).await?;
        at.limit = SLICE;
        let mut rows: Vec<ObjectRow> = Vec::new();
        loop {
            let wanted = filter.clone();
            let found = self.read(move |reader| Ok(reader.objects(ledger, &wanted, at)?)).await?;
            let keys = found.rows.iter().map(|row| (row.created, row.id));
            match is_backward {
                true => forward("objects", behind(at.ending_before), keys.clone().rev())?,
                false => {
                    let start = behind(at.starting_after.map(Reverse));
                    forward("objects", start, keys.clone().map(Reverse))?;
                }
            }
            let edge = if is_backward { keys.clone().next() } else { keys.clone().next_back() };
            match is_backward {
                true => at.ending_before = edge,
                false => at.starting_after = edge,
            }
            let mut let_through: Vec<_> = found.rows.into_iter().filter(|row| sieve(row)).collect();
            if is_backward {
                let_through.append(&mut rows);
                rows = let_through;
            } else {
                rows.append(&mut let_through);
            }
            // One more than the page tells whether anything follows.
            if rows.len() > limit || !found.has_more {
                break;
            }
        }
        let has_more = rows.len() > limit;
        match is_backward {
            true => drop(rows.drain(..rows.len().saturating_sub(limit))),
            false => rows.truncate(limit),
        }
        let now = self.now();
        let data = self.read(move |reader| views(reader, rows.clone(), now)).await?;
        Ok(ObjectList { data, has_more })
    }
}

/// One object of a kind, also when it was deleted.
///
/// # Errors
/// [`EngineError::Store`].
pub fn object(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    kind: ObjectKind,
    id: ObjectId,
    at: At,
) -> Result<Option<ObjectView>, EngineError> {
    let rows = rows(reader, ledger, &[id])?;
    let rows = rows.into_iter().filter(|row| row.kind() == kind).collect();
    Ok(views(reader, rows, at)?.pop())
}

/// Objects with what is needed to show them, in their order.
///
/// # Errors
/// [`EngineError::Store`].
pub fn views(
    reader: &mut dyn Reader,
    objects: Vec<ObjectRow>,
    at: At,
) -> Result<Vec<ObjectView>, EngineError> {
    let mut books = Books::default();
    for _ in 0..ROUNDS {
        let view = |row: &ObjectRow| view_object(&books, row.clone(), at);
        let shown: Vec<_> = objects.iter().map(view).collect();
        let misses = books.take_misses();
        if misses.is_empty() {
            let shown: Result<Vec<_>, _> = shown.into_iter().collect();
            return shown.map_err(|_| defect("nothing is missing to show an object, but it is"));
        }
        let found = reader.load(&misses)?;
        books.fill(misses, found);
    }
    Err(defect("an object asks for more each time that it is shown"))
}

fn defect(what: &str) -> EngineError {
    EngineError::Defect(what.to_owned())
}

fn rows(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    ids: &[ObjectId],
) -> Result<Vec<ObjectRow>, EngineError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let objects = ids.iter().map(|id| (ledger, *id)).collect();
    Ok(reader.load(&Misses { objects, ..Misses::default() })?.objects)
}

/// The edges of a page, as a store knows them. Refuses those that are not there.
fn edges(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    kind: ObjectKind,
    page: Page<ObjectId>,
) -> Result<Page<(At, ObjectId)>, EngineError> {
    let mut edge = |id: ObjectId| {
        let found = rows(reader, ledger, &[id])?.into_iter().find(|row| row.kind() == kind);
        Ok::<_, EngineError>(found.map(|row| (row.created, row.id)))
    };
    let starting_after = page.starting_after.map(&mut edge).transpose()?;
    let ending_before = page.ending_before.map(&mut edge).transpose()?;
    lookup::cursors(&page, |id| {
        let edges = [starting_after, ending_before];
        Ok(edges.iter().flatten().flatten().any(|(_, there)| *there == id))
    })?;
    Ok(Page {
        starting_after: starting_after.flatten(),
        ending_before: ending_before.flatten(),
        limit: page.limit,
    })
}
