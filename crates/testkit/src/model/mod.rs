//! A store in plain maps, to hold other stores against.
//!
//! It does what the port says in the plainest way there is: every question walks a whole table.
//! What it holds is gone with the process.

mod documents;
mod loading;
mod reader;
mod rows;
mod sessions;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ledger::id::LedgerId;
use store::{Reader, Store, StoreError, Writer};

use self::reader::ModelReader;
use self::rows::Rows;
use self::writer::ModelWriter;

/// A store in plain maps. Clones are the same store.
///
/// ```
/// use store::Store;
/// use testkit::model::Model;
///
/// let model = Model::default();
/// let writer = model.writer()?;
/// assert!(model.writer().is_err(), "one writes at a time");
/// # drop(writer);
/// # Ok::<(), store::StoreError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Model {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    rows: Mutex<Rows>,
    /// Whether there is a writer.
    written: Mutex<bool>,
}

impl Shared {
    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same rows, which nobody writes to.
    fn copy(&self) -> Shared {
        Shared { rows: Mutex::new(self.rows().clone()), written: Mutex::new(true) }
    }

    fn written(&self) -> MutexGuard<'_, bool> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Model {
    fn writers_max(&self) -> usize {
        1
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn group(&self, _ledger: LedgerId) -> Option<u32> {
        None
    }

    fn writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        if std::mem::replace(&mut *self.shared.written(), true) {
            let what = "The model is being written already. Use the writer that is open.";
            return Err(StoreError::Busy(what.to_owned()));
        }
        Ok(Box::new(ModelWriter::new(Arc::clone(&self.shared))))
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(ModelReader::new(Arc::clone(&self.shared))))
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let rows = self.shared.rows();
        Ok(rows.trail.values().map(|sealed| sealed.entry.body.len() as u64).sum())
    }
}
