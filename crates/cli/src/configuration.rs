//! Flags from the environment and from a file.
//!
//! `--listen` on the command line wins over `GAPLESS_LISTEN`, which wins over `listen` in the
//! file. A key at the top of the file holds for every command that has the flag; a key in a table
//! named like a command holds for that command.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use toml::{Table, Value};

use crate::failure::Failure;

/// What is looked for beside the command when no file is named.
const FILE: &str = "gapless.toml";
const ENVIRONMENT_PREFIX: &str = "GAPLESS_";

/// The content of the configuration file; nothing where there is none.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    path: PathBuf,
    table: Table,
}

impl Configuration {
    /// The file that the command line or the environment names, or else `gapless.toml` if there
    /// is one.
    pub(crate) fn find(words: &[OsString]) -> Result<Configuration, Failure> {
        let named = named_on(words).or_else(|| std::env::var_os("GAPLESS_CONFIG"));
        let path = PathBuf::from(named.as_deref().unwrap_or(OsStr::new(FILE)));
        match fs::read_to_string(&path) {
            Ok(text) => Configuration::parse(&path, &text),
            Err(error) if named.is_none() && error.kind() == ErrorKind::NotFound => {
                Ok(Configuration::default())
            }
            Err(error) => Err(Failure::of_reading(&path, &error).about("config")),
        }
    }

    /// Gives a command its flags' values from the environment and from this file.
    pub(crate) fn apply(&self, command: Command) -> Result<Command, Failure> {
        let mut used = BTreeSet::new();
        let command = give(with_environment(command), &[], &self.table, "", &mut used);
        let mut keys = Vec::new();
        list_keys(&self.table, "", &mut keys);
        for (key, value) in keys {
            if !used.contains(&key) {
                return Err(self.refuse(&key, "is no flag of this command or of any command"));
            }
            if texts(value).is_none() {
                return Err(self.refuse(&key, "must be a text, a number, true, false or a list"));
            }
        }
        Ok(command)
    }

    fn parse(path: &Path, text: &str) -> Result<Configuration, Failure> {
        let table = text.parse().map_err(|error: toml::de::Error| {
            // Not the error's own text: it repeats the line, which may hold a password.
            let place = error.span().map(|span| place_of(text, span.start)).unwrap_or_default();
            let message = format!("{}{place}: {}", path.display(), error.message());
            Failure::usage("configuration_invalid", message).about("config")
        })?;
        Ok(Configuration { path: path.to_owned(), table })
    }

    fn refuse(&self, key: &str, problem: &str) -> Failure {
        let message = format!("{}: '{key}' {problem}", self.path.display());
        Failure::usage("configuration_invalid", message).about(key)
    }
}

/// A place of a text as people name it, counted from 1.
fn place_of(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or(before).chars().count() + 1;
    format!(": line {line}, column {column}")
}

fn named_on(words: &[OsString]) -> Option<OsString> {
    let mut words = words.iter().take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        if word == "--config" {
            return words.next().cloned();
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return Some(path.into());
        }
    }
    None
}

fn with_environment(command: Command) -> Command {
    command
        .mut_args(|arg| match arg.get_long().map(variable) {
            Some(variable) => arg.env(variable).hide_env(true),
            None => arg,
        })
        .mut_subcommands(with_environment)
}

fn variable(long: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", long.to_ascii_uppercase().replace('-', "_"))
}

/// Gives values to a command's flags, and to its subcommands' flags; notes which keys were used.
fn give(
    command: Command,
    inherited: &[(String, &Value)],
    table: &Table,
    place: &str,
    used: &mut BTreeSet<String>,
) -> Command {
    let mut known = inherited.to_vec();
    known.extend(
        table
            .iter()
            .filter(|(_, value)| !value.is_table())
            .map(|(key, value)| (format!("{place}{key}"), value)),
    );
    let command = command.mut_args(|arg| {
        let flag = arg.get_long().map(str::to_owned);
        let named = known.iter().rev().find(|(path, _)| {
            let key = path.rsplit('.').next().unwrap_or(path);
            flag.as_deref() == Some(key.replace('_', "-").as_str())
        });
        match named {
            Some((path, value)) => {
                used.insert(path.clone());
                with_default(arg, value)
            }
            None => arg,
        }
    });
    let empty = Table::new();
    command.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let table = table.get(&name).and_then(Value::as_table).unwrap_or(&empty);
        give(subcommand, &known, table, &format!("{place}{name}."), used)
    })
}

fn with_default(arg: Arg, value: &Value) -> Arg {
    let Some(texts) = texts(value) else { return arg };
    let takes_values = arg.get_action().takes_values();
    let arg = arg.required(false).default_values(texts);
    // Help shows defaults, and a file may hold passwords.
    if takes_values { arg.hide_default_value(true) } else { arg }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Integer(number) => Some(vec![number.to_string()]),
        Value::Boolean(is) => Some(vec![is.to_string()]),
        Value::Datetime(date) => Some(vec![date.to_string()]),
        Value::Array(values) => values
            .iter()
            .map(|value| texts(value).filter(|texts| texts.len() == 1))
            .collect::<Option<Vec<_>>>()
            .map(|lists| lists.concat()),
        Value::Float(_) | Value::Table(_) => None,
    }
}

fn list_keys<'t>(table: &'t Table, place: &str, keys: &mut Vec<(String, &'t Value)>) {
    for (key, value) in table {
        match value {
            Value::Table(inner) => list_keys(inner, &format!("{place}{key}."), keys),
            _ => keys.push((format!("{place}{key}"), value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        let flag = |name: &'static str| Arg::new(name).long(name);
        Command::new("gapless")
            .subcommand(Command::new("serve").arg(flag("listen")).arg(flag("database")))
            .subcommand(
                Command::new("issue")
                    .arg(flag("date-column").required(true))
                    .arg(flag("database").default_value("sqlite:gapless.db")),
            )
    }

    fn value(text: &str, words: &[&str], flag: &str) -> Result<Option<String>, String> {
        let configuration = Configuration::parse(Path::new("gapless.toml"), text);
        let command = configuration.and_then(|found| found.apply(command()));
        let command = command.map_err(|failure| failure.message)?;
        let words = ["gapless"].iter().chain(words);
        let matches = command.try_get_matches_from(words).map_err(|error| error.to_string())?;
        let (_, matches) = matches.subcommand().ok_or("no subcommand")?;
        Ok(matches.get_one::<String>(flag).cloned())
    }

    #[test]
    fn a_key_holds_for_all_commands_or_for_one() {
        let text =
            "database = 'sqlite:a.db'\n[issue]\ndatabase = 'sqlite:b.db'\ndate_column = 'day'";
        let of = |words: &[&str], flag| value(text, words, flag).unwrap().unwrap();
        assert_eq!(of(&["serve"], "database"), "sqlite:a.db");
        assert_eq!(of(&["issue"], "database"), "sqlite:b.db");
        assert_eq!(of(&["issue"], "date-column"), "day");
        assert_eq!(of(&["issue", "--date-column", "d"], "date-column"), "d");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        let refusal = |text: &str| value(text, &["serve"], "listen").unwrap_err();
        assert!(refusal("listne = 'x'").contains("'listne' is no flag"));
        assert!(refusal("[issue]\nlisten = 'x'").contains("'issue.listen' is no flag"));
        assert!(refusal("listen = 1.5").contains("'listen' must be a text"));
        assert!(refusal("listen = ").contains("gapless.toml"));
    }

    #[test]
    fn nothing_repeats_a_secret_of_the_file() {
        for (text, place) in [
            ("listen = 'x'\ndatabase = \"postgres://a:hunter2@h\n", "line 2, column "),
            ("listen = 'ä'\ndatabase = postgres://a:hunter2@h", "line 2, column 12"),
            ("'hunter2' 'hunter2'", "line 1, column 11"),
            ("listen = 'hunter2\\q'\nlisten = \"hunter2\\q\"", "line 2, column "),
        ] {
            let error = value(text, &["serve"], "listen").unwrap_err();
            assert!(error.contains(place) && !error.contains("hunter2"), "{error}");
        }
        let text = "database = 'postgres://a:hunter2@h'";
        for words in [["serve", "--help"], ["issue", "--help"]] {
            let help = value(text, &words, "database").unwrap_err();
            assert!(help.contains("--database") && !help.contains("hunter2"), "{help}");
        }
    }

    #[test]
    fn the_name_of_a_variable() {
        assert_eq!(variable("fiscal-year-end"), "GAPLESS_FISCAL_YEAR_END");
    }
}
