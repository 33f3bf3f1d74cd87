//! Documents that are only shown: decided on what is there, and forgotten.

use engine::EngineError;
use ledger::command::document::{DocumentAction, DocumentCommand};
use ledger::outcome::{LessonView, ObjectView};
use ledger::{Action, Outcome, Refusal};
use wire::request::{InvoicePreview, PreviewItem};

use super::defect;
use crate::call::Call;
use crate::failure::Failure;

/// What the next invoice of a customer would be.
pub(super) async fn invoice(call: &Call, preview: InvoicePreview) -> Result<ObjectView, Failure> {
    let InvoicePreview { items, invoice } = preview;
    let action = |item| match item {
        PreviewItem::Waiting(id, change) => DocumentAction::UpdateItem(id, Box::new(change)),
        PreviewItem::New(new) => DocumentAction::CreateItem(Box::new(new)),
    };
    let mut actions: Vec<_> = items.into_iter().map(action).collect();
    let count = actions.len();
    actions.push(DocumentAction::CreateInvoice(Box::new(invoice)));
    let mut answers = decided(call, actions).await?;
    let last = answers.pop();
    for (index, answer) in answers.into_iter().enumerate() {
        answer.map_err(|refusal| of_item(refusal, index))?;
    }
    match last {
        Some(Ok(Outcome::Object(view))) => Ok(*view),
        Some(Err(refusal)) => Err(EngineError::Refused(refusal).into()),
        _ => Err(defect(&format!("a preview of {count} items came to no invoice")).into()),
    }
}

/// What one action would come to.
pub(super) async fn of_action(call: &Call, action: DocumentAction) -> Result<ObjectView, Failure> {
    match decided(call, vec![action]).await?.pop() {
        Some(Ok(Outcome::Object(view))) => Ok(*view),
        Some(Err(refusal)) => Err(EngineError::Refused(refusal).into()),
        _ => Err(defect("a preview came to no object").into()),
    }
}

/// What a number would teach.
pub(super) async fn lesson(call: &Call, action: DocumentAction) -> Result<LessonView, Failure> {
    match decided(call, vec![action]).await?.pop() {
        Some(Ok(Outcome::Lesson(view))) => Ok(*view),
        Some(Err(refusal)) => Err(EngineError::Refused(refusal).into()),
        _ => Err(defect("a preview of a lesson came to something else").into()),
    }
}

async fn decided(
    call: &Call,
    actions: Vec<DocumentAction>,
) -> Result<Vec<Result<Outcome, Refusal>>, Failure> {
    let command = |action| {
        Action::Document(Box::new(DocumentCommand {
            request: None,
            idempotency_key: None,
            drafts_numbered: false,
            action,
        }))
    };
    let actions = actions.into_iter().map(command).collect();
    Ok(call.engine.preview_actions(call.ledger(), actions).await?)
}

/// Says of what an item was refused for where the item stands.
fn of_item(mut refusal: Refusal, index: usize) -> Failure {
    if let Some(param) = &refusal.param {
        let (head, rest) = param.split_at(param.find('[').unwrap_or(param.len()));
        let head = if head == "id" { "invoiceitem" } else { head };
        refusal.param = Some(format!("invoice_items[{index}][{head}]{rest}"));
    }
    EngineError::Refused(refusal).into()
}
