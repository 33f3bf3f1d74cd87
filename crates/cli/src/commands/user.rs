//! `gapless user`: people, and what they may do.

use std::io::{IsTerminal, Read};

use clap::{Args, Subcommand};
use engine::{NewPerson, StoreAccess, wait};
use ledger::command::UserChange;
use ledger::id::UserId;
use ledger::model::{UserRow, folded_email};
use ledger::role::Role;
use serde_json::{Value, json};
use wire::answer;

use super::key::role;
use crate::door::{Database, DatabaseArguments, failure, operator};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// Enter, list or change people, who work in both modes of an account
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Add(Add),
    List(List),
    Role(SetRole),
    Password(SetPassword),
    Disable(Disable),
    Enable(Enable),
}

/// Enter a person; the password is asked for without showing it
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  gapless user add ann@example.com --name \"Ann Example\" --role \
                        accountant"
)]
pub(crate) struct Add {
    /// The e-mail address to sign in with
    #[arg(value_name = "EMAIL")]
    email: String,
    /// The name, as shown to people
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// administrator, accountant, clerk or auditor: what the person may do
    #[arg(long, value_parser = role)]
    role: Role,
    /// Without a password: the person cannot sign in until there is one
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
    #[command(flatten)]
    typed: Typed,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// List the people of an account
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless user list")]
pub(crate) struct List {
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Give a person another role
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless user role ann@example.com clerk")]
pub(crate) struct SetRole {
    #[command(flatten)]
    who: Who,
    /// administrator, accountant, clerk or auditor
    #[arg(value_name = "ROLE", value_parser = role)]
    role: Role,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Give a person another password, and sign the person out everywhere
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless user password ann@example.com")]
pub(crate) struct SetPassword {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    typed: Typed,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Keep a person out
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless user disable ann@example.com")]
pub(crate) struct Disable {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Let a person in again who was kept out
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless user enable ann@example.com")]
pub(crate) struct Enable {
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Which person.
#[derive(Debug, Args)]
struct Who {
    /// The person's e-mail address or id
    #[arg(value_name = "EMAIL")]
    person: String,
}

/// Where a password comes from.
#[derive(Debug, Args)]
struct Typed {
    /// Read the password from standard input, to its end or the first line break
    #[arg(long)]
    password_stdin: bool,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    let disabled = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    match command {
        Command::Add(arguments) => add(arguments, output)?,
        Command::List(arguments) => list(arguments, output)?,
        Command::Role(SetRole { who, role, database }) => {
            let change = UserChange { role: Some(*role), ..UserChange::default() };
            alter(database, who, change, &format!("is {} now", role.text()), output)?;
        }
        Command::Password(arguments) => set_password(arguments, output)?,
        Command::Disable(Disable { who, database }) => {
            alter(database, who, disabled(true), "is kept out from now on", output)?;
        }
        Command::Enable(Enable { who, database }) => {
            alter(database, who, disabled(false), "may come in again", output)?;
        }
    }
    Ok(Ending::Done)
}

fn add(arguments: &Add, output: &mut Output) -> Result<(), Failure> {
    // Asked before the database is opened, which nobody else can write to from then on.
    let password = if arguments.no_password { None } else { Some(arguments.typed.read()?) };
    let database = Database::open(&arguments.database, StoreAccess::Write)?;
    let person = NewPerson {
        name: arguments.name.clone(),
        email: arguments.email.clone(),
        role: arguments.role,
        password,
    };
    let account = database.account.clone();
    let entered = database.engine.create_user(account, operator(), person, None);
    let (row, _) = wait(entered).map_err(|error| failure(&error))?;
    output.either(
        || to_json(&row),
        || format!("{} is {} now, as {}.\n", row.email, row.role.text(), row.id),
    )
}

fn list(arguments: &List, output: &mut Output) -> Result<(), Failure> {
    let database = Database::open(&arguments.database, StoreAccess::Read)?;
    let people = database.engine.users(database.account.clone());
    let people = people.wait().map_err(|error| failure(&error))?;
    let data = || people.iter().map(to_json).collect::<Vec<_>>();
    output.either(
        || json!({ "object": "list", "has_more": false, "data": data() }),
        || to_text(&people),
    )
}

fn alter(
    database: &DatabaseArguments,
    who: &Who,
    change: UserChange,
    now: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    let database = Database::open(database, StoreAccess::Write)?;
    let user = who.find(&database)?;
    let account = database.account.clone();
    let changed = database.engine.change_user(account, operator(), user, change, None);
    let (row, _) = wait(changed).map_err(|error| failure(&error))?;
    output.either(|| to_json(&row), || format!("{} {now}.\n", row.email))
}

fn set_password(arguments: &SetPassword, output: &mut Output) -> Result<(), Failure> {
    let password = arguments.typed.read()?;
    let database = Database::open(&arguments.database, StoreAccess::Write)?;
    let user = arguments.who.find(&database)?;
    let account = database.account.clone();
    let set = database.engine.set_password(account, operator(), user, password);
    let row = wait(set).map_err(|error| failure(&error))?;
    output.either(
        || to_json(&row),
        || format!("{} has another password, and is signed out everywhere.\n", row.email),
    )
}

impl Who {
    /// The person of the account who is meant.
    fn find(&self, database: &Database) -> Result<UserId, Failure> {
        let people = database.engine.users(database.account.clone());
        let people = people.wait().map_err(|error| failure(&error))?;
        let (id, email) = (UserId::parse(&self.person), folded_email(&self.person));
        let is_meant = |row: &&UserRow| Some(row.id) == id || row.email == email;
        people.iter().find(is_meant).map(|row| row.id).ok_or_else(|| {
            let message = format!(
                "nobody in the account has the e-mail address or id '{}'; see `gapless user list`",
                self.person
            );
            Failure::refused("resource_missing", message).about("person")
        })
    }
}

impl Typed {
    /// Reads it: from a pipe when that was asked for, else twice from the terminal.
    fn read(&self) -> Result<String, Failure> {
        let unread = |error: std::io::Error| {
            let message = format!("the password cannot be read: {error}");
            Failure::usage("parameter_invalid", message).about("password_stdin")
        };
        if self.password_stdin {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).map_err(unread)?;
            return Ok(text.lines().next().unwrap_or_default().to_owned());
        }
        if !std::io::stdin().is_terminal() {
            let message = "there is no terminal to ask for the password on; give \
                           --password-stdin and the password on standard input";
            return Err(Failure::usage("parameter_missing", message).about("password_stdin"));
        }
        let password = rpassword::prompt_password("Password: ").map_err(unread)?;
        if rpassword::prompt_password("Again: ").map_err(unread)? != password {
            let message = "the two passwords differ; nothing was changed";
            return Err(Failure::usage("parameter_invalid", message));
        }
        Ok(password)
    }
}

fn to_json(row: &UserRow) -> Value {
    // A person is written like any answer, which is JSON.
    serde_json::to_value(answer::User::new(row)).unwrap_or_default()
}

fn to_text(people: &[UserRow]) -> String {
    let headings = ["id", "e-mail", "role", "entered", "kept out", "name"];
    let mut table = Table::new(&headings.map(|heading| (heading, Align::Left)));
    for row in people {
        table.row([
            row.id.to_string(),
            row.email.clone(),
            row.role.text().to_owned(),
            row.created.rfc3339(),
            row.disabled.map(|at| at.rfc3339()).unwrap_or_default(),
            row.name.clone(),
        ]);
    }
    table.render()
}
