//! What went wrong, as the outside is told.

mod catalogue;
mod code;

use ledger::Refusal;
use serde::Serialize;

pub use self::catalogue::{CATALOGUE, Entry, catalogue_page};
pub use self::code::{ErrorCode, ErrorType, RimCode};

/// A request that cannot be done: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem; it decides the HTTP status.
    pub code: ErrorCode,
    /// What happened and what to do about it, for a person.
    pub message: String,
    /// The parameter at fault.
    pub param: Option<String>,
}

impl Problem {
    /// A problem with no single parameter.
    pub fn new(code: impl Into<ErrorCode>, message: impl Into<String>) -> Problem {
        Problem { code: code.into(), message: message.into(), param: None }
    }

    /// A problem with one parameter.
    pub fn of(code: impl Into<ErrorCode>, param: &str, message: impl Into<String>) -> Problem {
        Problem { code: code.into(), message: message.into(), param: Some(param.to_owned()) }
    }

    /// The HTTP status. Something missing that the address names is not found; something missing
    /// that a parameter names is a bad request.
    pub fn status(&self) -> u16 {
        let named_elsewhere = self.param.as_deref().is_some_and(|param| param != "id");
        match self.code.entry().status {
            404 if named_elsewhere => 400,
            status => status,
        }
    }

    /// The error envelope, `{"error": {"type", "code", "message", "param"}}`, as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Envelope<'a> {
            error: Inside<'a>,
        }
        #[derive(Serialize)]
        struct Inside<'a> {
            r#type: &'static str,
            code: &'static str,
            message: &'a str,
            param: Option<&'a str>,
        }
        crate::answer::to_json(&Envelope {
            error: Inside {
                r#type: self.code.entry().kind.text(),
                code: self.code.text(),
                message: &self.message,
                param: self.param.as_deref(),
            },
        })
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        Problem {
            code: ErrorCode::Ledger(refusal.code),
            message: refusal.message,
            param: refusal.param,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use ledger::Code;

    use super::*;

    #[test]
    fn the_envelope() {
        let problem = Problem::of(Code::PeriodLocked, "date", "May is locked.");
        assert_eq!(
            String::from_utf8(problem.to_json()).unwrap(),
            concat!(
                r#"{"error":{"type":"invalid_request_error","code":"period_locked","#,
                r#""message":"May is locked.","param":"date"}}"#,
            ),
        );
    }

    #[test]
    fn what_the_address_names_is_not_found_and_what_a_parameter_names_is_a_bad_request() {
        assert_eq!(Problem::of(Code::ResourceMissing, "id", "").status(), 404);
        assert_eq!(Problem::new(Code::ResourceMissing, "").status(), 404);
        assert_eq!(Problem::of(Code::ResourceMissing, "series", "").status(), 400);
    }
}
