//! `cargo xtask bench`: builds the measuring program with optimisation and runs it.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Runs the crate `bench` with `flags` in the root of the repository.
///
/// # Errors
///
/// When cargo cannot be run; what it or the program reports is in the exit code.
pub fn run(root: &Path, flags: &[&str]) -> Result<ExitCode> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--package", "bench", "--"])
        .args(flags)
        .current_dir(root)
        .status()
        .context("cargo could not be run")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
