//! Every statement that was run in a test, and how SQLite would run it.

use std::cell::RefCell;
use std::collections::BTreeSet;

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
