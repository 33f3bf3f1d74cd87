//! Answers as HTTP sees them.

use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use wire::Version;

use crate::failure::Failure;
use crate::headers::{READ_AGE, STRIPE_VERSION};
use crate::rate::GLOBAL_CONCURRENCY;

/// A good answer, in JSON unless it says otherwise.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) body: Vec<u8>,
    /// Whether an earlier request with the same idempotency key was answered the same.
    pub(crate) replayed: bool,
    /// How old it may be, where it was read from a replica.
    pub(crate) age: Option<Duration>,
    /// What the body is.
    pub(crate) content_type: HeaderValue,
}

impl Reply {
    pub(crate) fn of(body: Vec<u8>) -> Reply {
        Reply { body, replayed: false, age: None, content_type: JSON }
    }

    /// A good answer that is no JSON.
    pub(crate) fn text(content_type: &'static str, text: String) -> Reply {
        let content_type = HeaderValue::from_static(content_type);
        Reply { content_type, ..Reply::of(text.into_bytes()) }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("stripe-should-retry");
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");
const LIMITED: HeaderName = HeaderName::from_static("stripe-rate-limited-reason");
const FALSE: HeaderValue = HeaderValue::from_static("false");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The whole answer to a request.
pub(crate) fn respond(
    result: Result<Reply, Failure>,
    request_id: &str,
    version: Option<Version>,
) -> Response {
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(version) = version {
        let name = HeaderValue::from_static(version.name());
        headers.insert(HeaderName::from_static(STRIPE_VERSION), name);
    }
    let (status, body) = match result {
        Ok(reply) => {
            mark_replayed(&mut headers, reply.replayed);
            mark_age(&mut headers, reply.age);
            headers.insert(CONTENT_TYPE, reply.content_type);
            (StatusCode::OK, reply.body)
        }
        Err(failure) => {
            mark_replayed(&mut headers, failure.replayed);
            let status = failure.problem.status();
            if status == 429 || status == 503 {
                headers.insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
                // Who passes its rate is not helped by trying at once.
                let again = if failure.limited.is_some() { FALSE } else { TRUE };
                headers.insert(SHOULD_RETRY, again);
            }
            if status == 429 {
                let reason = failure.limited.unwrap_or(GLOBAL_CONCURRENCY);
                headers.insert(LIMITED, HeaderValue::from_static(reason));
            }
            if status == 401 {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            (status, failure.problem.to_json())
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn mark_replayed(headers: &mut HeaderMap, replayed: bool) {
    if replayed {
        headers.insert(REPLAYED, TRUE);
    }
}

fn mark_age(headers: &mut HeaderMap, age: Option<Duration>) {
    let seconds = age.map(|age| format!("{:.3}", age.as_secs_f64()));
    if let Some(value) = seconds.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(HeaderName::from_static(READ_AGE), value);
    }
}
