//! Servers and databases that are killed while clients ask, and what must hold afterwards.

mod away;
mod backends;
mod chaos;
mod failover;
#[path = "../command/gapless.rs"]
#[expect(dead_code, reason = "the stage has more than this play needs")]
mod gapless;
mod import;
mod kill;
mod processes;
mod restart;
mod stage;
mod webhooks;
