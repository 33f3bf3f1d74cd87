//! The suite that every store must pass.
//!
//! A store's own tests call [`run`] with a way to make empty databases. Each case gets one of its
//! own. A case fails by a panic that says what was expected. What a store has to prove by means of
//! its own takes its rows from here too: [`fill`] for the plans of its queries, [`release`] for
//! databases of earlier releases.

mod batches;
mod deliveries;
mod documents;
mod drive;
mod events;
mod filters;
mod guesses;
mod history;
mod irregular;
mod kept;
mod loading;
mod locks;
mod moving;
mod outcomes;
mod pages;
mod people;
mod places;
mod plenty;
mod refused;
pub mod release;
mod renumbering;
mod sample;
mod staging;

pub use drive::{drive, import, take_in};
pub use plenty::fill;

use crate::{Store, StoreError};

/// A database of its own, empty at first.
pub trait Database {
    /// Opens it, the first time or again.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn open(&self) -> Result<Box<dyn Store>, StoreError>;
}

/// One case: its name, and what it does with an empty database.
type Case = (&'static str, fn(&dyn Database));

const CASES: [&[Case]; 19] = [
    batches::CASES,
    guesses::CASES,
    history::CASES,
    irregular::CASES,
    locks::CASES,
    loading::CASES,
    moving::CASES,
    outcomes::CASES,
    pages::CASES,
    filters::CASES,
    refused::CASES,
    staging::CASES,
    renumbering::CASES,
    documents::CASES,
    events::CASES,
    deliveries::CASES,
    places::CASES,
    people::CASES,
    kept::CASES,
];

/// Runs every case on a database that `make` makes for it.
///
/// # Panics
/// When the store does not do what the port asks for.
pub fn run(make: &dyn Fn() -> Box<dyn Database>) {
    for (name, case) in CASES.into_iter().flatten() {
        let _naming = Naming(name);
        case(&*make());
    }
}

/// The names of the cases, in the order in which [`run`] runs them.
pub fn names() -> impl Iterator<Item = &'static str> {
    CASES.into_iter().flatten().map(|(name, _)| *name)
}

/// Tells the name of a case that panics.
struct Naming(&'static str);

impl Drop for Naming {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let mut error = std::io::stderr().lock();
        // The panic itself says the rest; a closed stream only loses the name.
        let _ = std::io::Write::write_fmt(&mut error, format_args!("in case {:?}\n", self.0));
    }
}
