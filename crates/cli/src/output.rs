//! Standard output and standard error, as the caller wants to read them.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde_json::Value;

use crate::failure::Failure;

/// Who reads what a command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A person.
    People,
    /// A program: one JSON value, errors included.
    Programs,
}

/// Where a command prints.
pub(crate) struct Output {
    audience: Audience,
    out: BufWriter<io::Stdout>,
}

impl Output {
    /// The output that the words of a command line ask for, known before they are parsed so that
    /// a wrong command line is told in the same way.
    pub(crate) fn for_words(words: &[OsString]) -> Output {
        let asked = words.iter().take_while(|word| *word != "--").any(|word| word == "--json");
        let audience = if asked { Audience::Programs } else { Audience::People };
        Output { audience, out: BufWriter::new(io::stdout()) }
    }

    /// Settles who reads, once the command line, the environment and the file are known.
    pub(crate) fn set_audience(&mut self, audience: Audience) {
        self.audience = audience;
    }

    /// Whether one JSON value is wanted.
    pub(crate) fn is_for_programs(&self) -> bool {
        self.audience == Audience::Programs
    }

    /// Prints a text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Prints a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())?;
        self.bytes(b"\n")
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes).map_err(|error| Failure::of_output(&error))
    }

    /// Prints a JSON value: indented on a terminal, one line otherwise.
    pub(crate) fn json(&mut self, value: &Value) -> Result<(), Failure> {
        let text =
            if io::stdout().is_terminal() { format!("{value:#}") } else { value.to_string() };
        self.line(&text)
    }

    /// Prints JSON for programs, the text for people.
    pub(crate) fn either(
        &mut self,
        value: impl FnOnce() -> Value,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self.audience {
            Audience::Programs => self.json(&value()),
            Audience::People => self.text(&text()),
        }
    }

    /// Sends what was printed so far on its way.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::of_output(&error))
    }

    /// A remark beside the output, on standard error. Nothing can be done when that is closed.
    pub(crate) fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Tells why the command failed: on standard error, and to programs on standard output too.
    pub(crate) fn tell(&mut self, failure: &Failure) {
        if failure.is_silent() {
            return;
        }
        if self.is_for_programs() {
            let _ = writeln!(self.out, "{}", failure.to_json()).and_then(|()| self.out.flush());
        }
        self.note(&format!("gapless: {failure}"));
    }
}
