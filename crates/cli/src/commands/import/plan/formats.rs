//! The formats of a series by date: those that the list shows, and the one for new numbers.

use jiff::civil::Date;
use numbering::{Format, FormatError, Ordinal, Part, Pattern, Reset, Texts, Token};

use super::stretch::Stretch;

/// The formats of a series, and what is to be said of the one for new numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) formats: Vec<(Option<Date>, Format)>,
    pub(super) note: Option<String>,
}

/// Why a list has no format for new numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unsafe {
    pub(super) message: String,
}

/// The formats of stretches that follow each other, `format` telling those of a stretch; the
/// numbers after them are printed by `future`, else as the last ones were.
///
/// A period belongs to the format that printed its last number. The others that were used in it
/// are kept beside, so that their numbers are known.
pub(super) fn dated<'a>(
    stretches: &[&Stretch],
    format: impl Fn(&Stretch) -> Vec<&'a Format>,
    future: Option<&Pattern>,
) -> Result<Dated, Unsafe> {
    let mut formats: Vec<(Option<Date>, Format)> = Vec::new();
    let mut begins: Option<Date> = None;
    let mut before: Option<Date> = None;
    for stretch in stretches {
        // A period that was begun under the format before keeps its days.
        let natural = Some(stretch.period.from).filter(|from| Some(*from) > before);
        begins = before.is_some().then(|| natural.unwrap_or(stretch.first));
        before = before.max(Some(stretch.last));
        let used = format(stretch);
        let Some((main, others)) = used.split_last() else { continue };
        for other in others {
            if formats.iter().all(|(_, known)| known != *other) {
                formats.push((begins, Format::clone(other)));
            }
        }
        if formats.last().is_none_or(|(_, known)| known != *main) {
            formats.push((begins, Format::clone(main)));
        }
    }
    let (Some(last), Some((_, newest))) = (stretches.last(), formats.last().cloned()) else {
        return Ok(Dated { formats, note: None });
    };
    let same = |stretch: &&&Stretch| format(stretch).last().is_some_and(|it| **it == newest);
    let highest = stretches.iter().filter(same).map(|stretch| stretch.highest).max();
    let goes_on = GoesOn { newest, last, behind_all: Some(last.highest) == highest };
    let (next, note) = match future {
        Some(pattern) => (Some(goes_on.as_told(pattern)), None),
        None => goes_on.by_itself()?,
    };
    if let Some(next) = next {
        // The counter in use goes on, so the format holds from where both call it one period.
        let from = begins.map(|begins| begins.max(next.period(last.last).from));
        let within = Some(next.period(last.last).from).filter(|from| *from > last.period.from);
        formats.push((from.or(within), next));
    }
    Ok(Dated { formats, note })
}

/// What is to be said of the width of new numbers, where the list shows none: of numbers that are
/// never padded the shortest tells it, and a longer list might have had a shorter one.
pub(super) fn width_note(newest: &Format, lowest: u64, last: Date) -> Option<String> {
    let mut wide = None;
    let parts = newest.pattern.parts().iter().map(|part| match part {
        Part::Token(Token::Seq { width }) => {
            wide = Some(*width);
            Part::Token(Token::Seq { width: 0 })
        }
        other => other.clone(),
    });
    let pattern = Pattern::from_parts(parts.collect::<Vec<_>>()).ok()?;
    let width = wide.filter(|width| *width > 1)?;
    let is_padded = lowest < 10_u64.checked_pow(u32::from(width) - 1)?;
    if is_padded || newest.reset == Reset::Never {
        return None;
    }
    let kind = newest.kind_texts.first().map_or("", String::as_str);
    let texts = Texts { kind, ..Texts::default() };
    let day = newest.period(last).to;
    let first = |format: &Format| format.render(day, Ordinal::ONE, &texts).ok();
    let short = Format { pattern, ..newest.clone() };
    Some(format!(
        "no number of the list is padded, and the shortest has {width} digits, so the next period \
         begins with {}; to let it begin with {}, give --pattern '{}'",
        first(newest)?,
        first(&short)?,
        short.pattern
    ))
}

/// The last format of a list, on the way to the one for new numbers.
struct GoesOn<'a> {
    newest: Format,
    last: &'a Stretch,
    /// Whether no earlier period of the format came further than the last one.
    behind_all: bool,
}

impl GoesOn<'_> {
    /// The format that was asked for.
    fn as_told(&self, pattern: &Pattern) -> Format {
        let reset = match pattern.default_reset() {
            Reset::Yearly if self.newest.reset == Reset::FiscalYear => Reset::FiscalYear,
            reset => reset,
        };
        Format { pattern: pattern.clone(), reset, ..self.newest.clone() }
    }

    /// What can go on without being told how: nothing changes where the last format is sound; one
    /// that restarts without showing it goes on without restarting, if no text comes again.
    fn by_itself(&self) -> Result<(Option<Format>, Option<String>), Unsafe> {
        let Err(problem) = self.newest.validate() else { return Ok((None, None)) };
        let on = Format { reset: Reset::Never, ..self.newest.clone() };
        if on.validate().is_err() {
            return Err(self.refuse_unsound(&problem));
        }
        let (pattern, shown) = (&self.newest.pattern, self.shown());
        let restarts = every(self.newest.reset);
        if !self.behind_all {
            let message = format!(
                "the numbers {pattern} start again {restarts} without showing it, so a new \
                 {shown} would be a number of an earlier one again; give new numbers a pattern \
                 that shows it, such as --pattern '{}', which goes on counting behind the last \
                 number and restarts {restarts}",
                self.telling()
            );
            return Err(Unsafe { message });
        }
        let note = format!(
            "these numbers started again {restarts} without showing it; two would be one, so the \
             series goes on behind the last number and no longer restarts. To restart {restarts}, \
             give new numbers a pattern that shows it, such as --pattern '{}'",
            self.telling()
        );
        Ok((Some(on), Some(note)))
    }

    fn refuse_unsound(&self, problem: &FormatError) -> Unsafe {
        let message = format!(
            "new numbers cannot go on as {}, restarting {}: {problem}; give them another pattern \
             with --pattern",
            self.newest.pattern,
            every(self.newest.reset)
        );
        Unsafe { message }
    }

    /// The number that would come next if nothing changed.
    fn shown(&self) -> String {
        let kind = self.newest.kind_texts.first().map_or("", String::as_str);
        let texts = Texts { kind, ..Texts::default() };
        let next = Ordinal::new(self.last.highest + 1).ok();
        let text = next.and_then(|next| self.newest.render(self.last.last, next, &texts).ok());
        text.unwrap_or_else(|| "number".to_owned())
    }

    /// The pattern with what tells its periods apart in front of the counter.
    fn telling(&self) -> String {
        let shows = match self.newest.reset {
            Reset::Never => "",
            Reset::Yearly => "{year}-",
            Reset::FiscalYear => "{year}-{end_year:2}-",
            Reset::Quarterly => "{year}-Q{quarter}-",
            Reset::Monthly => "{year}-{month}-",
            Reset::Weekly => "{year}-W{week}-",
            Reset::Daily => "{year}{month}{day}-",
        };
        let parts = self.newest.pattern.parts();
        let is_counter = |part: &Part| matches!(part, Part::Token(Token::Seq { .. }));
        let at = parts.iter().position(is_counter).unwrap_or(parts.len());
        let shows = format!("{shows}{{seq}}").parse::<Pattern>();
        let shows = shows.as_ref().map_or(&[][..], Pattern::parts);
        let shows = shows.iter().filter(|part| !is_counter(part));
        let all = parts[..at].iter().chain(shows).chain(&parts[at..]).cloned();
        Pattern::from_parts(all).map_or_else(|_| "{year}-{seq}".to_owned(), |it| it.to_string())
    }
}

fn every(reset: Reset) -> &'static str {
    match reset {
        Reset::Never => "never",
        Reset::Yearly => "every year",
        Reset::FiscalYear => "every fiscal year",
        Reset::Quarterly => "every quarter",
        Reset::Monthly => "every month",
        Reset::Weekly => "every week",
        Reset::Daily => "every day",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use numbering::FiscalYearStart;

    use super::*;

    #[test]
    fn a_width_that_no_padding_shows_is_told() {
        let told = |text, reset, lowest| {
            width_note(&format(text, reset), lowest, date(2026, 5, 1)).unwrap_or_default()
        };
        let note = told("INV-{year}-{seq:2}", Reset::Yearly, 10);
        assert!(note.contains("shortest has 2 digits"), "{note}");
        assert!(note.contains("begins with INV-2027-01;"), "{note}");
        assert!(
            note.contains("begin with INV-2027-1, give --pattern 'INV-{year}-{seq}'"),
            "{note}"
        );
        assert_eq!(told("INV-{year}-{seq:2}", Reset::Yearly, 9), "");
        assert_eq!(told("INV-{year}-{seq}", Reset::Yearly, 10), "");
        assert_eq!(told("INV-{seq:2}", Reset::Never, 10), "");
    }

    fn format(text: &str, reset: Reset) -> Format {
        Format { reset, ..Format::of(text.parse().unwrap()) }
    }

    fn stretch(format: &Format, first: &str, last: &str, highest: u64, at: usize) -> Stretch {
        let (first, last): (Date, Date) = (first.parse().unwrap(), last.parse().unwrap());
        let period = format.period(first);
        Stretch { counter: 0, period, first, last, highest, formats: vec![at] }
    }

    /// `from pattern reset` of each format, then the note or the refusal.
    fn shown(all: &[Format], stretches: &[Stretch], future: Option<&str>) -> (String, String) {
        let stretches: Vec<&Stretch> = stretches.iter().collect();
        let future = future.map(|text| text.parse::<Pattern>().unwrap());
        let of = |stretch: &Stretch| stretch.formats.iter().map(|at| &all[*at]).collect();
        match dated(&stretches, of, future.as_ref()) {
            Ok(Dated { formats, note }) => {
                let show = |(from, format): &(Option<Date>, Format)| {
                    let from = from.map_or("-".to_owned(), |from| from.to_string());
                    format!("{from} {} {}", format.pattern, format.reset)
                };
                let formats: Vec<String> = formats.iter().map(show).collect();
                (formats.join(", "), note.unwrap_or_default())
            }
            Err(refused) => ("refused".to_owned(), refused.message),
        }
    }

    #[test]
    fn each_period_belongs_to_the_format_of_its_last_number() {
        let never = format("F-{seq:4}", Reset::Never);
        let yearly = format("INV/{year}/{seq}", Reset::Yearly);
        let all = [never.clone(), yearly.clone(), format("F-{seq:6}", Reset::Never)];
        let first = stretch(&never, "2022-03-01", "2023-12-20", 120, 0);
        let at_new_year = stretch(&yearly, "2024-01-05", "2024-12-30", 9, 1);
        let (got, note) = shown(&all, &[first.clone(), at_new_year], None);
        assert_eq!(got, "- F-{seq:4} never, 2024-01-01 INV/{year}/{seq} yearly");
        assert_eq!(note, "");
        let within = stretch(&yearly, "2023-12-21", "2023-12-30", 9, 1);
        let (got, _) = shown(&all, &[first.clone(), within], None);
        assert_eq!(got, "- F-{seq:4} never, 2023-12-21 INV/{year}/{seq} yearly");
        let wider = Stretch { formats: vec![0, 2], ..first };
        let (got, _) = shown(&all, &[wider], None);
        assert_eq!(got, "- F-{seq:4} never, - F-{seq:6} never");
    }

    #[test]
    fn what_restarts_without_showing_it_goes_on_safely_or_not_at_all() {
        let hidden = format("{seq:4}", Reset::Yearly);
        let all = [hidden.clone()];
        let year = |year: &str, highest| {
            let (first, last) = (format!("{year}-01-05"), format!("{year}-11-20"));
            stretch(&hidden, &first, &last, highest, 0)
        };
        let rising = [year("2022", 350), year("2023", 400)];
        let (got, note) = shown(&all, &rising, None);
        assert_eq!(got, "- {seq:4} yearly, 2023-01-01 {seq:4} never");
        assert!(note.contains("no longer restarts") && note.contains("'{year}-{seq:4}'"), "{note}");
        let falling = [year("2022", 350), year("2023", 200)];
        let (got, why) = shown(&all, &falling, None);
        assert_eq!(got, "refused");
        assert!(why.contains("a new 0201 would be") && why.contains("'{year}-{seq:4}'"), "{why}");
        for (pattern, want) in [
            ("{year}-{seq:4}", "2023-01-01 {year}-{seq:4} yearly"),
            ("{year}-{month}-{seq}", "2023-11-01 {year}-{month}-{seq} monthly"),
            ("N{seq}", "2023-01-01 N{seq} never"),
        ] {
            let (got, note) = shown(&all, &falling, Some(pattern));
            assert_eq!((got, note), (format!("- {{seq:4}} yearly, {want}"), String::new()));
        }
    }

    #[test]
    fn a_pattern_for_new_numbers_takes_over_the_counter_in_use() {
        let never = format("F-{seq:4}", Reset::Never);
        let all = [never.clone()];
        let only = [stretch(&never, "2022-03-01", "2023-12-20", 120, 0)];
        let (got, _) = shown(&all, &only, Some("{year}-{seq}"));
        assert_eq!(got, "- F-{seq:4} never, 2023-01-01 {year}-{seq} yearly");
        let (got, _) = shown(&all, &only, Some("G-{seq}"));
        assert_eq!(got, "- F-{seq:4} never, - G-{seq} never");
        let fiscal_year_start: FiscalYearStart = "04-01".parse().unwrap();
        let fiscal = Format { fiscal_year_start, ..format("{seq}", Reset::FiscalYear) };
        let only = [stretch(&fiscal, "2022-05-01", "2023-02-20", 9, 0)];
        let (got, _) = shown(&[fiscal], &only, Some("{year}-{seq}"));
        assert_eq!(got, "- {seq} fiscal_year, - {year}-{seq} fiscal_year");
    }

    #[test]
    fn what_shows_its_period_stands_in_front_of_the_counter() {
        for (pattern, reset, want) in [
            ("RE/{seq:3}", Reset::Monthly, "RE/{year}-{month}-{seq:3}"),
            ("{seq}/A", Reset::FiscalYear, "{year}-{end_year:2}-{seq}/A"),
            ("{{seq}}{seq}", Reset::Daily, "{{seq}}{year}{month}{day}-{seq}"),
        ] {
            let newest = format(pattern, reset);
            let last = stretch(&newest, "2023-01-05", "2023-01-05", 1, 0);
            let goes_on = GoesOn { newest, last: &last, behind_all: true };
            assert_eq!(goes_on.telling(), want);
        }
    }
}
