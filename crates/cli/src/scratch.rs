//! A place for what is not kept.

use std::path::{Path, PathBuf};
use std::{env, fs};

use engine::{Ids, SystemIds};

use crate::failure::Failure;

/// A directory that is removed with what is in it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one, whose name says what for.
    pub(crate) fn new(purpose: &str) -> Result<Scratch, Failure> {
        let path = env::temp_dir().join(format!("gapless-{purpose}-{}", SystemIds.base62(8)));
        fs::create_dir(&path).map_err(|error| Failure::of_writing(&path, &error))?;
        Ok(Scratch(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left lies where such things are cleared away anyway.
        drop(fs::remove_dir_all(&self.0));
    }
}
