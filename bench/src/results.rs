//! All measurements of a run.

use std::collections::BTreeMap;

use crate::part::{Figure, Latency, Sample};

/// The samples of each part, by its key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Results {
    samples: BTreeMap<&'static str, Vec<Sample>>,
}

/// What the rounds of one part come to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    /// The median of the rates.
    pub(crate) rate: f64,
    /// The lowest and the highest rate.
    pub(crate) spread: (f64, f64),
    /// The median of each latency.
    pub(crate) latency: Option<Latency>,
}

impl Results {
    pub(crate) fn add(&mut self, key: &'static str, sample: Sample) {
        self.samples.entry(key).or_default().push(sample);
    }

    /// What a part came to; `None` when it was not measured.
    pub(crate) fn summary(&self, key: &str) -> Option<Summary> {
        let samples = self.samples.get(key)?;
        let rates = sorted(samples.iter().map(|sample| sample.rate));
        let latencies: Vec<Latency> = samples.iter().filter_map(|sample| sample.latency).collect();
        let of = |pick: fn(&Latency) -> f64| median(&sorted(latencies.iter().map(pick)));
        let latency = of(|latency| latency.p50).map(|p50| Latency {
            p50,
            p99: of(|latency| latency.p99).unwrap_or(p50),
            max: of(|latency| latency.max).unwrap_or(p50),
        });
        let spread = (*rates.first()?, *rates.last()?);
        Some(Summary { rate: median(&rates)?, spread, latency })
    }

    /// The median of a figure of a part; `None` when it was not seen.
    pub(crate) fn figure(&self, key: &str, figure: Figure) -> Option<f64> {
        let samples = self.samples.get(key)?;
        median(&sorted(samples.iter().filter_map(|sample| sample.figures.get(&figure)).copied()))
    }

    /// The rate of one part against that of another, when both were measured.
    pub(crate) fn ratio(&self, key: &str, against: &str) -> Option<f64> {
        Some(self.summary(key)?.rate / self.summary(against)?.rate)
    }

    /// Failed requests over all parts and rounds.
    pub(crate) fn errors(&self) -> u64 {
        self.samples.values().flatten().map(|sample| sample.errors).sum()
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The middle of sorted values, or the mean of the two in the middle.
fn median(sorted: &[f64]) -> Option<f64> {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rate: f64) -> Sample {
        let latency = Some(Latency { p50: rate / 10.0, p99: rate / 5.0, max: rate });
        Sample { rate, latency, ..Sample::default() }
    }

    #[test]
    fn the_median_of_the_rounds_counts() {
        let mut results = Results::default();
        for rate in [30.0, 10.0, 1_000.0] {
            results.add("a", sample(rate));
        }
        results.add("b", sample(2.0));
        let figures = [(Figure::FileBytes, 500.0)].into();
        results.add("b", Sample { rate: 4.0, errors: 7, figures, ..Sample::default() });
        let summary = results.summary("a").unwrap();
        assert_eq!((summary.rate, summary.spread), (30.0, (10.0, 1_000.0)));
        assert_eq!(summary.latency, Some(Latency { p50: 3.0, p99: 6.0, max: 30.0 }));
        assert_eq!(results.summary("b").unwrap().rate, 3.0);
        assert_eq!(results.ratio("a", "b"), Some(10.0));
        assert_eq!(results.ratio("a", "c"), None);
        assert_eq!(results.errors(), 7);
        assert_eq!(results.figure("b", Figure::FileBytes), Some(500.0));
        assert_eq!(results.figure("a", Figure::FileBytes), None);
    }
}
