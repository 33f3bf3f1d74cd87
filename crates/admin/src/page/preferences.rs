//! How somebody likes to read: language, light or dark.

use crate::answer::Answer;
use crate::catalogue::Language;
use crate::cookie::Cookie;
use crate::door::Boxed;
use crate::route::{Handler, Method, Route};
use crate::visit::Visit;

use wire::Problem;

pub(super) const ROUTES: &[Route] =
    &[Route { method: Method::Post, path: "/preferences", handler: Handler::Open(choose) }];

fn choose(visit: Visit) -> Boxed<Result<Answer, Problem>> {
    let mut answer = Answer::to(own_path(visit.form.get("to")));
    if let Some(language) = Language::of_tag(visit.form.get("language")) {
        answer = answer.with_cookie(Cookie::Language, language.tag());
    }
    match visit.form.get("theme") {
        theme @ ("light" | "dark") => answer = answer.with_cookie(Cookie::Theme, theme),
        "system" => answer = answer.with_cookie(Cookie::Theme, ""),
        _ => {}
    }
    Box::pin(std::future::ready(Ok(answer)))
}

/// The path, if it is one of this server's own; else the dashboard. Nobody is sent elsewhere.
pub(crate) fn own_path(path: &str) -> &str {
    let mut bytes = path.bytes();
    let rooted = bytes.next() == Some(b'/');
    // Browsers take `//host` and `/\host` for another host, and drop tabs and ends of lines.
    let elsewhere = bytes.next().is_some_and(|second| b"/\\".contains(&second));
    let odd = path.bytes().any(|byte| byte <= b' ' || byte == b'\\' || byte >= 0x7f);
    if rooted && !elsewhere && !odd { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for path in ["/invoices?state=open", "/", "/test/x"] {
            assert_eq!(own_path(path), path);
        }
        for path in [
            "",
            "invoices",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=1",
            "/a b",
            "/\u{e9}",
        ] {
            assert_eq!(own_path(path), "/", "{path:?}");
        }
    }
}
