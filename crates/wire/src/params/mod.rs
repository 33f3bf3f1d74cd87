//! What came with a request, as one tree whatever its encoding was.

mod canonical;
mod fields;
mod form;
mod json;
mod typed;

use std::borrow::Cow;

pub use self::canonical::request_hash;
pub(crate) use self::fields::{Fields, Lines, Place, TextsLimits, plain_text};
pub use self::typed::Instants;
pub(crate) use self::typed::each_once;
use crate::error::{Problem, RimCode};

/// The parameters of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params<'a> {
    root: Map<'a>,
}

/// Named values in the order in which they came. A name may stand twice: whoever reads them
/// refuses that, since only they know the place's full name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map<'a>(pub Vec<(Cow<'a, str>, Value<'a>)>);

/// One parameter. In forms and query strings, every single value is a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i128),
    /// Any other number.
    Fraction(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Values in order.
    List(Vec<Value<'a>>),
    /// Named values.
    Map(Map<'a>),
}

/// The pairs of a form or a query string in the order in which they came, decoded, with the
/// brackets in their names: for whoever shows a form again as it was filled in.
///
/// # Errors
/// The text is no form.
pub fn form_pairs(text: &str) -> Result<Vec<(String, String)>, Problem> {
    form::pairs(text)
}

impl<'a> Params<'a> {
    /// Reads a JSON body; an empty one has no parameters.
    ///
    /// # Errors
    /// The body is no JSON object, or it is too large in one of the ways of [`crate::limits`].
    pub fn from_json(body: &'a [u8]) -> Result<Params<'a>, Problem> {
        json::parse(body).map(|root| Params { root })
    }

    /// Reads a form or a query string: `a=1&b[c]=2&d[]=3&e[0][f]=4`.
    ///
    /// # Errors
    /// The text is no form, or it is too large in one of the ways of [`crate::limits`].
    pub fn from_form(text: &'a str) -> Result<Params<'a>, Problem> {
        form::parse(text).map(|root| Params { root })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.root.0.is_empty()
    }

    /// Whether one of this name stands at the top.
    pub fn has(&self, name: &str) -> bool {
        self.root.0.iter().any(|(known, _)| known == name)
    }

    /// Takes a list at the top out of the parameters.
    pub(crate) fn take_list(&mut self, name: &str) -> Result<Option<Vec<Value<'a>>>, Problem> {
        let Some(place) = self.root.0.iter().position(|(known, _)| known == name) else {
            return Ok(None);
        };
        match self.root.0.remove(place).1 {
            _ if self.has(name) => Err(fields::duplicate(name)),
            Value::Null => Ok(None),
            Value::List(list) => fields::bounded(list, name).map(Some),
            _ => Err(fields::no_list(name)),
        }
    }

    /// Gives a parameter at the top its newer name.
    ///
    /// # Errors
    /// Both names are there.
    pub(crate) fn rename(&mut self, from: &str, to: &'static str) -> Result<(), Problem> {
        if !self.has(from) {
            return Ok(());
        }
        if self.has(to) {
            let message = format!("`{from}` and `{to}` do not go together. Send one of them.");
            return Err(Problem::of(RimCode::ParametersExclusive, from, message));
        }
        for (name, _) in self.root.0.iter_mut().filter(|(name, _)| name == from) {
            *name = Cow::Borrowed(to);
        }
        Ok(())
    }

    pub(crate) fn fields(self, known: &[&str]) -> Result<Fields<'a>, Problem> {
        Fields::new(self.root, Place::Top, known)
    }
}
