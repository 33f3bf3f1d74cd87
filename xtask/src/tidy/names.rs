//! Rules about files: what they are called and how large they are.

use std::path::Path;

use super::{Finding, Tree};

/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "shared"];

/// Bytes in a file of Rust.
const SOURCE_BYTES_MAX: usize = 40 * 1024;

/// A module is named after the one thing that it is about.
pub(super) fn modules_say_what_they_are(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.sources() {
        if let Some(name) = empty_name(&file.path) {
            findings.push(file.finding(0, message(name)));
        }
        for (number, line) in file.lines() {
            if let Some(name) = inline_module(line).and_then(known) {
                findings.push(file.finding(number, message(name)));
            }
        }
    }
    findings
}

/// A file is small enough to be read in one go.
pub(super) fn files_are_small(tree: &Tree) -> Vec<Finding> {
    tree.sources()
        .filter(|file| file.text.len() > SOURCE_BYTES_MAX)
        .map(|file| {
            let size = file.text.len();
            file.finding(0, format!("{size} bytes, at most {SOURCE_BYTES_MAX}: split it"))
        })
        .collect()
}

fn message(name: &str) -> String {
    format!("`{name}` does not say what is inside: name the one thing that it is about")
}

fn empty_name(path: &Path) -> Option<&'static str> {
    path.with_extension("").iter().find_map(|part| known(part.to_str()?))
}

fn known(name: &str) -> Option<&'static str> {
    EMPTY_NAMES.into_iter().find(|empty| *empty == name)
}

/// The name of a module that is written out in this line.
fn inline_module(line: &str) -> Option<&str> {
    let words = line.trim().strip_suffix('{')?.trim_end();
    let (head, name) = words.rsplit_once(' ')?;
    (head == "mod" || head.starts_with("pub") && head.ends_with(" mod")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_says_nothing_is_found() {
        let tree = Tree::of(&[
            ("crates/a/src/utils.rs", ""),
            ("crates/a/src/common/thing.rs", ""),
            ("crates/a/src/commonplace.rs", ""),
            ("crates/a/src/lib.rs", "mod fine {\n}\npub(crate) mod helpers {\n}\n"),
            ("docs/common.md", ""),
        ]);
        let found: Vec<(String, usize)> = modules_say_what_they_are(&tree)
            .into_iter()
            .map(|finding| (finding.path.display().to_string(), finding.line))
            .collect();
        let expected = [
            ("crates/a/src/utils.rs".to_owned(), 0),
            ("crates/a/src/common/thing.rs".to_owned(), 0),
            ("crates/a/src/lib.rs".to_owned(), 3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_large_file_is_found() {
        let most = "x".repeat(SOURCE_BYTES_MAX);
        let more = format!("{most}x");
        let tree = Tree::of(&[("a.rs", &most), ("b.rs", &more), ("c.md", &more)]);
        let found = files_are_small(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, Path::new("b.rs"));
    }
}
