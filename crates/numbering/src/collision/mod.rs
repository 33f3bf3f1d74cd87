//! The proof that no two ordinals print one text, or the two that do.
//!
//! Two things are proved of a format. *Periods*: the printed date parts tell its periods apart;
//! every day of a whole calendar cycle is tried. *Joins*: no text can be cut into parts in two
//! ways that mean different numbers; the format is taken as an automaton over characters, and all
//! pairs of its runs over one text are searched. The second search, with two different automata,
//! compares a format with the others of a ledger.
//!
//! Where the second search finds nothing, there is nothing. Where it finds texts, they are tried
//! one by one for a real one, the shortest first; when there are too many, which takes several
//! open-ended parts side by side, the texts of a few days are tried instead. Two numbers that only
//! another day would show are then missed.

mod automaton;
mod days;
mod product;
mod witness;

use std::{error::Error, fmt};

use jiff::civil::Date;

use self::{
    automaton::Automaton,
    product::{Identity, Product},
    witness::{Memory, Outcome},
};
use crate::{Format, Ordinal, Scope, format::YearMeaning};

/// Two numbers that would be one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Collision {
    /// What allows it.
    pub reason: CollisionReason,
    /// One number.
    pub first: CollidingNumber,
    /// The other number.
    pub second: CollidingNumber,
}

/// What allows a [`Collision`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CollisionReason {
    /// The format starts counting again and does not print what tells the periods apart.
    Period,
    /// The format has counters of their own for each customer or parent and does not print which.
    Scope,
    /// Parts that stand side by side can be cut in two ways.
    Join,
    /// Another format of the ledger can print the same text.
    OtherFormat,
}

/// One of the two numbers of a [`Collision`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CollidingNumber {
    /// The text, as this number's format prints it.
    pub text: String,
    /// A date on which a document would get it.
    pub date: Date,
    /// Its ordinal.
    pub ordinal: Ordinal,
    /// Whose counter: the customer's prefix or the parent's number; empty for the account.
    pub scope: String,
    /// The number in words: `ordinal 1 of 2026 for a document of 2026-01-01`.
    pub description: String,
}

/// How two formats belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Two formats of one series, an earlier and a later: the same ordinal in the same period is
    /// the same number, whichever of them prints it.
    SameSeries,
    /// Formats of two series.
    OtherSeries,
}

/// Two numbers, the first of format `a` and the second of `b`, that would be one text.
///
/// Both formats are of one ledger and each is valid by itself. Between formats of one series a
/// different reset, or a different fiscal year where it matters, makes every shared text a
/// collision, because the counters are others.
///
/// ```
/// use numbering::{Format, Relation, collision};
///
/// let invoices = Format::of("INV-{year}-{seq:5}".parse()?);
/// let credit_notes = Format::of("{customer}-{year}-{seq:5}".parse()?);
/// let found = collision(&invoices, &credit_notes, Relation::OtherSeries).unwrap();
/// assert_eq!(found.first.text, "INV-2026-00001");
/// assert_eq!(found.second.scope, "INV");
///
/// let wider = Format::of("INV-{year}-{seq:6}".parse()?);
/// assert_eq!(collision(&invoices, &wider, Relation::SameSeries), None);
/// # Ok::<(), numbering::PatternError>(())
/// ```
#[must_use]
pub fn collision(a: &Format, b: &Format, relation: Relation) -> Option<Collision> {
    collision_beside(a, b, relation, &[])
}

/// As [`collision`], where no customer can have one of the `taken` prefixes.
///
/// ```
/// use numbering::{Format, Relation, collision_beside};
///
/// let account = Format { prefix: "INV".into(), ..Format::of("{prefix}-{seq:4}".parse()?) };
/// let customers = Format::of("{customer}-{seq:4}".parse()?);
/// let found = collision_beside(&account, &customers, Relation::OtherSeries, &["INV"]);
/// assert_eq!(found, None);
/// # Ok::<(), numbering::PatternError>(())
/// ```
#[must_use]
pub fn collision_beside(
    a: &Format,
    b: &Format,
    relation: Relation,
    taken: &[&str],
) -> Option<Collision> {
    let identity = match relation {
        Relation::OtherSeries => Identity::Different,
        Relation::SameSeries if counts_alike(a, b) => {
            Identity::Counter { customer: true, invoice: true }
        }
        Relation::SameSeries => Identity::Different,
    };
    let search = Search { a, b, identity, taken, reason: CollisionReason::OtherFormat };
    search.run()
}

/// Two numbers of one format, with counters for each `scope`, that would be one text.
pub(crate) fn within(format: &Format, scope: Scope) -> Option<Collision> {
    let identity =
        Identity::Counter { customer: scope == Scope::Customer, invoice: scope == Scope::Parent };
    let reason = CollisionReason::Join;
    scope_not_printed(format, scope)
        .or_else(|| days::collision(format))
        .or_else(|| Search { a: format, b: format, identity, taken: &[], reason }.run())
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, first, second } = self;
        let why = match reason {
            CollisionReason::Period => {
                "counting starts again and the pattern does not print what tells the periods apart"
            }
            CollisionReason::Scope => {
                "each customer or parent has a counter and the pattern does not print which"
            }
            CollisionReason::Join => "parts side by side can be read in two ways",
            CollisionReason::OtherFormat => "another format of the ledger prints the same",
        };
        write!(f, "{} would be {} and", first.text, first.description)?;
        if second.text != first.text {
            write!(f, ", as {},", second.text)?;
        }
        write!(f, " {}: {why}", second.description)
    }
}

impl Error for Collision {}

/// One comparison of two formats.
struct Search<'a> {
    a: &'a Format,
    b: &'a Format,
    identity: Identity,
    taken: &'a [&'a str],
    reason: CollisionReason,
}

impl Search<'_> {
    fn run(&self) -> Option<Collision> {
        let (a, b) = (Automaton::of(self.a), Automaton::of(self.b));
        let product = Product::of((&a, self.a), (&b, self.b), self.identity)?;
        let mut memory = Memory::Dates;
        loop {
            match self.witness(&product, [&a, &b], memory) {
                Outcome::Found(collision) => return Some(*collision),
                // What was forgotten may be what makes the difference: look closer.
                Outcome::Nothing | Outcome::TooMany if memory == Memory::Dates && self.counts() => {
                    memory = Memory::DatesAndOrdinals;
                }
                Outcome::Nothing => return None,
                Outcome::TooMany => return self.on_chosen_days(),
            }
        }
    }

    // Where there are too many texts to try, those of a few days, where no date part is open.
    fn on_chosen_days(&self) -> Option<Collision> {
        let pairs = days::CHOSEN.iter().flat_map(|a| days::CHOSEN.iter().map(move |b| (*a, *b)));
        pairs.filter(|(a, b)| a <= b || !self.is_own()).find_map(|(day_a, day_b)| {
            let (a, b) = (Automaton::of_day(self.a, day_a), Automaton::of_day(self.b, day_b));
            let product = Product::of((&a, self.a), (&b, self.b), self.identity)?;
            match self.witness(&product, [&a, &b], Memory::DatesAndOrdinals) {
                Outcome::Found(collision) => Some(*collision),
                Outcome::Nothing | Outcome::TooMany => None,
            }
        })
    }

    fn counts(&self) -> bool {
        self.identity != Identity::Different
    }

    fn is_own(&self) -> bool {
        std::ptr::eq(self.a, self.b)
    }
}

impl CollidingNumber {
    fn new(format: &Format, date: Date, ordinal: Ordinal, text: String, scope: &str) -> Self {
        let period = format.period(date).label(format);
        let mut description = format!("ordinal {ordinal}");
        if period != "all" {
            description.push_str(&format!(" of {period}"));
        }
        if !scope.is_empty() {
            description.push_str(&format!(" of {scope}"));
        }
        description.push_str(&format!(" for a document of {date}"));
        Self { text, date, ordinal, scope: scope.to_owned(), description }
    }
}

fn counts_alike(a: &Format, b: &Format) -> bool {
    let by_fiscal_year = |format: &Format| format.year_meaning() == YearMeaning::Fiscal;
    let fiscal = by_fiscal_year(a) || by_fiscal_year(b);
    a.reset == b.reset && (a.fiscal_year_start == b.fiscal_year_start || !fiscal)
}

fn scope_not_printed(format: &Format, scope: Scope) -> Option<Collision> {
    let token = scope.token()?;
    if format.pattern.has(token) {
        return None;
    }
    let (first, second) = if scope == Scope::Customer { ("ACME", "BOLT") } else { ("1", "2") };
    let number = |scope: &str| {
        let date = days::FIRST;
        let text = days::example(format, date, Ordinal::ONE)?;
        Some(CollidingNumber::new(format, date, Ordinal::ONE, text, scope))
    };
    let reason = CollisionReason::Scope;
    Some(Collision { reason, first: number(first)?, second: number(second)? })
}

#[cfg(test)]
mod tests;
