//! What can be asked about documents and about what they refer to.
//!
//! In everything that changes, what is missing stays; of what can be taken away, `Some(None)` takes
//! it away. What is new is made of the same parts, with what is missing left empty.

use std::collections::BTreeMap;

use super::SeriesRef;
use crate::id::ObjectId;
use crate::model::document::{
    Address, CollectionMethod, CreditReason, CustomField, FinalizationError, Shipping, Span,
    TaxExempt,
};
use crate::model::{ApiVersion, At, Metadata};
use crate::money::{Currency, Decimal};
use crate::role::Right;

/// A value that may stay (`None`), go (`Some(None)`) or be set.
pub type Set<T> = Option<Option<T>>;

/// A request about documents.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentCommand {
    /// The request's id, `req_…`, for events.
    pub request: Option<String>,
    /// The text of its idempotency key, for events.
    pub idempotency_key: Option<String>,
    /// Whether the version that the caller speaks numbers drafts when they are made, at customer
    /// level.
    pub drafts_numbered: bool,
    /// What is asked.
    pub action: DocumentAction,
}

/// What is asked about documents.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentAction {
    /// Make a customer.
    CreateCustomer(Box<CustomerChange>),
    /// Change a customer.
    UpdateCustomer(ObjectId, Box<CustomerChange>),
    /// Delete a customer. Its finalized invoices stay.
    DeleteCustomer(ObjectId),
    /// Make a tax rate.
    CreateTaxRate(Box<NewTaxRate>),
    /// Change a tax rate.
    UpdateTaxRate(ObjectId, Box<TaxRateChange>),
    /// Make an invoice item: on a draft, or waiting.
    CreateItem(Box<NewItem>),
    /// Change an invoice item that waits or is on a draft.
    UpdateItem(ObjectId, Box<LineChange>),
    /// Delete an invoice item that waits or is on a draft.
    DeleteItem(ObjectId),
    /// Make a draft.
    CreateInvoice(Box<NewInvoice>),
    /// Change an invoice: a draft in everything, another one in words alone.
    UpdateInvoice(ObjectId, Box<InvoiceChange>),
    /// Delete a draft. Why must be said of one that was finalized before: its number goes blank.
    DeleteInvoice(ObjectId, Option<String>),
    /// Add lines to a draft.
    AddLines(ObjectId, Vec<NewLine>, MetadataChange),
    /// Change lines of a draft.
    UpdateLines(ObjectId, Vec<(ObjectId, LineChange)>, MetadataChange),
    /// Take lines off a draft.
    RemoveLines(ObjectId, Vec<RemovedLine>, MetadataChange),
    /// Finalize a draft: it gets its number.
    Finalize(ObjectId, Option<bool>),
    /// Pay an invoice; the flag says that it was paid by other ways than this server knows of.
    Pay(ObjectId, bool),
    /// Void an invoice: it keeps its number.
    Void(ObjectId),
    /// Give an invoice up.
    MarkUncollectible(ObjectId),
    /// Mark an invoice as sent, a draft once it is finalized by this.
    Send(ObjectId),
    /// Make a draft of an invoice again, which keeps its number; why must be said.
    ResetToDraft(ObjectId, String),
    /// Say what a number would teach the series of a draft, and change nothing.
    PreviewTeaching(ObjectId, String, TeachingAsked),
    /// Do what the invoice asked to be looked at for by now: finalize a draft by itself, or tell
    /// that it will be due or is overdue. Nothing when its time has not come.
    Wake(ObjectId),
    /// Look later at a draft that was to finalize by itself by now.
    PutOff(ObjectId, At),
    /// Note why a draft did not finalize by itself, which was to by now.
    FailFinalization(ObjectId, FinalizationError),
    /// Make a credit note.
    CreateCreditNote(Box<NewCreditNote>),
    /// Change the words of a credit note.
    UpdateCreditNote(ObjectId, Set<String>, MetadataChange),
    /// Void a credit note: it keeps its number, and what it credited is to be paid again.
    VoidCreditNote(ObjectId),
    /// Make a webhook endpoint; the text is its secret, `whsec_…`.
    CreateEndpoint(Box<EndpointChange>, String),
    /// Change a webhook endpoint.
    UpdateEndpoint(ObjectId, Box<EndpointChange>),
    /// Delete a webhook endpoint.
    DeleteEndpoint(ObjectId),
    /// Change what is said of the account.
    UpdateAccount(Box<AccountChange>),
    /// Put the account on a version.
    SetApiVersion(ApiVersion),
    /// Put the account back on the version that it was on before.
    RollBackApiVersion,
    /// Deliver an event again, to one endpoint or to all that were to have it.
    Redeliver(ObjectId, Option<ObjectId>),
}

/// Changes of metadata: keys that are set, and keys (`None`) or all of them that are taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataChange {
    /// Whether all keys that there are go first.
    pub clear: bool,
    /// The keys.
    pub entries: BTreeMap<String, Option<String>>,
}

/// A customer, or what changes of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// The name.
    pub name: Set<String>,
    /// The e-mail address.
    pub email: Set<String>,
    /// The telephone.
    pub phone: Set<String>,
    /// Words for whoever keeps the books.
    pub description: Set<String>,
    /// The address.
    pub address: Set<Address>,
    /// Where goods are sent.
    pub shipping: Set<Shipping>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
    /// Its own prefix; made up when missing from a new customer.
    pub invoice_prefix: Option<String>,
    /// The ordinal of its next invoice; not looked at where customers have no counters.
    pub next_invoice_sequence: Option<u64>,
    /// Whether taxes are charged.
    pub tax_exempt: Option<TaxExempt>,
    /// Languages, the best one first.
    pub preferred_locales: Option<Vec<String>>,
    /// What it owes or is owed beside its invoices, in minor units.
    pub balance: Option<i64>,
    /// The foot of its invoices.
    pub footer: Set<String>,
    /// Pairs that its invoices print.
    pub custom_fields: Option<Vec<CustomField>>,
    /// The name of the business.
    pub business_name: Set<String>,
    /// The name of the person.
    pub individual_name: Set<String>,
}

/// A tax rate that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTaxRate {
    /// The percentage: 19 is 19 %.
    pub percentage: Decimal,
    /// Whether amounts include it.
    pub inclusive: bool,
    /// Everything that can be changed later; the name must be there.
    pub rest: TaxRateChange,
}

/// What changes of a tax rate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaxRateChange {
    /// What documents call it.
    pub display_name: Option<String>,
    /// Words for whoever keeps the books.
    pub description: Set<String>,
    /// Whether new lines may use it.
    pub active: Option<bool>,
    /// Two-letter country code.
    pub country: Set<String>,
    /// Subdivision of the country.
    pub state: Set<String>,
    /// The jurisdiction.
    pub jurisdiction: Set<String>,
    /// The kind of tax.
    pub tax_type: Set<String>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
}

/// What a line or an item is for and costs. Either `amount`, or `quantity` and `unit_amount`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineChange {
    /// The amount in minor units.
    pub amount: Option<i64>,
    /// How many; 1 when missing from a new one.
    pub quantity: Option<Decimal>,
    /// What one costs, in minor units with decimals.
    pub unit_amount: Option<Decimal>,
    /// What it is for.
    pub description: Set<String>,
    /// The time that it is for; the present moment when missing from a new one.
    pub period: Option<Span>,
    /// Its own tax rates.
    pub tax_rates: Option<Vec<ObjectId>>,
    /// Whether discounts apply.
    pub discountable: Option<bool>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
}

/// An invoice item that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewItem {
    /// The customer.
    pub customer: ObjectId,
    /// The currency; that of the draft when missing.
    pub currency: Option<Currency>,
    /// The draft to put it on; it waits when missing.
    pub invoice: Option<ObjectId>,
    /// What it is for and costs.
    pub line: LineChange,
}

/// A line that is to be added to a draft: an item that waits, or one of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLine {
    /// An item that waits.
    pub item: Option<ObjectId>,
    /// What it is for and costs; of an item, what is otherwise than the item says.
    pub line: LineChange,
}

/// A line that is to be taken off a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemovedLine {
    /// The line.
    pub line: ObjectId,
    /// Whether its item waits again, instead of being deleted.
    pub unassign: bool,
}

/// What becomes of items that wait when an invoice is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiting {
    /// They go on waiting.
    #[default]
    Exclude,
    /// Those of the invoice's currency become its lines.
    Include,
    /// The same, and without any no invoice is made.
    Require,
}

/// An invoice that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewInvoice {
    /// The customer; that of the revised invoice when missing.
    pub customer: Option<ObjectId>,
    /// The currency; when missing that of the revised invoice, of the customer, or of an item that
    /// waits.
    pub currency: Option<Currency>,
    /// What becomes of items that wait.
    pub waiting: Waiting,
    /// The invoice that it revises.
    pub revision_of: Option<ObjectId>,
    /// What opens its page for whoever has the link: text that nobody guesses.
    pub secret: String,
    /// Everything that can be changed later.
    pub rest: InvoiceChange,
}

/// What changes of an invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceChange {
    /// How it is paid.
    pub collection_method: Option<CollectionMethod>,
    /// Whether it is to go on by itself.
    pub auto_advance: Option<bool>,
    /// Days from finalizing until it is due.
    pub days_until_due: Set<u32>,
    /// When it is due.
    pub due_date: Set<At>,
    /// Words at its head.
    pub description: Set<String>,
    /// Words at its foot.
    pub footer: Set<String>,
    /// Pairs that it prints as they are.
    pub custom_fields: Option<Vec<CustomField>>,
    /// What a bank statement says.
    pub statement_descriptor: Set<String>,
    /// The account on whose behalf it is issued.
    pub on_behalf_of: Set<String>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
    /// A number typed by hand.
    pub number: Set<String>,
    /// What that number is to teach the series; `Some(None)` for nothing.
    pub teach: Set<TeachingAsked>,
    /// The date of issue.
    pub effective_at: Set<At>,
    /// Tax rates of lines that have none of their own.
    pub default_tax_rates: Option<Vec<ObjectId>>,
    /// The series that it is to be numbered in.
    pub series: Set<SeriesRef>,
}

/// How a number that is typed on a draft teaches its series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeachingAsked {
    /// The pattern of the reading that is meant; the most plausible one when missing.
    pub pattern: Option<String>,
    /// Why ordinals are left out.
    pub reason: Option<String>,
}

/// A credit note that is to be made: of an amount, or of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCreditNote {
    /// The invoice.
    pub invoice: ObjectId,
    /// How much in all, taxes included.
    pub amount: Option<i64>,
    /// The lines.
    pub lines: Vec<NewCreditLine>,
    /// What of the paid part goes to the customer's balance.
    pub credit_amount: Option<i64>,
    /// What of the paid part is paid back.
    pub refund_amount: Option<i64>,
    /// What of the paid part is settled elsewhere.
    pub out_of_band_amount: Option<i64>,
    /// Why.
    pub reason: Option<CreditReason>,
    /// Words that it prints.
    pub memo: Option<String>,
    /// Free key-value pairs.
    pub metadata: Metadata,
    /// The date of issue.
    pub effective_at: Option<At>,
    /// What opens its PDF for whoever has the link: text that nobody guesses.
    pub secret: String,
}

/// A line of a credit note that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCreditLine {
    /// The line of the invoice; `None` for one of its own.
    pub invoice_line: Option<ObjectId>,
    /// The amount in minor units, without exclusive taxes; or a quantity.
    pub amount: Option<i64>,
    /// How many; of the invoice's line, or at `unit_amount`.
    pub quantity: Option<Decimal>,
    /// What one costs, in minor units with decimals.
    pub unit_amount: Option<Decimal>,
    /// What it is for.
    pub description: Option<String>,
    /// Its tax rates; those of the invoice's line when missing.
    pub tax_rates: Option<Vec<ObjectId>>,
    /// Free key-value pairs.
    pub metadata: Metadata,
}

/// A webhook endpoint, or what changes of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Where to.
    pub url: Option<String>,
    /// Which events.
    pub enabled_events: Option<Vec<String>>,
    /// The version that its deliveries are written in; of a new one only.
    pub version: Option<String>,
    /// Words for people.
    pub description: Set<String>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
    /// Whether nothing is sent for now.
    pub disabled: Option<bool>,
    /// A new secret, and until when the old one is signed with too.
    pub secret: Option<(String, At)>,
}

/// What changes of an account, in the mode that it is changed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Its name.
    pub name: Option<String>,
    /// Where it is written to.
    pub email: Set<String>,
    /// IANA name of its zone, and the parameter that says it.
    pub time_zone: Option<(String, &'static str)>,
    /// Free key-value pairs.
    pub metadata: MetadataChange,
    /// How its documents look.
    pub branding: BrandingChange,
}

/// What changes of how an account's documents look; see [`crate::model::Branding`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrandingChange {
    /// The colour.
    pub color: Set<String>,
    /// The foot.
    pub footer: Set<String>,
    /// The language.
    pub language: Set<String>,
}

impl DocumentAction {
    /// What the actor must be allowed to do.
    pub fn right(&self) -> Right {
        match self {
            DocumentAction::CreateEndpoint(..)
            | DocumentAction::UpdateEndpoint(..)
            | DocumentAction::DeleteEndpoint(_)
            | DocumentAction::UpdateAccount(_)
            | DocumentAction::SetApiVersion(_)
            | DocumentAction::RollBackApiVersion => Right::Administer,
            DocumentAction::PreviewTeaching(..) => Right::Administer,
            DocumentAction::ResetToDraft(..) => Right::KeepBooks,
            _ => Right::Issue,
        }
    }
}

impl MetadataChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        !self.clear && self.entries.is_empty()
    }

    /// The metadata behind the change.
    pub fn apply(&self, before: &Metadata) -> Metadata {
        let mut metadata = if self.clear { Metadata::new() } else { before.clone() };
        for (key, value) in &self.entries {
            match value {
                Some(value) => metadata.insert(key.clone(), value.clone()),
                None => metadata.remove(key),
            };
        }
        metadata
    }
}
