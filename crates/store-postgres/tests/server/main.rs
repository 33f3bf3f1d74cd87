//! What the store does on a real server, beside what every store must do.

mod budget;
mod doubt;
mod late;
mod refusing;
mod sharing;
mod stage;
mod standby;
mod upgrade;
