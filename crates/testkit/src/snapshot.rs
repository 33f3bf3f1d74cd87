//! Reading a whole ledger, for ledgers of a size that tests have.

use ledger::id::{LedgerId, ObjectId, Position, SequenceId};
use ledger::invariants::Snapshot;
use ledger::invariants::replay::WholeEntry;
use ledger::model::{FormerRow, NumberRow, ObjectRow};
use store::{Reader, StoreError};

/// Rows read at once; small, so that tests turn pages.
const PAGE: u32 = 50;

/// Everything that a ledger's register and trail hold; `None` when there is no such ledger.
///
/// # Errors
/// What the store reports.
pub fn take(reader: &mut dyn Reader, ledger: LedgerId) -> Result<Option<Snapshot>, StoreError> {
    let misses = ledger::Misses { ledgers: vec![ledger], ..ledger::Misses::default() };
    let Some(head) = reader.load(&misses)?.ledgers.pop() else { return Ok(None) };
    let mut snapshot = Snapshot {
        ledger: head,
        series: reader.series(ledger)?,
        keys: reader.keys(ledger)?,
        users: reader.people(ledger)?,
        customers: Vec::new(),
        prefixes: Vec::new(),
        objects: objects(reader, ledger)?,
        sequences: Vec::new(),
        numbers: Vec::new(),
        gaps: Vec::new(),
        formers: formers(reader, ledger)?,
        trail: Vec::new(),
    };
    snapshot.keys.sort_by_key(|row| row.id);
    loop {
        let after = snapshot.customers.last().map(|row| row.id.clone());
        let page = reader.customers(ledger, after.as_ref(), PAGE)?;
        let full = page.len() == PAGE as usize;
        snapshot.customers.extend(page);
        if !full {
            break;
        }
    }
    loop {
        let after = snapshot.prefixes.last().map(|(prefix, _)| prefix.clone());
        let page = reader.prefixes(ledger, after.as_deref(), PAGE)?;
        let full = page.len() == PAGE as usize;
        snapshot.prefixes.extend(page);
        if !full {
            break;
        }
    }
    let mut after = SequenceId(0);
    loop {
        let page = reader.sequences(ledger, after, PAGE)?;
        after = page.rows.last().map_or(after, |row| row.id);
        snapshot.sequences.extend(page.rows);
        if !page.has_more {
            break;
        }
    }
    for id in snapshot.sequences.iter().map(|row| row.id) {
        snapshot.numbers.extend(register(reader, ledger, id)?);
        let read = |from| reader.gaps_of(ledger, id, from, PAGE);
        snapshot.gaps.extend(pages(read, |row| row.from)?);
    }
    loop {
        let page = reader.trail(ledger, snapshot.trail.len() as u64, PAGE)?;
        for entry in page.entries {
            let index = entry.sealed.entry.index;
            let mut lines = Vec::new();
            while (lines.len() as u64) < entry.lines {
                let more = reader.trail_lines(ledger, index, lines.len() as u64, PAGE)?;
                if more.is_empty() {
                    break;
                }
                lines.extend(more);
            }
            snapshot.trail.push(WholeEntry { sealed: entry.sealed, lines });
        }
        if !page.has_more {
            return Ok(Some(snapshot));
        }
    }
}

/// All objects of a ledger, by id.
fn objects(reader: &mut dyn Reader, ledger: LedgerId) -> Result<Vec<ObjectRow>, StoreError> {
    let mut rows: Vec<ObjectRow> = Vec::new();
    loop {
        let after = rows.last().map_or(ObjectId(0), |row| row.id);
        let page = reader.all_objects(ledger, after, PAGE)?;
        let full = page.len() == PAGE as usize;
        rows.extend(page);
        if !full {
            return Ok(rows);
        }
    }
}

/// All numbers of a sequence.
fn register(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    sequence: SequenceId,
) -> Result<Vec<NumberRow>, StoreError> {
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let mut rows = reader.register(ledger, sequence, from, PAGE)?;
        let has_more = store::cut_register(&mut rows, PAGE);
        from = rows.last().map_or(from, |row| row.ordinal + 1);
        all.extend(rows);
        if !has_more {
            return Ok(all);
        }
    }
}

/// All former texts of a ledger.
fn formers(reader: &mut dyn Reader, ledger: LedgerId) -> Result<Vec<FormerRow>, StoreError> {
    let mut rows: Vec<FormerRow> = Vec::new();
    loop {
        let after = rows.last().map_or((Position(0), 0), |row| (row.position, row.index));
        let page = reader.formers(ledger, after, PAGE)?;
        let full = page.len() == PAGE as usize;
        rows.extend(page);
        if !full {
            return Ok(rows);
        }
    }
}

/// All rows of a list that is read from an ordinal on.
fn pages<T>(
    mut read: impl FnMut(u64) -> Result<Vec<T>, StoreError>,
    ordinal: impl Fn(&T) -> u64,
) -> Result<Vec<T>, StoreError> {
    let mut rows: Vec<T> = Vec::new();
    loop {
        let page = read(rows.last().map_or(0, |row| ordinal(row) + 1))?;
        let full = page.len() == PAGE as usize;
        rows.extend(page);
        if !full {
            return Ok(rows);
        }
    }
}
