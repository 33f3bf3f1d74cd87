//! What many clients saw, held against the register that they left.
//!
//! Every client notes each request that it made, when it asked, when it was answered and with
//! what. [`check`] compares all of it with the register read back afterwards. It knows nothing of
//! how numbers are given, only what must be true of them from outside: no two requests share a
//! number, the register has no hole, what was answered is there, a retry gets the first answer,
//! and who was answered before somebody else asked has the lower ordinal.
//!
//! ```
//! use std::sync::Arc;
//! use ledger::history::{Answer, Given, Holder, Observation, Register, Registered, Request, Span};
//!
//! let sequence: Arc<str> = "invoices 2026".into();
//! let given = |ordinal| Given {
//!     sequence: Arc::clone(&sequence),
//!     ordinal,
//!     text: format!("INV-2026-{ordinal:05}"),
//! };
//! let seen = [Observation {
//!     client: 0,
//!     invoked_at: 10,
//!     answered_at: Some(20),
//!     request: Request::Reference("order-1".into()),
//!     answer: Answer::Number(given(1)),
//! }];
//! let mut register = Register {
//!     spans: vec![Span { sequence: Arc::clone(&sequence), first: 1, last: 1 }],
//!     entries: vec![Registered {
//!         given: given(1),
//!         holder: Holder::Document(Some("order-1".into())),
//!     }],
//! };
//! assert!(ledger::history::check(&seen, &register).violations.is_empty());
//!
//! register.entries.clear();
//! let report = ledger::history::check(&seen, &register);
//! assert_eq!(report.violations.len(), 2, "the answered number is lost, and it leaves a hole");
//! ```

mod check;
mod order;
mod violation;

use std::sync::Arc;

pub use check::check;
pub use violation::Violation;

/// One request and what came of it, as its client saw it. Requests ask for one number each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who asked.
    pub client: u32,
    /// When it was asked, in ticks of one clock that all clients share.
    pub invoked_at: u64,
    /// When the answer was there, in the same ticks; `None` when none came.
    pub answered_at: Option<u64>,
    /// What was asked.
    pub request: Request,
    /// The answer.
    pub answer: Answer,
}

/// What a retry has in common with the request that it repeats.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// The document's reference.
    Reference(String),
    /// The idempotency key, when the document has no reference.
    Key(String),
}

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A number.
    Number(Given),
    /// A refusal, by its code: nothing was changed.
    Refused(String),
    /// No answer, or one that says nothing about what happened.
    Unknown,
}

/// A number, and where it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// A name for the sequence, the same from every client and in the register.
    pub sequence: Arc<str>,
    /// The integer.
    pub ordinal: u64,
    /// The rendered text.
    pub text: String,
}

/// The part of the register that arose while the clients asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// What each sequence gained.
    pub spans: Vec<Span>,
    /// Every ordinal in the spans, in any order.
    pub entries: Vec<Registered>,
}

/// The ordinals that a sequence gained, both ends included; none when `last` is below `first`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The sequence.
    pub sequence: Arc<str>,
    /// The ordinal behind the last one from before.
    pub first: u64,
    /// The last ordinal now.
    pub last: u64,
}

/// One ordinal in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The number.
    pub given: Given,
    /// Who has it.
    pub holder: Holder,
}

/// Who has an ordinal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A document, with its reference if it has one.
    Document(Option<String>),
    /// No document: the ordinal is blank or occupied, and the register says so.
    Nobody,
}

/// What [`check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Different requests.
    pub requests: u64,
    /// Requests that some answer gave a number.
    pub numbered: u64,
    /// Requests without any answer.
    pub unanswered: u64,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

#[cfg(test)]
mod tests;
