//! Whether it is worth while to decide on a guess.

/// Batches that are not guessed after the first wrong guess.
const PAUSE_MIN: u32 = 8;
/// The same after many.
const PAUSE_MAX: u32 = 512;

/// Guesses while they are right, and pauses for longer each time that one is wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Guessing {
    /// Batches yet to come that are not guessed.
    left: u32,
    /// The last pause.
    pause: u32,
}

impl Guessing {
    /// Whether the next batch may be guessed.
    pub(super) fn may(&self) -> bool {
        self.left == 0
    }

    /// Learns from a batch: whether it was allowed to guess, and guessed wrong.
    pub(super) fn learn(&mut self, allowed: bool, was_wrong: bool) {
        match (allowed, was_wrong) {
            (true, true) => {
                self.pause = (self.pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
                self.left = self.pause;
            }
            (true, false) => self.pause -= self.pause.div_ceil(64),
            (false, _) => self.left = self.left.saturating_sub(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many batches are guessed where `is_right` says which guesses hold.
    fn guessed(batches: u32, is_right: impl Fn(u32) -> bool) -> u32 {
        let mut guessing = Guessing::default();
        let mut count = 0;
        for batch in 0..batches {
            let may = guessing.may();
            count += u32::from(may);
            guessing.learn(may, may && !is_right(batch));
        }
        count
    }

    #[test]
    fn guesses_are_made_while_they_hold() {
        assert_eq!(guessed(10_000, |_| true), 10_000);
        assert!(guessed(10_000, |_| false) < 30);
        // One wrong now and then costs little.
        assert!(guessed(10_000, |batch| batch % 1_000 != 0) > 9_000);
        // Once they hold again, they are made again.
        assert!(guessed(10_000, |batch| batch > 2_000) > 7_000);
    }
}
