//! How wide a counter is printed.

use crate::{infer::shape::Cut, limits::SEQ_WIDTH_MAX};

/// The length of one printed counter, and whether zeros pad it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    length: u8,
    is_padded: bool,
}

impl Printed {
    pub(super) fn of(cut: Cut<'_>) -> Self {
        let length = u8::try_from(cut.counter.len()).unwrap_or(u8::MAX);
        Self { length, is_padded: cut.is_padded() }
    }
}

/// The widths that the counters of one shape show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Widths {
    /// Widths that padding shows, rising.
    padded: Vec<u8>,
    /// The width of counters that show none.
    unpadded: u8,
}

impl Widths {
    /// A counter that restarts and shows no padding is taken to be as wide as its shortest number:
    /// sooner or later it begins at 1, and longer ones have outgrown the width.
    pub(super) fn of(counters: impl Iterator<Item = Printed>, restarts: bool) -> Self {
        let mut seen = [[false; 2]; u8::MAX as usize + 1];
        for printed in counters {
            seen[usize::from(printed.length)][usize::from(printed.is_padded)] = true;
        }
        let lengths = |is_padded: usize| {
            (1..=SEQ_WIDTH_MAX).filter(move |length| seen[usize::from(*length)][is_padded])
        };
        let padded: Vec<u8> = lengths(1).collect();
        let unpadded = match lengths(0).next() {
            Some(shortest @ 2..) if restarts && padded.is_empty() => shortest,
            _ => 0,
        };
        Self { padded, unpadded }
    }

    /// The width that printed this counter.
    pub(super) fn of_counter(&self, printed: Printed) -> u8 {
        if printed.is_padded {
            return printed.length.min(SEQ_WIDTH_MAX);
        }
        let fitting = self.padded.iter().rev().find(|width| **width <= printed.length);
        fitting.copied().unwrap_or(self.unpadded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(counters: &[&str], restarts: bool) -> Vec<u8> {
        let printed = |counter: &&str| Printed::of(Cut { left: "", counter, right: "" });
        let widths = Widths::of(counters.iter().map(printed), restarts);
        counters.iter().map(|counter| widths.of_counter(printed(counter))).collect()
    }

    #[test]
    fn padding_tells_the_width() {
        assert_eq!(widths(&["00009", "00010", "99999", "100000"], true), [5; 4]);
        assert_eq!(widths(&["9", "10", "100"], true), [0; 3]);
        assert_eq!(widths(&["10", "11"], true), [2; 2]);
        assert_eq!(widths(&["99999", "100000"], true), [5; 2]);
        assert_eq!(widths(&["100000", "99999", "1000000"], true), [5; 3]);
        assert_eq!(widths(&["99999", "100000"], false), [0; 2]);
        assert_eq!(widths(&["00099", "100000"], true), [5; 2]);
        assert_eq!(widths(&["7", "99999", "100000"], true), [0; 3]);
        assert_eq!(widths(&["10", "11"], false), [0; 2]);
        assert_eq!(widths(&["536365", "581587"], false), [0; 2]);
        assert_eq!(widths(&["00009", "0010", "7"], false), [5, 4, 0]);
    }
}
