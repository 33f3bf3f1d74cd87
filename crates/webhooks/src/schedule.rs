//! When a delivery that failed is tried again.

use ledger::model::{At, Mode};

/// Seconds from each failed attempt to the next one, for live keys. It doubles from half a minute
/// to eight hours; the last attempt comes exactly three days after the first one failed.
pub const LIVE_S: [i64; 18] = [
    30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 28_800, 28_800, 28_800, 28_800,
    28_800, 28_800, 28_800, 26_910,
];

/// The same for test keys: three times, over a few hours.
pub const TEST_S: [i64; 3] = [300, 1_800, 7_200];

/// When the next attempt is due, after `attempts` of which the last one failed at `at`; `None`
/// when that was the last one.
///
/// ```
/// use ledger::model::{At, Mode};
///
/// let failed = At(1_000_000);
/// assert_eq!(webhooks::schedule::next(Mode::Live, 1, failed), Some(At(1_030_000)));
/// assert_eq!(webhooks::schedule::next(Mode::Test, 4, failed), None);
/// ```
pub fn next(mode: Mode, attempts: u32, at: At) -> Option<At> {
    let table: &[i64] = match mode {
        Mode::Live => &LIVE_S,
        Mode::Test => &TEST_S,
    };
    let failed = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let seconds = table.get(failed)?;
    Some(At(at.0.saturating_add(seconds.saturating_mul(1_000))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_attempts_end_three_days_after_the_first() {
        assert_eq!(LIVE_S.iter().sum::<i64>(), 3 * 24 * 60 * 60);
        let doubling = LIVE_S[..10].windows(2).all(|pair| pair[1] == 2 * pair[0]);
        assert!(doubling, "{LIVE_S:?}");
        assert!(LIVE_S[10..].iter().all(|&seconds| seconds <= 8 * 60 * 60));
    }

    #[test]
    fn test_attempts_end_after_a_few_hours() {
        let hours = TEST_S.iter().sum::<i64>() as f64 / 3_600.0;
        assert!((2.0..6.0).contains(&hours), "{hours}");
    }

    /// A length of time as the documents write it.
    fn span(mut seconds: i64) -> String {
        let mut parts = Vec::new();
        for (unit, name) in [(3_600, "h"), (60, "min"), (1, "s")] {
            if seconds >= unit {
                parts.push(format!("{} {name}", seconds / unit));
            }
            seconds %= unit;
        }
        parts.join(" ")
    }

    #[test]
    fn the_documents_tell_this_schedule() {
        let told = include_str!("../../../docs/webhooks.md");
        for (failed, seconds) in LIVE_S.iter().enumerate() {
            let since = span(LIVE_S[..=failed].iter().sum());
            let mut row = format!("\n| {} | {} | {since} |", failed + 2, span(*seconds));
            if let Some(seconds) = TEST_S.get(failed) {
                let since = span(TEST_S[..=failed].iter().sum());
                row.push_str(&format!(" {} | {since} |\n", span(*seconds)));
            } else {
                row.push_str(" | |\n");
            }
            assert!(told.contains(&row), "no row {row}");
        }
    }

    #[test]
    fn every_attempt_has_its_row_and_the_last_one_none() {
        let first = At(0);
        for (mode, table) in [(Mode::Live, &LIVE_S[..]), (Mode::Test, &TEST_S[..])] {
            for (failed, seconds) in table.iter().enumerate() {
                let attempts = u32::try_from(failed + 1).expect("small");
                assert_eq!(next(mode, attempts, first), Some(At(seconds * 1_000)));
            }
            let attempts = u32::try_from(table.len() + 1).expect("small");
            assert_eq!(next(mode, attempts, first), None);
            assert_eq!(next(mode, u32::MAX, first), None);
        }
    }
}
