//! Every way to read a number that is consistent with its date.

use jiff::civil::Date;

use super::{
    cover::{Printed, covers, heads, printed},
    rank,
    run::Runs,
    shape::Shape,
};
use crate::{
    FiscalYearStart, Ordinal, Part, Reset, Token, TokenKind, YearDigits, format::YearMeaning,
    limits::SEQ_WIDTH_MAX,
};

/// One way to read a number.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    pub(crate) shape: Shape,
    /// The digits of the counter as printed; empty when it is yet to be appended.
    pub(crate) counter: String,
    pub(crate) reset: Reset,
    /// How plausible it is among the others; the plain reading with a counter at the end has 0.
    pub(crate) score: i32,
    pub(super) roles: Vec<Role>,
    meaning: YearMeaning,
    /// The run that counts; the number of runs when the counter is yet to be appended.
    pub(super) counts: usize,
}

/// What a run of digits is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Text that stays.
    Fixed,
    /// Parts of the date.
    Dated(Vec<Token>),
    /// The counter, perhaps glued to parts of the date in front of it or behind it.
    Counter { before: Vec<Token>, digits: (usize, usize), after: Vec<Token> },
}

impl Role {
    pub(super) fn tokens(&self) -> impl Iterator<Item = Token> + '_ {
        let (first, second): (&[Token], &[Token]) = match self {
            Self::Fixed => (&[], &[]),
            Self::Dated(tokens) => (tokens, &[]),
            Self::Counter { before, after, .. } => (before, after),
        };
        first.iter().chain(second).copied()
    }

    pub(super) fn is_dated(&self) -> bool {
        matches!(self, Self::Dated(_))
    }
}

impl Guess {
    pub(crate) fn ordinal(&self) -> Option<Ordinal> {
        if self.counter.is_empty() {
            return Some(Ordinal::ZERO);
        }
        self.counter.parse().ok().and_then(|value| Ordinal::new(value).ok())
    }

    /// Whether the counter shares its run of digits with parts of the date.
    pub(crate) fn is_glued(&self) -> bool {
        self.roles.iter().any(|role| match role {
            Role::Counter { before, after, .. } => !before.is_empty() || !after.is_empty(),
            Role::Fixed | Role::Dated(_) => false,
        })
    }

    /// Which year the reading's `{year}` is.
    pub(super) fn meaning(&self) -> YearMeaning {
        self.meaning
    }

    /// The width that an example of this many digits teaches: all of them, as padding cannot be
    /// told from size; one digit teaches none.
    pub(crate) fn width(&self) -> u8 {
        let digits = u8::try_from(self.counter.len()).unwrap_or(0);
        if (2..=SEQ_WIDTH_MAX).contains(&digits) { digits } else { 0 }
    }
}

/// Runs of digits further left than this many cannot be parts of the date.
const RUNS_MAX: usize = 8;

/// All guesses, the most plausible first.
pub(super) fn guesses(runs: &Runs<'_>, date: Date, fiscal: FiscalYearStart) -> Vec<Guess> {
    let mut all: Vec<Guess> = Vec::new();
    for meaning in [YearMeaning::Calendar, YearMeaning::Iso, YearMeaning::Fiscal] {
        if meaning == YearMeaning::Fiscal && fiscal.is_calendar() {
            continue;
        }
        let printed = printed(date, fiscal, meaning);
        let mut search =
            Search { runs, printed, meaning, date, roles: Vec::new(), found: Vec::new() };
        for counts in runs.len().saturating_sub(RUNS_MAX)..=runs.len() {
            if counts < runs.len() || may_be_appended(runs) {
                search.assign(0, counts);
            }
        }
        all.extend(search.found);
    }
    all.sort_by_key(|guess| std::cmp::Reverse(guess.score));
    all
}

/// A counter can follow a text without digits, and dated text that ends in a separator.
fn may_be_appended(runs: &Runs<'_>) -> bool {
    runs.len() == 0 || runs.text.chars().next_back().is_some_and(|c| !c.is_alphanumeric())
}

struct Search<'a> {
    runs: &'a Runs<'a>,
    printed: Vec<Printed>,
    meaning: YearMeaning,
    date: Date,
    roles: Vec<Role>,
    found: Vec<Guess>,
}

impl Search<'_> {
    fn assign(&mut self, run: usize, counts: usize) {
        if run == self.runs.len() {
            self.finish(counts);
            return;
        }
        for role in self.choices(run, counts) {
            let repeats = role.tokens().any(|token| self.has(token.kind()));
            if !repeats {
                self.roles.push(role);
                self.assign(run + 1, counts);
                self.roles.pop();
            }
        }
    }

    fn choices(&self, run: usize, counts: usize) -> Vec<Role> {
        let digits = self.runs.digits(run);
        if run != counts {
            let far = run + RUNS_MAX < self.runs.len();
            let dated = if far { Vec::new() } else { covers(digits, &self.printed) };
            // A counter can only be appended to text whose digits are all of the date.
            let fixed = (counts < self.runs.len()).then_some(Role::Fixed);
            return dated.into_iter().map(Role::Dated).chain(fixed).collect();
        }
        let end = digits.len();
        let glued_before = heads(digits, &self.printed).into_iter().map(|(before, length)| {
            Role::Counter { before, digits: (length, end), after: Vec::new() }
        });
        let glued_after = (1..end).flat_map(|cut| {
            covers(&digits[cut..], &self.printed).into_iter().map(move |after| Role::Counter {
                before: Vec::new(),
                digits: (0, cut),
                after,
            })
        });
        let alone = Role::Counter { before: Vec::new(), digits: (0, end), after: Vec::new() };
        [alone].into_iter().chain(glued_before).chain(glued_after).collect()
    }

    fn has(&self, kind: TokenKind) -> bool {
        self.roles.iter().flat_map(Role::tokens).any(|token| token.kind() == kind)
    }

    fn finish(&mut self, counts: usize) {
        let Some(reset) = self.reset() else { return };
        let Some((shape, counter)) = self.shape(counts) else { return };
        let score = rank::score(self.runs, &self.roles, counts, self.meaning, self.date);
        let roles = self.roles.clone();
        let guess = Guess { shape, counter, reset, score, roles, meaning: self.meaning, counts };
        if guess.ordinal().is_some() {
            self.found.push(guess);
        }
    }

    /// The reset that the tokens speak of; none when they make no sense together.
    fn reset(&self) -> Option<Reset> {
        use TokenKind::{Day, EndYear, Month, Quarter, Week, Year};
        let [year, end_year] = [Year, EndYear].map(|kind| self.has(kind));
        let [month, quarter, week, day] = [Month, Quarter, Week, Day].map(|kind| self.has(kind));
        if day && !month || (month || quarter || week) && !year && !end_year {
            return None;
        }
        match self.meaning {
            YearMeaning::Iso if !week => None,
            YearMeaning::Fiscal if !year && !end_year => None,
            YearMeaning::Fiscal if !end_year && month => None,
            YearMeaning::Fiscal if !month => Some(Reset::FiscalYear),
            _ if day => Some(Reset::Daily),
            _ if week => Some(Reset::Weekly),
            _ if month => Some(Reset::Monthly),
            _ if quarter => Some(Reset::Quarterly),
            _ if year => Some(Reset::Yearly),
            _ => Some(Reset::Never),
        }
    }

    fn shape(&self, counts: usize) -> Option<(Shape, String)> {
        let mut sides = [Vec::new(), Vec::new()];
        let mut counter = String::new();
        let mut side = 0;
        for (run, role) in self.roles.iter().enumerate() {
            literal(&mut sides[side], self.runs.before(run));
            match role {
                Role::Fixed => literal(&mut sides[side], self.runs.digits(run)),
                Role::Dated(tokens) => dated(&mut sides[side], tokens),
                Role::Counter { before, digits, after } => {
                    let (start, end) = *digits;
                    let (excess, counted) = without_excess(&self.runs.digits(run)[start..end])?;
                    dated(&mut sides[0], before);
                    literal(&mut sides[0], excess);
                    counter.push_str(counted);
                    dated(&mut sides[1], after);
                    side = 1;
                }
            }
        }
        let tail = match self.runs.len() {
            0 => self.runs.text,
            runs => self.runs.after(runs - 1),
        };
        literal(&mut sides[side], tail);
        let [left, right] = sides;
        (counts == self.runs.len() || !counter.is_empty())
            .then_some((Shape { left, right }, counter))
    }
}

/// Cuts off the zeros that are too many for the widest counter.
fn without_excess(digits: &str) -> Option<(&str, &str)> {
    let cut = digits.len().saturating_sub(SEQ_WIDTH_MAX.into());
    let (excess, counted) = digits.split_at(cut);
    excess.bytes().all(|b| b == b'0').then_some((excess, counted))
}

fn literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(before)) => before.push_str(text),
        _ => parts.push(Part::Literal(text.into())),
    }
}

fn dated(parts: &mut Vec<Part>, tokens: &[Token]) {
    parts.extend(tokens.iter().copied().map(Part::Token));
}

/// The digits in which a token prints a year, if it does.
pub(super) fn year_digits(token: Token) -> Option<YearDigits> {
    match token {
        Token::Year(digits) | Token::EndYear(digits) => Some(digits),
        _ => None,
    }
}
