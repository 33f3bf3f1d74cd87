//! The ten things that always hold, each as a named check that runs over any ledger.
//!
//! A [`Checker`] takes a ledger in pieces: first the trail, then the series, keys and customers,
//! then sequence by sequence the gaps and the register. It keeps what is small and forgets the
//! rest, so a ledger of many millions of numbers is checked in about 16 bytes for each of them, and
//! 50 for each that is a document's, and the pieces may be of a ledger that goes on. [`check`] does
//! all of it for a ledger that is at hand as a whole, a [`Snapshot`].
//!
//! Nothing here is shared with the code that decides, apart from the rows themselves and the
//! renderer: the checks are a second opinion.

mod answers;
mod checker;
mod coverage;
mod documents;
mod formats;
mod owners;
mod recorded;
mod rendering;
mod repeats;
pub mod replay;
mod snapshot;
mod sum;
mod violation;

pub use checker::{Checker, Findings};
pub use repeats::Suspects;
pub use snapshot::{Snapshot, Told, check};
pub use violation::{Invariant, Violation};

#[cfg(test)]
mod tests;
