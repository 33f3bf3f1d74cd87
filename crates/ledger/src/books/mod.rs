//! The overlay that commands are decided on.

mod changes;
mod kept;
mod labels;
mod loaded;
mod table;

use std::sync::Arc;

use jiff::civil::Date;

pub use changes::{Changes, Checkpoint, LedgerChange, Stored, TrailLine};
pub use loaded::{Loaded, Misses};
pub use table::{Missing, Table};

use crate::id::{
    AccountId, CustomerId, GapId, KeyId, LedgerId, ObjectId, Position, SequenceId, SeriesId,
};
use crate::job::{Placing, Renumbering};
use crate::model::{
    CustomerRow, DeliveryRow, EventRow, GapRow, Holder, IdempotencyKey, KeyRow, Kind, LedgerRow,
    Mode, NumberRow, ObjectKind, ObjectRow, OutcomeRow, PrefixOwner, Retry, SequenceKey,
    SequenceRow, SeriesRow, UserRow,
};
use crate::trail::Sealed;

/// Every table of the ledgers that a batch touches.
///
/// Tables that answer a question (`references`, `texts`, `ledger_series` …) are kept true by
/// whoever writes the rows that they are about: inside a batch, a question asked twice gets the
/// answer that the commands before have made true.
#[derive(Debug, Default)]
pub struct Books {
    /// Heads of ledgers.
    pub ledgers: Table<LedgerId, LedgerRow>,
    /// Which ledger an account has in a mode.
    pub accounts: Table<(AccountId, Mode), LedgerId>,
    /// API keys.
    pub keys: Table<(LedgerId, KeyId), KeyRow>,
    /// All people of a ledger.
    pub people: Table<LedgerId, Vec<UserRow>>,
    /// Series.
    pub series: Table<(LedgerId, SeriesId), Arc<SeriesRow>>,
    /// The series of a name.
    pub series_names: Table<(LedgerId, String), SeriesId>,
    /// All series of a ledger.
    pub ledger_series: Table<LedgerId, Vec<Arc<SeriesRow>>>,
    /// Sequences by what they count.
    pub sequences: Table<SequenceKey, SequenceRow>,
    /// What a sequence counts.
    pub places: Table<(LedgerId, SequenceId), SequenceKey>,
    /// The register.
    pub numbers: Table<(LedgerId, Position), NumberRow>,
    /// The newest number of a reference of a kind.
    pub references: Table<(LedgerId, Kind, String), Position>,
    /// Who has texts with a slug key; see [`NumberRow::slug_key`].
    pub texts: Table<(LedgerId, String), Vec<Holder>>,
    /// Gaps.
    pub gaps: Table<(LedgerId, GapId), GapRow>,
    /// Gaps dated from one day to another, for a command that is alone in its batch.
    pub gap_days: Table<(LedgerId, Date, Date), Vec<GapRow>>,
    /// Numbers that are void or held by drafts, dated so, for such a command.
    pub irregular_days: Table<(LedgerId, Date, Date), Vec<NumberRow>>,
    /// Customers.
    pub customers: Table<(LedgerId, CustomerId), CustomerRow>,
    /// Prefixes, taken for ever.
    pub prefixes: Table<(LedgerId, String), PrefixOwner>,
    /// Objects.
    pub objects: Table<(LedgerId, ObjectId), Arc<ObjectRow>>,
    /// The objects with a label as stored; see [`Books::labelled`] for what holds now.
    pub labels: Table<(LedgerId, ObjectKind, String), Vec<ObjectId>>,
    /// What commands did to labels: objects that came (true) or went, in order.
    label_moves: Table<(LedgerId, ObjectKind, String), Vec<(ObjectId, bool)>>,
    /// Events that are stored.
    pub events: Table<(LedgerId, ObjectId), Arc<EventRow>>,
    /// Deliveries by ledger, event and endpoint.
    pub deliveries: Table<(LedgerId, ObjectId, ObjectId), DeliveryRow>,
    /// Remembered outcomes.
    pub outcomes: Table<(LedgerId, IdempotencyKey), OutcomeRow>,
    events_written: Vec<EventRow>,
    events_kept: usize,
    retries: Vec<Retry>,
    retries_kept: usize,
    trail: Vec<Sealed>,
    trail_kept: usize,
    placings: Vec<Placing>,
    placings_kept: usize,
    renumberings: Vec<Renumbering>,
    renumberings_kept: usize,
    closed_gaps: Vec<(LedgerId, GapId)>,
    closed_gaps_kept: usize,
    /// Batches for which it is held likely that others write to the same ledgers.
    several: u8,
}

/// Calls a method of every table.
macro_rules! each_table {
    ($books:ident, $method:ident) => {
        $books.ledgers.$method();
        $books.accounts.$method();
        $books.keys.$method();
        $books.people.$method();
        $books.series.$method();
        $books.series_names.$method();
        $books.ledger_series.$method();
        $books.sequences.$method();
        $books.places.$method();
        $books.numbers.$method();
        $books.references.$method();
        $books.texts.$method();
        $books.gaps.$method();
        $books.gap_days.$method();
        $books.irregular_days.$method();
        $books.customers.$method();
        $books.prefixes.$method();
        $books.objects.$method();
        $books.labels.$method();
        $books.label_moves.$method();
        $books.events.$method();
        $books.deliveries.$method();
        $books.outcomes.$method();
    };
}

impl Books {
    /// Adds an entry to the trail of the batch.
    pub(crate) fn append(&mut self, sealed: Sealed) {
        self.trail.push(sealed);
    }

    /// Adds an event.
    pub(crate) fn append_event(&mut self, event: EventRow) {
        self.events_written.push(event);
    }

    /// Has deliveries tried again that failed.
    pub(crate) fn append_retry(&mut self, retry: Retry) {
        self.retries.push(retry);
    }

    /// Adds where the staged rows of a job go.
    pub(crate) fn place(&mut self, placing: Placing) {
        self.placings.push(placing);
    }

    /// Adds that the staged changes of a job are made.
    pub(crate) fn renumber(&mut self, renumbering: Renumbering) {
        self.renumberings.push(renumbering);
    }

    /// Takes away a gap that numbers cover whole.
    pub(crate) fn close_gap(&mut self, ledger: LedgerId, gap: GapId) {
        self.gaps.retract((ledger, gap));
        self.closed_gaps.push((ledger, gap));
    }

    /// What was written stays: the command is done.
    pub fn keep(&mut self) {
        each_table!(self, keep);
        self.events_kept = self.events_written.len();
        self.retries_kept = self.retries.len();
        self.trail_kept = self.trail.len();
        self.placings_kept = self.placings.len();
        self.renumberings_kept = self.renumberings.len();
        self.closed_gaps_kept = self.closed_gaps.len();
    }

    /// Takes back what the present command wrote.
    pub fn undo(&mut self) {
        each_table!(self, undo);
        self.events_written.truncate(self.events_kept);
        self.retries.truncate(self.retries_kept);
        self.trail.truncate(self.trail_kept);
        self.placings.truncate(self.placings_kept);
        self.renumberings.truncate(self.renumberings_kept);
        self.closed_gaps.truncate(self.closed_gaps_kept);
    }

    /// Takes back everything that was written; what was loaded stays.
    pub fn forget_writes(&mut self) {
        each_table!(self, forget_writes);
        self.events_written.clear();
        self.events_kept = 0;
        self.retries.clear();
        self.retries_kept = 0;
        self.trail.clear();
        self.trail_kept = 0;
        self.placings.clear();
        self.placings_kept = 0;
        self.renumberings.clear();
        self.renumberings_kept = 0;
        self.closed_gaps.clear();
        self.closed_gaps_kept = 0;
    }

    /// Whether something was asked for that is not loaded.
    pub fn is_missing_any(&self) -> bool {
        self.ledgers.is_missing_any()
            || self.accounts.is_missing_any()
            || self.keys.is_missing_any()
            || self.people.is_missing_any()
            || self.series.is_missing_any()
            || self.series_names.is_missing_any()
            || self.ledger_series.is_missing_any()
            || self.sequences.is_missing_any()
            || self.places.is_missing_any()
            || self.numbers.is_missing_any()
            || self.references.is_missing_any()
            || self.texts.is_missing_any()
            || self.gaps.is_missing_any()
            || self.gap_days.is_missing_any()
            || self.irregular_days.is_missing_any()
            || self.customers.is_missing_any()
            || self.prefixes.is_missing_any()
            || self.objects.is_missing_any()
            || self.labels.is_missing_any()
            || self.events.is_missing_any()
            || self.deliveries.is_missing_any()
            || self.outcomes.is_missing_any()
    }

    /// What was asked for and is not loaded.
    pub fn take_misses(&mut self) -> Misses {
        Misses {
            ledgers: self.ledgers.take_missing(),
            accounts: self.accounts.take_missing(),
            keys: self.keys.take_missing(),
            people: self.people.take_missing(),
            series: self.series.take_missing(),
            series_names: self.series_names.take_missing(),
            ledger_series: self.ledger_series.take_missing(),
            sequences: self.sequences.take_missing(),
            places: self.places.take_missing(),
            numbers: self.numbers.take_missing(),
            references: self.references.take_missing(),
            texts: self.texts.take_missing(),
            gaps: self.gaps.take_missing(),
            gap_days: self.gap_days.take_missing(),
            irregular_days: self.irregular_days.take_missing(),
            customers: self.customers.take_missing(),
            prefixes: self.prefixes.take_missing(),
            objects: self.objects.take_missing(),
            labels: self.labels.take_missing(),
            events: self.events.take_missing(),
            deliveries: self.deliveries.take_missing(),
            outcomes: self.outcomes.take_missing(),
        }
    }

    /// Everything that the batch wrote, ready for a store.
    pub fn take_changes(&mut self) -> Changes {
        changes::collect(self)
    }
}
