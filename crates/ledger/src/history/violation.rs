//! What can be wrong with a history.

use std::fmt;
use std::sync::Arc;

use super::{Answer, Given, Request};

/// One thing that must not happen, with who it happened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Two requests were answered with one number.
    Duplicate {
        /// The number.
        given: Given,
        /// Who got it first.
        first: Request,
        /// Who got it too.
        second: Request,
    },
    /// The register holds one ordinal, or one text, twice.
    RegisteredTwice(Given),
    /// Ordinals that are in no row of the register.
    Hole {
        /// The sequence.
        sequence: Arc<str>,
        /// First missing ordinal.
        from: u64,
        /// Last missing ordinal.
        to: u64,
    },
    /// The register holds an ordinal that its sequence does not cover.
    OutsideSequence(Given),
    /// A number was answered, and the register has it not, or for somebody else.
    Lost {
        /// Who was answered.
        request: Request,
        /// With what.
        given: Given,
    },
    /// Two answers to one request differ.
    RetryDiffers {
        /// The request.
        request: Request,
        /// An answer.
        first: Answer,
        /// Another.
        second: Answer,
    },
    /// A request was only ever refused, and the register has a number for it.
    NumberedThoughRefused {
        /// The request.
        request: Request,
        /// The number.
        given: Given,
    },
    /// A request was answered before another was made, and has the higher ordinal.
    OutOfOrder {
        /// Answered first.
        earlier: Request,
        /// Its number.
        higher: Given,
        /// Asked later.
        later: Request,
        /// Its ordinal.
        lower: u64,
    },
    /// The register holds numbers that nobody asked for.
    Unasked {
        /// One of them.
        given: Given,
        /// Its reference.
        reference: Option<String>,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Duplicate { given, first, second } => {
                write!(f, "duplicate: {given} was answered to {first} and to {second}")
            }
            Violation::RegisteredTwice(given) => {
                write!(f, "duplicate: the register holds {given} twice")
            }
            Violation::Hole { sequence, from, to } if from == to => {
                write!(f, "hole: ordinal {from} of {sequence} is missing")
            }
            Violation::Hole { sequence, from, to } => {
                write!(f, "hole: ordinals {from} to {to} of {sequence} are missing")
            }
            Violation::OutsideSequence(given) => {
                write!(f, "hole: {given} lies outside what its sequence covers")
            }
            Violation::Lost { request, given } => {
                write!(f, "lost: {request} was answered {given}, which the register has not for it")
            }
            Violation::RetryDiffers { request, first, second } => {
                write!(f, "retry: {request} was answered {first} and {second}")
            }
            Violation::NumberedThoughRefused { request, given } => {
                write!(f, "refused: {request} was refused, and yet the register has {given} for it")
            }
            Violation::OutOfOrder { earlier, higher, later, lower } => write!(
                f,
                "order: {earlier} was answered {higher} before {later} asked and got the lower \
                 ordinal {lower}"
            ),
            Violation::Unasked { given, reference: Some(reference) } => {
                write!(f, "unasked: nobody asked for {given} with the reference {reference:?}")
            }
            Violation::Unasked { given, reference: None } => {
                write!(f, "unasked: nobody asked for {given}")
            }
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Reference(reference) => write!(f, "reference {reference:?}"),
            Request::Key(key) => write!(f, "key {key:?}"),
        }
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (ordinal {} of {})", self.text, self.ordinal, self.sequence)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Number(given) => given.fmt(f),
            Answer::Refused(code) => write!(f, "a refusal ({code})"),
            Answer::Unknown => f.write_str("nothing"),
        }
    }
}
