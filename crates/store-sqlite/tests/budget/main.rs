//! What a number and an invoice cost: bytes in the file, bytes in the log, statements.

#![expect(clippy::print_stderr, reason = "what was measured is told")]

mod bench;
mod documents;
mod numbers;
