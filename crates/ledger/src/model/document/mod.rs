//! The bodies of documents and of what they refer to.
//!
//! A store keeps a body as JSON and never looks into it. Every field has a default, so that a body
//! that was written before a field was there is read all the same; a field never changes its
//! meaning, nor its default. What has its default is left out: a body is written three times, with
//! the object, its event and the remembered answer.

mod credit_note;
mod customer;
mod invoice;
mod item;
mod line;
mod tax_rate;
mod teaching;
mod webhook;

pub use credit_note::{CreditLine, CreditNote, CreditNoteStatus, CreditReason};
pub use customer::{Address, CustomField, Customer, Shipping, TaxExempt};
pub use invoice::{
    CollectionMethod, FinalizationError, Invoice, InvoiceStatus, IssuedTo, Numbering,
    StatusTransitions,
};
pub use item::InvoiceItem;
pub use line::{Line, LineTax, Span, Totals};
pub use tax_rate::TaxRate;
pub use teaching::{Reading, Teaching};
pub use webhook::{FormerSecret, WebhookEndpoint};

/// Whether a field is left out of a body: what is read without it is the same.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Words of an enum, both ways, and its form in bodies.
macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// Every one, in the order in which they are listed.
            pub const ALL: &[$type] = &[$($type::$variant),+];

            /// The word for it.
            pub fn text(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<$type> {
                $type::ALL.iter().copied().find(|one| one.text() == text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<$type, D::Error> {
                let word = String::deserialize(source)?;
                $type::parse(&word).ok_or_else(|| serde::de::Error::custom(word))
            }
        }
    };
}
pub(crate) use words;
