//! Pages that go forward.
//!
//! Who reads page by page goes on behind the last row of a page. Over a damaged index a store may
//! answer rows again that stand before the place it was asked for, and whoever goes on behind those
//! never comes to an end, or takes the end of a page for the end of all.

use std::fmt;
use std::ops::{Bound, RangeBounds};

use store::StoreError;

/// Refuses a page whose rows begin before the place that was asked for, or whose keys fall. Keys
/// are in the order in which pages follow each other.
///
/// # Errors
/// [`StoreError::Unusable`], which names `what` was to be read.
pub(crate) fn forward<K: PartialOrd>(
    what: impl fmt::Display,
    start: Bound<K>,
    keys: impl IntoIterator<Item = K>,
) -> Result<(), StoreError> {
    let place = (start, Bound::Unbounded);
    let mut before: Option<K> = None;
    for key in keys {
        if !place.contains(&key) || before.is_some_and(|before| before > key) {
            return Err(StoreError::Unusable(format!(
                "{what} do not come in their order: some come again where others should follow, \
                 so an index over them is damaged. Go back to a backup."
            )));
        }
        before = Some(key);
    }
    Ok(())
}

/// Behind what was read, or from the very first on.
pub(crate) fn behind<K>(after: Option<K>) -> Bound<K> {
    after.map_or(Bound::Unbounded, Bound::Excluded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_goes_back_is_refused() {
        let goes = |start, keys: &[u64]| forward("numbers", start, keys.iter().copied()).is_ok();
        assert!(goes(Bound::Unbounded, &[0, 1, 1, 5]));
        assert!(goes(Bound::Included(3), &[3, 4]));
        assert!(goes(Bound::Excluded(3), &[]));
        assert!(!goes(Bound::Excluded(3), &[3, 4]));
        assert!(!goes(Bound::Included(3), &[2, 4]));
        assert!(!goes(Bound::Included(3), &[3, 5, 4]));
        let told = forward("numbers of sequence 2", Bound::Included(3), [2]).unwrap_err();
        assert!(told.to_string().contains("numbers of sequence 2 do not come in"), "{told}");
    }
}
