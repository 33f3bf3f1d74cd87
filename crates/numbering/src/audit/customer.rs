//! Lists in which every customer has a prefix and a counter: `4C2F9E1A-0001`.

use std::collections::{HashMap, HashSet};

use super::Row;
use crate::{Part, Pattern, Token, infer::learn::Learned, is_customer_prefix};

/// The customers of a list, told by the prefixes of its numbers.
#[derive(Debug, Default)]
pub(super) struct Customers<'a> {
    prefixes: Vec<&'a str>,
    /// Of each row its customer; empty when the list has no customers.
    of_row: Vec<Option<u32>>,
}

/// How many prefixes it takes: fewer are formats of their own.
const PREFIXES_MIN: usize = 20;

impl<'a> Customers<'a> {
    /// The customers, if most numbers begin with one of many prefixes, the prefixes are no mere
    /// counters or dates, and what stands behind them repeats.
    pub(super) fn of(rows: &[Row<'a>]) -> Self {
        let mut prefixes: HashMap<&str, u32> = HashMap::new();
        let mut kinds: HashSet<String> = HashSet::new();
        let mut rests: HashSet<&str> = HashSet::new();
        let mut found = Self::default();
        let mut prefixed = 0_usize;
        for row in rows {
            let Some((prefix, rest)) = split(row.number.trim()) else {
                found.of_row.push(None);
                continue;
            };
            prefixed += 1;
            rests.insert(rest);
            let customer = *prefixes.entry(prefix).or_insert_with(|| {
                found.prefixes.push(prefix);
                kinds.insert(prefix.replace(|c: char| c.is_ascii_digit(), "0"));
                u32::try_from(found.prefixes.len() - 1).unwrap_or(u32::MAX)
            });
            found.of_row.push(Some(customer));
        }
        let many = prefixes.len() >= PREFIXES_MIN && kinds.len() >= PREFIXES_MIN;
        let most = prefixed * 5 >= rows.len() * 4;
        let repeats = rests.len() * 10 <= prefixed * 7;
        if many && most && repeats { found } else { Self::default() }
    }

    /// The row's customer; 0 for all rows of a list without customers.
    pub(super) fn of_row(&self, row: usize) -> u32 {
        self.of_row.get(row).copied().flatten().unwrap_or(0)
    }

    /// What is left of a row's number without its customer. Numbers that would be mistaken for
    /// such a rest are left out.
    pub(super) fn rest(&self, row: usize, number: &'a str) -> &'a str {
        match self.of_row.get(row) {
            None => number,
            Some(Some(_)) => split(number).map_or(number, |(_, rest)| rest),
            Some(None) if number.starts_with(|c: char| c.is_alphanumeric()) => number,
            Some(None) => "",
        }
    }

    /// Puts `{customer}` in front of the patterns learnt from rests.
    pub(super) fn mark(&self, formats: &mut [Learned]) {
        if self.prefixes.is_empty() {
            return;
        }
        for learned in formats.iter_mut().filter(|learned| is_rest(learned)) {
            let parts = learned.format.pattern.parts().iter().cloned();
            let marked = [Part::Token(Token::Customer)].into_iter().chain(parts);
            if let Ok(pattern) = Pattern::from_parts(marked) {
                learned.format.pattern = pattern;
            }
        }
    }

    /// The prefix of a customer whose rows a format reads.
    pub(super) fn prefix(&self, customer: u32, format: &Learned) -> Option<&'a str> {
        let prefix = self.prefixes.get(usize::try_from(customer).ok()?)?;
        is_rest(format).then_some(prefix)
    }
}

/// Whether the format was learnt from what stands behind a prefix: it begins with a separator.
fn is_rest(learned: &Learned) -> bool {
    match learned.shape.left.first() {
        Some(Part::Literal(text)) => text.starts_with(is_separator),
        _ => false,
    }
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '_' | ' ')
}

/// A customer's prefix and the rest, which begins with a separator and counts.
fn split(number: &str) -> Option<(&str, &str)> {
    let (prefix, _) = number.split_once(is_separator)?;
    let rest = &number[prefix.len()..];
    let counts = rest.contains(|c: char| c.is_ascii_digit());
    (counts && is_customer_prefix(prefix)).then_some((prefix, rest))
}
