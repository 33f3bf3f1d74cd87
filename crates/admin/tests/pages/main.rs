//! The pages, asked as a browser asks them.

mod browser;
mod safety;
#[path = "../stage/mod.rs"]
mod stage;
mod stories;
