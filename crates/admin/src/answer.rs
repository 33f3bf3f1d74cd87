//! What a page answers.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::cookie::Cookie;

/// An answer before it has its headers.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    content: Content,
    /// Cookies to set; an empty value takes one away.
    pub(crate) cookies: Vec<(Cookie, String)>,
}

#[derive(Debug)]
enum Content {
    Html(String),
    /// Another page, on this server.
    To(String),
    File {
        kind: &'static str,
        name: String,
        body: Vec<u8>,
    },
}

impl Answer {
    /// A page, or a part of one.
    pub(crate) fn with_status(status: u16, html: String) -> Answer {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Answer { status, content: Content::Html(html), cookies: Vec::new() }
    }

    /// Another page, fetched anew: a form that was sent is not sent again by going back.
    pub(crate) fn to(path: impl Into<String>) -> Answer {
        let content = Content::To(path.into());
        Answer { status: StatusCode::SEE_OTHER, content, cookies: Vec::new() }
    }

    /// A file to keep.
    pub(crate) fn file(kind: &'static str, name: impl Into<String>, body: Vec<u8>) -> Answer {
        let content = Content::File { kind, name: name.into(), body };
        Answer { status: StatusCode::OK, content, cookies: Vec::new() }
    }

    /// The same with a cookie.
    pub(crate) fn with_cookie(mut self, cookie: Cookie, value: impl Into<String>) -> Answer {
        self.cookies.push((cookie, value.into()));
        self
    }

    /// The answer for HTTP, without cookies and what all answers have.
    pub(crate) fn response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let set = |response: &mut Response, name, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                response.headers_mut().insert(name, value);
            }
        };
        match self.content {
            Content::Html(html) => {
                set(&mut response, CONTENT_TYPE, "text/html; charset=utf-8");
                *response.body_mut() = Body::from(html);
            }
            Content::To(path) => set(&mut response, LOCATION, &path),
            Content::File { kind, name, body } => {
                set(&mut response, CONTENT_TYPE, kind);
                // Slugs and words of this program: nothing that would have to be quoted.
                let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
                let name: String = name.chars().filter(|c| plain(*c)).collect();
                let how = format!("attachment; filename=\"{name}\"");
                set(&mut response, CONTENT_DISPOSITION, &how);
                *response.body_mut() = Body::from(body);
            }
        }
        response
    }
}
