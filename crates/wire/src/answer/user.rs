//! People as objects.

use ledger::model::UserRow;
use serde::Serialize;

/// A person as a JSON object: the same in both modes.
#[derive(Serialize)]
pub struct User<'a> {
    id: String,
    object: &'static str,
    name: &'a str,
    email: &'a str,
    role: &'static str,
    disabled: bool,
    disabled_at: Option<i64>,
    has_password: bool,
    created: i64,
}

impl<'a> User<'a> {
    /// A person of an account.
    pub fn new(row: &'a UserRow) -> User<'a> {
        User {
            id: row.id.to_string(),
            object: "user",
            name: &row.name,
            email: &row.email,
            role: row.role.text(),
            disabled: row.disabled.is_some(),
            disabled_at: row.disabled.map(|at| at.seconds()),
            has_password: row.password.is_some(),
            created: row.created.seconds(),
        }
    }
}
