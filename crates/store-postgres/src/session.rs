//! One connection, and the only way in which statements are run on it.

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Writing: the server must take writes.
    Write,
    /// Reading: any server will do.
    Read,
}
