//! Numbers with a text: the present holder first, then former ones.

use ledger::id::Position;
use ledger::model::NumberRow;
use numbering::fold;
use store::{Page, StoreError};

use super::filter::Chosen;
use crate::page::Question;
use crate::session::Session;
use crate::table::number::read_text;

/// A part of the list of all that have the text; few do.
pub(super) fn page(
    session: &Session,
    chosen: &Chosen<'_>,
    text: &str,
    page: Page<Position>,
) -> Result<(Vec<i64>, bool), StoreError> {
    let all = holders(session, chosen, text)?;
    let place = |edge: Position| all.iter().position(|found| *found as u64 == edge.0);
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
    let mut question =
        Question::new("SELECT n.position, n.state, n.slug, n.text FROM number n WHERE".to_owned());
    question.with(" n.ledger_id = ?", chosen.ledger());
    let slug_key = NumberRow::slug_key(text.trim());
    question.with(" AND lower(n.slug) BETWEEN ?", slug_key.as_str());
    question.with(" AND ?", slug_key.as_str());
    chosen.compare_all(&mut question);
    chosen.compare_dates(&mut question);
    question.text(" ORDER BY lower(n.slug)");
    let wanted = fold(text);
    let found = session.ask(question, |fields| {
        Ok((fields.get::<i64>()?, fields.get::<i16>()?, fold(&read_text(fields)?)))
    })?;
    let mut same: Vec<_> = found.into_iter().filter(|(.., printed)| *printed == wanted).collect();
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
        "SELECT f.entry, f.position, f.slug, f.text FROM former f CROSS JOIN LATERAL \
         (SELECT * FROM number n WHERE n.ledger_id = f.ledger_id \
         AND n.position BETWEEN f.position AND f.position ORDER BY n.position LIMIT 1) n WHERE"
            .to_owned(),
    );
    question.with(" f.ledger_id = ?", chosen.ledger());
    question.with(" AND n.ledger_id = ?", chosen.ledger());
    let slug_key = NumberRow::slug_key(text.trim());
    question.with(" AND lower(f.slug) BETWEEN ?", slug_key.as_str());
    question.with(" AND ?", slug_key.as_str());
    chosen.compare_all(&mut question);
    chosen.compare_dates(&mut question);
    question.text(" ORDER BY lower(f.slug)");
    let wanted = fold(text);
    let found = session.ask(question, |fields| {
        Ok((fields.get::<i64>()?, fields.get::<i64>()?, fold(&read_text(fields)?)))
    })?;
    let mut same: Vec<_> = found.into_iter().filter(|(.., printed)| *printed == wanted).collect();
    same.sort_by_key(|(entry, position, _)| (-*entry, -*position));
    Ok(same.into_iter().map(|(_, position, _)| position).collect())
}
