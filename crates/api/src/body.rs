//! Reading bodies: bounded in size, in time, and all together.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use wire::{Problem, RimCode};

use crate::app::{App, Room};
use crate::failure::overloaded;

/// A body and the room that it takes.
pub(crate) struct Held<'a> {
    pub(crate) bytes: Bytes,
    _room: Room<'a>,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    Form,
}

/// What is thrown away of a body that is too large, so that its sender reads the answer instead
/// of finding the connection cut.
const DISCARDED_MAX: usize = 64 << 20;

/// Reads a body of at most `max` bytes.
pub(crate) async fn read(app: &App, body: Body, max: usize) -> Result<Held<'_>, Problem> {
    let announced = body.size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok());
    let room = app.hold(announced.unwrap_or(max).min(max)).ok_or_else(overloaded)?;
    let reading = collect(body, max, announced);
    match tokio::time::timeout(app.limits.body_patience, reading).await {
        Ok(bytes) => Ok(Held { bytes: bytes?, _room: room }),
        Err(_) => Err(incomplete("did not arrive in time")),
    }
}

/// How the body is written, by its content type, if it has one.
pub(crate) fn announced(headers: &HeaderMap, body: &Body) -> Result<Option<Encoding>, Problem> {
    match headers.get(CONTENT_TYPE) {
        Some(value) if !body.is_end_stream() => {
            of_content_type(value.to_str().unwrap_or_default()).map(Some)
        }
        _ => Ok(None),
    }
}

/// How a body without a content type is written, by how it begins.
pub(crate) fn guessed(body: &[u8]) -> Encoding {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Encoding::Json,
        _ => Encoding::Form,
    }
}

fn of_content_type(value: &str) -> Result<Encoding, Problem> {
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(Encoding::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(Encoding::Form)
    } else {
        let shown: String = essence.chars().take(SHOWN_CHARS_MAX).collect();
        let message = format!(
            "The content type {shown:?} is not understood. Send application/json or \
             application/x-www-form-urlencoded.",
        );
        Err(Problem::new(RimCode::ContentTypeUnsupported, message))
    }
}

const SHOWN_CHARS_MAX: usize = 100;

async fn collect(mut body: Body, max: usize, announced: Option<usize>) -> Result<Bytes, Problem> {
    let mut whole = Whole::None;
    let mut length = 0;
    while let Some(frame) = next(&mut body).await {
        let frame = frame.map_err(|_| incomplete("ended early"))?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > max || announced.is_some_and(|announced| announced > max) {
            whole = Whole::None;
            if length > DISCARDED_MAX {
                break;
            }
            continue;
        }
        whole = whole.with(data, announced.unwrap_or_default());
    }
    if length > max || announced.is_some_and(|announced| announced > max) {
        let message = format!(
            "The body has more than {max} bytes. Send less at once; a batch may have {} bytes.",
            wire::limits::BATCH_BODY_BYTES_MAX,
        );
        return Err(Problem::new(RimCode::BodyTooLarge, message));
    }
    Ok(whole.into_bytes())
}

/// What was read so far; the first piece is mostly all there is, and is not copied.
enum Whole {
    None,
    One(Bytes),
    Many(Vec<u8>),
}

impl Whole {
    fn with(self, data: Bytes, announced: usize) -> Whole {
        match self {
            Whole::None => Whole::One(data),
            Whole::One(first) => {
                let mut many = Vec::with_capacity(announced.max(first.len() + data.len()));
                many.extend_from_slice(&first);
                many.extend_from_slice(&data);
                Whole::Many(many)
            }
            Whole::Many(mut many) => {
                many.extend_from_slice(&data);
                Whole::Many(many)
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Whole::None => Bytes::new(),
            Whole::One(bytes) => bytes,
            Whole::Many(bytes) => bytes.into(),
        }
    }
}

async fn next(body: &mut Body) -> Option<Result<hyper::body::Frame<Bytes>, axum::Error>> {
    std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context)).await
}

fn incomplete(how: &str) -> Problem {
    Problem::new(RimCode::BodyIncomplete, format!("The body {how}. Repeat the request."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        let read = |content_type: &str, body: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            announced(&headers, &Body::from(body)).map_err(|problem| problem.status())
        };
        assert_eq!(read("application/json; charset=utf-8", "{}"), Ok(Some(Encoding::Json)));
        assert_eq!(read("application/x-www-form-urlencoded", "a=1"), Ok(Some(Encoding::Form)));
        assert_eq!(read("text/plain", "a=1"), Err(415));
        assert_eq!(read("text/plain", ""), Ok(None));
        assert_eq!(guessed(b" {}"), Encoding::Json);
        assert_eq!(guessed(b"a=1"), Encoding::Form);
        assert_eq!(guessed(b""), Encoding::Form);
    }
}
