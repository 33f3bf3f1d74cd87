//! A sample of numbers votes on how they are read.

use std::collections::HashMap;

use jiff::civil::{Date, date};

use super::{Example, glue};
use crate::{
    FiscalYearStart, Part, Reset,
    infer::{Guess, claim::is_year, guesses_among_many, run::Runs},
};

/// How many numbers vote.
const SAMPLE_SIZE: usize = 200;
/// What it is worth in plausibility that every voter agrees.
const AGREEMENT_WORTH: i64 = 120;

/// A reading with its votes.
pub(super) struct Vote {
    pub(super) guess: Guess,
    pub(super) votes: usize,
}

impl Vote {
    /// Plausibility and agreement, in thousandths.
    fn worth(&self, voters: usize) -> i64 {
        let share = i64::try_from(self.votes * 1000 / voters.max(1)).unwrap_or(0);
        share * AGREEMENT_WORTH + i64::from(self.guess.score) * 1000
    }
}

/// The reading that these rows agree on.
pub(super) fn elect(
    examples: &[Example<'_>],
    rows: &[usize],
    fiscal: FiscalYearStart,
) -> Option<Guess> {
    let sample: Vec<usize> = sample(rows).collect();
    let votes = votes(examples, &sample, fiscal);
    let best = votes
        .iter()
        .enumerate()
        .max_by_key(|(index, vote)| (vote.worth(sample.len()), std::cmp::Reverse(*index)))
        .map(|(_, vote)| vote)?;
    let glued = votes
        .iter()
        .filter(|vote| vote.votes * 20 >= sample.len() * 19)
        .find(|vote| glue::restarts_at_one(examples, rows, &vote.guess, fiscal));
    let best_is_plain = !best.guess.shape.is_dated();
    let winner = if best_is_plain { glued.unwrap_or(best) } else { best };
    Some(winner.guess.clone())
}

/// Rows spread evenly over all, the first and the last among them.
fn sample(rows: &[usize]) -> impl Iterator<Item = usize> + '_ {
    let size = rows.len().min(SAMPLE_SIZE);
    let last = rows.len().saturating_sub(1);
    (0..size).map(move |place| rows[place * last / size.saturating_sub(1).max(1)])
}

/// All readings of the sample, in order of first appearance.
fn votes(examples: &[Example<'_>], sample: &[usize], fiscal: FiscalYearStart) -> Vec<Vote> {
    let mut known: HashMap<(Vec<Part>, Vec<Part>, Reset), usize> = HashMap::new();
    let mut votes: Vec<Vote> = Vec::new();
    for &row in sample {
        let mut of_row: Vec<usize> = Vec::new();
        for guess in readings(&examples[row], fiscal) {
            let key = (folded(&guess.shape.left), folded(&guess.shape.right), guess.reset);
            let index = *known.entry(key).or_insert_with(|| {
                votes.push(Vote { guess, votes: 0 });
                votes.len() - 1
            });
            of_row.push(index);
        }
        of_row.sort_unstable();
        of_row.dedup();
        for index in of_row {
            votes[index].votes += 1;
        }
    }
    votes
}

fn folded(parts: &[Part]) -> Vec<Part> {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => Part::Literal(text.to_ascii_lowercase()),
            Part::Token(token) => Part::Token(*token),
        })
        .collect()
}

fn readings(example: &Example<'_>, fiscal: FiscalYearStart) -> Vec<Guess> {
    if let Some(date) = example.date {
        return guesses_among_many(example.number, date, fiscal);
    }
    let mut all: Vec<Guess> = shown_dates(example.number, fiscal)
        .into_iter()
        .flat_map(|date| guesses_among_many(example.number, date, fiscal))
        .filter(|guess| guess.shape.is_dated())
        .collect();
    // Any date will do for the readings without one.
    let plain = guesses_among_many(example.number, date(2000, 1, 1), fiscal);
    all.extend(plain.into_iter().filter(|guess| !guess.shape.is_dated()));
    all
}

/// Dates that a number without a date may speak of: a four-digit year, the month behind it.
fn shown_dates(number: &str, fiscal: FiscalYearStart) -> Vec<Date> {
    let runs = Runs::of(number);
    let mut dates = Vec::new();
    for run in 0..runs.len() {
        let digits = runs.digits(run);
        let Some(year) = digits.get(..4).filter(|year| is_year(year)) else { continue };
        let Ok(year) = year.parse::<i16>() else { continue };
        let behind = if digits.len() >= 6 {
            &digits[4..6]
        } else if run + 1 < runs.len() {
            runs.digits(run + 1)
        } else {
            ""
        };
        let month: i8 = if behind.len() == 2 { behind.parse().unwrap_or(1) } else { 1 };
        dates.extend(Date::new(year, month, 1));
        dates.extend(Date::new(year, fiscal.month(), fiscal.day()));
        dates.extend(Date::new(year, 6, 15));
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elected(rows: &[(&str, &str)]) -> String {
        let examples: Vec<Example<'_>> =
            rows.iter().map(|(number, date)| Example { number, date: date.parse().ok() }).collect();
        let all: Vec<usize> = (0..rows.len()).collect();
        let guess = elect(&examples, &all, FiscalYearStart::CALENDAR).unwrap();
        crate::Pattern::from_parts(guess.shape.parts(0)).unwrap().to_string()
    }

    #[test]
    fn many_know_more_than_one() {
        assert_eq!(elected(&[("INV-24-7", "2024-03-01")]), "INV-{year:2}-{seq}");
        let branch = [("INV-24-7", "2024-03-01"), ("INV-24-9", "2025-01-01")];
        assert_eq!(elected(&branch), "INV-24-{seq}");
        assert_eq!(elected(&[("2024-07-1", ""), ("2024-08-1", "")]), "{year}-{month}-{seq}");
        let glued =
            [("20230001", "2023-05-01"), ("20230002", "2023-06-01"), ("20240001", "2024-05-01")];
        assert_eq!(elected(&glued), "{year}{seq}");
    }

    #[test]
    fn samples_hold_both_ends() {
        let rows: Vec<usize> = (10..1010).collect();
        let sample: Vec<usize> = sample(&rows).collect();
        assert_eq!((sample.len(), sample[0], sample[199]), (200, 10, 1009));
    }
}
