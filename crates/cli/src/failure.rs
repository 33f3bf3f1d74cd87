//! Why the command ends, and with which exit code.

use std::fmt;
use std::io;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use serde_json::{Value, json};

/// How a command ended that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what was asked.
    Done,
    /// It has told what it found, and that is not what should be.
    Refused,
}

/// A command that could not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Who is to blame, as exit codes tell it.
    blame: Blame,
    /// The word for programs.
    pub(crate) code: String,
    /// What happened and what to do about it.
    pub(crate) message: String,
    /// The flag or field at fault.
    pub(crate) param: Option<String>,
    /// What programs are told besides.
    details: Vec<(&'static str, Value)>,
}

/// Who is to blame, as exit codes tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blame {
    /// Nobody: whoever read the output stopped reading.
    Reader,
    /// A rule refuses what was asked.
    Rule,
    /// The command line, the environment or the configuration file.
    Usage,
    /// The database or the server.
    Service,
}

impl Failure {
    /// A rule refuses it: exit code 1.
    pub(crate) fn refused(code: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure::new(Blame::Rule, code, message)
    }

    /// It was asked for in a wrong way: exit code 2.
    pub(crate) fn usage(code: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure::new(Blame::Usage, code, message)
    }

    /// The database or the server does not do it: exit code 3.
    pub(crate) fn service(code: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure::new(Blame::Service, code, message)
    }

    /// Names the flag or field at fault.
    pub(crate) fn about(mut self, param: impl Into<String>) -> Failure {
        self.param = Some(param.into());
        self
    }

    /// Tells programs more.
    pub(crate) fn with(mut self, name: &'static str, value: Value) -> Failure {
        self.details.push((name, value));
        self
    }

    /// A file that cannot be read.
    pub(crate) fn of_reading(path: &Path, error: &io::Error) -> Failure {
        Failure::usage("file_unreadable", format!("cannot read {}: {error}", path.display()))
    }

    /// A file that cannot be written.
    pub(crate) fn of_writing(path: &Path, error: &io::Error) -> Failure {
        Failure::service("file_unwritable", format!("cannot write {}: {error}", path.display()))
    }

    /// Output that cannot be written.
    pub(crate) fn of_output(error: &io::Error) -> Failure {
        let blame = match error.kind() {
            io::ErrorKind::BrokenPipe => Blame::Reader,
            _ => Blame::Service,
        };
        Failure::new(blame, "output_unwritable", format!("cannot write the output: {error}"))
    }

    /// What the command line's parser says.
    pub(crate) fn of_arguments(error: &clap::Error) -> Failure {
        let code = match error.kind() {
            ErrorKind::UnknownArgument => "parameter_unknown",
            ErrorKind::MissingRequiredArgument => "parameter_missing",
            ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => "command_unknown",
            _ => "parameter_invalid",
        };
        let text = error.render().to_string();
        let told = ["\n\nUsage:", "\n\nFor more information"]
            .into_iter()
            .filter_map(|behind| text.find(behind))
            .min()
            .map_or(text.as_str(), |end| &text[..end]);
        let mut message = told.strip_prefix("error: ").unwrap_or(told).trim_end().to_owned();
        if code != "parameter_invalid" {
            message.push_str("\n--help behind the command says what it takes");
        }
        let mut failure = Failure::usage(code, message);
        failure.param = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(flag)) => Some(bare_name(flag)),
            Some(ContextValue::Strings(flags)) => flags.first().map(|flag| bare_name(flag)),
            _ => None,
        };
        failure
    }

    /// The exit code that says whose fault it is.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.blame {
            Blame::Reader => 0,
            Blame::Rule => 1,
            Blame::Usage => 2,
            Blame::Service => 3,
        }
    }

    /// Whether there is nobody left to tell.
    pub(crate) fn is_silent(&self) -> bool {
        self.blame == Blame::Reader
    }

    /// The failure as it is told to programs.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(param) = &self.param {
            error["param"] = json!(param);
        }
        for (name, value) in &self.details {
            error[*name] = value.clone();
        }
        json!({ "error": error })
    }

    fn new(blame: Blame, code: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure {
            blame,
            code: code.into(),
            message: message.into(),
            param: None,
            details: Vec::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// `date` of `--date <DATE>`, `number` of `<NUMBER>`.
fn bare_name(flag: &str) -> String {
    let word = flag.split([' ', '=']).next().unwrap_or(flag);
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_flag() {
        assert_eq!(bare_name("--for <DATE>"), "for");
        assert_eq!(bare_name("--fiscal-year-end <MM-DD>"), "fiscal_year_end");
        assert_eq!(bare_name("<NUMBER>"), "number");
    }

    #[test]
    fn exit_codes_tell_whose_fault_it_is() {
        assert_eq!(Failure::refused("a", "b").exit_code(), 1);
        assert_eq!(Failure::usage("a", "b").exit_code(), 2);
        assert_eq!(Failure::service("a", "b").exit_code(), 3);
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::of_output(&broken).exit_code(), 0);
    }
}
