//! The whole interface, from a request to its answer, on a real database.

mod app;
mod bad_input;
mod closing;
mod contract;
mod documents;
mod every_parameter;
mod idempotency;
mod numbers;
mod other_ledgers;
mod protocol;
mod replica;
mod series;
mod serving;
mod shapes;
mod world;
