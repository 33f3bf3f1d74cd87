//! 2022-08-01: a new invoice leaves pending items alone unless it is told to take them.

use super::Gate;

pub(super) const GATE: Gate = Gate {
    since: "2022-08-01",
    before: "A new invoice takes the customer's pending items unless \
             `pending_invoice_items_behavior` is `exclude`, and is refused when it has nothing to \
             bill.",
    behave: |behaviour| {
        behaviour.takes_pending_items = true;
        behaviour.refuses_empty_invoices = true;
    },
    ..Gate::NOTHING
};
