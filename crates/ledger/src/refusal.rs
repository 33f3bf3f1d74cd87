//! Why a command is refused: a code, the field, and the remedy.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a refusal is about. [`Code::ALL`] has the ranks: where several apply, the first one wins.
///
/// Remembered refusals tell codes by their place here, so a new one comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Code {
    /// The key was revoked.
    ApiKeyExpired,
    /// A parameter that this command needs is missing.
    ParameterMissing,
    /// A parameter is malformed or out of range.
    ParameterInvalid,
    /// The idempotency key was used for another request.
    IdempotencyError,
    /// The role does not allow it.
    RoleForbidden,
    /// No such ledger, series, number or gap.
    ResourceMissing,
    /// Something of that name or id is already there.
    ResourceAlreadyExists,
    /// The reference was used with another date, series or customer.
    ReferenceConflict,
    /// The reference's number was voided, and no new one was asked for.
    ReferenceVoided,
    /// The number is void already.
    AlreadyVoid,
    /// The series takes no more documents.
    SeriesArchived,
    /// The series does not take this kind of document.
    KindNotInSeries,
    /// The pattern is malformed, too long, or lacks what its reset or scope needs.
    PatternInvalid,
    /// The pattern could print one text for two numbers.
    PatternCollision,
    /// The prefix belongs, or belonged, to somebody else in the ledger.
    PrefixTaken,
    /// The starting number cannot be changed any more.
    StartingNumberFixed,
    /// A sequence can only be moved forward.
    AdvanceBackward,
    /// The date is on or before the lock date.
    PeriodLocked,
    /// The lock date cannot be moved there.
    LockBackward,
    /// The date is too far ahead.
    DateTooFar,
    /// The date's two-digit year was used for another century.
    PeriodAmbiguous,
    /// An earlier date after a later one, in a series that refuses it.
    DateOrder,
    /// The number's text disagrees with its date.
    NumberDateMismatch,
    /// The number's text is taken.
    NumberTaken,
    /// The counter would pass the largest ordinal.
    OrdinalOverflow,
    /// What was selected has changed since it was looked at.
    ChangedSince,
    /// The document is finalized, and what was to change is fixed.
    InvoiceNotEditable,
    /// The document's status does not allow the step.
    StatusTransitionInvalid,
    /// Nothing waits to be invoiced.
    InvoiceNoCustomerLineItems,
    /// The API version cannot be taken back any more.
    RollbackExpired,
    /// Nobody would be left who may change settings and people.
    LastAdministrator,
    /// Something in the period is not explained, or held by a draft.
    PeriodUnexplained,
}

impl Code {
    /// Every code, in rank order.
    pub const ALL: [Code; 32] = [
        Code::ApiKeyExpired,
        Code::ParameterMissing,
        Code::ParameterInvalid,
        Code::IdempotencyError,
        Code::RoleForbidden,
        Code::ResourceMissing,
        Code::ResourceAlreadyExists,
        Code::LastAdministrator,
        Code::ReferenceConflict,
        Code::ReferenceVoided,
        Code::AlreadyVoid,
        Code::InvoiceNotEditable,
        Code::StatusTransitionInvalid,
        Code::InvoiceNoCustomerLineItems,
        Code::SeriesArchived,
        Code::KindNotInSeries,
        Code::PatternInvalid,
        Code::PatternCollision,
        Code::PrefixTaken,
        Code::StartingNumberFixed,
        Code::AdvanceBackward,
        Code::PeriodLocked,
        Code::LockBackward,
        Code::PeriodUnexplained,
        Code::RollbackExpired,
        Code::DateTooFar,
        Code::PeriodAmbiguous,
        Code::DateOrder,
        Code::NumberDateMismatch,
        Code::NumberTaken,
        Code::OrdinalOverflow,
        Code::ChangedSince,
    ];

    /// The word in answers and in the documentation.
    pub fn text(self) -> &'static str {
        match self {
            Code::ApiKeyExpired => "api_key_expired",
            Code::ParameterMissing => "parameter_missing",
            Code::ParameterInvalid => "parameter_invalid",
            Code::IdempotencyError => "idempotency_error",
            Code::RoleForbidden => "role_forbidden",
            Code::ResourceMissing => "resource_missing",
            Code::ResourceAlreadyExists => "resource_already_exists",
            Code::ReferenceConflict => "reference_conflict",
            Code::ReferenceVoided => "reference_voided",
            Code::AlreadyVoid => "already_void",
            Code::SeriesArchived => "series_archived",
            Code::KindNotInSeries => "kind_not_in_series",
            Code::PatternInvalid => "pattern_invalid",
            Code::PatternCollision => "pattern_collision",
            Code::PrefixTaken => "prefix_taken",
            Code::StartingNumberFixed => "starting_number_fixed",
            Code::AdvanceBackward => "advance_backward",
            Code::PeriodLocked => "period_locked",
            Code::LockBackward => "lock_backward",
            Code::PeriodUnexplained => "period_unexplained",
            Code::DateTooFar => "date_too_far",
            Code::PeriodAmbiguous => "period_ambiguous",
            Code::DateOrder => "date_order",
            Code::NumberDateMismatch => "number_date_mismatch",
            Code::NumberTaken => "number_taken",
            Code::OrdinalOverflow => "ordinal_overflow",
            Code::ChangedSince => "changed_since",
            Code::InvoiceNotEditable => "invoice_not_editable",
            Code::StatusTransitionInvalid => "status_transition_invalid",
            Code::InvoiceNoCustomerLineItems => "invoice_no_customer_line_items",
            Code::RollbackExpired => "api_version_rollback_expired",
            Code::LastAdministrator => "last_administrator",
        }
    }
}

/// A refused command: nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of refusal.
    pub code: Code,
    /// What happened and what to do about it, for a person.
    pub message: String,
    /// The parameter at fault, as the interface names it.
    pub param: Option<String>,
}

impl Refusal {
    /// A refusal that is about no single parameter.
    pub fn new(code: Code, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), param: None }
    }

    /// A refusal about one parameter.
    pub fn of(code: Code, param: &str, message: impl Into<String>) -> Refusal {
        Refusal { code, message: message.into(), param: Some(param.to_owned()) }
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Code) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By rank.
impl Ord for Code {
    fn cmp(&self, other: &Code) -> Ordering {
        let rank = |code: &Code| Code::ALL.iter().position(|one| one == code);
        rank(self).cmp(&rank(other))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_complete_and_its_words_differ() {
        let mut places: Vec<_> = Code::ALL.iter().map(|code| *code as usize).collect();
        places.sort_unstable();
        assert!(places.into_iter().eq(0..=Code::PeriodUnexplained as usize));
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.text()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }

    #[test]
    fn what_was_remembered_keeps_its_code() {
        let bytes = crate::stored::to_bytes(&[Code::AlreadyVoid, Code::ChangedSince]);
        assert_eq!(bytes, [1, 9, 25]);
    }
}
