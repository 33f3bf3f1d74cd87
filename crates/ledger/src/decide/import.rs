//! Taking over numbers that another system gave: what a list comes to, and its end.

mod apply;
mod check;
mod series;

pub(crate) use apply::{apply, catch_up};
pub(crate) use check::{check, refuse_empty};
pub(crate) use series::Claims;
