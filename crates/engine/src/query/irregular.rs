//! What is irregular, listed with the latest date first, and counted.

use jiff::civil::Date;
use ledger::Misses;
use ledger::id::{GapId, LedgerId, Position, SequenceId};
use ledger::model::{LedgerRow, SequenceRow, SeriesRow};
use ledger::outcome::{GapView, NumberView, SequenceView};
use store::{GapFilter, Irregular, IrregularCounts, Page, Reader, Within};

use super::Part;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// The kinds of what is irregular, in the order in which one day tells of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IrregularKind {
    /// A sequence that begins behind its first ordinal.
    LateStart,
    /// A number that a draft holds.
    Draft,
    /// A void number.
    Void,
    /// A gap.
    Gap,
}

/// Which of what is irregular; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IrregularQuery {
    /// Where.
    pub part: Part,
    /// Of a kind.
    pub kind: Option<IrregularKind>,
    /// `true`: dated after the lock date. `false`: on or before it.
    pub open: Option<bool>,
}

/// One thing that is irregular.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IrregularView {
    /// A sequence that begins late, with the text of its first number where there is one.
    LateStart(Box<SequenceView>, u64),
    /// A number that a draft holds.
    Draft(Box<NumberView>),
    /// A void number, and who voided it.
    Void(Box<NumberView>, String),
    /// A gap.
    Gap(Box<GapView>),
}

/// By what an entry of the list is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IrregularId {
    /// A gap.
    Gap(GapId),
    /// A number.
    Number(Position),
    /// A sequence.
    Sequence(SequenceId),
}

/// A page, the latest date first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IrregularList {
    /// The entries.
    pub data: Vec<IrregularView>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// How much is irregular in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IrregularSummary {
    /// The series.
    pub series: SeriesRow,
    /// All of it.
    pub all: IrregularCounts,
    /// What is dated after the lock date.
    pub open: IrregularCounts,
    /// Whether what is open is to be warned of.
    pub warns: bool,
}

impl IrregularKind {
    /// Every kind.
    pub const ALL: [IrregularKind; 4] =
        [IrregularKind::Gap, IrregularKind::Void, IrregularKind::Draft, IrregularKind::LateStart];

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            IrregularKind::Gap => "gap",
            IrregularKind::Void => "void",
            IrregularKind::Draft => "draft",
            IrregularKind::LateStart => "late_start",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<IrregularKind> {
        IrregularKind::ALL.into_iter().find(|kind| kind.text() == text)
    }
}

impl Engine {
    /// What is irregular in a ledger, the latest date first. The answer refuses a series or a
    /// cursor that is not there, and a period without a series.
    pub fn irregularities(
        &self,
        ledger: LedgerId,
        query: IrregularQuery,
        page: Page<IrregularId>,
    ) -> Pending<IrregularList> {
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let mut within = query.part.within(reader, ledger)?;
            limit_to_open(&mut within, &head, query.open);
            let mut edge = None;
            lookup::cursors(&page, |id| {
                edge = place(reader, ledger, id)?;
                Ok(edge.is_some())
            })?;
            let listing = Listing { ledger, within, is_back: page.ending_before.is_some() };
            listing.page(reader, query.kind, edge, page.limit)
        })
    }

    /// How much is irregular in each series that has anything.
    pub fn irregular_summary(
        &self,
        ledger: LedgerId,
        part: Part,
    ) -> Pending<Vec<IrregularSummary>> {
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let within = part.within(reader, ledger)?;
            let all = reader.irregular_counts(ledger, &within)?;
            let mut rest = within;
            limit_to_open(&mut rest, &head, Some(true));
            let open = reader.irregular_counts(ledger, &rest)?;
            let series = lookup::series_by_id(reader, ledger, all.iter().map(|(id, _)| *id))?;
            let summary = |(id, all): (_, IrregularCounts)| {
                let open = open.iter().find(|(of, _)| *of == id).map(|(_, counts)| *counts);
                let open = open.unwrap_or_default();
                let voids = head.settings.style.void_is_irregular() && open.voids > 0;
                let warns = open.gaps > 0 || open.drafts > 0 || voids;
                Some(IrregularSummary { series: series.get(&id)?.clone(), all, open, warns })
            };
            Ok(all.into_iter().filter_map(summary).collect())
        })
    }
}

/// Narrows a part to what is dated after the lock date, or on or before it.
fn limit_to_open(within: &mut Within, head: &LedgerRow, open: Option<bool>) {
    let locked = head.settings.locked_through();
    match (open, locked) {
        (Some(true), Some(_)) => {
            within.date.from = within.date.from.max(head.settings.first_free());
        }
        (Some(false), locked) => {
            let until = locked.unwrap_or(Date::MIN);
            within.date.to = Some(within.date.to.map_or(until, |to| to.min(until)));
        }
        (Some(true), None) | (None, _) => {}
    }
}

/// Where an entry stands: its day, its kind, its id.
type Place = (Date, IrregularKind, u64);

fn place(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    id: IrregularId,
) -> Result<Option<Place>, EngineError> {
    Ok(match id {
        IrregularId::Gap(id) => {
            let misses = Misses { gaps: vec![(ledger, id)], ..Misses::default() };
            let row = reader.load(&misses)?.gaps.pop();
            row.map(|row| (row.date, IrregularKind::Gap, id.0))
        }
        IrregularId::Number(id) => {
            let row = reader.number(ledger, id)?.map(|found| found.row);
            row.and_then(|row| {
                let kind = match Irregular::of(&row)? {
                    Irregular::Void => IrregularKind::Void,
                    Irregular::Draft => IrregularKind::Draft,
                };
                Some((row.date, kind, id.0))
            })
        }
        IrregularId::Sequence(id) => {
            let misses = Misses { places: vec![(ledger, id)], ..Misses::default() };
            let key = reader.load(&misses)?.places.pop();
            key.map(|(_, key)| (key.period_from, IrregularKind::LateStart, id.0))
        }
    })
}

/// One page of the merged lists of all kinds.
struct Listing {
    ledger: LedgerId,
    within: Within,
    is_back: bool,
}

impl Listing {
    fn page(
        &self,
        reader: &mut dyn Reader,
        kind: Option<IrregularKind>,
        edge: Option<Place>,
        limit: u32,
    ) -> Result<IrregularList, EngineError> {
        let mut found = Vec::new();
        let mut has_more = false;
        for of in IrregularKind::ALL {
            if kind.is_some_and(|kind| kind != of) {
                continue;
            }
            let (views, more) = self.kind(reader, of, edge, limit)?;
            has_more |= more;
            found.extend(views);
        }
        found.sort_by_key(|(place, _)| *place);
        if !self.is_back {
            found.reverse();
        }
        has_more |= found.len() > limit as usize;
        found.truncate(limit as usize);
        if self.is_back {
            found.reverse();
        }
        Ok(IrregularList { data: found.into_iter().map(|(_, view)| view).collect(), has_more })
    }

    /// Where the list of one kind goes on behind a place: at that place, or at an end of its day.
    fn behind<Id: Copy>(
        &self,
        kind: IrregularKind,
        edge: Option<Place>,
        limit: u32,
        id: impl Fn(u64) -> Id,
    ) -> Page<(Date, Id)> {
        let edge = edge.map(|(date, of, at)| match kind.cmp(&of) {
            std::cmp::Ordering::Equal => (date, id(at)),
            std::cmp::Ordering::Less => (date, id(u64::MAX >> 1)),
            std::cmp::Ordering::Greater => (date, id(0)),
        });
        match self.is_back {
            true => Page { starting_after: None, ending_before: edge, limit },
            false => Page { starting_after: edge, ending_before: None, limit },
        }
    }

    fn kind(
        &self,
        reader: &mut dyn Reader,
        kind: IrregularKind,
        edge: Option<Place>,
        limit: u32,
    ) -> Result<(Vec<(Place, IrregularView)>, bool), EngineError> {
        match kind {
            IrregularKind::Gap => self.gaps(reader, edge, limit),
            IrregularKind::Void => self.numbers(reader, Irregular::Void, edge, limit),
            IrregularKind::Draft => self.numbers(reader, Irregular::Draft, edge, limit),
            IrregularKind::LateStart => self.late(reader, edge, limit),
        }
    }

    fn gaps(
        &self,
        reader: &mut dyn Reader,
        edge: Option<Place>,
        limit: u32,
    ) -> Result<(Vec<(Place, IrregularView)>, bool), EngineError> {
        let filter = GapFilter { within: self.within.clone(), cause: None, explained: None };
        let page = self.behind(IrregularKind::Gap, edge, limit, GapId);
        let found = reader.gaps(self.ledger, &filter, page)?;
        let ids = found.rows.iter().map(|(_, sequence)| sequence.series);
        let series = lookup::series_by_id(reader, self.ledger, ids)?;
        let views = found.rows.into_iter().filter_map(|(row, sequence)| {
            let place = (row.date, IrregularKind::Gap, row.id.0);
            let view = GapView::new(row, &sequence, series.get(&sequence.series)?);
            Some((place, IrregularView::Gap(Box::new(view))))
        });
        Ok((views.collect(), found.has_more))
    }

    fn numbers(
        &self,
        reader: &mut dyn Reader,
        kind: Irregular,
        edge: Option<Place>,
        limit: u32,
    ) -> Result<(Vec<(Place, IrregularView)>, bool), EngineError> {
        let of = match kind {
            Irregular::Void => IrregularKind::Void,
            Irregular::Draft => IrregularKind::Draft,
        };
        let page = self.behind(of, edge, limit, Position);
        let found = reader.irregular(self.ledger, kind, &self.within, page)?;
        let ids = found.rows.iter().map(|found| found.sequence.series);
        let series = lookup::series_by_id(reader, self.ledger, ids)?;
        let mut views = Vec::with_capacity(found.rows.len());
        for store::NumberWithPlace { row, sequence } in found.rows {
            let Some(series) = series.get(&sequence.series) else { continue };
            let place = (row.date, of, row.position.0);
            let voided = row.voided.as_ref().map(|voided| voided.index);
            let view = Box::new(NumberView::new(row, &sequence, series));
            let view = match voided {
                Some(index) => {
                    IrregularView::Void(view, super::why::actor_of(reader, self.ledger, index)?)
                }
                None => IrregularView::Draft(view),
            };
            views.push((place, view));
        }
        Ok((views, found.has_more))
    }

    /// Candidates are read until there are enough that begin behind what their series says.
    fn late(
        &self,
        reader: &mut dyn Reader,
        edge: Option<Place>,
        limit: u32,
    ) -> Result<(Vec<(Place, IrregularView)>, bool), EngineError> {
        let mut views = Vec::new();
        let mut edge = edge;
        loop {
            let page = self.behind(IrregularKind::LateStart, edge, limit, SequenceId);
            let found = reader.begun_late(self.ledger, &self.within, page)?;
            let ids = found.rows.iter().map(|row| row.series);
            let series = lookup::series_by_id(reader, self.ledger, ids)?;
            let end = if self.is_back { found.rows.first() } else { found.rows.last() };
            let place = |row: &SequenceRow| (row.period_from, IrregularKind::LateStart, row.id.0);
            edge = end.map(place);
            for row in found.rows {
                let Some(series) = series.get(&row.series) else { continue };
                let expected = series.first_ordinal(&row.period());
                if row.first > expected {
                    let place = place(&row);
                    let view = Box::new(SequenceView::new(row, series));
                    views.push((place, IrregularView::LateStart(view, expected)));
                }
            }
            if !found.has_more || views.len() >= limit as usize {
                return Ok((views, found.has_more));
            }
        }
    }
}
