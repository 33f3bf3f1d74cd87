//! `gapless migrate`: a database into the present shape, into another database, over servers.

mod moving;
mod report;

use clap::Args;
use engine::EngineError;
use gapless::{DatabaseUrl, Distribution};
use serde_json::{Value, json};
use store::Create;

use crate::door;
use crate::failure::{Ending, Failure};
use crate::output::Output;

/// Bring a database up to date, move it into another one, or spread it over servers
///
/// With --from and --to, every ledger is copied with its keys and its remembered answers, and then
/// proven on both sides: the whole trail, the register against the trail, and that both are the
/// same. Nobody can issue numbers meanwhile: stop the servers that use the source. The source is
/// left as it is. The command can be run again; what it finds moved already is only proven, and
/// what it left half done is begun anew. A ledger that has gone on since is never overwritten.
///
/// With --database alone, the database is brought to the shape that this version of the command
/// needs; the server does that by itself too. A database on PostgreSQL that is empty is set up.
///
/// With --distribute, a database on PostgreSQL is spread over the servers of Citus, each ledger
/// whole on one of them. Stop the servers that use it first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    gapless migrate --from sqlite:invoices.db --to postgres://gapless@db.example/gapless\n  \
    gapless migrate --database sqlite:invoices.db\n  \
    gapless migrate --distribute --database postgres://gapless@coordinator.example/gapless")]
pub(crate) struct Arguments {
    /// Move this database: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", requires = "to")]
    from: Option<String>,
    /// Move it into this one, which is made where it is missing or empty
    #[arg(long, value_name = "URL", requires = "from")]
    to: Option<String>,
    /// Bring this database up to date: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:gapless.db")]
    database: String,
    /// Spread --database over the servers of Citus
    #[arg(long, conflicts_with_all = ["from", "to"])]
    distribute: bool,
}

/// Does one of the three.
pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Ending, Failure> {
    if let (Some(from), Some(to)) = (&arguments.from, &arguments.to) {
        return moving::run(from, to, output);
    }
    let database = door::database_url(&arguments.database)?;
    match arguments.distribute {
        true => distribute(&database, output)?,
        false => update(&database, output)?,
    }
    Ok(Ending::Done)
}

fn update(database: &DatabaseUrl, output: &mut Output) -> Result<(), Failure> {
    // A file that is not there was misspelt; a server's database is there, and is set up.
    let create = match database.file() {
        Some(_) => Create::Never,
        None => Create::WhenMissing,
    };
    let opened = database.open(create, engine::StoreAccess::Write);
    opened.map_err(|error| door::failure(&EngineError::from(error)))?;
    let (shape, version) = (database.shape(), env!("CARGO_PKG_VERSION"));
    let value = || {
        json!({
            "object": "migration",
            "database": database.to_string(),
            "shape": shape,
            "version": version,
        })
    };
    let text = || format!("{database} is up to date: shape {shape}, as Gapless {version} needs.\n");
    output.either(value, text)
}

fn distribute(database: &DatabaseUrl, output: &mut Output) -> Result<(), Failure> {
    let done = database.distribute();
    let done = done.map_err(|error| door::failure(&EngineError::from(error)))?;
    output.either(|| distributed(database, &done), || distribution_text(database, &done))
}

fn distributed(database: &DatabaseUrl, done: &Distribution) -> Value {
    json!({
        "object": "distribution",
        "database": database.to_string(),
        "citus": done.citus,
        "reference_tables": done.copied,
        "distributed_tables": done.spread,
    })
}

fn distribution_text(database: &DatabaseUrl, done: &Distribution) -> String {
    if done.was_done() {
        return format!("{database} is spread by ledger already (Citus {}).\n", done.citus);
    }
    format!(
        "{database} is spread by ledger now (Citus {}).\n\n  on every server  {}\n  \
         by ledger        {}\n\nStart its servers again: they learn where ledgers lie when they \
         open it.\n",
        done.citus,
        done.copied.join(", "),
        done.spread.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_spread_is_told() {
        let database = door::database_url("postgres://shop:secret@db.example/shop").unwrap();
        let mut done = Distribution { citus: "12.1".to_owned(), ..Distribution::default() };
        assert!(distribution_text(&database, &done).contains("already"));
        done.copied = vec!["key_route"];
        done.spread = vec!["ledger", "number"];
        let text = distribution_text(&database, &done);
        assert!(text.contains("ledger, number") && !text.contains("secret"), "{text}");
        assert_eq!(distributed(&database, &done)["reference_tables"], json!(["key_route"]));
    }
}
