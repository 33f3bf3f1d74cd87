//! *Same* and *Never clipped*: a text in the register is what a format of its series prints.

use std::collections::HashMap;

use numbering::{Format, Ordinal, Reading, Texts};

use super::violation::{Invariant, Log};
use crate::model::{NumberRow, SeriesRow};

/// Renders every number again, and keeps the prefixes that customers were printed with.
#[derive(Clone, Debug, Default)]
pub(super) struct Rendering {
    customers: HashMap<String, String>,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Given here: a format of its series prints exactly its text.
    Own,
    /// Taken over as it was: what a format of its series reads from it is its ordinal.
    Imported,
}

impl Rendering {
    pub(super) fn number(
        &mut self,
        row: &NumberRow,
        series: &SeriesRow,
        origin: Origin,
        log: &mut Log,
    ) {
        let Ok(ordinal) = Ordinal::new(row.ordinal) else {
            let what = format!("{} has an ordinal over the largest there is", row.text);
            return log.say(Invariant::NeverClipped, what);
        };
        let in_force = &series.version(row.date).format;
        let others = || series.formats().filter(|format| *format != in_force);
        // What was printed before a change in the middle of a period stays as it was.
        for format in std::iter::once(in_force).chain(others()) {
            if let Some(reading) = printed(format, row, ordinal) {
                return self.customer(row, reading, log);
            }
        }
        let formats = std::iter::once(in_force).chain(others());
        let readings: Vec<Reading> = formats.flat_map(|format| format.read(&row.text)).collect();
        if readings.iter().any(|reading| reading.ordinal == ordinal) {
            if origin == Origin::Own {
                let what = format!("{} is not what its series prints for {}", row.text, row.date);
                log.say(Invariant::Same, what);
            }
        } else if let Some(reading) = readings.first() {
            let what = format!(
                "{} reads as ordinal {}, and its ordinal is {}",
                row.text, reading.ordinal, row.ordinal
            );
            log.say(Invariant::NeverClipped, what);
        } else if origin == Origin::Own {
            let what = format!("{} is a text that no format of its series prints", row.text);
            log.say(Invariant::Same, what);
        }
    }

    /// No two customers were ever printed with one prefix.
    fn customer(&mut self, row: &NumberRow, reading: Option<Reading>, log: &mut Log) {
        let printed = reading.and_then(|reading| reading.customer);
        let (Some(prefix), Some(customer)) = (printed, &row.customer) else { return };
        let owner = self.customers.entry(prefix).or_insert_with(|| customer.0.clone());
        if *owner != customer.0 {
            let what = format!(
                "{} has a customer's prefix that customer {owner} had before customer {}",
                row.text, customer.0
            );
            log.say(Invariant::CollisionFree, what);
        }
    }
}

/// Whether the format prints the row's text, with the reading by which it does when one was
/// needed.
fn printed(format: &Format, row: &NumberRow, ordinal: Ordinal) -> Option<Option<Reading>> {
    if format.render(row.date, ordinal, &Texts::default()).is_ok_and(|text| text == row.text) {
        return Some(None);
    }
    let again = |reading: &Reading| {
        let texts = Texts {
            customer: reading.customer.as_deref().unwrap_or_default(),
            invoice: reading.invoice.as_deref().unwrap_or_default(),
            kind: reading.kind.as_deref().unwrap_or_default(),
        };
        reading.ordinal == ordinal
            && format.render(row.date, ordinal, &texts).is_ok_and(|text| text == row.text)
    };
    format.read(&row.text).into_iter().find(again).map(Some)
}
