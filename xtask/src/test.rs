//! `cargo xtask test`: every test, with what it needs, tier by tier.
//!
//! The quick tiers come first and the first tier that fails ends the run, so that a mistake shows
//! early. cargo's own output is passed through. Another PostgreSQL than the machine's own is tested
//! with by `GAPLESS_TEST_POSTGRES_BIN=/path/to/its/bin`.

mod needs;
mod packages;
mod tiers;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::step::{Outcome, Steps, program, say};
use crate::tidy;
use needs::Machine;

/// Everything without the typesetter, which takes longer to compile than all else together and is
/// tested in a step of its own.
const LIGHT: [&str; 3] = ["--workspace", "--no-default-features", "--no-fail-fast"];

/// How much is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What every change must pass.
    Usual,
    /// Also what takes long: longer simulations, more kills.
    Full,
}

/// Runs all tests of the repository at `root`; the exit code says whether they passed.
///
/// # Errors
///
/// When the list of tests cannot be read.
pub fn run(root: &Path, extent: Extent) -> Result<ExitCode> {
    let tiers = tiers::tiers(root).context("the tests could not be listed")?;
    let runner = Runner::find();
    let mut steps = Steps::default();
    steps.run("what is needed", || {
        say(format!("    tests run with {}", runner.name()));
        let machine = Machine::this();
        let needs = [
            Machine::c_compiler,
            Machine::postgres,
            Machine::python,
            Machine::node,
            Machine::chromium,
            Machine::poppler,
        ];
        let absent = needs.iter().map(|need| need(&machine)).find(|it| *it != Outcome::Passed);
        absent.unwrap_or(Outcome::Passed)
    });
    steps.run("lint", || lint(root));
    for tier in &tiers {
        steps.run(tier.name, || {
            if tier.selection.is_empty() {
                return Outcome::Skipped("no crate has tests of this tier yet".to_owned());
            }
            let mut command = runner.command();
            command.args(LIGHT).args(&tier.selection);
            program(prepared(&mut command, root, extent))
        });
    }
    steps.run("documentation", || {
        let mut command = Command::new(env!("CARGO"));
        command.args(["test", "--doc"]).args(LIGHT);
        program(prepared(&mut command, root, extent))
    });
    // Typst takes longer to compile than all the rest.
    if extent == Extent::Full {
        steps.run("pdf", || {
            let mut command = runner.command();
            command.args(["--package", "pdf", "--features", "typst", "--no-fail-fast"]);
            program(prepared(&mut command, root, extent))
        });
    }
    Ok(steps.finish())
}

fn lint(root: &Path) -> Outcome {
    match tidy::check(root) {
        Ok(findings) if findings.is_empty() => Outcome::Passed,
        Ok(findings) => {
            for finding in &findings {
                say(finding.to_string());
            }
            Outcome::Failed(format!("{} findings", findings.len()))
        }
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

fn prepared<'a>(command: &'a mut Command, root: &Path, extent: Extent) -> &'a mut Command {
    command.current_dir(root);
    if extent == Extent::Full {
        command.env("GAPLESS_TEST_FULL", "1");
    }
    command
}

/// What runs the tests: nextest where it is installed, because it uses both cores better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    Nextest,
    Cargo,
}

impl Runner {
    fn find() -> Self {
        let asked = Command::new(env!("CARGO")).args(["nextest", "--version"]).output();
        if asked.is_ok_and(|output| output.status.success()) { Self::Nextest } else { Self::Cargo }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nextest => "cargo nextest",
            Self::Cargo => "cargo test",
        }
    }

    fn command(self) -> Command {
        let mut command = Command::new(env!("CARGO"));
        match self {
            // A crate without tests is no failure; cargo's own runner thinks so too.
            Self::Nextest => command.args(["nextest", "run", "--no-tests=pass"]),
            Self::Cargo => command.arg("test"),
        };
        command
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn environment(extent: Extent) -> Vec<(String, Option<String>)> {
        let text = |text: &OsStr| text.to_str().unwrap().to_owned();
        let mut command = Command::new("true");
        prepared(&mut command, Path::new("."), extent)
            .get_envs()
            .map(|(name, value)| (text(name), value.map(text)))
            .collect()
    }

    #[test]
    fn tests_learn_how_long_they_may_take() {
        assert_eq!(environment(Extent::Usual), []);
        let full = ("GAPLESS_TEST_FULL".to_owned(), Some("1".to_owned()));
        assert_eq!(environment(Extent::Full), [full]);
    }
}
