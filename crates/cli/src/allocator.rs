//! The program's allocator.
#![expect(unsafe_code, reason = "what the allocator is told is told by a function in C")]

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_set, mi_option_t};

/// Requests make and drop many small values on several threads, at which this one is quicker.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay`: milliseconds after which memory that is free is given back. The crate
/// names only its neighbours in the list.
const PURGE_DELAY: mi_option_t = 15;

/// At once. The second that it keeps it otherwise is longer than any request takes, so large ones
/// behind each other would stand in memory together: half as much again.
const NOT_DELAYED: c_long = 0;

/// Has memory given back as soon as it is free. To be said before anything else is done.
pub(crate) fn give_back_at_once() {
    // SAFETY: it takes two numbers and keeps one of them.
    unsafe { mi_option_set(PURGE_DELAY, NOT_DELAYED) };
}

#[cfg(test)]
mod tests {
    use libmimalloc_sys::mi_option_get;

    use super::*;

    #[test]
    fn the_option_is_the_one_that_is_meant() {
        // SAFETY: it takes one number and gives one.
        let delay = || unsafe { mi_option_get(PURGE_DELAY) };
        assert_eq!(delay(), 1_000, "what the allocator comes with stands in its own source");
        give_back_at_once();
        assert_eq!(delay(), NOT_DELAYED);
    }
}
