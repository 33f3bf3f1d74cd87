//! Moving every ledger of one database into another one, and proving both.
//!
//! A ledger is copied by parts of bounded size from one state of the source, while nobody can
//! write to it. Its head and its keys come last, in one commit: until then no query of the target
//! finds it, and what a move left behind that was stopped is cleared away by the next one. So a
//! move can be run as often as needed.

mod copy;
mod documents;
mod error;
mod hold;
mod page;
mod part;
mod proof;
mod standing;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use ledger::id::{AccountId, LedgerId};
use ledger::model::{Head, LedgerRow, Mode};
use ledger::trail::Hash;
use store::{Reader, Store, Writer};

pub use self::error::{MoveError, Side};
use self::hold::Hold;
use self::proof::Proof;
use self::standing::Standing;
use crate::error::EngineError;
use crate::forward::forward;
use crate::lookup;
use crate::query::Progress;

/// Ledgers read at once.
const LEDGERS: u32 = 1_000;

/// A ledger that is the same in both databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedLedger {
    /// The ledger; its id is the same in both.
    pub ledger: LedgerId,
    /// Its account.
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// Live or test.
    pub mode: Mode,
    /// Numbers in its register, void and occupied ones included.
    pub numbers: u64,
    /// Entries in its trail.
    pub entries: u64,
    /// Hash of the last entry.
    pub head: Hash,
    /// How many objects, revisions of them and events it made.
    pub last_object: u64,
    /// Whether it was there before, and was only proven again.
    pub was_there: bool,
}

/// Moves every ledger of a database into another one, and proves each on both sides: its whole
/// trail, its register against the trail, and that both have the same. What it did not find
/// there it leaves alone. Blocks this thread, and uses others.
///
/// The source is not changed, and nobody can write to it meanwhile. `progress` counts rows; how
/// many there are shows while they are found.
///
/// # Errors
/// [`MoveError`]. What was moved before an error stays, and is only proven when the move is run
/// again.
pub fn move_ledgers(
    source: &Arc<dyn Store>,
    target: &Arc<dyn Store>,
    progress: &Progress,
) -> Result<Vec<MovedLedger>, MoveError> {
    let mut guard = hold::open(&**source)?;
    let mut to = target.writer()?;
    let groups = survey(&**source, &**target)?;
    let proof = Proof::new(source, target, progress)?;
    let mut moved = Vec::new();
    for ledgers in groups.values() {
        let hold = Hold::take(guard, ledgers)?;
        // What is read from here on is what the locks keep as it is.
        let mut from = source.reader()?;
        from.hold()?;
        for ledger in ledgers {
            let mut sides = Sides { from: &mut *from, to: &mut *to, target: &**target };
            moved.push(sides.ledger(*ledger, &hold, &proof, progress)?);
        }
        from.release()?;
        guard = hold.release()?;
    }
    drop(guard);
    has_stayed(&**source, &moved)?;
    moved.sort_by_key(|moved| moved.ledger);
    Ok(moved)
}

/// Where rows come from and where they go.
struct Sides<'a> {
    from: &'a mut dyn Reader,
    to: &'a mut dyn Writer,
    target: &'a dyn Store,
}

impl Sides<'_> {
    fn ledger(
        &mut self,
        ledger: LedgerId,
        hold: &Hold,
        proof: &Proof<'_>,
        progress: &Progress,
    ) -> Result<MovedLedger, MoveError> {
        let head = lookup::ledger(self.from, ledger)?;
        let standing = Standing::of(self.from, &mut *self.target.reader()?, &head)?;
        if standing == Standing::Same {
            standing::refuse_one_database(self.to, &head)?;
            documents::prove_objects(self.from, &mut *self.target.reader()?, ledger)?;
        }
        let source = proof.of(Side::Source, &head)?;
        if standing == Standing::Missing {
            self.to.discard(ledger).map_err(MoveError::of_target)?;
            copy::copy(self.from, self.to, self.target, &head, hold, progress)?;
        }
        let numbers = proof.same(&head, &source)?;
        Ok(MovedLedger {
            ledger,
            account: head.account,
            name: head.name,
            mode: head.mode,
            numbers,
            entries: head.trail_count,
            head: head.trail_hash,
            last_object: head.last_object,
            was_there: standing == Standing::Same,
        })
    }
}

/// Ledgers that may be locked together.
type Groups = BTreeMap<Option<u32>, Vec<LedgerId>>;

/// Finds all ledgers, and refuses before anything is written when one of them cannot be moved.
fn survey(source: &dyn Store, target: &dyn Store) -> Result<Groups, MoveError> {
    let (mut from, mut to) = (source.reader()?, target.reader()?);
    let mut groups = Groups::new();
    each_ledger(&mut *from, |from, head| {
        Standing::of(from, &mut *to, head)?;
        groups.entry(source.group(head.id)).or_default().push(head.id);
        Ok(())
    })?;
    if groups.is_empty() { Err(MoveError::Empty) } else { Ok(groups) }
}

/// Tells when the source has gone on behind a ledger that was moved, or has a new one.
fn has_stayed(source: &dyn Store, moved: &[MovedLedger]) -> Result<(), MoveError> {
    let head = |moved: &MovedLedger| Head {
        trail_count: moved.entries,
        trail_hash: moved.head,
        last_object: moved.last_object,
    };
    let known: BTreeMap<LedgerId, Head> =
        moved.iter().map(|moved| (moved.ledger, head(moved))).collect();
    each_ledger(&mut *source.reader()?, |_, head| match known.get(&head.id) == Some(&head.head()) {
        true => Ok(()),
        false => Err(MoveError::went_on(head)),
    })
}

fn each_ledger(
    reader: &mut dyn Reader,
    mut visit: impl FnMut(&mut dyn Reader, &LedgerRow) -> Result<(), MoveError>,
) -> Result<(), MoveError> {
    let mut after = LedgerId(0);
    loop {
        let rows = reader.ledgers(after, LEDGERS).map_err(EngineError::from)?;
        let keys = rows.iter().map(|row| row.id);
        forward("ledgers", Bound::Excluded(after), keys).map_err(EngineError::from)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in &rows {
            visit(&mut *reader, row)?;
        }
    }
}
