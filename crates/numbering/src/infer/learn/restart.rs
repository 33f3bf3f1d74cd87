//! When the numbers of a list really start again.

use std::collections::BTreeMap;

use super::{Agreement, Place};
use jiff::civil::Date;

use crate::{Format, Ordinal, Period, Reset};

/// The reset that the numbers show: what the tokens say, unless counting goes on over the
/// periods that they print, as in `INV/2024/00412`, `INV/2025/00413`.
pub(super) fn observed_reset<'a>(
    format: &Format,
    places: impl Iterator<Item = &'a Place>,
) -> Reset {
    if format.reset == Reset::Never {
        return hidden_reset(format, places);
    }
    let mut ranges: BTreeMap<Period, (u64, u64)> = BTreeMap::new();
    let mut last: Option<(Date, Period)> = None;
    for place in places.filter(|place| place.agreement == Agreement::Same) {
        let Some(date) = place.date else { continue };
        let period = match last {
            Some((same, period)) if same == date => period,
            _ => format.period(date),
        };
        last = Some((date, period));
        let ordinal = place.ordinal.get();
        let range = ranges.entry(period).or_insert((ordinal, ordinal));
        *range = (range.0.min(ordinal), range.1.max(ordinal));
    }
    let ranges: Vec<(Period, (u64, u64))> = ranges.into_iter().collect();
    coarser(format.reset)
        .iter()
        .copied()
        .find(|reset| goes_on(&Format { reset: *reset, ..format.clone() }, &ranges))
        .unwrap_or(format.reset)
}

/// Resets with longer periods, the longest first.
const fn coarser(reset: Reset) -> &'static [Reset] {
    match reset {
        Reset::Never => &[],
        Reset::Yearly | Reset::FiscalYear | Reset::Weekly => &[Reset::Never],
        Reset::Quarterly | Reset::Monthly => &[Reset::Never, Reset::Yearly],
        Reset::Daily => &[Reset::Never, Reset::Yearly, Reset::Monthly],
    }
}

/// What a counter must have reached for a rise over a boundary to mean something.
const TELLING: u64 = 10;

/// Whether counting goes on wherever two printed periods follow each other in one long period.
fn goes_on(long: &Format, ranges: &[(Period, (u64, u64))]) -> bool {
    let (mut pairs, mut rising, mut telling) = (0, 0, false);
    for pair in ranges.windows(2) {
        let [(earlier, (_, last)), (later, (first, _))] = pair else { continue };
        if long.period(earlier.from) != long.period(later.from) {
            continue;
        }
        pairs += 1;
        if first > last && first - last <= last / 10 + TELLING {
            rising += 1;
            telling |= *last >= TELLING;
        }
    }
    telling && rising * 20 >= pairs * 19
}

/// The reset of numbers that show no date and yet begin again: `0001` in every year.
fn hidden_reset<'a>(format: &Format, places: impl Iterator<Item = &'a Place>) -> Reset {
    let mut counted: Vec<(Ordinal, Date)> =
        places.filter_map(|place| Some((place.ordinal, place.date?))).collect();
    counted.sort_unstable();
    // Only ordinals that occur again can tell; most lists have none.
    let again: Vec<&[(Ordinal, Date)]> =
        counted.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1).collect();
    let fiscal = (!format.fiscal_year_start.is_calendar()).then_some(Reset::FiscalYear);
    let separates = |reset: &Reset| {
        let format = Format { reset: *reset, ..format.clone() };
        let (mut apart, mut together) = (0_usize, 0_usize);
        for same in &again {
            for pair in same.windows(2) {
                let [(_, one), (_, other)] = pair else { continue };
                if format.period(*one) == format.period(*other) {
                    together += 1;
                } else {
                    apart += 1;
                }
            }
        }
        apart >= HIDDEN_MIN && together * 10 <= apart
    };
    let finer = [Some(Reset::Yearly), fiscal, Some(Reset::Monthly), Some(Reset::Daily)];
    finer.into_iter().flatten().find(separates).unwrap_or(Reset::Never)
}

/// How many ordinals must occur again in another period before they are no slips.
const HIDDEN_MIN: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn reset(pattern: &str, rows: &[(&str, u64)]) -> Reset {
        let format = Format::of(pattern.parse().unwrap());
        let places: Vec<Place> = rows
            .iter()
            .map(|(date, ordinal)| Place {
                format: 0,
                ordinal: Ordinal::new(*ordinal).unwrap(),
                date: date.parse().ok(),
                agreement: Agreement::Same,
            })
            .collect();
        observed_reset(&format, places.iter())
    }

    #[test]
    fn counting_that_goes_on() {
        let yearly = "{year}/{seq}";
        let monthly = "{year}/{month}/{seq}";
        let jan_to_march = [("2024-01-30", 30), ("2024-02-01", 31), ("2024-02-28", 61)];
        let new_year = [("2024-03-05", 62), ("2025-01-01", 1)];
        for (pattern, rows, want) in [
            (yearly, vec![("2023-12-30", 412), ("2024-01-02", 413)], Reset::Never),
            (yearly, vec![("2023-12-30", 412), ("2024-01-02", 1)], Reset::Yearly),
            (yearly, vec![("2023-12-30", 1), ("2024-01-02", 2)], Reset::Yearly),
            (monthly, [&jan_to_march[..], &new_year[..]].concat(), Reset::Yearly),
            (monthly, vec![("2024-01-30", 30), ("2024-02-02", 1)], Reset::Monthly),
        ] {
            assert_eq!(reset(pattern, &rows), want, "{rows:?}");
        }
    }
}
