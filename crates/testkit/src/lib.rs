//! What tests and benchmarks stand on.
//!
//! Nothing here is part of the product, and nothing here reaches beyond this machine: databases
//! are temporary and load goes to an address that the caller has opened itself.

pub mod load;
pub mod postgres;
