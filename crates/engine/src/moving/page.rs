//! How many rows are read at once, where a row may take a few bytes or a few megabytes.

/// Rows in a page, at most.
const ROWS_MAX: u32 = 1_000;
/// Rows in a first page, when nothing is known of their size.
const ROWS_FIRST: u32 = 64;
/// Bytes that a page should have, about.
const BYTES: usize = 512 << 10;

/// The size of the next page.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageSize(u32);

impl PageSize {
    pub(super) fn new() -> PageSize {
        PageSize(ROWS_FIRST)
    }

    /// Rows to ask for.
    pub(super) fn rows(self) -> u32 {
        self.0
    }

    /// Learns from a page that took so many bytes.
    pub(super) fn learn(&mut self, bytes: usize) {
        self.0 = match bytes {
            0..BYTES => (self.0 * 2).min(ROWS_MAX),
            _ if bytes > 4 * BYTES => (self.0 / 8).max(1),
            _ => self.0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_rows_come_many_at_once_and_large_ones_alone() {
        let mut size = PageSize::new();
        for _ in 0..10 {
            size.learn(10_000);
        }
        assert_eq!(size.rows(), ROWS_MAX);
        size.learn(BYTES);
        assert_eq!(size.rows(), ROWS_MAX);
        for _ in 0..10 {
            size.learn(100 << 20);
        }
        assert_eq!(size.rows(), 1);
        size.learn(0);
        assert_eq!(size.rows(), 2);
    }
}
