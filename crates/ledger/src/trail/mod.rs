//! The append-only, hash-chained record of everything that touched numbering.

mod change;
mod entry;
#[cfg(test)]
mod shapes;
mod verify;

pub use change::{Change, IssuedLine, LeftGap, OpenedSequence};
pub use entry::{Entry, Hash, Sealed};
pub use verify::{Break, Verification, Verifier};
