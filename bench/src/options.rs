//! The flags.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;

use crate::part::Time;
use crate::parts::Extent;

/// The page that a whole run writes.
const PAGE: &str = "docs/benchmarks.md";

/// Measures Gapless and what it is compared with, in one run, and writes docs/benchmarks.md.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo xtask bench")]
pub(crate) struct Options {
    /// Seconds that each part is measured for in each round.
    #[arg(long, default_value_t = 5.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Seconds that each part runs before it is measured in each round.
    #[arg(long, default_value_t = 1.0, value_parser = seconds)]
    pub(crate) warm_up: f64,
    /// How many times all parts are measured; the median counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=150))]
    pub(crate) connections: u16,
    /// Also what takes minutes to prepare: ten million numbers, and a server on them.
    #[arg(long)]
    pub(crate) full: bool,
    /// Only these parts, by letter or by name, separated by commas; the page is then not written.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Where the page is written, also when not all parts were measured.
    #[arg(long)]
    pub(crate) output: Option<PathBuf>,
}

impl Options {
    pub(crate) fn time(&self) -> Time {
        Time {
            warm_up: Duration::from_secs_f64(self.warm_up),
            measured: Duration::from_secs_f64(self.seconds),
        }
    }

    pub(crate) fn extent(&self) -> Extent {
        if self.full { Extent::Full } else { Extent::Usual }
    }

    /// The page to write, if any.
    pub(crate) fn page(&self) -> Option<&Path> {
        match &self.output {
            Some(path) => Some(path),
            None => self.only.is_empty().then_some(Path::new(PAGE)),
        }
    }

    /// The command line that measures the same again.
    pub(crate) fn again(&self) -> String {
        let Self { seconds, warm_up, rounds, connections, .. } = self;
        let mut command = format!(
            "cargo xtask bench --seconds {seconds} --warm-up {warm_up} --rounds {rounds} \
             --connections {connections}"
        );
        if self.full {
            command.push_str(" --full");
        }
        if !self.only.is_empty() {
            command.push_str(" --only ");
            command.push_str(&self.only.join(","));
        }
        command
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.1..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected seconds from 0.1 to 600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_are_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_run_of_some_parts_leaves_the_page_alone_unless_told() {
        let page = |flags: &[&str]| {
            let words = std::iter::once(&"bench").chain(flags);
            Options::parse_from(words).page().map(Path::to_path_buf)
        };
        assert_eq!(page(&[]), Some(PathBuf::from(PAGE)));
        assert_eq!(page(&["--only", "a,b"]), None);
        assert_eq!(page(&["--only", "a", "--output", "x.md"]), Some(PathBuf::from("x.md")));
    }

    #[test]
    fn the_command_says_how_to_measure_again() {
        let words = ["bench", "--seconds", "2.5", "--only", "a,b"];
        assert_eq!(
            Options::parse_from(words).again(),
            "cargo xtask bench --seconds 2.5 --warm-up 1 --rounds 5 --connections 64 --only a,b"
        );
        assert!(Options::parse_from(["bench", "--full"]).again().ends_with("64 --full"));
        assert!(Options::try_parse_from(["bench", "--seconds", "-1"]).is_err());
    }
}
