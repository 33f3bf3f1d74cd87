//! What is imported: a series for each counter of the list, or for several that follow each other,
//! and a line for each number.

mod formats;
mod kinds;
mod stretch;

use jiff::civil::Date;
use ledger::command::{Import, ImportLine, ImportSeries};
use ledger::model::Kind;
use numbering::audit::{Audit, Counter, FoundFormat, OddOneOut, OddReason};
use numbering::{FiscalYearStart, Format, Pattern, TokenKind};

use self::formats::Dated;
use self::kinds::{Known, Shown};
use self::stretch::{Stretch, Used};
use crate::commands::audit::list::List;
use crate::door::kind;
use crate::failure::Failure;

/// The kind of the documents that have a text in their numbers.
#[derive(Clone, Debug)]
pub(crate) struct KindName {
    text: String,
    kind: Kind,
}

/// The pattern of new numbers, of a kind or of the first series.
#[derive(Clone, Debug)]
pub(crate) struct NewPattern {
    kind: Option<Kind>,
    pattern: Pattern,
}

/// What the user says beside the list.
pub(super) struct Wishes<'a> {
    pub(super) kinds: &'a [KindName],
    pub(super) patterns: &'a [NewPattern],
    pub(super) series_name: Option<&'a str>,
    pub(super) fiscal_year: FiscalYearStart,
}

/// What is imported, and what is to be said of each series.
pub(super) struct Plan {
    pub(super) import: Import,
    pub(super) notes: Vec<Option<String>>,
    /// Texts in front of numbers of which nothing is told, each with the kind that was taken.
    pub(super) guessed: Vec<(String, Kind)>,
    /// Numbers that are taken over and look like slips.
    pub(super) odd: Vec<OddOneOut>,
}

/// Problems that one refusal lists.
const SHOWN: usize = 10;

/// Reads `TEXT=KIND`.
pub(super) fn kind_name(argument: &str) -> Result<KindName, String> {
    let (text, word) =
        argument.split_once('=').ok_or("expected TEXT=KIND, such as C=credit_note")?;
    let kind = kind(word).map_err(|failure| failure.message)?;
    Ok(KindName { text: text.to_owned(), kind })
}

/// Reads `PATTERN` or `KIND=PATTERN`.
pub(super) fn new_pattern(argument: &str) -> Result<NewPattern, String> {
    let of_kind =
        argument.split_once('=').and_then(|(word, text)| Some((Kind::parse(word)?, text)));
    let (kind, text) = match of_kind {
        Some((kind, text)) => (Some(kind), text),
        None => (None, argument),
    };
    let pattern = text.parse().map_err(|error| format!("{error}"))?;
    Ok(NewPattern { kind, pattern })
}

impl Plan {
    /// The plan for a list.
    ///
    /// # Errors
    /// Some numbers do not fit, or no number can follow them: told with the lines or the remedy.
    pub(super) fn of(list: &List, audit: &Audit, wishes: &Wishes<'_>) -> Result<Plan, Failure> {
        refuse_unfit(list, audit)?;
        refuse_customers(list, audit)?;
        let shown = kinds::shown(list, audit, wishes.kinds)?;
        let printing = formats_of(audit, wishes.fiscal_year);
        let stretches = stretch::stretches(used(list, audit)?, &printing);
        let may_follow = |one: usize, other: usize| kinds::are_alike(&shown[one], &shown[other]);
        let chains = stretch::chains(audit.counters.len(), &stretches, may_follow);
        let of_counters = Counters { audit, shown: &shown, stretches: &stretches, printing };
        let taken = of_counters.series(list, &chains, wishes)?;
        let lines = lines(list, audit, &taken)?;
        let Taken { series, notes, guessed, .. } = taken;
        Ok(Plan { import: Import { series, lines }, notes, guessed, odd: audit.odd.clone() })
    }
}

/// The series of a plan, and where each counter's numbers go.
struct Taken {
    series: Vec<ImportSeries>,
    notes: Vec<Option<String>>,
    /// Of each counter its series.
    places: Vec<usize>,
    /// Of each counter its kinds.
    known: Vec<Vec<Known>>,
    guessed: Vec<(String, Kind)>,
}

/// What the list tells of its counters.
struct Counters<'a> {
    audit: &'a Audit,
    shown: &'a [Vec<Shown>],
    stretches: &'a [Stretch],
    /// The formats of the list as they print.
    printing: Vec<Format>,
}

impl Counters<'_> {
    fn series(
        &self,
        list: &List,
        chains: &[Vec<usize>],
        wishes: &Wishes<'_>,
    ) -> Result<Taken, Failure> {
        let counters = self.audit.counters.len();
        let mut taken = Taken {
            series: Vec::with_capacity(chains.len()),
            notes: Vec::with_capacity(chains.len()),
            places: vec![0; counters],
            known: vec![Vec::new(); counters],
            guessed: Vec::new(),
        };
        let mut kinds_taken: Vec<Kind> = Vec::new();
        let mut left: Vec<&NewPattern> = wishes.patterns.iter().collect();
        for (place, chain) in chains.iter().enumerate() {
            let shown: Vec<&[Shown]> = chain.iter().map(|it| self.shown[*it].as_slice()).collect();
            let known = kinds::resolve(&shown, &mut kinds_taken)?;
            let kinds = kinds::texts(&known);
            taken.guessed.extend(kinds::guessed(&shown, &known));
            let is_for = |new: &&NewPattern| match &new.kind {
                Some(kind) => kinds.iter().any(|known| known.kind == *kind),
                None => place == 0,
            };
            let future = left.iter().position(is_for).map(|at| left.remove(at));
            let texts: Vec<String> = kinds.iter().map(|known| known.text.clone()).collect();
            let Dated { formats, note } = self
                .dated(chain, &texts, future.map(|new| &new.pattern))
                .map_err(|refused| list.refuse_whole(&refused.message).about("pattern"))?;
            let note = match future {
                None => note.or_else(|| self.width_note(chain, &formats)),
                Some(_) => note,
            };
            let wished = wishes.series_name.filter(|_| place == 0).map(str::to_owned);
            let name = wished.unwrap_or_else(|| self.name(chain, &kinds, &taken.series));
            for (counter, known) in chain.iter().zip(known) {
                (taken.places[*counter], taken.known[*counter]) = (place, known);
            }
            taken.series.push(ImportSeries { name, formats, kinds });
            taken.notes.push(note);
        }
        match left.first() {
            Some(unused) => Err(refuse_unused(unused)),
            None => Ok(taken),
        }
    }

    /// What is to be said of the width of the newest of these formats.
    fn width_note(&self, chain: &[usize], formats: &[(Option<Date>, Format)]) -> Option<String> {
        let (_, newest) = formats.last()?;
        let counters = chain.iter().map(|at| &self.audit.counters[*at]);
        let alike = counters.filter(|counter| counter.pattern == newest.pattern);
        let lowest = alike.flat_map(|it| &it.periods).map(|period| period.first.get()).min()?;
        let of_chain = self.stretches.iter().filter(|it| chain.contains(&it.counter));
        let last = of_chain.map(|stretch| stretch.last).max()?;
        formats::width_note(newest, lowest, last)
    }

    fn dated(
        &self,
        chain: &[usize],
        kind_texts: &[String],
        future: Option<&Pattern>,
    ) -> Result<Dated, formats::Unsafe> {
        let with_texts = |format: &Format| Format {
            kind_texts: match format.pattern.has(TokenKind::Kind) {
                true => kind_texts.to_vec(),
                false => Vec::new(),
            },
            ..format.clone()
        };
        let printing: Vec<Format> = self.printing.iter().map(with_texts).collect();
        // Kinds that share a counter are one format, which prints the kind.
        let shared = |counter: &Counter| !counter.kinds.is_empty();
        let shared_format = |counter: &Counter| {
            let first = counter.formats.first().map(|at| self.printing[*at].clone());
            first.map(|it| with_texts(&Format { pattern: counter.pattern.clone(), ..it }))
        };
        let counters = &self.audit.counters;
        let of_kinds: Vec<Option<Format>> = counters.iter().map(shared_format).collect();
        let of_stretch = |stretch: &Stretch| match &of_kinds[stretch.counter] {
            Some(format) if shared(&counters[stretch.counter]) => vec![format],
            _ => stretch.formats.iter().map(|at| &printing[*at]).collect(),
        };
        formats::dated(&stretch::in_order(self.stretches, chain), of_stretch, future)
    }

    /// A name for a series that is made anew, which no other one of the plan has.
    fn name(
        &self,
        chain: &[usize],
        kinds: &[ledger::model::KindText],
        others: &[ImportSeries],
    ) -> String {
        let kind = kinds.first().map_or("imported", |known| known.kind.text()).to_owned();
        let newest = chain.first().map(|it| kinds::head(&self.audit.counters[*it].pattern));
        let letters = newest.and_then(|head| kinds::word(&head)).map(|word| word.text().to_owned());
        let numbered = (2..).map(|at: u32| format!("{kind}_{at}"));
        let mut names = [kind.clone()].into_iter().chain(letters).chain(numbered);
        let is_free = |name: &String| others.iter().all(|other| other.name != *name);
        names.find(is_free).unwrap_or(kind)
    }
}

fn refuse_unused(new: &NewPattern) -> Failure {
    let message = match &new.kind {
        Some(kind) => format!("no series of the list without a pattern yet has {kind} documents"),
        None => "give --pattern once, or name a kind with each: KIND=PATTERN".to_owned(),
    };
    Failure::refused("parameter_invalid", message).about("pattern")
}

/// The formats of a list as they print.
fn formats_of(audit: &Audit, fiscal_year_start: FiscalYearStart) -> Vec<Format> {
    let format = |found: &FoundFormat| Format {
        reset: found.reset,
        fiscal_year_start,
        ..Format::of(found.pattern.clone())
    };
    audit.formats.iter().map(format).collect()
}

/// Where and when each format was used.
fn used<'a>(list: &'a List, audit: &'a Audit) -> Result<impl Iterator<Item = Used> + 'a, Failure> {
    for (place, record) in list.records().iter().enumerate() {
        if list.date(place).is_none() {
            let problem = "the document has no date; add a column with dates";
            return Err(list.refuse(*record, problem));
        }
    }
    let used = audit.assignments.iter().enumerate().filter_map(|(place, assignment)| {
        let assignment = assignment.as_ref()?;
        Some(Used {
            counter: audit.formats[assignment.format].counter,
            format: assignment.format,
            date: list.date(place)?,
            ordinal: assignment.ordinal.get(),
        })
    });
    Ok(used)
}

fn refuse_unfit(list: &List, audit: &Audit) -> Result<(), Failure> {
    // Fixed text that looks like a year can be just that.
    let unfit = audit.odd.iter().filter(|odd| odd.reason != OddReason::OtherYear);
    let odd =
        unfit.map(|odd| (odd.line, format!("line {}: '{}': {}", odd.line, odd.number, odd.reason)));
    let twice = audit.duplicates.iter().map(|found| {
        let lines: Vec<String> = found.lines.iter().map(u64::to_string).collect();
        let line = found.lines.first().copied().unwrap_or_default();
        (line, format!("lines {}: {} is used more than once", lines.join(", "), found.number))
    });
    let mut problems: Vec<(u64, String)> = odd.chain(twice).collect();
    if problems.is_empty() {
        return Ok(());
    }
    problems.sort();
    let shown: Vec<&str> = problems.iter().take(SHOWN).map(|(_, text)| text.as_str()).collect();
    let more = match problems.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    Err(list.refuse_whole(&format!(
        "nothing was imported, because some numbers do not fit; correct or remove \
         them:\n  {}{more}",
        shown.join("\n  ")
    )))
}

/// Refuses a list that counts by customer: its counters cannot be taken over.
fn refuse_customers(list: &List, audit: &Audit) -> Result<(), Failure> {
    let by_customer = audit.counters.iter().find(|it| it.pattern.has(TokenKind::Customer));
    let Some(counter) = by_customer else { return Ok(()) };
    let customers = audit.counters.iter().filter(|it| it.customer.is_some()).count();
    let problem = format!(
        "these numbers count by customer ({}, {customers} customers), and such counters cannot be \
         imported. Take those lines out and import the rest; then let customers begin with \
         numbers of their own here: mode=customer in the settings gives each a new prefix",
        counter.pattern
    );
    Err(list.refuse_whole(&problem).about("customer"))
}

fn lines(list: &List, audit: &Audit, taken: &Taken) -> Result<Vec<ImportLine>, Failure> {
    let each = list.records().iter().copied().zip(&audit.assignments).enumerate();
    each.map(|(place, (record, assignment))| {
        let date = list.date(place).ok_or_else(|| list.refuse(record, "there is no date"))?;
        let assignment = assignment
            .ok_or_else(|| list.refuse(record, "no format of the list reads this number"))?;
        let format = &audit.formats[assignment.format];
        let known = &taken.known[format.counter];
        let listed = kinds::listed(list, record);
        let text = format.kind_text.as_deref().unwrap_or_default();
        let mut of_text = known.iter().filter(|known| known.text == text);
        let first = of_text.clone().next().or(known.first());
        let known = of_text.find(|known| listed.is_some() && known.listed == listed).or(first);
        Ok(ImportLine {
            series: taken.places[format.counter],
            text: list.number(record).into_owned(),
            ordinal: assignment.ordinal.get(),
            date,
            kind: known.map_or_else(Kind::invoice, |known| known.kind.clone()),
            reference: None,
            customer: None,
            metadata: Default::default(),
            line: u64::from(record.line),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_kinds_and_patterns() {
        assert!(kind_name("C").is_err() && kind_name("C=Credit Note").is_err());
        let read = |text: &str| {
            let new = new_pattern(text)?;
            let kind = new.kind.map(|kind| kind.text().to_owned());
            Ok::<_, String>((kind.unwrap_or_default(), new.pattern.to_string()))
        };
        assert_eq!(read("{year}-{seq}").unwrap(), (String::new(), "{year}-{seq}".into()));
        let of_kind = read("credit_note=CN-{seq}").unwrap();
        assert_eq!(of_kind, ("credit_note".into(), "CN-{seq}".into()));
        assert_eq!(read("A=B-{seq}").unwrap(), (String::new(), "A=B-{seq}".into()));
        assert!(read("{year}").is_err());
    }
}
