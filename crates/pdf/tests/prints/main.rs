//! What documents print.

mod sample;
mod words;
