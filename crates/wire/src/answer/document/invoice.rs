//! An invoice as an object.

use jiff::civil::Date;
use ledger::model::document as body;
use ledger::model::document::InvoiceStatus;
use ledger::model::{Mark, Metadata, ObjectKind, Warning};
use ledger::outcome::ObjectView;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::customer::{Address, Shipping, shown_fields};
use super::line::{InvoiceLine, LINES_SHOWN};
use super::tax::{Tax, TaxRate, rates, taxes};
use super::{Inner, LedgerId, NoList, Null, Surroundings, is_live, seconds};
use crate::ErrorType;
use crate::answer::Text;
use crate::answer::lesson::Lesson;
use crate::answer::number::ReceiptAnswer;

#[derive(Serialize)]
pub(super) struct Invoice<'a> {
    id: String,
    object: &'static str,
    account_name: &'a str,
    #[serde(flatten)]
    amounts: Amounts,
    attempt_count: u8,
    attempted: bool,
    auto_advance: bool,
    automatically_finalizes_at: Option<i64>,
    billing_reason: &'static str,
    collection_method: &'static str,
    created: i64,
    currency: String,
    custom_fields: Option<&'a [body::CustomField]>,
    customer: String,
    #[serde(flatten)]
    issued_to: IssuedTo<'a>,
    default_tax_rates: Vec<TaxRate<'a>>,
    description: Option<&'a str>,
    due_date: Option<i64>,
    effective_at: Option<i64>,
    footer: Option<&'a str>,
    from_invoice: Option<FromInvoice>,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
    last_finalization_error: Option<FinalizationError<'a>>,
    latest_revision: Option<String>,
    lines: Inner<InvoiceLine<'a>>,
    livemode: bool,
    metadata: &'a Metadata,
    number: Option<&'a str>,
    numbering: Option<Numbering<'a>>,
    teaching: Option<Lesson<'a>>,
    on_behalf_of: Option<&'a str>,
    period_end: i64,
    period_start: i64,
    statement_descriptor: Option<&'a str>,
    status: &'static str,
    status_transitions: StatusTransitions,
    total_taxes: Vec<Tax>,
    #[serde(flatten)]
    rest: Rest,
}

/// What is owed and paid, in minor units.
#[derive(Serialize)]
struct Amounts {
    amount_due: i64,
    amount_overpaid: i64,
    amount_paid: i64,
    amount_paid_off_stripe: i64,
    amount_remaining: i64,
    amount_shipping: i64,
    ending_balance: Option<i64>,
    post_payment_credit_notes_amount: i64,
    pre_payment_credit_notes_amount: i64,
    starting_balance: i64,
    subtotal: i64,
    subtotal_excluding_tax: i64,
    total: i64,
    total_excluding_tax: i64,
}

/// What this server has nothing to say of.
#[derive(Serialize)]
struct Rest {
    account_country: Null,
    account_tax_ids: Null,
    application: Null,
    automatic_tax: AutomaticTax,
    customer_account: Null,
    default_payment_method: Null,
    default_source: Null,
    discounts: NoList,
    issuer: Issuer,
    next_payment_attempt: Null,
    parent: Null,
    payment_settings: PaymentSettings,
    receipt_number: Null,
    rendering: Null,
    shipping_cost: Null,
    shipping_details: Null,
    test_clock: Null,
    total_discount_amounts: NoList,
    total_pretax_credit_amounts: NoList,
    webhooks_delivered_at: Null,
}

#[derive(Serialize)]
struct AutomaticTax {
    disabled_reason: Null,
    enabled: bool,
    liability: Null,
    provider: Null,
    status: Null,
}

/// Why a draft did not finalize by itself.
#[derive(Serialize)]
struct FinalizationError<'a> {
    code: &'a str,
    message: &'a str,
    param: Option<&'a str>,
    r#type: &'static str,
}

/// The customer as the invoice shows it.
#[derive(Serialize)]
struct IssuedTo<'a> {
    customer_address: Option<Address<'a>>,
    customer_email: Option<&'a str>,
    customer_name: Option<&'a str>,
    customer_phone: Option<&'a str>,
    customer_shipping: Option<Shipping<'a>>,
    customer_tax_exempt: &'static str,
    customer_tax_ids: NoList,
}

#[derive(Serialize)]
struct FromInvoice {
    action: &'static str,
    invoice: String,
}

#[derive(Serialize)]
struct Issuer {
    r#type: &'static str,
}

#[derive(Serialize)]
struct PaymentSettings {
    default_mandate: Null,
    payment_method_options: Null,
    payment_method_types: Null,
}

#[derive(Serialize)]
struct StatusTransitions {
    finalized_at: Option<i64>,
    marked_uncollectible_at: Option<i64>,
    paid_at: Option<i64>,
    reset_to_draft_at: Option<i64>,
    voided_at: Option<i64>,
}

/// Where a document's number stands in the register.
#[derive(Serialize)]
pub(super) struct Numbering<'a> {
    id: String,
    series: String,
    ordinal: u64,
    slug: &'a str,
    date: Text<Date>,
    period: PeriodAnswer<'a>,
    receipt: ReceiptAnswer,
    typed: bool,
    mark: Option<&'static str>,
    warnings: Vec<&'static str>,
}

#[derive(Serialize)]
struct PeriodAnswer<'a> {
    from: Text<Date>,
    to: Text<Date>,
    label: &'a str,
}

impl<'a> Numbering<'a> {
    pub(super) fn new(numbering: &'a body::Numbering, ledger: LedgerId) -> Numbering<'a> {
        Numbering {
            id: numbering.position.id(ledger),
            series: numbering.series.id(ledger),
            ordinal: numbering.ordinal,
            slug: &numbering.slug,
            date: Text(numbering.date),
            period: PeriodAnswer {
                from: Text(numbering.period_from),
                to: Text(numbering.period_to),
                label: &numbering.period_label,
            },
            receipt: ReceiptAnswer::new(numbering.receipt),
            typed: numbering.typed,
            mark: numbering.mark.map(Mark::text),
            warnings: numbering.warning.map(Warning::text).into_iter().collect(),
        }
    }
}

impl<'a> IssuedTo<'a> {
    fn new(to: &'a body::IssuedTo) -> IssuedTo<'a> {
        IssuedTo {
            customer_address: to.address.as_ref().map(Address::new),
            customer_email: to.email.as_deref(),
            customer_name: to.name.as_deref(),
            customer_phone: to.phone.as_deref(),
            customer_shipping: to.shipping.as_ref().map(Shipping::new),
            customer_tax_exempt: to.tax_exempt.text(),
            customer_tax_ids: [],
        }
    }

    fn nobody() -> IssuedTo<'a> {
        IssuedTo {
            customer_address: None,
            customer_email: None,
            customer_name: None,
            customer_phone: None,
            customer_shipping: None,
            customer_tax_exempt: body::TaxExempt::None.text(),
            customer_tax_ids: [],
        }
    }
}

impl<'a> Invoice<'a> {
    pub(super) fn new(
        view: &'a ObjectView,
        invoice: &'a body::Invoice,
        around: Surroundings<'a>,
    ) -> Invoice<'a> {
        let (row, ledger) = (&view.row, view.row.ledger);
        let invoice_id = |id: ledger::id::ObjectId| id.text(ObjectKind::Invoice, ledger);
        let revised = |id| FromInvoice { action: "revision", invoice: invoice_id(id) };
        let page = page(view, invoice, around);
        Invoice {
            id: row.text(),
            object: ObjectKind::Invoice.text(),
            account_name: around.account_name,
            amounts: Amounts::new(invoice),
            attempt_count: invoice.attempted.into(),
            attempted: invoice.attempted,
            auto_advance: invoice.auto_advance,
            automatically_finalizes_at: seconds(
                invoice.wake().filter(|_| invoice.status == InvoiceStatus::Draft),
            ),
            billing_reason: "manual",
            collection_method: invoice.collection_method.text(),
            created: row.created.seconds(),
            currency: invoice.currency.text(),
            custom_fields: shown_fields(&invoice.custom_fields),
            customer: invoice.customer.text(ObjectKind::Customer, ledger),
            issued_to: invoice.issued_to.as_ref().map_or_else(IssuedTo::nobody, IssuedTo::new),
            default_tax_rates: rates(view, &invoice.default_tax_rates, around.mode),
            description: invoice.description.as_deref(),
            due_date: seconds(invoice.due_date),
            effective_at: seconds(invoice.effective_at),
            footer: invoice.footer.as_deref(),
            from_invoice: invoice.revision_of.map(revised),
            invoice_pdf: page.as_ref().map(|page| format!("{page}/pdf")),
            hosted_invoice_url: page,
            last_finalization_error: invoice.finalization_error.as_deref().map(finalization_error),
            latest_revision: invoice.latest_revision.map(invoice_id),
            lines: lines(view, invoice, around),
            livemode: is_live(around.mode),
            metadata: &invoice.metadata,
            number: invoice.number.as_deref(),
            numbering: invoice.numbering.as_ref().map(|place| Numbering::new(place, ledger)),
            teaching: invoice.teaching.as_deref().map(|teaching| Lesson::new(teaching, ledger)),
            on_behalf_of: invoice.on_behalf_of.as_deref(),
            period_end: invoice.period_end.seconds(),
            period_start: invoice.period_start.seconds(),
            statement_descriptor: invoice.statement_descriptor.as_deref(),
            status: invoice.status.text(),
            status_transitions: transitions(invoice),
            total_taxes: taxes(&invoice.totals.taxes, ledger),
            rest: Rest::new(),
        }
    }
}

impl Amounts {
    fn new(invoice: &body::Invoice) -> Amounts {
        let totals = &invoice.totals;
        Amounts {
            amount_due: invoice.amount_due,
            amount_overpaid: 0,
            amount_paid: invoice.amount_paid,
            amount_paid_off_stripe: if invoice.paid_out_of_band { invoice.amount_paid } else { 0 },
            amount_remaining: invoice.amount_remaining,
            amount_shipping: 0,
            ending_balance: invoice.ending_balance,
            post_payment_credit_notes_amount: invoice.post_payment_credited,
            pre_payment_credit_notes_amount: invoice.pre_payment_credited,
            starting_balance: invoice.starting_balance,
            subtotal: totals.subtotal,
            subtotal_excluding_tax: totals.subtotal_excluding_tax,
            total: totals.total,
            total_excluding_tax: totals.total_excluding_tax,
        }
    }
}

impl Rest {
    fn new() -> Rest {
        Rest {
            account_country: Null,
            account_tax_ids: Null,
            application: Null,
            automatic_tax: AutomaticTax {
                disabled_reason: Null,
                enabled: false,
                liability: Null,
                provider: Null,
                status: Null,
            },
            customer_account: Null,
            default_payment_method: Null,
            default_source: Null,
            discounts: [],
            issuer: Issuer { r#type: "self" },
            next_payment_attempt: Null,
            parent: Null,
            payment_settings: PaymentSettings {
                default_mandate: Null,
                payment_method_options: Null,
                payment_method_types: Null,
            },
            receipt_number: Null,
            rendering: Null,
            shipping_cost: Null,
            shipping_details: Null,
            test_clock: Null,
            total_discount_amounts: [],
            total_pretax_credit_amounts: [],
            webhooks_delivered_at: Null,
        }
    }
}

/// The address of the invoice's page, once it is finalized: whoever has it may look.
fn page(view: &ObjectView, invoice: &body::Invoice, around: Surroundings<'_>) -> Option<String> {
    let is_issued = invoice.status != InvoiceStatus::Draft && !invoice.secret.is_empty();
    is_issued.then(|| format!("{}/invoices/{}/{}", around.base, view.row.text(), invoice.secret))
}

fn finalization_error(error: &body::FinalizationError) -> FinalizationError<'_> {
    FinalizationError {
        code: &error.code,
        message: &error.message,
        param: error.param.as_deref(),
        r#type: ErrorType::InvalidRequest.text(),
    }
}

fn transitions(invoice: &body::Invoice) -> StatusTransitions {
    let reached = &invoice.status_transitions;
    StatusTransitions {
        finalized_at: seconds(reached.finalized_at),
        marked_uncollectible_at: seconds(reached.marked_uncollectible_at),
        paid_at: seconds(reached.paid_at),
        reset_to_draft_at: seconds(invoice.reset_at),
        voided_at: seconds(reached.voided_at),
    }
}

fn lines<'a>(
    view: &'a ObjectView,
    invoice: &'a body::Invoice,
    around: Surroundings<'a>,
) -> Inner<InvoiceLine<'a>> {
    let shown = invoice.lines.iter().take(LINES_SHOWN);
    Inner {
        object: "list",
        data: shown.map(|line| InvoiceLine::new(view, invoice, line, around.mode)).collect(),
        has_more: invoice.lines.len() > LINES_SHOWN,
        url: format!("/v1/invoices/{}/lines", view.row.text()),
    }
}

/// The payments of an invoice that is shown, as a list: one where something was paid.
pub(crate) fn payments(invoice: &Map<String, Value>) -> Value {
    let field = |name: &str| invoice.get(name).cloned().unwrap_or_default();
    let id = field("id");
    let number = id.as_str().and_then(|id| id.strip_prefix(ObjectKind::Invoice.prefix()));
    let paid_at = field("status_transitions")["paid_at"].clone();
    let is_paid = field("amount_paid").as_i64().is_some_and(|amount| amount > 0);
    let payment = is_paid.then(|| {
        json!({
            "id": format!("inpay_{}", number.unwrap_or_default()),
            "object": "invoice_payment",
            "amount_paid": field("amount_paid"),
            "amount_requested": field("amount_due"),
            "created": paid_at,
            "currency": field("currency"),
            "invoice": id,
            "is_default": true,
            "livemode": field("livemode"),
            "payment": { "type": "payment_record" },
            "status": "paid",
            "status_transitions": { "canceled_at": null, "paid_at": paid_at },
        })
    });
    json!({
        "object": "list",
        "data": Value::Array(payment.into_iter().collect()),
        "has_more": false,
        "url": format!("/v1/invoice_payments?invoice={}", id.as_str().unwrap_or_default()),
    })
}
