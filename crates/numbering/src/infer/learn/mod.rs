//! Learning formats from many numbers.
//!
//! Numbers with the same letters and separators are learnt together: a sample of them votes on
//! how they can be read, the winner reads them all, and what it could not read votes again.

mod glue;
mod restart;
mod shown;
mod skeleton;
mod vote;
mod width;

use jiff::civil::Date;

use self::{restart::observed_reset, shown::ShownDates, skeleton::groups};
use super::{Guess, format, shape::Shape};
use crate::{FiscalYearStart, Format, Ordinal, Pattern, Reset, limits::NUMBER_CHARS_MAX};

/// A number to learn from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Example<'a> {
    /// Trimmed.
    pub(crate) number: &'a str,
    pub(crate) date: Option<Date>,
}

/// A format found, with the width that its numbers show.
#[derive(Clone, Debug)]
pub(crate) struct Learned {
    pub(crate) shape: Shape,
    pub(crate) width: u8,
    pub(crate) format: Format,
}

/// How an example is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index into the formats.
    pub(crate) format: usize,
    pub(crate) ordinal: Ordinal,
    /// A date in the number's period: its own, else one that the number shows.
    pub(crate) date: Option<Date>,
    pub(crate) agreement: Agreement,
}

/// Whether a number shows its date's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// It does, or it shows none, or it has no date.
    Same,
    /// It shows another date.
    Other,
}

/// Formats, and where each example stands; `None` for what no format reads.
#[derive(Debug, Default)]
pub(crate) struct Lesson {
    pub(crate) formats: Vec<Learned>,
    pub(crate) places: Vec<Option<Place>>,
}

/// The most formats that are learnt from one list; what is left after that is not read.
const FORMATS_MAX: usize = 400;
/// The most formats that are learnt from numbers with the same letters.
const ROUNDS_MAX: usize = 12;

/// Learns the formats of a list.
pub(crate) fn learn(examples: &[Example<'_>], fiscal: FiscalYearStart) -> Lesson {
    let mut lesson = Lesson { formats: Vec::new(), places: vec![None; examples.len()] };
    for group in groups(examples, is_number) {
        if lesson.formats.len() >= FORMATS_MAX {
            break;
        }
        let mut left = group;
        for _ in 0..ROUNDS_MAX {
            if left.is_empty() {
                break;
            }
            let Some(guess) = vote::elect(examples, &left, fiscal) else { break };
            let rest = read(examples, &left, &guess, fiscal, &mut lesson);
            if rest.len() == left.len() {
                break;
            }
            left = rest;
        }
    }
    lesson
}

fn is_number(number: &str) -> bool {
    !number.is_empty()
        && number.len() <= NUMBER_CHARS_MAX * 4
        && number.chars().count() <= NUMBER_CHARS_MAX
        && !number.chars().any(char::is_control)
}

/// Reads all examples that fit the guess; answers those left over.
fn read(
    examples: &[Example<'_>],
    rows: &[usize],
    guess: &Guess,
    fiscal: FiscalYearStart,
    lesson: &mut Lesson,
) -> Vec<usize> {
    let Ok(pattern) = Pattern::from_parts(guess.shape.parts(0)) else { return rows.to_vec() };
    let mut format = format(pattern, guess.reset, fiscal);
    let shape = &guess.shape;
    let mut readings = Vec::new();
    let (mut others, mut left) = (Vec::new(), Vec::new());
    let mut dates = ShownDates::default();
    for &row in rows {
        let example = examples[row];
        let Some((cut, ordinal)) =
            shape.cut(example.number).and_then(|cut| Some((cut, cut.ordinal()?)))
        else {
            left.push(row);
            continue;
        };
        let agrees = example.date.is_none_or(|date| shape.agrees(cut, &format, date));
        let date = match example.date {
            Some(date) if agrees => Some(date),
            near => dates.find(shape, cut, &format, near),
        };
        let agreement = if agrees { Agreement::Same } else { Agreement::Other };
        let place = Place { format: 0, ordinal, date, agreement };
        if agrees {
            readings.push((row, width::Printed::of(cut), place));
        } else {
            others.push((row, width::Printed::of(cut), place));
        }
    }
    // A few numbers that show another date are slips; many are a format of their own.
    if others.len() * 10 <= readings.len() {
        readings.append(&mut others);
        readings.sort_unstable_by_key(|(row, ..)| *row);
    } else {
        left.extend(others.iter().map(|(row, ..)| *row));
        left.sort_unstable();
    }
    if !readings.is_empty() {
        format.reset = observed_reset(&format, readings.iter().map(|(_, _, place)| place));
        keep(shape, &format, readings, lesson);
    }
    left
}

/// Keeps the readings of one shape: a format for each width that they show.
fn keep(
    shape: &Shape,
    format: &Format,
    readings: Vec<(usize, width::Printed, Place)>,
    lesson: &mut Lesson,
) {
    let restarts = format.reset != Reset::Never;
    let widths = width::Widths::of(readings.iter().map(|(_, printed, _)| *printed), restarts);
    let mut indices: Vec<(u8, usize)> = Vec::new();
    for (row, printed, place) in readings {
        let width = widths.of_counter(printed);
        let known = indices.iter().find(|(other, _)| *other == width);
        let index = match known {
            Some((_, index)) => *index,
            None => {
                let Ok(pattern) = Pattern::from_parts(shape.parts(width)) else { continue };
                let learned = Learned {
                    shape: shape.clone(),
                    width,
                    format: Format { pattern, ..format.clone() },
                };
                lesson.formats.push(learned);
                indices.push((width, lesson.formats.len() - 1));
                lesson.formats.len() - 1
            }
        };
        lesson.places[row] = Some(Place { format: index, ..place });
    }
}
