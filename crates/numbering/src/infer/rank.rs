//! How plausible a reading is.
//!
//! Each part of the date that a reading recognises adds to its score, more where people do write
//! that part; an unusual place of the counter takes from it. The plain reading, all text fixed
//! and the last run of digits counting, has 0, so that a recognised part that scores below 0 is
//! offered as an alternative and never chosen.

use jiff::civil::Date;

use super::{
    guess::{Role, year_digits},
    run::{Label, Runs},
};
use crate::{Token, TokenKind, YearDigits, format::YearMeaning};

/// A token in its place.
#[derive(Clone, Copy, Debug)]
struct Place {
    token: Token,
    run: usize,
    /// Its place among the tokens of its run.
    index: usize,
    /// How many tokens the run holds.
    of: usize,
}

struct Scene<'a> {
    runs: &'a Runs<'a>,
    places: Vec<Place>,
    counts: usize,
    meaning: YearMeaning,
}

pub(super) fn score(
    runs: &Runs<'_>,
    roles: &[Role],
    counts: usize,
    meaning: YearMeaning,
    date: Date,
) -> i32 {
    let mut places = Vec::new();
    for (run, role) in roles.iter().enumerate() {
        // A counter in the run makes it a row of its own.
        let counter = usize::from(matches!(role, Role::Counter { .. }));
        let of = role.tokens().count() + counter;
        places.extend(role.tokens().enumerate().map(|(index, token)| Place {
            token,
            run,
            index,
            of,
        }));
    }
    let scene = Scene { runs, places, counts, meaning };
    let gain_of = |run: Option<usize>| -> i32 {
        let places = scene.places.iter().filter(|place| run.is_none_or(|run| run == place.run));
        places.map(|place| scene.gain(place)).sum()
    };
    // A date glued to the counter may as well be a part of it: offered, and never chosen.
    let glued = matches!(
        roles.get(counts),
        Some(Role::Counter { before, after, .. }) if !before.is_empty() || !after.is_empty()
    );
    let lost = if glued { gain_of(Some(counts)).max(0) + 1 } else { 0 };
    gain_of(None) - lost - counter_penalty(&scene, roles) - scene.short_month_penalty(roles, date)
}

/// What it costs that the counter is not the last run, or is labelled as a part of a date.
fn counter_penalty(scene: &Scene<'_>, roles: &[Role]) -> i32 {
    let Scene { runs, counts, .. } = *scene;
    let Some(behind) = roles.get(counts + 1..) else { return 3 };
    let mut penalty = 0;
    if matches!(runs.label(counts), Label::Week | Label::Quarter) {
        penalty += 3;
    }
    if behind.contains(&Role::Fixed) {
        penalty += 30;
    }
    if behind.iter().any(Role::is_dated) {
        penalty += 2;
        if roles[..counts].iter().any(Role::is_dated) {
            penalty += 20;
        }
        if runs.letter_before(counts) && !runs.digits(counts).starts_with('0') {
            penalty += 4;
        }
    }
    let touches = |run: usize| roles.get(run).is_some_and(Role::is_dated);
    if touches(counts + 1) || counts > 0 && touches(counts - 1) {
        penalty -= 1;
    }
    penalty
}

impl Scene<'_> {
    fn gain(&self, place: &Place) -> i32 {
        match place.token {
            Token::Year(digits) => self.year(place, digits),
            Token::EndYear(digits) => self.end_year(place, digits),
            Token::Month => self.month(place),
            Token::Quarter => self.quarter(place),
            Token::Week => self.week(place),
            Token::Day => self.day(place),
            Token::Seq { .. } | Token::Prefix | Token::Customer | Token::Invoice | Token::Kind => 0,
        }
    }

    fn find(&self, kind: TokenKind) -> Option<&Place> {
        self.places.iter().find(|place| place.token.kind() == kind)
    }

    /// What it costs that a month of one digit stands behind the year: no token prints it, so a
    /// series that moves the year and not the month would be wrong. All of it stays fixed.
    fn short_month_penalty(&self, roles: &[Role], date: Date) -> i32 {
        let Some(year) = self.find(TokenKind::Year) else { return 0 };
        let behind = year.run + 1;
        let shows_month = roles.get(behind) == Some(&Role::Fixed)
            && self.runs.stands_alone(behind)
            && self.runs.digits(behind) == date.month().to_string();
        if shows_month { 12 } else { 0 }
    }

    /// The year beside which other parts stand.
    fn any_year(&self) -> Option<&Place> {
        self.find(TokenKind::Year).or_else(|| self.find(TokenKind::EndYear))
    }

    fn year(&self, place: &Place, digits: YearDigits) -> i32 {
        let Place { run, of, .. } = *place;
        let label = self.runs.label(run);
        if self.meaning == YearMeaning::Fiscal && self.find(TokenKind::EndYear).is_none() {
            let labelled = if label == Label::FiscalYear { 4 } else { 0 };
            return labelled + if digits == YearDigits::Four { 5 } else { 2 };
        }
        match (digits, of) {
            (YearDigits::Four, 1) => 10,
            (YearDigits::Four, _) => 9,
            (YearDigits::Two, 1) if run > self.counts => 3,
            (YearDigits::Two, 1) if !self.runs.letter_before(run) => 6,
            (YearDigits::Two, 1) if matches!(label, Label::Week | Label::Quarter) => -1,
            (YearDigits::Two, 1) => 4,
            (YearDigits::Two, _) => 3,
        }
    }

    fn end_year(&self, place: &Place, digits: YearDigits) -> i32 {
        let Some(year) = self.find(TokenKind::Year) else {
            let labelled = if self.runs.label(place.run) == Label::FiscalYear { 4 } else { 0 };
            return labelled + if digits == YearDigits::Four { 3 } else { 1 };
        };
        let start_digits = year_digits(year.token).unwrap_or(digits);
        if place.run < year.run || place.run == year.run && place.index < year.index {
            return -3;
        }
        if place.run == year.run {
            return if start_digits == YearDigits::Four { 5 } else { 2 };
        }
        if place.run != year.run + 1 || year.of > 1 {
            return 1;
        }
        match self.runs.joint(year.run) {
            _ if digits.count() > start_digits.count() => 2,
            Some('-' | '–' | '_') => 7,
            Some(_) => 4,
            None => 1,
        }
    }

    fn month(&self, place: &Place) -> i32 {
        let Some(year) = self.any_year() else { return 0 };
        let label = self.runs.label(place.run);
        if place.of > 1 {
            let in_run = self.places.iter().filter(|other| other.run == place.run);
            let digits = in_run.clone().find_map(|other| year_digits(other.token));
            let early = in_run
                .clone()
                .any(|other| year_digits(other.token).is_some() && other.index > place.index);
            return match digits {
                Some(YearDigits::Four) => 5 - i32::from(early),
                Some(YearDigits::Two) => 1 - i32::from(early),
                None => 3,
            };
        }
        if matches!(label, Label::Week | Label::Quarter | Label::FiscalYear) {
            return -3;
        }
        let beside = [TokenKind::Year, TokenKind::EndYear]
            .into_iter()
            .filter_map(|kind| self.find(kind))
            .any(|other| other.run.abs_diff(place.run) == 1);
        let plain = matches!(label, Label::None | Label::Month);
        match (beside, plain) {
            (true, true) => 5,
            (_, false) if place.run < year.run => -1,
            _ => 1,
        }
    }

    fn quarter(&self, place: &Place) -> i32 {
        if self.runs.label(place.run) == Label::Quarter {
            return 4;
        }
        let behind_year = self.any_year().is_some_and(|year| {
            year.run == place.run
                && year.index + 1 == place.index
                && year_digits(year.token) == Some(YearDigits::Four)
        });
        match (place.of > 1, behind_year) {
            (true, true) => -3,
            (true, false) => -6,
            (false, _) => -1,
        }
    }

    fn week(&self, place: &Place) -> i32 {
        let Some(year) = self.any_year() else { return 0 };
        if self.runs.label(place.run) == Label::Week {
            return 6;
        }
        // Weeks up to the twelfth look like months.
        let digits = self.runs.digits(place.run);
        let like_month = is_month(&digits[digits.len().saturating_sub(2)..]);
        match (place.of > 1, year_digits(year.token)) {
            (true, Some(YearDigits::Four)) => {
                if like_month {
                    -12
                } else {
                    -1
                }
            }
            (true, _) => {
                if like_month {
                    -6
                } else {
                    -2
                }
            }
            (false, _) if like_month || year.run.abs_diff(place.run) != 1 => -1,
            (false, _) => 3,
        }
    }

    fn day(&self, place: &Place) -> i32 {
        let Some(month) = self.find(TokenKind::Month) else { return 0 };
        let position = |place: &Place| (place.run, place.index);
        let between = self.any_year().is_some_and(|year| {
            position(year) < position(place) && position(place) < position(month)
        });
        let near = if place.run == month.run {
            3
        } else if place.of > 1 || self.runs.label(place.run) != Label::None {
            -5
        } else if place.run.abs_diff(month.run) == 1 {
            4
        } else {
            -1
        };
        near - if between { 2 } else { 0 }
    }
}

/// Whether the text is two digits that could be a month.
pub(super) fn is_month(text: &str) -> bool {
    text.len() == 2 && matches!(text.parse(), Ok(1..=12u8))
}
