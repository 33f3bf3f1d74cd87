//! What all documents have in common: carrying out what is asked, and showing what came of it.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{EngineError, ObjectList};
use ledger::command::document::{DocumentAction, DocumentCommand};
use ledger::id::{LedgerId, ObjectId};
use ledger::model::{At, Mode, ObjectKind, ObjectRow};
use ledger::outcome::ObjectView;
use ledger::{Action, Outcome};
use serde_json::Value;
use store::{AtRange, ObjectFilter, Reader};
use wire::answer::{self, Deleted, Document, List, Surroundings};
use wire::{Expand, Instants, Params, Problem, request};

use super::{not_found, page};
use crate::call::{Call, Once, unexpected};
use crate::failure::Failure;
use crate::reply::Reply;

/// What is around the documents of an answer, to be taken along to where it is made.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub(super) ledger: LedgerId,
    pub(super) mode: Mode,
    pub(super) at: At,
    account_name: String,
    base: String,
}

impl Around {
    pub(super) fn of(call: &Call) -> Around {
        Around {
            ledger: call.ledger(),
            mode: call.mode(),
            at: call.engine.now(),
            account_name: call.access.account_name.clone(),
            base: call.base.clone(),
        }
    }

    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { mode: self.mode, account_name: &self.account_name, base: &self.base }
    }

    pub(super) fn document<'a>(&'a self, view: &'a ObjectView) -> Document<'a> {
        Document { view, around: self.surroundings() }
    }
}

/// The object that the address names.
pub(super) fn addressed(call: &Call, kind: ObjectKind) -> Result<ObjectId, Problem> {
    request::object_id(call.id(), kind, call.ledger(), "id")
}

/// Carries out what is asked about documents, to its commit.
pub(super) async fn act(
    call: &Call,
    action: DocumentAction,
    once: Once,
) -> Result<(Outcome, bool), Failure> {
    let command = DocumentCommand {
        request: Some(call.request_id.clone()),
        idempotency_key: call.idempotency_text.clone(),
        drafts_numbered: call.version.behaviour().drafts_numbered,
        action,
    };
    call.outcome(Action::Document(Box::new(command)), once).await
}

/// Carries out what is asked, and shows the object that it comes to.
pub(super) async fn change(
    call: &Call,
    action: DocumentAction,
    once: Once,
    expand: Expand,
) -> Result<Reply, Failure> {
    match act(call, action, once).await? {
        (Outcome::Object(view), replayed) => {
            Ok(Reply { replayed, ..show(call, *view, expand).await? })
        }
        _ => Err(unexpected()),
    }
}

/// Changes the object that the address names, by what the parameters say.
pub(super) async fn amend<What>(
    call: Call,
    kind: ObjectKind,
    read: impl FnOnce(Params<'_>, LedgerId) -> Result<What, Problem>,
    action: impl FnOnce(ObjectId, What) -> DocumentAction,
) -> Result<Reply, Failure> {
    let (params, once, expand) = call.modern_params_once()?;
    let what = read(params, call.ledger())?;
    let id = addressed(&call, kind)?;
    change(&call, action(id, what), once, expand).await
}

/// Carries out a deletion. Where it is repeated, what was deleted is not there any more.
pub(super) async fn remove(call: &Call, action: DocumentAction) -> Result<Reply, Failure> {
    match act(call, action, None).await? {
        (Outcome::Deleted(kind, id), _) => {
            Ok(Reply::of(answer::to_json(&Deleted::new(kind, id, call.ledger()))))
        }
        _ => Err(unexpected()),
    }
}

/// Retrieves the object that the address names.
pub(super) async fn retrieve(call: Call, kind: ObjectKind) -> Result<Reply, Failure> {
    let (params, expand) = call.modern_params()?;
    request::none(params)?;
    let view = find(&call, kind, addressed(&call, kind)?).await?;
    show(&call, view, expand).await
}

/// An object that is there; of a customer that was deleted, what is left.
pub(super) async fn find(
    call: &Call,
    kind: ObjectKind,
    id: ObjectId,
) -> Result<ObjectView, Failure> {
    let view = call.engine.object(call.ledger(), kind, id).await?;
    let view = view.filter(|view| !view.row.deleted || kind == ObjectKind::Customer);
    Ok(view.ok_or_else(|| not_found(kind.text()))?)
}

/// Lists objects, newest first.
pub(super) async fn list(
    call: &Call,
    url: &str,
    filter: ObjectFilter,
    paging: request::Paging<ObjectId>,
    expand: Expand,
) -> Result<Reply, Failure> {
    let found = call.engine.objects(call.ledger(), filter, page(paging)).await?;
    show_list(call, url, found, expand).await
}

/// Lists the objects among those of a list that pass a sieve, newest first.
pub(super) async fn sifted(
    call: &Call,
    url: &str,
    (filter, sieve): (ObjectFilter, impl Fn(&ObjectRow) -> bool + Send + Sync + 'static),
    paging: request::Paging<ObjectId>,
    expand: Expand,
) -> Result<Reply, Failure> {
    let (ledger, page) = (call.ledger(), page(paging));
    let found = call.engine.sifted_objects(ledger, filter, page, Arc::new(sieve)).await?;
    show_list(call, url, found, expand).await
}

/// Shows an object in the caller's version.
pub(super) async fn show(call: &Call, view: ObjectView, expand: Expand) -> Result<Reply, Failure> {
    let around = Around::of(call);
    let document = around.document(&view);
    if expand.is_empty() && call.version.is_as_written() {
        return Ok(Reply::of(answer::to_json(&document)));
    }
    finish(call, answer::to_value(&document), expand).await
}

/// Shows a list of objects in the caller's version.
async fn show_list(
    call: &Call,
    url: &str,
    found: ObjectList,
    expand: Expand,
) -> Result<Reply, Failure> {
    let around = Around::of(call);
    let data: Vec<_> = found.data.iter().map(|view| around.document(view)).collect();
    let list = List::new(url, found.has_more, data);
    if expand.is_empty() && call.version.is_as_written() {
        return Ok(Reply::of(answer::to_json(&list)));
    }
    finish(call, answer::to_value(&list), expand).await
}

/// Expands what is to be expanded, and makes the answer what it is in the caller's version.
pub(super) async fn finish(
    call: &Call,
    mut value: Value,
    expand: Expand,
) -> Result<Reply, Failure> {
    if !expand.is_empty() {
        let around = Around::of(call);
        let expanded = call.engine.read(move |reader| {
            let mut value = value.clone();
            let mut found = HashMap::new();
            expand.apply(&mut value, &mut |id: &str| {
                if !found.contains_key(id) {
                    found.insert(id.to_owned(), named(reader, &around, id)?);
                }
                Ok::<_, EngineError>(found.get(id).cloned().flatten())
            })?;
            Ok(value)
        });
        value = expanded.await?;
    }
    call.version.age(&mut value);
    Ok(Reply::of(answer::to_json(&value)))
}

/// The object that an id names, as far as it is one of this ledger.
fn named(reader: &mut dyn Reader, around: &Around, id: &str) -> Result<Option<Value>, EngineError> {
    let parse = |kind: ObjectKind| Some((kind, kind.parse_id(id)?));
    let Some((kind, (ledger, id))) = ObjectKind::ALL.into_iter().find_map(parse) else {
        return Ok(None);
    };
    if ledger != around.ledger {
        return Ok(None);
    }
    let view = engine::object(reader, ledger, kind, id, around.at)?;
    Ok(view.map(|view| answer::to_value(&around.document(&view))))
}

/// Bounds of instants, as a store knows them.
pub(super) fn instants(instants: Instants) -> AtRange {
    AtRange { from: instants.from, to: instants.to }
}
