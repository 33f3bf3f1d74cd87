//! The integer behind a number.

use std::{error::Error, fmt};

use crate::limits::ORDINAL_MAX;

/// A place in a sequence, `0..=`[`ORDINAL_MAX`].
///
/// ```
/// use numbering::Ordinal;
///
/// let last = Ordinal::new(41)?;
/// assert_eq!(last.next()?.get(), 42);
/// assert!(Ordinal::new(1_000_000_000_000_000).is_err());
/// # Ok::<(), numbering::OrdinalOverflow>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ordinal(u64);

impl Ordinal {
    /// Before the first: what a sequence without numbers stands at.
    pub const ZERO: Self = Self(0);
    /// The usual first ordinal.
    pub const ONE: Self = Self(1);
    /// The last ordinal there is.
    pub const MAX: Self = Self(ORDINAL_MAX);

    /// The ordinal of an integer.
    ///
    /// # Errors
    /// [`OrdinalOverflow`] above [`ORDINAL_MAX`].
    pub const fn new(value: u64) -> Result<Self, OrdinalOverflow> {
        if value > ORDINAL_MAX { Err(OrdinalOverflow) } else { Ok(Self(value)) }
    }

    /// The integer.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The ordinal after this one.
    ///
    /// # Errors
    /// [`OrdinalOverflow`] after [`Ordinal::MAX`].
    pub const fn next(self) -> Result<Self, OrdinalOverflow> {
        self.plus(1)
    }

    /// The ordinal `count` places further on.
    ///
    /// # Errors
    /// [`OrdinalOverflow`] beyond [`Ordinal::MAX`].
    pub const fn plus(self, count: u64) -> Result<Self, OrdinalOverflow> {
        match self.0.checked_add(count) {
            Some(value) => Self::new(value),
            None => Err(OrdinalOverflow),
        }
    }
}

impl fmt::Display for Ordinal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An integer is larger than any ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrdinalOverflow;

impl fmt::Display for OrdinalOverflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ordinal is over {ORDINAL_MAX}, the largest there is")
    }
}

impl Error for OrdinalOverflow {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        assert_eq!(Ordinal::new(0), Ok(Ordinal::ZERO));
        assert_eq!(Ordinal::new(ORDINAL_MAX), Ok(Ordinal::MAX));
        assert_eq!(Ordinal::new(ORDINAL_MAX + 1), Err(OrdinalOverflow));
        assert_eq!(Ordinal::MAX.next(), Err(OrdinalOverflow));
        assert_eq!(Ordinal::ONE.plus(u64::MAX), Err(OrdinalOverflow));
        assert_eq!(Ordinal::ONE.plus(9).unwrap().to_string(), "10");
    }
}
