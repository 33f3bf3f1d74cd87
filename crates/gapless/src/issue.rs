//! Documents that are to get numbers.

use jiff::civil::Date;
use ledger::command::{Item, SeriesRef};
use ledger::id::CustomerId;
use ledger::model::Kind;
use ledger::{Code, Refusal};

use crate::error::Error;

/// A document that is to get a number.
///
/// ```
/// use gapless::Issue;
///
/// let issue = Issue::invoice()
///     .reference("order-1")
///     .date("2026-03-01".parse()?)
///     .customer("cus_9")
///     .metadata("channel", "shop");
/// # let _ = issue;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a document gets its number from `Gapless::issue`"]
pub struct Issue {
    kind: String,
    item: Item,
}

impl Issue {
    /// An invoice.
    pub fn invoice() -> Issue {
        Issue::of_kind("invoice")
    }

    /// A credit note.
    pub fn credit_note() -> Issue {
        Issue::of_kind("credit_note")
    }

    /// A document of a kind of one's own: a word of lower-case letters, digits and `_`.
    pub fn of_kind(kind: &str) -> Issue {
        Issue { kind: kind.to_owned(), item: Item::default() }
    }

    /// The document's name in its own system. The same one gives the same number again.
    pub fn reference(mut self, reference: impl Into<String>) -> Issue {
        self.item.reference = Some(reference.into());
        self
    }

    /// The document's date, which chooses the period. Today in the account's zone when missing.
    pub fn date(mut self, date: Date) -> Issue {
        self.item.date = Some(date);
        self
    }

    /// The series by its name. The default one of the kind when missing.
    pub fn series(mut self, name: impl Into<String>) -> Issue {
        self.item.series = Some(SeriesRef::Name(name.into()));
        self
    }

    /// The customer's id.
    pub fn customer(mut self, customer: impl Into<String>) -> Issue {
        self.item.customer = Some(CustomerId(customer.into()));
        self
    }

    /// A free key-value pair.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Issue {
        self.item.metadata.insert(key.into(), value.into());
        self
    }

    /// A new number if the reference's number was voided.
    pub fn reissue(mut self) -> Issue {
        self.item.reissue = true;
        self
    }

    pub(crate) fn into_item(self) -> Result<Item, Error> {
        match Kind::parse(&self.kind) {
            Some(kind) => Ok(Item { kind: Some(kind), ..self.item }),
            None => {
                let text = format!(
                    "{:?} is no kind of document: use lower-case letters, digits and `_`.",
                    self.kind
                );
                let refusal = Refusal::of(Code::ParameterInvalid, "kind", text);
                Err(Error::from(engine::EngineError::Refused(refusal)))
            }
        }
    }
}
