//! What is to be reached: a further goal is a further row.

use crate::results::Results;

/// A row of the list.
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) measured: fn(&Results) -> Option<f64>,
    /// How the measured value is written.
    pub(crate) shown: fn(f64) -> String,
    pub(crate) must: Bound,
    pub(crate) aim: Bound,
}

/// What a value has to be.
pub(crate) struct Bound {
    pub(crate) text: &'static str,
    pub(crate) holds: fn(f64) -> bool,
}

/// All goals, in the order of the report.
pub(crate) const GOALS: &[Goal] = &[Goal {
    what: "(b) against pgbench on the same SQL",
    measured: |results| results.ratio("b", "b-pgbench"),
    shown: ratio,
    must: Bound { text: "0.8 to 1.2", holds: |ratio| (0.8..=1.2).contains(&ratio) },
    aim: Bound { text: "0.9 to 1.1", holds: |ratio| (0.9..=1.1).contains(&ratio) },
}];

fn ratio(value: f64) -> String {
    format!("{value:.2}")
}
