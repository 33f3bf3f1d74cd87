//! The pages beside the interface for programs, at one address.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use tower::ServiceExt;

/// What the interface for programs answers at its first level, whatever follows.
const OF_PROGRAMS: [&str; 6] = ["v1", "healthz", "readyz", "metrics", "openapi.json", "docs"];
/// Documents for whoever has their link: `/invoices/in_…/secret`, and what is below.
const LINKED: [&str; 2] = ["invoices", "credit_notes"];

/// Puts the pages beside the interface for programs: that one has its own addresses, and the links
/// of documents; everything else is a page.
pub fn beside(pages: Router, programs: Router) -> Router {
    Router::new().fallback(move |request: Request| {
        let to_programs = is_of_programs(request.method(), request.uri().path());
        let router = if to_programs { programs.clone() } else { pages.clone() };
        async move {
            match router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    })
}

fn is_of_programs(method: &Method, path: &str) -> bool {
    let mut levels = path.trim_start_matches('/').split('/');
    let first = levels.next().unwrap_or_default();
    let linked = *method == Method::GET && LINKED.contains(&first) && levels.count() >= 2;
    OF_PROGRAMS.contains(&first) || linked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_addresses() {
        for (method, path, expected) in [
            (Method::GET, "/", false),
            (Method::GET, "/v1/invoices", true),
            (Method::OPTIONS, "/v1", true),
            (Method::GET, "/docs", true),
            (Method::GET, "/invoices", false),
            (Method::GET, "/invoices/in_1", false),
            (Method::GET, "/invoices/in_1/secret", true),
            (Method::GET, "/invoices/in_1/secret/pdf", true),
            (Method::POST, "/invoices/in_1/void", false),
            (Method::GET, "/test/invoices/in_1", false),
            (Method::GET, "/v1x", false),
        ] {
            assert_eq!(is_of_programs(&method, path), expected, "{method} {path}");
        }
    }
}
