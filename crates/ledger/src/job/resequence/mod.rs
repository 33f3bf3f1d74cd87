//! Numbering a selection anew, as a job.
//!
//! Documents keep their date and what they are counted with, so they stay in their sequences and
//! change their ordinals in them. What is kept of each is small; rows pass by in pages.

mod behind;
mod chosen;
mod gaps;
mod mapping;
mod plan;
mod problems;
mod revert;

use std::sync::Arc;

use numbering::fold;
use sha2::{Digest, Sha256};

pub use self::behind::{CatchUp, CatchUpStep};
use self::chosen::{Chosen, Selection};
use self::gaps::Hole;
use self::plan::hash_line;
pub use self::plan::{Blank, GapMove, Plan, PlannedDocument, Taking, Worked};
use self::problems::Problems;
pub use self::revert::{RevertJob, RevertStep};
use super::{JobId, StagedChange, StagedPart};
use crate::books::{Books, Loaded, Misses};
use crate::command::Actor;
use crate::decide::{Halt, checked_reason, entitled, resequence, today_at};
use crate::id::{LedgerId, Position, SequenceId, SeriesId};
use crate::model::{
    At, GapRow, LedgerRow, NumberRow, Object, ProblemCode, Resequence, Resequencing, SequenceRow,
    SeriesRow, State,
};
use crate::refusal::Refusal;
use crate::role::Right;
use crate::trail::Hash;

/// Numbers in a part: few enough that a writer stages one between two batches.
const PART: usize = 4_096;
/// Rows that are looked up at once.
const CHUNK: usize = 8_192;
/// Documents of this server in one resequence, whose bodies change with their numbers.
pub const DOCUMENTS_MAX: usize = 10_000;
/// Gaps that one resequence may leave, change and close.
const GAPS_MAX: usize = 100_000;

/// A resequence on its way: call [`ResequenceJob::step`] and do what it asks for.
#[derive(Debug)]
pub struct ResequenceJob {
    ledger: LedgerId,
    actor: Actor,
    at: At,
    id: JobId,
    asked: Resequencing,
    stages: bool,
    books: Books,
    head: Option<LedgerRow>,
    series: Option<SeriesRow>,
    selection: Selection,
    mapping: Option<mapping::Mapping>,
    problems: Problems,
    gaps: Vec<GapRow>,
    moves: Vec<GapMove>,
    ends: Vec<(SequenceRow, u64, u64)>,
    digest: Sha256,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Begin,
    /// Behind a position, or from a place in the list of numbers.
    Select(Option<Position>, usize),
    Documents(usize),
    Assign,
    Format,
    /// The place of a sequence, and the ordinal from which its register is looked at.
    Register(usize, u64),
    Texts(usize),
    Gaps(usize, u64),
    Stage(usize),
    Done,
}

/// What a resequence needs next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each chunk of a selection")]
pub enum ResequenceStep {
    /// Load these rows, then [`ResequenceJob::fill`].
    Load(Misses),
    /// Read these numbers with their sequences, then [`ResequenceJob::fill_numbers`].
    Numbers(Wanted),
    /// Read a sequence's register from an ordinal on, so many rows at most, then
    /// [`ResequenceJob::fill_register`].
    Register(SequenceId, u64, u32),
    /// Read a sequence's gaps from an ordinal on, so many at most, then
    /// [`ResequenceJob::fill_gaps`].
    Gaps(SequenceId, u64, u32),
    /// Stage these rows.
    Stage(StagedPart),
    /// All is worked out, and staged.
    Done(Box<Worked>),
}

/// Numbers that are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These.
    These(Vec<Position>),
    /// Those of a series, newest first behind one, with the dates between which they lie, so many
    /// at most.
    Of(SeriesId, Option<jiff::civil::Date>, Option<jiff::civil::Date>, Option<Position>, u32),
}

impl ResequenceJob {
    /// A job that works a resequence out.
    pub fn new(
        ledger: LedgerId,
        actor: Actor,
        at: At,
        id: JobId,
        asked: Resequencing,
    ) -> ResequenceJob {
        ResequenceJob {
            ledger,
            actor,
            at,
            id,
            asked,
            stages: true,
            books: Books::default(),
            head: None,
            series: None,
            selection: Selection::default(),
            mapping: None,
            problems: Problems::default(),
            gaps: Vec::new(),
            moves: Vec::new(),
            ends: Vec::new(),
            digest: Sha256::new(),
            phase: Phase::Begin,
        }
    }

    /// A job that stages nothing: what it comes to is staged already.
    #[must_use]
    pub fn staged_before(mut self) -> ResequenceJob {
        self.stages = false;
        self
    }

    /// Goes on with what is loaded.
    ///
    /// # Errors
    /// Why nothing can be worked out at all. What keeps it from being applied is no error: it is
    /// among its problems.
    pub fn step(&mut self) -> Result<ResequenceStep, Refusal> {
        loop {
            match self.advance() {
                Ok(Some(step)) => return Ok(step),
                Ok(None) => {}
                Err(Halt::Missing) => {
                    self.books.forget_writes();
                    return Ok(ResequenceStep::Load(self.books.take_misses()));
                }
                Err(Halt::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Takes what was loaded for [`ResequenceStep::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        self.books.fill(asked, found);
    }

    /// Takes numbers with their sequences, and whether more follow of a series.
    pub fn fill_numbers(&mut self, rows: Vec<(NumberRow, SequenceRow)>, has_more: bool) {
        let Phase::Select(_, next) = self.phase else { return };
        let last = rows.last().map(|(row, _)| row.position);
        for (row, sequence) in rows {
            self.selection.take(row, sequence, &mut self.problems, !self.asked.numbers.is_empty());
        }
        self.phase = match self.asked.numbers.is_empty() {
            true if has_more => Phase::Select(last, 0),
            false if next + CHUNK < self.asked.numbers.len() => Phase::Select(None, next + CHUNK),
            _ => Phase::Documents(0),
        };
    }

    /// Takes a part of a register.
    pub fn fill_register(&mut self, rows: Vec<NumberRow>) {
        let Phase::Register(at, _) = self.phase else { return };
        let Some(mapping) = &self.mapping else { return };
        let Some(group) = mapping.in_sequence.get(at) else { return };
        let last = rows.last().map(|row| row.ordinal);
        for row in &rows {
            if row.state == State::Blank || self.selection.has(row.position) {
                continue;
            }
            if let Some(chosen) = group.with_ordinal(&self.selection, row.ordinal) {
                self.problems.ordinal_taken(&self.selection, chosen, row);
            }
        }
        let end = group.to.1;
        self.phase = match last {
            Some(last) if rows.len() == CHUNK && last < end => Phase::Register(at, last + 1),
            _ => self.register_behind(at + 1),
        };
    }

    /// Takes a part of a sequence's gaps.
    pub fn fill_gaps(&mut self, rows: Vec<GapRow>) {
        let Phase::Gaps(at, _) = self.phase else { return };
        let last = rows.last().map(|row| row.from);
        let is_full = rows.len() == CHUNK;
        self.gaps.extend(rows);
        self.phase = match last.filter(|_| is_full) {
            Some(last) => Phase::Gaps(at, last + 1),
            None => {
                self.cover(at);
                Phase::Gaps(at + 1, 0)
            }
        };
    }

    /// How many of the selected documents are done with, of how many.
    pub fn progress(&self) -> (u64, u64) {
        let all = self.selection.len();
        let done = match self.phase {
            Phase::Begin | Phase::Select(..) | Phase::Assign | Phase::Format => 0,
            Phase::Documents(_) | Phase::Register(..) => all / 4,
            Phase::Texts(next) => all / 4 + next / 4,
            Phase::Gaps(..) => all / 2,
            Phase::Stage(next) => all / 2 + next / 2,
            Phase::Done => all,
        };
        (done as u64, all as u64)
    }

    /// One step; `None` when the next phase has begun.
    fn advance(&mut self) -> Result<Option<ResequenceStep>, Halt> {
        match self.phase {
            Phase::Begin => self.begin().map(|()| None),
            Phase::Select(after, next) => {
                Ok(Some(ResequenceStep::Numbers(self.wanted(after, next))))
            }
            Phase::Documents(next) => self.documents(next).map(|()| None),
            Phase::Assign => self.assign().map(|()| None),
            Phase::Format => self.format().map(|()| None),
            Phase::Register(at, from) => Ok(self.register(at, from)),
            Phase::Texts(next) => self.texts(next).map(|()| None),
            Phase::Gaps(at, from) => Ok(self.look_at_gaps(at, from)),
            Phase::Stage(next) => Ok(self.stage(next)),
            Phase::Done => Ok(Some(ResequenceStep::Done(Box::new(self.worked())))),
        }
    }

    fn begin(&mut self) -> Result<(), Halt> {
        let right = if self.asked.include_sent { Right::Administer } else { Right::KeepBooks };
        let head = entitled(&self.books, self.ledger, &self.actor, right)?;
        self.asked.reason = checked_reason(&self.asked.reason, "number documents anew")?;
        self.problems.locked = head.settings.locked_through();
        self.head = Some(head);
        self.phase = Phase::Select(None, 0);
        Ok(())
    }

    fn wanted(&self, after: Option<Position>, next: usize) -> Wanted {
        let asked = &self.asked;
        match asked.series.filter(|_| asked.numbers.is_empty()) {
            Some(series) => Wanted::Of(series, asked.from, asked.to, after, CHUNK as u32),
            None => {
                let rest = asked.numbers.get(next..).unwrap_or_default();
                Wanted::These(rest[..rest.len().min(CHUNK)].to_vec())
            }
        }
    }

    /// Looks which documents of this server were sent.
    fn documents(&mut self, next: usize) -> Result<(), Halt> {
        let end = (next + CHUNK).min(self.selection.len());
        let chunk = self.selection.chosen.get(next..end).unwrap_or_default();
        let mut sent = Vec::new();
        let mut missing = false;
        for (at, chosen) in chunk.iter().enumerate() {
            let Some(document) = chosen.document() else { continue };
            match self.books.objects.read(&(self.ledger, document)) {
                Ok(Some(row)) => {
                    if matches!(&row.body, Object::Invoice(body) if body.sent_at.is_some()) {
                        sent.push(next + at);
                    }
                }
                Ok(None) => {}
                Err(_) => missing = true,
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        for at in sent {
            self.selection.chosen[at].sent = true;
        }
        self.books = Books::default();
        self.phase = if end < self.selection.len() { Phase::Documents(end) } else { Phase::Assign };
        Ok(())
    }

    /// Gives every document its new ordinal.
    fn assign(&mut self) -> Result<(), Halt> {
        self.selection.close();
        let Some(series) = self.selection.series(&mut self.problems) else {
            self.phase = Phase::Done;
            return Ok(());
        };
        let row = match self.books.series.read(&(self.ledger, series))? {
            Some(row) => SeriesRow::clone(row),
            None => return crate::decide::missing_series(),
        };
        let fiscal = self.head.as_ref().map(|head| head.settings.fiscal_year_start);
        let mapped = mapping::map(
            &mut self.selection,
            &row,
            &self.asked,
            fiscal.unwrap_or(numbering::FiscalYearStart::CALENDAR),
            &mut self.problems,
        );
        self.series = Some(row);
        self.phase = match mapped {
            Some(mapping) => {
                self.mapping = Some(mapping);
                Phase::Format
            }
            None => Phase::Done,
        };
        Ok(())
    }

    /// Takes the format into the series, or finds out why it does not fit.
    fn format(&mut self) -> Result<(), Halt> {
        let (Some(head), Some(series), Some(mapping)) = (&self.head, &self.series, &self.mapping)
        else {
            return Ok(());
        };
        let today = today_at(head, self.at)?;
        let follow = self.asked.follow;
        let books = &mut self.books;
        match resequence::revised(books, head, series, &mapping.format, follow, today) {
            Ok(_) => {}
            Err(Halt::Missing) => return Err(Halt::Missing),
            Err(Halt::Refused(refusal)) => {
                self.problems.add(ProblemCode::PatternCollision, None, refusal.message);
            }
        }
        self.books = Books::default();
        self.phase = self.register_behind(0);
        Ok(())
    }

    fn register_behind(&self, at: usize) -> Phase {
        let groups = self.mapping.as_ref().map_or(&[][..], |mapping| &mapping.in_sequence);
        match groups.get(at) {
            Some(group) => Phase::Register(at, group.to.0),
            None => Phase::Texts(0),
        }
    }

    fn register(&mut self, at: usize, from: u64) -> Option<ResequenceStep> {
        let sequence = self.selection.sequences.get(at)?.id;
        let group = self.mapping.as_ref()?.in_sequence.get(at)?;
        if group.members.is_empty() {
            self.phase = self.register_behind(at + 1);
            return None;
        }
        Some(ResequenceStep::Register(sequence, from, CHUNK as u32))
    }

    /// Compares the new texts of a chunk with those that others have.
    fn texts(&mut self, next: usize) -> Result<(), Halt> {
        let Some(mapping) = &self.mapping else { return Ok(()) };
        let end = (next + CHUNK).min(self.selection.len());
        let mut missing = false;
        let mut keys = Vec::new();
        for at in next..end {
            let Some(text) = mapping.changed_text(&self.selection, at) else { continue };
            let key = (self.ledger, NumberRow::slug_key(&text));
            missing |= self.books.texts.read(&key).is_err();
            keys.push((at, text, key));
        }
        if missing {
            return Err(Halt::Missing);
        }
        let mut found: Vec<(usize, Option<u32>, Option<String>)> = Vec::new();
        for (at, text, key) in keys {
            let holders = self.books.texts.read(&key)?.cloned().unwrap_or_default();
            let (mut rank, mut taken) = (None, None);
            for holder in holders {
                let is_same = fold(&holder.text) == fold(&text);
                if self.selection.moves(holder.position)
                    || (is_same && self.is_blank(holder.position, &mut missing))
                {
                    continue;
                }
                match is_same {
                    true => taken = Some(holder.text),
                    false => rank = rank.max(Some(holder.slug_rank)),
                }
            }
            found.push((at, rank, taken));
        }
        if missing {
            return Err(Halt::Missing);
        }
        for (at, rank, taken) in found {
            self.selection.chosen[at].to_rank = rank.map_or(0, |rank| rank + 1);
            if let Some(text) = taken {
                self.problems.text_taken(&self.selection, at, &text);
            }
        }
        self.books = Books::default();
        self.phase = if end < self.selection.len() { Phase::Texts(end) } else { Phase::Gaps(0, 0) };
        Ok(())
    }

    /// Whether a number's document is gone, so that its text may be given again.
    fn is_blank(&self, position: Position, missing: &mut bool) -> bool {
        match self.books.numbers.read(&(self.ledger, position)) {
            Ok(row) => row.is_some_and(|row| row.state == State::Blank),
            Err(_) => {
                *missing = true;
                true
            }
        }
    }

    fn look_at_gaps(&mut self, at: usize, from: u64) -> Option<ResequenceStep> {
        let groups = self.mapping.as_ref().map_or(0, |mapping| mapping.in_sequence.len());
        if at >= groups || !self.problems.is_empty() {
            self.phase = Phase::Stage(0);
            return None;
        }
        let group = self.mapping.as_ref()?.in_sequence.get(at)?;
        if group.members.is_empty() {
            self.phase = Phase::Gaps(at + 1, 0);
            return None;
        }
        let sequence = self.selection.sequences.get(at)?.id;
        Some(ResequenceStep::Gaps(sequence, from, CHUNK as u32))
    }

    /// Finds out which ordinals of a sequence are blank behind it, and where it begins and ends.
    fn cover(&mut self, at: usize) {
        let gaps = std::mem::take(&mut self.gaps);
        let (Some(mapping), Some(series)) = (&self.mapping, &self.series) else { return };
        let Some(group) = mapping.in_sequence.get(at) else { return };
        let Some(row) = self.selection.sequences.get(at) else { return };
        let hole = Hole { selection: &self.selection, group, row, series };
        let covered = hole.cover(gaps);
        self.ends.push((row.clone(), covered.first, covered.last));
        self.moves.extend(covered.moves);
        if self.moves.len() > GAPS_MAX {
            let message = format!(
                "More than {GAPS_MAX} gaps would arise, change or close. Number fewer documents at \
                 a time."
            );
            self.problems.once(ProblemCode::TooMany, message);
        }
    }

    fn stage(&mut self, mut next: usize) -> Option<ResequenceStep> {
        let mapping = self.mapping.as_ref()?;
        let mut changes: Vec<StagedChange> = Vec::new();
        while next < self.selection.len() && changes.len() < PART {
            if let Some(line) = mapping.line(&self.selection, next) {
                hash_line(&mut self.digest, &line.to_bytes());
                let place = self.selection.chosen[next].place;
                let date = self.selection.chosen[next].date;
                changes.push(StagedChange { place, date, line });
            }
            next += 1;
        }
        if changes.is_empty() {
            self.phase = Phase::Done;
            return None;
        }
        self.phase = Phase::Stage(next);
        let (ledger, job, at) = (self.ledger, self.id, self.at);
        let part = StagedPart { ledger, job, at, numbers: Vec::new(), changes };
        self.stages.then_some(ResequenceStep::Stage(part))
    }

    fn worked(&mut self) -> Worked {
        let digest = Hash(std::mem::take(&mut self.digest).finalize().into());
        let plan = self.problems.is_empty().then(|| self.plan(digest)).flatten();
        let mut body = Resequence {
            asked: self.asked.clone(),
            series: self.series.as_ref().map(|row| row.id),
            selected: self.selection.len() as u64,
            digest,
            job: self.id.0,
            ..Resequence::default()
        };
        if let Some(mapping) = &self.mapping {
            body.pattern = Some(mapping.format.pattern.to_string());
            body.reset = Some(mapping.format.reset.to_string());
            body.changed = mapping.changed;
        }
        let changed = |chosen: &&Chosen| chosen.document().is_some() && chosen.is_changed;
        body.documents = self.selection.chosen.iter().filter(changed).count() as u64;
        if let Some(plan) = &plan {
            body.sequences = plan.ends();
            let left = plan.gaps.iter().filter(|moved| matches!(moved, GapMove::Left(_))).count();
            let changed = plan.gaps.iter().filter(|moved| matches!(moved, GapMove::Changed(..)));
            (body.gaps_left, body.gaps_closed) = (left as u64, changed.count() as u64);
        }
        body.warnings = self.selection.warnings();
        self.problems.write_to(&mut body);
        Worked { body, plan: plan.map(Arc::new) }
    }

    fn plan(&mut self, digest: Hash) -> Option<Plan> {
        let (mapping, head) = (self.mapping.take()?, self.head.as_ref()?);
        let plan = Plan {
            ledger: self.ledger,
            job: self.id,
            count: mapping.changed,
            digest,
            taking: Taking::New,
            sequences: std::mem::take(&mut self.ends),
            gaps: std::mem::take(&mut self.moves),
            documents: mapping.documents(&self.selection, self.asked.include_sent),
            earliest: self.selection.earliest_changed(),
            since: head.trail_count,
            seen: head.last_position,
            texts: mapping.keyed(&self.selection),
            series: self.series.clone(),
            format: Some(mapping.format.clone()),
        };
        self.mapping = Some(mapping);
        Some(plan)
    }
}
