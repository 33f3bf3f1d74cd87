//! Which index answers a filter, and what is left to compare.

use jiff::civil::Date;
use ledger::id::{LedgerId, SeriesId};
use ledger::model::{Kind, State};
use store::{NumberFilter, StoreError};

use crate::date::to_days;
use crate::packed;
use crate::page::Question;
use crate::session::Session;
use crate::table::number::{stored_kind, stored_state};
use crate::table::series;

/// A filter with the index that it is answered from.
pub(super) struct Chosen<'a> {
    ledger: LedgerId,
    filter: &'a NumberFilter,
    index: Index,
    from: Option<i64>,
    to: Option<i64>,
}

/// Indexes that lie in the order of positions once their other columns are given. Few numbers have
/// one reference; those of several kinds are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Index {
    Position,
    Reference,
    Customer,
    State,
    Kind,
    Series,
}

impl<'a> Chosen<'a> {
    /// Chooses the index; `None` when nothing can pass the filter.
    pub(super) fn by(
        session: &Session,
        ledger: LedgerId,
        filter: &'a NumberFilter,
    ) -> Result<Option<Chosen<'a>>, StoreError> {
        let mut from = filter.date.from.map(to_days);
        let mut to = filter.date.to.map(to_days);
        if let (Some(series), Some(period_from)) = (filter.series, filter.period_from) {
            // The dates of a period's documents lie in it, so it is a range of dates too.
            let Some(last) = last_day(session, ledger, series, period_from)? else {
                return Ok(None);
            };
            from = from.max(Some(to_days(period_from)));
            to = Some(to.map_or(last, |to| to.min(last)));
        }
        let index = Index::of(filter);
        Ok(Some(Chosen { ledger, filter, index, from, to }))
    }

    /// Whether dates are bounded on a side.
    pub(super) fn has_dates(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// The range of dates, in days.
    pub(super) fn dates(&self) -> (i64, i64) {
        (self.from.unwrap_or(to_days(Date::MIN)), self.to.unwrap_or(to_days(Date::MAX)))
    }

    /// The ledger.
    pub(super) fn ledger(&self) -> i64 {
        self.ledger.0 as i64
    }

    /// Begins a question for positions in the chosen index.
    pub(super) fn positions(&self) -> Question {
        let mut question =
            Question::new(format!("SELECT n.number_id FROM number n{} WHERE", self.index.clause()));
        if self.index == Index::Position {
            question.with(" n.number_id BETWEEN ?", packed::bound(self.ledger, 0));
            question.with(" AND ?", packed::last(self.ledger));
        } else {
            question.with(" n.ledger_id = ?", self.ledger());
        }
        let filter = self.filter;
        match self.index {
            Index::Position => {}
            Index::Reference => {
                question.with(" AND n.reference = ?", filter.reference.clone());
                if let Some(of) = &filter.kind {
                    question.with(" AND n.kind = ?", kind(of));
                }
            }
            Index::Customer => {
                question.with(" AND n.customer = ?", filter.customer.clone().map(|id| id.0));
            }
            Index::State => {
                question.with(" AND n.state = ?", filter.state.map(stored_state));
            }
            Index::Kind => {
                question.with(" AND n.kind = ?", filter.kind.as_ref().map(kind));
            }
            Index::Series => {
                question.with(" AND n.series_id = ?", filter.series.map(|series| series.0));
            }
        }
        // A partial index is only used by a statement that says as much as it does.
        question.text(self.index.partial());
        question
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
            question.with(" AND +n.date >= ?", from);
        }
        if let Some(to) = self.to {
            question.with(" AND +n.date <= ?", to);
        }
    }

    // The `+` keeps a column out of the choice of an index.
    fn compare(&self, question: &mut Question, answered: Index) {
        let filter = self.filter;
        if let Some(reference) = &filter.reference
            && answered != Index::Reference
        {
            question.with(" AND +n.reference = ?", reference.clone());
        }
        if let Some(customer) = &filter.customer
            && answered != Index::Customer
        {
            question.with(" AND +n.customer = ?", customer.0.clone());
        }
        if let Some(state) = filter.state
            && answered != Index::State
        {
            question.with(" AND +n.state = ?", stored_state(state));
        }
        if let Some(of) = &filter.kind
            && !matches!(answered, Index::Kind | Index::Reference)
        {
            question.with(" AND +n.kind = ?", kind(of));
        }
        if let Some(series) = filter.series
            && answered != Index::Series
        {
            question.with(" AND +n.series_id = ?", series.0);
        }
        if let Some(period_from) = filter.period_from {
            question.with(
                " AND EXISTS (SELECT 1 FROM sequence s WHERE s.ledger_id = n.ledger_id \
                 AND s.sequence_id = n.sequence_id AND s.period_from = ?)",
                to_days(period_from),
            );
        }
    }
}

impl Index {
    /// The index that leaves least to compare.
    fn of(filter: &NumberFilter) -> Index {
        let other_kind = filter.kind.as_ref().is_some_and(|of| !stored_kind(of).is_empty());
        if filter.reference.is_some() {
            Index::Reference
        } else if filter.customer.is_some() {
            Index::Customer
        } else if filter.state.is_some_and(|state| state != State::Held) {
            Index::State
        } else if other_kind {
            Index::Kind
        } else if filter.series.is_some() {
            Index::Series
        } else {
            Index::Position
        }
    }

    fn clause(self) -> &'static str {
        match self {
            Index::Position => "",
            Index::Reference => " INDEXED BY number_reference",
            Index::Customer => " INDEXED BY number_customer",
            Index::State => " INDEXED BY number_state",
            Index::Kind => " INDEXED BY number_kind",
            Index::Series => " INDEXED BY number_series",
        }
    }

    fn partial(self) -> &'static str {
        match self {
            Index::State => " AND n.state <> 0",
            Index::Kind => " AND n.kind <> ''",
            Index::Position | Index::Reference | Index::Customer | Index::Series => "",
        }
    }
}

fn kind(kind: &Kind) -> String {
    stored_kind(kind).to_owned()
}

/// The last day of a period, in days; `None` when there is no such series.
fn last_day(
    session: &Session,
    ledger: LedgerId,
    series: SeriesId,
    period_from: Date,
) -> Result<Option<i64>, StoreError> {
    let row = series::load(session, &[(ledger, series)])?.pop();
    Ok(row.map(|row| to_days(row.period(period_from).to) - 1))
}
