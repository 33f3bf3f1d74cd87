//! Latencies, counted in buckets that are less than one percent wide.

use std::time::Duration;

/// Bits of a value that are kept; the rest of a larger value is cut off.
const PRECISION: u32 = 8;
const SUB_BUCKETS: usize = 1 << PRECISION;
/// Enough for every number of microseconds that 64 bits can hold.
const BUCKETS: usize = (64 - PRECISION as usize + 1) * SUB_BUCKETS;

/// A count of durations by their length, exact to a microsecond below 256 µs and to one percent
/// above.
///
/// ```
/// use std::time::Duration;
/// use testkit::load::Histogram;
///
/// let mut latencies = Histogram::default();
/// for microseconds in 1..=100 {
///     latencies.record(Duration::from_micros(microseconds));
/// }
/// assert_eq!(latencies.quantile(0.5), Duration::from_micros(50));
/// assert_eq!(latencies.max(), Duration::from_micros(100));
/// ```
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0, max: Duration::ZERO }
    }
}

impl Histogram {
    /// Counts one duration.
    pub fn record(&mut self, duration: Duration) {
        let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.buckets[bucket(microseconds)] += 1;
        self.count += 1;
        self.max = self.max.max(duration);
    }

    /// Counts everything that `other` has counted.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many durations were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The longest duration, exactly; zero when there is none.
    #[must_use]
    pub fn max(&self) -> Duration {
        self.max
    }

    /// The length that a share of the durations, from 0 to 1, does not exceed; zero when there is
    /// none.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Duration {
        let rank = ((self.count as f64 * share).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Duration::from_micros(highest(index)).min(self.max);
            }
        }
        self.max
    }
}

/// The bucket of a value: the position of its first bit and the bits that follow it.
fn bucket(value: u64) -> usize {
    let cut = (u64::BITS - value.leading_zeros()).saturating_sub(PRECISION);
    cut as usize * SUB_BUCKETS + (value >> cut) as usize
}

/// The highest value in a bucket.
fn highest(bucket: usize) -> u64 {
    let cut = (bucket / SUB_BUCKETS) as u32;
    let low = (bucket % SUB_BUCKETS) as u64;
    (low << cut) | ((1 << cut) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_value_and_is_narrow() {
        for shift in 0..64 {
            for value in [1_u64 << shift, (1_u64 << shift) + 1, (1_u64 << shift) / 3 * 2] {
                let top = highest(bucket(value));
                assert!(top >= value, "{value} is above its bucket's top {top}");
                let error = (top - value) as f64 / value.max(1) as f64;
                assert!(error < 0.01, "{value} is counted as {top}");
            }
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_come_from_the_sorted_durations() {
        let mut slow = Histogram::default();
        slow.record(Duration::from_millis(80));
        let mut all = Histogram::default();
        for _ in 0..98 {
            all.record(Duration::from_micros(10));
        }
        all.record(Duration::from_micros(20));
        all.add(&slow);
        assert_eq!(all.count(), 100);
        assert_eq!(all.quantile(0.5), Duration::from_micros(10));
        assert_eq!(all.quantile(0.99), Duration::from_micros(20));
        assert_eq!(all.quantile(1.0), Duration::from_millis(80));
        assert_eq!(all.max(), Duration::from_millis(80));
    }

    #[test]
    fn nothing_counted_is_zero() {
        assert_eq!(Histogram::default().quantile(0.99), Duration::ZERO);
    }
}
