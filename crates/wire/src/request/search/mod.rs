//! The language of searches.
//!
//! ```text
//! query  ::= clause { [ "AND" ] clause } | clause { "OR" clause }
//! clause ::= [ "-" ] field test
//! field  ::= name | "metadata" "[" quoted "]"
//! test   ::= ":" value | "~" quoted | ( ">" | ">=" | "<" | "<=" ) number
//! value  ::= quoted | number | "null"
//! quoted ::= '"' … '"' | "'" … "'"      with a backslash before a quote or a backslash inside
//! ```

mod text;

use ledger::id::{LedgerId, ObjectId};
use ledger::model::document::{Customer, Invoice, InvoiceStatus};
use ledger::model::{At, NumberRow, Object, ObjectKind, ObjectRow};

use super::list::PAGING;
use crate::error::Problem;
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};
use crate::params::Params;

/// What is searched for among the objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    kind: ObjectKind,
    /// Whether one clause is enough.
    any: bool,
    clauses: Vec<Clause>,
}

/// A page of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is searched for.
    pub query: Query,
    /// How many at most.
    pub limit: u32,
    /// The object behind which the page begins.
    pub after: Option<ObjectId>,
}

/// What every object that is found has, so that an index can find it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowed {
    /// The customer.
    pub customer: Option<ObjectId>,
    /// The status.
    pub status: Option<InvoiceStatus>,
    /// The slug key of the number.
    pub number_key: Option<String>,
    /// Made at this instant or later.
    pub from: Option<At>,
    /// Made at this instant or earlier.
    pub to: Option<At>,
    /// Nothing can be found.
    pub nothing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    negated: bool,
    field: Field,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Created,
    Currency,
    Customer,
    Email,
    Metadata(String),
    Name,
    Number,
    Phone,
    Status,
    Subscription,
    Total,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Is(String),
    Contains(String),
    Absent,
    Compares(Comparison, i64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Is,
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// Clauses in a query, at most.
const CLAUSES_MAX: usize = 10;
const QUERY_CHARS_MAX: usize = 5_000;
/// What a substring search is for must have at least so many characters.
const SUBSTRING_CHARS_MIN: usize = 3;
const CURSOR_PREFIX: &str = "page_";

/// Reads a search of invoices.
///
/// # Errors
/// See [`Problem`].
pub fn invoice_search(params: Params<'_>, ledger: LedgerId) -> Result<Search, Problem> {
    search(params, ledger, ObjectKind::Invoice)
}

/// Reads a search of customers.
///
/// # Errors
/// See [`Problem`].
pub fn customer_search(params: Params<'_>, ledger: LedgerId) -> Result<Search, Problem> {
    search(params, ledger, ObjectKind::Customer)
}

fn search(params: Params<'_>, ledger: LedgerId, kind: ObjectKind) -> Result<Search, Problem> {
    let mut fields = params.fields(&["query", "page", PAGING[0]])?;
    let query = fields.needed_text("query", QUERY_CHARS_MAX)?;
    let query = Query::parse(kind, &query)?;
    let limit = fields.integer("limit", 1..=u64::from(PAGE_MAX))?;
    let after = match fields.text("page", PAGE_CHARS_MAX)? {
        None => None,
        Some(text) => {
            let id = text.strip_prefix(CURSOR_PREFIX);
            match id.and_then(|id| kind.parse_id(id)) {
                Some((of, id)) if of == ledger => Some(id),
                _ => {
                    let message = "is no page of this search. Take it from `next_page`.";
                    return fields.refuse("page", message);
                }
            }
        }
    };
    let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(PAGE_DEFAULT);
    Ok(Search { query, limit, after })
}

const PAGE_CHARS_MAX: usize = 100;

/// Where the page behind an object begins, as `next_page` tells it.
pub fn search_cursor(after: &ObjectRow) -> String {
    format!("{CURSOR_PREFIX}{}", after.text())
}

impl Query {
    /// Whether an object is searched for.
    pub fn finds(&self, row: &ObjectRow) -> bool {
        let mut clauses = self.clauses.iter();
        let finds = |clause: &Clause| clause.finds(row);
        row.kind() == self.kind
            && match self.any {
                true => clauses.any(finds),
                false => clauses.all(finds),
            }
    }

    /// What all that is found has in common.
    pub fn narrowed(&self, ledger: LedgerId) -> Narrowed {
        let mut narrowed = Narrowed::default();
        let clauses = self.clauses.iter().filter(|clause| !clause.negated);
        if !self.any || self.clauses.len() == 1 {
            clauses.for_each(|clause| clause.narrow(ledger, &mut narrowed));
        }
        narrowed
    }
}

impl Clause {
    fn finds(&self, row: &ObjectRow) -> bool {
        let found = match (&self.field, &row.body) {
            (Field::Created, _) => self.test.number(row.created.seconds()),
            (field, Object::Invoice(invoice)) => self.finds_invoice(field, row.ledger, invoice),
            (field, Object::Customer(customer)) => self.finds_customer(field, customer),
            _ => false,
        };
        found != self.negated
    }

    fn finds_invoice(&self, field: &Field, ledger: LedgerId, invoice: &Invoice) -> bool {
        let text = |value: Option<&str>| self.test.text(value);
        match field {
            Field::Total => self.test.number(invoice.totals.total),
            Field::Currency => text(Some(&invoice.currency.text())),
            Field::Customer => text(Some(&invoice.customer.text(ObjectKind::Customer, ledger))),
            Field::Metadata(key) => text(invoice.metadata.get(key).map(String::as_str)),
            Field::Number => text(invoice.number.as_deref()),
            Field::Status => text(Some(invoice.status.text())),
            // No invoice has one; the other fields are no invoice's.
            _ => text(None),
        }
    }

    fn finds_customer(&self, field: &Field, customer: &Customer) -> bool {
        let text = |value: Option<&str>| self.test.text(value);
        match field {
            Field::Email => text(customer.email.as_deref()),
            Field::Metadata(key) => text(customer.metadata.get(key).map(String::as_str)),
            Field::Name => text(customer.name.as_deref()),
            Field::Phone => text(customer.phone.as_deref()),
            // The other fields are no customer's.
            _ => text(None),
        }
    }

    fn narrow(&self, ledger: LedgerId, narrowed: &mut Narrowed) {
        match (&self.field, &self.test) {
            (Field::Customer, Test::Is(text)) => match ObjectKind::Customer.parse_id(text) {
                Some((of, id)) if of == ledger => narrowed.customer = Some(id),
                _ => narrowed.nothing = true,
            },
            (Field::Status, Test::Is(text)) => match InvoiceStatus::parse(text) {
                Some(status) => narrowed.status = Some(status),
                None => narrowed.nothing = true,
            },
            (Field::Number, Test::Is(text)) => {
                narrowed.number_key = Some(NumberRow::slug_key(text));
            }
            (Field::Created, Test::Compares(how, seconds)) => narrowed.bound(*how, *seconds),
            _ => {}
        }
    }
}

impl Narrowed {
    fn bound(&mut self, how: Comparison, seconds: i64) {
        let begin = |seconds: i64| At(seconds.saturating_mul(1000));
        let end = |seconds: i64| At(seconds.saturating_mul(1000).saturating_add(999));
        let (from, to) = match how {
            Comparison::Is => (Some(begin(seconds)), Some(end(seconds))),
            Comparison::Above => (Some(begin(seconds.saturating_add(1))), None),
            Comparison::AtLeast => (Some(begin(seconds)), None),
            Comparison::Below => (None, Some(end(seconds.saturating_sub(1)))),
            Comparison::AtMost => (None, Some(end(seconds))),
        };
        self.from = self.from.max(from);
        self.to = match (self.to, to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

impl Test {
    fn text(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Test::Absent, value) => value.is_none(),
            (Test::Is(text), Some(value)) => value.eq_ignore_ascii_case(text),
            (Test::Contains(text), Some(value)) => {
                value.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
            }
            _ => false,
        }
    }

    fn number(&self, value: i64) -> bool {
        let Test::Compares(how, bound) = self else { return false };
        match how {
            Comparison::Is => value == *bound,
            Comparison::Above => value > *bound,
            Comparison::AtLeast => value >= *bound,
            Comparison::Below => value < *bound,
            Comparison::AtMost => value <= *bound,
        }
    }
}

#[cfg(test)]
mod tests;
