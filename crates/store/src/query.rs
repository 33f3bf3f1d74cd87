//! What can be asked of a reader.

use std::collections::BTreeSet;

use jiff::civil::Date;
use ledger::id::{CustomerId, LedgerId, ObjectId, Position, ScopeKey, SequenceId, SeriesId};
use ledger::model::{
    At, DeliveryRow, EventRow, GapCause, GapRow, Kind, LedgerRow, NumberRow, ObjectKind, ObjectRow,
    OutcomeRow, SequenceRow, State,
};
use ledger::trail::Sealed;

/// Which part of a list: behind or before an id, never both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page<Id> {
    /// Only what comes after this one in the list.
    pub starting_after: Option<Id>,
    /// Only what comes just before this one in the list.
    pub ending_before: Option<Id>,
    /// How many at most.
    pub limit: u32,
}

/// Bounds of dates, each included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// The earliest.
    pub from: Option<Date>,
    /// The latest.
    pub to: Option<Date>,
}

/// Which numbers; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberFilter {
    /// Of a series.
    pub series: Option<SeriesId>,
    /// Of a period that begins on a day (used with `series`).
    pub period_from: Option<Date>,
    /// In a state.
    pub state: Option<State>,
    /// Of a kind.
    pub kind: Option<Kind>,
    /// Of a customer.
    pub customer: Option<CustomerId>,
    /// With a reference.
    pub reference: Option<String>,
    /// With a text, compared trimmed and case-folded.
    pub number: Option<String>,
    /// Dated between.
    pub date: DateRange,
}

/// A number and the sequence that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberWithPlace {
    /// The register's entry.
    pub row: NumberRow,
    /// Its sequence.
    pub sequence: SequenceRow,
}

/// A page of numbers, newest given first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberPage {
    /// The numbers.
    pub rows: Vec<NumberWithPlace>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// Which gaps; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapFilter {
    /// In this place.
    pub within: Within,
    /// Of a cause.
    pub cause: Option<GapCause>,
    /// Explained or not.
    pub explained: Option<bool>,
}

/// A part of a ledger; what is missing does not limit it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Of a series.
    pub series: Option<SeriesId>,
    /// Of what is counted apart: a customer, or a parent.
    pub scope: Option<ScopeKey>,
    /// Of periods that begin on a day. What lies in a period is dated in it, so whoever knows the
    /// period's end says it in `date`.
    pub period_from: Option<Date>,
    /// Dated between.
    pub date: DateRange,
}

/// What of the register is irregular without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Irregular {
    /// A number is void.
    Void,
    /// A draft holds a number.
    Draft,
}

/// How much is irregular in a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IrregularCounts {
    /// Gaps.
    pub gaps: u64,
    /// Ordinals that they cover.
    pub missing: u64,
    /// Gaps that nobody explained.
    pub unexplained: u64,
    /// Void numbers.
    pub voids: u64,
    /// Numbers that drafts hold.
    pub drafts: u64,
}

/// A page of gaps, the latest date first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GapPage {
    /// The gaps with their sequences.
    pub rows: Vec<(GapRow, SequenceRow)>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// A page of sequences.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequencePage {
    /// The sequences.
    pub rows: Vec<SequenceRow>,
    /// Whether more follow.
    pub has_more: bool,
}

/// A trail entry as stored, with the number of lines kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The entry.
    pub sealed: Sealed,
    /// Lines kept beside it.
    pub lines: u64,
}

/// A page of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailPage {
    /// The entries in order.
    pub entries: Vec<StoredEntry>,
    /// Whether more follow.
    pub has_more: bool,
}

/// A place in a ledger's list of outcomes, as the store that gave it marked it; another store's
/// means nothing. It has room for a key, or for any count; the bytes of a later place are greater,
/// so whoever goes on from it sees that it goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeCursor(pub [u8; 16]);

/// A page of remembered outcomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutcomePage {
    /// The outcomes.
    pub rows: Vec<OutcomeRow>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<OutcomeCursor>,
}

/// What a ledger holds, in counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerSummary {
    /// The ledger.
    pub ledger: LedgerId,
    /// Positions given so far: numbers, and ordinals found occupied.
    pub numbers: u64,
    /// Gaps recorded.
    pub gaps: u64,
    /// The newest position.
    pub newest: Position,
    /// The newest sequence.
    pub newest_sequence: SequenceId,
}

/// Bounds of instants, each included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtRange {
    /// The earliest.
    pub from: Option<At>,
    /// The latest.
    pub to: Option<At>,
}

/// Which objects of a kind; what is missing does not filter. Of `label`, `parent`, `customer` and
/// `state` one should be the narrowest: the first that is given in this order is what the store
/// looks by, and the others sift what that finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFilter {
    /// The kind.
    pub kind: ObjectKind,
    /// Of a customer.
    pub customer: Option<ObjectId>,
    /// Of a parent; see [`ledger::model::ObjectKeys`].
    pub parent: Option<ObjectId>,
    /// In a state; see [`ledger::model::ObjectKeys`].
    pub state: Option<i16>,
    /// With a label, compared exactly.
    pub label: Option<String>,
    /// Made between.
    pub created: AtRange,
}

/// A page of objects, newest first: by `created`, and of one moment by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects; deleted ones are left out.
    pub rows: Vec<ObjectRow>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// Which types of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKinds {
    /// Of one type, such as `invoice.paid`.
    Exactly(String),
    /// Of all types that begin so, such as `invoice.`.
    Beginning(String),
}

/// A page of ledgers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LedgerPage {
    /// The ledgers, in the order of the list.
    pub rows: Vec<LedgerRow>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// An object that the clock is to look at, in the order of [`crate::Reader::waking`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waking {
    /// When.
    pub at: At,
    /// Its ledger.
    pub ledger: LedgerId,
    /// The object.
    pub object: ObjectId,
}

/// Which events; what is missing does not filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of any of these types; of every type when empty.
    pub kinds: Vec<EventKinds>,
    /// That happened between.
    pub at: AtRange,
    /// `true`: with no delivery that is pending or given up. `false`: with one.
    pub delivered: Option<bool>,
}

/// A page of events, newest first: by time, and of one moment by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events, each with the number of its deliveries that are pending.
    pub rows: Vec<(EventRow, u32)>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

/// Whose deliveries. A page of them is told by the ids of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveriesOf {
    /// Those of an event, by endpoint.
    Event(ObjectId),
    /// Those to an endpoint, by event.
    Endpoint(ObjectId),
}

/// A page of deliveries, the highest id of the other side first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries.
    pub rows: Vec<DeliveryRow>,
    /// Whether more follow in the direction of the page.
    pub has_more: bool,
}

impl Irregular {
    /// Every way, in the order in which reports tell of them.
    pub const ALL: [Irregular; 2] = [Irregular::Void, Irregular::Draft];

    /// In what way a number is irregular.
    pub fn of(row: &NumberRow) -> Option<Irregular> {
        match row.state {
            State::Void => Some(Irregular::Void),
            State::Held if row.draft => Some(Irregular::Draft),
            State::Held | State::Blank | State::Occupied => None,
        }
    }
}

impl IrregularCounts {
    /// Adds those of another part.
    pub fn add(&mut self, other: &IrregularCounts) {
        self.gaps += other.gaps;
        self.missing += other.missing;
        self.unexplained += other.unexplained;
        self.voids += other.voids;
        self.drafts += other.drafts;
    }
}

impl<Id: Copy> Page<Id> {
    /// The id that it is told by.
    pub fn edge(&self) -> Option<Id> {
        self.starting_after.or(self.ending_before)
    }

    /// The same part, told by something else.
    pub fn map<Other>(self, other: impl Fn(Id) -> Other) -> Page<Other> {
        Page {
            starting_after: self.starting_after.map(&other),
            ending_before: self.ending_before.map(&other),
            limit: self.limit,
        }
    }
}

impl EventFilter {
    /// The types that pass, each once; `None` when all do. Which there are is asked only where a
    /// family of types passes.
    ///
    /// # Errors
    /// Whatever kept the types from being known.
    pub fn exact_kinds<E>(
        &self,
        known: impl FnOnce() -> Result<Vec<String>, E>,
    ) -> Result<Option<Vec<String>>, E> {
        if self.kinds.is_empty() {
            return Ok(None);
        }
        let exact = self.kinds.iter().map(|kinds| match kinds {
            EventKinds::Exactly(kind) => Some(kind.clone()),
            EventKinds::Beginning(_) => None,
        });
        let kinds: BTreeSet<String> = match exact.collect() {
            Some(kinds) => kinds,
            None => {
                let passes = |kind: &String| self.kinds.iter().any(|kinds| kinds.contain(kind));
                known()?.into_iter().filter(passes).collect()
            }
        };
        Ok(Some(kinds.into_iter().collect()))
    }
}

impl ObjectFilter {
    /// All objects of a kind.
    pub fn of(kind: ObjectKind) -> ObjectFilter {
        ObjectFilter {
            kind,
            customer: None,
            parent: None,
            state: None,
            label: None,
            created: AtRange::default(),
        }
    }
}

impl AtRange {
    /// Whether an instant is within.
    pub fn contains(&self, at: At) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at <= to)
    }
}

impl EventKinds {
    /// Whether a type is among them.
    pub fn contain(&self, kind: &str) -> bool {
        match self {
            EventKinds::Exactly(wanted) => wanted == kind,
            EventKinds::Beginning(family) => kind.starts_with(family.as_str()),
        }
    }
}
