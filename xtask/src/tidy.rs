//! What the compiler and clippy do not check, as rules over the files of the repository.
//!
//! Each rule is a function from files to findings, in a file of its own, with an example that it
//! finds and one that it leaves alone. `cargo xtask tidy` prints the findings; a test runs the
//! same over the real tree.

mod functions;
mod layers;
mod lines;
mod manifest;
mod names;
mod refusals;
mod tree;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::step::say;
pub use tree::{File, Tree};

/// A place where a rule is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root of the repository.
    pub path: PathBuf,
    /// The line, from 1; 0 when it is about the whole file.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path.display(), self.message),
            line => write!(f, "{}:{line}: {}", self.path.display(), self.message),
        }
    }
}

/// A rule: it gives what it finds in the tree.
type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: [Rule; 10] = [
    layers::dependencies_point_up,
    layers::nothing_forbidden_is_reached,
    lines::short_enough,
    lines::nothing_left_over,
    lines::no_machine_paths,
    names::modules_say_what_they_are,
    names::files_are_small,
    functions::short_enough,
    refusals::codes_are_found,
    refusals::codes_are_documented,
];

/// Everything that is wrong in the repository at `root`, sorted by place.
///
/// # Errors
///
/// When a file cannot be read.
pub fn check(root: &Path) -> io::Result<Vec<Finding>> {
    let tree = Tree::read(root)?;
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    Ok(findings)
}

/// `cargo xtask tidy`: prints what is wrong; the exit code says whether anything is.
///
/// # Errors
///
/// When a file cannot be read.
pub fn run(root: &Path) -> Result<ExitCode> {
    let findings = check(root).context("the repository could not be read")?;
    for finding in &findings {
        say(finding.to_string());
    }
    if findings.is_empty() {
        say(format!("tidy: {} rules hold", RULES.len()));
        return Ok(ExitCode::SUCCESS);
    }
    say(format!("tidy: {} findings", findings.len()));
    Ok(ExitCode::FAILURE)
}
