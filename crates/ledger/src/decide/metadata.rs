//! Pairs of the caller's own, on numbers and documents alike.

use super::{Halt, refuse_param};
use crate::limits;
use crate::model::Metadata;
use crate::refusal::Code;

/// Checks metadata against its limits.
pub(super) fn check_metadata(metadata: &Metadata) -> Result<(), Halt> {
    let max = limits::METADATA_KEYS_MAX;
    if metadata.len() > max {
        let message = format!("There would be more than {max} metadata keys. Leave some out.");
        return refuse_param(Code::ParameterInvalid, "metadata", message);
    }
    for (key, value) in metadata {
        check_key(key)?;
        check_value(key, value)?;
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Halt> {
    let max = limits::METADATA_KEY_CHARS_MAX;
    let message = if key.trim().is_empty() {
        "A metadata key is empty. Give it a name, or leave it out with its value.".to_owned()
    } else if key.chars().count() > max {
        let shown: String = key.chars().take(max).collect();
        format!(
            "A metadata key is longer than {max} characters; it begins with {shown:?}. Shorten it."
        )
    } else if key.chars().any(char::is_control) {
        format!("The metadata key {key:?} contains a control character. Take it out.")
    } else {
        return Ok(());
    };
    refuse_param(Code::ParameterInvalid, "metadata", message)
}

fn check_value(key: &str, value: &str) -> Result<(), Halt> {
    let (param, max) = (format!("metadata[{key}]"), limits::METADATA_VALUE_CHARS_MAX);
    let is_line = |c| matches!(c, '\n' | '\r' | '\t');
    let message = if value.chars().count() > max {
        format!("The {param} is longer than {max} characters. Shorten it.")
    } else if value.chars().any(|c| c.is_control() && !is_line(c)) {
        format!("The {param} contains a control character. Take it out.")
    } else {
        return Ok(());
    };
    refuse_param(Code::ParameterInvalid, &param, message)
}
