//! Which document gets which number.

use std::collections::HashMap;

use jiff::civil::Date;
use numbering::infer::InferError;
use numbering::{FiscalYearStart, Format, Ordinal, Reading, Scope, Texts, TokenKind};

use super::DOCUMENTS_MAX;
use super::chosen::{Chosen, Selection};
use super::plan::PlannedDocument;
use super::problems::Problems;
use crate::job::import::keyed::{Keyed, hash};
use crate::model::{NumberRow, Ordering, ProblemCode, Resequencing, SeriesRow};
use crate::trail::{Numbered, RenumberedLine};

/// The new numbers.
#[derive(Debug)]
pub(super) struct Mapping {
    /// What prints them.
    pub(super) format: Format,
    /// How many change.
    pub(super) changed: u64,
    /// The changed documents of each sequence, in the order of the sequences of the selection.
    pub(super) in_sequence: Vec<Members>,
    /// Whether the format prints what is not in the document's date and ordinal.
    prints_more: bool,
    /// The formats that the old texts are read by.
    formats: Vec<Format>,
}

/// The documents of a sequence whose numbers change.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Their places in the selection, in the order of their new ordinals.
    pub(super) members: Vec<u32>,
    /// The lowest and the highest new ordinal.
    pub(super) to: (u64, u64),
}

/// The first number, understood.
struct First {
    format: Format,
    ordinal: u64,
    /// Whether the series has this format.
    is_own: bool,
}

/// Orders a selection and gives it new ordinals; `None` when the first number is not understood.
pub(super) fn map(
    selection: &mut Selection,
    series: &SeriesRow,
    asked: &Resequencing,
    fiscal: FiscalYearStart,
    problems: &mut Problems,
) -> Option<Mapping> {
    sort(selection, asked.ordering);
    let earliest = selection.chosen.iter().map(|chosen| chosen.date).min()?;
    let first = match understand(series, asked.first.trim(), earliest, fiscal) {
        Ok(first) => first,
        Err((code, message)) => {
            problems.once(code, message);
            // What else keeps it from being applied is told with it.
            for chosen in &selection.chosen {
                problems.check(selection, chosen, asked.include_sent);
            }
            return None;
        }
    };
    count(selection, &first, earliest, problems);
    let tokens = [TokenKind::Customer, TokenKind::Invoice, TokenKind::Kind];
    let prints_more = tokens.into_iter().any(|token| first.format.pattern.has(token));
    let mut mapping = Mapping {
        format: first.format,
        changed: 0,
        in_sequence: Vec::new(),
        prints_more,
        formats: series.formats().cloned().collect(),
    };
    mapping.note_changes(selection, problems, asked.include_sent);
    Some(mapping)
}

fn sort(selection: &mut Selection, ordering: Ordering) {
    let periods: Vec<Date> = selection.sequences.iter().map(|row| row.period_from).collect();
    let period = |chosen: &Chosen| periods[chosen.sequence as usize];
    selection.chosen.sort_unstable_by_key(|chosen| {
        let date = match ordering {
            Ordering::Keep => Date::MIN,
            Ordering::Date => chosen.date,
        };
        (date, period(chosen), chosen.sequence, chosen.ordinal)
    });
}

/// Reads the first number: by a format of the series, or as one that is new to it.
fn understand(
    series: &SeriesRow,
    text: &str,
    date: Date,
    fiscal: FiscalYearStart,
) -> Result<First, (ProblemCode, String)> {
    let in_force = &series.version(date).format;
    let others = series.formats().filter(|format| *format != in_force);
    for format in std::iter::once(in_force).chain(others) {
        let fits = |reading: &Reading| format.agrees(reading, date);
        if let Some(reading) = format.read(text).into_iter().find(fits) {
            let (format, ordinal) = (format.clone(), reading.ordinal.get());
            return Ok(First { format, ordinal, is_own: true });
        }
    }
    let inferred = numbering::infer::infer(text, date, fiscal).map_err(|error| {
        let code = match &error {
            InferError::DateMismatch(_) => ProblemCode::NumberDateMismatch,
            _ => ProblemCode::FirstNumberInvalid,
        };
        let message = format!("{text} cannot be the number of a document of {date}: {error}");
        (code, message)
    })?;
    if series.scope != Scope::Account || in_force.pattern.has(TokenKind::Kind) {
        let message = format!(
            "{text} is in another format than {}, the series', which prints what a number alone \
             does not tell (a customer, a parent or a kind). Change the pattern of the series \
             first, or begin with a number in its format.",
            in_force.pattern
        );
        return Err((ProblemCode::FirstNumberInvalid, message));
    }
    let best = inferred.best;
    let mut format =
        Format { fiscal_year_start: fiscal, reset: best.reset, ..Format::of(best.pattern) };
    format.prefix.clone_from(&in_force.prefix);
    Ok(First { format, ordinal: best.ordinal.get(), is_own: false })
}

/// Counts: the group of the earliest document begins with the first number, every other with 1.
fn count(selection: &mut Selection, first: &First, earliest: Date, problems: &mut Problems) {
    let mut groups: HashMap<(u32, Date), u64> = HashMap::new();
    let mut of_sequence: HashMap<u32, (u32, Date)> = HashMap::new();
    // Scopes by the place of the first sequence that has them.
    let mut scopes: HashMap<String, u32> = HashMap::new();
    let mut keys = Vec::with_capacity(selection.len());
    for chosen in &selection.chosen {
        let row = selection.sequence(chosen);
        let scope = *scopes.entry(row.scope.0.clone()).or_insert(chosen.sequence);
        let from = match first.is_own {
            true => row.period_from,
            false => first.format.period(chosen.date).from,
        };
        keys.push((scope, from));
    }
    let is_earliest = |(chosen, _): &(&Chosen, &(u32, Date))| chosen.date == earliest;
    let head = selection.chosen.iter().zip(&keys).find(is_earliest).map(|(_, key)| *key);
    let mut cut = None;
    for (at, key) in keys.iter().enumerate() {
        let start = if Some(*key) == head { first.ordinal } else { 1 };
        let next = groups.entry(*key).or_insert(start);
        let chosen = &mut selection.chosen[at];
        chosen.to = *next;
        *next += 1;
        if *of_sequence.entry(chosen.sequence).or_insert(*key) != *key {
            cut = cut.or(Some(at));
        }
    }
    if let Some(at) = cut {
        let message = format!(
            "{} starts again more often than the series does, so one counter would give an ordinal \
             twice. Change the reset of the series first.",
            first.format.pattern
        );
        let chosen = selection.chosen[at].clone();
        problems.of(ProblemCode::FirstNumberInvalid, selection, &chosen, message);
    }
}

impl Mapping {
    /// Takes note of what changes, and what keeps it from that.
    fn note_changes(
        &mut self,
        selection: &mut Selection,
        problems: &mut Problems,
        include_sent: bool,
    ) {
        self.in_sequence.resize_with(selection.sequences.len(), Members::default);
        let mut documents = 0_usize;
        for at in 0..selection.len() {
            let chosen = &selection.chosen[at];
            let is_changed = match self.text(selection, chosen) {
                Ok(text) => chosen.to != chosen.ordinal || text != selection.text(chosen),
                Err(message) => {
                    problems.of(ProblemCode::OrdinalOverflow, selection, chosen, message);
                    continue;
                }
            };
            if !is_changed {
                continue;
            }
            documents += usize::from(chosen.document().is_some());
            problems.check(selection, chosen, include_sent);
            let members = &mut self.in_sequence[chosen.sequence as usize];
            let ends = if members.members.is_empty() { (chosen.to, chosen.to) } else { members.to };
            members.to = (ends.0.min(chosen.to), ends.1.max(chosen.to));
            members.members.push(at as u32);
            let chosen = &mut selection.chosen[at];
            (chosen.is_changed, chosen.place) = (true, self.changed);
            self.changed += 1;
        }
        selection.note_changes();
        for members in &mut self.in_sequence {
            members.members.sort_by_key(|at| selection.chosen[*at as usize].to);
        }
        if self.changed == 0 && problems.is_empty() {
            let message = "Every selected document has the number that it would get. Begin with \
                           another number, or order by date.";
            problems.once(ProblemCode::NothingSelected, message.to_owned());
        }
        if documents > DOCUMENTS_MAX {
            let message = format!(
                "{documents} invoices and credit notes of this server would change, and at most \
                 {DOCUMENTS_MAX} do at once. Number a shorter time."
            );
            problems.once(ProblemCode::TooMany, message);
        }
    }

    /// The text that a document gets.
    pub(super) fn text(&self, selection: &Selection, chosen: &Chosen) -> Result<String, String> {
        let ordinal = Ordinal::new(chosen.to).map_err(|error| error.to_string())?;
        let reading = match self.prints_more {
            true => read(self.formats.iter(), selection.text(chosen)),
            false => None,
        };
        let texts = texts_of(reading.as_ref());
        self.format.render(chosen.date, ordinal, &texts).map_err(|error| error.to_string())
    }

    /// The text that a document gets, if its number changes.
    pub(super) fn changed_text(&self, selection: &Selection, at: usize) -> Option<String> {
        let chosen = selection.chosen.get(at).filter(|chosen| chosen.is_changed)?;
        self.text(selection, chosen).ok()
    }

    /// How the trail tells of a document whose number changes.
    pub(super) fn line(&self, selection: &Selection, at: usize) -> Option<RenumberedLine> {
        let to = self.changed_text(selection, at)?;
        let chosen = selection.chosen.get(at)?;
        let from = Numbered {
            ordinal: chosen.ordinal,
            text: selection.text(chosen).to_owned(),
            slug_rank: chosen.rank,
        };
        let to = Numbered { ordinal: chosen.to, text: to, slug_rank: chosen.to_rank };
        let (position, document) = (chosen.position, chosen.document());
        let sequence = selection.sequence(chosen).id;
        Some(RenumberedLine { position, sequence, document, from, to })
    }

    /// The documents of this server whose numbers change.
    pub(super) fn documents(&self, selection: &Selection, sent: bool) -> Vec<PlannedDocument> {
        let planned = |at: usize| {
            let id = selection.chosen[at].document()?;
            let RenumberedLine { from, to, .. } = self.line(selection, at)?;
            Some(PlannedDocument { id, from, to, sent })
        };
        (0..selection.len()).filter_map(planned).collect()
    }

    /// The slug keys of the new texts.
    pub(super) fn keyed(&self, selection: &Selection) -> Keyed {
        let key = |at: usize| {
            let text = self.changed_text(selection, at)?;
            Some((hash(NumberRow::slug_key(&text).as_str()), at as u32))
        };
        Keyed::new((0..selection.len()).filter_map(key).collect())
    }
}

impl Members {
    /// The document that is to get an ordinal, by its place in the selection.
    pub(super) fn with_ordinal(&self, selection: &Selection, ordinal: u64) -> Option<usize> {
        let to = |at: &u32| selection.chosen[*at as usize].to;
        let found = self.members.binary_search_by_key(&ordinal, to).ok()?;
        self.members.get(found).map(|at| *at as usize)
    }

    /// The document whose new ordinal is nearest above one, or the last. There is one.
    pub(super) fn near<'a>(&self, selection: &'a Selection, ordinal: u64) -> &'a Chosen {
        let of = |at: &u32| &selection.chosen[*at as usize];
        let behind = self.members.partition_point(|at| of(at).to < ordinal);
        of(&self.members[behind.min(self.members.len() - 1)])
    }
}

/// Reads a text by the first of some formats that can.
pub(super) fn read<'a>(
    mut formats: impl Iterator<Item = &'a Format>,
    text: &str,
) -> Option<Reading> {
    formats.find_map(|format| format.read(text).into_iter().next())
}

/// What is printed beside a date and an ordinal, as a number showed it.
pub(super) fn texts_of(reading: Option<&Reading>) -> Texts<'_> {
    let shown = |of: fn(&Reading) -> Option<&str>| reading.and_then(of).unwrap_or_default();
    Texts {
        customer: shown(|reading| reading.customer.as_deref()),
        invoice: shown(|reading| reading.invoice.as_deref()),
        kind: shown(|reading| reading.kind.as_deref()),
    }
}
