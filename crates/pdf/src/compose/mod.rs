//! From a document to what it prints.

mod credit_note;
mod invoice;
mod party;
mod sums;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::id::ObjectId;
use ledger::model::document::{Invoice, Numbering, Totals};
use ledger::model::{At, Branding, LedgerRow, Mode, Object, ObjectRow};

use crate::language::Language;
use crate::paper::{Brand, Fact, Paper};

/// A document with everything that it prints of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Around {
    /// The document.
    pub row: ObjectRow,
    /// The head of its ledger: who issues it, in which zone, and whether it is a trial.
    pub ledger: LedgerRow,
    /// Its customer, its tax rates and the documents that it goes with, as far as they are there.
    pub others: Vec<ObjectRow>,
}

/// The objects of which a document prints something.
pub(crate) fn named(row: &ObjectRow) -> Vec<ObjectId> {
    let rates = |totals: &Totals| totals.taxes.iter().map(|tax| tax.rate).collect::<Vec<_>>();
    match &row.body {
        Object::Invoice(invoice) => {
            let invoices = [invoice.revision_of, invoice.latest_revision];
            let others = invoices.into_iter().flatten().chain(rates(&invoice.totals));
            others.chain([invoice.customer]).collect()
        }
        Object::CreditNote(note) => {
            rates(&note.totals).into_iter().chain([note.invoice, note.customer]).collect()
        }
        Object::Customer(_)
        | Object::TaxRate(_)
        | Object::InvoiceItem(_)
        | Object::WebhookEndpoint(_)
        | Object::Resequence(_) => Vec::new(),
    }
}

impl Around {
    /// What the document prints; `None` for an object that is no document.
    pub fn paper(&self) -> Option<Paper> {
        let language = self.language();
        let (paper, numbering) = match &self.row.body {
            Object::Invoice(body) => {
                (invoice::compose(body, &Scene { around: self, language }), &body.numbering)
            }
            Object::CreditNote(body) => {
                (credit_note::compose(body, &Scene { around: self, language }), &body.numbering)
            }
            Object::Customer(_)
            | Object::TaxRate(_)
            | Object::InvoiceItem(_)
            | Object::WebhookEndpoint(_)
            | Object::Resequence(_) => return None,
        };
        let slug = numbering.as_ref().map(|place| place.slug.clone());
        let stem = slug.unwrap_or_else(|| self.row.text());
        Some(Paper { file_name: format!("{stem}.pdf"), ..paper })
    }

    /// The customer's language, else the account's.
    fn language(&self) -> Language {
        let customer = self.others.iter().find_map(|row| match &row.body {
            Object::Customer(customer) => Some(customer),
            _ => None,
        });
        let spoken = customer.map(|customer| customer.preferred_locales.iter());
        let spoken = spoken.into_iter().flatten().map(String::as_str);
        let branding = &self.ledger.documents.profile.branding;
        let own = || branding.language.as_deref().and_then(Language::of_tag);
        Language::first_of(spoken).or_else(own).unwrap_or_default()
    }
}

/// A document while it is composed.
struct Scene<'a> {
    around: &'a Around,
    language: Language,
}

impl Scene<'_> {
    /// A paper on which nothing stands yet but what all documents have.
    fn blank(&self) -> Paper {
        let words = self.language.words();
        let is_test = self.around.ledger.mode == Mode::Test;
        Paper {
            language: self.language.tag(),
            watermark: is_test.then_some(words.test),
            brand: self.brand(),
            foot: self.branding().footer.clone(),
            from: party::issuer(&self.around.ledger),
            notes: is_test.then_some(words.test_note).into_iter().collect(),
            page: words.page,
            download: words.download,
            ..Paper::default()
        }
    }

    fn branding(&self) -> &Branding {
        &self.around.ledger.documents.profile.branding
    }

    fn brand(&self) -> Brand {
        let color = self.branding().color.clone();
        color.map_or_else(Brand::default, |color| Brand { color })
    }

    /// The day of an instant where the account is.
    fn day(&self, at: At) -> Date {
        let zone = TimeZone::get(&self.around.ledger.settings.time_zone).unwrap_or(TimeZone::UTC);
        let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
        instant.to_zoned(zone).date()
    }

    fn shown_day(&self, at: At) -> String {
        self.language.date(self.day(at))
    }

    /// The day of an instant, which the document's own zone has said where there is a number.
    fn date(&self, numbering: Option<&Numbering>, at: Option<At>) -> Option<Date> {
        numbering.map(|place| place.date).or_else(|| at.map(|at| self.day(at)))
    }

    /// An invoice that this document goes with.
    fn invoice(&self, id: Option<ObjectId>) -> Option<&Invoice> {
        let row = self.around.others.iter().find(|row| Some(row.id) == id)?;
        match &row.body {
            Object::Invoice(invoice) => Some(invoice),
            _ => None,
        }
    }

    /// The number of such an invoice.
    fn number_of(&self, id: Option<ObjectId>) -> Option<&str> {
        self.invoice(id).and_then(|invoice| invoice.number.as_deref())
    }
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact { name: name.to_owned(), value: value.into() }
}
