//! What the clock asks of documents: looked for, and handed in as commands.

use std::cmp::Reverse;

use ledger::command::document::{DocumentAction, DocumentCommand};
use ledger::id::LedgerId;
use ledger::model::document::{FinalizationError, Invoice, InvoiceStatus};
use ledger::model::{At, DeliveryRow, Object, ObjectKind, ObjectRow, Subject};
use ledger::{Action, Actor, Misses, Refusal};
use store::{AtRange, DeliveriesOf, EventFilter, EventKinds, Page, Reader, Waking};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::forward::{behind, forward};

/// Objects that are looked at together.
const SLICE: u32 = 256;
/// Rows of a page in looking for one event.
const PAGE: u32 = 100;

/// Who does what nobody else asked for.
const CLOCK: &str = "clock";

/// What is to be handed in for an object.
struct Task {
    ledger: LedgerId,
    action: DocumentAction,
    /// The draft that is to finalize by this.
    draft: Option<ledger::id::ObjectId>,
}

impl Engine {
    /// Does what the clock asks for by now: finalizes drafts that are to finalize by themselves,
    /// and tells of invoices that will be due or are overdue. Returns how many were looked at.
    /// Other processes may do the same at the same time: each thing is done once.
    ///
    /// # Errors
    /// The first failure of the database; what was not done is done the next time.
    pub async fn wake(&self) -> Result<usize, EngineError> {
        let (now, mut after, mut count, mut failure) = (self.now(), None, 0, None);
        loop {
            let slice = self.read(move |reader| slice(reader, now, after)).await?;
            count += slice.tasks.len();
            failure = self.hand_in_all(slice.tasks).await.err().or(failure);
            // Behind what was looked at, whatever came of it: nothing holds up what follows.
            after = slice.last;
            if after.is_none() {
                return failure.map_or(Ok(count), Err);
            }
        }
    }

    /// Hands tasks in together, and what is to be said of drafts that did not finalize.
    async fn hand_in_all(&self, tasks: Vec<Task>) -> Result<(), EngineError> {
        let mut failure = None;
        let answers: Vec<_> = tasks
            .into_iter()
            .map(|Task { ledger, action, draft }| (ledger, draft, self.by_clock(ledger, action)))
            .collect();
        let mut failed = Vec::new();
        for (ledger, draft, answer) in answers {
            match answer.await {
                Ok(answer) => {
                    let refusal = answer.result.err();
                    let Some((draft, refusal)) = draft.zip(refusal) else { continue };
                    let action = DocumentAction::FailFinalization(draft, error(refusal));
                    failed.push(self.by_clock(ledger, action));
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        for answer in failed {
            failure = answer.await.err().or(failure);
        }
        failure.map_or(Ok(()), Err)
    }

    fn by_clock(
        &self,
        ledger: LedgerId,
        action: DocumentAction,
    ) -> crate::pending::Pending<ledger::Answer> {
        let document = DocumentCommand {
            request: None,
            idempotency_key: None,
            drafts_numbered: false,
            action,
        };
        let actor = Actor::Operator(CLOCK.to_owned());
        self.answer(self.command(ledger, actor, Action::Document(Box::new(document))))
    }
}

fn error(refusal: Refusal) -> FinalizationError {
    let Refusal { code, param, message, .. } = refusal;
    FinalizationError { code: code.text().to_owned(), message, param }
}

/// What is to be done for some objects, and the last one of them where more follow.
struct Slice {
    tasks: Vec<Task>,
    last: Option<Waking>,
}

fn slice(reader: &mut dyn Reader, now: At, after: Option<Waking>) -> Result<Slice, EngineError> {
    let due = reader.waking(now, after, SLICE)?;
    forward("what the clock is to look at", behind(after), due.iter().copied())?;
    let objects = due.iter().map(|one| (one.ledger, one.object)).collect();
    let rows = match due.is_empty() {
        true => Vec::new(),
        false => reader.load(&Misses { objects, ..Misses::default() })?.objects,
    };
    let mut tasks = Vec::with_capacity(rows.len());
    for row in rows {
        let (ledger, id) = (row.ledger, row.id);
        let draft = is_draft(&row).then_some(id);
        let at = match draft {
            Some(_) => Invoice::advances_at(row.created, &tellings(reader, &row)?, now),
            None => now,
        };
        let action = match at > now {
            true => DocumentAction::PutOff(id, at),
            false => DocumentAction::Wake(id),
        };
        tasks.push(Task { ledger, action, draft });
    }
    let last = due.last().copied().filter(|_| due.len() == SLICE as usize);
    Ok(Slice { tasks, last })
}

fn is_draft(row: &ObjectRow) -> bool {
    matches!(&row.body, Object::Invoice(invoice) if invoice.status == InvoiceStatus::Draft)
}

/// What became of telling that an invoice was made; nothing where nobody was to be told.
fn tellings(reader: &mut dyn Reader, row: &ObjectRow) -> Result<Vec<DeliveryRow>, EngineError> {
    let kinds = vec![EventKinds::Exactly("invoice.created".to_owned())];
    let at = AtRange { from: Some(row.created), to: Some(row.created) };
    let filter = EventFilter { kinds, at, delivered: None };
    let subject = Subject::Object(ObjectKind::Invoice, row.id);
    let mut page = Page { limit: PAGE, ..Page::default() };
    loop {
        let found = reader.events(row.ledger, &filter, page)?;
        let ids = found.rows.iter().map(|(event, _)| Reverse(event.id));
        forward("events", behind(page.starting_after.map(Reverse)), ids)?;
        if let Some((event, _)) = found.rows.iter().find(|(event, _)| event.subject == subject) {
            let page = Page { limit: PAGE, ..Page::default() };
            return Ok(reader.deliveries(row.ledger, DeliveriesOf::Event(event.id), page)?.rows);
        }
        page.starting_after = found.rows.last().map(|(event, _)| event.id);
        if !found.has_more {
            return Ok(Vec::new());
        }
    }
}
