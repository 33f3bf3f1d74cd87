//! *Recorded*, for who has which prefix: customers, and the words that series took.
//!
//! There may be a customer for every few numbers, so those that the trail knew when the walk began
//! are compared by sums. What was recorded since is known one by one.

use std::collections::{BTreeSet, HashMap};

use super::replay::Replay;
use super::sum::Sum;
use super::violation::{Invariant, Log};
use crate::id::{CustomerId, LedgerId};
use crate::model::{CustomerRow, PrefixOwner};

/// Prefixes in the trail and as stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    recorded: Sum,
    /// Prefixes of customers that came since the walk began.
    late: HashMap<CustomerId, String>,
    seen_customers: Option<Sum>,
    seen_prefixes: Option<Sum>,
    /// Words of series that no stored prefix was seen for.
    unseen: BTreeSet<String>,
}

impl Owners {
    /// Takes what the trail says of a customer, before the walk began or since.
    pub(super) fn named(&mut self, row: CustomerRow, is_late: bool) {
        match is_late {
            true => drop(self.late.insert(row.id, row.prefix)),
            false => self.recorded.add(&(&row.id, &row.prefix)),
        }
    }

    /// Takes stored customers, with the stored owners of their prefixes.
    pub(super) fn customers(
        &mut self,
        rows: &[CustomerRow],
        owners: &[((LedgerId, String), PrefixOwner)],
        log: &mut Log,
    ) {
        let owners: HashMap<&str, &PrefixOwner> =
            owners.iter().map(|((_, prefix), owner)| (prefix.as_str(), owner)).collect();
        let seen = self.seen_customers.get_or_insert_default();
        for row in rows {
            let own = PrefixOwner::Customer(row.id.clone());
            if owners.get(row.prefix.as_str()) != Some(&&own) {
                let what = format!(
                    "customer {} has the prefix {}, and that is not stored as the customer's",
                    row.id.0, row.prefix
                );
                log.say(Invariant::Recorded, what);
            }
            match self.late.get(&row.id) {
                Some(prefix) if *prefix == row.prefix => {}
                Some(_) => {
                    let what =
                        format!("customer {} has another prefix than by the trail", row.id.0);
                    log.say(Invariant::Recorded, what);
                }
                None => seen.add(&(&row.id, &row.prefix)),
            }
        }
    }

    /// Takes stored prefixes, with the stored customers that have some of them.
    pub(super) fn prefixes(
        &mut self,
        rows: &[(String, PrefixOwner)],
        customers: &[CustomerRow],
        replay: &Replay,
        log: &mut Log,
    ) {
        let customers: HashMap<&CustomerId, &str> =
            customers.iter().map(|row| (&row.id, row.prefix.as_str())).collect();
        if self.seen_prefixes.is_none() {
            self.unseen = replay.words.keys().cloned().collect();
        }
        let seen = self.seen_prefixes.get_or_insert_default();
        for (prefix, owner) in rows {
            let holds = match owner {
                PrefixOwner::Series(series) => {
                    self.unseen.remove(prefix);
                    replay.words.get(prefix) == Some(series)
                }
                PrefixOwner::Customer(customer) => {
                    if self.late.get(customer) != Some(prefix) {
                        seen.add(&(customer, prefix));
                    }
                    customers.get(customer) == Some(&prefix.as_str())
                }
            };
            if !holds {
                let what = format!("the prefix {prefix} is not its owner's, or not by the trail");
                log.say(Invariant::Recorded, what);
            }
        }
    }

    /// Ends the walk. What was never walked is not compared.
    pub(super) fn finish(self, log: &mut Log) {
        let seen = [("customers", self.seen_customers), ("prefixes", self.seen_prefixes)];
        for (name, seen) in seen {
            let Some(seen) = seen.filter(|seen| *seen != self.recorded) else { continue };
            let what = format!(
                "the trail records {} customers with their prefixes, and of stored {name} there \
                 are {}, or they differ",
                self.recorded.rows, seen.rows
            );
            log.say(Invariant::Recorded, what);
        }
        for word in self.unseen {
            let what = format!("the prefix {word}, which a series took, is lost");
            log.say(Invariant::Recorded, what);
        }
    }
}
