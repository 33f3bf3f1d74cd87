//! An invoice, from draft to its end.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Address, CustomField, Line, Shipping, TaxExempt, Teaching, Totals, is_default, words};
use crate::id::{ObjectId, Position, SeriesId};
use crate::model::{At, DeliveryRow, DeliveryState, Mark, Metadata, Receipt, Warning, civil};
use crate::money::Currency;

/// Where an invoice is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvoiceStatus {
    /// Still changing; it can be deleted.
    #[default]
    Draft,
    /// Finalized and numbered; to be paid.
    Open,
    /// Paid, or nothing was to be paid.
    Paid,
    /// Cancelled; it keeps its number.
    Void,
    /// Given up; it may yet be paid or voided.
    Uncollectible,
}

words!(InvoiceStatus {
    Draft => "draft",
    Open => "open",
    Paid => "paid",
    Void => "void",
    Uncollectible => "uncollectible",
});

impl InvoiceStatus {
    /// The code by which invoices in this status are found; see [`crate::model::ObjectKeys`].
    pub fn code(self) -> i16 {
        self as i16
    }
}

/// How an invoice is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CollectionMethod {
    /// By whatever the customer has left on file.
    #[default]
    ChargeAutomatically,
    /// By the customer, who is sent the invoice.
    SendInvoice,
}

words!(CollectionMethod {
    ChargeAutomatically => "charge_automatically",
    SendInvoice => "send_invoice",
});

/// When an invoice reached each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusTransitions {
    /// Finalized.
    #[serde(skip_serializing_if = "is_default")]
    pub finalized_at: Option<At>,
    /// Paid.
    #[serde(skip_serializing_if = "is_default")]
    pub paid_at: Option<At>,
    /// Voided.
    #[serde(skip_serializing_if = "is_default")]
    pub voided_at: Option<At>,
    /// Marked uncollectible.
    #[serde(skip_serializing_if = "is_default")]
    pub marked_uncollectible_at: Option<At>,
}

/// Where a document's number stands in the register: everything that its `numbering` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbering {
    /// The number's place in the order of giving; also its id.
    pub position: Position,
    /// The series.
    pub series: SeriesId,
    /// The ordinal.
    pub ordinal: u64,
    /// The number made safe for files and URLs.
    pub slug: String,
    /// The document's date, in the account's zone, fixed when it was numbered.
    #[serde(with = "civil")]
    pub date: Date,
    /// First day of the period.
    #[serde(with = "civil")]
    pub period_from: Date,
    /// The day after the period's last.
    #[serde(with = "civil")]
    pub period_to: Date,
    /// How people call the period.
    pub period_label: String,
    /// Where the trail records it.
    pub receipt: Receipt,
    /// What was said beside it.
    pub warning: Option<Warning>,
    /// What changed its sequence just before it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub mark: Option<Mark>,
    /// Whether somebody typed it instead of the counter giving it.
    #[serde(default)]
    pub typed: bool,
}

/// The customer as an invoice shows it: taken when it is made, fixed when it is finalized.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IssuedTo {
    /// The name.
    #[serde(skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "is_default")]
    pub email: Option<String>,
    /// The telephone.
    #[serde(skip_serializing_if = "is_default")]
    pub phone: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "is_default")]
    pub address: Option<Address>,
    /// Where goods are sent.
    #[serde(skip_serializing_if = "is_default")]
    pub shipping: Option<Shipping>,
    /// Whether taxes are charged.
    #[serde(skip_serializing_if = "is_default")]
    pub tax_exempt: TaxExempt,
}

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The customer.
    pub customer: ObjectId,
    /// The currency.
    pub currency: Currency,
    /// Whether nobody chose the currency: the first line does.
    #[serde(default, skip_serializing_if = "is_default")]
    pub currency_open: bool,
    /// Where it is in its life.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: InvoiceStatus,
    /// How it is paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub collection_method: CollectionMethod,
    /// Whether whoever sends it wants it to go on by itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub auto_advance: bool,
    /// Days from finalizing until it is due.
    #[serde(default, skip_serializing_if = "is_default")]
    pub days_until_due: Option<u32>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "is_default")]
    pub due_date: Option<At>,
    /// Words at its head.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: Option<String>,
    /// Words at its foot.
    #[serde(default, skip_serializing_if = "is_default")]
    pub footer: Option<String>,
    /// Pairs that it prints as they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub custom_fields: Vec<CustomField>,
    /// What a bank statement says.
    #[serde(default, skip_serializing_if = "is_default")]
    pub statement_descriptor: Option<String>,
    /// The account on whose behalf it is issued, as was said.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_behalf_of: Option<String>,
    /// Free key-value pairs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metadata: Metadata,
    /// The series it is to be numbered in; that of its kind when missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub series: Option<SeriesId>,
    /// The number: given, or typed on the draft.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number: Option<String>,
    /// What the number that is typed on the draft is to teach its series.
    #[serde(default, skip_serializing_if = "is_default")]
    pub teaching: Option<Box<Teaching>>,
    /// Where the number stands in the register; `None` while there is none, or it is only typed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub numbering: Option<Numbering>,
    /// The date of issue that was asked for; of a finalized one that, or when it was finalized.
    #[serde(default, skip_serializing_if = "is_default")]
    pub effective_at: Option<At>,
    /// The lines, in order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lines: Vec<Line>,
    /// Tax rates of lines that have none of their own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default_tax_rates: Vec<ObjectId>,
    /// What the lines add up to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub totals: Totals,
    /// What is to be paid, in minor units: the total with the customer's balance, never negative.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount_due: i64,
    /// What was paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount_paid: i64,
    /// What is still to be paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount_remaining: i64,
    /// The customer's balance before it was finalized.
    #[serde(default, skip_serializing_if = "is_default")]
    pub starting_balance: i64,
    /// The customer's balance once it was finalized; `None` before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ending_balance: Option<i64>,
    /// Credited before it was paid, void credit notes left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pre_payment_credited: i64,
    /// Credited after it was paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub post_payment_credited: i64,
    /// Whether it was paid by other ways than this server knows of.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid_out_of_band: bool,
    /// Whether a payment was tried.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attempted: bool,
    /// When it was last reset to draft: it was finalized before, so its number is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reset_at: Option<At>,
    /// When it was last marked as sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub sent_at: Option<At>,
    /// The customer as it was when the draft was made, and again when it was finalized.
    #[serde(default, skip_serializing_if = "is_default")]
    pub issued_to: Option<IssuedTo>,
    /// The invoice that this one revises.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revision_of: Option<ObjectId>,
    /// The newest finalized invoice that revises this one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub latest_revision: Option<ObjectId>,
    /// When it reached each status.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status_transitions: StatusTransitions,
    /// The beginning of the time in which items were added to it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub period_start: At,
    /// The end of that time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub period_end: At,
    /// What opens its page and its PDF for whoever has the link.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secret: String,
    /// When a draft finalizes by itself, or an open one is to be told of; see [`Invoice::wake`].
    #[serde(default, skip_serializing_if = "is_default")]
    pub wake_at: Option<At>,
    /// Why a draft did not finalize by itself when it was to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub finalization_error: Option<Box<FinalizationError>>,
}

/// Why a draft did not finalize by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FinalizationError {
    /// The code of the refusal.
    pub code: String,
    /// What happened, and what to do.
    pub message: String,
    /// The parameter at fault.
    #[serde(skip_serializing_if = "is_default")]
    pub param: Option<String>,
}

impl Invoice {
    /// An empty draft.
    pub fn draft(customer: ObjectId, currency: Currency, now: At) -> Invoice {
        Invoice {
            customer,
            currency,
            currency_open: false,
            status: InvoiceStatus::Draft,
            collection_method: CollectionMethod::ChargeAutomatically,
            auto_advance: false,
            days_until_due: None,
            due_date: None,
            description: None,
            footer: None,
            custom_fields: Vec::new(),
            statement_descriptor: None,
            on_behalf_of: None,
            metadata: Metadata::new(),
            series: None,
            number: None,
            teaching: None,
            numbering: None,
            effective_at: None,
            lines: Vec::new(),
            default_tax_rates: Vec::new(),
            totals: Totals::default(),
            amount_due: 0,
            amount_paid: 0,
            amount_remaining: 0,
            starting_balance: 0,
            ending_balance: None,
            pre_payment_credited: 0,
            post_payment_credited: 0,
            paid_out_of_band: false,
            attempted: false,
            reset_at: None,
            sent_at: None,
            issued_to: None,
            revision_of: None,
            latest_revision: None,
            status_transitions: StatusTransitions::default(),
            period_start: now,
            period_end: now,
            secret: String::new(),
            wake_at: None,
            finalization_error: None,
        }
    }

    /// When the clock is to look at it: a draft that finalizes by itself, or an open one of which
    /// something is to be told.
    pub fn wake(&self) -> Option<At> {
        match self.status {
            InvoiceStatus::Draft | InvoiceStatus::Open => self.wake_at,
            InvoiceStatus::Paid | InvoiceStatus::Void | InvoiceStatus::Uncollectible => None,
        }
    }

    /// When a draft that finalizes by itself is to do so, by what became of telling that it was
    /// made: an hour after all who were to know of it do. What is still to be told holds it up for
    /// 72 hours from when it was made, and is looked at again from time to time.
    pub fn advances_at(created: At, tellings: &[DeliveryRow], now: At) -> At {
        let later = |at: At, milliseconds: i64| At(at.0.saturating_add(milliseconds));
        let first = later(created, Invoice::ADVANCES_AFTER_MS);
        let last = later(created, Invoice::HELD_UP_MS);
        if tellings.iter().any(|telling| telling.state == DeliveryState::Pending) {
            return later(now, Invoice::LOOKS_AGAIN_MS).max(first).min(last);
        }
        let heard = tellings.iter().filter(|telling| telling.state == DeliveryState::Delivered);
        let heard = heard.filter_map(|telling| telling.log.last()).map(|attempt| attempt.at);
        let after = heard.map(|at| later(at, Invoice::ADVANCES_AFTER_MS)).max();
        after.map_or(first, |after| after.max(first).min(last))
    }

    /// How long after it was made known a draft finalizes by itself, in milliseconds.
    pub const ADVANCES_AFTER_MS: i64 = 60 * 60 * 1000;
    /// How long a draft is held up at most by receivers that do not hear of it.
    const HELD_UP_MS: i64 = 72 * 60 * 60 * 1000;
    /// How long such a draft is left alone before it is looked at again.
    const LOOKS_AGAIN_MS: i64 = 10 * 60 * 1000;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LedgerId;
    use crate::model::DeliveryAttempt;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;

    fn telling(state: DeliveryState, tried: &[i64]) -> DeliveryRow {
        let new = DeliveryRow::new(LedgerId(1), ObjectId(2), ObjectId(3), At(0));
        let attempt = |at: &i64| DeliveryAttempt { at: At(*at), result: Ok(200), milliseconds: 1 };
        DeliveryRow { state, log: tried.iter().map(attempt).collect(), ..new }
    }

    #[test]
    fn a_draft_advances_an_hour_after_it_was_told_of() {
        use DeliveryState::{Delivered, GivenUp, Pending};
        let created = 7;
        for (tellings, now, hours, minutes) in [
            (vec![], HOUR, 1, 0),
            (vec![telling(Delivered, &[created])], HOUR, 1, 0),
            (vec![telling(Delivered, &[created, created + 30 * MINUTE])], HOUR, 1, 30),
            (vec![telling(Delivered, &[created]), telling(GivenUp, &[HOUR])], 2 * HOUR, 1, 0),
            (vec![telling(Delivered, &[created]), telling(Pending, &[])], HOUR, 1, 10),
            (vec![telling(Pending, &[])], 0, 1, 0),
            (vec![telling(Pending, &[])], 71 * HOUR + 55 * MINUTE, 72, 0),
            (vec![telling(Pending, &[])], 99 * HOUR, 72, 0),
            (vec![telling(Delivered, &[created + 71 * HOUR + 30 * MINUTE])], 99 * HOUR, 72, 0),
        ] {
            let at = Invoice::advances_at(At(created), &tellings, At(created + now));
            assert_eq!(at.0, created + hours * HOUR + minutes * MINUTE, "{tellings:?} {now}");
        }
    }
}
