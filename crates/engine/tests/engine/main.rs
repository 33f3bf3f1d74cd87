//! The engine on a real file.

mod accounts;
mod batches;
mod damaged;
mod doubt;
mod health;
mod housekeeping;
mod importing;
mod keys;
mod limits;
mod moving;
mod people;
mod preview;
mod queries;
mod stage;
mod tampering;
mod verifying;
mod waking;
