//! The command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::commands;

/// What was typed.
#[derive(Debug, Parser)]
#[command(
    name = "gapless",
    version,
    about = "Gives invoices their numbers: unique, sequential, unbroken, and proves it.",
    long_about = "Gives invoices their numbers: unique, sequential, unbroken, and proves it.\n\n\
        Start with `gapless demo` to look around, `gapless audit NUMBERS.csv` to examine numbers \
        that another system gave, or `gapless init` for a database of your own.",
    after_help = AFTER_HELP,
    max_term_width = 100,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) general: General,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "General")]
pub(crate) struct General {
    /// Print one JSON value; errors are then on standard output too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// File with values for flags [default: gapless.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(commands::audit::Arguments),
    #[command(subcommand)]
    Pattern(commands::pattern::Command),
    Demo(commands::demo::Arguments),
    Init(commands::init::Arguments),
    Serve(commands::serve::Arguments),
    Issue(commands::issue::Arguments),
    Preview(commands::preview::Arguments),
    Import(commands::import::Arguments),
    #[command(subcommand)]
    Series(commands::series::Command),
    Gaps(commands::gaps::Arguments),
    Why(commands::why::Arguments),
    Lock(commands::lock::Arguments),
    Close(commands::close::Arguments),
    Verify(commands::verify::Arguments),
    #[command(subcommand)]
    Trail(commands::trail::Command),
    #[command(subcommand)]
    Key(commands::key::Command),
    #[command(subcommand)]
    User(commands::user::Command),
    #[command(subcommand)]
    Pdf(commands::pdf::Command),
    Hammer(commands::hammer::Arguments),
    Migrate(commands::migrate::Arguments),
}

/// The whole command line, before values from elsewhere are added.
pub(crate) fn command() -> clap::Command {
    Arguments::command()
}

const AFTER_HELP: &str = "\
Every flag can also be given in the environment (--database as GAPLESS_DATABASE) and in a file
(database = \"...\" in gapless.toml, or under [serve] for one command). The command line wins over
the environment, the environment over the file.

Exit codes: 0 done, 1 refused by a rule, 2 wrong usage, 3 the database or the server.";

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
