//! Every limit of the state machine, named once.

/// Characters in a document's reference.
pub const REFERENCE_CHARS_MAX: usize = 255;
/// Characters in a customer's id.
pub const CUSTOMER_CHARS_MAX: usize = 255;
/// Characters in a reason, an explanation or another free text.
pub const REASON_CHARS_MAX: usize = 1000;
/// Characters in the name of a series.
pub const SERIES_NAME_CHARS_MAX: usize = 60;
/// Keys in a document's metadata.
pub const METADATA_KEYS_MAX: usize = 50;
/// Characters in one metadata key.
pub const METADATA_KEY_CHARS_MAX: usize = 40;
/// Characters in one metadata value.
pub const METADATA_VALUE_CHARS_MAX: usize = 500;
/// Characters in the name of a kind of document.
pub const KIND_CHARS_MAX: usize = 40;
/// Documents numbered by one batch command.
pub const BATCH_ITEMS_MAX: usize = 10_000;
/// Ordinals that one advance may skip.
pub const ADVANCE_MAX: u64 = 1_000_000_000;
/// The days ahead of today that a document's date may lie, at most.
pub const FUTURE_DAYS_MAX: u32 = 36_525;
/// Trail entries between two checkpoints.
pub const CHECKPOINT_EVERY: u64 = 65_536;
/// Milliseconds that an idempotency outcome is kept at least.
pub const OUTCOME_KEPT_MS: i64 = 24 * 60 * 60 * 1000;
/// Milliseconds for which an event is kept at least; one that is still to be delivered, for longer.
pub const EVENT_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How many texts ahead are looked up when an ordinal turns out to be occupied.
pub const OCCUPIED_LOOKAHEAD: u64 = 64;
/// Objects of one label that a batch is told of, the oldest first.
pub const LABELLED_MAX: usize = 1000;
/// Gaps, and numbers that are irregular without one, that a statement or a closing tells of.
pub const STATEMENT_ROWS_MAX: usize = 10_000;
/// Lines of one invoice.
pub const INVOICE_LINES_MAX: usize = 250;
/// Webhook endpoints of one ledger.
pub const ENDPOINTS_MAX: u32 = 16;
/// People of one account, those that are kept out included.
pub const USERS_MAX: usize = 1_000;
/// Milliseconds within which an account can go back to the API version that it was on before.
pub const ROLLBACK_MS: i64 = 72 * 60 * 60 * 1000;
