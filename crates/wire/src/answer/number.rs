//! A number as an object.

use ledger::model::{Mark, Metadata, Mode, Receipt, Warning};
use ledger::outcome::NumberView;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::{PeriodAnswer, Text, is_live};

/// Numbers as a JSON array, in their order.
pub struct Numbers<'a> {
    /// The numbers.
    pub views: &'a [NumberView],
    /// The mode of their ledger.
    pub mode: Mode,
}

/// A number as a JSON object.
pub fn number(view: &NumberView, mode: Mode) -> impl Serialize + '_ {
    number_answer(view, mode)
}

pub(super) fn number_answer(view: &NumberView, mode: Mode) -> Number<'_> {
    let row = &view.row;
    let ledger = row.ledger;
    Number {
        id: row.position.id(ledger),
        object: "number",
        livemode: is_live(mode),
        created: row.created.seconds(),
        number: &row.text,
        ordinal: row.ordinal,
        state: row.state.text(),
        cause: row.voided.as_ref().map(|voided| voided.cause.text()),
        kind: row.kind.text(),
        reference: row.reference.as_deref(),
        date: Text(row.date),
        series: &view.series_name,
        customer: row.customer.as_ref().map(|customer| customer.0.as_str()),
        parent: row.parent.map(|parent| parent.id(ledger)),
        period: PeriodAnswer::new(&view.period, &view.period_label),
        slug: row.slug(),
        sort_key: numbering::sort_key(&row.text),
        receipt: ReceiptAnswer::new(row.receipt),
        metadata: &row.metadata,
        mark: row.mark.map(Mark::text),
        warnings: row.warning.map(Warning::text).into_iter().collect(),
        voided: row.voided.as_ref().map(|voided| VoidedAnswer {
            cause: voided.cause.text(),
            reason: &voided.reason,
            at: voided.at.seconds(),
            index: voided.index,
        }),
        reissue_of: row.reissue_of.map(|number| number.id(ledger)),
    }
}

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.views.len()))?;
        for view in self.views {
            list.serialize_element(&number(view, self.mode))?;
        }
        list.end()
    }
}

#[derive(Serialize)]
pub(super) struct Number<'a> {
    id: String,
    object: &'static str,
    livemode: bool,
    created: i64,
    number: &'a str,
    ordinal: u64,
    state: &'static str,
    cause: Option<&'static str>,
    kind: &'a str,
    reference: Option<&'a str>,
    date: Text<jiff::civil::Date>,
    series: &'a str,
    customer: Option<&'a str>,
    parent: Option<String>,
    period: PeriodAnswer<'a>,
    slug: String,
    sort_key: String,
    receipt: ReceiptAnswer,
    metadata: &'a Metadata,
    mark: Option<&'static str>,
    warnings: Vec<&'static str>,
    voided: Option<VoidedAnswer<'a>>,
    reissue_of: Option<String>,
}

/// Where the trail records something.
#[derive(Serialize)]
pub(super) struct ReceiptAnswer {
    index: u64,
    hash: Text<ledger::trail::Hash>,
}

impl ReceiptAnswer {
    pub(super) fn new(receipt: Receipt) -> ReceiptAnswer {
        ReceiptAnswer { index: receipt.index, hash: Text(receipt.hash) }
    }
}

#[derive(Serialize)]
struct VoidedAnswer<'a> {
    cause: &'static str,
    reason: &'a str,
    at: i64,
    index: u64,
}
