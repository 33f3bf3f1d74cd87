//! Sessions of people: they are no part of a ledger, and no command is about them.

use ledger::id::UserId;
use ledger::model::{At, SessionRow, TokenHash};

/// What becomes of sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// One begins.
    Begin(SessionRow),
    /// One was used, and lives longer.
    Use {
        /// The session.
        token: TokenHash,
        /// When it was used.
        seen: At,
        /// From when on it is none any more.
        expires: At,
    },
    /// One ends.
    End(TokenHash),
    /// All of a person end, but for one.
    EndOthers(UserId, Option<TokenHash>),
    /// All end that expired before a time.
    Forget(At),
}

/// Which sessions are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionsOf {
    /// The one with a token, if there is one.
    Token(TokenHash),
    /// Those of a person, the newest first.
    User(UserId),
}
