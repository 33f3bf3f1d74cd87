//! The worker, on a database with a clock that moves when told to.

mod commands;
mod endpoints;
mod leases;
mod receivers;
mod schedule;
mod stage;
mod stores;
