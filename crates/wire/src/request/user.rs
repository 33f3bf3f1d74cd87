//! Requests about people.

use ledger::Code;
use ledger::command::UserChange;
use ledger::id::UserId;
use ledger::role::Role;

use super::list::{PAGING, Paging, paging};
use crate::error::Problem;
use crate::params::{Fields, Params};

const NAME_CHARS_MAX: usize = 200;
const PASSWORD_CHARS_MAX: usize = 1_000;
const ROLES: &str = "administrator, accountant, clerk or auditor";

/// A person who is to be entered.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// What the person may do.
    pub role: Role,
    /// The password.
    pub password: Option<String>,
}

/// Reads a person who is to be entered.
///
/// # Errors
/// See [`Problem`].
pub fn new_user(params: Params<'_>) -> Result<NewUser, Problem> {
    let mut fields = params.fields(&["email", "name", "password", "role"])?;
    Ok(NewUser {
        email: fields.email("email")?.ok_or_else(|| fields.missing("email"))?,
        name: fields.needed_text("name", NAME_CHARS_MAX)?,
        password: fields.text("password", PASSWORD_CHARS_MAX)?,
        role: role(&mut fields)?.ok_or_else(|| fields.missing("role"))?,
    })
}

/// Reads what changes about a person.
///
/// # Errors
/// See [`Problem`].
pub fn user_change(params: Params<'_>) -> Result<UserChange, Problem> {
    let mut fields = params.fields(&["disabled", "email", "name", "role"])?;
    Ok(UserChange {
        disabled: fields.flag("disabled")?,
        email: fields.email("email")?,
        name: fields.text("name", NAME_CHARS_MAX)?,
        role: role(&mut fields)?,
    })
}

/// Reads a new password.
///
/// # Errors
/// See [`Problem`].
pub fn new_password(params: Params<'_>) -> Result<String, Problem> {
    params.fields(&["password"])?.needed_text("password", PASSWORD_CHARS_MAX)
}

/// Reads the page that a list of people is asked for.
///
/// # Errors
/// See [`Problem`].
pub fn user_list(params: Params<'_>) -> Result<Paging<UserId>, Problem> {
    paging(&mut params.fields(&PAGING)?, user_id)
}

/// A person, from the id.
///
/// # Errors
/// The text is no person's id.
pub fn user_id(text: &str, param: &str) -> Result<UserId, Problem> {
    UserId::parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(NAME_CHARS_MAX).collect();
        let message = format!("There is no user {shown:?}. Take an id from the list of users.");
        Problem::of(Code::ResourceMissing, param, message)
    })
}

fn role(fields: &mut Fields<'_>) -> Result<Option<Role>, Problem> {
    fields.word("role", Role::parse, ROLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_and_what_is_wrong_is_named() {
        let read = |form: &str| new_user(Params::from_form(form).unwrap());
        let ann = read("email=Ann@example.com&name=Ann+E&role=clerk").ok().unwrap();
        assert_eq!((ann.name.as_str(), ann.role, ann.password), ("Ann E", Role::Clerk, None));
        for (form, param) in [
            ("name=Ann&role=clerk", "email"),
            ("email=ann&name=Ann&role=clerk", "email"),
            ("email=ann@example.com&role=clerk", "name"),
            ("email=ann@example.com&name=Ann", "role"),
            ("email=ann@example.com&name=Ann&role=boss", "role"),
            ("email=ann@example.com&name=Ann&role=clerk&password=", "password"),
            ("email=ann@example.com&name=Ann&role=clerk&id=1", "id"),
        ] {
            let problem = read(form).err().unwrap();
            assert_eq!(problem.param.as_deref(), Some(param), "{form}");
        }
        let change = user_change(Params::from_form("disabled=true").unwrap()).unwrap();
        assert_eq!(change, UserChange { disabled: Some(true), ..UserChange::default() });
    }
}
