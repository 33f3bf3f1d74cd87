//! *Recorded*, for who has which prefix: customers, and the words that series took.
//!
//! There may be a customer for every few numbers, so those that the trail knew when the walk began
//! are compared by sums. What was recorded since is known one by one.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::replay::Replay;
use super::sum::Sum;
use super::violation::{Invariant, Log};
use crate::id::{CustomerId, LedgerId};
use crate::model::{CustomerRow, PrefixOwner};

/// Prefixes in the trail and as stored.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    /// The present prefixes of customers that were not named since the walk began.
    customers: Sum,
    /// Every prefix that a customer got before the walk began.
    prefixes: Sum,
    /// The present prefixes of customers that were named since the walk began.
    late: HashMap<CustomerId, String>,
    late_prefixes: HashSet<(CustomerId, String)>,
    /// Prefixes that customers had before they got others.
    former: HashSet<(CustomerId, String)>,
    /// The last customer that was walked by.
    walked: Option<CustomerId>,
    seen_customers: Option<Sum>,
    seen_prefixes: Option<Sum>,
    /// Words of series that no stored prefix was seen for.
    unseen: BTreeSet<String>,
}

impl Owners {
    /// Takes what the trail says of a customer, before the walk began or since.
    pub(super) fn named(&mut self, row: CustomerRow, former: Option<String>, is_late: bool) {
        let CustomerRow { id, prefix, .. } = row;
        // A customer may go back to a prefix that it had, which is still stored once.
        let is_new = !self.former.contains(&(id.clone(), prefix.clone()));
        if let Some(former) = &former {
            self.former.insert((id.clone(), former.clone()));
        }
        if !is_late {
            if is_new {
                self.prefixes.add(&(&id, &prefix));
            }
            self.customers.add(&(&id, &prefix));
            if let Some(former) = former {
                self.customers.remove(&(&id, &former));
            }
            return;
        }
        if is_new {
            self.late_prefixes.insert((id.clone(), prefix.clone()));
        }
        let before = self.late.insert(id.clone(), prefix);
        if let (None, Some(former)) = (before, former) {
            // It was named before the walk began, and is known by itself from now on.
            self.customers.remove(&(&id, &former));
            let is_behind = self.walked.as_ref().is_some_and(|walked| *walked >= id);
            if let Some(seen) = self.seen_customers.as_mut().filter(|_| is_behind) {
                seen.remove(&(&id, &former));
            }
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
        self.walked = rows.last().map(|row| row.id.clone()).or(self.walked.take());
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
                    let pair = (customer.clone(), prefix.clone());
                    if !self.late_prefixes.contains(&pair) {
                        seen.add(&(customer, prefix));
                    }
                    let is_present = customers.get(customer) == Some(&prefix.as_str());
                    is_present || self.former.contains(&pair)
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
        let walks = [
            ("customers", self.customers, self.seen_customers),
            ("prefixes of customers", self.prefixes, self.seen_prefixes),
        ];
        for (name, recorded, seen) in walks {
            let Some(seen) = seen.filter(|seen| *seen != recorded) else { continue };
            let what = format!(
                "the trail records {} {name}, and stored there are {}, or they differ",
                recorded.rows, seen.rows
            );
            log.say(Invariant::Recorded, what);
        }
        for word in self.unseen {
            let what = format!("the prefix {word}, which a series took, is lost");
            log.say(Invariant::Recorded, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SeriesId;

    const LEDGER: LedgerId = LedgerId(1);

    fn customer(id: &str, prefix: &str) -> CustomerRow {
        CustomerRow { ledger: LEDGER, id: CustomerId(id.to_owned()), prefix: prefix.to_owned() }
    }

    fn owned(id: &str, prefix: &str) -> (String, PrefixOwner) {
        (prefix.to_owned(), PrefixOwner::Customer(CustomerId(id.to_owned())))
    }

    /// One thing that the trail tells, or one page that is read.
    enum Step {
        Named(&'static str, &'static str, Option<&'static str>, bool),
        Customers(Vec<CustomerRow>),
        Prefixes(Vec<(String, PrefixOwner)>, Vec<CustomerRow>),
    }

    fn walk(steps: Vec<Step>) -> usize {
        let (mut owners, mut log, replay) = (Owners::default(), Log::default(), Replay::default());
        for step in steps {
            match step {
                Step::Named(id, prefix, former, is_late) => {
                    owners.named(customer(id, prefix), former.map(str::to_owned), is_late);
                }
                Step::Customers(rows) => {
                    let owner = |row: &CustomerRow| {
                        let (prefix, owner) = owned(&row.id.0, &row.prefix);
                        ((LEDGER, prefix), owner)
                    };
                    let stored: Vec<_> = rows.iter().map(owner).collect();
                    owners.customers(&rows, &stored, &mut log);
                }
                Step::Prefixes(rows, customers) => {
                    owners.prefixes(&rows, &customers, &replay, &mut log);
                }
            }
        }
        owners.finish(&mut log);
        log.into_violations().len()
    }

    use Step::{Customers, Named, Prefixes};

    /// The trail before the walk: two customers, of which one took another prefix.
    fn before() -> Vec<Step> {
        vec![
            Named("a", "OLD", None, false),
            Named("b", "BOB", None, false),
            Named("a", "NEW", Some("OLD"), false),
        ]
    }

    fn with(more: Vec<Step>) -> usize {
        walk(before().into_iter().chain(more).collect())
    }

    #[test]
    fn a_customer_with_another_prefix_keeps_both() {
        let (a, b) = (customer("a", "NEW"), customer("b", "BOB"));
        let prefixes = vec![owned("b", "BOB"), owned("a", "NEW"), owned("a", "OLD")];
        let all = || Prefixes(prefixes.clone(), vec![a.clone(), b.clone()]);
        assert_eq!(with(vec![Customers(vec![a.clone(), b.clone()]), all()]), 0);
        let one_less = Prefixes(prefixes[..2].to_vec(), vec![a.clone(), b.clone()]);
        assert_ne!(with(vec![one_less]), 0, "a former prefix is lost");
        assert_ne!(with(vec![Customers(vec![customer("a", "OLD"), b.clone()])]), 0);
        let strange = vec![owned("b", "BOB"), owned("a", "NEW"), owned("b", "OLD")];
        assert_ne!(with(vec![Prefixes(strange, vec![a.clone(), b.clone()])]), 0);
        let series = ("OLD".to_owned(), PrefixOwner::Series(SeriesId(1)));
        let taken = vec![owned("b", "BOB"), owned("a", "NEW"), series];
        assert_ne!(with(vec![Prefixes(taken, vec![a, b])]), 0);
    }

    #[test]
    fn a_change_meanwhile_is_followed_wherever_the_walk_is() {
        let late = || Named("a", "LAST", Some("NEW"), true);
        let (new, last, b) = (customer("a", "NEW"), customer("a", "LAST"), customer("b", "BOB"));
        let behind = vec![Customers(vec![new.clone(), b.clone()]), late()];
        assert_eq!(with(behind), 0, "the walk has passed");
        let ahead = vec![late(), Customers(vec![last.clone(), b.clone()])];
        assert_eq!(with(ahead), 0, "the walk is still to come");
        let wrong = vec![late(), Customers(vec![new, b.clone()])];
        assert_ne!(with(wrong), 0, "it was not written");
        let all = vec![owned("b", "BOB"), owned("a", "LAST"), owned("a", "NEW"), owned("a", "OLD")];
        let seen = || Prefixes(all.clone(), vec![last.clone(), b.clone()]);
        assert_eq!(with(vec![late(), seen()]), 0);
        let back = || Named("a", "OLD", Some("LAST"), true);
        let old = customer("a", "OLD");
        let seen = Prefixes(all.clone(), vec![old.clone(), b.clone()]);
        assert_eq!(with(vec![late(), back(), Customers(vec![old, b.clone()]), seen]), 0);
        let born = vec![Customers(vec![b.clone()]), Named("c", "CEE", None, true)];
        assert_ne!(with(born), 0, "customer a is lost");
    }
}
