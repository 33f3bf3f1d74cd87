//! Gaps, listed.

use jiff::civil::Date;
use ledger::Misses;
use ledger::id::{GapId, LedgerId};
use ledger::model::{GapCause, SequenceRow};
use ledger::outcome::GapView;
use store::{GapFilter, Page, Reader};

use super::Part;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Which gaps; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapQuery {
    /// Where.
    pub part: Part,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
}

/// A page of gaps, the latest date first, and of one day the newest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapList {
    /// The gaps.
    pub data: Vec<GapView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

impl Engine {
    /// Gaps of a ledger, the latest date first. The answer refuses a series or a cursor that is not
    /// there, and a period without a series.
    pub fn gaps(&self, ledger: LedgerId, query: GapQuery, page: Page<GapId>) -> Pending<GapList> {
        self.read(move |reader| {
            let within = query.part.within(reader, ledger)?;
            let page = edges(reader, ledger, page)?;
            let filter = GapFilter { within, cause: query.cause, explained: query.explained };
            let found = reader.gaps(ledger, &filter, page)?;
            let ids = found.rows.iter().map(|(_, sequence)| sequence.series);
            let series = lookup::series_by_id(reader, ledger, ids)?;
            let view = |(row, sequence): (_, SequenceRow)| {
                Some(GapView::new(row, &sequence, series.get(&sequence.series)?))
            };
            let data = found.rows.into_iter().filter_map(view).collect();
            Ok(GapList { data, has_more: found.has_more })
        })
    }
}

/// The edges of a page with the dates of their gaps, which must be there.
fn edges(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    page: Page<GapId>,
) -> Result<Page<(Date, GapId)>, EngineError> {
    let mut edge = None;
    lookup::cursors(&page, |id| {
        let misses = Misses { gaps: vec![(ledger, id)], ..Misses::default() };
        edge = reader.load(&misses)?.gaps.pop().map(|row| row.date);
        Ok(edge.is_some())
    })?;
    Ok(page.map(|id| (edge.unwrap_or_default(), id)))
}
