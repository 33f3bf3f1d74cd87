//! Requests, read from parameters into what the ledger is asked.

mod books;
mod date;
mod document;
mod list;
mod number;
mod pattern;
mod resequence;
mod search;
mod series;
mod settings;
mod user;

use ledger::Code;
use ledger::command::SeriesRef;
use ledger::id::{LedgerId, ObjectId, Position, SeriesId};
use ledger::model::ObjectKind;

pub use self::books::{
    AskedClosing, GapList, IrregularCursor, IrregularList, PartFields, close_period, explanation,
    gap_list, irregularity_list, lock_move, part_only,
};
pub use self::date::{civil_date, labelled_days};
pub use self::document::{
    CreditNoteFilter, CustomerFilter, EventsAsked, InvoiceFilter, InvoicePreview, ItemFilter,
    NewConnected, PreviewItem, TaxRateFilter, account_change, account_list, added_lines,
    api_version, credit_note_change, credit_note_list, customer_change, customer_list,
    deleted_invoice, endpoint_change, endpoint_list, event_id, event_list, finalize,
    invoice_change, invoice_list, invoice_preview, item_change, item_list, line_change, line_id,
    line_list, new_connected, new_credit_note, new_endpoint, new_invoice, new_invoice_item,
    new_tax_rate, pay, previewed_lines, redelivery, removed_lines, reset_to_draft, secret_roll,
    tax_rate_change, tax_rate_list, teach_preview, updated_lines,
};
pub use self::list::{Paging, TrailList, kept_head, none, trail_list};
pub use self::number::{NumberList, batch, item, number_list, void};
pub use self::pattern::{
    Example, PatternCheck, PatternInference, pattern_check, pattern_inference,
};
pub use self::resequence::{NewResequence, new_resequence, resequence_lines, resequence_list};
pub use self::search::{Narrowed, Query, Search, customer_search, invoice_search, search_cursor};
pub use self::series::{
    Preview, SeriesArchive, SeriesList, advance, new_series, preview, series_archive,
    series_change, series_list,
};
pub use self::settings::settings_change;
pub use self::user::{NewUser, new_password, new_user, user_change, user_id, user_list};
use crate::error::Problem;
use crate::params::Fields;

/// A series by its id or its name, as the interface takes it anywhere.
///
/// # Errors
/// The id is of another account or mode.
pub fn series_ref(text: &str, ledger: LedgerId, param: &str) -> Result<SeriesRef, Problem> {
    match SeriesId::parse(text) {
        Some((of, id)) if of == ledger => Ok(SeriesRef::Id(id)),
        Some(_) => Err(elsewhere("series", text, param)),
        None => Ok(SeriesRef::Name(text.to_owned())),
    }
}

/// The place of a number, from its id.
///
/// # Errors
/// The text is no number's id, or that of another account or mode.
pub fn number_id(text: &str, ledger: LedgerId, param: &str) -> Result<Position, Problem> {
    match Position::parse(text) {
        Some((of, position)) if of == ledger => Ok(position),
        _ => Err(elsewhere("number", text, param)),
    }
}

/// A gap, from its id.
///
/// # Errors
/// The text is no gap's id, or that of another account or mode.
pub fn gap_id(text: &str, ledger: LedgerId, param: &str) -> Result<ledger::id::GapId, Problem> {
    match ledger::id::GapId::parse(text) {
        Some((of, gap)) if of == ledger => Ok(gap),
        _ => Err(elsewhere("gap", text, param)),
    }
}

/// An object of a kind, from its id.
///
/// # Errors
/// The text is no id of such an object, or that of another account or mode.
pub fn object_id(
    text: &str,
    kind: ObjectKind,
    ledger: LedgerId,
    param: &str,
) -> Result<ObjectId, Problem> {
    match kind.parse_id(text) {
        Some((of, id)) if of == ledger => Ok(id),
        _ => Err(elsewhere(kind.text(), text, param)),
    }
}

fn elsewhere(what: &str, text: &str, param: &str) -> Problem {
    let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    let message = format!(
        "There is no {what} {shown:?} in this account and mode. Check the id, and whether the \
         key is a live or a test one.",
    );
    Problem::of(Code::ResourceMissing, param, message)
}

const SHOWN_CHARS_MAX: usize = 60;

fn series_field(fields: &mut Fields<'_>, ledger: LedgerId) -> Result<Option<SeriesRef>, Problem> {
    let max = ledger::limits::SERIES_NAME_CHARS_MAX;
    let Some(text) = fields.text("series", max)? else { return Ok(None) };
    series_ref(&text, ledger, &fields.name("series")).map(Some)
}

fn number_field(
    fields: &mut Fields<'_>,
    field: &str,
    ledger: LedgerId,
) -> Result<Option<Position>, Problem> {
    let Some(text) = fields.text(field, SHOWN_CHARS_MAX)? else { return Ok(None) };
    number_id(&text, ledger, &fields.name(field)).map(Some)
}
