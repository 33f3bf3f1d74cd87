//! The list of what is measured: a further part is a further row.

use anyhow::{Result, ensure};

use crate::part::Part;
use crate::stage::Stage;
use crate::{echo, naive};

/// A row of the list.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The name for `--only`; its first letter names all parts that belong together.
    pub(crate) key: &'static str,
    /// The name in the report.
    pub(crate) sign: &'static str,
    pub(crate) title: &'static str,
    pub(crate) open: Open,
}

type Open = for<'stage> fn(&'stage Stage) -> Result<Box<dyn Part + 'stage>>;

/// All parts, in the order in which a round measures them.
pub(crate) const PARTS: &[Entry] = &[
    Entry {
        key: "a",
        sign: "(a)",
        title: "a bare axum route that echoes a POST",
        open: echo::open,
    },
    Entry {
        key: "b",
        sign: "(b)",
        title: "the naive way on PostgreSQL: one transaction per number, a client per connection",
        open: naive::direct::open,
    },
    Entry {
        key: "b-pgbench",
        sign: "pgbench",
        title: "the SQL of (b), driven by PostgreSQL's own pgbench",
        open: naive::pgbench::open,
    },
    Entry {
        key: "b-pool",
        sign: "(b')",
        title: "the naive way behind an axum route, with a pool of 8",
        open: naive::pooled::open,
    },
];

/// The parts that were asked for, by key or by letter; all when nothing was.
pub(crate) fn chosen(only: &[String]) -> Result<Vec<&'static Entry>> {
    for name in only {
        ensure!(
            PARTS.iter().any(|entry| entry.is_named(name)),
            "there is no part `{name}`; there are {}",
            PARTS.iter().map(|entry| entry.key).collect::<Vec<_>>().join(", ")
        );
    }
    let is_chosen =
        |entry: &&Entry| only.is_empty() || only.iter().any(|name| entry.is_named(name));
    Ok(PARTS.iter().filter(is_chosen).collect())
}

impl Entry {
    fn is_named(&self, name: &str) -> bool {
        self.key == name || (name.len() == 1 && self.key.starts_with(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(only: &[&str]) -> Vec<&'static str> {
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        chosen(&only).unwrap().iter().map(|entry| entry.key).collect()
    }

    #[test]
    fn a_letter_means_what_belongs_together_and_a_name_one_part() {
        assert_eq!(keys(&["b"]), ["b", "b-pgbench", "b-pool"]);
        assert_eq!(keys(&["b-pool", "a"]), ["a", "b-pool"]);
        assert_eq!(keys(&[]).len(), PARTS.len());
    }

    #[test]
    fn an_unknown_part_is_refused_with_the_known_ones() {
        let error = chosen(&["zz".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`zz`") && error.contains("b-pool"), "{error}");
    }
}
