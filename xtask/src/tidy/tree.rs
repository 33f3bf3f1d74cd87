//! The files that the rules look at.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Finding;

/// Directories that are not the project's own text.
const PASSED_OVER: [&str; 3] = [".git", "target", "node_modules"];

/// Endings of the files that people write by hand; data and lock files are not among them.
const WRITTEN: [&str; 10] = ["rs", "md", "toml", "sql", "sh", "yml", "yaml", "html", "css", "js"];

/// A file written by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is, from the root of the repository.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// All files written by hand, sorted by path.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Reads the tree below `root`.
    ///
    /// # Errors
    ///
    /// When a directory or a file cannot be read, or when a file is not UTF-8.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        collect(root, Path::new(""), &mut files)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { files })
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// Every file of Rust.
    pub fn sources(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.extension().is_some_and(|ending| ending == "rs"))
    }

    /// The file at `path`, from the root.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files().find(|file| file.path == Path::new(path))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: PathBuf::from(path),
            text: (*text).to_owned(),
        };
        Self { files: files.iter().map(file).collect() }
    }
}

impl File {
    /// A finding in this file.
    pub(super) fn finding(&self, line: usize, message: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, message: message.into() }
    }

    /// The lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

fn collect(root: &Path, below: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !PASSED_OVER.iter().any(|name| entry.file_name() == *name) {
                collect(root, &path, files)?;
            }
        } else if kind.is_file() && is_written(&path) {
            let text = fs::read_to_string(entry.path()).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            })?;
            files.push(File { path, text });
        }
    }
    Ok(())
}

fn is_written(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| WRITTEN.contains(&ending)) || path.starts_with(".ci")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_built_is_not() {
        let name = format!("gapless-tidy-{}", std::process::id());
        let root = std::env::temp_dir().join(name);
        for (path, text) in
            [("a/b.rs", "one"), (".ci/run", "two"), ("target/c.rs", "three"), ("a/d.csv", "four")]
        {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(&root);
        fs::remove_dir_all(&root).unwrap();
        let texts: Vec<String> = tree.unwrap().files().map(|file| file.text.clone()).collect();
        assert_eq!(texts, ["two", "one"]);
    }
}
