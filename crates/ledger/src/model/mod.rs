//! The rows that a ledger is made of, as the state machine sees them.

mod api_version;
mod customer;
mod delivery;
pub mod document;
mod event;
mod gap;
mod key;
mod ledger_row;
mod mark;
mod number;
mod object;
mod outcome_row;
mod resequence;
mod sequence;
mod series;
mod settings;
mod time;
mod user;

pub use api_version::{ApiVersion, FormerVersion};
pub use customer::{CustomerRow, PrefixOwner};
pub use delivery::{ATTEMPTS_KEPT, DeliveryAttempt, DeliveryRow, DeliveryState, Retry};
pub use event::{EventBody, EventRow, Subject};
pub use gap::{Explanation, GapCause, GapRow};
pub use key::{KeyHash, KeyRow};
pub use ledger_row::{AccountProfile, Branding, Documents, Head, LedgerRow, Mode};
pub use mark::Mark;
pub use number::{Cause, Holder, Kind, Metadata, NumberRow, Receipt, State, Voided, Warning};
pub use object::{Object, ObjectKeys, ObjectKind, ObjectRow};
pub use outcome_row::{IdempotencyKey, OutcomeRow, RequestHash};
pub use resequence::{
    FormerRow, Ordering, Problem, ProblemCode, Resequence, ResequenceStatus, Resequencing,
    SequenceEnds,
};
pub use sequence::{SequenceKey, SequenceRow};
pub use series::{FormatVersion, KindText, SeriesRow};
pub use settings::{DateOrder, HouseStyle, Level, NumberOn, Settings};
pub use time::At;
pub(crate) use time::civil;
pub use user::{Password, PasswordHash, SessionRow, TokenHash, UserRow, folded_email};
