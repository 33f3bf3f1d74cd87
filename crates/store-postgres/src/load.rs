//! Loading what a batch asks for.

use jiff::civil::Date;
use ledger::id::{AccountId, LedgerId, ObjectId, Position, SequenceId, SeriesId};
use ledger::model::{
    CustomerRow, DeliveryRow, EventRow, GapRow, Holder, KeyRow, Kind, LedgerRow, Mode, NumberRow,
    ObjectKind, ObjectRow, OutcomeRow, PrefixOwner, SequenceKey, SequenceRow, SeriesRow, UserRow,
};
use ledger::{Loaded, Misses};
use store::StoreError;

use crate::session::Session;
use crate::table;
use crate::trip::{Answers, Asked, Trip};

/// Loads every table that is asked for, each with one statement, all of them in one trip.
pub(crate) fn load(session: &Session, misses: &Misses) -> Result<Loaded, StoreError> {
    let mut trip = Trip::new();
    let asked = ask(&mut trip, misses);
    asked.read(&session.run(&trip)?)
}

/// Makes the questions of all tables, and what reads their answers.
macro_rules! tables {
    ($($name:ident: $row:ty = $ask:path;)*) => {
        /// Where the answers will be.
        pub(crate) struct AskedTables {
            $($name: Asked<$row>,)*
        }

        /// Asks for every table of which something is missing.
        pub(crate) fn ask(trip: &mut Trip, misses: &Misses) -> AskedTables {
            AskedTables { $($name: $ask(trip, &misses.$name),)* }
        }

        impl AskedTables {
            /// Reads what came back.
            pub(crate) fn read(&self, answers: &Answers) -> Result<Loaded, StoreError> {
                let mut loaded = Loaded { $($name: answers.read(&self.$name)?,)* };
                loaded.labels = table::object::in_order(loaded.labels);
                Ok(loaded)
            }
        }
    };
}

tables! {
    ledgers: LedgerRow = table::ledger::load;
    accounts: ((AccountId, Mode), LedgerId) = table::ledger::load_accounts;
    keys: KeyRow = table::key::load;
    people: UserRow = table::person::load;
    series: SeriesRow = table::series::load;
    series_names: ((LedgerId, String), SeriesId) = table::series::load_names;
    ledger_series: SeriesRow = table::series::load_all;
    sequences: SequenceRow = table::sequence::load;
    places: ((LedgerId, SequenceId), SequenceKey) = table::sequence::load_places;
    numbers: NumberRow = table::number::load;
    references: ((LedgerId, Kind, String), Position) = table::number::load_references;
    texts: ((LedgerId, String), Holder) = table::number::load_texts;
    gaps: GapRow = table::gap::load;
    gap_days: ((LedgerId, Date, Date), GapRow) = table::gap::load_days;
    irregular_days: ((LedgerId, Date, Date), NumberRow) = table::number::load_days;
    customers: CustomerRow = table::customer::load;
    prefixes: ((LedgerId, String), PrefixOwner) = table::customer::load_prefixes;
    objects: ObjectRow = table::object::load;
    labels: ((LedgerId, ObjectKind, String), ObjectId) = table::object::load_labels;
    events: EventRow = table::event::load;
    deliveries: DeliveryRow = table::delivery::load;
    outcomes: OutcomeRow = table::outcome::load;
}
