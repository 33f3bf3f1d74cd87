//! The shortest text that really is two numbers.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use super::{
    CollidingNumber, Collision, Search,
    automaton::{Automaton, Place, Track},
    days,
    product::{Identity, Product, State},
};
use crate::{Format, Reading, Texts, YearDigits, fold};

impl Search<'_> {
    /// The shortest text of the product that two documents can have, on days that exist.
    ///
    /// Texts are tried from the shortest on, the most readable first, for [`STEPS_MAX`] steps.
    pub(super) fn witness(
        &self,
        product: &Product<'_>,
        machines: [&Automaton; 2],
        memory: Memory,
    ) -> Outcome {
        let mut nodes = Vec::new();
        let mut open = BinaryHeap::new();
        let mut seen = HashSet::new();
        for state in product.starts() {
            if let Some(missing) = product.missing(state) {
                open.push(Reverse((missing, 0, missing, nodes.len())));
                nodes.push(Node { text: String::new(), state, sides: [Side::new(), Side::new()] });
            }
        }
        for _ in 0..STEPS_MAX {
            let Some(Reverse((_, oddity, _, index))) = open.pop() else { return Outcome::Nothing };
            let node = nodes[index].clone();
            if product.is_end(node.state)
                && let Some(collision) = self.confirm(&node.text)
            {
                return Outcome::Found(Box::new(collision));
            }
            for (rank, c) in product.characters(node.state).into_iter().enumerate() {
                let Some((text, sides)) = self.read(machines, &node, c, memory) else { continue };
                for state in product.step(node.state, c) {
                    let Some(missing) = product.missing(state) else { continue };
                    if product.is_end(state) || seen.insert((state, sides.clone())) {
                        let length = text.chars().count() + missing;
                        open.push(Reverse((length, oddity + rank, missing, nodes.len())));
                        nodes.push(Node { text: text.clone(), state, sides: sides.clone() });
                    }
                }
            }
        }
        Outcome::TooMany
    }

    // One character further; nowhere when the date parts are of no day.
    fn read(
        &self,
        machines: [&Automaton; 2],
        node: &Node,
        c: char,
        memory: Memory,
    ) -> Option<(String, [Side; 2])> {
        let mut text = node.text.clone();
        text.push(c);
        let [a, b] = &node.sides;
        let keeps = Keeps { ordinals: memory == Memory::DatesAndOrdinals, taken: self.taken };
        let a = a.read(self.a, (machines[0], node.state.a), &text, keeps)?;
        let b = b.read(self.b, (machines[1], node.state.b), &text, keeps)?;
        Some((text, [a, b]))
    }

    // Two numbers that are the text, if there are two.
    fn confirm(&self, text: &str) -> Option<Collision> {
        let of_b = self.b.read(text);
        let of_a = self.a.read(text);
        of_a.iter().find_map(|a| of_b.iter().find_map(|b| self.pair(text, a, b)))
    }

    fn pair(&self, text: &str, first: &Reading, second: &Reading) -> Option<Collision> {
        let century = century(first).or(century(second)).unwrap_or(2000);
        let first_date = days::day_of(self.a, first, century)?;
        let second_date = days::day_of(self.b, second, century)?;
        if let Identity::Counter { customer, invoice } = self.identity
            && first.ordinal == second.ordinal
            && self.a.period(first_date) == self.b.period(second_date)
            && (!customer || first.customer == second.customer)
            && (!invoice || first.invoice == second.invoice)
        {
            return None;
        }
        let number = |format: &Format, reading: &Reading, date| {
            let customer = reading.customer.as_deref().unwrap_or_default();
            if is_taken(customer, self.taken) {
                return None;
            }
            let invoice = reading.invoice.as_deref().unwrap_or_default().to_ascii_uppercase();
            let kind = reading.kind.as_deref().unwrap_or_default();
            let texts = Texts { customer, invoice: &invoice, kind };
            let printed = format.render(date, reading.ordinal, &texts).ok()?;
            let scope = self.scope_text(customer, &invoice);
            (fold(&printed) == text)
                .then(|| CollidingNumber::new(format, date, reading.ordinal, printed, &scope))
        };
        Some(Collision {
            reason: self.reason,
            first: number(self.a, first, first_date)?,
            second: number(self.b, second, second_date)?,
        })
    }

    // Whose counter: of customer and parent the one that has counters, or both.
    fn scope_text(&self, customer: &str, invoice: &str) -> String {
        let (by_customer, by_invoice) = match self.identity {
            Identity::Counter { customer, invoice } if customer || invoice => (customer, invoice),
            Identity::Counter { .. } | Identity::Different => (true, true),
        };
        let shown = [(by_customer, customer), (by_invoice, invoice)];
        let shown = shown.into_iter().filter(|(by, text)| *by && !text.is_empty());
        shown.map(|(_, text)| text).collect::<Vec<_>>().join(", ")
    }
}

/// What is remembered of texts that lead to one state; of texts with the same memory one is
/// followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// The date parts.
    Dates,
    /// Also the ordinals, which may turn out to be the same.
    DatesAndOrdinals,
}

/// How a search ended.
pub(super) enum Outcome {
    Found(Box<Collision>),
    /// All texts were tried, as far as they were told apart.
    Nothing,
    /// There are more texts than were tried.
    TooMany,
}

const STEPS_MAX: usize = 4_000;

/// A text on its way.
#[derive(Clone)]
struct Node {
    text: String,
    state: State,
    sides: [Side; 2],
}

/// What a [`Side`] keeps besides the date parts.
#[derive(Clone, Copy)]
struct Keeps<'a> {
    ordinals: bool,
    /// Prefixes that no customer has, so that it matters which one is read.
    taken: &'a [&'a str],
}

/// What one machine has made of the text, as far as it bears on what can follow.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Side {
    dates: Reading,
    /// The digits so far of the date part that is being read.
    pending: u32,
    /// The digits so far of the ordinal, where ordinals are compared.
    ordinal: u64,
    /// The customer's prefix while it is read, where some are taken.
    customer: String,
}

impl Side {
    fn new() -> Self {
        Self { dates: Reading::blank(), pending: 0, ordinal: 0, customer: String::new() }
    }

    // `text` ends in the character that is read at `place`.
    fn read(
        &self,
        format: &Format,
        (machine, place): (&Automaton, Place),
        text: &str,
        keeps: Keeps<'_>,
    ) -> Option<Self> {
        let mut side = self.clone();
        let last = text.chars().next_back()?;
        let digit = last.to_digit(10).unwrap_or_default();
        let track = machine.track(place);
        if track != Track::Customer && !self.customer.is_empty() {
            if is_taken(&self.customer, keeps.taken) {
                return None;
            }
            side.customer.clear();
        }
        match track {
            Track::Seq if keeps.ordinals => {
                side.ordinal = self.ordinal * 10 + u64::from(digit);
            }
            Track::Date(..) if machine.is_open(place) => side.pending = self.pending * 10 + digit,
            Track::Customer if !keeps.taken.is_empty() => side.customer.push(last),
            _ => {}
        }
        if let Some((token, digits)) = machine.date_token_ending(place) {
            let start = text.len() - usize::from(digits);
            side.pending = 0;
            side.dates = side.dates.with_date_part(token, &text[start..])?.1;
            // A date part alone always has its day; two may contradict each other.
            if self.dates != Reading::blank() {
                days::day_of(format, &side.dates, 2000)?;
            }
        }
        Some(side)
    }
}

fn is_taken(customer: &str, taken: &[&str]) -> bool {
    taken.iter().any(|it| it.eq_ignore_ascii_case(customer))
}

fn century(reading: &Reading) -> Option<i16> {
    let years = [reading.year, reading.end_year].into_iter().flatten();
    let mut long = years.filter(|year| year.digits == YearDigits::Four);
    long.next().and_then(|year| i16::try_from(year.value / 100 * 100).ok())
}
