//! Parts of a date that a number shows and that are not its date's.
//!
//! A reading that leaves such a part as fixed text would be consistent with the date, and wrong:
//! the number is refused instead. Only what stands where people write dates counts as shown.

use jiff::civil::Date;

use super::{
    error::Disagreement,
    guess::{Guess, Role, year_digits},
    rank::is_month,
    run::{Label, Runs},
};
use crate::{FiscalYearStart, TokenKind, YearDigits};

/// The first part that the best reading of a number leaves as fixed text though it shows a date.
pub(super) fn disagreement(
    runs: &Runs<'_>,
    best: &Guess,
    date: Date,
    fiscal: FiscalYearStart,
) -> Option<Disagreement> {
    let shown = Shown { runs, best, date, fiscal };
    let (shown, actual) = (0..runs.len())
        .find_map(|run| shown.range(run))
        .or_else(|| (0..runs.len()).find_map(|run| shown.year(run)))
        .or_else(|| shown.last_year())
        .or_else(|| shown.short_year())
        .or_else(|| shown.month())
        .or_else(|| shown.day())
        .or_else(|| (0..runs.len()).find_map(|run| shown.labelled(run)))?;
    Some(Disagreement { shown, actual, date })
}

struct Shown<'a> {
    runs: &'a Runs<'a>,
    best: &'a Guess,
    date: Date,
    fiscal: FiscalYearStart,
}

/// What is shown, and what is true of the date.
type Claim = Option<(String, String)>;

impl Shown<'_> {
    fn is_fixed(&self, run: usize) -> bool {
        self.best.roles.get(run) == Some(&Role::Fixed)
    }

    fn is_dated(&self, run: usize) -> bool {
        self.best.roles.get(run).is_some_and(Role::is_dated)
    }

    /// The run that holds a token of this word.
    fn run_of(&self, kind: TokenKind) -> Option<usize> {
        let holds = |role: &Role| role.tokens().any(|token| token.kind() == kind);
        self.best.roles.iter().position(holds)
    }

    /// The last run of the year, or of the end year behind it.
    fn year_run(&self) -> Option<usize> {
        self.run_of(TokenKind::EndYear).max(self.run_of(TokenKind::Year))
    }

    /// Two years side by side: `2023-24`, `23-24`, and `2019-2021`, which no fiscal year is.
    fn range(&self, run: usize) -> Claim {
        let next = run + 1;
        if next >= self.runs.len() || [run, next].contains(&self.best.counts) {
            return None;
        }
        if self.is_dated(run) && self.is_dated(next) {
            return None;
        }
        let joint = self.runs.joint(run)?;
        let (start, end) = (self.runs.digits(run), self.runs.digits(next));
        let text = format!("{start}{joint}{end}");
        if is_year(start) && is_year(end) && (2..=10).contains(&(number(end) - number(start))) {
            return Some((
                format!("the range {text}"),
                "is in one fiscal year, not in several".into(),
            ));
        }
        let modulus = if end.len() == 4 { 10_000 } else { 100 };
        let shapes = match (start.len(), end.len()) {
            (4, 4 | 2) => is_year(start),
            (2, 2) => !self.runs.letter_before(run),
            _ => false,
        };
        if !shapes || (number(start) + 1) % modulus != number(end) {
            return None;
        }
        Some((format!("the fiscal year {text}"), self.fiscal_year()))
    }

    fn fiscal_year(&self) -> String {
        let (start, end) = (self.fiscal.start_year(self.date), self.fiscal.end_year(self.date));
        if self.fiscal.is_calendar() {
            format!("is in {start}, as fiscal years that begin on 01-01 do not span two years")
        } else {
            format!("is in the fiscal year {start}-{:02}", end.rem_euclid(100))
        }
    }

    /// Four digits that are a year, perhaps with a month and a day behind them in the same run,
    /// where no year was recognised (or only one of two digits).
    fn year(&self, run: usize) -> Claim {
        let digits = self.runs.digits(run);
        let year = digits.get(..4).filter(|year| is_year(year))?;
        let (rest, known) = (&digits[4..], self.knows_year());
        let dated = match rest.len() {
            0 => true,
            2 => is_month(rest),
            4 => is_month(&rest[..2]) && matches!(rest[2..].parse(), Ok(1..=31u8)),
            _ => false,
        };
        if !self.is_fixed(run) || !dated || known == Some(YearDigits::Four) {
            return None;
        }
        if number(year) != i32::from(self.date.year()) {
            return Some((format!("the year {year}"), format!("is in {}", self.date.year())));
        }
        (!rest.is_empty()).then(|| (format!("the date {digits}"), self.day_of_date()))
    }

    fn knows_year(&self) -> Option<YearDigits> {
        let tokens = self.best.roles.iter().flat_map(Role::tokens);
        let digits = tokens.filter_map(year_digits);
        digits.max_by_key(|digits| digits.count())
    }

    fn day_of_date(&self) -> String {
        format!("is on day {:02} of month {:02}", self.date.day(), self.date.month())
    }

    /// A year behind what looks like the counter: `1/2023`, or in front of nothing: `FT 2023/`.
    fn last_year(&self) -> Claim {
        let last = self.runs.len().checked_sub(1)?;
        let year = self.runs.digits(last);
        let near = is_year(year) && (number(year) - i32::from(self.date.year())).abs() <= 10;
        if !near || self.best.counts != last || self.year_run().is_some() {
            return None;
        }
        let counter_in_front =
            last == 1 && (!self.runs.letter_before(0) || self.runs.digits(0).starts_with('0'));
        let tail = self.runs.after(last);
        let nothing_behind = last == 0 && !tail.is_empty() && !tail.contains(char::is_alphanumeric);
        (counter_in_front || nothing_behind)
            .then(|| (format!("the year {year}"), format!("is in {}", self.date.year())))
    }

    /// Two digits between separators, directly before the counter or before month and counter.
    fn short_year(&self) -> Claim {
        if self.year_run().is_some() {
            return None;
        }
        let before = |run: usize| run.checked_sub(1).filter(|run| self.is_short(*run));
        let near = before(self.best.counts)?;
        let run = match before(near) {
            Some(first) if is_month(self.runs.digits(near)) => first,
            _ => near,
        };
        let year = self.runs.digits(run);
        Some((format!("the year {year}"), format!("is in {}", self.date.year())))
    }

    fn is_short(&self, run: usize) -> bool {
        self.is_fixed(run) && self.runs.digits(run).len() == 2 && self.runs.stands_alone(run)
    }

    /// Two digits `00` to `12` behind the year.
    fn month(&self) -> Claim {
        let run = self.year_run()? + 1;
        let digits = self.runs.digits_of_fixed(run, self.best)?;
        let plain = matches!(self.runs.label(run), Label::None | Label::Month)
            && !self.runs.before(run).trim_end_matches(['M', 'm']).contains(char::is_alphabetic);
        (plain && (is_month(digits) || digits == "00")).then(|| {
            (format!("the month {digits}"), format!("is in month {:02}", self.date.month()))
        })
    }

    /// Two digits behind year and month, set off just as the month is.
    fn day(&self) -> Claim {
        let month = self.run_of(TokenKind::Month)?;
        let run = month + 1;
        let digits = self.runs.digits_of_fixed(run, self.best)?;
        let alike = self.year_run() == month.checked_sub(1)
            && self.runs.joint(month).is_some()
            && self.runs.joint(month) == month.checked_sub(1).and_then(|y| self.runs.joint(y));
        (alike && digits.len() == 2 && matches!(digits.parse(), Ok(1..=31u8)))
            .then(|| (format!("the day {digits}"), format!("is on day {:02}", self.date.day())))
    }

    /// `W05` and `Q1` beside a year.
    fn labelled(&self, run: usize) -> Claim {
        self.year_run()?;
        let digits = self.runs.digits_of_fixed(run, self.best)?;
        match (self.runs.label(run), digits.len(), number(digits)) {
            (Label::Week, 1 | 2, 1..=53) => {
                let week = self.date.iso_week_date();
                let actual = format!("is in week {:02} of {}", week.week(), week.year());
                Some((format!("the week {digits}"), actual))
            }
            (Label::Quarter, 1, 1..=4) => {
                let quarter = (self.date.month() + 2) / 3;
                Some((format!("the quarter {digits}"), format!("is in quarter {quarter}")))
            }
            _ => None,
        }
    }
}

impl Runs<'_> {
    fn digits_of_fixed(&self, run: usize, best: &Guess) -> Option<&str> {
        (best.roles.get(run) == Some(&Role::Fixed)).then(|| self.digits(run))
    }
}

/// Four digits from 1900 to 2199: what people take for a year.
pub(crate) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && matches!(&digits[..2], "19" | "20" | "21")
}

fn number(digits: &str) -> i32 {
    digits.parse().unwrap_or(i32::MAX / 2)
}
