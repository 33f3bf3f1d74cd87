//! File systems for SQLite that count, delay, fail, and forget what was not synced.
//!
//! [`Disk`] lives in memory and knows which bytes were synced: [`Disk::crash`] takes the others
//! away, as a power cut does, which `kill -9` does not. [`Shim`] passes everything on to real
//! files and only counts and delays. Both are mounted under a name that SQLite opens files by, and
//! both are ruled by a [`Meter`].

mod disk;
mod file;
mod locks;
mod memory;
mod meter;
mod shim;

pub use disk::{Disk, Survivors};
pub use meter::{Counts, Failure, FileKind, Meter, Operation};
pub use shim::Shim;

use std::ffi::CString;
use std::sync::atomic::{AtomicU64, Ordering};

/// A name that no file system was mounted under before.
fn fresh_name(kind: &str) -> CString {
    static MOUNTED: AtomicU64 = AtomicU64::new(0);
    let name = format!("{kind}-{}", MOUNTED.fetch_add(1, Ordering::Relaxed));
    // A name made of letters and digits holds no NUL.
    CString::new(name).unwrap_or_default()
}
