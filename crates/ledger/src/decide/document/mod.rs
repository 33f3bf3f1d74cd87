//! Documents and what they refer to: one file for each family.

use super::{Halt, refuse};
use crate::books::Books;
use crate::command::Command;
use crate::command::document::DocumentCommand;
use crate::outcome::Outcome;
use crate::refusal::Code;

/// Decides a command about documents.
pub(super) fn act(
    _books: &mut Books,
    _command: &Command,
    _document: &DocumentCommand,
) -> Result<Outcome, Halt> {
    refuse(Code::ParameterInvalid, "Documents are not to be had from this server yet.")
}
