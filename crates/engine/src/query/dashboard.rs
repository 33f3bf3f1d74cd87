//! What somebody wants to see first: where each series stands, and how much was given lately.

use jiff::civil::Date;
use ledger::Misses;
use ledger::id::{LedgerId, Position, ScopeKey};
use ledger::model::{At, NumberRow, SequenceKey, SequenceRow, SeriesRow};
use numbering::Scope;
use store::{GapFilter, NumberFilter, Page, Reader, Within};

use super::series::{SeriesView, views};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Gaps of a series that are looked through.
const GAPS_MAX: u32 = 1_000;
/// Series that are shown. Who has more looks at the list.
const SHOWN_MAX: usize = 24;

/// Where a series stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesStanding {
    /// The series, with what it gives next.
    pub series: SeriesView,
    /// The sequence of the period that today is in; `None` before its first number, and where
    /// there is no single one.
    pub sequence: Option<SequenceRow>,
    /// Numbers given in that sequence: what gaps cover is left out.
    pub given: u64,
    /// The number that it gave last.
    pub newest: Option<NumberRow>,
}

impl Engine {
    /// Where the series stand that take documents, in the order in which they were made, the first
    /// few of them. `today` is the day in the account's zone.
    pub fn standings(&self, ledger: LedgerId, today: Date) -> Pending<Vec<SeriesStanding>> {
        let at = self.now();
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let mut rows = reader.series(ledger)?;
            rows.retain(|row| !row.archived && !row.is_typed());
            rows.truncate(SHOWN_MAX);
            let views = views(reader, &head, rows, at)?;
            let sequences = current(reader, ledger, &views, today)?;
            let stand = |series: SeriesView| {
                let own = |row: &&SequenceRow| row.series == series.row.id;
                let sequence = sequences.iter().find(own).cloned();
                let newest = newest(reader, ledger, &series.row)?;
                let given = sequence.as_ref().map(|row| given(reader, row)).transpose()?;
                Ok(SeriesStanding { series, sequence, given: given.unwrap_or_default(), newest })
            };
            views.into_iter().map(stand).collect()
        })
    }

    /// How many numbers were given before each of these instants. Found by halving, a few reads
    /// whatever the ledger's size, since numbers are kept in the order in which they were given.
    pub fn given_before(&self, ledger: LedgerId, instants: Vec<At>) -> Pending<Vec<u64>> {
        self.read(move |reader| {
            let last = lookup::ledger(reader, ledger)?.last_position;
            // Behind `below` is given before; behind `above` is not.
            let mut bounds = vec![(0, last); instants.len()];
            loop {
                let middle = |(below, above): &(u64, u64)| below + (above - below).div_ceil(2);
                let open = bounds.iter().filter(|(below, above)| below < above).map(middle);
                let mut asked: Vec<u64> = open.collect();
                if asked.is_empty() {
                    return Ok(bounds.into_iter().map(|(below, _)| below).collect());
                }
                asked.sort_unstable();
                asked.dedup();
                let numbers = asked.iter().map(|place| (ledger, Position(*place))).collect();
                let found = reader.load(&Misses { numbers, ..Misses::default() })?.numbers;
                for (bound, instant) in bounds.iter_mut().zip(&instants) {
                    if bound.0 == bound.1 {
                        continue;
                    }
                    let place = middle(bound);
                    let row = found.iter().find(|row| row.position == Position(place));
                    match row.is_some_and(|row| row.created < *instant) {
                        true => bound.0 = place,
                        false => bound.1 = place - 1,
                    }
                }
            }
        })
    }
}

fn current(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    views: &[SeriesView],
    today: Date,
) -> Result<Vec<SequenceRow>, EngineError> {
    let whole = views.iter().filter(|view| view.row.scope == Scope::Account);
    let key = |view: &SeriesView| SequenceKey {
        ledger,
        series: view.row.id,
        scope: ScopeKey::default(),
        period_from: view.row.period(today).from,
    };
    let sequences: Vec<SequenceKey> = whole.map(key).collect();
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    Ok(reader.load(&Misses { sequences, ..Misses::default() })?.sequences)
}

/// What a sequence covers, without its gaps. Of a series with very many gaps the newest count.
fn given(reader: &mut dyn Reader, sequence: &SequenceRow) -> Result<u64, EngineError> {
    let filter = GapFilter {
        within: Within { series: Some(sequence.series), ..Within::default() },
        ..GapFilter::default()
    };
    let page = Page { limit: GAPS_MAX, starting_after: None, ending_before: None };
    let gaps = reader.gaps(sequence.ledger, &filter, page)?.rows.into_iter();
    let own = gaps.filter(|(_, of)| of.id == sequence.id);
    let missing: u64 = own.map(|(gap, _)| gap.to - gap.from + 1).sum();
    Ok((sequence.last + 1).saturating_sub(sequence.first).saturating_sub(missing))
}

fn newest(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    series: &SeriesRow,
) -> Result<Option<NumberRow>, EngineError> {
    if !series.started() {
        return Ok(None);
    }
    let filter = NumberFilter { series: Some(series.id), ..NumberFilter::default() };
    let page = Page { limit: 1, starting_after: None, ending_before: None };
    let found = reader.numbers(ledger, &filter, page)?;
    Ok(found.rows.into_iter().next().map(|found| found.row))
}
