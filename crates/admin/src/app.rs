//! What all pages share.

use std::sync::Arc;

use axum::http::HeaderMap;
use engine::Engine;
use tokio::sync::Semaphore;

use crate::door::Door;

/// How the pages are set up.
#[derive(Clone)]
pub struct Setup {
    /// Keeps people and their sessions.
    pub door: Arc<dyn Door>,
    /// Where the outside finds this server, such as `https://invoices.example.com`; when missing,
    /// where each request found it.
    pub public_url: Option<String>,
    /// What tells why events would never be sent to a URL; without it only its shape is looked at.
    pub url_refusal: Option<api::UrlRefusal>,
}

pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) door: Arc<dyn Door>,
    pub(crate) url_refusal: Option<api::UrlRefusal>,
    /// One verification at a time: each walks a whole ledger.
    pub(crate) verifying: Semaphore,
    public_url: Option<String>,
}

impl App {
    pub(crate) fn new(engine: Engine, setup: Setup) -> App {
        let public_url = setup.public_url.map(|url| url.trim_end_matches('/').to_owned());
        App {
            engine,
            door: setup.door,
            url_refusal: setup.url_refusal,
            verifying: Semaphore::new(1),
            public_url,
        }
    }

    /// Whether the outside reaches this server by TLS: cookies then travel no other way.
    pub(crate) fn is_secure(&self, headers: &HeaderMap) -> bool {
        match &self.public_url {
            Some(url) => url.starts_with("https://"),
            None => text(headers, "x-forwarded-proto") == Some("https"),
        }
    }

    /// Where the outside finds this server, without a slash at its end.
    pub(crate) fn base(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let host = text(headers, "host");
        let host = host.filter(|host| !host.is_empty() && host.bytes().all(is_plain));
        let scheme = if self.is_secure(headers) { "https" } else { "http" };
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    }
}

/// A header's value, where it is text.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
