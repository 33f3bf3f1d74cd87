//! What the servers are asked about invoices.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;

use testkit::load::Requests;

use crate::request::begin_post;

const INVOICES: &str = "/v1/invoices";
const ITEMS: &str = "/v1/invoiceitems";

/// How the body of an object begins.
const ID_BEFORE: &[u8] = b"{\"id\":\"";

/// Drafts to be finalized, whichever connection takes the next; clones share them.
#[derive(Clone)]
pub(crate) struct Finalizing(Rc<Drafts>);

/// Invoices that each connection makes, puts an item on, and finalizes; clones are the same.
#[derive(Clone)]
pub(crate) struct Making(Rc<Clients>);

struct Drafts {
    secret: String,
    left: RefCell<Vec<String>>,
    taken: Cell<u64>,
    ran_out: Cell<bool>,
}

struct Clients {
    secret: String,
    /// A customer for each connection.
    customers: Vec<String>,
    stands: RefCell<Vec<Stand>>,
    finalized: Cell<u64>,
    body: RefCell<Vec<u8>>,
}

/// How far a connection is with its invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Stand {
    #[default]
    Nothing,
    Draft(String),
    WithItem(String),
}

impl Finalizing {
    /// None yet, for the holder of a key.
    pub(crate) fn new(secret: &str) -> Self {
        Self(Rc::new(Drafts {
            secret: secret.to_owned(),
            left: RefCell::default(),
            taken: Cell::new(0),
            ran_out: Cell::new(false),
        }))
    }

    /// Adds the ids of drafts.
    pub(crate) fn add(&self, ids: Vec<String>) {
        self.0.left.borrow_mut().extend(ids);
    }

    /// How many drafts are left.
    pub(crate) fn left(&self) -> usize {
        self.0.left.borrow().len()
    }

    /// How many drafts were taken.
    pub(crate) fn taken(&self) -> u64 {
        self.0.taken.get()
    }

    /// Whether one was wanted when none was left.
    pub(crate) fn ran_out(&self) -> bool {
        self.0.ran_out.get()
    }
}

impl Requests for Finalizing {
    fn write(&self, _connection: usize, _iteration: u64, buffer: &mut Vec<u8>) {
        let draft = self.0.left.borrow_mut().pop();
        match &draft {
            Some(_) => self.0.taken.set(self.0.taken.get() + 1),
            // An answer without success, after which nothing is believed.
            None => self.0.ran_out.set(true),
        }
        let id = draft.as_deref().unwrap_or("none");
        post(&self.0.secret, format_args!("{INVOICES}/{id}/finalize"), b"", buffer);
    }
}

impl Making {
    /// Invoices for these customers, one for each connection, by the holder of a key.
    pub(crate) fn new(secret: &str, customers: Vec<String>) -> Self {
        Self(Rc::new(Clients {
            secret: secret.to_owned(),
            stands: RefCell::new(vec![Stand::Nothing; customers.len()]),
            customers,
            finalized: Cell::new(0),
            body: RefCell::default(),
        }))
    }

    /// How many invoices were finalized.
    pub(crate) fn finalized(&self) -> u64 {
        self.0.finalized.get()
    }
}

impl Requests for Making {
    fn write(&self, connection: usize, _iteration: u64, buffer: &mut Vec<u8>) {
        let customer = &self.0.customers[connection];
        let mut body = self.0.body.borrow_mut();
        body.clear();
        match &self.0.stands.borrow()[connection] {
            Stand::Nothing => {
                let written = write!(body, "customer={customer}&currency=eur");
                debug_assert!(written.is_ok(), "a vector takes what is written");
                post(&self.0.secret, format_args!("{INVOICES}"), &body, buffer);
            }
            Stand::Draft(id) => {
                let written = write!(
                    body,
                    "customer={customer}&invoice={id}&currency=eur&amount=1500&description=Tea"
                );
                debug_assert!(written.is_ok(), "a vector takes what is written");
                post(&self.0.secret, format_args!("{ITEMS}"), &body, buffer);
            }
            Stand::WithItem(id) => {
                post(&self.0.secret, format_args!("{INVOICES}/{id}/finalize"), b"", buffer);
            }
        }
    }

    fn answered(&self, connection: usize, body: &[u8]) {
        let stand = &mut self.0.stands.borrow_mut()[connection];
        *stand = match std::mem::take(stand) {
            Stand::Nothing => id(body).map(Stand::Draft).unwrap_or_default(),
            Stand::Draft(id) => Stand::WithItem(id),
            Stand::WithItem(_) => {
                self.0.finalized.set(self.0.finalized.get() + 1);
                Stand::Nothing
            }
        };
    }
}

/// The id of the object that an answer is.
fn id(body: &[u8]) -> Option<String> {
    let rest = body.strip_prefix(ID_BEFORE)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    String::from_utf8(rest[..end].to_vec()).ok()
}

fn post(secret: &str, path: std::fmt::Arguments<'_>, body: &[u8], buffer: &mut Vec<u8>) {
    begin_post(path, secret, "application/x-www-form-urlencoded", body.len(), buffer);
    buffer.extend_from_slice(b"\r\n");
    buffer.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(requests: &impl Requests, connection: usize) -> (String, String) {
        let mut buffer = Vec::new();
        requests.write(connection, 0, &mut buffer);
        let text = String::from_utf8(buffer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{text}");
        let path = head.split(' ').nth(1).unwrap();
        (path.to_owned(), body.to_owned())
    }

    #[test]
    fn each_draft_is_finalized_once_and_running_out_is_told() {
        let finalizing = Finalizing::new("sk_test_x");
        finalizing.add(vec!["in_1".to_owned(), "in_2".to_owned()]);
        let paths = [next(&finalizing, 0).0, next(&finalizing, 1).0];
        assert_eq!(paths, ["/v1/invoices/in_2/finalize", "/v1/invoices/in_1/finalize"]);
        assert_eq!((finalizing.left(), finalizing.taken(), finalizing.ran_out()), (0, 2, false));
        assert_eq!(next(&finalizing, 0).0, "/v1/invoices/none/finalize");
        assert_eq!((finalizing.taken(), finalizing.ran_out()), (2, true));
    }

    #[test]
    fn each_connection_takes_its_invoice_from_step_to_step() {
        let making = Making::new("sk_test_x", vec!["cus_a".to_owned(), "cus_b".to_owned()]);
        assert_eq!(next(&making, 1).1, "customer=cus_b&currency=eur");
        making.answered(1, b"{\"id\":\"in_7\",\"object\":\"invoice\"");
        assert_eq!(next(&making, 0).0, "/v1/invoices", "the other one stands where it stood");
        let (path, body) = next(&making, 1);
        assert_eq!(path, "/v1/invoiceitems");
        assert!(body.starts_with("customer=cus_b&invoice=in_7&"), "{body}");
        making.answered(1, b"{\"id\":\"ii_8\"");
        assert_eq!(next(&making, 1).0, "/v1/invoices/in_7/finalize");
        assert_eq!(making.finalized(), 0);
        making.answered(1, b"{\"id\":\"in_7\"");
        assert_eq!((next(&making, 1).0.as_str(), making.finalized()), ("/v1/invoices", 1));
    }

    #[test]
    fn an_answer_that_is_no_object_has_no_id() {
        assert_eq!(id(b"{\"id\":\"in_7\",\"object\""), Some("in_7".to_owned()));
        assert_eq!(id(b"{\"error\":{"), None);
        assert_eq!(id(b"{\"id\":\"in_7"), None);
    }
}
