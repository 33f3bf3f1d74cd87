//! What the servers are asked: a number for an order of another system.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;

use testkit::random::Random;

/// Where a number is asked for.
pub(crate) const PATH: &str = "/v1/numbers";

/// Where many are.
const BATCH_PATH: &str = "/v1/numbers/batch";

/// The day on which all orders were invoiced.
const DATE: &str = "2026-11-20";

/// Orders of a shop that counts them upwards, whichever connection sends the next.
pub(crate) struct Orders {
    secrets: Vec<String>,
    retries: Retries,
    series: Series,
    sent: Cell<u64>,
    random: RefCell<Random>,
    body: RefCell<Vec<u8>>,
}

/// By what a request that was sent twice is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retries {
    /// By the order's reference alone.
    Reference,
    /// By the reference, and a random `Idempotency-Key` as client libraries send it.
    Key,
}

/// Which series the orders are numbered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// The account's own.
    Default,
    /// Any of so many, at random.
    AnyOf(u64),
}

impl Orders {
    pub(crate) fn new(secret: &str, retries: Retries, series: Series) -> Rc<Self> {
        Self::of_accounts(vec![secret.to_owned()], retries, series)
    }

    /// Orders of several shops, each time of any of them.
    pub(crate) fn of_accounts(secrets: Vec<String>, retries: Retries, series: Series) -> Rc<Self> {
        Rc::new(Self {
            secrets,
            retries,
            series,
            sent: Cell::new(0),
            random: RefCell::new(Random::new(1)),
            body: RefCell::default(),
        })
    }

    /// Orders for a server that looks at none of this.
    pub(crate) fn plain() -> Rc<Self> {
        Self::new("sk_test_000000000000000000000000", Retries::Reference, Series::Default)
    }

    /// How many orders were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.get()
    }

    /// Writes a request for one number.
    pub(crate) fn write_one(&self, buffer: &mut Vec<u8>) {
        let mut body = self.body.borrow_mut();
        body.clear();
        let written = write!(body, "date={DATE}&reference=order-{:08}", self.next());
        debug_assert!(written.is_ok(), "a vector takes what is written");
        if let Series::AnyOf(count) = self.series {
            body.extend_from_slice(b"&series=");
            body.extend_from_slice(series_name(self.random.borrow_mut().below(count)).as_bytes());
        }
        self.write(PATH, "application/x-www-form-urlencoded", &body, buffer);
    }

    /// Writes a request for `count` numbers.
    pub(crate) fn write_batch(&self, count: u64, buffer: &mut Vec<u8>) {
        let mut body = self.body.borrow_mut();
        body.clear();
        body.extend_from_slice(b"{\"items\":[");
        for place in 0..count {
            let comma = if place == 0 { "" } else { "," };
            let order = self.next();
            let written =
                write!(body, "{comma}{{\"reference\":\"order-{order:08}\",\"date\":\"{DATE}\"}}");
            debug_assert!(written.is_ok(), "a vector takes what is written");
        }
        body.extend_from_slice(b"]}");
        self.write(BATCH_PATH, "application/json", &body, buffer);
    }

    fn write(&self, path: &str, content_type: &str, body: &[u8], buffer: &mut Vec<u8>) {
        let secret = match self.secrets.as_slice() {
            [only] => only,
            several => &several[self.random.borrow_mut().below(several.len() as u64) as usize],
        };
        begin_post(format_args!("{path}"), secret, content_type, body.len(), buffer);
        if self.retries == Retries::Key {
            let mut random = self.random.borrow_mut();
            let (high, low) = (random.bits(), random.bits());
            let written = write!(buffer, "idempotency-key: {high:016x}{low:016x}\r\n");
            debug_assert!(written.is_ok(), "a vector takes what is written");
        }
        buffer.extend_from_slice(b"\r\n");
        buffer.extend_from_slice(body);
    }

    fn next(&self) -> u64 {
        let order = self.sent.get();
        self.sent.set(order + 1);
        order
    }
}

/// The head of a request, but for the empty line at its end.
pub(crate) fn begin_post(
    path: std::fmt::Arguments<'_>,
    secret: &str,
    content_type: &str,
    length: usize,
    buffer: &mut Vec<u8>,
) {
    let written = write!(
        buffer,
        "POST {path} HTTP/1.1\r\n\
         host: 127.0.0.1\r\n\
         authorization: Bearer {secret}\r\n\
         content-type: {content_type}\r\n\
         content-length: {length}\r\n"
    );
    debug_assert!(written.is_ok(), "a vector takes what is written");
}

/// The name of a series by its place among [`Series::AnyOf`].
pub(crate) fn series_name(place: u64) -> String {
    format!("shop-{place:04}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(orders: &Orders, write: impl Fn(&Orders, &mut Vec<u8>)) -> (String, String) {
        let mut buffer = Vec::new();
        write(orders, &mut buffer);
        let text = String::from_utf8(buffer).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{text}");
        (head.to_owned(), body.to_owned())
    }

    #[test]
    fn references_rise_and_none_is_sent_twice() {
        let orders = Orders::plain();
        let one = |orders: &Orders| text(orders, |orders, buffer| orders.write_one(buffer)).1;
        assert_eq!(one(&orders), "date=2026-11-20&reference=order-00000000");
        assert_eq!(one(&orders), "date=2026-11-20&reference=order-00000001");
        let (head, body) = text(&orders, |orders, buffer| orders.write_batch(2, buffer));
        assert!(head.starts_with("POST /v1/numbers/batch "), "{head}");
        assert_eq!(
            body,
            [
                r#"{"items":[{"reference":"order-00000002","date":"2026-11-20"},"#,
                r#"{"reference":"order-00000003","date":"2026-11-20"}]}"#,
            ]
            .concat()
        );
        assert_eq!(orders.sent(), 4);
    }

    #[test]
    fn keys_and_series_are_sent_when_asked_for() {
        let orders = Orders::new("sk_test_x", Retries::Key, Series::AnyOf(1));
        let one = || text(&orders, |orders, buffer| orders.write_one(buffer));
        let ((first, body), (second, _)) = (one(), one());
        assert!(first.contains("\r\nidempotency-key: "), "{first}");
        assert_ne!(first, second, "every request has a key of its own");
        assert!(body.ends_with("&series=shop-0000"), "{body}");
        let (plain, _) = text(&Orders::plain(), |orders, buffer| orders.write_one(buffer));
        assert!(!plain.contains("idempotency-key"), "{plain}");
    }
}
