//! The append-only, hash-chained record of everything that touched numbering.

mod change;
mod digest;
mod entry;
mod line;
mod renumbered;
#[cfg(test)]
mod shapes;
mod verify;

pub use change::{Change, IssuedLine, LeftGap, OpenedSequence, Person};
pub use digest::DocumentDigest;
pub use entry::{Entry, Hash, Sealed};
pub use line::{LINE_VERSION, placed_line};
pub(crate) use line::{LineTail, head as line_head};
pub use renumbered::{MovedGap, Numbered, RenumberedLine};
pub use verify::{Break, Verification, Verifier};
