//! Giving numbers.

pub(super) mod document;
pub(super) mod teach;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use numbering::{Period, Texts};

use self::document::Recipient;
use super::metadata::check_metadata;
use super::sequence::{Place, Scoped, Scoping, check_century, check_date, open_or_read, render};
use super::tell::{Told, tell};
use super::{Halt, ledger, record, refuse, refuse_param, series_of, today};
use crate::books::Books;
use crate::command::{Command, Item};
use crate::id::{LedgerId, Position, ScopeKey, SequenceId};
use crate::limits;
use crate::model::{
    DateOrder, Holder, Kind, LedgerRow, Level, NumberRow, Receipt, SequenceRow, SeriesRow, State,
    Warning,
};
use crate::outcome::{NumberView, Outcome};
use crate::refusal::{Code, Refusal};
use crate::trail::{Change, IssuedLine, OpenedSequence};

/// Gives a number to each item, or to none.
pub(super) fn issue(books: &mut Books, command: &Command, items: &[Item]) -> Result<Outcome, Halt> {
    if items.is_empty() || items.len() > limits::BATCH_ITEMS_MAX {
        let max = limits::BATCH_ITEMS_MAX;
        let message = format!("Give between 1 and {max} items; there are {}.", items.len());
        return refuse_param(Code::ParameterInvalid, "items", message);
    }
    let ledger = ledger(books, command.ledger)?;
    let mut run = Run::new(books, command, ledger)?;
    let mut positions = Vec::with_capacity(items.len());
    let mut missing = false;
    for (index, item) in items.iter().enumerate() {
        match document::check_outside(item).and_then(|()| run.item(item)) {
            Ok(position) => positions.push(position),
            // Going on finds what the items behind are missing, so that it is loaded at once.
            Err(Halt::Missing) => missing = true,
            Err(Halt::Refused(_)) if missing => return Err(Halt::Missing),
            Err(Halt::Refused(refusal)) => return Err(within(refusal, index, items.len())),
        }
    }
    if missing {
        return Err(Halt::Missing);
    }
    let first_position = run.first_position;
    let fresh = run.finish(None)?;
    let views = positions.into_iter().map(|position| match fresh.get(&position) {
        Some(view) => Ok(view.clone()),
        None => {
            debug_assert!(position.0 < first_position);
            view_of(books, command.ledger, position)
        }
    });
    Ok(Outcome::Issued(views.collect::<Result<_, _>>()?))
}

/// A number that the books know, with its series and period.
pub(super) fn view_of(
    books: &Books,
    ledger: LedgerId,
    position: Position,
) -> Result<NumberView, Halt> {
    let Some(row) = books.numbers.read(&(ledger, position))? else {
        return refuse_param(Code::ResourceMissing, "id", "There is no such number.");
    };
    let Some(place) = books.places.read(&(ledger, row.sequence))? else {
        return refuse(Code::ResourceMissing, "The number's sequence is missing. Run verify.");
    };
    // Both are asked for before either is missed, so that one round loads them.
    let (sequence, series) =
        (books.sequences.read(place), books.series.read(&(ledger, place.series)));
    let (Some(sequence), Some(series)) = (sequence?, series?) else {
        return refuse(Code::ResourceMissing, "The number's series is missing. Run verify.");
    };
    Ok(NumberView::new(row.clone(), sequence, series))
}

/// Names the item that a refusal is about.
fn within(mut refusal: Refusal, index: usize, count: usize) -> Halt {
    if count > 1 {
        let (field, message) = (refusal.param.take(), refusal.message);
        refusal.param = Some(match field {
            Some(field) => match field.split_once('[') {
                Some((field, inside)) => format!("items[{index}][{field}][{inside}"),
                None => format!("items[{index}][{field}]"),
            },
            None => format!("items[{index}]"),
        });
        refusal.message = format!("Item {index}: {message} No number was given to any item.");
    }
    Halt::Refused(refusal)
}

/// A number given in this command: its row, and where it stands.
struct Fresh {
    row: NumberRow,
    series: Arc<SeriesRow>,
    period: Period,
    period_label: String,
}

/// One command on its way through its items.
struct Run<'a> {
    books: &'a mut Books,
    command: &'a Command,
    ledger: LedgerRow,
    today: Date,
    first_position: u64,
    fresh: Vec<Fresh>,
    opened: Vec<OpenedSequence>,
    prefixes: Vec<(crate::id::CustomerId, String)>,
}

impl<'a> Run<'a> {
    fn new(books: &'a mut Books, command: &'a Command, ledger: LedgerRow) -> Result<Self, Halt> {
        Ok(Run {
            books,
            command,
            first_position: ledger.last_position + 1,
            today: today(&ledger, command)?,
            ledger,
            fresh: Vec::new(),
            opened: Vec::new(),
            prefixes: Vec::new(),
        })
    }

    fn item(&mut self, item: &Item) -> Result<Position, Halt> {
        check_item(item)?;
        let mut reissue_of = None;
        if let Some(reference) = &item.reference {
            let kind = item.kind.clone().unwrap_or_else(Kind::invoice);
            let key = (self.ledger.id, kind, reference.clone());
            if let Some(position) = self.books.references.probe(&key).copied() {
                if self.known(item, position)? {
                    return Ok(position);
                }
                reissue_of = Some(position);
            }
        }
        self.next(item, reissue_of)
    }

    /// Gives the next number of the sequence that an item counts in.
    fn next(&mut self, item: &Item, reissue_of: Option<Position>) -> Result<Position, Halt> {
        let kind = item.kind.clone().unwrap_or_else(Kind::invoice);
        let series = self.series_for(item, &kind)?;
        let date = item.date.unwrap_or(self.today);
        check_date(&self.ledger, self.today, date)?;
        let scope = self.scope(item, &series, date)?;
        check_century(&series, date)?;
        let place = Place { series, date, scope, kind };
        self.give(item, &place, reissue_of)
    }

    /// Whether the reference's number answers the item; `false` when a new one is to be given.
    fn known(&self, item: &Item, position: Position) -> Result<bool, Halt> {
        let at = position.0.checked_sub(self.first_position);
        let fresh = at.and_then(|at| self.fresh.get(at as usize));
        let is_of_this_batch = fresh.is_some();
        let (row, series) = match fresh {
            Some(fresh) => (fresh.row.clone(), fresh.series.id),
            None => {
                let view = view_of(self.books, self.ledger.id, position)?;
                (view.row, view.series)
            }
        };
        let other_series = match &item.series {
            Some(which) => series_of(self.books, self.ledger.id, which)?.id != series,
            None => false,
        };
        let field = if item.date.is_some_and(|date| date != row.date) {
            Some("date")
        } else if other_series {
            Some("series")
        } else if item.customer.is_some() && item.customer != row.customer {
            Some("customer")
        } else if item.parent.is_some() && item.parent != row.parent {
            Some("parent")
        } else {
            None
        };
        if row.state == State::Void && item.reissue {
            return Ok(false);
        }
        if let Some(field) = field {
            if is_of_this_batch {
                let message = format!(
                    "An item before this one has the same reference, with another {field}. Use \
                     another reference for another document."
                );
                return refuse_param(Code::ReferenceConflict, "reference", message);
            }
            let message = format!(
                "The reference has the number {} already, with another {field}. Leave out \
                 `{field}`, or use another reference for another document.",
                row.text
            );
            return refuse_param(Code::ReferenceConflict, "reference", message);
        }
        if row.state == State::Void {
            let message = format!(
                "The reference's number {} is void. Send `reissue=true` to get a new number that \
                 is linked to it.",
                row.text
            );
            return refuse_param(Code::ReferenceVoided, "reference", message);
        }
        Ok(true)
    }

    fn series_for(&mut self, item: &Item, kind: &Kind) -> Result<Arc<SeriesRow>, Halt> {
        let series = match &item.series {
            Some(which) => series_of(self.books, self.ledger.id, which)?,
            None => self.default_series(kind)?,
        };
        if series.archived {
            let message = format!(
                "The series {} is archived. Choose another, or open it again.",
                series.name
            );
            return refuse_param(Code::SeriesArchived, "series", message);
        }
        if series.kind_text(kind).is_none() {
            let kinds: Vec<_> = series.kinds.iter().map(|known| known.kind.text()).collect();
            let message = format!(
                "The series {} takes {}, not {kind}. Choose another series, or add the kind.",
                series.name,
                kinds.join(", ")
            );
            return refuse_param(Code::KindNotInSeries, "kind", message);
        }
        if super::series::idle(&self.ledger, &series) {
            super::series::check_formats(self.books, &self.ledger, &series)?;
        }
        Ok(series)
    }

    fn default_series(&self, kind: &Kind) -> Result<Arc<SeriesRow>, Halt> {
        let level = self.ledger.settings.level;
        let defaults = &self.ledger.defaults;
        let id = defaults
            .get(&(kind.clone(), level))
            .or_else(|| defaults.get(&(kind.clone(), Level::Account)));
        let row = match id {
            Some(id) => self.books.series.read(&(self.ledger.id, *id))?,
            None => None,
        };
        match row {
            Some(row) => Ok(Arc::clone(row)),
            None => refuse_param(
                Code::KindNotInSeries,
                "kind",
                format!("No series takes {kind} by default. Name a `series`, or make one."),
            ),
        }
    }

    /// What is counted apart for this item, and what the pattern prints of it.
    fn scope(&mut self, item: &Item, series: &SeriesRow, date: Date) -> Result<Scoped, Halt> {
        let scoping =
            Scoping { books: self.books, ledger: self.ledger.id, prefixes: &mut self.prefixes };
        scoping.find(series, date, item.customer.as_ref(), item.parent)
    }

    fn give(
        &mut self,
        item: &Item,
        place: &Place,
        reissue_of: Option<Position>,
    ) -> Result<Position, Halt> {
        let (mut sequence, opened) = open_or_read(self.books, &mut self.ledger, place)?;
        let warning = self.check_order(&sequence, place.date)?;
        sequence.reach(&place.series, place.date);
        let kind_text = place.series.kind_text(&place.kind).unwrap_or_default();
        let texts = Texts {
            customer: &place.scope.customer_text,
            invoice: &place.scope.parent_text,
            kind: kind_text,
        };
        let format = &place.series.version(place.date).format;
        let position = loop {
            let ordinal = sequence.last + 1;
            let text = render(format, place.date, ordinal, &texts)?;
            let found = self.holders(&text);
            sequence.last = ordinal;
            let row = self.row(item, place, sequence.id, ordinal, text, found.slug_rank);
            if found.taken {
                self.look_ahead(format, place.date, ordinal, &texts)?;
                self.push(NumberRow { state: State::Occupied, ..bare(row) }, place, &sequence);
                continue;
            }
            let position = row.position;
            self.hold(found, &row);
            let mark = sequence.mark.take();
            self.push(NumberRow { warning, reissue_of, mark, ..row }, place, &sequence);
            break position;
        };
        self.opened.extend(opened);
        self.count_on(sequence, place);
        Ok(position)
    }

    /// Who has a text, and the rank of the slug that it would get.
    fn holders(&self, text: &str) -> Found {
        let key = (self.ledger.id, NumberRow::slug_key(text));
        let holders = self.books.texts.probe(&key).cloned().unwrap_or_default();
        let folded = numbering::fold(text);
        let taken = holders.iter().any(|holder| numbering::fold(&holder.text) == folded);
        let slug_rank = match holders.iter().map(|holder| holder.slug_rank).max() {
            Some(rank) if !taken => rank.max(1) + 1,
            _ => 0,
        };
        Found { key, holders, taken, slug_rank }
    }

    /// Writes a sequence behind a number that it gave, and notes the date in it and its series.
    fn count_on(&mut self, mut sequence: SequenceRow, place: &Place) {
        sequence.last_date = sequence.last_date.max(Some(place.date));
        self.books.sequences.write(sequence.key(), sequence);
        self.touch(place);
    }

    fn check_order(&self, sequence: &SequenceRow, date: Date) -> Result<Option<Warning>, Halt> {
        let Some(last) = sequence.last_date.filter(|last| date < *last) else { return Ok(None) };
        match self.ledger.settings.date_order {
            DateOrder::Off => Ok(None),
            DateOrder::Warn => Ok(Some(Warning::DateOrder)),
            DateOrder::Refuse => {
                let message = format!(
                    "The sequence has a number dated {last} already, and its dates may not go \
                     back. Use {last} or a later date, or set `date_order` to warn."
                );
                refuse_param(Code::DateOrder, "date", message)
            }
        }
    }

    fn row(
        &mut self,
        item: &Item,
        place: &Place,
        sequence: SequenceId,
        ordinal: u64,
        text: String,
        slug_rank: u32,
    ) -> NumberRow {
        self.ledger.last_position += 1;
        NumberRow {
            ledger: self.ledger.id,
            position: Position(self.ledger.last_position),
            sequence,
            ordinal,
            text,
            slug_rank,
            state: State::Held,
            kind: place.kind.clone(),
            date: place.date,
            created: self.command.at,
            reference: item.reference.clone(),
            customer: item.customer.clone(),
            parent: item.parent,
            metadata: item.metadata.clone(),
            receipt: Receipt::default(),
            voided: None,
            reissue_of: None,
            warning: None,
            mark: None,
            draft: false,
        }
    }

    /// Asks for the texts of the ordinals behind an occupied one, so that a long run of occupied
    /// ordinals takes few rounds.
    fn look_ahead(
        &self,
        format: &numbering::Format,
        date: Date,
        ordinal: u64,
        texts: &Texts<'_>,
    ) -> Result<(), Halt> {
        let end = (ordinal + limits::OCCUPIED_LOOKAHEAD).min(numbering::limits::ORDINAL_MAX);
        for ahead in ordinal + 1..=end {
            let text = render(format, date, ahead, texts)?;
            self.books.texts.probe(&(self.ledger.id, NumberRow::slug_key(&text)));
        }
        Ok(())
    }

    fn hold(&mut self, found: Found, row: &NumberRow) {
        let Found { key, mut holders, .. } = found;
        holders.push(Holder {
            position: row.position,
            text: row.text.clone(),
            slug_rank: row.slug_rank,
        });
        self.books.texts.write(key, holders);
        if let Some(reference) = &row.reference {
            let key = (row.ledger, row.kind.clone(), reference.clone());
            self.books.references.write(key, row.position);
        }
    }

    fn push(&mut self, row: NumberRow, place: &Place, sequence: &SequenceRow) {
        let (period, period_label) = (sequence.period(), sequence.period_label.clone());
        let series = Arc::clone(&place.series);
        self.fresh.push(Fresh { row, series, period, period_label });
    }

    /// Notes in the series that it was used, and on what dates.
    fn touch(&mut self, place: &Place) {
        let series = &place.series;
        let known = |date: Option<Date>, reach: fn(Date, Date) -> Date| {
            date.is_some_and(|date| reach(date, place.date) == date)
        };
        if series.own && known(series.first_date, Date::min) && known(series.last_date, Date::max) {
            return;
        }
        let mut changed = SeriesRow::clone(series);
        changed.see(place.date);
        changed.own = true;
        changed.first_period.get_or_insert(series.period(place.date).from);
        super::series::write(self.books, changed);
    }

    /// Records what was given, to a document of this server or outside, and puts it into the books.
    fn finish(
        mut self,
        recipient: Option<Recipient>,
    ) -> Result<BTreeMap<Position, NumberView>, Halt> {
        if self.fresh.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.tell_issued()?;
        let opened = std::mem::take(&mut self.opened);
        let prefixes = std::mem::take(&mut self.prefixes);
        if let (Some(fresh), Some(recipient)) = (self.fresh.last_mut(), &recipient) {
            fresh.row.draft = recipient.draft;
        }
        let lines = self.fresh.iter().map(|fresh| line(&fresh.row)).collect();
        let change = match recipient {
            None => Change::NumbersIssued { opened, prefixes, lines },
            Some(Recipient { document, digest, series, draft }) => Change::DocumentNumbered {
                series,
                opened,
                prefixes,
                lines,
                document,
                digest,
                draft,
            },
        };
        let receipt = record(self.books, self.command, &mut self.ledger, &change);
        let mut views = BTreeMap::new();
        for Fresh { mut row, series, period, period_label } in self.fresh {
            row.receipt = receipt;
            self.books.numbers.write((row.ledger, row.position), row.clone());
            let (series, series_name) = (series.id, series.name.clone());
            let view = NumberView { row, series, series_name, period, period_label };
            views.insert(view.row.position, view);
        }
        Ok(views)
    }

    /// Tells of the numbers, where an endpoint wants to hear of them.
    fn tell_issued(&mut self) -> Result<(), Halt> {
        if !self.ledger.documents.tells_numbers {
            return Ok(());
        }
        for opened in &self.opened {
            let series = self.books.series.peek(&(self.ledger.id, opened.series));
            if series.is_some_and(|row| row.first_period != Some(opened.period_from)) {
                let told = Told::series("series.reset", opened.series);
                tell(self.books, self.command, &mut self.ledger, told)?;
            }
        }
        for fresh in self.fresh.iter().filter(|fresh| fresh.row.state == State::Held) {
            let told = Told::number("number.issued", fresh.row.position);
            tell(self.books, self.command, &mut self.ledger, told)?;
        }
        Ok(())
    }
}

/// Who has a text already.
struct Found {
    key: (LedgerId, String),
    holders: Vec<Holder>,
    taken: bool,
    slug_rank: u32,
}

/// What an occupied ordinal keeps of the item that it was tried for: nothing but where it stands.
fn bare(row: NumberRow) -> NumberRow {
    NumberRow {
        reference: None,
        customer: None,
        parent: None,
        metadata: BTreeMap::new(),
        slug_rank: 0,
        ..row
    }
}

/// How the trail tells of a number.
pub(crate) fn line(row: &NumberRow) -> IssuedLine {
    IssuedLine {
        position: row.position,
        sequence: row.sequence,
        ordinal: row.ordinal,
        text: row.text.clone(),
        occupied: row.state == State::Occupied,
        kind: row.kind.clone(),
        date: row.date,
        reference: row.reference.clone(),
        customer: row.customer.clone(),
        parent: row.parent,
        metadata: row.metadata.clone(),
        reissue_of: row.reissue_of,
        slug_rank: row.slug_rank,
        warning: row.warning,
    }
}

fn check_item(item: &Item) -> Result<(), Halt> {
    if let Some(reference) = &item.reference {
        check_word(reference, "reference", limits::REFERENCE_CHARS_MAX)?;
    }
    if let Some(customer) = &item.customer {
        check_word(&customer.0, "customer", limits::CUSTOMER_CHARS_MAX)?;
    }
    check_metadata(&item.metadata)
}

fn check_word(text: &str, param: &str, max: usize) -> Result<(), Halt> {
    let problem = if text.trim().is_empty() {
        "is empty. Leave it out, or give it a value"
    } else if text.chars().count() > max {
        "is too long. Shorten it"
    } else if text.chars().any(char::is_control) {
        "contains a control character. Take it out"
    } else {
        return Ok(());
    };
    refuse_param(
        Code::ParameterInvalid,
        param,
        format!(
            "The {param} {problem} (at most {max} \
        characters)."
        ),
    )
}

/// A key for [`ScopeKey`] of a parent.
pub(super) fn parent_key(parent: Position) -> ScopeKey {
    ScopeKey(parent.0.to_string())
}
