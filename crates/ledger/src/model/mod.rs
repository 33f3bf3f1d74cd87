//! The rows that a ledger is made of, as the state machine sees them.

mod customer;
mod gap;
mod key;
mod ledger_row;
mod number;
mod outcome_row;
mod sequence;
mod series;
mod settings;
mod time;

pub use customer::{CustomerRow, PrefixOwner};
pub use gap::{Explanation, GapCause, GapRow};
pub use key::{KeyHash, KeyRow};
pub use ledger_row::{LedgerRow, Mode};
pub use number::{Cause, Holder, Kind, Metadata, NumberRow, Receipt, State, Voided, Warning};
pub use outcome_row::{IdempotencyKey, OutcomeRow, RequestHash};
pub use sequence::{SequenceKey, SequenceRow};
pub use series::{FormatVersion, KindText, SeriesRow};
pub use settings::{DateOrder, HouseStyle, Level, NumberOn, Settings};
pub use time::At;
pub(crate) use time::civil;
