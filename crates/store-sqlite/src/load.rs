//! Loading what a batch asks for.

use ledger::{Loaded, Misses};
use store::StoreError;

use crate::fresh::Fresh;
use crate::session::Session;
use crate::table;

/// Loads every table that is asked for, each with one statement. `fresh` knows the newest outcomes;
/// who does not have it reads it.
pub(crate) fn load(
    session: &Session,
    fresh: Option<&Fresh>,
    misses: &Misses,
) -> Result<Loaded, StoreError> {
    let outcomes = match fresh {
        _ if misses.outcomes.is_empty() => Vec::new(),
        Some(fresh) => table::outcome::load(session, fresh, &misses.outcomes)?,
        None => table::outcome::load(session, &Fresh::read(session)?, &misses.outcomes)?,
    };
    Ok(Loaded {
        ledgers: table::ledger::load(session, &misses.ledgers)?,
        accounts: table::ledger::load_accounts(session, &misses.accounts)?,
        keys: table::key::load(session, &misses.keys)?,
        people: table::person::load(session, &misses.people)?,
        series: table::series::load(session, &misses.series)?,
        series_names: table::series::load_names(session, &misses.series_names)?,
        ledger_series: table::series::load_all(session, &misses.ledger_series)?,
        sequences: table::sequence::load(session, &misses.sequences)?,
        places: table::sequence::load_places(session, &misses.places)?,
        numbers: table::number::load(session, &misses.numbers)?,
        references: table::number::load_references(session, &misses.references)?,
        texts: table::number::load_texts(session, &misses.texts)?,
        gaps: table::gap::load(session, &misses.gaps)?,
        gap_days: table::gap::load_days(session, &misses.gap_days)?,
        irregular_days: table::irregular::load_days(session, &misses.irregular_days)?,
        customers: table::customer::load(session, &misses.customers)?,
        prefixes: table::customer::load_prefixes(session, &misses.prefixes)?,
        objects: table::object::load(session, &misses.objects)?,
        labels: table::object::load_labels(session, &misses.labels)?,
        events: table::event::load(session, &misses.events)?,
        deliveries: table::delivery::load(session, &misses.deliveries)?,
        outcomes,
    })
}
