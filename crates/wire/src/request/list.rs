//! Which part of a list is asked for.

use ledger::id::{LedgerId, ObjectId};
use ledger::model::ObjectKind;
use ledger::trail::Hash;

use crate::error::{Problem, RimCode};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::params::{Fields, Params};

/// A page: behind or before something, never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging<Id> {
    /// How many at most.
    pub limit: u32,
    /// Only what comes after this one in the list.
    pub starting_after: Option<Id>,
    /// Only what comes just before this one in the list.
    pub ending_before: Option<Id>,
}

impl<Id> Default for Paging<Id> {
    fn default() -> Paging<Id> {
        Paging { limit: PAGE_DEFAULT, starting_after: None, ending_before: None }
    }
}

/// A page of the trail.
pub type TrailList = Paging<u64>;

/// The names that every list takes.
pub(super) const PAGING: [&str; 3] = ["limit", "starting_after", "ending_before"];

/// Reads the page that a list is asked for; `id` reads its cursors.
pub(super) fn paging<Id>(
    fields: &mut Fields<'_>,
    id: impl Fn(&str, &str) -> Result<Id, Problem>,
) -> Result<Paging<Id>, Problem> {
    let limit = fields.integer("limit", 1..=u64::from(PAGE_MAX))?;
    let mut cursor = |field: &str| match fields.text(field, CURSOR_CHARS_MAX)? {
        Some(text) => id(&text, field).map(Some),
        None => Ok(None),
    };
    let (starting_after, ending_before) = (cursor("starting_after")?, cursor("ending_before")?);
    if starting_after.is_some() && ending_before.is_some() {
        return Err(Problem::of(
            RimCode::ParametersExclusive,
            "ending_before",
            "`starting_after` and `ending_before` do not go together. Send one of them.",
        ));
    }
    let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(PAGE_DEFAULT);
    Ok(Paging { limit, starting_after, ending_before })
}

/// Reads the page that a list of objects of a kind is asked for.
pub(super) fn object_paging(
    fields: &mut Fields<'_>,
    kind: ObjectKind,
    ledger: LedgerId,
) -> Result<Paging<ObjectId>, Problem> {
    paging(fields, |text, param| super::object_id(text, kind, ledger, param))
}

const CURSOR_CHARS_MAX: usize = 100;

/// Reads the parameters of a request that takes none.
///
/// # Errors
/// There is one.
pub fn none(params: Params<'_>) -> Result<(), Problem> {
    params.fields(&[]).map(|_| ())
}

/// Reads what a list of trail entries asks for; cursors are ids such as `ent_12` of `ledger`.
///
/// # Errors
/// See [`Problem`].
pub fn trail_list(params: Params<'_>, ledger: LedgerId) -> Result<TrailList, Problem> {
    let mut fields = params.fields(&PAGING)?;
    paging(&mut fields, |text, param| {
        let index = text.strip_prefix("ent_").and_then(|digits| digits.parse().ok());
        index.ok_or_else(|| {
            let message = format!("There is no trail entry {text:?} in ledger {ledger}.");
            Problem::of(ledger::Code::ResourceMissing, param, message)
        })
    })
}

/// Reads a head of the trail that was kept elsewhere: how many entries it was of, and its hash.
///
/// # Errors
/// See [`Problem`]; both or none of them are sent.
pub fn kept_head(params: Params<'_>) -> Result<Option<(u64, Hash)>, Problem> {
    let mut fields = params.fields(&["entries", "head"])?;
    let entries = fields.integer("entries", 0..=i64::MAX as u64)?;
    let head = fields.word("head", Hash::parse, "64 hexadecimal digits")?;
    match (entries, head) {
        (Some(entries), Some(head)) => Ok(Some((entries, head))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(fields.missing("head")),
        (None, Some(_)) => Err(fields.missing("entries")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<TrailList, Problem> {
        trail_list(Params::from_form(query)?, LedgerId(1))
    }

    #[test]
    fn a_kept_head_is_whole() {
        let read = |form: &str| kept_head(Params::from_form(form).unwrap());
        let digits = "0f".repeat(32);
        assert_eq!(read(""), Ok(None));
        assert_eq!(read(&format!("entries=7&head={digits}")), Ok(Some((7, Hash([15; 32])))));
        for (form, param) in [
            ("entries=7".to_owned(), "head"),
            (format!("head={digits}"), "entries"),
            ("entries=7&head=0f".to_owned(), "head"),
            (format!("entries=-1&head={digits}"), "entries"),
        ] {
            assert_eq!(read(&form).unwrap_err().param.as_deref(), Some(param), "{form}");
        }
    }

    #[test]
    fn pages() {
        let default = Paging { limit: 10, starting_after: None, ending_before: None };
        assert_eq!(read(""), Ok(default));
        assert_eq!(read("limit=100"), Ok(Paging { limit: 100, ..default }));
        assert_eq!(read("starting_after=ent_7"), Ok(Paging { starting_after: Some(7), ..default }));
        for (query, code) in [
            ("limit=0", "parameter_invalid_integer"),
            ("limit=101", "parameter_invalid_integer"),
            ("limit=x", "parameter_invalid_integer"),
            ("limit=", "parameter_invalid_empty"),
            ("limit=1&limit=2", "parameter_duplicate"),
            ("limit[a]=1", "parameter_invalid_integer"),
            ("starting_after=num_7", "resource_missing"),
            ("starting_after=ent_7&ending_before=ent_8", "parameters_exclusive"),
            ("page=2", "parameter_unknown"),
        ] {
            assert_eq!(read(query).unwrap_err().code.text(), code, "{query}");
        }
    }
}
