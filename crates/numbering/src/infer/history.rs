//! Learning from a history: one pattern for each stretch of dates and kind.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{
    InferError,
    learn::{Agreement, Example, Learned, learn},
};
use crate::{FiscalYearStart, Format, Ordinal, Pattern, Period, Reset, Texts};

/// One number of a history, in the order in which the documents were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryRow<'a> {
    /// The number.
    pub number: &'a str,
    /// The document's date.
    pub date: Date,
    /// The document's kind, where kinds are numbered apart.
    pub kind: Option<&'a str>,
}

/// A run of documents of one kind whose numbers are written alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The kind of its documents.
    pub kind: Option<String>,
    /// The pattern of their numbers.
    pub pattern: Pattern,
    /// When counting starts again.
    pub reset: Reset,
    /// The first date. The stretch rules from here to the next stretch of its kind.
    pub first: Date,
    /// The last date of a document.
    pub last: Date,
    /// How many documents.
    pub count: usize,
}

/// What a history teaches.
#[derive(Clone, Debug)]
pub struct History {
    /// The stretches, by kind in order of appearance, then by date.
    pub stretches: Vec<Stretch>,
    /// The rows (as indices) that belong to no stretch: unreadable, or a single number with an
    /// ending of its own.
    pub apart: Vec<usize>,
    fiscal: FiscalYearStart,
    /// Of each stretch, where its counter is kept.
    counters: Vec<usize>,
    last: HashMap<(usize, Period), Ordinal>,
}

/// Learns how numbers were written when.
///
/// ```
/// use jiff::civil::date;
/// use numbering::{FiscalYearStart, infer::{HistoryRow, infer_history}};
///
/// let row = |number, date| HistoryRow { number, date, kind: None };
/// let rows = [
///     row("INV/2024/00009", date(2024, 12, 20)),
///     row("INV/2025/01/0001", date(2025, 1, 2)),
/// ];
/// let history = infer_history(&rows, FiscalYearStart::CALENDAR);
/// let next = |date| history.next(date, None).unwrap().unwrap();
/// assert_eq!(next(date(2024, 12, 28)), "INV/2024/00010");
/// assert_eq!(next(date(2025, 2, 1)), "INV/2025/02/0001");
/// ```
#[must_use]
pub fn infer_history(rows: &[HistoryRow<'_>], fiscal: FiscalYearStart) -> History {
    let mut history = History {
        stretches: Vec::new(),
        apart: Vec::new(),
        fiscal,
        counters: Vec::new(),
        last: HashMap::new(),
    };
    let mut kinds: Vec<Option<&str>> = Vec::new();
    for row in rows {
        if !kinds.contains(&row.kind) {
            kinds.push(row.kind);
        }
    }
    let mut counters = 0;
    for kind in kinds {
        let of_kind: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].kind == kind).collect();
        counters += history.add_kind(rows, &of_kind, counters);
    }
    history.apart.sort_unstable();
    history
}

impl History {
    /// The number that a document of this date and kind gets: the next one in the stretch that
    /// rules the date. Dates before all stretches follow the first.
    ///
    /// `None` when no number of that kind is known.
    ///
    /// # Errors
    /// [`InferError`] when no ordinal is left, or the number cannot be printed.
    #[must_use]
    pub fn next(&self, date: Date, kind: Option<&str>) -> Option<Result<String, InferError>> {
        let of_kind = || {
            let all = self.stretches.iter().enumerate();
            all.filter(|(_, stretch)| stretch.kind.as_deref() == kind)
        };
        let ruling = of_kind().rfind(|(_, stretch)| stretch.first <= date);
        let (index, stretch) = ruling.or_else(|| of_kind().next())?;
        let format = super::format(stretch.pattern.clone(), stretch.reset, self.fiscal);
        Some(self.next_in(&format, self.counters[index], date))
    }

    fn next_in(&self, format: &Format, counter: usize, date: Date) -> Result<String, InferError> {
        let ordinal = match self.last.get(&(counter, format.period(date))) {
            Some(last) => last.next()?,
            None => Ordinal::ONE,
        };
        Ok(format.render(date, ordinal, &Texts::default())?)
    }

    /// Adds the stretches of one kind; answers how many counters they use.
    fn add_kind(&mut self, rows: &[HistoryRow<'_>], of_kind: &[usize], base: usize) -> usize {
        let examples: Vec<Example<'_>> = of_kind
            .iter()
            .map(|&row| Example { number: rows[row].number.trim(), date: Some(rows[row].date) })
            .collect();
        let lesson = learn(&examples, self.fiscal);
        let counters: Vec<usize> = lesson
            .formats
            .iter()
            .map(|format| base + first_alike(&lesson.formats, format))
            .collect();
        let mut sizes = vec![0_usize; lesson.formats.len()];
        for place in lesson.places.iter().flatten() {
            sizes[place.format] += 1;
        }
        let mut by_date: Vec<usize> = (0..of_kind.len()).collect();
        by_date.sort_by_key(|&example| rows[of_kind[example]].date);
        let mut running: Option<usize> = None;
        let mut seen: Vec<usize> = Vec::new();
        for example in by_date {
            let HistoryRow { date, kind, .. } = rows[of_kind[example]];
            let Some(place) = lesson.places[example] else {
                self.apart.push(of_kind[example]);
                continue;
            };
            let learned = &lesson.formats[place.format];
            let period = place.date.map_or(Period::ALL, |date| learned.format.period(date));
            let last = self.last.entry((counters[place.format], period)).or_insert(place.ordinal);
            *last = place.ordinal.max(*last);
            let lone = sizes[place.format] == 1
                && seen.iter().any(|other| is_ending_of(&lesson.formats[*other], learned));
            if lone || place.agreement == Agreement::Other {
                self.apart.push(of_kind[example]);
                continue;
            }
            if !seen.contains(&place.format) {
                seen.push(place.format);
            }
            if running == Some(place.format)
                && let Some(stretch) = self.stretches.last_mut()
            {
                stretch.last = date;
                stretch.count += 1;
                continue;
            }
            running = Some(place.format);
            self.counters.push(counters[place.format]);
            self.stretches.push(Stretch {
                kind: kind.map(str::to_owned),
                pattern: learned.format.pattern.clone(),
                reset: learned.format.reset,
                first: date,
                last: date,
                count: 1,
            });
        }
        lesson.formats.len()
    }
}

/// The first format that counts as this one does: written alike, whatever the width.
fn first_alike(formats: &[Learned], format: &Learned) -> usize {
    let alike =
        |other: &Learned| other.shape == format.shape && other.format.reset == format.format.reset;
    formats.iter().position(alike).unwrap_or(0)
}

/// Whether the format is an earlier one's with different text behind the counter.
fn is_ending_of(earlier: &Learned, format: &Learned) -> bool {
    earlier.shape.left == format.shape.left
        && earlier.shape.right != format.shape.right
        && earlier.width == format.width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(rows: &[(&'static str, &str)]) -> History {
        let rows: Vec<HistoryRow<'_>> = rows
            .iter()
            .map(|(number, date)| HistoryRow { number, date: date.parse().unwrap(), kind: None })
            .collect();
        infer_history(&rows, FiscalYearStart::CALENDAR)
    }

    fn stretches(history: &History) -> Vec<String> {
        let show = |s: &Stretch| format!("{} {} {}", s.first, s.pattern, s.reset);
        history.stretches.iter().map(show).collect()
    }

    #[test]
    fn a_format_for_each_stretch() {
        let history = history(&[
            ("MISC/00001", "2016-01-01"),
            ("MISC/2017/00001", "2017-01-01"),
            ("MISC/2017/02/00001", "2017-02-01"),
            ("MISC/2017/02/00002", "2017-02-03"),
            ("whatever", "2017-02-04"),
        ]);
        assert_eq!(
            stretches(&history),
            [
                "2016-01-01 MISC/{seq:5} never",
                "2017-01-01 MISC/{year}/{seq:5} yearly",
                "2017-02-01 MISC/{year}/{month}/{seq:5} monthly",
            ],
        );
        assert_eq!(history.apart, [4]);
    }

    #[test]
    fn padding_is_told_from_size() {
        for (before, after) in [("00099", "100000"), ("99999", "100000"), ("100000", "99999")] {
            let (before, after) = (format!("A/2024/{before}"), format!("A/2024/{after}"));
            let row = |number, date| HistoryRow { number, date, kind: None };
            let days = [jiff::civil::date(2024, 1, 5), jiff::civil::date(2024, 3, 1)];
            let history = infer_history(
                &[row(&before, days[0]), row(&after, days[1])],
                FiscalYearStart::CALENDAR,
            );
            assert_eq!(stretches(&history), ["2024-01-05 A/{year}/{seq:5} yearly"], "{before}");
            let next = |date| history.next(date, None).unwrap().unwrap();
            assert_eq!(next(jiff::civil::date(2025, 1, 1)), "A/2025/00001");
            assert_eq!(next(jiff::civil::date(2024, 5, 1)), "A/2024/100001");
        }
    }

    #[test]
    fn unknown_kinds_have_no_next() {
        let history = history(&[("7", "2024-01-05")]);
        let date = jiff::civil::date(2024, 1, 6);
        assert_eq!(history.next(date, None), Some(Ok("8".into())));
        assert_eq!(history.next(date, Some("credit_note")), None);
    }

    #[test]
    fn counting_that_goes_on_over_new_year_is_seen() {
        let history = history(&[
            ("2023/0411", "2023-12-29"),
            ("2023/0412", "2023-12-30"),
            ("2024/0413", "2024-01-02"),
        ]);
        assert_eq!(stretches(&history), ["2023-12-29 {year}/{seq:4} never"]);
        let next = history.next(jiff::civil::date(2025, 1, 1), None).unwrap().unwrap();
        assert_eq!(next, "2025/0414");
    }
}
