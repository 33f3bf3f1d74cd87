//! Taking over numbers that another system gave.

mod apply;
mod check;
mod series;

pub(crate) use apply::{apply, catch_up};
pub(crate) use check::{check, refuse_empty};
pub(crate) use series::Claims;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use numbering::{Format, Reset, Texts};
use sha2::{Digest, Sha256};

use super::issue::line as trail_line;
use super::series::write;
use super::{Halt, actor_text, ledger, record, refuse, refuse_param};
use crate::books::{Books, TrailLine};
use crate::command::{Command, Import, ImportLine};
use crate::id::{GapId, Position, ScopeKey, SequenceId};
use crate::model::{
    GapCause, GapRow, Holder, LedgerRow, NumberRow, Receipt, SequenceKey, SequenceRow, SeriesRow,
    State,
};
use crate::outcome::{ImportView, Outcome};
use crate::refusal::Code;
use crate::trail::{Change, Hash, LeftGap, OpenedSequence};

/// Problems that one refusal lists.
const PROBLEMS_SHOWN: usize = 20;

/// Takes over all lines, or none.
pub(super) fn import(
    books: &mut Books,
    command: &Command,
    import: &Import,
) -> Result<Outcome, Halt> {
    if import.lines.is_empty() {
        return refuse_param(Code::ParameterMissing, "lines", "There is no number to import.");
    }
    let mut ledger = ledger(books, command.ledger)?;
    refuse_known(books, &ledger, import)?;
    let series = series::take(books, &mut ledger, &import.series, &series::claims(import))?;
    ask_for_sequences(books, &series, import);
    if books.is_missing_any() {
        // A long list is gone through once, when all that it needs is there.
        return Err(Halt::Missing);
    }
    let mut taking = Taking {
        books,
        command,
        first_position: ledger.last_position + 1,
        ledger,
        series,
        sequences: BTreeMap::new(),
        taken: Vec::with_capacity(import.lines.len()),
        problems: Vec::new(),
        missing: false,
    };
    let mut order: Vec<&ImportLine> = import.lines.iter().collect();
    order.sort_by_key(|line| (line.date, line.line));
    let mut rows = Vec::with_capacity(order.len());
    for line in order {
        rows.extend(taking.line(line)?);
    }
    if taking.missing {
        return Err(Halt::Missing);
    }
    taking.check_ordinals(&rows);
    taking.refuse_problems()?;
    taking.check_ahead(&rows)?;
    taking.finish(rows)
}

/// Refuses a list of which numbers are there already, before its formats are held against theirs:
/// the usual case is a list that is imported twice.
fn refuse_known(books: &Books, ledger: &LedgerRow, import: &Import) -> Result<(), Halt> {
    let known = |line: &&ImportLine| {
        let holders = books.texts.probe(&(ledger.id, NumberRow::slug_key(&line.text)));
        let folded = numbering::fold(&line.text);
        let mut texts = holders.into_iter().flatten().map(|holder| numbering::fold(&holder.text));
        texts.any(|text| text == folded)
    };
    let known: Vec<&ImportLine> = import.lines.iter().filter(known).collect();
    let Some(first) = known.first() else { return Ok(()) };
    let message = format!(
        "Nothing was imported: {} of {} numbers are in the ledger already, the first in line {}: \
         {}. A list is imported once; take out the lines that were.",
        known.len(),
        import.lines.len(),
        first.line,
        first.text
    );
    refuse_param(Code::NumberTaken, "lines", message)
}

/// Asks for the sequences that the lines fall into.
fn ask_for_sequences(books: &Books, series: &[SeriesRow], import: &Import) {
    let mut asked: HashSet<(usize, Date)> = HashSet::new();
    let mut days: HashSet<(usize, Date)> = HashSet::new();
    for line in import.lines.iter().filter(|line| days.insert((line.series, line.date))) {
        let Some(row) = series.get(line.series) else { continue };
        let period_from = row.period(line.date).from;
        if asked.insert((line.series, period_from)) {
            let (ledger, series, scope) = (row.ledger, row.id, ScopeKey::default());
            books.sequences.probe(&SequenceKey { ledger, series, scope, period_from });
        }
    }
}

/// A sequence while lines come into it.
struct Growing {
    row: SequenceRow,
    series: usize,
}

struct Taking<'a> {
    books: &'a mut Books,
    command: &'a Command,
    ledger: LedgerRow,
    series: Vec<SeriesRow>,
    sequences: BTreeMap<SequenceKey, Growing>,
    first_position: u64,
    /// The sequence of each number taken so far, by position.
    taken: Vec<SequenceId>,
    problems: Vec<(Code, String)>,
    missing: bool,
}

impl Taking<'_> {
    /// The row of a line; `None` when it has a problem, which is noted.
    fn line(&mut self, line: &ImportLine) -> Result<Option<NumberRow>, Halt> {
        let Some(series) = self.series.get(line.series) else {
            return refuse_param(Code::ParameterInvalid, "series", "A line names no series.");
        };
        let problem = if line.ordinal > numbering::limits::ORDINAL_MAX {
            Some((Code::OrdinalOverflow, format!("{} is too large", line.ordinal)))
        } else if series.kind_text(&line.kind).is_none() {
            Some((Code::KindNotInSeries, format!("the series does not take {}", line.kind)))
        } else {
            None
        };
        if let Some((code, what)) = problem {
            self.problems.push((code, format!("line {}: {} ({what})", line.line, line.text)));
            return Ok(None);
        }
        let sequence = self.sequence(line)?;
        let key = (self.ledger.id, NumberRow::slug_key(&line.text));
        let holders = self.books.texts.probe(&key).cloned().unwrap_or_default();
        let folded = numbering::fold(&line.text);
        let mut same = holders.iter().filter(|holder| numbering::fold(&holder.text) == folded);
        if same.any(|holder| self.clashes(holder, sequence)) {
            let what = format!("line {}: {} is taken already", line.line, line.text);
            self.problems.push((Code::NumberTaken, what));
            return Ok(None);
        }
        let slug_rank = holders.iter().map(|holder| holder.slug_rank).max();
        self.ledger.last_position += 1;
        let row = NumberRow {
            ledger: self.ledger.id,
            position: Position(self.ledger.last_position),
            sequence,
            ordinal: line.ordinal,
            text: line.text.clone(),
            slug_rank: slug_rank.map_or(0, |rank| rank.max(1) + 1),
            state: State::Held,
            kind: line.kind.clone(),
            date: line.date,
            created: self.command.at,
            reference: line.reference.clone(),
            customer: line.customer.clone(),
            parent: None,
            metadata: line.metadata.clone(),
            receipt: Receipt::default(),
            voided: None,
            reissue_of: None,
            warning: None,
        };
        self.hold(key, holders, &row, line);
        Ok(Some(row))
    }

    /// Whether a number of a sequence may not repeat this holder's text: history may repeat a text
    /// in another period, nothing else may.
    fn clashes(&self, holder: &Holder, sequence: SequenceId) -> bool {
        let at = holder.position.0.checked_sub(self.first_position);
        let other = at.and_then(|at| self.taken.get(usize::try_from(at).ok()?));
        other.is_none_or(|other| *other == sequence)
    }

    fn hold(
        &mut self,
        key: (crate::id::LedgerId, String),
        mut holders: Vec<Holder>,
        row: &NumberRow,
        line: &ImportLine,
    ) {
        let (position, text) = (row.position, row.text.clone());
        self.taken.push(row.sequence);
        holders.push(Holder { position, text, slug_rank: row.slug_rank });
        self.books.texts.write(key, holders);
        let Some(reference) = &row.reference else { return };
        let key = (row.ledger, row.kind.clone(), reference.clone());
        if self.books.references.probe(&key).is_some() {
            let what = format!("line {}: the reference {reference} is used already", line.line);
            self.problems.push((Code::ReferenceConflict, what));
        }
        self.books.references.write(key, position);
    }

    /// The sequence of a line, opened when it is new.
    fn sequence(&mut self, line: &ImportLine) -> Result<SequenceId, Halt> {
        let series = &self.series[line.series];
        let period = series.period(line.date);
        let key = SequenceKey {
            ledger: self.ledger.id,
            series: series.id,
            scope: ScopeKey::default(),
            period_from: period.from,
        };
        if !self.sequences.contains_key(&key) {
            match self.books.sequences.read(&key) {
                Ok(None) => {}
                Ok(Some(_)) => {
                    let message = format!(
                        "The series {} has numbers in {} already. Import into a series without.",
                        series.name,
                        series.period_label(&period)
                    );
                    return refuse_param(Code::ResourceAlreadyExists, "series", message);
                }
                Err(_) => self.missing = true,
            }
            self.ledger.last_sequence += 1;
            let row = SequenceRow {
                ledger: self.ledger.id,
                id: SequenceId(self.ledger.last_sequence),
                series: series.id,
                scope: ScopeKey::default(),
                period_from: period.from,
                period_to: period.to,
                period_label: series.period_label(&period),
                first: line.ordinal,
                last: line.ordinal,
                last_date: None,
            };
            self.sequences.insert(key.clone(), Growing { row, series: line.series });
        }
        let Some(growing) = self.sequences.get_mut(&key) else { return Err(Halt::Missing) };
        growing.row.first = growing.row.first.min(line.ordinal);
        growing.row.last = growing.row.last.max(line.ordinal);
        growing.row.last_date = growing.row.last_date.max(Some(line.date));
        Ok(growing.row.id)
    }

    /// An ordinal may stand only once in its sequence.
    fn check_ordinals(&mut self, rows: &[NumberRow]) {
        let mut seen: HashMap<(SequenceId, u64), &str> = HashMap::with_capacity(rows.len());
        for row in rows {
            if let Some(other) = seen.insert((row.sequence, row.ordinal), &row.text) {
                let what = format!("{other} and {} have the same ordinal in a period", row.text);
                self.problems.push((Code::NumberTaken, what));
            }
        }
    }

    /// A format that never restarts may not come to a text that an earlier period had. Formats that
    /// do restart show the period, which is proved where the series is taken.
    fn check_ahead(&self, rows: &[NumberRow]) -> Result<(), Halt> {
        let series_of = self.series_of();
        let several = |series: &&SeriesRow| series.formats().nth(1).is_some();
        for series in self.series.iter().filter(several) {
            let newest = series.newest();
            if newest.format.reset != Reset::Never {
                continue;
            }
            let goes_on = |growing: &&Growing| {
                growing.row.series == series.id && growing.row.period().contains(newest.from)
            };
            let current = self.sequences.values().find(goes_on).map(|growing| &growing.row);
            let last = current.map_or(0, |row| row.last);
            let ahead = |row: &&NumberRow| {
                self.series[series_of[&row.sequence]].id == series.id
                    && current.is_none_or(|current| current.id != row.sequence)
                    && newest.format.read(&row.text).iter().any(|it| it.ordinal.get() > last)
            };
            if let Some(row) = rows.iter().find(ahead) {
                let message = format!(
                    "The series would go on without restarting behind {last}, as {}, and print {} \
                     again, which is a number of {}. Give it a format for new numbers that shows \
                     the period, such as one with {{year}}.",
                    newest.format.pattern, row.text, row.date
                );
                return refuse_param(Code::PatternCollision, "pattern", message);
            }
        }
        Ok(())
    }

    fn refuse_problems(&mut self) -> Result<(), Halt> {
        self.problems.sort();
        let Some((code, _)) = self.problems.first() else { return Ok(()) };
        let shown: Vec<_> = self.problems.iter().take(PROBLEMS_SHOWN).map(|p| &*p.1).collect();
        let more = self.problems.len() - shown.len();
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let message = format!(
            "Nothing was imported, because {} lines do not fit: {}{more}. Correct the list.",
            self.problems.len(),
            shown.join("; ")
        );
        refuse(*code, message)
    }

    fn finish(mut self, mut rows: Vec<NumberRow>) -> Result<Outcome, Halt> {
        let gaps = self.gaps(&rows)?;
        let series_of = self.series_of();
        for row in &rows {
            let series = &mut self.series[series_of[&row.sequence]];
            series.first_date = series.first_date.into_iter().chain([row.date]).min();
            series.last_date = series.last_date.max(Some(row.date));
        }
        let changed = self.series.clone();
        let lines: Vec<Vec<u8>> = rows.iter().map(|row| trail_line(row).to_bytes()).collect();
        let change = Change::NumbersImported {
            series: changed.clone(),
            defaults: self.ledger.default_list(),
            opened: self.sequences.values().map(|growing| self.opened(growing)).collect(),
            gaps: gaps.iter().map(LeftGap::of).collect(),
            count: rows.len() as u64,
            digest: digest(&lines),
        };
        let receipt = record(self.books, self.command, &mut self.ledger, &change);
        let (ledger, index) = (self.ledger.id, receipt.index);
        let lines = lines.into_iter().zip(0..);
        let lines = lines.map(|(bytes, line)| TrailLine { ledger, index, line, bytes });
        self.books.append_lines(lines.collect());
        let view = ImportView {
            numbers: rows.len() as u64,
            gaps: gaps.len() as u64,
            missing: gaps.iter().map(|gap| gap.to - gap.from + 1).sum(),
            series: changed.clone(),
            receipt,
        };
        for row in &mut rows {
            row.receipt = receipt;
        }
        for row in rows {
            self.books.numbers.write((ledger, row.position), row);
        }
        for gap in gaps {
            self.books.gaps.write((ledger, gap.id), gap);
        }
        for (key, growing) in std::mem::take(&mut self.sequences) {
            self.books.places.write((ledger, growing.row.id), key.clone());
            self.books.sequences.write(key, growing.row);
        }
        for series in changed {
            write(self.books, series);
        }
        Ok(Outcome::Imported(Box::new(view)))
    }

    /// Of each sequence, the place of its series.
    fn series_of(&self) -> HashMap<SequenceId, usize> {
        self.sequences.values().map(|growing| (growing.row.id, growing.series)).collect()
    }

    fn opened(&self, growing: &Growing) -> OpenedSequence {
        let row = &growing.row;
        OpenedSequence {
            id: row.id,
            series: row.series,
            scope: row.scope.clone(),
            period_from: row.period_from,
            period_to: row.period_to,
            first: row.first,
        }
    }

    /// The holes between the ordinals of each sequence.
    fn gaps(&mut self, rows: &[NumberRow]) -> Result<Vec<GapRow>, Halt> {
        let mut by_ordinal: Vec<&NumberRow> = rows.iter().collect();
        by_ordinal.sort_by_key(|row| (row.sequence, row.ordinal));
        let series_of = self.series_of();
        let mut gaps = Vec::new();
        for pair in by_ordinal.windows(2) {
            let (lower, upper) = (pair[0], pair[1]);
            if lower.sequence != upper.sequence || upper.ordinal == lower.ordinal + 1 {
                continue;
            }
            let series = &self.series[series_of[&lower.sequence]];
            let (from, to) = (lower.ordinal + 1, upper.ordinal - 1);
            self.ledger.last_gap += 1;
            gaps.push(GapRow {
                ledger: self.ledger.id,
                id: GapId(self.ledger.last_gap),
                sequence: lower.sequence,
                from,
                to,
                first_text: blank_text(series, lower, from)?,
                last_text: blank_text(series, lower, to)?,
                cause: GapCause::Imported,
                at: self.command.at,
                actor: actor_text(&self.command.actor),
                index: self.ledger.trail_count,
                explanation: None,
            });
        }
        Ok(gaps)
    }
}

/// The text that a missing ordinal would have, beside its lower neighbour: in the format that
/// printed that one, which is not that of new numbers where those are to look otherwise.
fn blank_text(series: &SeriesRow, neighbour: &NumberRow, ordinal: u64) -> Result<String, Halt> {
    let kind = series.kind_text(&neighbour.kind).unwrap_or_default();
    let texts = Texts { kind, ..Texts::default() };
    let printed = |format: &&Format| {
        let text = super::sequence::render(format, neighbour.date, neighbour.ordinal, &texts);
        text.is_ok_and(|text| numbering::fold(&text) == numbering::fold(&neighbour.text))
    };
    let of_day = &series.version(neighbour.date).format;
    let mut formats = std::iter::once(of_day).chain(series.formats());
    let format = formats.find(printed).unwrap_or(of_day);
    super::sequence::render(format, neighbour.date, ordinal, &texts)
}

/// SHA-256 over the lines, each with its length (8 bytes, big-endian) before it.
pub(crate) fn digest(lines: &[Vec<u8>]) -> Hash {
    let mut digest = Sha256::new();
    for line in lines {
        digest.update((line.len() as u64).to_be_bytes());
        digest.update(line);
    }
    Hash(digest.finalize().into())
}
