//! 2020-03-02: numbers are given when an invoice is finalized, and by the account if it wants.

use super::Gate;

pub(super) const GATE: Gate = Gate {
    since: "2020-03-02",
    before: "Drafts get their numbers when they are created, and numbers are counted by customer.",
    behave: |behaviour| {
        behaviour.drafts_numbered = true;
        behaviour.has_account_level = false;
    },
    ..Gate::NOTHING
};
