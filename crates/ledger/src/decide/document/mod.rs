//! Documents and what they refer to: one file for each family.

mod account;
mod clock;
mod credit_lines;
mod credit_note;
mod customer;
mod desk;
mod draft;
mod endpoint;
mod finalize;
mod invoice;
mod item;
mod line;
mod lines;
mod numbering;
mod redate;
mod reset;
mod status;
mod tax_rate;
mod teach;
mod text;
mod version;
mod view;

use self::desk::Desk;
use super::Halt;
use crate::books::Books;
use crate::command::Command;
use crate::command::document::{DocumentAction, DocumentCommand};
use crate::outcome::Outcome;
use crate::role::Role;

pub use self::view::view;
pub(super) use self::view::view_in;

/// Decides a command about documents.
pub(super) fn act(
    books: &mut Books,
    command: &Command,
    role: Role,
    document: &DocumentCommand,
) -> Result<Outcome, Halt> {
    let mut desk = Desk::new(books, command, role, document)?;
    let desk = &mut desk;
    match &document.action {
        DocumentAction::CreateCustomer(change) => customer::create(desk, change),
        DocumentAction::UpdateCustomer(id, change) => customer::update(desk, *id, change),
        DocumentAction::DeleteCustomer(id) => customer::delete(desk, *id),
        DocumentAction::CreateTaxRate(new) => tax_rate::create(desk, new),
        DocumentAction::UpdateTaxRate(id, change) => tax_rate::update(desk, *id, change),
        DocumentAction::CreateItem(new) => item::create(desk, new),
        DocumentAction::UpdateItem(id, change) => item::update(desk, *id, change),
        DocumentAction::DeleteItem(id) => item::delete(desk, *id),
        DocumentAction::CreateInvoice(new) => draft::create(desk, new),
        DocumentAction::UpdateInvoice(id, change) => invoice::update(desk, *id, change),
        DocumentAction::DeleteInvoice(id, why) => draft::delete(desk, *id, why.as_deref()),
        DocumentAction::AddLines(id, new, words) => lines::add(desk, *id, new, words),
        DocumentAction::UpdateLines(id, change, words) => lines::update(desk, *id, change, words),
        DocumentAction::RemoveLines(id, gone, words) => lines::remove(desk, *id, gone, words),
        DocumentAction::Finalize(id, advance) => finalize::finalize(desk, *id, *advance),
        DocumentAction::Pay(id, out_of_band) => status::pay(desk, *id, *out_of_band),
        DocumentAction::Void(id) => status::void(desk, *id),
        DocumentAction::MarkUncollectible(id) => status::mark_uncollectible(desk, *id),
        DocumentAction::Send(id) => status::send(desk, *id),
        DocumentAction::ResetToDraft(id, why) => reset::reset(desk, *id, why),
        DocumentAction::PreviewTeaching(id, number, asked) => {
            teach::preview(desk, *id, number, asked)
        }
        DocumentAction::Wake(id) => clock::wake(desk, *id),
        DocumentAction::PutOff(id, until) => clock::put_off(desk, *id, *until),
        DocumentAction::FailFinalization(id, error) => clock::fail(desk, *id, error),
        DocumentAction::CreateCreditNote(new) => credit_note::create(desk, new),
        DocumentAction::UpdateCreditNote(id, memo, metadata) => {
            credit_note::update(desk, *id, memo.as_ref(), metadata)
        }
        DocumentAction::VoidCreditNote(id) => credit_note::void(desk, *id),
        DocumentAction::CreateEndpoint(change, secret) => endpoint::create(desk, change, secret),
        DocumentAction::UpdateEndpoint(id, change) => endpoint::update(desk, *id, change),
        DocumentAction::DeleteEndpoint(id) => endpoint::delete(desk, *id),
        DocumentAction::UpdateAccount(change) => account::update(desk, change),
        DocumentAction::SetApiVersion(version) => version::set(desk, version),
        DocumentAction::RollBackApiVersion => version::roll_back(desk),
        DocumentAction::Redeliver(event, endpoint) => endpoint::redeliver(desk, *event, *endpoint),
    }
}
