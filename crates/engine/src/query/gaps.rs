//! Gaps, listed.

use ledger::command::SeriesRef;
use ledger::id::{GapId, LedgerId};
use ledger::model::GapCause;
use ledger::outcome::GapView;
use store::{GapFilter, Page, Reader};

use crate::engine::Engine;
use crate::error::EngineError;
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
    /// Gaps of a ledger, newest first. The answer refuses a series or a cursor that is not
    /// there.
    pub fn gaps(&self, ledger: LedgerId, query: GapQuery, page: Page<GapId>) -> Pending<GapList> {
        self.read(move |reader| {
            let series = match &query.series {
                Some(which) => Some(lookup::series(reader, ledger, which)?.id),
                None => None,
            };
            lookup::cursors(&page, |id| gap_is_there(reader, ledger, id))?;
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

fn gap_is_there(reader: &mut dyn Reader, ledger: LedgerId, id: GapId) -> Result<bool, EngineError> {
    // Newest first: the first one behind the next id is this one, or it is not there.
    let next = id.0.checked_add(1).map(GapId);
    let page = Page { starting_after: next, ending_before: None, limit: 1 };
    let found = reader.gaps(ledger, &GapFilter::default(), page)?;
    Ok(found.rows.first().is_some_and(|(row, _)| row.id == id))
}
