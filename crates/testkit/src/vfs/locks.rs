//! Locks between the connections of one process, as SQLite asks for them.

/// Who asks; each open file has its own.
pub(super) type Owner = u64;

/// How far a file is locked. The order is SQLite's, and the numbers are too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// Somebody else holds what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Busy;

/// The locks on one file.
#[derive(Debug, Default)]
pub(super) struct FileLocks {
    shared: Vec<Owner>,
    reserved: Option<Owner>,
    pending: Option<Owner>,
    exclusive: Option<Owner>,
}

/// Places that a log index is locked by.
pub(super) const SLOTS: usize = 8;

/// The locks on the index of one log.
#[derive(Debug, Default)]
pub(super) struct IndexLocks {
    slots: [Slot; SLOTS],
}

#[derive(Debug, Default)]
struct Slot {
    shared: Vec<Owner>,
    exclusive: Option<Owner>,
}

/// How a place is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    Shared,
    Exclusive,
}

impl Level {
    pub(super) fn of(number: i32) -> Level {
        match number {
            0 => Level::None,
            1 => Level::Shared,
            2 => Level::Reserved,
            3 => Level::Pending,
            _ => Level::Exclusive,
        }
    }
}

impl FileLocks {
    pub(super) fn lock(&mut self, owner: Owner, level: Level) -> Result<(), Busy> {
        match level {
            Level::None | Level::Pending => Ok(()),
            Level::Shared => {
                if others(self.pending, owner) || others(self.exclusive, owner) {
                    return Err(Busy);
                }
                if !self.shared.contains(&owner) {
                    self.shared.push(owner);
                }
                Ok(())
            }
            Level::Reserved => take(&mut self.reserved, owner),
            Level::Exclusive => {
                if others(self.reserved, owner) {
                    return Err(Busy);
                }
                // From here on no new reader comes in, so the ones inside run out.
                take(&mut self.pending, owner)?;
                if self.shared.iter().any(|reader| *reader != owner) {
                    return Err(Busy);
                }
                take(&mut self.exclusive, owner)
            }
        }
    }

    pub(super) fn unlock(&mut self, owner: Owner, level: Level) {
        for held in [&mut self.reserved, &mut self.pending, &mut self.exclusive] {
            *held = held.filter(|holder| *holder != owner);
        }
        if level == Level::None {
            self.shared.retain(|reader| *reader != owner);
        }
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.reserved.is_some() || self.pending.is_some() || self.exclusive.is_some()
    }
}

impl IndexLocks {
    pub(super) fn lock(
        &mut self,
        owner: Owner,
        places: std::ops::Range<usize>,
        hold: Hold,
    ) -> Result<(), Busy> {
        let slots = &mut self.slots[places];
        let free = |slot: &Slot| match hold {
            Hold::Shared => !others(slot.exclusive, owner),
            Hold::Exclusive => {
                !others(slot.exclusive, owner) && slot.shared.iter().all(|one| *one == owner)
            }
        };
        if !slots.iter().all(free) {
            return Err(Busy);
        }
        for slot in slots {
            match hold {
                Hold::Shared if slot.shared.contains(&owner) => {}
                Hold::Shared => slot.shared.push(owner),
                Hold::Exclusive => slot.exclusive = Some(owner),
            }
        }
        Ok(())
    }

    pub(super) fn unlock(&mut self, owner: Owner, places: std::ops::Range<usize>) {
        for slot in &mut self.slots[places] {
            slot.shared.retain(|one| *one != owner);
            slot.exclusive = slot.exclusive.filter(|one| *one != owner);
        }
    }
}

fn others(holder: Option<Owner>, owner: Owner) -> bool {
    holder.is_some_and(|holder| holder != owner)
}

fn take(held: &mut Option<Owner>, owner: Owner) -> Result<(), Busy> {
    if others(*held, owner) {
        return Err(Busy);
    }
    *held = Some(owner);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_and_readers_that_run_out() {
        let mut locks = FileLocks::default();
        assert_eq!(locks.lock(1, Level::Shared), Ok(()));
        assert_eq!(locks.lock(2, Level::Shared), Ok(()));
        assert_eq!(locks.lock(1, Level::Reserved), Ok(()));
        assert_eq!(locks.lock(2, Level::Reserved), Err(Busy));
        assert_eq!(locks.lock(1, Level::Exclusive), Err(Busy), "there is a reader");
        assert_eq!(locks.lock(3, Level::Shared), Err(Busy), "and no new one comes in");
        locks.unlock(2, Level::None);
        assert_eq!(locks.lock(1, Level::Exclusive), Ok(()));
        assert!(locks.is_reserved());
        locks.unlock(1, Level::None);
        assert_eq!(locks.lock(3, Level::Shared), Ok(()));
    }

    #[test]
    fn places_of_an_index_are_shared_or_exclusive() {
        let mut locks = IndexLocks::default();
        assert_eq!(locks.lock(1, 3..4, Hold::Shared), Ok(()));
        assert_eq!(locks.lock(2, 3..4, Hold::Shared), Ok(()));
        assert_eq!(locks.lock(2, 0..8, Hold::Exclusive), Err(Busy));
        locks.unlock(1, 3..4);
        assert_eq!(locks.lock(2, 0..8, Hold::Exclusive), Ok(()));
        assert_eq!(locks.lock(1, 5..6, Hold::Shared), Err(Busy));
        locks.unlock(2, 0..8);
        assert_eq!(locks.lock(1, 5..6, Hold::Shared), Ok(()));
    }
}
