//! What all requests share: the engine, and the gate that keeps memory bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use engine::Engine;
use ledger::model::Mode;
use pdf::Press;

use crate::cors::Origins;
use crate::rate::{Meter, Rates};
use crate::replica::Replica;

/// How much is taken on at once. What goes beyond is answered 429.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests between their first byte and their answer.
    pub requests_max: usize,
    /// Bytes of bodies that are being read or waiting.
    pub body_bytes_max: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
}

/// How the interface is set up. The default is what a server uses.
#[derive(Clone, Default)]
pub struct Setup {
    /// How much is taken on at once.
    pub limits: Limits,
    /// How much is taken on in a second.
    pub rates: Rates,
    /// Origins whose pages may ask, such as `https://books.example.com`; `*` is any. None at first.
    pub origins: Vec<String>,
    /// Where the outside finds this server, such as `https://invoices.example.com`, for addresses
    /// in answers; when missing, where each request found it.
    pub public_url: Option<String>,
    /// Where lists and reports are read, if not where everything is written.
    pub replica: Option<Replica>,
    /// What tells why events would never be sent to a URL; without it only its shape is looked at.
    pub url_refusal: Option<UrlRefusal>,
    /// More counts for `/metrics`, of what works beside the interface.
    pub counts: Option<Counts>,
    /// What makes the PDF of a document.
    pub press: Arc<Press>,
}

/// Why events would never be sent to the URL of an endpoint of a mode; `None` where they may be.
pub type UrlRefusal = Arc<dyn Fn(&str, Mode) -> Option<String> + Send + Sync>;

/// Counts in the text format of Prometheus, each line ended.
pub type Counts = Arc<dyn Fn() -> String + Send + Sync>;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            requests_max: 16_384,
            body_bytes_max: 128 << 20,
            body_patience: Duration::from_secs(30),
        }
    }
}

pub(crate) struct App {
    pub(crate) engine: Engine,
    /// Where lists and reports are read, if not where everything is written.
    pub(crate) replica: Option<Replica>,
    pub(crate) limits: Limits,
    pub(crate) meter: Meter,
    pub(crate) origins: Origins,
    public_url: Option<String>,
    pub(crate) openapi: axum::body::Bytes,
    /// The same as a page to read.
    pub(crate) docs: axum::body::Bytes,
    /// What tells why events would never be sent to a URL.
    pub(crate) url_refusal: Option<UrlRefusal>,
    /// More counts for `/metrics`.
    pub(crate) counts: Option<Counts>,
    /// What makes the PDF of a document.
    pub(crate) press: Arc<Press>,
    /// As many PDFs at a time as there are processors: more would only take longer each.
    pub(crate) printing: tokio::sync::Semaphore,
    /// One verification at a time: each walks a whole ledger.
    pub(crate) verifying: tokio::sync::Semaphore,
    requests: AtomicUsize,
    body_bytes: AtomicUsize,
    /// Answers by the first digit of their status.
    answers: [AtomicU64; 6],
}

/// Room for something, given back when dropped.
pub(crate) struct Room<'a> {
    taken: &'a AtomicUsize,
    size: usize,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.size, Ordering::Relaxed);
    }
}

impl App {
    pub(crate) fn new(engine: Engine, setup: Setup) -> App {
        let Setup { limits, rates, origins, public_url, replica, url_refusal, counts, press } =
            setup;
        let document = crate::openapi::document();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        App {
            engine,
            replica,
            limits,
            meter: Meter::new(rates),
            origins: Origins(origins),
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            openapi: document.to_string().into(),
            docs: crate::openapi::page(&document).into(),
            url_refusal,
            counts,
            press,
            printing: tokio::sync::Semaphore::new(processors),
            verifying: tokio::sync::Semaphore::new(1),
            requests: AtomicUsize::new(0),
            body_bytes: AtomicUsize::new(0),
            answers: Default::default(),
        }
    }

    /// Room for one more request.
    pub(crate) fn enter(&self) -> Option<Room<'_>> {
        take(&self.requests, 1, self.limits.requests_max)
    }

    /// Room for a body of at most so many bytes.
    pub(crate) fn hold(&self, bytes: usize) -> Option<Room<'_>> {
        take(&self.body_bytes, bytes, self.limits.body_bytes_max)
    }

    /// Where the outside finds this server, as far as a request tells where that is not known.
    pub(crate) fn base(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let host = text("host").filter(|host| !host.is_empty() && host.bytes().all(is_plain));
        let scheme = match text("x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    }

    pub(crate) fn count(&self, status: u16) {
        let class = usize::from(status / 100).min(self.answers.len() - 1);
        self.answers[class].fetch_add(1, Ordering::Relaxed);
    }

    /// Answers with a status from `class`00 to `class`99.
    pub(crate) fn answered(&self, class: usize) -> u64 {
        self.answers[class].load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn take(taken: &AtomicUsize, size: usize, max: usize) -> Option<Room<'_>> {
    let before = taken.fetch_add(size, Ordering::Relaxed);
    let room = Room { taken, size };
    (before + size <= max).then_some(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_bounded_and_given_back() {
        let taken = AtomicUsize::new(0);
        let first = take(&taken, 3, 4);
        assert!(first.is_some() && take(&taken, 2, 4).is_none());
        assert_eq!(taken.load(Ordering::Relaxed), 3);
        drop(first);
        assert!(take(&taken, 4, 4).is_some());
        assert_eq!(taken.load(Ordering::Relaxed), 0);
    }
}
