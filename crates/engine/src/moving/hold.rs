//! Keeping everybody else from writing to the source.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use ledger::Misses;
use ledger::id::LedgerId;
use ledger::model::{Head, LedgerRow};
use store::{Store, StoreError, Writer};

use super::error::MoveError;
use crate::error::EngineError;

/// How often the lock is looked after: a server takes it back from whoever is silent for a few
/// seconds.
const BEAT: Duration = Duration::from_secs(1);

/// Ledgers that nobody else can write to. Dropping it lets go of them.
pub(super) struct Hold {
    end: Sender<()>,
    beating: Option<JoinHandle<Held>>,
    lost: Arc<OnceLock<String>>,
}

/// What the thread that looks after the lock leaves.
type Held = Result<Box<dyn Writer>, StoreError>;

/// Opens the way to write to the source, only so that nobody else has it.
pub(super) fn open(source: &dyn Store) -> Result<Box<dyn Writer>, MoveError> {
    source.writer().map_err(|error| match error {
        StoreError::Busy(what) => MoveError::in_use(&what),
        error => error.into(),
    })
}

impl Hold {
    /// Locks ledgers, given in ascending order.
    pub(super) fn take(
        mut writer: Box<dyn Writer>,
        ledgers: &[LedgerId],
    ) -> Result<Hold, MoveError> {
        let locked = writer.begin(ledgers)?;
        if let Some(missing) = ledgers.iter().find(|id| locked.binary_search(id).is_err()) {
            return Err(MoveError::in_use(&format!(
                "Ledger {missing} of the source is being written by a server. Stop every server \
                 that uses the source, then run the same command again."
            )));
        }
        let heads = heads(&mut *writer, ledgers)?;
        let (end, ended) = channel();
        let lost = Arc::new(OnceLock::new());
        let (ledgers, told) = (ledgers.to_vec(), Arc::clone(&lost));
        let beating = std::thread::spawn(move || beat(writer, &ledgers, &heads, &ended, &told));
        Ok(Hold { end, beating: Some(beating), lost })
    }

    /// Refuses to go on when the ledgers are known not to be locked any more.
    pub(super) fn check(&self) -> Result<(), MoveError> {
        self.lost.get().map_or(Ok(()), |why| Err(lost(why)))
    }

    /// Lets go, after a last look that the ledgers were locked until now.
    pub(super) fn release(mut self) -> Result<Box<dyn Writer>, MoveError> {
        let held = self.stop();
        let held =
            held.ok_or_else(|| EngineError::Defect("a lock's thread panicked".to_owned()))?;
        held.map_err(|error| lost(&error.to_string()))
    }

    fn stop(&mut self) -> Option<Held> {
        // The thread may have ended by itself.
        let _ = self.end.send(());
        self.beating.take().and_then(|beating| beating.join().ok())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.stop());
    }
}

fn lost(why: &str) -> MoveError {
    MoveError::in_use(&format!(
        "The lock on the source was lost ({why}). Stop every server that uses the source, then \
         run the same command again."
    ))
}

fn beat(
    mut writer: Box<dyn Writer>,
    ledgers: &[LedgerId],
    before: &BTreeMap<LedgerId, Head>,
    ended: &Receiver<()>,
    lost: &OnceLock<String>,
) -> Held {
    loop {
        let is_end = !matches!(ended.recv_timeout(BEAT), Err(RecvTimeoutError::Timeout));
        let looked = heads(&mut *writer, ledgers).and_then(|now| match now == *before {
            true => Ok(()),
            false => Err(StoreError::Conflict("another process wrote to it".to_owned())),
        });
        if let Err(error) = &looked {
            // It is lost once; what is told is the first reason.
            let _ = lost.set(error.to_string());
        }
        if looked.is_err() || is_end {
            let ended = looked.and_then(|()| writer.rollback());
            return ended.map(|()| writer);
        }
    }
}

fn heads(
    writer: &mut dyn Writer,
    ledgers: &[LedgerId],
) -> Result<BTreeMap<LedgerId, Head>, StoreError> {
    let misses = Misses { ledgers: ledgers.to_vec(), ..Misses::default() };
    let head = |row: LedgerRow| (row.id, row.head());
    Ok(writer.load(&misses)?.ledgers.into_iter().map(head).collect())
}
