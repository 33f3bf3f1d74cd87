//! Chores of the workspace.
//!
//! `cargo xtask tidy` checks what the compiler does not, `cargo xtask test` runs every test with
//! what it needs, `cargo xtask bench` measures. This crate is compiled before any test can run, so
//! it stays light.

pub mod bench;
pub mod step;
pub mod test;
pub mod tidy;

use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}
