//! Every statement that is run, and that none scans a table.
//!
//! The suite runs them all on this thread, where they are noted. Then each is explained on a file
//! with a hundred thousand numbers.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use store::contract::{self, Database};
use store::{Store, StoreError};
use tempfile::TempDir;

use crate::counters::Counting;
use crate::open::Place;
use crate::session::{Session, Use};
use crate::{OpenOptions, SqliteStore};

/// What may be read from one end to the other: a batch, what was found by leaps (the days of a
/// range, the kinds of events, the ledgers with something to deliver), the list of steps that a
/// file has taken, and a table of one row.
const MAY_BE_SCANNED: [&str; 9] =
    ["k", "rows", "day", "kind", "due", "CONSTANT", "migration", "sqlite_schema", "outcome_filed"];

thread_local! {
    static RUN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Notes a statement of this thread.
pub(crate) fn note(sql: &str) {
    RUN.with_borrow_mut(|run| {
        if !run.contains(sql) {
            run.insert(sql.to_owned());
        }
    });
}

struct File(TempDir);

impl File {
    fn new() -> File {
        File(tempfile::tempdir().expect("a directory"))
    }

    fn session(&self) -> Session {
        let place = Place::new(&self.0.path().join("plans.db"), None);
        place.connect(Use::Read, &Arc::new(Counting::default())).expect("connect")
    }
}

impl Database for File {
    fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        let path = self.0.path().join("plans.db");
        Ok(Box::new(SqliteStore::open(&path, OpenOptions::default())?))
    }
}

#[test]
fn no_statement_scans_a_table() {
    contract::run(&|| Box::new(File::new()));
    let statements = RUN.take();
    assert!(statements.len() > 80, "{} statements were noted", statements.len());
    let file = File::new();
    contract::fill(&*file.open().expect("open"), 100_000);
    let session = file.session();
    let mut faults = Vec::new();
    for sql in &statements {
        faults.extend(plan(&session, sql).iter().filter_map(|step| fault(sql, step)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_scan_is_seen() {
    let file = File::new();
    contract::fill(&*file.open().expect("open"), 10);
    let sql = "SELECT n.text FROM number n WHERE n.ordinal = 5";
    let steps = plan(&file.session(), sql);
    assert!(steps.iter().any(|step| scanned(step) == Some("n")), "{steps:?}");
}

/// What is wrong with a step of a statement's plan.
fn fault(sql: &str, step: &str) -> Option<String> {
    // The look at both ends of a table reads one row.
    let ends = sql.starts_with("SELECT * FROM ") && sql.ends_with(" LIMIT 1");
    if let Some(table) = scanned(step) {
        let no_table = table.starts_with("pragma_") || MAY_BE_SCANNED.contains(&table);
        if !ends && !no_table {
            return Some(format!("{sql}\n{step}"));
        }
    }
    // Nor is a whole ledger: its numbers are found by more than the ledger.
    if step.contains(" INDEX number_") && step.ends_with(" (ledger_id=?)") {
        return Some(format!("{sql}\n{step}"));
    }
    // A page is read in the order of its index; what shares a reference or a text is sorted.
    let sorted = step.contains("TEMP B-TREE") && sql.contains(" LIMIT ?");
    let few = sql.contains("number_reference");
    (sorted && !few).then(|| format!("{sql}\n{step}"))
}

/// The table that a step of a plan reads from one end to the other.
fn scanned(step: &str) -> Option<&str> {
    step.strip_prefix("SCAN ")?.split(' ').next()
}

fn plan(session: &Session, sql: &str) -> Vec<String> {
    if ["BEGIN", "COMMIT", "ROLLBACK", "CREATE"].iter().any(|word| sql.starts_with(word)) {
        return Vec::new();
    }
    let explained = session.connection().prepare(&format!("EXPLAIN QUERY PLAN {sql}"));
    let mut statement = explained.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().expect("a step") {
        steps.push(row.get(3).expect("its text"));
    }
    steps
}
