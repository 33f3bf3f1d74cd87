//! Pages of other origins: they may ask only where the server was told so.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

/// Origins whose pages may ask, such as `https://books.example.com`; `*` is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins(pub(crate) Vec<String>);

const ANY: &str = "*";
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const SENT: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, gapless-read, idempotency-key, stripe-account, stripe-version",
);
const SHOWN: HeaderValue = HeaderValue::from_static(
    "gapless-read-age, idempotent-replayed, request-id, retry-after, stripe-rate-limited-reason, \
     stripe-should-retry, stripe-version",
);
/// Seconds for which a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

impl Origins {
    /// The origin of a request, if its pages may ask.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let is_named = |known: &String| known == ANY || known.as_bytes() == origin.as_bytes();
        self.0.iter().any(is_named).then(|| origin.clone())
    }

    /// What a browser is told that asks beforehand whether it may.
    pub(crate) fn preflight(&self, method: &Method, headers: &HeaderMap) -> Option<Response> {
        if *method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let origin = self.allowed(headers)?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        mark(response.headers_mut(), origin);
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_HEADERS, SENT);
        response.headers_mut().insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        Some(response)
    }
}

/// Lets a page of an origin read an answer.
pub(crate) fn mark(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, SHOWN);
    headers.append(VARY, HeaderValue::from_static("origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_was_named_may_ask() {
        let headers = |origin: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
            headers
        };
        let none = Origins::default();
        let one = Origins(vec!["https://a.example".to_owned()]);
        let any = Origins(vec![ANY.to_owned()]);
        assert_eq!(none.allowed(&headers("https://a.example")), None);
        assert!(one.allowed(&headers("https://a.example")).is_some());
        assert_eq!(one.allowed(&headers("https://b.example")), None);
        assert!(any.allowed(&headers("https://b.example")).is_some());
        assert_eq!(any.allowed(&HeaderMap::new()), None);
        let told = one.preflight(&Method::OPTIONS, &headers("https://a.example")).unwrap();
        assert_eq!(told.status(), 204);
        assert!(one.preflight(&Method::POST, &headers("https://a.example")).is_none());
        assert!(none.preflight(&Method::OPTIONS, &headers("https://a.example")).is_none());
    }
}
