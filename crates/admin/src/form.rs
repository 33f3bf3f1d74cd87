//! What was filled in, and what is wrong with it.

use std::collections::BTreeMap;
use std::fmt::Write;

use wire::{Params, Problem};

/// The pairs of a form or of an address, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pairs: Vec<(String, String)>,
    /// What is wrong, by field; under the empty name what concerns no single one.
    errors: BTreeMap<String, String>,
}

impl Form {
    pub(crate) fn read(text: &str) -> Result<Form, Problem> {
        let pairs = wire::form_pairs(text)?;
        // Browsers end the lines of a text area with both.
        let plain = |(name, value): (String, String)| (name, value.replace("\r\n", "\n"));
        Ok(Form { pairs: pairs.into_iter().map(plain).collect(), ..Form::default() })
    }

    /// A form that is filled in already.
    pub(crate) fn filled<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Form {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Form { pairs: pairs.collect(), ..Form::default() }
    }

    /// What a field says; empty when it is missing.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// What a field says without spaces at its ends; `None` when that is nothing.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty())
    }

    /// Whether a field came at all: a box that is not ticked does not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(known, _)| known == name)
    }

    /// All that a field says, which may come more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every pair, in the order in which they came.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.pairs.retain(|(known, _)| known != name);
        self.pairs.push((name.to_owned(), value.into()));
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, name: &str) -> Option<&str> {
        self.errors.get(name).map(String::as_str)
    }

    /// What is wrong with none of these fields: it is told above the form.
    pub(crate) fn error_elsewhere(&self, names: &[&str]) -> Option<&str> {
        let elsewhere = |(name, _): &(&String, &String)| !names.contains(&name.as_str());
        self.errors.iter().find(elsewhere).map(|(_, message)| message.as_str())
    }

    pub(crate) fn blame(&mut self, name: &str, message: impl Into<String>) {
        self.errors.insert(name.to_owned(), message.into());
    }

    /// Notes a refusal at the field that it names. `names` says what a parameter is called in the
    /// form, where it is called otherwise.
    pub(crate) fn refuse(&mut self, problem: &Problem, names: &[(&str, &str)]) {
        let param = problem.param.as_deref().unwrap_or_default();
        let renamed = names.iter().find(|(known, _)| *known == param);
        self.blame(renamed.map_or(param, |(_, name)| name), problem.message.clone());
    }
}

/// Parameters for `wire`, put together field by field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    text: String,
}

impl Sent {
    /// Adds a parameter.
    pub(crate) fn put(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        encode(&mut self.text, name);
        self.text.push('=');
        encode(&mut self.text, value);
    }

    /// Adds fields of a form that are filled in; what is left blank is not sent.
    pub(crate) fn filled(&mut self, form: &Form, names: &[&str]) {
        for name in names {
            if let Some(text) = form.text(name) {
                self.put(name, text);
            }
        }
    }

    /// Adds fields of a form as they are: blank ones take away what was there.
    pub(crate) fn clearable(&mut self, form: &Form, names: &[&str]) {
        for name in names.iter().filter(|name| form.has(name)) {
            self.put(name, form.get(name).trim());
        }
    }

    /// The parameters, to be read.
    ///
    /// # Errors
    /// There are more than can be read at once.
    pub(crate) fn params(&self) -> Result<Params<'_>, Problem> {
        Params::from_form(&self.text)
    }

    /// The same as the query of an address.
    pub(crate) fn query(&self) -> &str {
        &self.text
    }
}

/// Appends a text so that it means the same in an address and in a form.
pub(crate) fn encode(to: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'[' | b']' => {
                to.push(char::from(byte));
            }
            byte => {
                // Writing to a String cannot fail.
                let _ = write!(to, "%{byte:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::Code;

    use super::*;

    #[test]
    fn what_is_sent_is_read_as_it_was() {
        let mut sent = Sent::default();
        sent.put("metadata[a b]", "ä&=+%\n☃");
        let form = Form::read(sent.query()).unwrap();
        assert_eq!(form.get("metadata[a b]"), "ä&=+%\n☃");
        assert!(sent.params().is_ok());
    }

    #[test]
    fn a_refusal_stands_beside_its_field_and_nothing_is_lost() {
        let mut form = Form::read("name=x&price=1%2C50&note=a%0D%0Ab").unwrap();
        form.refuse(
            &Problem::of(Code::ParameterInvalid, "unit_amount", "no"),
            &[("unit_amount", "price")],
        );
        assert_eq!((form.error("price"), form.get("price")), (Some("no"), "1,50"));
        assert_eq!(form.get("note"), "a\nb");
        form.refuse(&Problem::new(Code::RoleForbidden, "may not"), &[]);
        assert_eq!(form.error_elsewhere(&["name", "price"]), Some("may not"));
    }
}
