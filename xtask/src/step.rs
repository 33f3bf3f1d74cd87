//! Steps of a longer run: each is announced, timed and listed at the end.
#![expect(clippy::print_stdout, reason = "a chore reports on the terminal")]

use std::io::{self, Write};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Prints a line at once, so that it keeps its place between the lines of child processes.
pub fn say(line: impl AsRef<str>) {
    println!("{}", line.as_ref());
    // A terminal that is gone is no reason to stop a test run.
    let _ = io::stdout().flush();
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Passed,
    /// There was nothing to do, for this reason.
    Skipped(String),
    /// Not as it should, for this reason.
    Failed(String),
}

/// The steps done so far; after one has failed, the rest are not begun.
#[derive(Debug, Default)]
pub struct Steps {
    done: Vec<(String, Outcome, Duration)>,
}

impl Steps {
    /// Does a step, unless an earlier one has failed.
    pub fn run(&mut self, name: &str, step: impl FnOnce() -> Outcome) {
        if self.failed() {
            return;
        }
        say(format!("\n==> {name}"));
        let begin = Instant::now();
        let outcome = step();
        let taken = begin.elapsed();
        say(format!("<== {}", line(name, &outcome, taken)));
        self.done.push((name.to_owned(), outcome, taken));
    }

    /// Whether a step has failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.done.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
    }

    /// Prints the list of steps with their times; the exit code says whether all passed.
    #[must_use]
    pub fn finish(self) -> ExitCode {
        say("");
        for (name, outcome, taken) in &self.done {
            say(line(name, outcome, *taken));
        }
        if self.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Runs a program, its output passed through, as a step.
pub fn program(command: &mut Command) -> Outcome {
    say(format!("    {}", shown(command)));
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("`{}` ended with {status}", shown(command))),
        Err(error) => Outcome::Failed(format!("`{}` could not be run: {error}", shown(command))),
    }
}

fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn line(name: &str, outcome: &Outcome, taken: Duration) -> String {
    let seconds = taken.as_secs_f64();
    match outcome {
        Outcome::Passed => format!("{name}: passed in {seconds:.1} s"),
        Outcome::Skipped(why) => format!("{name}: skipped, {why}"),
        Outcome::Failed(why) => format!("{name}: FAILED after {seconds:.1} s, {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_begun_after_a_failure() {
        let mut steps = Steps::default();
        steps.run("first", || Outcome::Skipped("not here".to_owned()));
        assert!(!steps.failed());
        steps.run("second", || Outcome::Failed("planted".to_owned()));
        steps.run("third", || unreachable!("begun after a failure"));
        assert!(steps.failed());
        assert_eq!(steps.finish(), ExitCode::FAILURE);
    }

    #[test]
    fn a_program_is_judged_by_its_exit_code() {
        let with_code = |code: &str| {
            let mut command = Command::new("sh");
            program(command.args(["-c", &format!("exit {code}")]))
        };
        assert_eq!(with_code("0"), Outcome::Passed);
        assert!(matches!(with_code("3"), Outcome::Failed(why) if why.contains('3')));
        let absent = program(&mut Command::new("no-such-program-anywhere"));
        assert!(matches!(absent, Outcome::Failed(_)));
    }
}
