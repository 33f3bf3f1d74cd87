//! Answers: what the ledger holds, written as JSON from borrowed rows.

mod books;
mod document;
mod irregular;
mod lesson;
mod list;
mod number;
mod pattern;
mod resequence;
mod series;
mod settings;
mod statement;
mod trail;
mod user;
mod why;

use jiff::civil::Date;
use ledger::model::Mode;
use numbering::Period;
use serde::{Serialize, Serializer};

pub use self::books::{Gap, Locks};
pub(crate) use self::document::payments;
pub use self::document::{
    Account, ApiVersionAnswer, Deleted, Delivery, Document, DocumentLines, Event, EventData,
    LINES_SHOWN, Surroundings, endpoint_with_secret, event_body, to_value,
};
pub use self::irregular::{ClosedPeriod, Counts, Irregularity, IrregularitySummary};
pub use self::lesson::LessonAnswer;
pub use self::list::{List, SearchResult};
pub use self::number::{Numbers, number};
pub use self::pattern::{CheckAnswer, InferenceAnswer, InferredPattern, Made, Remark};
pub use self::resequence::{ResequenceAnswer, ResequenceLine};
pub use self::series::{AdvanceAnswer, PreviewAnswer, PreviewedNumber, Series};
pub use self::settings::{Settings, settings_prefix};
pub use self::statement::{StatementAnswer, StatementFacts};
pub use self::trail::{TrailAnchor, TrailEntry, TrailVerification, Walked};
pub use self::user::User;
pub use self::why::{Why, WhyEvent, why};

/// Writes an answer as JSON.
pub fn to_json<T: Serialize>(answer: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL_BYTES);
    match serde_json::to_writer(&mut bytes, answer) {
        Ok(()) => bytes,
        // A growing buffer takes every byte, and no answer has a key that is no text.
        Err(error) => unreachable!("an answer of known shape was not written: {error}"),
    }
}

const USUAL_BYTES: usize = 1024;

/// A value that is written as its `Display` text.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

fn is_live(mode: Mode) -> bool {
    mode == Mode::Live
}

/// A period: its first day, the day after its last, and what people call it.
#[derive(Serialize)]
struct PeriodAnswer<'a> {
    from: Text<Date>,
    to: Text<Date>,
    label: &'a str,
}

impl<'a> PeriodAnswer<'a> {
    fn new(period: &Period, label: &'a str) -> PeriodAnswer<'a> {
        PeriodAnswer { from: Text(period.from), to: Text(period.to), label }
    }
}
