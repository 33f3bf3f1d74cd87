//! Every bound of the crate, named once. Parsers, stores and documentation read these.

/// The largest ordinal that a sequence can reach: fifteen nines.
pub const ORDINAL_MAX: u64 = 999_999_999_999_999;
/// Digits in [`ORDINAL_MAX`].
pub const ORDINAL_DIGITS_MAX: usize = 15;
/// The longest pattern text, in characters.
pub const PATTERN_CHARS_MAX: usize = 120;
/// The longest text that `{prefix}` may print, in characters.
pub const PREFIX_CHARS_MAX: usize = 40;
/// The longest text that `{kind}` may print, in characters.
pub const KIND_CHARS_MAX: usize = 40;
/// How many texts `{kind}` may have.
pub const KIND_TEXTS_MAX: usize = 64;
/// The longest printed number, in characters.
pub const NUMBER_CHARS_MAX: usize = 200;
/// The largest width of `{seq:WIDTH}`.
pub const SEQ_WIDTH_MAX: u8 = 15;
/// The first year that can be printed.
pub const YEAR_MIN: i16 = 1;
/// The last year that can be printed.
pub const YEAR_MAX: i16 = 9999;
/// The shortest text that `{customer}` may print, in characters (`A`–`Z`, `0`–`9`).
pub const CUSTOMER_PREFIX_CHARS_MIN: usize = 1;
/// The longest text that `{customer}` may print, in characters (`A`–`Z`, `0`–`9`).
pub const CUSTOMER_PREFIX_CHARS_MAX: usize = 12;
