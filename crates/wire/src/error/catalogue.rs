//! The one table of errors: code, status, what it means, what to do.

use std::fmt::Write;

use ledger::Code;

use super::code::{ErrorCode, ErrorType, RimCode};

/// One code and what is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: ErrorCode,
    /// The HTTP status; see [`super::Problem::status`] for the one exception.
    pub status: u16,
    /// The kind of error.
    pub kind: ErrorType,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What to do about it, in one sentence.
    pub remedy: &'static str,
}

/// Every code. The order is the rank: where several apply, the first one is told. Of several
/// parameters that are wrong, the first one is told.
pub const CATALOGUE: &[Entry] = &[
    rim(
        RimCode::RateLimit,
        429,
        ErrorType::InvalidRequest,
        "The server has as much work as it takes at once.",
        "Repeat the request after the seconds in `Retry-After`.",
    ),
    rim(
        RimCode::UrlUnknown,
        404,
        ErrorType::InvalidRequest,
        "There is nothing at this address.",
        "Compare the address with `/openapi.json`.",
    ),
    rim(
        RimCode::MethodNotAllowed,
        405,
        ErrorType::InvalidRequest,
        "The address exists and does not take this method.",
        "Use one of the methods in `Allow`.",
    ),
    rim(
        RimCode::ApiKeyMissing,
        401,
        ErrorType::InvalidRequest,
        "No API key came with the request.",
        "Send `Authorization: Bearer sk_…`, or the key as the user of Basic authentication.",
    ),
    rim(
        RimCode::ApiKeyInvalid,
        401,
        ErrorType::InvalidRequest,
        "The API key is malformed or not known.",
        "Check the key; an administrator can make a new one.",
    ),
    ledger(
        Code::ApiKeyExpired,
        401,
        ErrorType::InvalidRequest,
        "The API key was revoked.",
        "Use another key; an administrator can make one.",
    ),
    rim(
        RimCode::LivemodeMismatch,
        400,
        ErrorType::InvalidRequest,
        "The address takes keys of the other mode.",
        "Use a test key, or a live one, as the message says.",
    ),
    rim(
        RimCode::ApiVersionInvalid,
        400,
        ErrorType::InvalidRequest,
        "There is no such version of the interface.",
        "Send one that there is, such as `2026-10-28.endive`, or leave it out.",
    ),
    rim(
        RimCode::IdempotencyKeyInvalid,
        400,
        ErrorType::InvalidRequest,
        "`Idempotency-Key` is empty, too long, no plain text, or stands twice.",
        "Send 1 to 255 printable ASCII characters.",
    ),
    rim(
        RimCode::ContentTypeUnsupported,
        415,
        ErrorType::InvalidRequest,
        "The body is neither JSON nor a form.",
        "Send `application/json` or `application/x-www-form-urlencoded`.",
    ),
    rim(
        RimCode::BodyTooLarge,
        413,
        ErrorType::InvalidRequest,
        "The body has more bytes than the address takes.",
        "Split the request; a batch takes 8 MiB, every other request 1 MiB.",
    ),
    rim(
        RimCode::BodyIncomplete,
        400,
        ErrorType::InvalidRequest,
        "The body ended early or came too slowly.",
        "Repeat the request.",
    ),
    rim(
        RimCode::BodyInvalid,
        400,
        ErrorType::InvalidRequest,
        "The body or the query is not well-formed JSON or form.",
        "Correct it at the place that the message names.",
    ),
    rim(
        RimCode::ParameterUnknown,
        400,
        ErrorType::InvalidRequest,
        "The parameter is not known here.",
        "Correct its name, or leave it out.",
    ),
    rim(
        RimCode::ParameterDuplicate,
        400,
        ErrorType::InvalidRequest,
        "The parameter stands twice.",
        "Send it once.",
    ),
    rim(
        RimCode::ParameterInvalidEmpty,
        400,
        ErrorType::InvalidRequest,
        "The parameter is empty.",
        "Give it a value, or leave it out.",
    ),
    rim(
        RimCode::ParameterInvalidInteger,
        400,
        ErrorType::InvalidRequest,
        "The parameter is not a whole number in its range.",
        "Send a whole number in the range that the message names.",
    ),
    rim(
        RimCode::ParameterInvalidBoolean,
        400,
        ErrorType::InvalidRequest,
        "The parameter is neither true nor false.",
        "Send `true` or `false`.",
    ),
    rim(
        RimCode::ParameterInvalidString,
        400,
        ErrorType::InvalidRequest,
        "The parameter is not a text.",
        "Send a text.",
    ),
    rim(
        RimCode::ParameterInvalidObject,
        400,
        ErrorType::InvalidRequest,
        "The parameter is not a set of named values.",
        "Send an object, in a form `name[key]=value`.",
    ),
    rim(
        RimCode::ParameterInvalidArray,
        400,
        ErrorType::InvalidRequest,
        "The parameter is not a list.",
        "Send a list, in a form `name[0]=value`.",
    ),
    rim(
        RimCode::ParameterInvalidDate,
        400,
        ErrorType::InvalidRequest,
        "The parameter is no day of the calendar.",
        "Send `YYYY-MM-DD`, years 0001 to 9999.",
    ),
    rim(
        RimCode::ParametersExclusive,
        400,
        ErrorType::InvalidRequest,
        "The parameters do not go together.",
        "Send one of them.",
    ),
    rim(
        RimCode::NumberUnreadable,
        400,
        ErrorType::InvalidRequest,
        "There is nothing to count in the example number.",
        "Send a number with digits that rise.",
    ),
    ledger(
        Code::ParameterMissing,
        400,
        ErrorType::InvalidRequest,
        "A parameter is missing.",
        "Add it.",
    ),
    ledger(
        Code::ParameterInvalid,
        400,
        ErrorType::InvalidRequest,
        "A parameter is malformed or out of range.",
        "Correct it as the message says.",
    ),
    ledger(
        Code::IdempotencyError,
        400,
        ErrorType::Idempotency,
        "The idempotency key was used for another request.",
        "Use a new key for a new request, or repeat the first request unchanged.",
    ),
    ledger(
        Code::RoleForbidden,
        403,
        ErrorType::InvalidRequest,
        "The key's role does not allow it.",
        "Use a key of a role that the message names.",
    ),
    ledger(
        Code::ResourceMissing,
        404,
        ErrorType::InvalidRequest,
        "There is no such number, series, gap or ledger; with status 400 where a parameter names \
         it.",
        "List what there is, and correct the id or the name.",
    ),
    ledger(
        Code::ResourceAlreadyExists,
        400,
        ErrorType::InvalidRequest,
        "Something of that name is already there.",
        "Choose another name, or use what is there.",
    ),
    ledger(
        Code::LastAdministrator,
        400,
        ErrorType::InvalidRequest,
        "Nobody would be left who may change settings and people.",
        "Make somebody else an administrator first.",
    ),
    ledger(
        Code::ReferenceConflict,
        400,
        ErrorType::InvalidRequest,
        "The reference has a number with another date, series or customer.",
        "Use another reference, or repeat the first request unchanged.",
    ),
    ledger(
        Code::ReferenceVoided,
        400,
        ErrorType::InvalidRequest,
        "The reference's number was voided.",
        "Send `reissue=true` for a new number, or use another reference.",
    ),
    ledger(
        Code::AlreadyVoid,
        400,
        ErrorType::InvalidRequest,
        "The number is void already.",
        "Nothing needs to be done.",
    ),
    ledger(
        Code::InvoiceNotEditable,
        400,
        ErrorType::InvalidRequest,
        "The document is finalized, and what was to change is fixed.",
        "Change a draft; take a finalized document back with a revision, a void or a credit note.",
    ),
    ledger(
        Code::StatusTransitionInvalid,
        400,
        ErrorType::InvalidRequest,
        "The document's status does not allow the step.",
        "Look at its status; the message names those that allow it.",
    ),
    ledger(
        Code::InvoiceNoCustomerLineItems,
        400,
        ErrorType::InvalidRequest,
        "Nothing of the customer waits to be invoiced.",
        "Make invoice items first.",
    ),
    ledger(
        Code::SeriesArchived,
        400,
        ErrorType::InvalidRequest,
        "The series takes no more documents.",
        "Open it again, or use another series.",
    ),
    ledger(
        Code::KindNotInSeries,
        400,
        ErrorType::InvalidRequest,
        "The series does not take this kind of document.",
        "Use another series, or add the kind to this one.",
    ),
    ledger(
        Code::PatternInvalid,
        400,
        ErrorType::InvalidRequest,
        "The pattern is malformed, too long, or lacks a token that its reset or scope needs.",
        "Correct it at the place that the message names.",
    ),
    ledger(
        Code::PatternCollision,
        400,
        ErrorType::InvalidRequest,
        "Two different numbers could print the same text.",
        "Separate the digits, or add the token or letters that tell the two numbers in the \
         message apart.",
    ),
    ledger(
        Code::PrefixTaken,
        400,
        ErrorType::InvalidRequest,
        "The prefix belongs, or belonged, to a series or customer.",
        "Choose another prefix.",
    ),
    ledger(
        Code::StartingNumberFixed,
        400,
        ErrorType::InvalidRequest,
        "The series has given numbers, so its start is fixed.",
        "Move the sequence forward instead, with a reason.",
    ),
    ledger(
        Code::AdvanceBackward,
        400,
        ErrorType::InvalidRequest,
        "A sequence can only be moved forward.",
        "Choose an ordinal above the last one given.",
    ),
    ledger(
        Code::PeriodLocked,
        400,
        ErrorType::InvalidRequest,
        "The date is on or before the lock date.",
        "Use the first free date, or have an administrator move the lock date back.",
    ),
    ledger(
        Code::LockBackward,
        400,
        ErrorType::InvalidRequest,
        "The lock date cannot be moved there.",
        "Move it forward; only an administrator may move the lock date back, with a reason, and \
         nobody the hard one.",
    ),
    ledger(
        Code::PeriodUnexplained,
        400,
        ErrorType::InvalidRequest,
        "A gap of the period is not explained, or a draft holds a number of it.",
        "Explain the gaps that the message names, and finalize or delete the drafts.",
    ),
    ledger(
        Code::RollbackExpired,
        400,
        ErrorType::InvalidRequest,
        "The API version was changed too long ago to be taken back, or was not changed.",
        "Set the version that you want.",
    ),
    ledger(
        Code::DateTooFar,
        400,
        ErrorType::InvalidRequest,
        "The date is further ahead than `max_future_days`.",
        "Correct the date, or change the setting.",
    ),
    ledger(
        Code::PeriodAmbiguous,
        400,
        ErrorType::InvalidRequest,
        "The date's two-digit year was used for another century.",
        "Correct the date, or give the series a pattern with the four-digit year.",
    ),
    ledger(
        Code::DateOrder,
        400,
        ErrorType::InvalidRequest,
        "A later date has a number already, and the account refuses earlier ones.",
        "Use that date or a later one, or change the setting `date_order`.",
    ),
    ledger(
        Code::NumberDateMismatch,
        400,
        ErrorType::InvalidRequest,
        "The number shows another date than its own.",
        "Correct the number or the date.",
    ),
    ledger(
        Code::NumberTaken,
        400,
        ErrorType::InvalidRequest,
        "The number's text belongs to another number.",
        "Choose another text.",
    ),
    ledger(
        Code::OrdinalOverflow,
        400,
        ErrorType::InvalidRequest,
        "The counter would pass 999999999999999.",
        "Start a new series.",
    ),
    ledger(
        Code::ChangedSince,
        400,
        ErrorType::InvalidRequest,
        "What was selected has changed since it was looked at.",
        "Look again, then repeat.",
    ),
    rim(
        RimCode::InvoiceUpcomingNone,
        404,
        ErrorType::InvalidRequest,
        "The customer has nothing to be invoiced.",
        "Make invoice items first, or send `invoice_items`.",
    ),
    rim(
        RimCode::DatabaseUnavailable,
        503,
        ErrorType::Api,
        "The database cannot be read or written just now.",
        "Look at the server's log, then repeat the request with the same idempotency key or \
         reference.",
    ),
    rim(
        RimCode::ShuttingDown,
        503,
        ErrorType::Api,
        "The server is going down and takes no new work.",
        "Repeat the request at once; another server, or this one when it is back, takes it.",
    ),
    rim(
        RimCode::InternalError,
        500,
        ErrorType::Api,
        "The server has a fault.",
        "Repeat the request; report it with its `Request-Id` when it stays.",
    ),
];

/// The catalogue as the page of the documentation, in Markdown.
pub fn catalogue_page() -> String {
    let mut page = String::from(INTRODUCTION);
    for (rank, entry) in CATALOGUE.iter().enumerate() {
        let Entry { code, status, meaning, remedy, .. } = entry;
        let rank = rank + 1;
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {rank} | `{}` | {status} | {meaning} | {remedy} |", code.text());
    }
    page
}

const INTRODUCTION: &str = r#"# Errors

Every answer that is no success carries
`{"error": {"type", "code", "message", "param"}}`. A refused request changed nothing. `code` is for
programs, `message` says what happened and what to do, and `param` names the parameter at fault,
such as `items[3][date]`.

Where several errors apply, the one with the lowest rank is told. What the request alone shows,
ranks 1 to 26, is told before anything is looked up: first names that are unknown or stand twice,
then, of several parameters that are wrong, the first one, in the order in which `/openapi.json`
lists them, with those that say what a line costs last. An id that can be none of this ledger is
told there too, as `resource_missing`, behind the parameters where it stands in the address. What
only the ledger can tell, such as a customer that the series needs, comes behind rank 29.

`type` is `idempotency_error` for `idempotency_error`, `api_error` for status 500 and above, and
`invalid_request_error` otherwise. Answers 429 and 503 carry `Retry-After` and
`Stripe-Should-Retry`, which is `false` where a rate was passed; 429 says in
`Stripe-Rate-Limited-Reason` which. What the request alone shows and ranks 27 and 28 are not kept
for an idempotency key; the rest is, except the last four.

| rank | code | status | meaning | remedy |
| --- | --- | --- | --- | --- |
"#;

const fn rim(
    code: RimCode,
    status: u16,
    kind: ErrorType,
    meaning: &'static str,
    remedy: &'static str,
) -> Entry {
    Entry { code: ErrorCode::Rim(code), status, kind, meaning, remedy }
}

const fn ledger(
    code: Code,
    status: u16,
    kind: ErrorType,
    meaning: &'static str,
    remedy: &'static str,
) -> Entry {
    Entry { code: ErrorCode::Ledger(code), status, kind, meaning, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_once_and_in_its_own_order() {
        let rims: Vec<_> = CATALOGUE
            .iter()
            .filter_map(
                |entry| if let ErrorCode::Rim(code) = entry.code { Some(code) } else { None },
            )
            .collect();
        let ledgers: Vec<_> = CATALOGUE
            .iter()
            .filter_map(
                |entry| if let ErrorCode::Ledger(code) = entry.code { Some(code) } else { None },
            )
            .collect();
        assert_eq!(rims, RimCode::ALL);
        let rank =
            |code: ErrorCode| CATALOGUE.iter().position(|entry| entry.code == code).unwrap() + 1;
        let (last_of_shape, last_unkept) = (Code::ParameterInvalid, Code::RoleForbidden);
        let ranks = (rank(last_of_shape.into()), rank(last_unkept.into()));
        assert_eq!(ranks, (26, 28), "the introduction says so");
        let at_the_end = CATALOGUE.iter().rev();
        let at_the_end = at_the_end.take_while(|entry| matches!(entry.code, ErrorCode::Rim(_)));
        assert_eq!(at_the_end.count(), 4, "the introduction says so");
        assert_eq!(ledgers, Code::ALL);
        let mut words: Vec<_> = CATALOGUE.iter().map(|entry| entry.code.text()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), CATALOGUE.len());
    }

    #[test]
    fn types_follow_from_statuses() {
        for entry in CATALOGUE {
            let kind = match entry.code {
                ErrorCode::Ledger(Code::IdempotencyError) => ErrorType::Idempotency,
                _ if entry.status >= 500 => ErrorType::Api,
                _ => ErrorType::InvalidRequest,
            };
            assert_eq!(entry.kind, kind, "{}", entry.code.text());
        }
    }

    #[test]
    fn the_documentation_says_the_same() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
        if std::env::var_os("GAPLESS_WRITE_DOCS").is_some() {
            std::fs::write(path, catalogue_page()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap();
        assert!(
            page == catalogue_page(),
            "docs/errors.md differs from the catalogue; GAPLESS_WRITE_DOCS=1 writes it anew",
        );
    }
}
