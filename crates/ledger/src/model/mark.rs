//! What made a sequence go on otherwise than by counting.

use serde::{Deserialize, Serialize};

/// What changed a sequence before a number: the number is the first behind it, and says so for
/// ever. A sequence that begins because a period does marks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// It taught the series its format.
    Taught,
    /// It is the first of those that were renumbered together.
    Resequenced,
    /// The sequence was moved forward, and left a gap.
    MovedForward,
    /// The numbers before it were imported.
    Imported,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 4] =
        [Mark::Taught, Mark::Resequenced, Mark::MovedForward, Mark::Imported];

    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Mark::Taught => "taught",
            Mark::Resequenced => "resequenced",
            Mark::MovedForward => "moved_forward",
            Mark::Imported => "imported",
        }
    }

    /// The number that stores keep for it.
    pub fn code(self) -> u8 {
        match self {
            Mark::Taught => 0,
            Mark::Resequenced => 1,
            Mark::MovedForward => 2,
            Mark::Imported => 3,
        }
    }

    /// The mark that has this code.
    pub fn of_code(code: i64) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| i64::from(mark.code()) == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_tell_marks_apart() {
        for (place, mark) in Mark::ALL.into_iter().enumerate() {
            assert_eq!((mark.code() as usize, Mark::of_code(place as i64)), (place, Some(mark)));
            assert_eq!(Mark::ALL.iter().filter(|one| one.text() == mark.text()).count(), 1);
        }
        assert_eq!((Mark::of_code(4), Mark::of_code(-1)), (None, None));
    }
}
