//! `gapless key`: API keys.

use clap::{Args, Subcommand};
use engine::{StoreAccess, wait};
use ledger::id::KeyId;
use ledger::model::KeyRow;
use ledger::role::Role;
use serde_json::{Value, json};

use crate::door::{Database, DatabaseArguments, failure, operator};
use crate::failure::{Ending, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// Make, list or revoke API keys
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Make a key to a ledger; it is shown only now
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless key create --role clerk --name shop --test")]
pub(crate) struct Create {
    /// administrator, accountant, clerk or auditor: what the key may do
    #[arg(long, default_value = "administrator", value_parser = role)]
    role: Role,
    /// A name for people
    #[arg(long, default_value = "key")]
    name: String,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// List the keys of a ledger, without their secrets
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless key list --test")]
pub(crate) struct List {
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Revoke a key, for good
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gapless key revoke key_0123456789abc")]
pub(crate) struct Revoke {
    /// The key's id, as `gapless key list` shows it
    #[arg(value_name = "ID", value_parser = key_id)]
    key: KeyId,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// Runs one of them.
pub(crate) fn run(command: &Command, output: &mut Output) -> Result<Ending, Failure> {
    match command {
        Command::Create(arguments) => create(arguments, output)?,
        Command::List(arguments) => list(arguments, output)?,
        Command::Revoke(arguments) => revoke(arguments, output)?,
    }
    Ok(Ending::Done)
}

fn create(arguments: &Create, output: &mut Output) -> Result<(), Failure> {
    let Database { engine, ledger, .. } = Database::open(&arguments.database, StoreAccess::Write)?;
    let created = engine.create_key(ledger, operator(), arguments.role, &arguments.name);
    let created = wait(created).map_err(|error| failure(&error))?;
    output.either(
        || {
            let mut key = to_json(&created.key);
            key["secret"] = json!(created.secret);
            key
        },
        || {
            format!(
                "{}\nKeep it; it is not shown again. Its id is {}.\n",
                created.secret, created.key.id
            )
        },
    )
}

fn list(arguments: &List, output: &mut Output) -> Result<(), Failure> {
    let database = Database::open(&arguments.database, StoreAccess::Read)?;
    let keys = database.engine.keys(database.ledger).wait().map_err(|error| failure(&error))?;
    let data = || keys.iter().map(to_json).collect::<Vec<_>>();
    output.either(
        || json!({ "object": "list", "has_more": false, "data": data() }),
        || to_text(&keys),
    )
}

fn revoke(arguments: &Revoke, output: &mut Output) -> Result<(), Failure> {
    let database = Database::open(&arguments.database, StoreAccess::Write)?;
    let revoked = database.engine.revoke_key(database.ledger, operator(), arguments.key);
    wait(revoked).map_err(|error| failure(&error))?;
    let id = arguments.key.to_string();
    output.either(
        || json!({ "id": id, "object": "key", "revoked": true }),
        || format!("{id} is revoked.\n"),
    )
}

fn to_json(key: &KeyRow) -> Value {
    json!({
        "id": key.id.to_string(),
        "object": "key",
        "name": key.name,
        "role": key.role.text(),
        "hint": key.hint,
        "created": key.created.seconds(),
        "revoked": key.revoked.map(|at| at.seconds()),
    })
}

fn to_text(keys: &[KeyRow]) -> String {
    let headings = ["id", "role", "ends with", "made", "revoked", "name"];
    let mut table = Table::new(&headings.map(|heading| (heading, Align::Left)));
    for key in keys {
        table.row([
            key.id.to_string(),
            key.role.text().to_owned(),
            format!("…{}", key.hint),
            key.created.rfc3339(),
            key.revoked.map(|at| at.rfc3339()).unwrap_or_default(),
            key.name.clone(),
        ]);
    }
    table.render()
}

pub(super) fn role(word: &str) -> Result<Role, &'static str> {
    Role::parse(word).ok_or("expected administrator, accountant, clerk or auditor")
}

fn key_id(text: &str) -> Result<KeyId, &'static str> {
    KeyId::parse(text).ok_or("expected an id such as key_0123456789abc")
}
