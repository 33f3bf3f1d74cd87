//! Work that is too large for one command.
//!
//! A job looks at what it rests on chunk by chunk, beside the writer, and hands out the rows that
//! it will bring as [`StagedPart`]s. The ledger goes on meanwhile, so they say everything relative
//! to what the ledger will have when they are placed. At the end stands one short command: it
//! proves that nothing the job rests on has changed, records one entry, and names by a [`Placing`]
//! where the staged rows go. The store moves them there in the same transaction.

pub mod import;
pub mod resequence;
mod staged;

pub use staged::{JobId, Placing, Renumbering, StagedChange, StagedNumber, StagedPart};
