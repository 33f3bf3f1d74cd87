//! A store that takes its time to write what is moved in.

use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use ledger::Changes;
use store::{Store, StoreError, Writer};
use testkit::hooked::{HookedStore, WriterHook};

/// A store that waits before it writes a part.
pub(super) fn slow(below: Arc<dyn Store>, wait: Duration) -> Arc<dyn Store> {
    Arc::new(HookedStore::new(below, move || Slow(wait)))
}

struct Slow(Duration);

impl WriterHook for Slow {
    fn restore(&mut self, below: &mut dyn Writer, part: &Changes) -> Result<(), StoreError> {
        sleep(self.0);
        below.restore(part)
    }
}
