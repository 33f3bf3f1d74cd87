//! What is irregular, as objects.

use jiff::civil::Date;
use ledger::model::{Mode, NumberRow};
use ledger::outcome::{ClosedView, GapView, NumberView, SequenceView};
use serde::Serialize;

use super::{PeriodAnswer, Text, is_live};

/// One thing that is irregular, as a JSON object.
#[derive(Serialize)]
pub struct Irregularity<'a> {
    id: String,
    object: &'static str,
    livemode: bool,
    kind: &'static str,
    series: &'a str,
    period: PeriodAnswer<'a>,
    customer: Option<&'a str>,
    numbers: Option<[&'a str; 2]>,
    from: u64,
    to: u64,
    count: u64,
    date: Text<Date>,
    cause: Option<&'static str>,
    at: Option<i64>,
    actor: Option<&'a str>,
    index: Option<u64>,
    reference: Option<&'a str>,
    explanation: Option<Said<'a>>,
}

#[derive(Serialize)]
struct Said<'a> {
    text: &'a str,
    actor: &'a str,
    at: i64,
}

/// How much is irregular, in numbers.
#[derive(Clone, Copy, Serialize)]
pub struct Counts {
    /// Gaps.
    pub gaps: u64,
    /// Ordinals that they cover.
    pub missing: u64,
    /// Gaps that nobody explained.
    pub unexplained: u64,
    /// Void numbers.
    pub voids: u64,
    /// Numbers that drafts hold.
    pub drafts: u64,
}

/// How much is irregular in a series, as a JSON object.
#[derive(Serialize)]
pub struct IrregularitySummary<'a> {
    object: &'static str,
    livemode: bool,
    series: &'a str,
    lock_date: Option<Text<Date>>,
    all: Counts,
    open: Counts,
    warning: Option<&'static str>,
}

/// A closed period as a JSON object.
#[derive(Serialize)]
pub struct ClosedPeriod {
    object: &'static str,
    livemode: bool,
    from: Text<Date>,
    end: Text<Date>,
    lock_date: Option<Text<Date>>,
    gaps: u64,
    missing: u64,
    explained: u64,
    voids: u64,
    digest: String,
    receipt: ReceiptAnswer,
}

#[derive(Serialize)]
struct ReceiptAnswer {
    index: u64,
    hash: String,
}

impl<'a> Irregularity<'a> {
    /// A gap.
    pub fn gap(view: &'a GapView, mode: Mode) -> Irregularity<'a> {
        let row = &view.row;
        Irregularity {
            id: row.id.id(row.ledger),
            object: "irregularity",
            livemode: is_live(mode),
            kind: "gap",
            series: &view.series_name,
            period: PeriodAnswer::new(&view.period, &view.period_label),
            customer: some(&view.scope),
            numbers: Some([&row.first_text, &row.last_text]),
            from: row.from,
            to: row.to,
            count: row.to - row.from + 1,
            date: Text(row.date),
            cause: Some(row.cause.text()),
            at: Some(row.at.seconds()),
            actor: Some(&row.actor),
            index: Some(row.index),
            reference: None,
            explanation: row.explanation.as_ref().map(|said| Said {
                text: &said.text,
                actor: &said.actor,
                at: said.at.seconds(),
            }),
        }
    }

    /// A void number; its reason explains it.
    pub fn void(view: &'a NumberView, actor: &'a str, mode: Mode) -> Irregularity<'a> {
        let voided = view.row.voided.as_ref();
        Irregularity {
            kind: "void",
            cause: voided.map(|voided| voided.cause.text()),
            at: voided.map(|voided| voided.at.seconds()),
            actor: Some(actor),
            index: voided.map(|voided| voided.index),
            explanation: voided.map(|voided| Said {
                text: &voided.reason,
                actor,
                at: voided.at.seconds(),
            }),
            ..Irregularity::number(view, mode)
        }
    }

    /// A number that a draft holds.
    pub fn draft(view: &'a NumberView, mode: Mode) -> Irregularity<'a> {
        Irregularity { kind: "draft", ..Irregularity::number(view, mode) }
    }

    /// A sequence that begins behind the ordinal that its series says.
    pub fn late_start(view: &'a SequenceView, expected: u64, mode: Mode) -> Irregularity<'a> {
        let row = &view.row;
        Irregularity {
            id: row.id.id(row.ledger),
            object: "irregularity",
            livemode: is_live(mode),
            kind: "late_start",
            series: &view.series_name,
            period: PeriodAnswer::new(&view.period, &view.period_label),
            customer: some(&row.scope.0),
            numbers: None,
            from: expected,
            to: row.first - 1,
            count: row.first - expected,
            date: Text(row.period_from),
            cause: None,
            at: None,
            actor: None,
            index: None,
            reference: None,
            explanation: None,
        }
    }

    fn number(view: &'a NumberView, mode: Mode) -> Irregularity<'a> {
        let row: &NumberRow = &view.row;
        Irregularity {
            id: row.position.id(row.ledger),
            object: "irregularity",
            livemode: is_live(mode),
            kind: "draft",
            series: &view.series_name,
            period: PeriodAnswer::new(&view.period, &view.period_label),
            customer: row.customer.as_ref().map(|customer| customer.0.as_str()),
            numbers: Some([&row.text, &row.text]),
            from: row.ordinal,
            to: row.ordinal,
            count: 1,
            date: Text(row.date),
            cause: None,
            at: Some(row.created.seconds()),
            actor: None,
            index: Some(row.receipt.index),
            reference: row.reference.as_deref(),
            explanation: None,
        }
    }
}

impl<'a> IrregularitySummary<'a> {
    /// What a series comes to.
    pub fn new(
        series: &'a str,
        lock_date: Option<Date>,
        (all, open): (Counts, Counts),
        warns: bool,
        mode: Mode,
    ) -> IrregularitySummary<'a> {
        IrregularitySummary {
            object: "irregularity_summary",
            livemode: is_live(mode),
            series,
            lock_date: lock_date.map(Text),
            all,
            open,
            warning: warns.then_some("Gaps in the sequence"),
        }
    }
}

impl ClosedPeriod {
    /// What a closing came to.
    pub fn new(view: &ClosedView, mode: Mode) -> ClosedPeriod {
        ClosedPeriod {
            object: "closed_period",
            livemode: is_live(mode),
            from: Text(view.from),
            end: Text(view.to),
            lock_date: view.settings.lock_date.map(Text),
            gaps: view.gaps,
            missing: view.missing,
            explained: view.explained,
            voids: view.voids,
            digest: view.digest.to_string(),
            receipt: ReceiptAnswer {
                index: view.receipt.index,
                hash: view.receipt.hash.to_string(),
            },
        }
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
