//! What is imported: a series for each counter of the list, a line for each number.

use jiff::civil::Date;
use ledger::command::{Import, ImportLine, ImportSeries};
use ledger::model::{Kind, KindText};
use numbering::audit::{Audit, Counter, FoundFormat};
use numbering::{Format, Part, Pattern, Reset, TokenKind};

use crate::commands::audit::list::List;
use crate::door::kind;
use crate::failure::Failure;
use crate::sheet::Record;

/// The kind of the documents that have a text in their numbers.
#[derive(Clone, Debug)]
pub(crate) struct KindName {
    text: String,
    kind: Kind,
}

/// What is imported, and what comes next in each series.
pub(super) struct Plan {
    pub(super) import: Import,
    pub(super) next: Vec<Next>,
}

/// The number that comes next in a series, or why that is not known.
pub(super) type Next = Result<String, String>;

/// Problems that one refusal lists.
const SHOWN: usize = 10;

/// Reads `TEXT=KIND`.
pub(super) fn kind_name(argument: &str) -> Result<KindName, String> {
    let (text, word) =
        argument.split_once('=').ok_or("expected TEXT=KIND, such as C=credit_note")?;
    let kind = kind(word).map_err(|failure| failure.message)?;
    Ok(KindName { text: text.to_owned(), kind })
}

impl Plan {
    /// The plan for a list.
    ///
    /// # Errors
    /// Some numbers do not fit: told with their lines.
    pub(super) fn of(
        list: &List,
        audit: &Audit,
        names: &[KindName],
        series_name: Option<&str>,
    ) -> Result<Plan, Failure> {
        refuse_unfit(list, audit)?;
        let mut taken: Vec<Kind> = Vec::new();
        let mut series = Vec::with_capacity(audit.counters.len());
        let mut known = Vec::with_capacity(audit.counters.len());
        for (place, counter) in audit.counters.iter().enumerate() {
            if counter.pattern.has(TokenKind::Customer) {
                let problem = "these numbers count by customer, which cannot be imported";
                return Err(list.refuse_whole(problem));
            }
            let formats: Vec<&FoundFormat> =
                audit.formats.iter().filter(|format| format.counter == place).collect();
            let own = kinds(list, audit, place, names, &mut taken)?;
            let mut kinds: Vec<KindText> = Vec::with_capacity(own.len());
            for one in &own {
                if !kinds.iter().any(|other| other.kind == one.kind) {
                    kinds.push(KindText { kind: one.kind.clone(), text: one.text.clone() });
                }
            }
            known.push(own);
            let own_name =
                || kinds.first().map_or("imported", |known| known.kind.text()).to_owned();
            let name = series_name.filter(|_| place == 0).map_or_else(own_name, str::to_owned);
            series.push(ImportSeries { name, formats: versions(counter, &formats), kinds });
        }
        let lines = lines(list, audit, &known)?;
        let next = |counter: &Counter| counter.next.first().map(|next| next.number.clone());
        let unknown = "no number follows the last one";
        let next = audit.counters.iter().map(|counter| next(counter).ok_or(unknown.to_owned()));
        let next = next.collect();
        Ok(Plan { import: Import { series, lines }, next })
    }
}

fn refuse_unfit(list: &List, audit: &Audit) -> Result<(), Failure> {
    let odd = audit
        .odd
        .iter()
        .map(|odd| (odd.line, format!("line {}: '{}': {}", odd.line, odd.number, odd.reason)));
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

/// A kind of a counter: how the list calls it, and what it becomes.
struct Known {
    text: String,
    listed: Option<Kind>,
    kind: Kind,
}

/// The kinds that share a counter: one for each text that its numbers show and each word that the
/// list's column says beside it. What `names` says of a text goes before the column.
fn kinds(
    list: &List,
    audit: &Audit,
    place: usize,
    names: &[KindName],
    taken: &mut Vec<Kind>,
) -> Result<Vec<Known>, Failure> {
    let counter = &audit.counters[place];
    let shares = !counter.kinds.is_empty();
    let shown = |text: &str| if shares { text.to_owned() } else { head(&counter.pattern) };
    let mut known: Vec<Known> = Vec::new();
    for (text, listed) in told(list, audit, place) {
        let shown = shown(&text);
        let named = names.iter().find(|name| name.text == shown);
        if let (Some(_), Some(same)) = (named, known.iter().find(|known| known.text == text)) {
            let kind = same.kind.clone();
            known.push(Known { text, listed, kind });
            continue;
        }
        let kind = named
            .map(|name| name.kind.clone())
            .or_else(|| listed.clone())
            .unwrap_or_else(|| guess(&shown, taken));
        let kind = free(kind, taken)?;
        taken.push(kind.clone());
        known.push(Known { text, listed, kind });
    }
    Ok(known)
}

/// Each text and word of the column that stands together somewhere on a counter: in the order of
/// the counter's texts, then of the list. Lines without a word go with the first word of the text.
fn told(list: &List, audit: &Audit, place: usize) -> Vec<(String, Option<Kind>)> {
    let mut texts: Vec<String> =
        audit.counters[place].kinds.iter().map(|(text, _)| text.clone()).collect();
    if texts.is_empty() {
        texts.push(String::new());
    }
    let mut told: Vec<(String, Option<Kind>)> = Vec::new();
    for (record, assignment) in list.records().iter().zip(&audit.assignments) {
        let Some(format) = assignment.map(|found| &audit.formats[found.format]) else { continue };
        let Some(listed) = listed(list, *record) else { continue };
        let pair = (format.kind_text.clone().unwrap_or_default(), Some(listed));
        if format.counter == place && !told.contains(&pair) {
            told.push(pair);
        }
    }
    let of_text = |text: String| -> Vec<(String, Option<Kind>)> {
        let mut found: Vec<_> = told.iter().filter(|pair| pair.0 == text).cloned().collect();
        if found.is_empty() {
            found.push((text, None));
        }
        found
    };
    texts.into_iter().flat_map(of_text).collect()
}

/// The kind that the list's column says.
fn listed(list: &List, record: Record) -> Option<Kind> {
    list.kind(record).as_deref().and_then(word)
}

/// What a text in front of numbers usually means: invoices are there first and need none, credit
/// notes begin with C; anything else is a kind called like its letters.
fn guess(shown: &str, taken: &[Kind]) -> Kind {
    let letters: String = shown.chars().filter(char::is_ascii_alphabetic).collect();
    if !taken.contains(&Kind::invoice()) {
        return Kind::invoice();
    }
    if matches!(letters.to_ascii_uppercase().as_str(), "C" | "CN" | "CR" | "CRN") {
        return Kind::credit_note();
    }
    word(&letters).unwrap_or_else(Kind::invoice)
}

/// A kind called like a word of the list.
fn word(text: &str) -> Option<Kind> {
    let word: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    Kind::parse(word.trim_matches('_'))
}

/// The kind itself, or one called like it with a number behind, if another counter has it.
fn free(kind: Kind, taken: &[Kind]) -> Result<Kind, Failure> {
    let others = (2..).map(|place: u32| Kind::parse(&format!("{kind}_{place}")));
    let found = [Some(kind.clone())].into_iter().chain(others).map_while(|kind| kind);
    found.into_iter().find(|kind| !taken.contains(kind)).ok_or_else(|| {
        let message =
            format!("several counters have documents of the kind {kind}; name them apart");
        Failure::refused("parameter_invalid", message).about("kind")
    })
}

/// The text that all numbers of a pattern begin with.
fn head(pattern: &Pattern) -> String {
    match pattern.parts().first() {
        Some(Part::Literal(text)) => text.clone(),
        _ => String::new(),
    }
}

/// The formats of a counter one after the other, each from the first day of its first period.
fn versions(counter: &Counter, formats: &[&FoundFormat]) -> Vec<(Option<Date>, Format)> {
    let format = |pattern: &Pattern, reset: Reset| Format { reset, ..Format::of(pattern.clone()) };
    if !counter.kinds.is_empty() || formats.len() < 2 {
        return vec![(None, format(&counter.pattern, counter.reset))];
    }
    let mut stretches: Vec<(Option<Date>, Format, Option<Date>)> = formats
        .iter()
        .map(|found| {
            let format = format(&found.pattern, found.reset);
            (found.first_date, format, found.last_date)
        })
        .collect();
    stretches.sort_by_key(|(first, ..)| *first);
    let mut versions: Vec<(Option<Date>, Format)> = Vec::with_capacity(stretches.len());
    let mut before: Option<Date> = None;
    for (first, format, last) in stretches {
        let natural = first.map(|first| format.period(first).from);
        // A period that was begun under the format before keeps its days.
        let from = if natural > before { natural } else { first };
        versions.push((from, format));
        before = before.max(last);
    }
    versions
}

fn lines(list: &List, audit: &Audit, known: &[Vec<Known>]) -> Result<Vec<ImportLine>, Failure> {
    let each = list.records().iter().copied().zip(&audit.assignments).enumerate();
    each.map(|(place, (record, assignment))| {
        let date = list.date(place).ok_or_else(|| {
            list.refuse(record, "the document has no date; add a column with dates")
        })?;
        let assignment = assignment
            .ok_or_else(|| list.refuse(record, "no format of the list reads this number"))?;
        let format = &audit.formats[assignment.format];
        let known = &known[format.counter];
        let listed = listed(list, record);
        let text = format.kind_text.as_deref().unwrap_or_default();
        let mut of_text = known.iter().filter(|known| known.text == text);
        let first = of_text.clone().next().or(known.first());
        let known = of_text.find(|known| listed.is_some() && known.listed == listed).or(first);
        Ok(ImportLine {
            series: format.counter,
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
    fn kinds_are_guessed_from_letters_and_kept_apart() {
        let invoice = Kind::invoice();
        assert_eq!(guess("INV-", &[]), invoice);
        assert_eq!(guess("C", std::slice::from_ref(&invoice)), Kind::credit_note());
        assert_eq!(guess("REC-", std::slice::from_ref(&invoice)).text(), "rec");
        assert_eq!(free(invoice.clone(), &[invoice]).unwrap().text(), "invoice_2");
        assert_eq!(word(" Credit Note ").unwrap().text(), "credit_note");
        assert!(kind_name("C").is_err() && kind_name("C=Credit Note").is_err());
    }
}
