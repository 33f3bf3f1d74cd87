//! Numbers with a text: the present holder first, then former ones.

use ledger::id::Position;
use ledger::model::NumberRow;
use numbering::fold;
use store::{Page, StoreError};

use super::filter::Chosen;
use crate::packed;
use crate::page::Question;
use crate::session::Session;

/// A part of the list of all that have the text; few do.
pub(super) fn page(
    session: &Session,
    chosen: &Chosen<'_>,
    text: &str,
    page: Page<Position>,
) -> Result<(Vec<i64>, bool), StoreError> {
    let all = holders(session, chosen, text)?;
    let place = |edge: Position| all.iter().position(|found| packed::count(*found) == edge.0);
    let limit = page.limit as usize;
    let (from, to) = match (page.starting_after, page.ending_before) {
        (None, Some(edge)) => (0, place(edge).unwrap_or(0)),
        (Some(edge), _) => (place(edge).map_or(all.len(), |at| at + 1), all.len()),
        (None, None) => (0, all.len()),
    };
    let part = &all[from..to];
    let has_more = part.len() > limit;
    let part = match page.ending_before {
        Some(_) => &part[part.len().saturating_sub(limit)..],
        None => &part[..part.len().min(limit)],
    };
    Ok((part.to_vec(), has_more))
}

fn holders(session: &Session, chosen: &Chosen<'_>, text: &str) -> Result<Vec<i64>, StoreError> {
    let mut question = Question::new(
        "SELECT n.number_id, n.slug, n.text, n.state FROM number n INDEXED BY number_slug WHERE"
            .to_owned(),
    );
    question.with(" n.ledger_id = ?", chosen.ledger());
    question.with(" AND n.slug = ?", NumberRow::slug_key(text.trim()));
    chosen.compare_all(&mut question);
    chosen.compare_dates(&mut question);
    question.text(" ORDER BY n.number_id DESC");
    let wanted = fold(text);
    let found = session.ask(question, |fields| {
        let position: i64 = fields.get()?;
        let slug = fields.str()?;
        let printed = fields.get::<Option<String>>()?;
        let same = fold(printed.as_deref().unwrap_or(slug)) == wanted;
        Ok((position, fields.get::<i64>()?, same))
    })?;
    let mut same: Vec<_> = found.into_iter().filter(|(.., same)| *same).collect();
    // States are stored in the order of how present a holder is.
    same.sort_by_key(|(position, state, _)| (*state, -*position));
    let mut all: Vec<i64> = same.into_iter().map(|(position, ..)| position).collect();
    for former in formers(session, chosen, text)? {
        if !all.contains(&former) {
            all.push(former);
        }
    }
    Ok(all)
}

/// Numbers that had the text before, those that lost it last first.
fn formers(session: &Session, chosen: &Chosen<'_>, text: &str) -> Result<Vec<i64>, StoreError> {
    let mut question = Question::new(
        "SELECT n.number_id, f.slug, f.text FROM former f INDEXED BY former_slug \
         CROSS JOIN number n ON n.number_id = (f.ledger_id << 36) + f.position WHERE"
            .to_owned(),
    );
    question.with(" f.ledger_id = ?", chosen.ledger());
    question.with(" AND f.slug = ?", NumberRow::slug_key(text.trim()));
    chosen.compare_all(&mut question);
    chosen.compare_dates(&mut question);
    question.text(" ORDER BY f.entry DESC, f.position DESC");
    let wanted = fold(text);
    let found = session.ask(question, |fields| {
        let position: i64 = fields.get()?;
        let slug = fields.str()?;
        let printed = fields.get::<Option<String>>()?;
        Ok((position, fold(printed.as_deref().unwrap_or(slug)) == wanted))
    })?;
    Ok(found.into_iter().filter(|(_, same)| *same).map(|(position, _)| position).collect())
}
