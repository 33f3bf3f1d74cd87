//! Codes of errors: the ledger's, and those that arise on the way to it.

use ledger::Code;

use super::catalogue::{CATALOGUE, Entry};

/// Any code that an answer can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// Found before or around the ledger.
    Rim(RimCode),
    /// Found by the ledger's rules.
    Ledger(Code),
}

/// What is wrong before a rule of the ledger is asked, or around it. The order is the rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RimCode {
    /// The server has too much to do.
    RateLimit,
    /// There is nothing at the address.
    UrlUnknown,
    /// The address does not take the method.
    MethodNotAllowed,
    /// No key came with the request.
    ApiKeyMissing,
    /// The key is malformed or not known.
    ApiKeyInvalid,
    /// The key is of the other mode.
    LivemodeMismatch,
    /// There is no such version of the interface.
    ApiVersionInvalid,
    /// The idempotency key is empty or too long.
    IdempotencyKeyInvalid,
    /// The body's content type is not understood.
    ContentTypeUnsupported,
    /// The body has too many bytes.
    BodyTooLarge,
    /// The body did not arrive whole or in time.
    BodyIncomplete,
    /// The body or the query is not well-formed.
    BodyInvalid,
    /// The parameter is not known.
    ParameterUnknown,
    /// The parameter stands twice.
    ParameterDuplicate,
    /// The parameter is there and empty.
    ParameterInvalidEmpty,
    /// The parameter is no whole number, or out of range.
    ParameterInvalidInteger,
    /// The parameter is not `true` or `false`.
    ParameterInvalidBoolean,
    /// The parameter is no text.
    ParameterInvalidString,
    /// The parameter is no set of named values.
    ParameterInvalidObject,
    /// The parameter is no list.
    ParameterInvalidArray,
    /// The parameter is no day of the calendar.
    ParameterInvalidDate,
    /// Parameters that do not go together.
    ParametersExclusive,
    /// There is nothing to count in the number.
    NumberUnreadable,
    /// There is nothing that a preview could show.
    InvoiceUpcomingNone,
    /// The database cannot be read or written.
    DatabaseUnavailable,
    /// The server is going down.
    ShuttingDown,
    /// The server has a fault.
    InternalError,
}

/// The kinds of errors, as Stripe's libraries tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// The request must change before it can succeed.
    InvalidRequest,
    /// The idempotency key belongs to another request.
    Idempotency,
    /// The same request may succeed later.
    Api,
}

impl RimCode {
    /// Every code, in rank order.
    pub const ALL: [RimCode; 27] = [
        RimCode::RateLimit,
        RimCode::UrlUnknown,
        RimCode::MethodNotAllowed,
        RimCode::ApiKeyMissing,
        RimCode::ApiKeyInvalid,
        RimCode::LivemodeMismatch,
        RimCode::ApiVersionInvalid,
        RimCode::IdempotencyKeyInvalid,
        RimCode::ContentTypeUnsupported,
        RimCode::BodyTooLarge,
        RimCode::BodyIncomplete,
        RimCode::BodyInvalid,
        RimCode::ParameterUnknown,
        RimCode::ParameterDuplicate,
        RimCode::ParameterInvalidEmpty,
        RimCode::ParameterInvalidInteger,
        RimCode::ParameterInvalidBoolean,
        RimCode::ParameterInvalidString,
        RimCode::ParameterInvalidObject,
        RimCode::ParameterInvalidArray,
        RimCode::ParameterInvalidDate,
        RimCode::ParametersExclusive,
        RimCode::NumberUnreadable,
        RimCode::InvoiceUpcomingNone,
        RimCode::DatabaseUnavailable,
        RimCode::ShuttingDown,
        RimCode::InternalError,
    ];

    /// The word in answers and in the documentation.
    pub fn text(self) -> &'static str {
        match self {
            RimCode::RateLimit => "rate_limit",
            RimCode::UrlUnknown => "url_unknown",
            RimCode::MethodNotAllowed => "method_not_allowed",
            RimCode::ApiKeyMissing => "api_key_missing",
            RimCode::ApiKeyInvalid => "api_key_invalid",
            RimCode::LivemodeMismatch => "livemode_mismatch",
            RimCode::ApiVersionInvalid => "api_version_invalid",
            RimCode::IdempotencyKeyInvalid => "idempotency_key_invalid",
            RimCode::ContentTypeUnsupported => "content_type_unsupported",
            RimCode::BodyTooLarge => "body_too_large",
            RimCode::BodyIncomplete => "body_incomplete",
            RimCode::BodyInvalid => "body_invalid",
            RimCode::ParameterUnknown => "parameter_unknown",
            RimCode::ParameterDuplicate => "parameter_duplicate",
            RimCode::ParameterInvalidEmpty => "parameter_invalid_empty",
            RimCode::ParameterInvalidInteger => "parameter_invalid_integer",
            RimCode::ParameterInvalidBoolean => "parameter_invalid_boolean",
            RimCode::ParameterInvalidString => "parameter_invalid_string",
            RimCode::ParameterInvalidObject => "parameter_invalid_object",
            RimCode::ParameterInvalidArray => "parameter_invalid_array",
            RimCode::ParameterInvalidDate => "parameter_invalid_date",
            RimCode::ParametersExclusive => "parameters_exclusive",
            RimCode::NumberUnreadable => "number_unreadable",
            RimCode::InvoiceUpcomingNone => "invoice_upcoming_none",
            RimCode::DatabaseUnavailable => "database_unavailable",
            RimCode::ShuttingDown => "shutting_down",
            RimCode::InternalError => "internal_error",
        }
    }
}

impl ErrorCode {
    /// The word in answers and in the documentation.
    pub fn text(self) -> &'static str {
        match self {
            ErrorCode::Rim(code) => code.text(),
            ErrorCode::Ledger(code) => code.text(),
        }
    }

    /// What the catalogue says about it.
    pub fn entry(self) -> &'static Entry {
        // A test holds the catalogue complete; the last entry is the server's own fault.
        let found = CATALOGUE.iter().find(|entry| entry.code == self);
        found.unwrap_or(&CATALOGUE[CATALOGUE.len() - 1])
    }
}

impl ErrorType {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            ErrorType::InvalidRequest => "invalid_request_error",
            ErrorType::Idempotency => "idempotency_error",
            ErrorType::Api => "api_error",
        }
    }
}

impl From<Code> for ErrorCode {
    fn from(code: Code) -> ErrorCode {
        ErrorCode::Ledger(code)
    }
}

impl From<RimCode> for ErrorCode {
    fn from(code: RimCode) -> ErrorCode {
        ErrorCode::Rim(code)
    }
}
