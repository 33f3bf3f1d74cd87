//! People, as the trail tells of them.

use super::Replay;
use crate::id::UserId;
use crate::model::{Password, PasswordHash, UserRow};
use crate::trail::{Person, Sealed};

impl Replay {
    pub(super) fn enter(
        &mut self,
        sealed: &Sealed,
        id: UserId,
        person: Person,
        has_password: bool,
    ) {
        let Person { name, email, role, disabled } = person;
        let at = sealed.entry.at;
        let row = UserRow {
            id,
            ledger: sealed.entry.ledger,
            name,
            email,
            role,
            created: at,
            disabled: disabled.then_some(at),
            password: has_password.then(|| password(sealed)),
        };
        self.users.insert(id, row);
    }

    pub(super) fn change_user(&mut self, sealed: &Sealed, id: UserId, now: Person) {
        let Some(row) = self.users.get_mut(&id) else { return };
        let Person { name, email, role, disabled } = now;
        let since = row.disabled.unwrap_or(sealed.entry.at);
        row.disabled = disabled.then_some(since);
        (row.name, row.email, row.role) = (name, email, role);
    }

    pub(super) fn set_password(&mut self, sealed: &Sealed, id: UserId) {
        if let Some(row) = self.users.get_mut(&id) {
            row.password = Some(password(sealed));
        }
    }
}

/// A password of which nothing is known but since when it holds.
fn password(sealed: &Sealed) -> Password {
    Password { hash: PasswordHash::default(), since: sealed.entry.at }
}
