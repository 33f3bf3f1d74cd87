//! Texts and pairs that documents carry.

use crate::command::document::{MetadataChange, Set};
use crate::decide::{Halt, refuse_param};
use crate::model::Metadata;
use crate::model::document::CustomField;
use crate::refusal::Code;

pub(super) use crate::decide::metadata::check_metadata;

/// Characters of a name, a telephone, a part of an address and the like.
const SHORT: usize = 500;
/// Characters of a description, a memo, a footer.
const LONG: usize = 5000;
/// Pairs that an invoice prints.
const FIELDS: usize = 4;
/// Characters in the name of such a pair.
const FIELD_NAME: usize = 40;
/// Characters in the value of such a pair.
const FIELD_VALUE: usize = 140;

/// Sets a short text on one line; an empty one takes it away.
pub(super) fn set_short(
    field: &mut Option<String>,
    change: &Set<String>,
    param: &str,
) -> Result<(), Halt> {
    set(field, change, param, SHORT, false)
}

/// Sets a text of several lines; an empty one takes it away.
pub(super) fn set_long(
    field: &mut Option<String>,
    change: &Set<String>,
    param: &str,
) -> Result<(), Halt> {
    set(field, change, param, LONG, true)
}

fn set(
    field: &mut Option<String>,
    change: &Set<String>,
    param: &str,
    max: usize,
    lines: bool,
) -> Result<(), Halt> {
    let Some(value) = change else { return Ok(()) };
    if let Some(text) = value {
        check(text, param, max, lines)?;
    }
    *field = value.clone().filter(|text| !text.is_empty());
    Ok(())
}

/// Checks a short text on one line.
pub(super) fn check_short(text: &str, param: &str) -> Result<(), Halt> {
    check(text, param, SHORT, false)
}

fn check(text: &str, param: &str, max: usize, lines: bool) -> Result<(), Halt> {
    if text.chars().count() > max {
        let message = format!("The {param} is longer than {max} characters. Shorten it.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    let is_line = |c: char| lines && matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(|c| c.is_control() && !is_line(c)) {
        let message = format!("The {param} contains a control character. Take it out.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    Ok(())
}

/// Sets what an invoice prints beside everything else.
pub(super) fn set_fields(
    fields: &mut Vec<CustomField>,
    change: Option<&Vec<CustomField>>,
    param: &str,
) -> Result<(), Halt> {
    let Some(change) = change else { return Ok(()) };
    if change.len() > FIELDS {
        let message = format!("There are more than {FIELDS} custom fields. Leave some out.");
        return refuse_param(Code::ParameterInvalid, param, message);
    }
    for (place, field) in change.iter().enumerate() {
        check(&field.name, &format!("{param}[{place}][name]"), FIELD_NAME, false)?;
        check(&field.value, &format!("{param}[{place}][value]"), FIELD_VALUE, false)?;
        if field.name.trim().is_empty() || field.value.trim().is_empty() {
            let message = "A custom field has a name and a value. Give it both, or leave it out.";
            return refuse_param(Code::ParameterInvalid, &format!("{param}[{place}]"), message);
        }
    }
    fields.clone_from(change);
    Ok(())
}

/// Changes metadata.
pub(super) fn set_metadata(metadata: &mut Metadata, change: &MetadataChange) -> Result<(), Halt> {
    if change.is_empty() {
        return Ok(());
    }
    let now = change.apply(metadata);
    check_metadata(&now)?;
    *metadata = now;
    Ok(())
}
