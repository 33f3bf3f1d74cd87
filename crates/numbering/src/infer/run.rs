//! Runs of digits in a number, and what stands around them.

/// A longest run of ASCII digits; byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A number with its runs of digits.
#[derive(Debug)]
pub(super) struct Runs<'t> {
    pub(super) text: &'t str,
    pub(super) all: Vec<Run>,
}

/// What the letters next to a run say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// No letter touches it.
    None,
    /// `W05`, `KW05`.
    Week,
    /// `Q1`, `1Q`.
    Quarter,
    /// `M05`.
    Month,
    /// `FY24`.
    FiscalYear,
    /// Letters that say nothing of dates.
    Other,
}

impl<'t> Runs<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut all = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            if at > start {
                all.push(Run { start, end: at });
            } else {
                at += 1;
            }
        }
        Self { text, all }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn digits(&self, run: usize) -> &'t str {
        &self.text[self.all[run].start..self.all[run].end]
    }

    /// The text between a run and the one before it (or the start).
    pub(super) fn before(&self, run: usize) -> &'t str {
        let start = if run == 0 { 0 } else { self.all[run - 1].end };
        &self.text[start..self.all[run].start]
    }

    /// The text between a run and the one after it (or the end).
    pub(super) fn after(&self, run: usize) -> &'t str {
        let end = self.all.get(run + 1).map_or(self.text.len(), |next| next.start);
        &self.text[self.all[run].end..end]
    }

    pub(super) fn letter_before(&self, run: usize) -> bool {
        self.before(run).chars().next_back().is_some_and(char::is_alphanumeric)
    }

    pub(super) fn letter_after(&self, run: usize) -> bool {
        self.after(run).chars().next().is_some_and(char::is_alphanumeric)
    }

    /// Whether nothing but separators (or the ends of the text) touches the run.
    pub(super) fn stands_alone(&self, run: usize) -> bool {
        !self.letter_before(run) && !self.letter_after(run)
    }

    pub(super) fn label(&self, run: usize) -> Label {
        let before = self.before(run);
        let letters = before.len() - before.trim_end_matches(|c: char| c.is_alphabetic()).len();
        let word = before[before.len() - letters..].to_ascii_uppercase();
        match word.as_str() {
            "" if self.after(run).starts_with(['Q', 'q']) => Label::Quarter,
            "" => Label::None,
            "W" | "WK" | "WEEK" | "KW" | "CW" => Label::Week,
            "Q" | "QTR" | "QUARTER" => Label::Quarter,
            "M" => Label::Month,
            "FY" | "GJ" => Label::FiscalYear,
            _ => Label::Other,
        }
    }

    /// The single character between a run and the next, if there is exactly one.
    pub(super) fn joint(&self, run: usize) -> Option<char> {
        let mut between = self.after(run).chars();
        let first = between.next()?;
        (run + 1 < self.len() && between.next().is_none()).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_surroundings() {
        let runs = Runs::of("INV/2024-W05/0001b");
        assert_eq!(runs.len(), 3);
        assert_eq!((runs.digits(0), runs.digits(1), runs.digits(2)), ("2024", "05", "0001"));
        assert_eq!((runs.before(0), runs.after(0), runs.after(2)), ("INV/", "-W", "b"));
        assert_eq!((runs.label(0), runs.label(1)), (Label::None, Label::Week));
        assert!(runs.stands_alone(0) && !runs.stands_alone(1) && !runs.stands_alone(2));
        assert_eq!((runs.joint(0), runs.joint(1), runs.joint(2)), (None, Some('/'), None));
    }

    #[test]
    fn labels() {
        for (text, label) in [
            ("5", Label::None),
            ("KW5", Label::Week),
            ("q1", Label::Quarter),
            ("1Q", Label::Quarter),
            ("m05", Label::Month),
            ("FY24", Label::FiscalYear),
            ("NEW05", Label::Other),
            ("É5", Label::Other),
        ] {
            assert_eq!(Runs::of(text).label(0), label, "{text}");
        }
    }
}
