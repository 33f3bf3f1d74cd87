//! The register against the trail and the rules, slice by slice.

use std::ops::Bound;

use ledger::Misses;
use ledger::id::{LedgerId, ObjectId, Position, SequenceId};
use ledger::invariants::{Suspects, Violation};
use ledger::model::{GapRow, LedgerRow, NumberRow, PrefixOwner, SequenceRow};
use store::{Reader, StoreError};

use super::chain::PAGE;
use super::progress::Progress;
use super::slices::Slices;
use crate::error::EngineError;
use crate::forward::{behind, forward};
use crate::lookup;

/// Sequences read at once, when they are small.
const SEQUENCES: u32 = 64;

/// Walks, at most: nobody changes numbers again and again.
const TRIES: u32 = 4;

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) sequences: u64,
    pub(super) numbers: u64,
    pub(super) gaps: u64,
    pub(super) violations: Vec<Violation>,
}

/// Walks what belonged to the ledger when its head was read, each part as it is when it is read.
/// Where a resequence changes numbers meanwhile, what was seen before fits nothing any more, and
/// the walk begins again.
pub(super) fn walk(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    progress: &Progress,
) -> Result<Walked, EngineError> {
    let (mut walked, mut is_overtaken) = walk_once(&mut *reader, head, progress)?;
    for _ in 1..TRIES {
        if !is_overtaken {
            break;
        }
        let head = lookup::ledger(&mut *reader, head.id)?;
        progress.begin(head.trail_count + head.last_position);
        (walked, is_overtaken) = walk_once(&mut *reader, &head, progress)?;
    }
    Ok(walked)
}

fn walk_once(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    progress: &Progress,
) -> Result<(Walked, bool), EngineError> {
    let mut slices = Slices::begin(&mut *reader, head, progress)?;
    series_and_owners(&mut slices)?;
    customers(&mut slices)?;
    prefixes(&mut slices)?;
    objects(&mut slices)?;
    formers(&mut slices)?;
    let mut walked = Walked::default();
    sequences(&mut slices, head.last_sequence, &mut walked)?;
    let (checker, end) = slices.end()?;
    let is_overtaken = checker.is_overtaken();
    let findings = checker.finish(&end);
    walked.violations = findings.violations;
    if let Some(suspects) = findings.suspects.filter(|_| !is_overtaken) {
        walked.violations.extend(look_again(reader, head, suspects)?);
    }
    Ok((walked, is_overtaken))
}

fn series_and_owners(slices: &mut Slices<'_>) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let found = slices.slice(|reader| {
        let series = reader.series(ledger)?;
        let names = series.iter().map(|row| (ledger, row.name.clone())).collect();
        let misses = Misses { series_names: names, ..Misses::default() };
        let whose = (reader.keys(ledger)?, reader.people(ledger)?);
        Ok((reader.load(&misses)?.series_names, series, whose))
    })?;
    if let Some((_, (names, series, (keys, people)))) = found {
        slices.checker.series(&series);
        slices.checker.names(&names);
        slices.checker.keys(&keys);
        slices.checker.users(&people);
    }
    Ok(())
}

fn customers(slices: &mut Slices<'_>) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let mut after = None;
    loop {
        let found = slices.slice(|reader| {
            let rows = reader.customers(ledger, after.as_ref(), PAGE)?;
            forward("customers", behind(after.as_ref()), rows.iter().map(|row| &row.id))?;
            let prefixes = rows.iter().map(|row| (ledger, row.prefix.clone())).collect();
            let misses = Misses { prefixes, ..Misses::default() };
            Ok((reader.load(&misses)?.prefixes, rows))
        })?;
        let Some((_, (owners, rows))) = found else { return Ok(()) };
        slices.checker.customers(&rows, &owners);
        match rows.last() {
            Some(last) if rows.len() >= PAGE as usize => after = Some(last.id.clone()),
            _ => return Ok(()),
        }
    }
}

fn prefixes(slices: &mut Slices<'_>) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let mut after: Option<String> = None;
    loop {
        let found = slices.slice(|reader| {
            let rows = reader.prefixes(ledger, after.as_deref(), PAGE)?;
            let keys = rows.iter().map(|(prefix, _)| prefix.as_str());
            forward("prefixes", behind(after.as_deref()), keys)?;
            let owners = rows.iter().filter_map(|(_, owner)| match owner {
                PrefixOwner::Customer(customer) => Some((ledger, customer.clone())),
                PrefixOwner::Series(_) => None,
            });
            let misses = Misses { customers: owners.collect(), ..Misses::default() };
            Ok((reader.load(&misses)?.customers, rows))
        })?;
        let Some((_, (customers, mut rows))) = found else { return Ok(()) };
        slices.checker.prefixes(&rows, &customers);
        match rows.pop() {
            Some((last, _)) if rows.len() + 1 >= PAGE as usize => after = Some(last),
            _ => return Ok(()),
        }
    }
}

/// Documents, in pages of all objects: what they say is compared with what the trail says.
fn objects(slices: &mut Slices<'_>) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let mut after = ObjectId(0);
    loop {
        let found = slices.slice(|reader| {
            let rows = reader.all_objects(ledger, after, PAGE)?;
            forward("documents", Bound::Excluded(after), rows.iter().map(|row| row.id))?;
            Ok(rows)
        })?;
        let Some((_, rows)) = found else { return Ok(()) };
        slices.checker.objects(&rows);
        match rows.last() {
            Some(last) if rows.len() >= PAGE as usize => after = last.id,
            _ => break,
        }
    }
    slices.checker.end_objects();
    Ok(())
}

/// Texts that numbers had before.
fn formers(slices: &mut Slices<'_>) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let mut after = (Position(0), 0);
    loop {
        let found = slices.slice(|reader| {
            let rows = reader.formers(ledger, after, PAGE)?;
            let keys = rows.iter().map(|row| (row.position, row.index));
            forward("former texts", Bound::Excluded(after), keys)?;
            Ok(rows)
        })?;
        let Some((_, rows)) = found else { return Ok(()) };
        slices.checker.formers(&rows);
        match rows.last() {
            Some(last) if rows.len() >= PAGE as usize => after = (last.position, last.index),
            _ => return Ok(()),
        }
    }
}

/// A sequence with gaps and numbers of it, or with all that are left.
struct Piece {
    row: SequenceRow,
    gaps: Vec<GapRow>,
    numbers: Vec<NumberRow>,
    /// Whether numbers are left behind it.
    has_more: bool,
}

/// Where the next piece of a sequence begins, by ordinals.
#[derive(Clone, Copy, Debug, Default)]
struct Edge {
    gap: u64,
    number: u64,
}

impl Piece {
    /// Reads from an edge on. Numbers come once all gaps are there, so that no gap comes late.
    fn read(reader: &mut dyn Reader, row: SequenceRow, from: Edge) -> Result<Piece, StoreError> {
        let name = row.id.0;
        let gaps = reader.gaps_of(row.ledger, row.id, from.gap, PAGE)?;
        let keys = gaps.iter().map(|gap| gap.from);
        forward(format_args!("gaps of sequence {name}"), Bound::Included(from.gap), keys)?;
        let mut numbers = match is_full(&gaps) {
            true => Vec::new(),
            false => reader.register(row.ledger, row.id, from.number, PAGE)?,
        };
        let keys = numbers.iter().map(|row| row.ordinal);
        forward(format_args!("numbers of sequence {name}"), Bound::Included(from.number), keys)?;
        let has_more = store::cut_register(&mut numbers, PAGE);
        Ok(Piece { row, gaps, numbers, has_more })
    }

    /// Whether nothing is left behind it.
    fn is_last(&self) -> bool {
        !is_full(&self.gaps) && !self.has_more
    }

    fn rows(&self) -> usize {
        1 + self.gaps.len() + self.numbers.len()
    }

    fn edge(&self, before: Edge) -> Edge {
        let gap = self.gaps.last().map_or(before.gap, |gap| gap.from.saturating_add(1));
        let last = self.numbers.last();
        let number = last.map_or(before.number, |row| row.ordinal.saturating_add(1));
        Edge { gap: gap.max(before.gap), number: number.max(before.number) }
    }
}

fn is_full<T>(page: &[T]) -> bool {
    page.len() >= PAGE as usize
}

/// The sequences up to an id: small ones many at once, large ones in pieces.
fn sequences(slices: &mut Slices<'_>, last: u64, walked: &mut Walked) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    let mut after = SequenceId(0);
    loop {
        let mut found = slices.slice(|reader| pieces(reader, ledger, after, last, SEQUENCES))?;
        if found.is_none() {
            // One of them cannot be read, so they come one by one.
            found = slices.slice(|reader| pieces(reader, ledger, after, last, 1))?;
        }
        let Some((_, pieces)) = found else {
            // Ids are given without holes.
            after = SequenceId(after.0 + 1);
            if after.0 >= last {
                return Ok(());
            }
            continue;
        };
        let Some(newest) = pieces.last().map(|piece| piece.row.id) else { return Ok(()) };
        after = newest;
        for piece in &pieces {
            walked.sequences += 1;
            take(slices, piece, walked);
            let edge = piece.edge(Edge::default());
            match piece.is_last() {
                true => slices.checker.end_sequence(),
                false => rest(slices, piece.row.id, edge, walked)?,
            }
        }
    }
}

/// The first pieces of the sequences behind one. Only the last of them may be too large to be
/// whole.
fn pieces(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    after: SequenceId,
    last: u64,
    count: u32,
) -> Result<Vec<Piece>, StoreError> {
    let page = reader.sequences(ledger, after, count)?;
    forward("sequences", Bound::Excluded(after), page.rows.iter().map(|row| row.id))?;
    let (mut pieces, mut rows) = (Vec::new(), 0);
    for row in page.rows.into_iter().filter(|row| row.id.0 <= last) {
        let piece = Piece::read(&mut *reader, row, Edge::default())?;
        rows += piece.rows();
        let is_last = piece.is_last();
        pieces.push(piece);
        if !is_last || rows >= PAGE as usize {
            break;
        }
    }
    Ok(pieces)
}

/// The other pieces of a large sequence. With each its row comes again, as it is by then.
fn rest(
    slices: &mut Slices<'_>,
    sequence: SequenceId,
    mut edge: Edge,
    walked: &mut Walked,
) -> Result<(), EngineError> {
    let ledger = slices.ledger;
    loop {
        let found = slices.slice(|reader| {
            let before = SequenceId(sequence.0 - 1);
            let row = reader.sequences(ledger, before, 1)?.rows.pop();
            let row = row.filter(|row| row.id == sequence);
            row.map(|row| Piece::read(reader, row, edge)).transpose()
        })?;
        let Some((_, Some(piece))) = found else { break };
        take(slices, &piece, walked);
        edge = piece.edge(edge);
        if piece.is_last() {
            break;
        }
    }
    slices.checker.end_sequence();
    Ok(())
}

fn take(slices: &mut Slices<'_>, piece: &Piece, walked: &mut Walked) {
    slices.checker.sequence(&piece.row);
    slices.checker.gaps(&piece.gaps);
    slices.checker.numbers(&piece.numbers);
    slices.progress.step(piece.numbers.len());
    walked.gaps += piece.gaps.len() as u64;
    walked.numbers += piece.numbers.len() as u64;
}

/// Tells what occurs twice from what only seems to, by a second walk over the numbers that were
/// there at the start. Of those only the state may have changed since.
fn look_again(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    mut suspects: Suspects,
) -> Result<Vec<Violation>, EngineError> {
    let mut after = SequenceId(0);
    loop {
        let page = reader.sequences(head.id, after, PAGE)?;
        for row in page.rows.iter().filter(|row| row.id.0 <= head.last_sequence) {
            numbers(&mut *reader, row, &mut suspects)?;
        }
        match page.rows.last() {
            Some(last) if page.has_more && last.id > after => after = last.id,
            _ => return Ok(suspects.finish()),
        }
    }
}

fn numbers(
    reader: &mut dyn Reader,
    sequence: &SequenceRow,
    suspects: &mut Suspects,
) -> Result<(), EngineError> {
    let mut from = 0;
    loop {
        let mut rows = match reader.register(sequence.ledger, sequence.id, from, PAGE) {
            Ok(rows) => rows,
            // The first walk has told of it.
            Err(StoreError::Unusable(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let has_more = store::cut_register(&mut rows, PAGE);
        rows.iter().for_each(|row| suspects.number(row));
        match rows.last() {
            // One that goes back the first walk has told of too.
            Some(last) if has_more && last.ordinal >= from => from = last.ordinal + 1,
            _ => return Ok(()),
        }
    }
}
