//! A field of a form with its label, its hint and what is wrong with it.

use askama::Template;

use crate::form::Form;
use crate::frame::Frame;

/// One field, as it is written.
#[derive(Template)]
#[template(path = "field.html")]
pub(crate) struct Field<'a> {
    f: &'a Frame,
    name: &'a str,
    /// What labels and messages refer to: the name, unless another form of the page has it too.
    id: String,
    label: &'a str,
    value: &'a str,
    error: Option<&'a str>,
    hint: Option<String>,
    kind: Kind<'a>,
    is_required: bool,
    is_locked: bool,
    is_short: bool,
}

enum Kind<'a> {
    /// A line; the word is the browser's for what it holds.
    Line(&'static str),
    /// Several lines.
    Area,
    /// A box to tick.
    Box,
    /// One of several.
    Choice(&'a [Choice]),
}

/// One of several things to choose.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, text: impl Into<String>) -> Choice {
        Choice { value: value.into(), text: text.into() }
    }

    /// Choices whose texts are words of a family, such as `reset.yearly`.
    pub(crate) fn of(f: &Frame, family: &str, words: &[&str]) -> Vec<Choice> {
        words.iter().map(|word| Choice::new(*word, f.word(family, word))).collect()
    }
}

impl Form {
    /// A field of this form; `label` is the key of its text.
    pub(crate) fn input<'a>(&'a self, f: &'a Frame, name: &'a str, label: &'a str) -> Field<'a> {
        Field {
            f,
            name,
            id: name.to_owned(),
            label: f.t(label),
            value: self.get(name),
            error: self.error(name),
            hint: None,
            kind: Kind::Line("text"),
            is_required: false,
            is_locked: false,
            is_short: false,
        }
    }
}

impl<'a> Field<'a> {
    pub(crate) fn email(self) -> Field<'a> {
        Field { kind: Kind::Line("email"), ..self }
    }

    pub(crate) fn password(self) -> Field<'a> {
        Field { kind: Kind::Line("password"), ..self }
    }

    pub(crate) fn date(self) -> Field<'a> {
        Field { kind: Kind::Line("date"), is_short: true, ..self }
    }

    pub(crate) fn area(self) -> Field<'a> {
        Field { kind: Kind::Area, ..self }
    }

    pub(crate) fn tick(self) -> Field<'a> {
        Field { kind: Kind::Box, ..self }
    }

    pub(crate) fn choice(self, choices: &'a [Choice]) -> Field<'a> {
        Field { kind: Kind::Choice(choices), ..self }
    }

    /// A word of help; the key of its text.
    pub(crate) fn hint(self, key: &str) -> Field<'a> {
        Field { hint: Some(self.f.t(key).to_owned()), ..self }
    }

    pub(crate) fn required(self) -> Field<'a> {
        Field { is_required: true, ..self }
    }

    /// Shown, and not to be changed.
    pub(crate) fn locked(self, is_locked: &bool) -> Field<'a> {
        Field { is_locked: *is_locked, ..self }
    }

    /// In a form beside others that have a field of this name.
    pub(crate) fn within(self, form: &str) -> Field<'a> {
        Field { id: format!("{form}-{}", self.name), ..self }
    }

    pub(crate) fn short(self) -> Field<'a> {
        Field { is_short: true, ..self }
    }

    fn described_by(&self) -> String {
        let hint = self.hint.is_some().then(|| format!("{}-hint", self.id));
        let error = self.error.is_some().then(|| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    fn autocomplete(&self) -> &'static str {
        match self.kind {
            Kind::Line("password") if self.name == "password" => "current-password",
            Kind::Line("password") => "new-password",
            Kind::Line("email") if self.name == "email" => "username",
            _ => "off",
        }
    }
}
