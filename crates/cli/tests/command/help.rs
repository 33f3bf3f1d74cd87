//! The help of every command, as it is shown.

use crate::gapless::Place;

#[test]
fn every_command_teaches() {
    let place = Place::new();
    let commands = [
        "",
        "audit",
        "pattern",
        "pattern infer",
        "pattern next",
        "pattern check",
        "demo",
        "init",
        "serve",
        "issue",
        "preview",
        "import",
        "series",
        "series list",
        "series show",
        "series change",
        "series cancel-plan",
        "gaps",
        "why",
        "lock",
        "close",
        "verify",
        "trail",
        "trail export",
        "trail head",
        "trail check",
        "key",
        "key create",
        "key list",
        "key revoke",
        "user",
        "user add",
        "user list",
        "user role",
        "user password",
        "user disable",
        "user enable",
        "pdf",
        "pdf template",
        "pdf sample",
        "hammer",
        "migrate",
    ];
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = place.ok(&words);
        let has_subcommands =
            matches!(command, "" | "pattern" | "series" | "trail" | "key" | "user" | "pdf");
        assert!(has_subcommands || help.contains("Example"), "{command} has no example");
        let name = format!("help {command}").trim_end().replace(' ', "_");
        insta::assert_snapshot!(name, help);
    }
}

#[test]
fn a_wrong_command_line_is_told_in_both_ways() {
    let place = Place::new();
    let error = place.refused(&["issue", "--cuont", "3"], 2, "parameter_unknown");
    assert_eq!(error["param"], "cuont");
    assert!(error["message"].as_str().unwrap().contains("--count"), "{error}");
    place.refused(&["isue"], 2, "command_unknown");
    place.refused(&["pattern", "next", "INV-1"], 2, "parameter_missing");
    let plain = place.run(&["issue", "--count", "x"]);
    assert_eq!((plain.code, plain.out.as_str()), (2, ""));
    assert!(plain.err.contains("--count"), "{plain:?}");
}
