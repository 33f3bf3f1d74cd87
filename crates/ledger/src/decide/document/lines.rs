//! Lines of a draft, several at once.

use super::desk::{Desk, ID, Opened};
use super::draft::release;
use super::invoice::{open_draft, save};
use super::item::{assign, line_of, push, settle_currency, take};
use super::line::{apply, blank, check_cost_said, check_new_rates, within};
use super::text::set_metadata;
use crate::command::document::{LineChange, MetadataChange, NewLine, RemovedLine};
use crate::decide::{Halt, refuse_param};
use crate::id::ObjectId;
use crate::limits::INVOICE_LINES_MAX;
use crate::model::document::{Invoice, InvoiceItem, Line};
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Adds lines: items that wait, or lines of the invoice's own.
pub(super) fn add(
    desk: &mut Desk<'_>,
    id: ObjectId,
    new: &[NewLine],
    metadata: &MetadataChange,
) -> Result<Outcome, Halt> {
    check_count(new.len())?;
    let mut draft = open_draft(desk, id, ID)?;
    desk.ask(new.iter().filter_map(|line| line.item));
    for (place, NewLine { item, line: change }) in new.iter().enumerate() {
        let prefix = format!("lines[{place}]");
        let rates = change.tax_rates.as_deref().unwrap_or_default();
        check_new_rates(desk, rates, &within(&prefix, "tax_rates"))?;
        match item {
            None => {
                check_cost_said(change, &prefix)?;
                let id = desk.next();
                let mut line = blank(desk, id);
                apply(&mut line, change, &prefix)?;
                push(&mut draft.body, line, "lines")?;
            }
            Some(item) => {
                let param = within(&prefix, "invoice_item");
                let item = open_waiting(desk, &draft.body, *item, &param)?;
                settle_currency(&mut draft.body, Some(item.body.currency))?;
                let mut line = line_of(&item.body);
                apply(&mut line, change, &prefix)?;
                assign(desk, item, (id, &mut draft.body), line, "lines")?;
            }
        }
    }
    finish(desk, draft, metadata)
}

/// Changes lines, and the items that they show.
pub(super) fn update(
    desk: &mut Desk<'_>,
    id: ObjectId,
    changes: &[(ObjectId, LineChange)],
    metadata: &MetadataChange,
) -> Result<Outcome, Halt> {
    check_count(changes.len())?;
    let mut draft = open_draft(desk, id, ID)?;
    let items = draft.body.lines.iter().filter(|line| changes.iter().any(|one| one.0 == line.id));
    desk.ask(items.filter_map(|line| line.item));
    for (place, (line, change)) in changes.iter().enumerate() {
        let prefix = format!("lines[{place}]");
        let rates = change.tax_rates.as_deref().unwrap_or_default();
        check_new_rates(desk, rates, &within(&prefix, "tax_rates"))?;
        let at = find(desk, &draft.body, *line, &prefix)?;
        let line = &mut draft.body.lines[at];
        apply(line, change, &prefix)?;
        if let Some(item) = line.item {
            let Opened { row, body: mut item } = desk.open::<InvoiceItem>(item, &prefix)?;
            take(&mut item, line);
            desk.put(&row, item);
        }
    }
    finish(desk, draft, metadata)
}

/// Takes lines off; their items are deleted, or wait again.
pub(super) fn remove(
    desk: &mut Desk<'_>,
    id: ObjectId,
    gone: &[RemovedLine],
    metadata: &MetadataChange,
) -> Result<Outcome, Halt> {
    check_count(gone.len())?;
    let mut draft = open_draft(desk, id, ID)?;
    desk.ask(draft.body.lines.iter().filter_map(|line| line.item));
    for (place, RemovedLine { line, unassign }) in gone.iter().enumerate() {
        let prefix = format!("lines[{place}]");
        let at = find(desk, &draft.body, *line, &prefix)?;
        let Line { item, .. } = draft.body.lines.remove(at);
        match item {
            Some(item) if *unassign => release(desk, item, true)?,
            Some(item) => {
                let Opened { row, .. } = desk.open::<InvoiceItem>(item, &prefix)?;
                let row = desk.delete(&row);
                let view = desk.view(row)?;
                desk.tell("invoiceitem.deleted", &view)?;
            }
            None if *unassign => {
                let message = "This line shows no invoice item, so nothing can wait again. Send \
                               `behavior=delete`.";
                return refuse_param(Code::ParameterInvalid, &within(&prefix, "behavior"), message);
            }
            None => {}
        }
    }
    finish(desk, draft, metadata)
}

fn finish(
    desk: &mut Desk<'_>,
    mut draft: Opened<Invoice>,
    metadata: &MetadataChange,
) -> Result<Outcome, Halt> {
    set_metadata(&mut draft.body.metadata, metadata)?;
    let view = save(desk, draft, "lines")?;
    Ok(desk.show(view))
}

fn check_count(count: usize) -> Result<(), Halt> {
    if (1..=INVOICE_LINES_MAX).contains(&count) {
        return Ok(());
    }
    let message = format!("Give between 1 and {INVOICE_LINES_MAX} lines; there are {count}.");
    refuse_param(Code::ParameterInvalid, "lines", message)
}

fn find(desk: &Desk<'_>, draft: &Invoice, id: ObjectId, prefix: &str) -> Result<usize, Halt> {
    match draft.lines.iter().position(|line| line.id == id) {
        Some(place) => Ok(place),
        None => {
            let message = format!(
                "No such line on this invoice: '{}'. List its lines to see their ids.",
                id.line_text(desk.ledger.id)
            );
            refuse_param(Code::ResourceMissing, &within(prefix, "id"), message)
        }
    }
}

fn open_waiting(
    desk: &Desk<'_>,
    draft: &Invoice,
    id: ObjectId,
    param: &str,
) -> Result<Opened<InvoiceItem>, Halt> {
    let item = desk.open::<InvoiceItem>(id, param)?;
    let problem = if item.body.invoice.is_some() {
        "is on an invoice already. Take it off there first"
    } else if item.body.customer != draft.customer {
        "is of another customer. Choose one of the invoice's customer"
    } else {
        return Ok(item);
    };
    refuse_param(Code::ParameterInvalid, param, format!("The invoice item {problem}."))
}
