//! Which kind of document each text in front of numbers stands for.

use ledger::model::{Kind, KindText};
use numbering::audit::{Audit, Counter};
use numbering::{Part, Pattern};

use super::KindName;
use crate::commands::audit::list::List;
use crate::failure::Failure;
use crate::sheet::Record;

/// A text of a counter's numbers, and what is told of their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// What `{kind}` prints; empty on a counter without.
    pub(super) text: String,
    /// The word of the list's column that stands beside it.
    pub(super) listed: Option<Kind>,
    /// What `--kind`, the column or usual letters say.
    pub(super) told: Option<Kind>,
    /// What all of its numbers begin with.
    head: String,
}

/// A kind of a counter: how the list calls it, and what it becomes.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) text: String,
    pub(super) listed: Option<Kind>,
    pub(super) kind: Kind,
}

/// What each counter shows, in the order of the counters. What `names` says of a text goes before
/// the list's column.
///
/// # Errors
/// A text that was named is none of the list's, or was named twice.
pub(super) fn shown(
    list: &List,
    audit: &Audit,
    names: &[KindName],
) -> Result<Vec<Vec<Shown>>, Failure> {
    let told = told(list, audit);
    let of_counter = |(counter, pairs): (&Counter, Vec<(String, Option<Kind>)>)| {
        let shares = !counter.kinds.is_empty();
        let head = |text: &str| if shares { text.to_owned() } else { head(&counter.pattern) };
        let shown = pairs.into_iter().map(|(text, listed)| {
            let head = head(&text);
            let named = names.iter().find(|name| name.text == head).map(|name| name.kind.clone());
            Shown { told: named.or_else(|| listed.clone()), text, listed, head }
        });
        shown.collect()
    };
    let mut all: Vec<Vec<Shown>> = audit.counters.iter().zip(told).map(of_counter).collect();
    check_names(names, &all)?;
    // Letters of credit notes mean them where there is something else to credit.
    if all.iter().flatten().any(|shown| !is_of_credit_notes(&shown.head)) {
        for shown in all.iter_mut().flatten().filter(|shown| is_of_credit_notes(&shown.head)) {
            shown.told.get_or_insert_with(Kind::credit_note);
        }
    }
    Ok(all)
}

/// Texts in front of a list's numbers that one refusal names.
const HEADS_SHOWN: usize = 20;

fn check_names(names: &[KindName], all: &[Vec<Shown>]) -> Result<(), Failure> {
    let refuse = |message| Err(Failure::refused("parameter_invalid", message).about("kind"));
    let mut heads: Vec<&str> = all.iter().flatten().map(|shown| shown.head.as_str()).collect();
    heads.sort_unstable();
    heads.dedup();
    for (place, KindName { text, kind }) in names.iter().enumerate() {
        if names[..place].iter().any(|before| before.text == *text) {
            return refuse(format!("--kind says twice what '{text}' stands for; say it once"));
        }
        if !heads.contains(&text.as_str()) {
            let mut there: Vec<String> =
                heads.iter().take(HEADS_SHOWN).map(|head| format!("'{head}'")).collect();
            if heads.len() > there.len() {
                there.push("others".to_owned());
            }
            return refuse(format!(
                "--kind '{text}={kind}' is about no number of the list; give one of the texts that \
                 stand in front of its numbers, whole: {}",
                there.join(", ")
            ));
        }
    }
    Ok(())
}

/// Whether two counters may be one series whose format changed: they have documents of a kind in
/// common, and where both print kinds, the same texts.
pub(super) fn are_alike(one: &[Shown], other: &[Shown]) -> bool {
    let texts = |all: &[Shown]| {
        let mut texts: Vec<String> = all.iter().map(|shown| shown.text.clone()).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let prints = |texts: &[String]| texts.iter().any(|text| !text.is_empty());
    let (mine, theirs) = (texts(one), texts(other));
    let common = one.iter().any(|shown| other.iter().any(|it| it.told == shown.told));
    common && (mine == theirs || !prints(&mine) || !prints(&theirs))
}

/// The kinds of the counters of one series. `taken` are the kinds of other series: a text of which
/// nothing is told gets a kind that none of them has.
pub(super) fn resolve(
    counters: &[&[Shown]],
    taken: &mut Vec<Kind>,
) -> Result<Vec<Vec<Known>>, Failure> {
    let mut untold: Option<Kind> = None;
    let mut all = Vec::with_capacity(counters.len());
    for shown in counters {
        let mut known: Vec<Known> = Vec::with_capacity(shown.len());
        for Shown { text, listed, told, head } in *shown {
            // Words of the column beside one text that was named: all of them are what it says.
            let same = known.iter().find(|it| it.text == *text && Some(&it.kind) == told.as_ref());
            let kind = match (same, told, &untold) {
                (Some(same), ..) => same.kind.clone(),
                (None, Some(told), _) => apart(told.clone(), &known)?,
                (None, None, Some(untold)) if known.iter().all(|it| it.kind != *untold) => {
                    untold.clone()
                }
                (None, None, _) => {
                    let guessed = free(guess(head, taken), taken)?;
                    untold.get_or_insert_with(|| guessed.clone());
                    guessed
                }
            };
            if !taken.contains(&kind) {
                taken.push(kind.clone());
            }
            known.push(Known { text: text.clone(), listed: listed.clone(), kind });
        }
        all.push(known);
    }
    Ok(all)
}

/// Texts of which nothing is told, each with the kind that was taken for it.
pub(super) fn guessed(counters: &[&[Shown]], known: &[Vec<Known>]) -> Vec<(String, Kind)> {
    let each = counters.iter().flat_map(|shown| shown.iter()).zip(known.iter().flatten());
    each.filter(|(shown, _)| shown.told.is_none())
        .map(|(shown, known)| (shown.head.clone(), known.kind.clone()))
        .collect()
}

/// The kinds of a series, each with what it prints: of several counters, on the first that
/// prints it.
pub(super) fn texts(counters: &[Vec<Known>]) -> Vec<KindText> {
    let mut texts: Vec<KindText> = Vec::new();
    for known in counters.iter().flatten() {
        match texts.iter_mut().find(|it| it.kind == known.kind) {
            Some(it) if it.text.is_empty() => it.text.clone_from(&known.text),
            Some(_) => {}
            None => texts.push(KindText { kind: known.kind.clone(), text: known.text.clone() }),
        }
    }
    texts
}

/// Each text and word of the column that stands together somewhere on a counter: in the order of
/// the counter's texts, then of the list. Lines without a word go with the first word of the text.
fn told(list: &List, audit: &Audit) -> Vec<Vec<(String, Option<Kind>)>> {
    let mut told: Vec<Vec<(&str, Kind)>> = vec![Vec::new(); audit.counters.len()];
    for (record, assignment) in list.records().iter().zip(&audit.assignments) {
        let Some(format) = assignment.map(|found| &audit.formats[found.format]) else { continue };
        let Some(listed) = listed(list, *record) else { continue };
        let pair = (format.kind_text.as_deref().unwrap_or_default(), listed);
        if !told[format.counter].contains(&pair) {
            told[format.counter].push(pair);
        }
    }
    let of_counter = |(counter, told): (&Counter, Vec<(&str, Kind)>)| {
        let mut texts: Vec<&str> = counter.kinds.iter().map(|(text, _)| text.as_str()).collect();
        if texts.is_empty() {
            texts.push("");
        }
        let of_text = |text: &str| {
            let words = told.iter().filter(|pair| pair.0 == text);
            let mut found: Vec<_> =
                words.map(|pair| (text.to_owned(), Some(pair.1.clone()))).collect();
            if found.is_empty() {
                found.push((text.to_owned(), None));
            }
            found
        };
        texts.into_iter().flat_map(of_text).collect()
    };
    audit.counters.iter().zip(told).map(of_counter).collect()
}

/// The kind that the list's column says.
pub(super) fn listed(list: &List, record: Record) -> Option<Kind> {
    list.kind(record).as_deref().and_then(word)
}

/// What a text in front of numbers usually means: invoices are there first and need none;
/// anything else is a kind called like its letters.
fn guess(head: &str, taken: &[Kind]) -> Kind {
    if !taken.contains(&Kind::invoice()) {
        return Kind::invoice();
    }
    word(&letters(head)).unwrap_or_else(Kind::invoice)
}

fn is_of_credit_notes(head: &str) -> bool {
    matches!(letters(head).to_ascii_uppercase().as_str(), "C" | "CN" | "CR" | "CRN")
}

fn letters(head: &str) -> String {
    head.chars().filter(char::is_ascii_alphabetic).collect()
}

/// A kind called like a word of the list.
pub(super) fn word(text: &str) -> Option<Kind> {
    let word: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    match word.trim_matches('_') {
        // As Odoo calls them, in a list and in its own names.
        "customer_invoice" | "out_invoice" => Some(Kind::invoice()),
        "customer_credit_note" | "out_refund" => Some(Kind::credit_note()),
        word => Kind::parse(word),
    }
}

/// The kind itself, or one called like it with a number behind, where a text beside it has it.
fn apart(kind: Kind, known: &[Known]) -> Result<Kind, Failure> {
    let taken: Vec<Kind> = known.iter().map(|it| it.kind.clone()).collect();
    free(kind, &taken)
}

/// The kind itself, or one called like it with a number behind, if another has it.
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
pub(super) fn head(pattern: &Pattern) -> String {
    match pattern.parts().first() {
        Some(Part::Literal(text)) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_guessed_from_letters_and_kept_apart() {
        let invoice = Kind::invoice();
        assert_eq!(guess("INV-", &[]), invoice);
        assert_eq!(guess("REC-", std::slice::from_ref(&invoice)).text(), "rec");
        assert_eq!(free(invoice.clone(), &[invoice]).unwrap().text(), "invoice_2");
        assert_eq!(word(" Credit Note ").unwrap().text(), "credit_note");
        assert!(is_of_credit_notes("CN/") && !is_of_credit_notes("REC-"));
    }

    fn one(text: &str, told: Option<&str>) -> Shown {
        let told = told.and_then(Kind::parse);
        Shown { text: text.into(), listed: told.clone(), told, head: text.into() }
    }

    #[test]
    fn counters_are_alike_by_kind_and_by_what_they_print() {
        let invoices = [one("", Some("invoice"))];
        let notes = [one("", Some("credit_note"))];
        let both = [one("INV", Some("invoice")), one("CN", Some("credit_note"))];
        let other = [one("R", Some("invoice")), one("CN", Some("credit_note"))];
        assert!(are_alike(&invoices, &invoices) && are_alike(&invoices, &both));
        assert!(are_alike(&[one("", None)], &[one("", None)]));
        assert!(!are_alike(&invoices, &notes) && !are_alike(&[one("", None)], &notes));
        assert!(are_alike(&both, &both) && !are_alike(&both, &other));
    }

    #[test]
    fn one_series_has_one_kind_for_what_nobody_tells() {
        let mut taken = Vec::new();
        let (old, new) = ([one("", None)], [one("INV", None), one("A", None)]);
        let known = resolve(&[&new[..], &old[..]], &mut taken).unwrap();
        let kinds: Vec<&str> = known.iter().flatten().map(|it| it.kind.text()).collect();
        assert_eq!(kinds, ["invoice", "a", "invoice"]);
        let texts: Vec<_> = texts(&known).into_iter().map(|it| it.text).collect();
        assert_eq!(texts, ["INV", "A"]);
        let known = resolve(&[&[one("SHOP", None)][..]], &mut taken).unwrap();
        assert_eq!(known[0][0].kind.text(), "shop");
        let told = resolve(&[&[one("", Some("invoice"))][..]], &mut taken).unwrap();
        assert_eq!(told[0][0].kind, Kind::invoice(), "what the list says is kept");
    }
}
