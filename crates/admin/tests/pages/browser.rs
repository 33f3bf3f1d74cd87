//! As much of a browser as the tests need: cookies, and forms with what their pages put in.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use ledger::role::Role;
use tower::ServiceExt;

use crate::stage::{PASSWORD, Stage};

/// Somebody's browser.
pub struct Browser {
    router: Router,
    pub cookies: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(stage: &Stage) -> Browser {
        Browser::over(stage.router())
    }

    pub fn over(router: Router) -> Browser {
        Browser { router, cookies: Vec::new() }
    }

    /// One in which somebody is signed in.
    pub async fn of(stage: &Stage, role: Role) -> Browser {
        let mut browser = Browser::new(stage);
        let email = format!("{}@example.com", role.text());
        let got = browser.sign_in(&email, PASSWORD, "/").await;
        assert_eq!((got.status, got.to()), (303, "/"), "{}", got.body);
        browser
    }

    pub async fn sign_in(&mut self, email: &str, password: &str, to: &str) -> Got {
        let page = self.get("/sign-in").await;
        let form =
            [("csrf", page.csrf().as_str()), ("email", email), ("password", password), ("to", to)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.send("POST", "/sign-in", &form, &[]).await
    }

    pub async fn get(&mut self, path: &str) -> Got {
        self.send("GET", path, &[], &[]).await
    }

    /// Sends a form as a page of ours would: with what proves it.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Got {
        // Any page shows the same proof.
        let csrf = self.get("/").await.csrf();
        let mut pairs = vec![("csrf".to_owned(), csrf)];
        pairs.extend(form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.send("POST", path, &pairs, &[]).await
    }

    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        form: &[(String, String)],
        headers: &[(&str, &str)],
    ) -> Got {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let body = Body::from(body.collect::<Vec<_>>().join("&"));
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Got { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Got {
    /// What proves forms of this page.
    pub fn csrf(&self) -> String {
        let mark = "name=\"csrf\" value=\"";
        let (_, behind) = self.body.split_once(mark).unwrap_or_else(|| panic!("{}", self.body));
        behind.split('"').next().unwrap().to_owned()
    }

    /// Where it leads.
    pub fn to(&self) -> &str {
        self.headers.get("location").and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn ok(self) -> Got {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }

    /// Where a form that was taken leads.
    pub fn went(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.body);
        self.to().to_owned()
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
