//! From the trail to the register.
//!
//! [`Replay`] takes the trail entry by entry and keeps what is small: settings, series,
//! sequences, gaps, keys. Numbers and customers pass by as [`Event`]s. [`register`] gathers those
//! too.

mod import;
mod later;
mod people;
mod renumber;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use numbering::{Format, Period};

use self::import::Import;
pub use self::renumber::Moved;
use super::violation::{Invariant, Log, Violation};
use crate::id::{
    AccountId, CustomerId, GapId, KeyId, ObjectId, Position, SequenceId, SeriesId, UserId,
};
use crate::model::{
    ApiVersion, CustomerRow, Explanation, FormerRow, GapCause, GapRow, KeyRow, Kind, Level, Mark,
    Mode, NumberRow, ObjectKind, Receipt, SequenceRow, SeriesRow, Settings, State, UserRow, Voided,
};
use crate::trail::{Change, Hash, IssuedLine, LeftGap, OpenedSequence, RenumberedLine, Sealed};

/// A trail entry with the lines that are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeEntry {
    /// The entry.
    pub sealed: Sealed,
    /// Its lines, in order.
    pub lines: Vec<Vec<u8>>,
}

/// What the trail says of that of which there is much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A number was given, or an ordinal found occupied.
    Given(Box<NumberRow>),
    /// A number was voided.
    Voided(Position, Voided),
    /// A number is blank since its document was deleted, and the gap that this left.
    Deleted(Position, Box<GapRow>),
    /// A number got another date: its sequence, the date before and now, by the entry with this
    /// index.
    Redated(Position, SequenceId, [Date; 2], u64),
    /// A number was changed.
    Renumbered(Box<RenumberedLine>, FormerRow),
    /// A customer got a prefix, by the entry with this index, and had another one before.
    Named(CustomerRow, Option<String>, u64),
    /// A document got its number: its kind, its id, what it says, and the number.
    Numbered(ObjectKind, ObjectId, Hash, String),
    /// A document that had its number was finalized: its id, and what it says.
    Finalized(ObjectId, Hash),
}

/// A ledger as its trail tells it, without the numbers themselves.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Whose ledger it is: the account, its name, live or test.
    pub owner: Option<(AccountId, String, Mode)>,
    /// The settings.
    pub settings: Option<Settings>,
    /// What kinds of documents use by default.
    pub defaults: Vec<(Kind, Level, SeriesId)>,
    /// The series.
    pub series: BTreeMap<SeriesId, SeriesRow>,
    /// Series of which an entry told since [`Replay::take_revised`].
    revised: BTreeSet<SeriesId>,
    /// Prefixes that series took.
    pub words: BTreeMap<String, SeriesId>,
    /// The sequences.
    pub sequences: BTreeMap<SequenceId, SequenceRow>,
    /// The gaps.
    pub gaps: BTreeMap<GapId, GapRow>,
    /// The last gap that arose, whether or not it is still there.
    pub last_gap: GapId,
    /// What resequences changed.
    pub moved: Moved,
    /// How many gaps a sequence has.
    pub gap_counts: BTreeMap<SequenceId, u64>,
    /// Numbers whose documents are drafts.
    pub drafts: BTreeSet<Position>,
    /// The keys.
    pub keys: BTreeMap<KeyId, KeyRow>,
    /// The people, without the hashes of their passwords.
    pub users: BTreeMap<UserId, UserRow>,
    /// The version that the account was put on, if it ever was.
    pub version: Option<ApiVersion>,
    /// The last position given.
    pub last_position: u64,
    /// Runs of positions that were imported.
    pub imported: Vec<(Position, Position)>,
    /// Series that took imported numbers.
    pub importing: BTreeSet<SeriesId>,
    import: Option<Import>,
    log: Log,
}

/// A ledger as its trail tells it, whole.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The numbers by position.
    pub numbers: BTreeMap<Position, NumberRow>,
    /// The customers.
    pub customers: BTreeMap<CustomerId, CustomerRow>,
    /// Numbers that documents had before.
    pub formers: Vec<FormerRow>,
    /// Everything else.
    pub rest: Replay,
}

/// Builds the whole register from a trail, with what is wrong with the trail itself.
pub fn register(trail: &[WholeEntry]) -> (Register, Vec<Violation>) {
    let mut register = Register::default();
    let Register { numbers, customers, formers, rest } = &mut register;
    let mut on = |event: Event| match event {
        Event::Given(row) => {
            numbers.insert(row.position, *row);
        }
        Event::Voided(position, voided) => {
            if let Some(row) = numbers.get_mut(&position) {
                row.state = State::Void;
                row.voided = Some(voided);
            }
        }
        Event::Deleted(position, _) => {
            if let Some(row) = numbers.get_mut(&position) {
                row.state = State::Blank;
            }
        }
        Event::Redated(position, _, [_, date], _) => {
            if let Some(row) = numbers.get_mut(&position) {
                row.date = date;
            }
        }
        Event::Renumbered(line, former) => {
            if let Some(row) = numbers.get_mut(&line.position) {
                (row.ordinal, row.slug_rank) = (line.to.ordinal, line.to.slug_rank);
                row.text = line.to.text;
            }
            formers.push(former);
        }
        Event::Named(row, ..) => {
            customers.insert(row.id.clone(), row);
        }
        // What a document says is no part of the register.
        Event::Numbered(..) | Event::Finalized(..) => {}
    };
    for entry in trail {
        rest.entry(&entry.sealed, &mut on);
        for line in &entry.lines {
            rest.line(line, &mut on);
        }
    }
    let violations = rest.finish();
    for position in &rest.drafts {
        if let Some(row) = numbers.get_mut(position) {
            row.draft = true;
        }
    }
    (register, violations)
}

impl Replay {
    /// Takes the next entry; its lines follow with [`Replay::line`].
    pub fn entry(&mut self, sealed: &Sealed, on: &mut dyn FnMut(Event)) {
        self.end_import();
        let entry = &sealed.entry;
        let change = match Change::read(&entry.body) {
            Ok(change) => change,
            Err(error) => {
                let what = format!("trail entry {} cannot be read: {error}", entry.index);
                return self.log.say(Invariant::Recorded, what);
            }
        };
        if change.what() != entry.what {
            let what =
                format!("trail entry {} is called {} and is another", entry.index, entry.what);
            self.log.say(Invariant::Recorded, what);
        }
        self.change(sealed, change, on);
    }

    /// Takes the next line kept beside the last entry.
    pub fn line(&mut self, bytes: &[u8], on: &mut dyn FnMut(Event)) {
        let Some(import) = &mut self.import else {
            let what = "a line is kept beside a trail entry that has none".to_owned();
            return self.log.say(Invariant::Recorded, what);
        };
        import.take(bytes);
        let sealed = import.sealed.clone();
        if import.renumbers {
            return self.renumbered_line(&sealed, bytes, on);
        }
        match IssuedLine::read(bytes) {
            Ok(line) => {
                self.imported_line(&line);
                on(Event::Given(Box::new(row(&sealed, line))));
            }
            Err(error) => {
                let what = format!("a line of trail entry {} is {error}", sealed.entry.index);
                self.log.say(Invariant::Recorded, what);
            }
        }
    }

    /// The series of which entries told since this was asked last.
    pub fn take_revised(&mut self) -> BTreeSet<SeriesId> {
        std::mem::take(&mut self.revised)
    }

    /// Ends the trail: what was wrong with it.
    pub fn finish(&mut self) -> Vec<Violation> {
        self.end_import();
        std::mem::take(&mut self.log).into_violations()
    }

    fn end_import(&mut self) {
        if let Some(import) = self.import.take()
            && let Err(what) = import.finish()
        {
            self.log.say(Invariant::Recorded, what);
        }
    }

    fn change(&mut self, sealed: &Sealed, change: Change, on: &mut dyn FnMut(Event)) {
        match change {
            Change::LedgerOpened { account, name, mode, settings, series, defaults } => {
                self.owner = Some((account, name, mode));
                self.set(settings, series, defaults);
            }
            Change::SettingsChanged { settings, series, defaults } => {
                self.set(settings, series, defaults);
            }
            Change::SeriesChanged { series, defaults } => {
                self.defaults = defaults;
                self.revise(vec![*series]);
            }
            Change::NumbersIssued { opened, prefixes, lines } => {
                named(sealed, prefixes, on);
                self.open(sealed, opened);
                self.issued(sealed, lines, on);
            }
            numbered @ Change::DocumentNumbered { .. } => {
                self.numbered(sealed, numbered, on);
            }
            Change::EndpointChanged { .. } => {}
            change @ (Change::DocumentFinalized { .. }
            | Change::NumberVoided { .. }
            | Change::SequenceAdvanced { .. }
            | Change::DocumentReset { .. }
            | Change::DocumentDeleted { .. }
            | Change::SeriesTaught { .. }
            | Change::NumberRedated { .. }) => self.later(sealed, change, on),
            Change::AccountChanged { name } => self.rename(name),
            Change::CustomerNamed { customer: id, prefix, former } => {
                let (ledger, index) = (sealed.entry.ledger, sealed.entry.index);
                on(Event::Named(CustomerRow { ledger, id, prefix }, former, index));
            }
            Change::VersionChanged { version, drafts_numbered } => {
                self.put(version, drafts_numbered);
            }
            Change::GapExplained { gap, text } => self.explain(sealed, gap, text),
            Change::PeriodClosed { to, explanations, .. } => {
                self.close(sealed, to, explanations);
            }
            Change::LocksMoved { lock_date, hard_lock_date, .. } => {
                self.lock(lock_date, hard_lock_date);
            }
            Change::KeyCreated { key: id, role, name, hash, hint } => {
                let (ledger, created) = (sealed.entry.ledger, sealed.entry.at);
                let row = KeyRow { id, ledger, hash, role, name, hint, created, revoked: None };
                self.keys.insert(id, row);
            }
            Change::KeyRevoked { key } => self.revoke(sealed, key),
            Change::UserCreated { user, person, has_password } => {
                self.enter(sealed, user, person, has_password);
            }
            Change::UserChanged { user, now, .. } => self.change_user(sealed, user, now),
            Change::PasswordSet { user } => self.set_password(sealed, user),
            Change::NumbersRenumbered { series, sequences, gaps, count, digest, .. } => {
                self.revise(series.into_iter().map(|series| *series).collect());
                self.renumber(sealed, &sequences, gaps, (count, digest));
            }
            Change::NumbersImported { series, defaults, opened, gaps, count, digest } => {
                self.defaults = defaults;
                self.importing.extend(series.iter().map(|row| row.id));
                self.revise(series);
                self.take_over(sealed, opened, gaps);
                self.import = Some(Import::new(sealed.clone(), false, count, digest));
            }
        }
    }

    /// Takes a document's number, with the ordinals found occupied before it.
    fn numbered(&mut self, sealed: &Sealed, numbered: Change, on: &mut dyn FnMut(Event)) {
        let Change::DocumentNumbered { series, opened, prefixes, lines, document, digest, draft } =
            numbered
        else {
            return;
        };
        self.revise(series.into_iter().map(|series| *series).collect());
        named(sealed, prefixes, on);
        self.open(sealed, opened);
        if let Some(line) = lines.last() {
            on(Event::Numbered(kind_of(line), document, digest, line.text.clone()));
            self.drafts.extend(draft.then_some(line.position));
        }
        self.issued(sealed, lines, on);
    }

    /// Puts the account on a version.
    fn put(&mut self, name: String, drafts_numbered: bool) {
        self.version = Some(ApiVersion { name, drafts_numbered });
    }

    fn rename(&mut self, name: String) {
        if let Some((_, known, _)) = &mut self.owner {
            *known = name;
        }
    }

    fn set(
        &mut self,
        settings: Settings,
        series: Vec<SeriesRow>,
        defaults: Vec<(Kind, Level, SeriesId)>,
    ) {
        self.settings = Some(settings);
        self.defaults = defaults;
        self.revise(series);
    }

    fn revoke(&mut self, sealed: &Sealed, key: KeyId) {
        if let Some(row) = self.keys.get_mut(&key) {
            row.revoked = Some(sealed.entry.at);
        }
    }

    fn lock(&mut self, lock_date: Option<Date>, hard_lock_date: Option<Date>) {
        if let Some(settings) = &mut self.settings {
            settings.lock_date = lock_date;
            settings.hard_lock_date = hard_lock_date;
        }
    }

    /// Takes the sequences and gaps of a list of existing numbers, whose lines follow.
    fn take_over(&mut self, sealed: &Sealed, opened: Vec<OpenedSequence>, gaps: Vec<LeftGap>) {
        let ids: Vec<_> = opened.iter().map(|one| one.id).collect();
        self.open(sealed, opened);
        for id in ids {
            self.mark(id, Mark::Imported);
        }
        for gap in gaps {
            self.stretch(gap.sequence, gap.to);
            self.gap(sealed, GapCause::Imported, gap);
        }
    }

    fn close(&mut self, sealed: &Sealed, to: Date, explanations: Vec<(GapId, String)>) {
        for (gap, text) in explanations {
            self.explain(sealed, gap, text);
        }
        if let Some(settings) = &mut self.settings {
            settings.lock_date = Some(to);
        }
    }

    fn explain(&mut self, sealed: &Sealed, gap: GapId, text: String) {
        let (actor, at) = (sealed.entry.actor.clone(), sealed.entry.at);
        if let Some(row) = self.gaps.get_mut(&gap) {
            row.explanation = Some(Explanation { text, actor, at });
        }
    }

    /// Takes series as an entry states them, and the prefixes that they take: whoever has one
    /// already keeps it.
    fn revise(&mut self, series: Vec<SeriesRow>) {
        for row in series {
            for word in row.formats().filter_map(Format::leading_word) {
                self.words.entry(word).or_insert(row.id);
            }
            self.revised.insert(row.id);
            self.series.insert(row.id, row);
        }
    }

    fn series_of(&mut self, sequence: SequenceId) -> Option<&mut SeriesRow> {
        let series = self.sequences.get(&sequence)?.series;
        self.series.get_mut(&series)
    }

    fn open(&mut self, sealed: &Sealed, opened: Vec<OpenedSequence>) {
        for one in opened {
            let period = Period { from: one.period_from, to: one.period_to };
            let series = self.series.get(&one.series);
            let row = SequenceRow {
                ledger: sealed.entry.ledger,
                id: one.id,
                series: one.series,
                scope: one.scope,
                period_from: period.from,
                period_to: period.to,
                period_label: series.map(|row| row.period_label(&period)).unwrap_or_default(),
                first: one.first,
                last: one.first.saturating_sub(1),
                last_date: None,
                mark: None,
            };
            if self.sequences.insert(one.id, row).is_some() {
                let what = format!("sequence {} was opened twice", one.id.0);
                self.log.say(Invariant::Late, what);
            }
        }
    }

    fn issued(&mut self, sealed: &Sealed, lines: Vec<IssuedLine>, on: &mut dyn FnMut(Event)) {
        for line in lines {
            let mark = self.issued_line(sealed, &line);
            on(Event::Given(Box::new(NumberRow { mark, ..row(sealed, line) })));
        }
    }

    /// An ordinal that was given is the next of its sequence: none is given again, none left out.
    /// The first that is held behind a change of its sequence is marked with it.
    fn issued_line(&mut self, sealed: &Sealed, line: &IssuedLine) -> Option<Mark> {
        self.position(line, sealed.entry.index);
        let Some(row) = self.sequences.get_mut(&line.sequence) else {
            let what = format!("{} is in a sequence that was never opened", line.text);
            self.log.say(Invariant::Recorded, what);
            return None;
        };
        if line.ordinal <= row.last {
            let what = format!("{} has an ordinal that was given before", line.text);
            self.log.say(Invariant::Late, what);
        } else if line.ordinal > row.last + 1 {
            let what = format!("{} leaves out ordinals without a record", line.text);
            self.log.say(Invariant::Complete, what);
        }
        if let Some(series) = self.series.get_mut(&row.series) {
            row.reach(series, line.date);
            series.see(line.date);
            series.own = true;
            series.first_period.get_or_insert(series.period(line.date).from);
        }
        row.last = row.last.max(line.ordinal);
        row.last_date = row.last_date.max(Some(line.date));
        if line.occupied { None } else { row.mark.take() }
    }

    fn imported_line(&mut self, line: &IssuedLine) {
        match self.imported.last_mut() {
            Some((_, last)) if last.0 + 1 == line.position.0 => *last = line.position,
            _ => self.imported.push((line.position, line.position)),
        }
        self.last_position = self.last_position.max(line.position.0);
        if let Some(row) = self.sequences.get_mut(&line.sequence) {
            row.last = row.last.max(line.ordinal);
            row.last_date = row.last_date.max(Some(line.date));
        }
    }

    fn position(&mut self, line: &IssuedLine, index: u64) {
        if line.position.0 != self.last_position + 1 {
            let what = format!(
                "trail entry {index} gives position {} behind {}",
                line.position.0, self.last_position
            );
            self.log.say(Invariant::Recorded, what);
        }
        self.last_position = self.last_position.max(line.position.0);
    }

    fn advance(&mut self, sealed: &Sealed, sequence: SequenceId, to: u64) {
        let last = self.sequences.get(&sequence).map(|row| row.last);
        if last.is_none_or(|last| to <= last) {
            let what =
                format!("trail entry {} moves a sequence that is not behind", sealed.entry.index);
            self.log.say(Invariant::Late, what);
        }
        self.stretch(sequence, to);
    }

    /// Moves a sequence forward on a date, over a gap if there is one.
    fn skip(&mut self, sealed: &Sealed, sequence: SequenceId, gap: Option<LeftGap>, date: Date) {
        if let Some(gap) = gap {
            self.advance(sealed, sequence, gap.to);
            self.mark(sequence, Mark::MovedForward);
            self.gap(sealed, GapCause::Skipped, gap);
        }
        if let Some(series) = self.series_of(sequence) {
            series.see(date);
            series.first_period.get_or_insert(series.period(date).from);
        }
    }

    /// The next number that is held in a sequence says what changed it.
    fn mark(&mut self, sequence: SequenceId, mark: Mark) {
        if let Some(row) = self.sequences.get_mut(&sequence) {
            row.mark = Some(mark);
        }
    }

    fn stretch(&mut self, sequence: SequenceId, to: u64) {
        if let Some(row) = self.sequences.get_mut(&sequence) {
            row.last = row.last.max(to);
        }
    }

    fn gap(&mut self, sealed: &Sealed, cause: GapCause, gap: LeftGap) -> GapRow {
        let row = GapRow {
            ledger: sealed.entry.ledger,
            id: gap.id,
            sequence: gap.sequence,
            from: gap.from,
            to: gap.to,
            first_text: gap.first_text,
            last_text: gap.last_text,
            date: gap.date,
            cause,
            at: sealed.entry.at,
            actor: sealed.entry.actor.clone(),
            index: sealed.entry.index,
            explanation: None,
        };
        self.keep_gap(row.clone());
        row
    }

    fn keep_gap(&mut self, row: GapRow) {
        self.last_gap = self.last_gap.max(row.id);
        let sequence = row.sequence;
        if self.gaps.insert(row.id, row).is_none() {
            *self.gap_counts.entry(sequence).or_default() += 1;
        }
    }
}

/// The kind of the document that has a number: its reference is the document's id.
fn kind_of(line: &IssuedLine) -> ObjectKind {
    let reference = line.reference.as_deref().unwrap_or_default();
    match reference.starts_with(ObjectKind::CreditNote.prefix()) {
        true => ObjectKind::CreditNote,
        false => ObjectKind::Invoice,
    }
}

/// Tells of customers that got prefixes.
fn named(sealed: &Sealed, prefixes: Vec<(CustomerId, String)>, on: &mut dyn FnMut(Event)) {
    for (id, prefix) in prefixes {
        let row = CustomerRow { ledger: sealed.entry.ledger, id, prefix };
        on(Event::Named(row, None, sealed.entry.index));
    }
}

fn row(sealed: &Sealed, line: IssuedLine) -> NumberRow {
    NumberRow {
        ledger: sealed.entry.ledger,
        position: line.position,
        sequence: line.sequence,
        ordinal: line.ordinal,
        text: line.text,
        slug_rank: line.slug_rank,
        state: if line.occupied { State::Occupied } else { State::Held },
        kind: line.kind,
        date: line.date,
        created: sealed.entry.at,
        reference: line.reference,
        customer: line.customer,
        parent: line.parent,
        metadata: line.metadata,
        receipt: Receipt { index: sealed.entry.index, hash: sealed.hash },
        voided: None,
        reissue_of: line.reissue_of,
        warning: line.warning,
        mark: None,
        draft: false,
    }
}
