//! What documents print.

mod sample;
#[cfg(feature = "typst")]
mod set;
mod words;
