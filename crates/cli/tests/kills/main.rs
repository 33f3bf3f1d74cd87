//! Servers that are killed while clients ask, and what must hold afterwards.

#[path = "../command/gapless.rs"]
#[expect(dead_code, reason = "the stage has more than this play needs")]
mod gapless;
mod kill;
