//! Objects, listed and one by one, each with what is needed to show it.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::command::Item;
use ledger::id::{CustomerId, LedgerId, ObjectId};
use ledger::model::{At, Level, Object, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use ledger::{Misses, Outcome};
use store::{ObjectFilter, Page, Reader};

use super::preview::{decide_and_forget, issue};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Rows that are looked at between two answers of a query that sifts them.
const SLICE: u32 = 200;

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
            let data = views(reader, ledger, found.rows, at)?;
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
            let edge = if is_backward { found.rows.first() } else { found.rows.last() };
            let edge = edge.map(|row| (row.created, row.id));
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
        let data = self.read(move |reader| views(reader, ledger, rows.clone(), now)).await?;
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
    Ok(views(reader, ledger, rows, at)?.pop())
}

/// Objects with what is needed to show them, in their order.
///
/// # Errors
/// [`EngineError::Store`].
pub fn views(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    objects: Vec<ObjectRow>,
    at: At,
) -> Result<Vec<ObjectView>, EngineError> {
    let mut named: Vec<ObjectId> = objects.iter().flat_map(tax_rates).collect();
    named.sort_unstable();
    named.dedup();
    let rates: HashMap<ObjectId, ObjectRow> =
        rows(reader, ledger, &named)?.into_iter().map(|row| (row.id, row)).collect();
    let next = next_sequences(reader, ledger, &objects, at)?;
    let view = |row: ObjectRow| {
        let next_invoice_sequence = next.get(&row.id).copied();
        let mut shown: Vec<ObjectId> = Vec::new();
        for id in tax_rates(&row) {
            if !shown.contains(&id) {
                shown.push(id);
            }
        }
        let tax_rates = shown.iter().filter_map(|id| rates.get(id).cloned()).collect();
        ObjectView { row, next_invoice_sequence, tax_rates }
    };
    Ok(objects.into_iter().map(view).collect())
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

/// The tax rates that an object shows.
fn tax_rates(row: &ObjectRow) -> Vec<ObjectId> {
    match &row.body {
        Object::InvoiceItem(item) => item.tax_rates.clone(),
        Object::Invoice(invoice) => invoice.default_tax_rates.clone(),
        Object::CreditNote(note) => {
            note.lines.iter().flat_map(|line| line.tax_rates.iter().copied()).collect()
        }
        _ => Vec::new(),
    }
}

/// The ordinals that the next invoices of customers get, where customers have counters: what an
/// invoice of today would get.
fn next_sequences(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    objects: &[ObjectRow],
    at: At,
) -> Result<HashMap<ObjectId, u64>, EngineError> {
    let mut customers = objects.iter().filter(|row| row.kind() == ObjectKind::Customer);
    let mut next = HashMap::new();
    if customers.clone().next().is_none()
        || lookup::ledger(reader, ledger)?.settings.level != Level::Customer
    {
        return Ok(next);
    }
    let living = customers.by_ref().filter(|row| !row.deleted);
    let living: Vec<&ObjectRow> = living.collect();
    let item =
        |row: &&ObjectRow| Item { customer: Some(CustomerId(row.text())), ..Item::default() };
    let commands = living.iter().map(|row| issue(ledger, at, vec![item(row)])).collect();
    let answers = decide_and_forget(reader, commands)?;
    for (row, answer) in living.iter().zip(answers) {
        // Where none could be given today, such as in a locked period, none is told.
        if let Ok(Outcome::Issued(views)) = answer.result
            && let Some(view) = views.first()
        {
            next.insert(row.id, view.row.ordinal);
        }
    }
    Ok(next)
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
