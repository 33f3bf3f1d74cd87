//! Two machines reading one text side by side.

use std::collections::{HashMap, VecDeque};

use super::automaton::{Automaton, Class, Place, Track};
use crate::{Format, Reset, TokenKind, format::YearMeaning};

/// When two readings of one text are two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Always: the counters are different ones.
    Different,
    /// When the ordinal or the period differs, or the customer or parent where it has a counter
    /// of its own.
    Counter {
        /// Each customer has a counter.
        customer: bool,
        /// Each parent has a counter.
        invoice: bool,
    },
}

/// Where both machines are, and whether what makes a number itself has been read from the same
/// characters so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) a: Place,
    pub(super) b: Place,
    pub(super) differs: bool,
}

/// All states from which some text can be read to its end as two numbers.
///
/// Values are not kept, so a text that is found this way may still turn out to be one number, or
/// to name a day that no calendar has; but where nothing is found there is nothing.
pub(super) struct Product<'a> {
    a: &'a Automaton,
    b: &'a Automaton,
    marks: Marks,
    /// How many characters are missing to the end of the shortest such text.
    missing: HashMap<State, usize>,
}

impl<'a> Product<'a> {
    /// The product, or `None` when no text is two numbers.
    pub(super) fn of(
        a: (&'a Automaton, &Format),
        b: (&'a Automaton, &Format),
        identity: Identity,
    ) -> Option<Self> {
        let marks = Marks::of(a.1, b.1, identity);
        let mut product = Self { a: a.0, b: b.0, marks, missing: HashMap::new() };
        let (ends, before) = product.explore();
        let mut queue: VecDeque<(State, usize)> = ends.into_iter().map(|end| (end, 0)).collect();
        while let Some((state, missing)) = queue.pop_front() {
            if product.missing.contains_key(&state) {
                continue;
            }
            product.missing.insert(state, missing);
            let before = before.get(&state).into_iter().flatten();
            queue.extend(before.map(|&state| (state, missing + 1)));
        }
        (!product.missing.is_empty()).then_some(product)
    }

    /// Where reading can begin and come to an end.
    pub(super) fn starts(&self) -> Vec<State> {
        let mut states = Vec::new();
        for a in self.a.starts() {
            for b in self.b.starts() {
                states.push(State { a, b, differs: self.marks.always });
            }
        }
        states
    }

    /// The characters that both machines can read next, the most readable first.
    pub(super) fn characters(&self, state: State) -> Vec<char> {
        match (self.a.class(state.a), self.b.class(state.b)) {
            (Class::Nothing, _) | (_, Class::Nothing) => Vec::new(),
            (Class::One(c), _) | (_, Class::One(c)) => vec![c],
            (Class::DateDigit(best), _) | (_, Class::DateDigit(best)) => digits(best),
            (Class::SeqDigit('0'), _) | (_, Class::SeqDigit('0')) => digits('0'),
            (Class::SeqDigit(best), _) | (_, Class::SeqDigit(best)) => digits(best),
            // Which letter it is makes no difference to where reading leads.
            _ => vec!['x'],
        }
    }

    /// Where reading a character leads.
    pub(super) fn step(&self, state: State, c: char) -> Vec<State> {
        let (track_a, track_b) = (self.a.track(state.a), self.b.track(state.b));
        let differs = state.differs || self.marks.differ(track_a, track_b);
        let b_next = self.b.step(state.b, c);
        let mut next = Vec::new();
        for a in self.a.step(state.a, c) {
            next.extend(b_next.iter().map(|&b| State { a, b, differs }));
        }
        next
    }

    /// Whether both machines have read the whole text, as two numbers.
    pub(super) fn is_end(&self, state: State) -> bool {
        state.differs && self.a.is_end(state.a) && self.b.is_end(state.b)
    }

    /// How many more characters the shortest text through this state has, if there is any.
    pub(super) fn missing(&self, state: State) -> Option<usize> {
        self.missing.get(&state).copied()
    }

    // Every state that can be reached: the ends, and which states are before which.
    fn explore(&self) -> (Vec<State>, HashMap<State, Vec<State>>) {
        let mut ends = Vec::new();
        let mut before: HashMap<State, Vec<State>> = HashMap::new();
        let mut open = self.starts();
        for &start in &open {
            before.insert(start, Vec::new());
        }
        while let Some(state) = open.pop() {
            if self.is_end(state) {
                ends.push(state);
            }
            for c in self.characters(state) {
                for next in self.step(state, c) {
                    let earlier = before.entry(next).or_insert_with(|| {
                        open.push(next);
                        Vec::new()
                    });
                    if earlier.last() != Some(&state) {
                        earlier.push(state);
                    }
                }
            }
        }
        (ends, before)
    }
}

/// Which tracks make a number itself.
struct Marks {
    always: bool,
    customer: bool,
    invoice: bool,
    dates: Dates,
}

/// Which date parts tell periods apart.
#[derive(Clone, Copy)]
enum Dates {
    None,
    Years,
    YearsAnd(TokenKind, TokenKind),
    All,
}

impl Marks {
    fn of(a: &Format, b: &Format, identity: Identity) -> Self {
        match identity {
            Identity::Different => {
                Self { always: true, customer: false, invoice: false, dates: Dates::None }
            }
            Identity::Counter { customer, invoice } => {
                let dates = if a.reset == b.reset && natural(a) && natural(b) {
                    telling(a.reset)
                } else {
                    Dates::All
                };
                Self { always: false, customer, invoice, dates }
            }
        }
    }

    fn differ(&self, a: Track, b: Track) -> bool {
        a != b && (self.mark(a) || self.mark(b))
    }

    fn mark(&self, track: Track) -> bool {
        match track {
            Track::Text => false,
            Track::Seq => true,
            Track::Customer => self.customer,
            Track::Invoice => self.invoice,
            Track::Date(kind, _) => match self.dates {
                Dates::None => false,
                Dates::All => true,
                Dates::Years => is_year(kind),
                Dates::YearsAnd(one, other) => is_year(kind) || kind == one || kind == other,
            },
        }
    }
}

fn telling(reset: Reset) -> Dates {
    match reset {
        Reset::Never => Dates::None,
        Reset::Yearly | Reset::FiscalYear => Dates::Years,
        Reset::Quarterly => Dates::YearsAnd(TokenKind::Quarter, TokenKind::Month),
        Reset::Monthly => Dates::YearsAnd(TokenKind::Month, TokenKind::Day),
        Reset::Weekly | Reset::Daily => Dates::All,
    }
}

// Whether `{year}` is the year that the reset goes by.
fn natural(format: &Format) -> bool {
    match format.reset {
        Reset::Never => true,
        Reset::FiscalYear => format.year_meaning() == YearMeaning::Fiscal,
        _ => format.year_meaning() == YearMeaning::Calendar,
    }
}

fn digits(best: char) -> Vec<char> {
    let rest = "1234567890".chars().filter(|&c| c != best);
    std::iter::once(best).chain(rest).collect()
}

fn is_year(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Year | TokenKind::EndYear)
}
