//! `cargo xtask`: see the crate's documentation, or run it without a word.

use std::process::ExitCode;

use anyhow::Result;
use xtask::step::say;
use xtask::{bench, repository, test, tidy};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  tidy             check layering, names, sizes, leftovers, documented error codes
  test [--full]    run every test, tier by tier; --full simulates longer, kills oftener,
                   and has Stripe's libraries ask on PostgreSQL too;
                   GAPLESS_TEST_POSTGRES_BIN=DIR chooses the PostgreSQL to test with
  bench [FLAGS]    measure and write docs/benchmarks.md; `bench --help` lists the flags";

/// A command line that means nothing.
const USAGE_EXIT: u8 = 2;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = repository();
    match words.as_slice() {
        ["tidy"] => tidy::run(&root),
        ["test"] => test::run(&root, test::Extent::Usual),
        ["test", "--full"] => test::run(&root, test::Extent::Full),
        ["bench", flags @ ..] => bench::run(&root, flags),
        ["help" | "--help" | "-h"] => {
            say(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            say(USAGE);
            Ok(ExitCode::from(USAGE_EXIT))
        }
    }
}
