//! The rehearsal of a file that takes more than one command.
//!
//! Each command is decided for itself, and must find the ledger as the commands before it would
//! have left it. What of a document can stand in the way of one behind it in the file is its
//! date: in a series that refuses dates out of order, or that prints two digits of the year. So a
//! command of the rehearsal begins with those documents of the file before it whose dates matter to
//! its own; in a file in the order of dates there are hardly any.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ledger::command::Item;
use ledger::id::CustomerId;
use ledger::limits::BATCH_ITEMS_MAX;

/// Documents of a file that one command rehearses, by their places in it: at most one from before
/// for each, and the earliest and the latest.
const DOCUMENTS: usize = BATCH_ITEMS_MAX / 2 - 1;

/// The commands of a rehearsal: for each the places of its documents. Every document is the last
/// part of one of them.
pub(super) fn commands(items: &[Item]) -> Vec<Vec<usize>> {
    let mut earlier: BTreeMap<(Option<&CustomerId>, Date), usize> = BTreeMap::new();
    let mut span: Option<[(Date, usize); 2]> = None;
    let mut commands = Vec::with_capacity(items.len().div_ceil(DOCUMENTS));
    for (at, chunk) in items.chunks(DOCUMENTS).enumerate() {
        let places = at * DOCUMENTS..at * DOCUMENTS + chunk.len();
        let dated = || {
            let dated = chunk.iter().zip(places.clone());
            dated.filter_map(|(item, place)| Some((item.customer.as_ref(), item.date?, place)))
        };
        let mut before: BTreeSet<(Date, usize)> = span.into_iter().flatten().collect();
        for (customer, date, _) in dated() {
            // The next later date is in the same period, or no later one is.
            let later = earlier.range((customer, date)..);
            let later = later.take_while(|((whose, _), _)| *whose == customer);
            let next = later.map(|((_, date), place)| (*date, *place)).find(|it| it.0 > date);
            before.extend(next);
        }
        commands.push(before.iter().map(|(_, place)| *place).chain(places.clone()).collect());
        for (customer, date, place) in dated() {
            earlier.entry((customer, date)).or_insert(place);
            let [first, last] = span.unwrap_or([(date, place); 2]);
            span = Some([first.min((date, place)), last.max((date, place))]);
        }
    }
    commands
}

/// How many documents of the file are rehearsed when a command was: those that it repeats from
/// before are none of its own.
pub(super) fn done(command: &[usize]) -> u64 {
    command.last().map_or(0, |place| *place as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(date: &str, customer: Option<&str>) -> Item {
        let customer = customer.map(|id| CustomerId(id.to_owned()));
        Item { date: date.parse().ok(), customer, ..Item::default() }
    }

    /// The places in front of the last command's own documents.
    fn before(first: &[Item], then: &[Item]) -> Vec<usize> {
        let mut items = vec![first[0].clone(); DOCUMENTS - first.len()];
        items.extend_from_slice(first);
        items.extend_from_slice(then);
        let commands = commands(&items);
        assert_eq!(commands[0], (0..DOCUMENTS).collect::<Vec<_>>());
        assert!(commands.iter().all(|places| places.len() <= BATCH_ITEMS_MAX));
        let own = commands[1].len() - then.len();
        assert_eq!(commands[1][own..], (DOCUMENTS..items.len()).collect::<Vec<_>>());
        commands[1][..own].iter().map(|place| place.saturating_sub(DOCUMENTS - 3)).collect()
    }

    #[test]
    fn a_document_is_preceded_by_those_whose_dates_matter_to_it() {
        let days = ["2026-01-01", "2026-01-05", "2026-01-09"];
        let all = days.map(|day| item(day, None));
        // In order of dates: the ends alone, the earliest being at place 0.
        assert_eq!(before(&all, &[item("2026-02-01", None)]), [0, 2]);
        // Behind a later date: the next one, and the ends.
        assert_eq!(before(&all, &[item("2026-01-03", None)]), [0, 1, 2]);
        assert_eq!(before(&all, &[item("2026-01-07", None)]), [0, 2]);
        // Dates of other customers do not matter, but for the span of years.
        let whose = ["a", "b", "a"];
        let of_customers = [0, 1, 2].map(|at| item(days[at], Some(whose[at])));
        assert_eq!(before(&of_customers, &[item("2026-01-03", Some("a"))]), [0, 2]);
        assert_eq!(before(&of_customers, &[item("2026-01-03", Some("b"))]), [0, 1, 2]);
        assert_eq!(before(&of_customers, &[item("2026-01-03", None)]), [0, 2]);
    }

    #[test]
    fn what_is_repeated_is_counted_once() {
        let items = vec![item("2026-01-01", None); DOCUMENTS + 3];
        let commands = commands(&items);
        assert!(commands.iter().map(Vec::len).sum::<usize>() > items.len());
        let told: Vec<u64> = commands.iter().map(|command| done(command)).collect();
        assert_eq!(told, [DOCUMENTS as u64, items.len() as u64]);
    }

    #[test]
    fn no_command_is_too_long() {
        let day = |at: usize| {
            let days = jiff::Span::new().days(i64::try_from(at).unwrap());
            jiff::civil::date(1990, 1, 1).checked_add(days).unwrap()
        };
        let falling = (0..3 * DOCUMENTS).rev();
        let items: Vec<Item> =
            falling.map(|at| Item { date: Some(day(at)), ..Item::default() }).collect();
        let commands = commands(&items);
        assert_eq!(commands.len(), 3);
        let longest = commands.iter().map(Vec::len).max();
        assert!(longest.is_some_and(|longest| longest <= BATCH_ITEMS_MAX), "{longest:?}");
    }
}
