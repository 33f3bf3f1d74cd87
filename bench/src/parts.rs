//! The list of what is measured: a further part is a further row.

use anyhow::{Result, ensure};

use crate::part::Part;
use crate::stage::Stage;
use crate::{echo, naive, product};

/// A row of the list.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The name for `--only`; its first letter names all parts that belong together.
    pub(crate) key: &'static str,
    /// The name in the report.
    pub(crate) sign: &'static str,
    pub(crate) title: &'static str,
    pub(crate) extent: Extent,
    pub(crate) open: Open,
}

/// When a part is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// In every run.
    Usual,
    /// When all is to be measured, or it alone: it takes minutes to prepare.
    Full,
}

type Open = for<'stage> fn(&'stage Stage) -> Result<Box<dyn Part + 'stage>>;

/// All parts, in the order in which a round measures them.
pub(crate) const PARTS: &[Entry] = &[
    Entry {
        key: "a",
        sign: "(a)",
        title: "a bare axum route that echoes a POST",
        extent: Extent::Usual,
        open: echo::open,
    },
    Entry {
        key: "b",
        sign: "(b)",
        title: "the naive way on PostgreSQL: one transaction per number, a client per connection",
        extent: Extent::Usual,
        open: naive::direct::open,
    },
    Entry {
        key: "b-pgbench",
        sign: "pgbench",
        title: "the SQL of (b), driven by PostgreSQL's own pgbench",
        extent: Extent::Usual,
        open: naive::pgbench::open,
    },
    Entry {
        key: "b-pool",
        sign: "(b')",
        title: "the naive way behind an axum route, with a pool of 8",
        extent: Extent::Usual,
        open: naive::pooled::open,
    },
    Entry {
        key: "c-references",
        sign: "(c)",
        title: "`POST /v1/numbers`, one series, rising references",
        extent: Extent::Usual,
        open: product::hot::by_reference,
    },
    Entry {
        key: "c-keys",
        sign: "(c) keys",
        title: "as (c), and a random `Idempotency-Key` each",
        extent: Extent::Usual,
        open: product::hot::by_key,
    },
    Entry {
        key: "c-many",
        sign: "(c) 4×",
        title: "as (c), four times the connections",
        extent: Extent::Usual,
        open: product::hot::many_by_reference,
    },
    Entry {
        key: "c-many-keys",
        sign: "(c) 4× keys",
        title: "as (c), four times the connections and random keys",
        extent: Extent::Usual,
        open: product::hot::many_by_key,
    },
    Entry {
        key: "c-million",
        sign: "(c) million",
        title: "as (c), where a million numbers were given before",
        extent: Extent::Usual,
        open: product::hot::on_a_million,
    },
    Entry {
        key: "d",
        sign: "(d)",
        title: "`POST /v1/numbers/batch`, 10,000 references a request, 4 connections",
        extent: Extent::Usual,
        open: product::batch::open,
    },
    Entry {
        key: "e",
        sign: "(e)",
        title: "as (c), each in one of a thousand series at random",
        extent: Extent::Usual,
        open: product::hot::any_series,
    },
    Entry {
        key: "f",
        sign: "(f)",
        title: "as (c), where every sync takes 5 ms longer",
        extent: Extent::Usual,
        open: product::hot::slow_disk,
    },
    Entry {
        key: "size",
        sign: "size",
        title: "deciding and committing alone, 48 numbers at a time, rising references",
        extent: Extent::Usual,
        open: product::size::open,
    },
    Entry {
        key: "g",
        sign: "(g)",
        title: "as (c), on PostgreSQL with `synchronous_commit=on`",
        extent: Extent::Usual,
        open: product::postgres::hot,
    },
    Entry {
        key: "g-two",
        sign: "(g) two",
        title: "as (g), the connections shared by two server processes",
        extent: Extent::Usual,
        open: product::postgres::two_servers,
    },
    Entry {
        key: "g-ledgers",
        sign: "(g) ledgers",
        title: "as (g), each in one of a thousand ledgers at random",
        extent: Extent::Usual,
        open: product::postgres::any_ledger,
    },
    Entry {
        key: "g-batch",
        sign: "(g) batch",
        title: "as (d), on PostgreSQL",
        extent: Extent::Usual,
        open: product::postgres::batches,
    },
    Entry {
        key: "h",
        sign: "(h)",
        title: "`POST /v1/invoices/:id/finalize` of drafts that are there",
        extent: Extent::Usual,
        open: product::invoices::finalize,
    },
    Entry {
        key: "h-postgres",
        sign: "(h) PostgreSQL",
        title: "as (h), on PostgreSQL with `synchronous_commit=on`",
        extent: Extent::Usual,
        open: product::invoices::finalize_on_postgres,
    },
    Entry {
        key: "i",
        sign: "(i)",
        title: "requests that make an invoice, an item on it, and finalize it, in turn",
        extent: Extent::Usual,
        open: product::invoices::whole,
    },
    Entry {
        key: "j",
        sign: "(j)",
        title: "events received by a webhook endpoint on this machine, during (h)",
        extent: Extent::Usual,
        open: product::deliveries::open,
    },
    Entry {
        key: "large",
        sign: "large",
        title: "as (c), a server of its own where ten million numbers were given before",
        extent: Extent::Full,
        open: product::large::open,
    },
];

/// The parts that were asked for, by key or by letter; all of the extent when nothing was.
pub(crate) fn chosen(only: &[String], extent: Extent) -> Result<Vec<&'static Entry>> {
    for name in only {
        ensure!(
            PARTS.iter().any(|entry| entry.is_named(name)),
            "there is no part `{name}`; there are {}",
            PARTS.iter().map(|entry| entry.key).collect::<Vec<_>>().join(", ")
        );
    }
    let is_chosen = |entry: &&Entry| match only {
        [] => entry.extent <= extent,
        names => names.iter().any(|name| entry.is_named(name)),
    };
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
        chosen(&only, Extent::Usual).unwrap().iter().map(|entry| entry.key).collect()
    }

    #[test]
    fn a_letter_means_what_belongs_together_and_a_name_one_part() {
        assert_eq!(keys(&["b"]), ["b", "b-pgbench", "b-pool"]);
        assert_eq!(keys(&["b-pool", "a"]), ["a", "b-pool"]);
        assert_eq!(keys(&["large"]), ["large"]);
        let full = chosen(&[], Extent::Full).unwrap();
        assert_eq!((full.len(), keys(&[]).len()), (PARTS.len(), PARTS.len() - 1));
    }

    #[test]
    fn an_unknown_part_is_refused_with_the_known_ones() {
        let error = chosen(&["zz".to_owned()], Extent::Full).unwrap_err().to_string();
        assert!(error.contains("`zz`") && error.contains("b-pool"), "{error}");
    }
}
