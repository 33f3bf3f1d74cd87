//! Who may do what. The table is DESIGN §6's.

use serde::{Deserialize, Serialize};

/// What a key or a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// May do everything.
    Administrator,
    /// Keeps the books: numbers, locks forward, imports.
    Accountant,
    /// Issues and voids.
    Clerk,
    /// Reads, verifies and exports.
    Auditor,
}

/// What a command asks to be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// Read, verify, export.
    Read,
    /// Issue and void.
    Issue,
    /// Explain gaps, set the lock date forward, import.
    KeepBooks,
    /// Settings, series, lock date back, hard lock, keys.
    Administer,
}

impl Role {
    /// Every role, most powerful first.
    pub const ALL: [Role; 4] = [Role::Administrator, Role::Accountant, Role::Clerk, Role::Auditor];

    /// Whether this role has the right.
    pub fn may(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::Issue => self != Role::Auditor,
            Right::KeepBooks => matches!(self, Role::Administrator | Role::Accountant),
            Right::Administer => self == Role::Administrator,
        }
    }

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Accountant => "accountant",
            Role::Clerk => "clerk",
            Role::Auditor => "auditor",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.text() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_rights() {
        let rights = [Right::Read, Right::Issue, Right::KeepBooks, Right::Administer];
        let table = [
            (Role::Administrator, [true, true, true, true]),
            (Role::Accountant, [true, true, true, false]),
            (Role::Clerk, [true, true, false, false]),
            (Role::Auditor, [true, false, false, false]),
        ];
        for (role, expected) in table {
            assert_eq!(rights.map(|right| role.may(right)), expected, "{}", role.text());
            assert_eq!(Role::parse(role.text()), Some(role));
        }
    }
}
