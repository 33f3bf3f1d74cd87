//! Reading a query.

use ledger::model::ObjectKind;

use super::{CLAUSES_MAX, Clause, Comparison, Field, Query, SUBSTRING_CHARS_MIN, Test};
use crate::error::Problem;

impl Query {
    /// Reads a query for objects of a kind.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn parse(kind: ObjectKind, text: &str) -> Result<Query, Problem> {
        let mut reader = Reader { kind, text, at: 0 };
        let mut clauses = Vec::new();
        let mut joined: Option<Joined> = None;
        loop {
            clauses.push(reader.clause()?);
            if clauses.len() > CLAUSES_MAX {
                return Err(reader.wrong(&format!("a query has at most {CLAUSES_MAX} clauses")));
            }
            reader.skip_spaces();
            if reader.rest().is_empty() {
                break;
            }
            let next = if reader.take_word("OR") {
                Joined::Or
            } else {
                // Clauses side by side must all hold, as with AND between them.
                reader.take_word("AND");
                Joined::And
            };
            if joined.is_some_and(|before| before != next) {
                return Err(reader.wrong("AND and OR cannot be mixed in one query"));
            }
            joined = Some(next);
        }
        Ok(Query { kind, any: joined == Some(Joined::Or), clauses })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joined {
    And,
    Or,
}

struct Reader<'q> {
    kind: ObjectKind,
    text: &'q str,
    at: usize,
}

impl<'q> Reader<'q> {
    fn clause(&mut self) -> Result<Clause, Problem> {
        self.skip_spaces();
        let negated = self.take("-");
        let field = self.field()?;
        let test = self.test(&field)?;
        Ok(Clause { negated, field, test })
    }

    fn field(&mut self) -> Result<Field, Problem> {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &rest[..length.unwrap_or(rest.len())];
        let of_customers = self.kind == ObjectKind::Customer;
        let field = match name {
            "created" => Field::Created,
            "metadata" => return self.metadata(),
            "" => return Err(self.wrong("expected the name of a field")),
            "email" if of_customers => Field::Email,
            "name" if of_customers => Field::Name,
            "phone" if of_customers => Field::Phone,
            _ if of_customers => {
                return Err(self.wrong(
                    "there is no such field; expected email, name, phone, created or metadata",
                ));
            }
            "currency" => Field::Currency,
            "customer" => Field::Customer,
            "number" => Field::Number,
            "status" => Field::Status,
            "subscription" => Field::Subscription,
            "total" => Field::Total,
            _ => {
                return Err(self.wrong(
                    "there is no such field; expected number, status, customer, created, \
                     currency, total, subscription or metadata",
                ));
            }
        };
        self.at += name.len();
        Ok(field)
    }

    fn metadata(&mut self) -> Result<Field, Problem> {
        self.at += "metadata".len();
        if !self.take("[") {
            return Err(self.wrong("expected a key, as in metadata[\"order\"]"));
        }
        let key = self.quoted()?;
        if !self.take("]") {
            return Err(self.wrong("expected ]"));
        }
        Ok(Field::Metadata(key))
    }

    fn test(&mut self, field: &Field) -> Result<Test, Problem> {
        let is_number = matches!(field, Field::Created | Field::Total);
        for (sign, comparison) in [
            (">=", Comparison::AtLeast),
            ("<=", Comparison::AtMost),
            (">", Comparison::Above),
            ("<", Comparison::Below),
        ] {
            if self.take(sign) {
                return match is_number {
                    true => Ok(Test::Compares(comparison, self.number()?)),
                    false => Err(self.wrong(match self.kind {
                        ObjectKind::Customer => "only created can be compared",
                        _ => "only created and total can be compared",
                    })),
                };
            }
        }
        if self.take("~") {
            if is_number {
                return Err(self.wrong("only texts can be searched for a part"));
            }
            let part = self.quoted()?;
            if part.chars().count() < SUBSTRING_CHARS_MIN {
                let message = format!("a part has at least {SUBSTRING_CHARS_MIN} characters");
                return Err(self.wrong(&message));
            }
            return Ok(Test::Contains(part));
        }
        if !self.take(":") {
            return Err(self.wrong("expected one of : ~ > >= < <= behind the field"));
        }
        if is_number {
            return Ok(Test::Compares(Comparison::Is, self.number()?));
        }
        match self.take_word("null") {
            true => Ok(Test::Absent),
            false => self.quoted().map(Test::Is),
        }
    }

    /// A number, also in quotes.
    fn number(&mut self) -> Result<i64, Problem> {
        let quote = ["\"", "'"].into_iter().find(|quote| self.take(quote));
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(rest.len());
        let Ok(number) = rest[..length].parse() else {
            return Err(self.wrong("expected a whole number"));
        };
        self.at += length;
        match quote {
            Some(quote) if !self.take(quote) => Err(self.wrong("a quote is not closed")),
            _ => Ok(number),
        }
    }

    fn quoted(&mut self) -> Result<String, Problem> {
        let Some(quote) = ['"', '\''].into_iter().find(|quote| self.rest().starts_with(*quote))
        else {
            return Err(self.wrong("expected a text in quotes"));
        };
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((place, c)) = characters.next() {
            match c {
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                c if c == quote => {
                    self.at += place + c.len_utf8();
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err(self.wrong("a quote is not closed"))
    }

    fn rest(&self) -> &'q str {
        &self.text[self.at..]
    }

    fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    /// Takes a word in any case that ends there.
    fn take_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn wrong(&self, why: &str) -> Problem {
        let place = self.text[..self.at].chars().count() + 1;
        let example = match self.kind {
            ObjectKind::Customer => "email~\"example.com\"",
            _ => "status:\"open\"",
        };
        let message = format!(
            "We were unable to parse your search query: at character {place}, {why}. An example: \
             {example} AND created>1700000000.",
        );
        Problem::of(ledger::Code::ParameterInvalid, "query", message)
    }
}
