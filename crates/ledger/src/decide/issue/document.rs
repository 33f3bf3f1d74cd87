//! Numbers of documents that live here.
//!
//! They go through the same code as numbers of outside documents; the register holds the
//! document's id as reference, and the trail a digest of what it says.

use numbering::{Pattern, Reset};

use super::super::sequence::{Place, Scoped, check_date, open_or_read};
use super::super::{Halt, document_of, refuse, refuse_param};
use super::{Found, Run};
use crate::books::Books;
use crate::command::{Command, Item};
use crate::id::{ObjectId, Position, SeriesId};
use crate::model::{Documents, FormatVersion, Kind, KindText, LedgerRow, NumberRow, SeriesRow};
use crate::outcome::NumberView;
use crate::refusal::Code;
use crate::trail::Hash;

/// The document that numbers are given to.
pub(super) struct Recipient {
    pub(super) document: ObjectId,
    pub(super) digest: Hash,
    /// Whether it is a draft still.
    pub(super) draft: bool,
    /// The series of typed numbers, when it is made for this one.
    pub(super) series: Option<Box<SeriesRow>>,
}

/// Gives a document its number: the next of its sequence, or the one that was typed on it; with the
/// void one that it replaces, if there is one.
pub(in crate::decide) fn number_document(
    books: &mut Books,
    command: &Command,
    ledger: &mut LedgerRow,
    (document, digest, draft): (ObjectId, Hash, bool),
    item: &Item,
    (typed, replaces): (Option<&str>, Option<Position>),
) -> Result<NumberView, Halt> {
    let mut run = Run::new(books, command, ledger.clone())?;
    let mut recipient = Recipient { document, digest, draft, series: None };
    let position = match typed {
        // Its reference is its own id, so nobody else can have it.
        None => run.next(item, replaces)?,
        Some(text) => {
            let (series, made) = run.typed_series()?;
            recipient.series = made;
            run.typed(item, series, text)?
        }
    };
    let fresh = run.finish(Some(recipient))?;
    if let Some(row) = books.ledgers.peek(&ledger.id) {
        ledger.clone_from(row);
    }
    match fresh.get(&position) {
        Some(view) => Ok(view.clone()),
        None => refuse(Code::ResourceMissing, "The number was not given. Run verify."),
    }
}

/// Refuses a typed text that somebody has, or that is none.
pub(in crate::decide) fn check_typed(
    books: &Books,
    ledger: &LedgerRow,
    text: &str,
) -> Result<(), Halt> {
    let max = numbering::limits::NUMBER_CHARS_MAX;
    let problem = if text.trim().is_empty() {
        "is empty. Leave it out to have one given"
    } else if text.trim() != text {
        "has white space at an end. Take it off"
    } else if text.chars().count() > max {
        "is longer than 200 characters. Shorten it"
    } else if text.chars().any(char::is_control) {
        "contains a control character. Take it out"
    } else {
        let key = (ledger.id, NumberRow::slug_key(text));
        let holders = books.texts.probe(&key).map_or(&[][..], Vec::as_slice);
        let folded = numbering::fold(text);
        if holders.iter().any(|holder| numbering::fold(&holder.text) == folded) {
            return taken(text);
        }
        return Ok(());
    };
    refuse_param(Code::ParameterInvalid, "number", format!("The number {problem}."))
}

pub(in crate::decide) fn taken<T>(text: &str) -> Result<T, Halt> {
    let message = format!(
        "The number {text} belongs to another document. Choose another, or leave `number` empty to \
         have one given."
    );
    refuse_param(Code::NumberTaken, "number", message)
}

/// Refuses an outside document that is called as one of this server would be.
pub(in crate::decide) fn check_outside(item: &Item) -> Result<(), Halt> {
    match item.reference.as_deref().filter(|reference| is_document(reference)) {
        None => Ok(()),
        Some(_) => refuse_param(
            Code::ParameterInvalid,
            "reference",
            "The reference has the form of an id that this server gives to its own documents. \
             Put something before it.",
        ),
    }
}

/// Refuses to void the number of a document of this server behind the document's back.
pub(in crate::decide) fn check_void(row: &NumberRow) -> Result<(), Halt> {
    match row.reference.as_deref().filter(|reference| is_document(reference)) {
        None => Ok(()),
        Some(reference) => refuse_param(
            Code::StatusTransitionInvalid,
            "id",
            format!(
                "{} is the number of {reference}, which is a document of this server. Void the \
                 document; its number goes with it.",
                row.text
            ),
        ),
    }
}

/// Whether a reference has the form of the id of a document of this server.
pub(in crate::decide) fn is_document(reference: &str) -> bool {
    document_of(reference).is_some()
}

impl Run<'_> {
    /// Holds a typed text in the register. The sequence of typed numbers counts them, and prints
    /// none.
    fn typed(&mut self, item: &Item, series: SeriesRow, text: &str) -> Result<Position, Halt> {
        let kind = item.kind.clone().unwrap_or_else(Kind::invoice);
        let date = item.date.unwrap_or(self.today);
        check_date(&self.ledger, self.today, date)?;
        check_typed(self.books, &self.ledger, text)?;
        let place = Place { series: series.into(), date, scope: Scoped::default(), kind };
        let (mut sequence, opened) = open_or_read(self.books, &mut self.ledger, &place)?;
        sequence.last += 1;
        let found: Found = self.holders(text);
        let text = text.to_owned();
        let row = self.row(item, &place, sequence.id, sequence.last, text, found.slug_rank);
        let position = row.position;
        self.hold(found, &row);
        self.push(row, &place, &sequence);
        self.opened.extend(opened);
        self.count_on(sequence, &place);
        Ok(position)
    }

    /// The series of typed numbers, and itself again when it is made now.
    fn typed_series(&mut self) -> Result<(SeriesRow, Option<Box<SeriesRow>>), Halt> {
        if let Some(id) = self.ledger.documents.typed_series {
            return match self.books.series.read(&(self.ledger.id, id))? {
                Some(row) => Ok((SeriesRow::clone(row), None)),
                None => refuse(
                    Code::ResourceMissing,
                    "The series of typed numbers is missing. Run verify.",
                ),
            };
        }
        self.ledger.last_series += 1;
        let row = typed_series(&self.ledger)?;
        let documents = Documents::clone(&self.ledger.documents);
        self.ledger.documents = Documents { typed_series: Some(row.id), ..documents }.into();
        super::super::series::write(self.books, row.clone());
        Ok((row.clone(), Some(Box::new(row))))
    }
}

/// A series that takes no documents by itself; its format is there because every series has one.
fn typed_series(ledger: &LedgerRow) -> Result<SeriesRow, Halt> {
    let pattern: Pattern = match "{seq}".parse() {
        Ok(pattern) => pattern,
        Err(error) => return refuse(Code::PatternInvalid, format!("{{seq}}: {error}")),
    };
    let mut format = numbering::Format::of(pattern);
    format.reset = Reset::Never;
    let (id, versions) = (SeriesId(ledger.last_series), vec![FormatVersion::always(format)]);
    Ok(SeriesRow {
        kinds: vec![KindText { kind: Kind::invoice(), text: String::new() }],
        archived: true,
        ..SeriesRow::new(ledger.id, id, SeriesRow::TYPED, versions)
    })
}
