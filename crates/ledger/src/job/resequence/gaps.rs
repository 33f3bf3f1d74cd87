//! Which ordinals of a sequence are blank once some of its documents have other numbers.

use jiff::civil::Date;
use numbering::Ordinal;

use super::chosen::{Chosen, Selection};
use super::mapping::{Members, read, texts_of};
use super::plan::{Blank, GapMove};
use crate::id::GapId;
use crate::model::{GapRow, SequenceRow, SeriesRow};

/// A sequence whose numbers change.
pub(super) struct Hole<'a> {
    pub(super) selection: &'a Selection,
    pub(super) group: &'a Members,
    pub(super) row: &'a SequenceRow,
    pub(super) series: &'a SeriesRow,
}

/// What becomes of a sequence.
pub(super) struct Covered {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) moves: Vec<GapMove>,
}

impl Hole<'_> {
    /// Cuts what gets a number out of the gaps that there are, and finds those that arise.
    pub(super) fn cover(&self, gaps: Vec<GapRow>) -> Covered {
        let chosen = |at: &u32| &self.selection.chosen[*at as usize];
        let given: Vec<u64> = self.group.members.iter().map(|at| chosen(at).to).collect();
        let is_given = |ordinal: u64| given.binary_search(&ordinal).is_ok();
        let mut left: Vec<&Chosen> = self.group.members.iter().map(chosen).collect();
        left.sort_unstable_by_key(|chosen| chosen.ordinal);
        left.retain(|chosen| !is_given(chosen.ordinal));
        let (low, high) = self.group.to;
        let (first, mut last) = (self.row.first.min(low), self.row.last.max(high));
        // What nobody outside has seen may be given again.
        while let Some(tail) = left.last() {
            if tail.ordinal != last || tail.sent || tail.document().is_none() {
                break;
            }
            last -= 1;
            left.pop();
        }
        let mut blanks: Vec<(u64, u64)> =
            left.iter().map(|chosen| (chosen.ordinal, chosen.ordinal)).collect();
        // Between what the sequence covered and what it covers now.
        if first < self.row.first {
            blanks.extend(between(&given, first, self.row.first - 1));
        }
        blanks.extend(between(&given, self.row.last + 1, last));
        let mut moves: Vec<GapMove> =
            merged(blanks).into_iter().map(|run| GapMove::Left(self.blank(&left, run))).collect();
        for gap in gaps {
            let pieces = between(&given, gap.from, gap.to);
            if pieces != [(gap.from, gap.to)] {
                self.cut(gap, &pieces, &mut moves);
            }
        }
        Covered { first, last, moves }
    }

    /// A gap of which some pieces are left: the first one is still it.
    fn cut(&self, gap: GapRow, pieces: &[(u64, u64)], moves: &mut Vec<GapMove>) {
        let mut pieces = pieces.iter().map(|(from, to)| {
            let text = |ordinal: u64| match ordinal {
                at if at == gap.from => gap.first_text.clone(),
                at if at == gap.to => gap.last_text.clone(),
                at => self.text(&[], at),
            };
            Blank {
                sequence: gap.sequence,
                from: *from,
                to: *to,
                first_text: text(*from),
                last_text: text(*to),
                date: gap.date,
            }
        });
        let first = pieces.next();
        let others: Vec<GapMove> = pieces
            .map(|piece| {
                let Blank { from, to, first_text, last_text, .. } = piece;
                let id = GapId(0);
                GapMove::Split(GapRow { id, from, to, first_text, last_text, ..gap.clone() })
            })
            .collect();
        moves.push(GapMove::Changed(Box::new(gap.clone()), first));
        moves.extend(others);
    }

    fn blank(&self, left: &[&Chosen], (from, to): (u64, u64)) -> Blank {
        Blank {
            sequence: self.row.id,
            from,
            to,
            first_text: self.text(left, from),
            last_text: self.text(left, to),
            date: self.date(left, (from, to)),
        }
    }

    /// The latest day of those that had an ordinal of a run, else that of the document beside it.
    fn date(&self, left: &[&Chosen], (from, to): (u64, u64)) -> Date {
        let begin = left.partition_point(|chosen| chosen.ordinal < from);
        let had = left[begin..].iter().take_while(|chosen| chosen.ordinal <= to);
        let latest = had.map(|chosen| chosen.date).max();
        latest.unwrap_or_else(|| self.group.near(self.selection, from).date)
    }

    /// The text that an ordinal had, or would have had in the format of its day.
    fn text(&self, left: &[&Chosen], ordinal: u64) -> String {
        if let Ok(at) = left.binary_search_by_key(&ordinal, |chosen| chosen.ordinal) {
            return self.selection.text(left[at]).to_owned();
        }
        let near = self.group.near(self.selection, ordinal);
        let format = &self.series.version(near.date).format;
        let reading = read(self.series.formats(), self.selection.text(near));
        let printed = Ordinal::new(ordinal).ok().and_then(|ordinal| {
            format.render(near.date, ordinal, &texts_of(reading.as_ref())).ok()
        });
        printed.unwrap_or_else(|| ordinal.to_string())
    }
}

/// The runs of `from..=to` that hold none of some ordinals, which ascend.
fn between(given: &[u64], from: u64, to: u64) -> Vec<(u64, u64)> {
    let mut runs = Vec::new();
    let mut next = from;
    let begin = given.partition_point(|ordinal| *ordinal < from);
    for ordinal in given[begin..].iter().take_while(|ordinal| **ordinal <= to) {
        if *ordinal > next {
            runs.push((next, ordinal - 1));
        }
        next = ordinal + 1;
    }
    if next <= to {
        runs.push((next, to));
    }
    runs
}

/// Runs that touch, as one.
fn merged(mut runs: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    runs.sort_unstable();
    let mut merged: Vec<(u64, u64)> = Vec::new();
    for (from, to) in runs {
        match merged.last_mut() {
            Some(last) if last.1 + 1 == from => last.1 = to,
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_cut_out() {
        assert_eq!(between(&[3, 4, 9], 1, 10), [(1, 2), (5, 8), (10, 10)]);
        assert_eq!(between(&[3], 3, 3), []);
        assert_eq!(between(&[], 5, 4), []);
        assert_eq!(merged(vec![(4, 4), (1, 2), (3, 3), (9, 9)]), [(1, 4), (9, 9)]);
    }
}
