//! The thread that writes.
//!
//! It takes whatever waits, decides it in one batch, commits once, and only then answers.

mod attempt;
mod guessing;
mod queue;
mod run;
mod settle;

pub(crate) use queue::{After, Job, Queue, QueueLimits, Waiting};
pub(crate) use run::{Runner, Shared};
