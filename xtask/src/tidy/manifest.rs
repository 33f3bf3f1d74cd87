//! As much of a crate's manifest as the layering needs.

use std::path::Path;

use super::{File, Tree};

/// A crate of the workspace with what it is built upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Manifest<'a> {
    pub(super) file: &'a File,
    pub(super) name: &'a str,
    /// Packages and the lines that name them. What only tests need is not among them: a test may
    /// look at everything.
    pub(super) dependencies: Vec<(usize, &'a str)>,
}

/// The manifests of all crates of the workspace.
pub(super) fn all(tree: &Tree) -> Vec<Manifest<'_>> {
    tree.files().filter_map(read).collect()
}

fn read(file: &File) -> Option<Manifest<'_>> {
    if file.path.file_name()? != "Cargo.toml" || file.path == Path::new("Cargo.toml") {
        return None;
    }
    let mut name = None;
    let mut dependencies = Vec::new();
    let mut section = "";
    for (number, line) in file.lines() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = header;
            if let Some(key) = own_table(section) {
                dependencies.push((number, key));
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim();
        if section == "package" && key == "name" {
            name = quoted(value);
        } else if is_dependencies(section) && !line.starts_with('#') {
            let key = key.split('.').next().unwrap_or(key);
            dependencies.push((number, renamed(value).unwrap_or(key)));
        } else if own_table(section).is_some() && key == "package" {
            let package = quoted(value)?;
            dependencies.last_mut()?.1 = package;
        }
    }
    Some(Manifest { file, name: name?, dependencies })
}

fn is_dependencies(section: &str) -> bool {
    let last = section.rsplit('.').next().unwrap_or(section);
    matches!(last, "dependencies" | "build-dependencies")
}

/// The dependency that has a table of its own: `[dependencies.NAME]`.
fn own_table(section: &str) -> Option<&str> {
    let (head, name) = section.rsplit_once('.')?;
    is_dependencies(head).then_some(name)
}

/// The package behind a dependency that goes by another name.
fn renamed(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("package")?;
    quoted(rest.trim_start().strip_prefix('=')?)
}

fn quoted(value: &str) -> Option<&str> {
    value.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        let text = r#"
[package]
name = "api"
[dependencies]
axum.workspace = true
# hyper = "1"
engine = { workspace = true }
db = { version = "1", package = "rusqlite" }
[dependencies.serde]
version = "1"
[dependencies.pg]
package = "tokio-postgres"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[build-dependencies]
cc = "1"
[dev-dependencies]
testkit.workspace = true
[features]
default = []
"#;
        let tree = Tree::of(&[("crates/api/Cargo.toml", text), ("Cargo.toml", text)]);
        let manifests = all(&tree);
        assert_eq!(manifests.len(), 1);
        assert_eq!(manifests[0].name, "api");
        let names: Vec<&str> = manifests[0].dependencies.iter().map(|(_, name)| *name).collect();
        let expected = ["axum", "engine", "rusqlite", "serde", "tokio-postgres", "libc", "cc"];
        assert_eq!(names, expected);
        assert_eq!(manifests[0].dependencies[0].0, 5);
    }
}
