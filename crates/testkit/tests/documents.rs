//! The rules of documents, on the model store: what each command comes to, and that all ten
//! invariants hold behind it.

#[path = "documents/accounts.rs"]
mod accounts;
#[path = "documents/clock.rs"]
mod clock;
#[path = "documents/credits.rs"]
mod credits;
#[path = "documents/customers.rs"]
mod customers;
#[path = "documents/drafts.rs"]
mod drafts;
#[path = "documents/kept.rs"]
mod kept;
#[path = "documents/life.rs"]
mod life;
#[path = "documents/numbers.rs"]
mod numbers;
#[path = "documents/office.rs"]
mod office;
#[path = "documents/random.rs"]
mod random;
#[path = "documents/teach.rs"]
mod teach;
#[path = "documents/versions.rs"]
mod versions;
#[path = "documents/webhooks.rs"]
mod webhooks;
