//! Every statement that is run.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::session::Use;

thread_local! {
    static RUN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Notes a statement of this thread.
pub(crate) fn note(sql: &str, _purpose: Use) {
    RUN.with_borrow_mut(|run| {
        if !run.contains(sql) {
            run.insert(sql.to_owned());
        }
    });
}
