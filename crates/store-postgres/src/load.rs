//! Loading what a batch asks for.

use ledger::{Loaded, Misses};
use store::StoreError;

use crate::session::Session;
use crate::table;
use crate::trip::Trip;

/// Loads every table that is asked for, each with one statement, all of them in one trip.
pub(crate) fn load(session: &Session, misses: &Misses) -> Result<Loaded, StoreError> {
    let mut trip = Trip::new();
    let ledgers = table::ledger::load(&mut trip, &misses.ledgers);
    let accounts = table::ledger::load_accounts(&mut trip, &misses.accounts);
    let keys = table::key::load(&mut trip, &misses.keys);
    let series = table::series::load(&mut trip, &misses.series);
    let series_names = table::series::load_names(&mut trip, &misses.series_names);
    let ledger_series = table::series::load_all(&mut trip, &misses.ledger_series);
    let sequences = table::sequence::load(&mut trip, &misses.sequences);
    let places = table::sequence::load_places(&mut trip, &misses.places);
    let numbers = table::number::load(&mut trip, &misses.numbers);
    let references = table::number::load_references(&mut trip, &misses.references);
    let texts = table::number::load_texts(&mut trip, &misses.texts);
    let gaps = table::gap::load(&mut trip, &misses.gaps);
    let customers = table::customer::load(&mut trip, &misses.customers);
    let prefixes = table::customer::load_prefixes(&mut trip, &misses.prefixes);
    let objects = table::object::load(&mut trip, &misses.objects);
    let labels = table::object::load_labels(&mut trip, &misses.labels);
    let events = table::event::load(&mut trip, &misses.events);
    let deliveries = table::delivery::load(&mut trip, &misses.deliveries);
    let outcomes = table::outcome::load(&mut trip, &misses.outcomes);
    let answers = session.run(&trip)?;
    Ok(Loaded {
        ledgers: answers.read(&ledgers)?,
        accounts: answers.read(&accounts)?,
        keys: answers.read(&keys)?,
        series: answers.read(&series)?,
        series_names: answers.read(&series_names)?,
        ledger_series: answers.read(&ledger_series)?,
        sequences: answers.read(&sequences)?,
        places: answers.read(&places)?,
        numbers: answers.read(&numbers)?,
        references: answers.read(&references)?,
        texts: answers.read(&texts)?,
        gaps: answers.read(&gaps)?,
        customers: answers.read(&customers)?,
        prefixes: answers.read(&prefixes)?,
        objects: answers.read(&objects)?,
        labels: table::object::in_order(answers.read(&labels)?),
        events: answers.read(&events)?,
        deliveries: answers.read(&deliveries)?,
        outcomes: answers.read(&outcomes)?,
    })
}
