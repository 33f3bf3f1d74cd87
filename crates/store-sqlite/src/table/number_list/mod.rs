//! Pages of the register: any filter, newest given first, never a scan.
//!
//! The most telling part of a filter chooses an index that lies in the order of positions; what
//! remains is compared row by row. A range of dates could so pass over a great many rows. It is
//! given a first try of bounded length, and where that is not enough, the days of the range are
//! merged, each of which lies in the order of positions.

mod by_text;
mod days;
mod filter;

use std::collections::HashMap;

use ledger::id::{LedgerId, Position};
use store::{NumberFilter, NumberPage, NumberWithPlace, Order, Page, Slice, StoreError};

use crate::packed;
use crate::page::{InSql, Question};
use crate::session::Session;
use crate::table::number;
use filter::Chosen;

/// Rows that the first try at a range of dates may pass over.
const FIRST_TRY: i64 = 5_000;

/// One page of the numbers that pass the filter.
pub(crate) fn page(
    session: &Session,
    ledger: LedgerId,
    filter: &NumberFilter,
    page: Page<Position>,
) -> Result<NumberPage, StoreError> {
    let Some(chosen) = Chosen::by(session, ledger, filter)? else {
        return Ok(NumberPage::default());
    };
    if let Some(text) = &filter.number {
        let (positions, has_more) = by_text::page(session, &chosen, text, page)?;
        return fill(session, ledger, positions, has_more);
    }
    let slice = Slice::of(page, |position| packed::bound(ledger, position.0));
    let found = if chosen.has_dates() {
        dated(session, &chosen, &slice)?
    } else {
        walk(session, &chosen, &slice, None)?
    };
    let (positions, has_more) = slice.cut(found);
    fill(session, ledger, positions, has_more)
}

/// Positions in a range of dates.
fn dated(session: &Session, chosen: &Chosen, slice: &Slice) -> Result<Vec<i64>, StoreError> {
    let Some(end) = end_of_first_try(session, chosen, slice)? else {
        // There are not more rows than that.
        return walk(session, chosen, slice, None);
    };
    let found = walk(session, chosen, slice, Some(end))?;
    if found.len() >= slice.wanted() {
        return Ok(found);
    }
    days::merge(session, chosen, slice)
}

/// The position that lies so many index entries behind the slice's edge.
fn end_of_first_try(
    session: &Session,
    chosen: &Chosen,
    slice: &Slice,
) -> Result<Option<i64>, StoreError> {
    let mut question = chosen.positions();
    beyond(&mut question, slice.order(), slice.edge());
    question.text(" ORDER BY n.number_id ").text(slice.order().word());
    question.with(" LIMIT 1 OFFSET ?", FIRST_TRY - 1);
    Ok(session.ask(question, |fields| fields.get())?.pop())
}

/// Walks the chosen index from the slice's edge, at most to `end`, and compares what remains.
fn walk(
    session: &Session,
    chosen: &Chosen,
    slice: &Slice,
    end: Option<i64>,
) -> Result<Vec<i64>, StoreError> {
    let mut question = chosen.positions();
    beyond(&mut question, slice.order(), slice.edge());
    if let Some(end) = end {
        let until = if slice.order() == Order::Falling { ">= ?" } else { "<= ?" };
        question.with(&format!(" AND n.number_id {until}"), end);
    }
    chosen.compare_rest(&mut question);
    chosen.compare_dates(&mut question);
    question.text(" ORDER BY n.number_id ").text(slice.order().word());
    question.with(" LIMIT ?", slice.wanted() as i64);
    session.ask(question, |fields| fields.get())
}

/// Adds that positions lie behind an edge, if there is one.
fn beyond(question: &mut Question, order: Order, edge: Option<i64>) {
    if let Some(edge) = edge {
        question.with(&format!(" AND n.number_id {} ?", order.beyond()), edge);
    }
}

/// Loads the numbers at the positions, in their order.
fn fill(
    session: &Session,
    ledger: LedgerId,
    positions: Vec<i64>,
    has_more: bool,
) -> Result<NumberPage, StoreError> {
    let positions: Vec<_> = positions.into_iter().map(|id| Position(packed::count(id))).collect();
    let mut loaded: HashMap<Position, NumberWithPlace> =
        number::load_with_place(session, ledger, &positions)?
            .into_iter()
            .map(|number| (number.row.position, number))
            .collect();
    let rows = positions.iter().filter_map(|position| loaded.remove(position)).collect();
    Ok(NumberPage { rows, has_more })
}
