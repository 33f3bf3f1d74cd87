//! Which index answers a filter, and what is left to compare.

use jiff::civil::Date;
use ledger::id::{LedgerId, SeriesId};
use ledger::model::{Kind, State};
use store::{NumberFilter, Slice, StoreError};

use crate::page::{InSql, Question};
use crate::session::Session;
use crate::table::number::{stored_kind, stored_state};
use crate::table::series;

const KEY: &str = "n.position";

/// A filter with the index that it is answered from.
pub(super) struct Chosen<'a> {
    ledger: LedgerId,
    filter: &'a NumberFilter,
    index: Index<'a>,
    from: Option<Date>,
    to: Option<Date>,
}

/// Indexes that lie in the order of positions once their other column is given. Few numbers have
/// one reference; they are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index<'a> {
    Position,
    Reference(&'a str),
    Customer(&'a str),
    State(State),
    Kind(&'a Kind),
    Series(SeriesId),
}

impl<'a> Chosen<'a> {
    /// Chooses the index; `None` when nothing can pass the filter.
    pub(super) fn by(
        session: &Session,
        ledger: LedgerId,
        filter: &'a NumberFilter,
    ) -> Result<Option<Chosen<'a>>, StoreError> {
        let mut from = filter.date.from;
        let mut to = filter.date.to;
        if let (Some(series), Some(period_from)) = (filter.series, filter.period_from) {
            // The dates of a period's documents lie in it, so it is a range of dates too.
            let Some(last) = last_day(session, ledger, series, period_from)? else {
                return Ok(None);
            };
            from = from.max(Some(period_from));
            to = Some(to.map_or(last, |to| to.min(last)));
        }
        let index = Index::of(filter);
        Ok(Some(Chosen { ledger, filter, index, from, to }))
    }

    /// Whether dates are bounded on a side.
    pub(super) fn has_dates(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// The range of dates.
    pub(super) fn dates(&self) -> (Date, Date) {
        (self.from.unwrap_or(Date::MIN), self.to.unwrap_or(Date::MAX))
    }

    /// The ledger.
    pub(super) fn ledger(&self) -> LedgerId {
        self.ledger
    }

    /// Begins a question for positions in the chosen index, behind the slice's edge.
    pub(super) fn positions(&self, slice: &Slice) -> Question {
        let mut question = Question::new("SELECT n.position FROM".to_owned());
        if let Index::Reference(reference) = self.index {
            // All that have it, whatever their kinds, before they are put in order.
            question.with(" (SELECT * FROM number n WHERE n.ledger_id = ?", self.ledger);
            question.with(" AND n.reference BETWEEN ?", reference).with(" AND ?", reference);
            question.text(" ORDER BY n.reference OFFSET 0) n");
        } else {
            question.text(" number n");
        }
        question.with(" WHERE n.ledger_id = ?", self.ledger);
        let (order, key) = (slice.order(), (KEY, slice.start()));
        match self.index {
            Index::Position | Index::Reference(_) => {
                question.with(&format!(" AND {KEY} {} ?", order.beyond()), slice.start())
            }
            Index::Customer(customer) => {
                question.behind(("n.customer", customer), key, order, false)
            }
            // A partial index is only used by a statement that says as much as it does.
            Index::State(state) => question
                .behind(("n.state", stored_state(state)), key, order, false)
                .text(" AND n.state <> 0"),
            Index::Kind(kind) => question
                .behind(("n.kind", stored_kind(kind)), key, order, false)
                .text(" AND n.kind <> ''"),
            Index::Series(series) => question.behind(("n.series_id", series), key, order, false),
        };
        question
    }

    /// Adds the order of positions, and how many are wanted.
    pub(super) fn in_order(&self, question: &mut Question, slice: &Slice, limit: i64) {
        question.in_order_of(self.index.column(), KEY, slice.order(), limit);
    }

    /// Adds what the chosen index does not answer, but for dates.
    pub(super) fn compare_rest(&self, question: &mut Question) {
        self.compare(question, self.index);
    }

    /// Adds the whole filter but for dates, for a question that uses another index.
    pub(super) fn compare_all(&self, question: &mut Question) {
        self.compare(question, Index::Position);
    }

    /// Adds the range of dates.
    pub(super) fn compare_dates(&self, question: &mut Question) {
        if let Some(from) = self.from {
            question.with(" AND n.date >= ?", from);
        }
        if let Some(to) = self.to {
            question.with(" AND n.date <= ?", to);
        }
    }

    fn compare(&self, question: &mut Question, answered: Index<'_>) {
        let filter = self.filter;
        if let Some(reference) = &filter.reference
            && !matches!(answered, Index::Reference(_))
        {
            question.with(" AND n.reference = ?", reference.as_str());
        }
        if let Some(customer) = &filter.customer
            && !matches!(answered, Index::Customer(_))
        {
            question.with(" AND n.customer = ?", customer);
        }
        if let Some(state) = filter.state
            && !matches!(answered, Index::State(_))
        {
            question.with(" AND n.state = ?", stored_state(state));
        }
        if let Some(of) = &filter.kind
            && !matches!(answered, Index::Kind(_))
        {
            question.with(" AND n.kind = ?", stored_kind(of));
        }
        if let Some(series) = filter.series
            && !matches!(answered, Index::Series(_))
        {
            question.with(" AND n.series_id = ?", series);
        }
        if let Some(period_from) = filter.period_from {
            question.with(
                " AND (SELECT s.period_from FROM sequence s WHERE s.ledger_id = ?",
                self.ledger,
            );
            question.with(
                " AND s.sequence_id BETWEEN n.sequence_id AND n.sequence_id \
                 ORDER BY s.sequence_id LIMIT 1) = ?",
                period_from,
            );
        }
    }
}

impl<'a> Index<'a> {
    /// The index that leaves least to compare.
    fn of(filter: &'a NumberFilter) -> Index<'a> {
        let other_kind = filter.kind.as_ref().filter(|of| !stored_kind(of).is_empty());
        let other_state = filter.state.filter(|state| *state != State::Held);
        if let Some(reference) = &filter.reference {
            Index::Reference(reference)
        } else if let Some(customer) = &filter.customer {
            Index::Customer(&customer.0)
        } else if let Some(state) = other_state {
            Index::State(state)
        } else if let Some(kind) = other_kind {
            Index::Kind(kind)
        } else if let Some(series) = filter.series {
            Index::Series(series)
        } else {
            Index::Position
        }
    }

    /// The column that stands before the position.
    fn column(self) -> Option<&'static str> {
        match self {
            Index::Position | Index::Reference(_) => None,
            Index::Customer(_) => Some("n.customer"),
            Index::State(_) => Some("n.state"),
            Index::Kind(_) => Some("n.kind"),
            Index::Series(_) => Some("n.series_id"),
        }
    }
}

/// The last day of a period; `None` when there is no such series.
fn last_day(
    session: &Session,
    ledger: LedgerId,
    series: SeriesId,
    period_from: Date,
) -> Result<Option<Date>, StoreError> {
    let row = session.asked(|trip| series::load(trip, &[(ledger, series)]))?.pop();
    let last = |row: ledger::model::SeriesRow| {
        let to = row.period(period_from).to;
        to.yesterday().unwrap_or(to)
    };
    Ok(row.map(last))
}
