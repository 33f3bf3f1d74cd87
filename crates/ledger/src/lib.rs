//! The state machine behind document numbers.
//!
//! [`decide()`] takes [`Books`] and a [`Command`] and yields an [`Outcome`] or a [`Refusal`]. It
//! does no input or output, reads no clock and draws no random number. A row that it needs and
//! that is not loaded is *missing*: the batch notes it, has it loaded, and runs again ([`Batch`]).

pub mod batch;
pub mod books;
pub mod command;
pub mod decide;
mod guess;
pub mod history;
pub mod id;
pub mod invariants;
pub mod job;
pub mod limits;
pub mod model;
pub mod money;
pub mod outcome;
pub mod refusal;
pub mod rehearsal;
pub mod role;
pub mod statement;
mod stored;
pub mod trail;

pub use batch::Batch;
pub use books::{Books, Changes, Loaded, Misses};
pub use command::{Action, Actor, Command};
pub use decide::decide;
pub use guess::Guess;
pub use outcome::{Answer, Outcome};
pub use refusal::{Code, Refusal};
pub use stored::Damaged;
