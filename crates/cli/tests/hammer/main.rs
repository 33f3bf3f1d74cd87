//! The hammer itself: it proves what is true and finds what is not.

#[path = "../command/gapless.rs"]
#[expect(dead_code, reason = "the stage has more than this play needs")]
mod gapless;
mod lies;
mod servers;
