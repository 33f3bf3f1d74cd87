//! People.

use super::{Halt, ledger, permit, record, refuse, refuse_param};
use crate::books::Books;
use crate::command::{Actor, Command, NewUser, UserChange};
use crate::id::{LedgerId, UserId};
use crate::limits::USERS_MAX;
use crate::model::{Password, PasswordHash, UserRow, folded_email};
use crate::outcome::Outcome;
use crate::refusal::Code;
use crate::role::{Right, Role};
use crate::trail::{Change, Person};

const NAME_CHARS_MAX: usize = 100;
/// The longest address that mail can go to (RFC 5321, 4.5.3.1.3, without its brackets).
const EMAIL_CHARS_MAX: usize = 254;

/// Enters a person.
pub(super) fn create(books: &mut Books, command: &Command, new: &NewUser) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let mut people = people(books, ledger.id)?;
    if new.first && !people.is_empty() {
        let message = "There are people already. Sign in, or ask an administrator.";
        return refuse(Code::ResourceAlreadyExists, message);
    }
    let row = UserRow {
        id: new.id,
        ledger: ledger.id,
        name: name(&new.name)?,
        email: email(&new.email)?,
        role: new.role,
        created: command.at,
        disabled: None,
        password: new.password.clone().map(|hash| Password { hash, since: command.at }),
    };
    if people.iter().any(|other| other.id == row.id) {
        return refuse_param(Code::ResourceAlreadyExists, "id", "There is a person of this id.");
    }
    refuse_taken(&people, &row)?;
    if people.len() >= USERS_MAX {
        let message = format!(
            "An account has at most {USERS_MAX} people, those that are kept out included. Change \
             one who has left."
        );
        return refuse(Code::ParameterInvalid, message);
    }
    let has_password = row.password.is_some();
    let change = Change::UserCreated { user: row.id, person: Person::of(&row), has_password };
    record(books, command, &mut ledger, &change);
    let told = row.told();
    people.push(row);
    books.people.write(ledger.id, people);
    Ok(Outcome::User(Box::new(told)))
}

/// Changes what is said of a person, or keeps the person out.
pub(super) fn change(
    books: &mut Books,
    command: &Command,
    user: UserId,
    change: &UserChange,
) -> Result<Outcome, Halt> {
    let mut ledger = ledger(books, command.ledger)?;
    let mut people = people(books, ledger.id)?;
    let place = place(&people, user)?;
    let former = people[place].clone();
    let mut row = former.clone();
    if let Some(text) = &change.name {
        row.name = name(text)?;
    }
    if let Some(text) = &change.email {
        row.email = email(text)?;
    }
    row.role = change.role.unwrap_or(row.role);
    row.disabled = match change.disabled {
        Some(true) => row.disabled.or(Some(command.at)),
        Some(false) => None,
        None => row.disabled,
    };
    let told = row.told();
    if row == former {
        return Ok(Outcome::User(Box::new(told)));
    }
    refuse_taken(&people, &row)?;
    people[place] = row.clone();
    if administers(&former) && !people.iter().any(administers) {
        return refuse(
            Code::LastAdministrator,
            "This is the last administrator, without whom nobody could change settings or people. \
             Make somebody else an administrator first.",
        );
    }
    let (former, now) = (Person::of(&former), Person::of(&row));
    record(books, command, &mut ledger, &Change::UserChanged { user, former, now });
    books.people.write(ledger.id, people);
    Ok(Outcome::User(Box::new(told)))
}

/// Gives a person a password. Sessions from before are none any more.
pub(super) fn set_password(
    books: &mut Books,
    command: &Command,
    role: Role,
    user: UserId,
    hash: &PasswordHash,
) -> Result<Outcome, Halt> {
    if command.actor != Actor::User(user) {
        permit(role, Right::Administer, "set the password of somebody else")?;
    }
    let mut ledger = ledger(books, command.ledger)?;
    let mut people = people(books, ledger.id)?;
    let place = place(&people, user)?;
    people[place].password = Some(Password { hash: hash.clone(), since: command.at });
    let told = people[place].told();
    record(books, command, &mut ledger, &Change::PasswordSet { user });
    books.people.write(ledger.id, people);
    Ok(Outcome::User(Box::new(told)))
}

fn people(books: &Books, ledger: LedgerId) -> Result<Vec<UserRow>, Halt> {
    Ok(books.people.read(&ledger)?.cloned().unwrap_or_default())
}

fn place(people: &[UserRow], user: UserId) -> Result<usize, Halt> {
    match people.iter().position(|row| row.id == user) {
        Some(place) => Ok(place),
        None => refuse_param(Code::ResourceMissing, "id", "There is no such person."),
    }
}

fn administers(row: &UserRow) -> bool {
    row.role == Role::Administrator && row.disabled.is_none()
}

fn refuse_taken(people: &[UserRow], row: &UserRow) -> Result<(), Halt> {
    if people.iter().all(|other| other.id == row.id || other.email != row.email) {
        return Ok(());
    }
    let message = "Somebody has this e-mail address already, perhaps one who is kept out. Change \
                   that person, or use another address.";
    refuse_param(Code::ResourceAlreadyExists, "email", message)
}

fn name(text: &str) -> Result<String, Halt> {
    let name = text.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let message =
        format!("A person's name has 1 to {NAME_CHARS_MAX} characters, none a control one.");
    refuse_param(Code::ParameterInvalid, "name", message)
}

/// What looks like an address of somebody: whether mail arrives is not to be found here.
fn email(text: &str) -> Result<String, Halt> {
    let email = folded_email(text);
    let parts = email.split_once('@');
    let is_whole = parts.is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if is_whole && email.chars().count() <= EMAIL_CHARS_MAX && !email.contains(odd) {
        return Ok(email);
    }
    let message = format!(
        "An e-mail address is name@domain, without spaces, at most {EMAIL_CHARS_MAX} characters."
    );
    refuse_param(Code::ParameterInvalid, "email", message)
}
