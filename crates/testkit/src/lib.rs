//! What tests and benchmarks stand on.
//!
//! Nothing here is part of the product, and nothing here reaches beyond this machine: databases
//! are temporary and load goes to an address that the caller has opened itself.

pub mod faulty;
pub mod hooked;
pub mod load;
pub mod model;
pub mod postgres;
pub mod proxy;
pub mod random;
pub mod simulation;
pub mod sink;
pub mod snapshot;
pub mod vfs;
