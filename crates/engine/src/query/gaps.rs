//! Gaps, listed.

use ledger::command::SeriesRef;
use ledger::id::{GapId, LedgerId};
use ledger::model::GapCause;
use ledger::outcome::GapView;
use store::{GapFilter, Page};

use crate::engine::Engine;
use crate::lookup;
use crate::pending::Pending;

/// Which gaps; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapQuery {
    /// Of a series.
    pub series: Option<SeriesRef>,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
}

/// A page of gaps, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapList {
    /// The gaps.
    pub data: Vec<GapView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

impl Engine {
    /// Gaps of a ledger, newest first. The answer refuses a series that is not there.
    pub fn gaps(&self, ledger: LedgerId, query: GapQuery, page: Page<GapId>) -> Pending<GapList> {
        self.read(move |reader| {
            let series = match &query.series {
                Some(which) => Some(lookup::series(reader, ledger, which)?.id),
                None => None,
            };
            let filter = GapFilter { series, cause: query.cause, explained: query.explained };
            let found = reader.gaps(ledger, &filter, page)?;
            let ids = found.rows.iter().map(|(_, sequence)| sequence.series);
            let series = lookup::series_by_id(reader, ledger, ids)?;
            let view = |(row, sequence): (_, ledger::model::SequenceRow)| {
                Some(GapView::new(row, &sequence, series.get(&sequence.series)?))
            };
            let data = found.rows.into_iter().filter_map(view).collect();
            Ok(GapList { data, has_more: found.has_more })
        })
    }
}
