//! Explaining gaps.

use super::{Halt, actor_text, checked_text, ledger, record, refuse, refuse_param};
use crate::books::Books;
use crate::command::Command;
use crate::id::GapId;
use crate::model::{Explanation, GapRow};
use crate::outcome::{GapView, Outcome};
use crate::refusal::Code;
use crate::trail::Change;

/// Writes down why a gap is there. A later explanation replaces an earlier one, which the trail
/// keeps.
pub(super) fn explain(
    books: &mut Books,
    command: &Command,
    id: GapId,
    text: &str,
) -> Result<Outcome, Halt> {
    let text = checked_text(text.trim(), "explanation")?.to_owned();
    if text.is_empty() {
        let message = "Say in `explanation` why the numbers are missing.";
        return refuse_param(Code::ParameterMissing, "explanation", message);
    }
    let mut ledger = ledger(books, command.ledger)?;
    let Some(gap) = books.gaps.read(&(ledger.id, id))?.cloned() else {
        return refuse_param(Code::ResourceMissing, "id", "There is no such gap.");
    };
    let (sequence, series) = {
        let Some(place) = books.places.read(&(ledger.id, gap.sequence))?.cloned() else {
            return refuse(Code::ResourceMissing, "The gap's sequence is missing. Run verify.");
        };
        let sequence = books.sequences.read(&place)?.cloned();
        let series = books.series.read(&(ledger.id, place.series))?.cloned();
        match (sequence, series) {
            (Some(sequence), Some(series)) => (sequence, series),
            _ => return refuse(Code::ResourceMissing, "The gap's series is missing. Run verify."),
        }
    };
    record(books, command, &mut ledger, &Change::GapExplained { gap: id, text: text.clone() });
    let actor = actor_text(&command.actor);
    let explanation = Some(Explanation { text, actor, at: command.at });
    let row = GapRow { explanation, ..gap };
    books.gaps.write((ledger.id, id), row.clone());
    Ok(Outcome::Explained(Box::new(GapView::new(row, &sequence, &series))))
}
