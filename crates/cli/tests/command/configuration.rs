//! Flags from the environment and from a file.

use crate::gapless::{Place, finish, parse};

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let place = Place::new();
    for name in ["line", "environment", "file"] {
        place.ok(&["init", "--database", &format!("sqlite:{name}.db")]);
        place.ok(&["issue", "--database", &format!("sqlite:{name}.db"), "--reference", name]);
    }
    place.write("gapless.toml", "database = 'sqlite:file.db'\njson = true\n");
    let numbers = |from: Option<&str>, words: &[&str]| {
        let mut command = place.command(&[&["key", "list"], words].concat());
        if let Some(database) = from {
            command.env("GAPLESS_DATABASE", database);
        }
        let listed = finish(command);
        assert_eq!(listed.code, 0, "{}", listed.err);
        parse(&listed.out)["data"][0]["id"].as_str().expect("an id").to_owned()
    };
    let (file, environment) = (numbers(None, &[]), numbers(Some("sqlite:environment.db"), &[]));
    let line = numbers(Some("sqlite:environment.db"), &["--database", "sqlite:line.db"]);
    assert!(file != environment && environment != line && line != file);
    assert_eq!(file, numbers(None, &["--database", "sqlite:file.db"]));
    assert_eq!(environment, numbers(None, &["--database", "sqlite:environment.db"]));
}

#[test]
fn a_file_with_an_unknown_key_is_refused() {
    let place = Place::new();
    place.write("mine.toml", "[serve]\nlisten = '127.0.0.1:0'\nlissten = 'x'\n");
    let error = place.refused(&["gaps", "--config", "mine.toml"], 2, "configuration_invalid");
    assert_eq!(error["param"], "serve.lissten");
    place.refused(&["gaps", "--config", "none.toml"], 2, "file_unreadable");
}
