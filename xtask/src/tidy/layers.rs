//! Which crate may build upon which.

use std::collections::BTreeSet;

use super::manifest::{self, Manifest};
use super::{Finding, Tree};

/// The crates, from the ground up: each may depend on those in the rows above its own only.
const LAYERS: [&[&str]; 13] = [
    &["numbering"],
    &["ledger"],
    &["store"],
    &["store-sqlite", "store-postgres"],
    &["engine"],
    &["wire", "pdf"],
    &["api"],
    &["webhooks"],
    &["admin"],
    &["gapless"],
    // Above the command, because `gapless hammer` proves with the same checker as the tests.
    &["testkit"],
    &["cli"],
    &["bench", "xtask"],
];

const IO: &[&str] = &["tokio", "mio", "async-std", "smol", "socket2", "tempfile", "memmap2"];
const CHANCE: &[&str] = &["rand", "getrandom", "fastrand", "uuid"];
const SQL: &[&str] =
    &["rusqlite", "libsqlite3-sys", "tokio-postgres", "postgres", "deadpool-postgres", "sqlx"];
const HTTP: &[&str] = &["axum", "hyper", "hyper-util", "http", "reqwest", "tower-http", "ureq"];
const STORES: &[&str] = &["store", "store-sqlite", "store-postgres"];
const COMMAND_LINE: &[&str] = &["clap"];

/// What a crate knows nothing of: neither itself nor through a crate of the workspace.
const UNKNOWN_TO: [(&str, &[&[&str]]); 12] = [
    ("numbering", &[IO, CHANCE, SQL, HTTP]),
    ("ledger", &[IO, CHANCE, SQL, HTTP]),
    ("store", &[SQL, HTTP]),
    ("store-sqlite", &[HTTP]),
    ("store-postgres", &[HTTP]),
    ("engine", &[SQL, HTTP]),
    ("wire", &[SQL, STORES]),
    ("api", &[SQL]),
    ("webhooks", &[SQL]),
    ("admin", &[SQL]),
    ("pdf", &[SQL]),
    ("gapless", &[HTTP, COMMAND_LINE]),
];

/// All that `numbering` may be built upon, so that it stays small and fit for the browser.
const FIT_FOR_NUMBERING: &[&str] = &["jiff", "serde"];

/// Dependencies between crates of the workspace point up the list of layers only.
pub(super) fn dependencies_point_up(tree: &Tree) -> Vec<Finding> {
    let manifests = manifest::all(tree);
    let mut findings = Vec::new();
    for manifest in &manifests {
        let Some(own) = layer(manifest.name) else {
            let message = format!("crate `{}` has no layer: give it one", manifest.name);
            findings.push(manifest.file.finding(0, message));
            continue;
        };
        for (line, name) in &manifest.dependencies {
            if layer(name).is_some_and(|other| other >= own) {
                let message = format!("`{}` may not depend on `{name}`", manifest.name);
                findings.push(manifest.file.finding(*line, message));
            }
        }
    }
    findings
}

/// No crate reaches what it knows nothing of.
pub(super) fn nothing_forbidden_is_reached(tree: &Tree) -> Vec<Finding> {
    let manifests = manifest::all(tree);
    let mut findings = Vec::new();
    for manifest in &manifests {
        let forbidden = forbidden_to(manifest.name);
        for (line, name) in &manifest.dependencies {
            let mut reached = BTreeSet::new();
            reach(&manifests, name, &mut reached);
            for unknown in reached.into_iter().filter(|name| forbidden.contains(name)) {
                let way =
                    if unknown == *name { String::new() } else { format!(" by way of `{name}`") };
                let message = format!("`{}` knows nothing of `{unknown}`{way}", manifest.name);
                findings.push(manifest.file.finding(*line, message));
            }
            if manifest.name == "numbering" && !FIT_FOR_NUMBERING.contains(name) {
                let message = format!("`numbering` is built upon {FIT_FOR_NUMBERING:?} only");
                findings.push(manifest.file.finding(*line, message));
            }
        }
    }
    findings
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&name))
}

fn forbidden_to(name: &str) -> Vec<&'static str> {
    let groups = UNKNOWN_TO.iter().filter(|(crate_name, _)| *crate_name == name);
    groups.flat_map(|(_, groups)| groups.concat()).collect()
}

/// Adds `name`, and what it is built upon as far as the workspace's own manifests tell.
fn reach<'a>(manifests: &[Manifest<'a>], name: &'a str, reached: &mut BTreeSet<&'a str>) {
    if !reached.insert(name) {
        return;
    }
    let own = manifests.iter().filter(|manifest| manifest.name == name);
    for (_, below) in own.flat_map(|manifest| &manifest.dependencies) {
        reach(manifests, below, reached);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Tree) -> Vec<Finding>, crates: &[(&str, &[&str])]) -> Vec<String> {
        let files: Vec<(String, String)> = crates
            .iter()
            .map(|(name, dependencies)| {
                let lines = dependencies.iter().map(|name| format!("{name}.workspace = true\n"));
                let lines: String = lines.collect();
                let text = format!("[package]\nname = \"{name}\"\n[dependencies]\n{lines}");
                (format!("crates/{name}/Cargo.toml"), text)
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        rule(&Tree::of(&files)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_dependency_that_points_down_is_found() {
        let messages = found(
            dependencies_point_up,
            &[("numbering", &["jiff", "ledger"]), ("ledger", &["numbering"])],
        );
        assert_eq!(messages, ["`numbering` may not depend on `ledger`"]);
    }

    #[test]
    fn a_dependency_on_a_neighbour_is_found() {
        let messages = found(dependencies_point_up, &[("store-postgres", &["store-sqlite"])]);
        assert_eq!(messages, ["`store-postgres` may not depend on `store-sqlite`"]);
    }

    #[test]
    fn a_crate_without_a_layer_is_found() {
        let messages = found(dependencies_point_up, &[("sidecar", &[])]);
        assert_eq!(messages, ["crate `sidecar` has no layer: give it one"]);
    }

    #[test]
    fn what_a_crate_must_not_know_is_found() {
        for (name, unknown) in [
            ("numbering", "tokio"),
            ("ledger", "getrandom"),
            ("ledger", "rusqlite"),
            ("store", "tokio-postgres"),
            ("store-sqlite", "axum"),
            ("engine", "rusqlite"),
            ("wire", "store"),
            ("api", "rusqlite"),
            ("gapless", "clap"),
        ] {
            let messages = found(nothing_forbidden_is_reached, &[(name, &[unknown])]);
            let expected = format!("`{name}` knows nothing of `{unknown}`");
            assert!(messages.contains(&expected), "{name}: {messages:?}");
        }
    }

    #[test]
    fn what_is_reached_by_way_of_another_crate_is_found() {
        let messages = found(
            nothing_forbidden_is_reached,
            &[("api", &["axum", "store-sqlite"]), ("store-sqlite", &["rusqlite"])],
        );
        assert_eq!(messages, ["`api` knows nothing of `rusqlite` by way of `store-sqlite`"]);
    }

    #[test]
    fn numbering_stays_small() {
        let messages = found(nothing_forbidden_is_reached, &[("numbering", &["jiff", "regex"])]);
        assert_eq!(messages.len(), 1, "{messages:?}");
    }

    #[test]
    fn crates_as_designed_pass() {
        let crates: [(&str, &[&str]); 5] = [
            ("numbering", &["jiff"]),
            ("ledger", &["numbering", "jiff", "sha2"]),
            ("store", &["ledger"]),
            ("store-sqlite", &["store", "ledger", "rusqlite"]),
            ("gapless", &["store-sqlite", "ledger"]),
        ];
        assert_eq!(found(dependencies_point_up, &crates), [""; 0]);
        assert_eq!(found(nothing_forbidden_is_reached, &crates), [""; 0]);
    }

    #[test]
    fn every_crate_with_a_ban_has_a_layer() {
        for (name, _) in UNKNOWN_TO {
            assert!(layer(name).is_some(), "{name}");
        }
    }
}
