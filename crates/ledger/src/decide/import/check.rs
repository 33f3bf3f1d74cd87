//! Whether a list fits, and what it comes to: all of it is known here, so nothing is loaded but
//! the few rows of the series and sequences that it goes into.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use numbering::{Reset, Texts};

use super::super::issue::document::is_document;
use super::super::{Halt, ledger, refuse, refuse_param};
use super::series;
use crate::books::Books;
use crate::command::{Import, ImportLine};
use crate::id::{LedgerId, ScopeKey};
use crate::job::JobId;
use crate::job::import::keyed::{Keyed, hash};
use crate::job::import::survey::Survey;
use crate::job::import::{CheckedGap, CheckedImport, CheckedSequence, reference_key};
use crate::model::{NumberRow, SequenceKey, SeriesRow};
use crate::refusal::Code;

/// Problems that one refusal lists.
const PROBLEMS_SHOWN: usize = 20;
/// The sequence of a line that fits into none.
const NONE: u32 = u32::MAX;

/// Refuses a list without lines, and one with more than can be counted.
pub(crate) fn refuse_empty(list: &Import) -> Result<(), Halt> {
    if list.lines.is_empty() {
        return refuse_param(Code::ParameterMissing, "lines", "There is no number to import.");
    }
    if u32::try_from(list.lines.len()).is_ok_and(|count| count < NONE) {
        return Ok(());
    }
    let message = "The list has more than 4 billion lines. Cut it by series.";
    refuse_param(Code::ParameterInvalid, "lines", message)
}

/// Holds a list, of which the survey knows what the ledger has, against the ledger's series.
pub(crate) fn check(
    books: &mut Books,
    id: LedgerId,
    job: JobId,
    list: &Arc<Import>,
    survey: &Survey,
) -> Result<CheckedImport, Halt> {
    let mut ledger = ledger(books, id)?;
    let claims = series::claims(list);
    let series = series::take(books, &mut ledger, &list.series, &claims)?;
    let mut order: Vec<u32> = (0..list.lines.len() as u32).collect();
    order.sort_by_key(|index| {
        let line = &list.lines[*index as usize];
        (line.date, line.line)
    });
    let mut checking = Checking {
        list,
        survey,
        series: &series,
        sequence_of: Vec::with_capacity(order.len()),
        order,
        sequences: Vec::new(),
        problems: Vec::new(),
        ranks: BTreeMap::new(),
    };
    checking.sequences(books, id)?;
    let texts = checking.texts();
    let references = checking.references();
    let by_ordinal = checking.by_ordinal();
    checking.refuse_problems()?;
    checking.check_ahead()?;
    let gaps = checking.gaps(&by_ordinal)?;
    let Checking { order, sequence_of, sequences, ranks, .. } = checking;
    Ok(CheckedImport {
        ledger: id,
        job,
        list: Arc::clone(list),
        claims,
        series,
        order,
        sequence_of,
        sequences,
        gaps,
        ranks,
        texts,
        references,
    })
}

/// The sequences that lines fall into are there already.
pub(super) fn refuse_used(series: &SeriesRow, label: &str) -> Halt {
    let message = format!(
        "The series {} has numbers in {label} already. Import into a series without.",
        series.name
    );
    let refused = refuse_param::<()>(Code::ResourceAlreadyExists, "series", message);
    refused.err().unwrap_or(Halt::Missing)
}

struct Checking<'a> {
    list: &'a Import,
    survey: &'a Survey,
    series: &'a [SeriesRow],
    /// The line of each place.
    order: Vec<u32>,
    /// The sequence of each place; [`NONE`] where the line has a problem, which is noted.
    sequence_of: Vec<u32>,
    sequences: Vec<CheckedSequence>,
    problems: Vec<(Code, String)>,
    ranks: BTreeMap<u32, u32>,
}

impl Checking<'_> {
    fn line(&self, place: u32) -> &ImportLine {
        &self.list.lines[self.order[place as usize] as usize]
    }

    /// The places whose lines fit so far.
    fn fitting(&self) -> impl Iterator<Item = u32> {
        let places = (0..).zip(&self.sequence_of);
        places.filter(|(_, sequence)| **sequence != NONE).map(|(place, _)| place)
    }

    /// Finds the sequence of each line, and refuses those that are there already.
    fn sequences(&mut self, books: &Books, ledger: LedgerId) -> Result<(), Halt> {
        let mut of_day: HashMap<(usize, Date), u32> = HashMap::new();
        let mut of_period: HashMap<(usize, Date), u32> = HashMap::new();
        for place in 0..self.order.len() as u32 {
            let line = self.line(place);
            let Some(series) = self.series.get(line.series) else {
                return refuse_param(Code::ParameterInvalid, "series", "A line names no series.");
            };
            if let Some(problem) = unfit(line, series) {
                self.problems.push(problem);
                self.sequence_of.push(NONE);
                continue;
            }
            let (of, date, ordinal) = (line.series, line.date, line.ordinal);
            let at = *of_day.entry((of, date)).or_insert_with(|| {
                let new = self.sequences.len() as u32;
                *of_period.entry((of, series.period(date).from)).or_insert(new)
            });
            if at as usize == self.sequences.len() {
                let sequence = opened(series, line);
                if is_used(books, ledger, series, &sequence) {
                    return Err(refuse_used(series, &sequence.label));
                }
                self.sequences.push(sequence);
            }
            let sequence = &mut self.sequences[at as usize];
            sequence.first = sequence.first.min(ordinal);
            sequence.last = sequence.last.max(ordinal);
            sequence.last_date = sequence.last_date.max(date);
            self.sequence_of.push(at);
        }
        // A long list is held against what it needs once, when all of that is there.
        if books.is_missing_any() { Err(Halt::Missing) } else { Ok(()) }
    }

    /// Notes texts that are repeated where they may not be, and ranks slugs that are. History may
    /// repeat a text in another period, nothing else may.
    fn texts(&mut self) -> Keyed {
        let key = |place| hash(NumberRow::slug_key(&self.line(place).text).as_str());
        let texts = Keyed::new(self.fitting().map(|place| (key(place), place)).collect());
        for group in texts.groups() {
            let stored = |place: u32| self.survey.ranks.get(&self.order[place as usize]).copied();
            if let [(_, place)] = group
                && stored(*place).is_none()
            {
                continue;
            }
            let mut taken: HashMap<String, Slug> = HashMap::new();
            for (_, place) in group {
                let line = self.line(*place);
                let slug = taken
                    .entry(NumberRow::slug_key(&line.text))
                    .or_insert_with(|| Slug { rank: stored(*place), texts: HashSet::new() });
                let sequence = self.sequence_of[*place as usize];
                if !slug.texts.insert((numbering::fold(&line.text), sequence)) {
                    let what = format!("line {}: {} is taken already", line.line, line.text);
                    self.problems.push((Code::NumberTaken, what));
                    self.sequence_of[*place as usize] = NONE;
                    continue;
                }
                let own = slug.rank.map_or(0, |rank| rank.max(1) + 1);
                slug.rank = Some(own);
                if own > 0 {
                    self.ranks.insert(*place, own);
                }
            }
        }
        texts
    }

    /// Notes references that are used already, in the ledger or by an earlier line.
    fn references(&mut self) -> Keyed {
        let key = |place| {
            let line = self.line(place);
            Some((reference_key(&line.kind, line.reference.as_deref()?), place))
        };
        let references = Keyed::new(self.fitting().filter_map(key).collect());
        for group in references.groups() {
            let mut seen = HashSet::new();
            for (_, place) in group {
                let line = self.line(*place);
                let Some(reference) = &line.reference else { continue };
                let used = self.survey.used.contains(&self.order[*place as usize]);
                if !seen.insert((line.kind.clone(), reference.clone())) || used {
                    let what =
                        format!("line {}: the reference {reference} is used already", line.line);
                    self.problems.push((Code::ReferenceConflict, what));
                }
            }
        }
        references
    }

    /// The places by sequence and ordinal. An ordinal may stand only once in its sequence.
    fn by_ordinal(&mut self) -> Vec<u32> {
        let mut places: Vec<u32> = self.fitting().collect();
        places.sort_by_key(|place| {
            (self.sequence_of[*place as usize], self.line(*place).ordinal, *place)
        });
        for pair in places.windows(2) {
            let (one, other) = (self.line(pair[0]), self.line(pair[1]));
            let is_same = self.sequence_of[pair[0] as usize] == self.sequence_of[pair[1] as usize];
            if is_same && one.ordinal == other.ordinal {
                let (one, other) = (&one.text, &other.text);
                let what = format!("{one} and {other} have the same ordinal in a period");
                self.problems.push((Code::NumberTaken, what));
            }
        }
        places
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

    /// A format that never restarts may not come to a text that an earlier period had. Formats that
    /// do restart show the period, which is proved where the series is taken.
    fn check_ahead(&self) -> Result<(), Halt> {
        for (at, series) in self.series.iter().enumerate() {
            let newest = series.newest();
            if series.formats().nth(1).is_none() || newest.format.reset != Reset::Never {
                continue;
            }
            let goes_on = |sequence: &&CheckedSequence| {
                sequence.series == at && sequence.period.contains(newest.from)
            };
            let current = self.sequences.iter().find(goes_on);
            let last = current.map_or(0, |sequence| sequence.last);
            let ahead = |place: &u32| {
                let sequence = &self.sequences[self.sequence_of[*place as usize] as usize];
                let text = &self.line(*place).text;
                sequence.series == at
                    && current != Some(sequence)
                    && newest.format.read(text).iter().any(|it| it.ordinal.get() > last)
            };
            if let Some(place) = self.fitting().find(ahead) {
                let line = self.line(place);
                let message = format!(
                    "The series would go on without restarting behind {last}, as {}, and print {} \
                     again, which is a number of {}. Give it a format for new numbers that shows \
                     the period, such as one with {{year}}.",
                    newest.format.pattern, line.text, line.date
                );
                return refuse_param(Code::PatternCollision, "pattern", message);
            }
        }
        Ok(())
    }

    /// The holes between the ordinals of each sequence.
    fn gaps(&self, by_ordinal: &[u32]) -> Result<Vec<CheckedGap>, Halt> {
        let mut gaps = Vec::new();
        for pair in by_ordinal.windows(2) {
            let sequence = self.sequence_of[pair[0] as usize];
            let (lower, upper) = (self.line(pair[0]), self.line(pair[1]));
            let is_same = sequence == self.sequence_of[pair[1] as usize];
            if !is_same || upper.ordinal == lower.ordinal + 1 {
                continue;
            }
            let series = &self.series[self.sequences[sequence as usize].series];
            let (from, to) = (lower.ordinal + 1, upper.ordinal - 1);
            let (first_text, last_text) =
                (blank_text(series, lower, from)?, blank_text(series, lower, to)?);
            let date = lower.date;
            gaps.push(CheckedGap { sequence, from, to, first_text, last_text, date });
        }
        Ok(gaps)
    }
}

/// What has one slug.
struct Slug {
    /// The highest rank so far.
    rank: Option<u32>,
    /// Texts with their sequences.
    texts: HashSet<(String, u32)>,
}

/// The sequence that a line opens.
fn opened(series: &SeriesRow, line: &ImportLine) -> CheckedSequence {
    let period = series.period(line.date);
    CheckedSequence {
        series: line.series,
        period,
        label: series.period_label(&period),
        first: line.ordinal,
        last: line.ordinal,
        first_date: line.date,
        last_date: line.date,
    }
}

/// Whether a sequence is known to be there.
pub(super) fn is_used(
    books: &Books,
    ledger: LedgerId,
    series: &SeriesRow,
    sequence: &CheckedSequence,
) -> bool {
    let key = SequenceKey {
        ledger,
        series: series.id,
        scope: ScopeKey::default(),
        period_from: sequence.period.from,
    };
    books.sequences.probe(&key).is_some()
}

/// What keeps a line out of its series, whatever else the list has.
fn unfit(line: &ImportLine, series: &SeriesRow) -> Option<(Code, String)> {
    let (code, what) = if line.ordinal > numbering::limits::ORDINAL_MAX {
        (Code::OrdinalOverflow, format!("{} is too large", line.ordinal))
    } else if series.kind_text(&line.kind).is_none() {
        (Code::KindNotInSeries, format!("the series does not take {}", line.kind))
    } else if line.reference.as_deref().is_some_and(is_document) {
        let what =
            "its reference has the form of an id that this server gives; put something before it";
        (Code::ParameterInvalid, what.to_owned())
    } else {
        return None;
    };
    Some((code, format!("line {}: {} ({what})", line.line, line.text)))
}

/// The text that a missing ordinal would have, beside its lower neighbour: in the format that
/// printed that one, which is not that of new numbers where those are to look otherwise.
fn blank_text(series: &SeriesRow, neighbour: &ImportLine, ordinal: u64) -> Result<String, Halt> {
    let kind = series.kind_text(&neighbour.kind).unwrap_or_default();
    let texts = Texts { kind, ..Texts::default() };
    let render = super::super::sequence::render;
    let printed = |format: &&numbering::Format| {
        let text = render(format, neighbour.date, neighbour.ordinal, &texts);
        text.is_ok_and(|text| numbering::fold(&text) == numbering::fold(&neighbour.text))
    };
    let of_day = &series.version(neighbour.date).format;
    let mut formats = std::iter::once(of_day).chain(series.formats());
    let format = formats.find(printed).unwrap_or(of_day);
    render(format, neighbour.date, ordinal, &texts)
}
