//! Series with their next numbers.

use ledger::command::{Item, SeriesRef};
use ledger::id::LedgerId;
use ledger::model::{At, Kind, LedgerRow, Level, SeriesRow};
use ledger::outcome::NumberView;
use ledger::{Outcome, Refusal};
use store::Reader;

use super::preview::{decide_and_forget, issue};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::lookup;
use crate::pending::Pending;

/// A series, what uses it, and what it gives next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesView {
    /// The series.
    pub row: SeriesRow,
    /// The kinds of documents that use it unless they name another, at their level.
    pub default_for: Vec<(Kind, Level)>,
    /// What a document of its first kind would get today; or why that cannot be told, for example
    /// because it depends on the customer. Its position is 0, its receipt empty.
    pub next: Result<NumberView, Refusal>,
}

impl Engine {
    /// All series of a ledger, in the order in which they were made.
    pub fn series(&self, ledger: LedgerId) -> Pending<Vec<SeriesView>> {
        let at = self.now();
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let rows = reader.series(ledger)?;
            views(reader, &head, rows, at)
        })
    }

    /// One series. The answer refuses one that is not there.
    pub fn one_series(&self, ledger: LedgerId, which: SeriesRef) -> Pending<SeriesView> {
        let at = self.now();
        self.read(move |reader| {
            let head = lookup::ledger(reader, ledger)?;
            let row = lookup::series(reader, ledger, &which)?;
            let view = views(reader, &head, vec![row], at)?.pop();
            view.ok_or_else(|| EngineError::Defect("a series without a view".to_owned()))
        })
    }
}

/// All next numbers are decided together, so that a thousand series take few loads.
pub(super) fn views(
    reader: &mut dyn Reader,
    head: &LedgerRow,
    rows: Vec<SeriesRow>,
    at: At,
) -> Result<Vec<SeriesView>, EngineError> {
    let commands = rows.iter().map(|row| issue(head.id, at, vec![first_item(row)])).collect();
    let answers = decide_and_forget(reader, commands)?;
    let view = |(row, answer): (SeriesRow, ledger::Answer)| {
        let next = match answer.result {
            Ok(Outcome::Issued(mut views)) if views.len() == 1 => Ok(views.remove(0)),
            Ok(other) => return Err(EngineError::Defect(format!("a preview came to {other:?}"))),
            Err(refusal) => Err(refusal),
        };
        Ok(SeriesView { default_for: default_for(head, &row), row, next })
    };
    rows.into_iter().zip(answers).map(view).collect()
}

fn first_item(row: &SeriesRow) -> Item {
    Item {
        series: Some(SeriesRef::Id(row.id)),
        kind: row.kinds.first().map(|known| known.kind.clone()),
        ..Item::default()
    }
}

fn default_for(head: &LedgerRow, row: &SeriesRow) -> Vec<(Kind, Level)> {
    let uses = head.defaults.iter().filter(|(_, id)| **id == row.id);
    uses.map(|((kind, level), _)| (kind.clone(), *level)).collect()
}
