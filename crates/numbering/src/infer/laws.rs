//! What an inferred pattern must be able to do: go on as the format did that printed the number.

use jiff::{ToSpan, civil::Date};
use proptest::prelude::*;

use super::{Candidate, infer};
use crate::{FiscalYearStart, Format, Ordinal, Part, Pattern, Reset, Texts, Token};

/// Formats as people write them, each date part where people put it.
fn formats() -> impl Strategy<Value = Format> {
    let head = prop::sample::select(vec![
        "", "INV/", "F-", "Facture ", "A1/", "R-INV-", "S", "045-001-", "B 7 ",
    ]);
    let separator = prop::sample::select(vec!["/", "-", ".", " "]);
    let joint = prop::sample::select(vec!["/", "-", ".", " ", "", "/X"]);
    let tail = prop::sample::select(vec!["", "-A", "/BE"]);
    let dated = prop::sample::select(vec![
        "",
        "{year}",
        "{year:2}",
        "{year}S{month}",
        "{year}{month}",
        "{year:2}S{month}",
        "{year:2}{month}",
        "{month}S{year}",
        "{year}SW{week}",
        "{year}W{week}",
        "{year}SQ{quarter}",
        "{year}S{month}S{day}",
        "{year}{month}{day}",
        "{day}S{month}S{year}",
        "{year}-{end_year:2}",
        "{year}-{end_year}",
        "{year:2}-{end_year:2}",
        "{year}-{end_year:2}S{month}",
        "{year}S{week}",
        "{year}S{quarter}",
        "{month}{year}",
        "{year:2}{end_year:2}",
    ]);
    let start = prop::sample::select(vec!["04-01", "07-01", "04-16", "10-01"]);
    let years = prop::sample::select(vec![Reset::Yearly, Reset::FiscalYear]);
    let order = (any::<bool>(), joint);
    (head, dated, separator, order, 0_u8..7, tail, start, years).prop_map(
        |(head, dated, separator, (is_last, joint), width, tail, start, years)| {
            let dated = dated.replace('S', separator);
            let counter = Part::Token(Token::Seq { width });
            let seq = Pattern::from_parts([counter]).unwrap();
            let text = match (dated.as_str(), is_last) {
                ("", _) => format!("{head}{seq}{tail}"),
                (dated, true) => format!("{head}{dated}{joint}{seq}{tail}"),
                (dated, false) => format!("{head}{seq}{joint}{dated}{tail}"),
            };
            let pattern: Pattern = text.parse().unwrap();
            let mut format = Format::of(pattern);
            format.fiscal_year_start = start.parse().unwrap();
            if format.reset == Reset::Yearly {
                format.reset = years;
            }
            format
        },
    )
}

fn dates() -> impl Strategy<Value = Date> {
    (0_i32..91_000).prop_map(|day| jiff::civil::date(1930, 1, 1) + day.days())
}

/// The pattern without its width, which one number cannot tell.
fn loose(pattern: &Pattern) -> Vec<Part> {
    let without_width = |part: &Part| match part {
        Part::Token(Token::Seq { .. }) => Part::Token(Token::Seq { width: 0 }),
        other => other.clone(),
    };
    pattern.parts().iter().map(without_width).collect()
}

fn is_the_same(candidate: &Candidate, format: &Format) -> bool {
    loose(&candidate.pattern) == loose(&format.pattern) && candidate.reset == format.reset
}

/// Whether refusing a number of the format is right: its counter is glued to a date, or its week
/// stands where months do.
fn may_be_refused(format: &Format) -> bool {
    let parts = format.pattern.parts();
    let is_token = |part: &Part| matches!(part, Part::Token(_));
    let glued = parts.windows(2).any(|pair| {
        pair.iter().all(is_token)
            && pair.iter().any(|part| matches!(part, Part::Token(Token::Seq { .. })))
    });
    let labelled = format.pattern.to_string().contains("W{week}");
    glued || format.reset == Reset::Weekly && !labelled
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn some_reading_is_the_format_itself(
        format in formats(),
        date in dates(),
        ordinal in prop_oneof![1_u64..200, 1_u64..3_000_000],
    ) {
        let ordinal = Ordinal::new(ordinal).unwrap();
        let number = format.render(date, ordinal, &Texts::default()).unwrap();
        match infer(&number, date, format.fiscal_year_start) {
            Ok(found) => {
                let all = || [&found.best].into_iter().chain(&found.alternatives);
                prop_assert!(
                    all().any(|candidate| {
                        is_the_same(candidate, &format) && candidate.ordinal == ordinal
                    }),
                    "{number} on {date} of {}: {:?}", format.pattern,
                    all().map(|c| c.pattern.to_string()).collect::<Vec<_>>(),
                );
                // Whatever the reading, it prints the number that taught it.
                for candidate in all() {
                    let format = super::format(
                        candidate.pattern.clone(),
                        candidate.reset,
                        format.fiscal_year_start,
                    );
                    let again = format.render(date, candidate.ordinal, &Texts::default());
                    prop_assert_eq!(again.unwrap(), number.clone());
                }
            }
            Err(error) => {
                prop_assert!(
                    may_be_refused(&format),
                    "{} on {} of {}: {}", number, date, format.pattern, error,
                );
            }
        }
    }
}

#[test]
fn fiscal_years_without_a_range() {
    let april: FiscalYearStart = "04-01".parse().unwrap();
    for (number, date, pattern, reset) in [
        ("FY24-0001", "2024-06-01", "FY{year:2}-{seq:4}", Reset::FiscalYear),
        ("FY25-0001", "2024-06-01", "FY{end_year:2}-{seq:4}", Reset::FiscalYear),
        ("INV/2023/0001", "2024-02-01", "INV/{year}/{seq:4}", Reset::FiscalYear),
        ("INV/2024/0001", "2024-06-01", "INV/{year}/{seq:4}", Reset::Yearly),
    ] {
        let found = infer(number, date.parse().unwrap(), april).unwrap();
        assert_eq!((found.best.pattern.to_string().as_str(), found.best.reset), (pattern, reset));
    }
}
