//! Taking a resequence back, as a job: its lines the other way round.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use numbering::fold;
use sha2::{Digest, Sha256};

use super::plan::{GapMove, Plan, PlannedDocument, Taking, hash_line};
use crate::books::{Books, Loaded, Misses};
use crate::command::Actor;
use crate::decide::{Halt, changed_since, entitled};
use crate::id::{LedgerId, Position};
use crate::job::import::keyed::{Keyed, hash};
use crate::job::{JobId, StagedChange, StagedPart};
use crate::model::{At, LedgerRow, NumberRow, SequenceEnds, SequenceRow, State};
use crate::refusal::Refusal;
use crate::role::Right;
use crate::trail::{Change, Hash, RenumberedLine};

/// Lines that are looked at, and staged, at once.
const CHUNK: u32 = 4_096;

/// A resequence that is being taken back: call [`RevertJob::step`] and do what it asks for.
#[derive(Debug)]
pub struct RevertJob {
    ledger: LedgerId,
    actor: Actor,
    at: At,
    id: JobId,
    index: u64,
    change: Change,
    books: Books,
    head: Option<LedgerRow>,
    sequences: Vec<(SequenceRow, u64, u64)>,
    /// The numbers that change.
    moved: HashSet<Position>,
    texts: Vec<(u64, u32)>,
    documents: Vec<PlannedDocument>,
    earliest: Option<Date>,
    digest: Sha256,
    lines: Vec<RenumberedLine>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Begin,
    /// From which line on the numbers are taken note of.
    Read(u64),
    /// From which line on they are compared and staged.
    Stage(u64),
    Compare(u64),
    Done,
}

/// What taking a resequence back needs next.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each chunk of lines")]
pub enum RevertStep {
    /// Load these rows, then [`RevertJob::fill`].
    Load(Misses),
    /// Read lines of this entry from one on, so many at most, then [`RevertJob::fill_lines`].
    Lines(u64, u64, u32),
    /// Stage these rows.
    Stage(StagedPart),
    /// All is staged.
    Done(Arc<Plan>),
}

impl RevertJob {
    /// A job that takes back what an entry says.
    pub fn new(
        ledger: LedgerId,
        actor: Actor,
        at: At,
        id: JobId,
        (index, change): (u64, Change),
    ) -> RevertJob {
        RevertJob {
            ledger,
            actor,
            at,
            id,
            index,
            change,
            books: Books::default(),
            head: None,
            sequences: Vec::new(),
            moved: HashSet::new(),
            texts: Vec::new(),
            documents: Vec::new(),
            earliest: None,
            digest: Sha256::new(),
            lines: Vec::new(),
            phase: Phase::Begin,
        }
    }

    /// Goes on with what is loaded.
    ///
    /// # Errors
    /// Why it cannot be taken back; nothing of it need be staged any longer.
    pub fn step(&mut self) -> Result<RevertStep, Refusal> {
        loop {
            match self.advance() {
                Ok(Some(step)) => return Ok(step),
                Ok(None) => {}
                Err(Halt::Missing) => return Ok(RevertStep::Load(self.books.take_misses())),
                Err(Halt::Refused(refusal)) => return Err(refusal),
            }
        }
    }

    /// Takes what was loaded for [`RevertStep::Load`].
    pub fn fill(&mut self, asked: Misses, found: Loaded) {
        self.books.fill(asked, found);
    }

    /// Takes lines of the entry.
    ///
    /// # Errors
    /// A line cannot be read.
    pub fn fill_lines(&mut self, lines: &[Vec<u8>]) -> Result<(), crate::Damaged> {
        let read: Result<Vec<_>, _> = lines.iter().map(|line| RenumberedLine::read(line)).collect();
        let read = read?;
        let is_last = lines.len() < CHUNK as usize;
        match self.phase {
            Phase::Read(from) => {
                self.moved.extend(read.iter().map(|line| line.position));
                self.phase =
                    if is_last { Phase::Stage(0) } else { Phase::Read(from + lines.len() as u64) };
            }
            Phase::Stage(from) => {
                self.lines = read.into_iter().map(RenumberedLine::reversed).collect();
                self.phase = if self.lines.is_empty() { Phase::Done } else { Phase::Compare(from) };
            }
            _ => {}
        }
        Ok(())
    }

    /// How many lines are done with, of how many.
    pub fn progress(&self) -> (u64, u64) {
        let all = match &self.change {
            Change::NumbersRenumbered { count, .. } => *count,
            _ => 0,
        };
        let done = match self.phase {
            Phase::Begin => 0,
            Phase::Read(from) => from / 4,
            Phase::Stage(from) | Phase::Compare(from) => all / 4 + from * 3 / 4,
            Phase::Done => all,
        };
        (done, all)
    }

    fn advance(&mut self) -> Result<Option<RevertStep>, Halt> {
        match self.phase {
            Phase::Begin => self.begin().map(|()| None),
            Phase::Read(from) | Phase::Stage(from) => {
                Ok(Some(RevertStep::Lines(self.index, from, CHUNK)))
            }
            Phase::Compare(from) => self.compare(from).map(Some),
            Phase::Done => Ok(Some(RevertStep::Done(Arc::new(self.plan())))),
        }
    }

    /// Looks whether anything was done on top.
    fn begin(&mut self) -> Result<(), Halt> {
        let head = entitled(&self.books, self.ledger, &self.actor, Right::KeepBooks)?;
        let Change::NumbersRenumbered { sequences, .. } = &self.change else {
            return changed_since("its entry is no resequence");
        };
        let keys = self.keys(sequences)?;
        let mut missing = false;
        let mut rows = Vec::with_capacity(keys.len());
        for (key, ends) in keys {
            match self.books.sequences.read(&key) {
                Ok(Some(row)) if (row.first, row.last) == ends.after => {
                    rows.push((row.clone(), ends.before.0, ends.before.1));
                }
                Ok(_) => return changed_since("numbers were given on top of it"),
                Err(_) => missing = true,
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        (self.sequences, self.head) = (rows, Some(head));
        self.books = Books::default();
        self.phase = Phase::Read(0);
        Ok(())
    }

    fn keys(
        &self,
        sequences: &[SequenceEnds],
    ) -> Result<Vec<(crate::model::SequenceKey, SequenceEnds)>, Halt> {
        let mut missing = false;
        let mut keys = Vec::with_capacity(sequences.len());
        for ends in sequences {
            match self.books.places.read(&(self.ledger, ends.id)) {
                Ok(Some(key)) => keys.push((key.clone(), *ends)),
                Ok(None) => return changed_since("a sequence is gone"),
                Err(_) => missing = true,
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(keys) }
    }

    /// Compares a chunk with what is there now, and stages it.
    fn compare(&mut self, from: u64) -> Result<RevertStep, Halt> {
        let lines = self.lines.clone();
        let mut missing = false;
        let mut dates = Vec::with_capacity(lines.len());
        for line in &lines {
            let key = (self.ledger, NumberRow::slug_key(&line.to.text));
            match self.books.texts.read(&key) {
                Ok(holders) => {
                    let folded = fold(&line.to.text);
                    let mut others = holders.into_iter().flatten().filter(|holder| {
                        !self.moved.contains(&holder.position) && fold(&holder.text) == folded
                    });
                    if others.any(|holder| !self.is_blank(holder.position, &mut missing)) {
                        return changed_since(&format!("{} was given", line.to.text));
                    }
                }
                Err(_) => missing = true,
            }
            match self.books.numbers.read(&(self.ledger, line.position)) {
                Ok(Some(row)) if row.text == line.from.text => dates.push(row.date),
                Ok(_) => {
                    return changed_since(&format!("{} is another number", line.from.text));
                }
                Err(_) => missing = true,
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        self.earliest = self.earliest.into_iter().chain(dates.iter().copied()).min();
        let mut changes = Vec::with_capacity(lines.len());
        for ((line, date), place) in lines.into_iter().zip(dates).zip(from..) {
            hash_line(&mut self.digest, &line.to_bytes());
            self.texts.push((hash(NumberRow::slug_key(&line.to.text).as_str()), place as u32));
            if let Some(id) = line.document {
                let (from, to) = (line.from.clone(), line.to.clone());
                self.documents.push(PlannedDocument { id, from, to, sent: true });
            }
            changes.push(StagedChange { place, date, line });
        }
        self.books = Books::default();
        let next = from + changes.len() as u64;
        let is_last = changes.len() < CHUNK as usize;
        self.phase = if is_last { Phase::Done } else { Phase::Stage(next) };
        let (ledger, job, at) = (self.ledger, self.id, self.at);
        Ok(RevertStep::Stage(StagedPart { ledger, job, at, numbers: Vec::new(), changes }))
    }

    fn is_blank(&self, position: Position, missing: &mut bool) -> bool {
        match self.books.numbers.read(&(self.ledger, position)) {
            Ok(row) => row.is_some_and(|row| row.state == State::Blank),
            Err(_) => {
                *missing = true;
                true
            }
        }
    }

    fn plan(&mut self) -> Plan {
        let gaps = match &self.change {
            Change::NumbersRenumbered { gaps, .. } => gaps.clone(),
            _ => Vec::new(),
        };
        let back = gaps.into_iter().map(|gap| GapMove::Back(Box::new(gap.reversed())));
        Plan {
            ledger: self.ledger,
            job: self.id,
            count: self.moved.len() as u64,
            digest: Hash(std::mem::take(&mut self.digest).finalize().into()),
            taking: Taking::Back,
            sequences: std::mem::take(&mut self.sequences),
            gaps: back.collect(),
            documents: std::mem::take(&mut self.documents),
            earliest: self.earliest,
            since: self.head.as_ref().map_or(0, |head| head.trail_count),
            seen: self.head.as_ref().map_or(0, |head| head.last_position),
            texts: Keyed::new(std::mem::take(&mut self.texts)),
            series: None,
            format: None,
        }
    }
}
