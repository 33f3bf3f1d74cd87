//! What has a counter of its own inside a series.

use std::{error::Error, fmt, str::FromStr};

use crate::TokenKind;

/// Whose counter a number is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One counter for the whole account.
    Account,
    /// One counter for each customer; needs `{customer}`.
    Customer,
    /// One counter for each parent document; needs `{invoice}`.
    Parent,
}

impl Scope {
    /// Every scope, the widest first.
    pub const ALL: [Self; 3] = [Self::Account, Self::Customer, Self::Parent];

    /// The word for it in settings and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Customer => "customer",
            Self::Parent => "parent",
        }
    }
}

impl Scope {
    /// The token that says whose counter a number is from; none for the account.
    #[must_use]
    pub const fn token(self) -> Option<TokenKind> {
        match self {
            Self::Account => None,
            Self::Customer => Some(TokenKind::Customer),
            Self::Parent => Some(TokenKind::Invoice),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownScope)
    }
}

/// A text names no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownScope;

impl fmt::Display for UnknownScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a scope: account, customer, parent")
    }
}

impl Error for UnknownScope {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert_eq!("".parse::<Scope>(), Err(UnknownScope));
    }
}
