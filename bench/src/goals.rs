//! What is to be reached: a further goal is a further row.

use crate::part::Figure;
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Between(f64, f64),
}

/// All goals, in the order of the report.
pub(crate) const GOALS: &[Goal] = &[
    Goal {
        what: "(b) against pgbench on the same SQL",
        measured: |results| results.ratio("b", "b-pgbench"),
        shown: ratio,
        must: Bound::Between(0.8, 1.2),
        aim: Bound::Between(0.9, 1.1),
    },
    Goal {
        what: "(c) against (b)",
        measured: |results| results.ratio("c-references", "b"),
        shown: times,
        must: Bound::AtLeast(12.0),
        aim: Bound::AtLeast(25.0),
    },
    Goal {
        what: "(c) against (b')",
        measured: |results| results.ratio("c-references", "b-pool"),
        shown: times,
        must: Bound::AtLeast(6.0),
        aim: Bound::AtLeast(12.0),
    },
    Goal {
        what: "(c) against (a)",
        measured: |results| results.ratio("c-references", "a"),
        shown: ratio,
        must: Bound::AtLeast(0.12),
        aim: Bound::AtLeast(0.25),
    },
    Goal {
        what: "(c) with random keys against (c)",
        measured: |results| results.ratio("c-keys", "c-references"),
        shown: ratio,
        must: Bound::AtLeast(0.5),
        aim: Bound::AtLeast(0.8),
    },
    Goal {
        what: "p99 of (c), in ms, through checkpoints, with a million numbers present",
        measured: |results| Some(results.summary("c-million")?.latency?.p99),
        shown: ratio,
        must: Bound::AtMost(10.0),
        aim: Bound::AtMost(5.0),
    },
    Goal {
        what: "(d), numbers per second, against (b)",
        measured: |results| results.ratio("d", "b"),
        shown: times,
        must: Bound::AtLeast(40.0),
        aim: Bound::AtLeast(100.0),
    },
    Goal {
        what: "(e) against (c)",
        measured: |results| results.ratio("e", "c-references"),
        shown: ratio,
        must: Bound::AtLeast(0.4),
        aim: Bound::AtLeast(0.6),
    },
    Goal {
        what: "(g) against (b)",
        measured: |results| results.ratio("g", "b"),
        shown: times,
        must: Bound::AtLeast(12.0),
        aim: Bound::AtLeast(25.0),
    },
    Goal {
        what: "(g) through two server processes against (b)",
        measured: |results| results.ratio("g-two", "b"),
        shown: times,
        must: Bound::AtLeast(8.0),
        aim: Bound::AtLeast(16.0),
    },
    Goal {
        what: "(g) in a thousand ledgers against (b)",
        measured: |results| results.ratio("g-ledgers", "b"),
        shown: times,
        must: Bound::AtLeast(12.0),
        aim: Bound::AtLeast(20.0),
    },
    Goal {
        what: "p99 of (g), in ms",
        measured: |results| Some(results.summary("g")?.latency?.p99),
        shown: ratio,
        must: Bound::AtMost(15.0),
        aim: Bound::AtMost(6.0),
    },
    Goal {
        what: "(g) batch, numbers per second, against (b)",
        measured: |results| results.ratio("g-batch", "b"),
        shown: times,
        must: Bound::AtLeast(30.0),
        aim: Bound::AtLeast(80.0),
    },
    Goal {
        what: "(h) against (b)",
        measured: |results| results.ratio("h", "b"),
        shown: times,
        must: Bound::AtLeast(6.0),
        aim: Bound::AtLeast(15.0),
    },
    Goal {
        what: "(h) on PostgreSQL against (b)",
        measured: |results| results.ratio("h-postgres", "b"),
        shown: times,
        must: Bound::AtLeast(6.0),
        aim: Bound::AtLeast(15.0),
    },
    Goal {
        what: "(i), requests per second, against (a)",
        measured: |results| results.ratio("i", "a"),
        shown: ratio,
        must: Bound::AtLeast(0.1),
        aim: Bound::AtLeast(0.2),
    },
    Goal {
        what: "(j), deliveries per second",
        measured: |results| Some(results.summary("j")?.rate),
        shown: whole,
        must: Bound::AtLeast(1_000.0),
        aim: Bound::AtLeast(4_000.0),
    },
    Goal {
        what: "bytes in the file per number",
        measured: |results| results.figure("size", Figure::FileBytes),
        shown: whole,
        must: Bound::AtMost(900.0),
        aim: Bound::AtMost(600.0),
    },
    Goal {
        what: "bytes of write-ahead log per number, 48 to a batch",
        measured: |results| results.figure("size", Figure::LogBytes),
        shown: whole,
        must: Bound::AtMost(4_096.0),
        aim: Bound::AtMost(2_048.0),
    },
    Goal {
        what: "memory of a server that gave ten million numbers, in MiB",
        measured: |results| results.figure("large", Figure::IssuerMemoryMib),
        shown: whole,
        must: Bound::AtMost(200.0),
        aim: Bound::AtMost(100.0),
    },
    Goal {
        what: "start-up with ten million numbers, in s",
        measured: |results| results.figure("large", Figure::StartSeconds),
        shown: ratio,
        must: Bound::AtMost(2.0),
        aim: Bound::AtMost(0.5),
    },
];

impl Bound {
    pub(crate) fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(low) => value >= low,
            Self::AtMost(high) => value <= high,
            Self::Between(low, high) => (low..=high).contains(&value),
        }
    }

    /// The bound in words.
    pub(crate) fn text(self) -> String {
        match self {
            Self::AtLeast(low) => format!("at least {low}"),
            Self::AtMost(high) => format!("at most {high}"),
            Self::Between(low, high) => format!("{low} to {high}"),
        }
    }
}

fn ratio(value: f64) -> String {
    format!("{value:.2}")
}

fn times(value: f64) -> String {
    format!("{value:.1}×")
}

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::{Latency, Sample};
    use crate::parts::PARTS;

    #[test]
    fn a_bound_includes_its_ends() {
        assert!(Bound::AtLeast(12.0).holds(12.0) && !Bound::AtLeast(12.0).holds(11.9));
        assert!(Bound::AtMost(10.0).holds(10.0) && !Bound::AtMost(10.0).holds(10.1));
        let between = Bound::Between(0.8, 1.2);
        assert!(between.holds(0.8) && between.holds(1.2));
        assert!(!between.holds(0.7) && !between.holds(1.3));
        assert_eq!(between.text(), "0.8 to 1.2");
    }

    #[test]
    fn every_goal_is_measured_by_the_parts_that_there_are() {
        let mut results = Results::default();
        let latency = Some(Latency { p50: 1.0, p99: 1.0, max: 1.0 });
        let figures = Figure::ALL.map(|figure| (figure, 1.0));
        for part in PARTS {
            let figures = figures.into();
            results.add(part.key, Sample { rate: 1.0, latency, figures, ..Sample::default() });
        }
        for goal in GOALS {
            assert_eq!((goal.measured)(&results), Some(1.0), "{}", goal.what);
        }
    }

    #[test]
    fn an_aim_is_never_easier_than_what_must_be() {
        for goal in GOALS {
            match (goal.must, goal.aim) {
                (Bound::AtLeast(must), Bound::AtLeast(aim)) => assert!(aim > must, "{}", goal.what),
                (Bound::AtMost(must), Bound::AtMost(aim)) => assert!(aim < must, "{}", goal.what),
                (must, Bound::Between(low, high)) => {
                    assert!(must.holds(low) && must.holds(high), "{}", goal.what);
                }
                (must, aim) => panic!("{}: {must:?} and {aim:?} differ in kind", goal.what),
            }
        }
    }
}
