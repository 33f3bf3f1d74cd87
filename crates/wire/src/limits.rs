//! Every limit of what may be sent, named once.

/// Bytes in a request's body.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// Bytes in the body of a batch.
pub const BATCH_BODY_BYTES_MAX: usize = 8 << 20;
/// Parameters side by side at one level.
pub const SIBLINGS_MAX: usize = 200;
/// Levels of parameters inside parameters.
pub const DEPTH_MAX: usize = 8;
/// Entries in one list of parameters.
pub const LIST_MAX: usize = ledger::limits::BATCH_ITEMS_MAX;
/// Objects on a page that a caller may ask for.
pub const PAGE_MAX: u32 = 100;
/// Objects on a page when the caller says nothing.
pub const PAGE_DEFAULT: u32 = 10;
/// Numbers that one preview may show.
pub const PREVIEW_MAX: u32 = 100;
/// Characters in an idempotency key.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
