//! The statement of a part of a ledger: what is irregular in it, made to be kept.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::id::{LedgerId, SequenceId};
use ledger::limits::STATEMENT_ROWS_MAX;
use ledger::model::{At, LedgerRow, NumberRow, SequenceRow, SeriesRow};
use ledger::statement::Statement;
use ledger::{Code, Refusal};
use store::{GapFilter, Irregular, Page, Reader, Within};

use super::Part;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// Sequences that a statement tells of; of more it tells of none.
const SEQUENCES_MAX: usize = 1_000;

/// What is irregular in a part of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementView {
    /// The ledger, with the head of its trail.
    pub ledger: LedgerRow,
    /// The series that it is of; `None` for all.
    pub series: Option<SeriesRow>,
    /// The gaps, voids and numbers of drafts.
    pub statement: Statement,
    /// Whether the whole ledger is in it, so that its digest is that of a closing of the same days.
    pub is_whole: bool,
    /// The sequences that what is irregular lies in, each with its series' name, by period and id.
    pub sequences: Vec<(SequenceRow, String)>,
    /// Who voided numbers, by the index of the trail entry.
    pub actors: BTreeMap<u64, String>,
    /// When it was made.
    pub at: At,
}

impl Engine {
    /// The statement of a part of a ledger. Without dates it begins where the ledger is not locked,
    /// and ends today. The answer refuses a part in which too much is irregular.
    pub fn statement(&self, ledger: LedgerId, part: Part) -> Pending<StatementView> {
        let at = self.now();
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let mut within = part.within(reader, ledger)?;
            let (from, to) = days(&head, &within, at);
            (within.date.from, within.date.to) = (Some(from), Some(to));
            let is_whole = within == Within { date: within.date, ..Within::default() };
            let (gaps, mut sequences) = gaps(reader, ledger, &within)?;
            let mut numbers = Vec::new();
            for kind in Irregular::ALL {
                let page = Page { limit: STATEMENT_ROWS_MAX as u32, ..Page::default() };
                let found = reader.irregular(ledger, kind, &within, page)?;
                refuse_more(found.has_more)?;
                for found in found.rows {
                    sequences.insert(found.sequence.id, found.sequence);
                    numbers.push(found.row);
                }
            }
            let series = match within.series {
                Some(id) => lookup::series_by_id(reader, ledger, [id])?.remove(&id),
                None => None,
            };
            let actors = actors(reader, ledger, &numbers)?;
            Ok(StatementView {
                sequences: named(reader, ledger, sequences)?,
                statement: Statement::new(ledger, (from, to), gaps, numbers),
                ledger: head,
                series,
                is_whole,
                actors,
                at,
            })
        })
    }
}

/// The days of a statement: those asked for, else from the first free one to today.
fn days(head: &LedgerRow, within: &Within, at: At) -> (Date, Date) {
    let first = head.settings.first_free().unwrap_or(jiff::civil::date(1, 1, 1));
    let zone = jiff::tz::TimeZone::get(&head.settings.time_zone);
    let now = jiff::Timestamp::from_millisecond(at.0);
    let today = match (zone, now) {
        (Ok(zone), Ok(now)) => zone.to_datetime(now).date(),
        _ => first,
    };
    let is_dated = within.date.from.is_some() || within.date.to.is_some();
    let from = within.date.from.unwrap_or(match is_dated {
        true => jiff::civil::date(1, 1, 1),
        false => first,
    });
    (from, within.date.to.unwrap_or(today.max(from)))
}

type Gaps = (Vec<ledger::model::GapRow>, BTreeMap<SequenceId, SequenceRow>);

fn gaps(reader: &mut dyn Reader, ledger: LedgerId, within: &Within) -> Result<Gaps, EngineError> {
    let filter = GapFilter { within: within.clone(), cause: None, explained: None };
    let page = Page { limit: STATEMENT_ROWS_MAX as u32, ..Page::default() };
    let found = reader.gaps(ledger, &filter, page)?;
    refuse_more(found.has_more)?;
    let mut sequences = BTreeMap::new();
    let mut gaps = Vec::with_capacity(found.rows.len());
    for (row, sequence) in found.rows {
        sequences.insert(sequence.id, sequence);
        gaps.push(row);
    }
    Ok((gaps, sequences))
}

fn refuse_more(has_more: bool) -> Result<(), EngineError> {
    if !has_more {
        return Ok(());
    }
    let message = format!(
        "More than {STATEMENT_ROWS_MAX} gaps, voids or numbers of drafts lie there. Ask for a \
         shorter period, or for one series."
    );
    Err(Refusal::of(Code::ParameterInvalid, "period", message).into())
}

fn named(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    sequences: BTreeMap<SequenceId, SequenceRow>,
) -> Result<Vec<(SequenceRow, String)>, EngineError> {
    if sequences.len() > SEQUENCES_MAX {
        return Ok(Vec::new());
    }
    let ids = sequences.values().map(|row| row.series);
    let series = lookup::series_by_id(reader, ledger, ids)?;
    let name = |row: &SequenceRow| series.get(&row.series).map(|of| of.name.clone());
    let rows = sequences.into_values().map(|row| (name(&row).unwrap_or_default(), row));
    let mut rows: Vec<_> = rows.map(|(name, row)| (row, name)).collect();
    rows.sort_by_key(|(row, _)| (row.period_from, row.id));
    Ok(rows)
}

fn actors(
    reader: &mut dyn Reader,
    ledger: LedgerId,
    numbers: &[NumberRow],
) -> Result<BTreeMap<u64, String>, EngineError> {
    let mut actors = BTreeMap::new();
    for voided in numbers.iter().filter_map(|row| row.voided.as_ref()) {
        actors.insert(voided.index, super::why::actor_of(reader, ledger, voided.index)?);
    }
    Ok(actors)
}
