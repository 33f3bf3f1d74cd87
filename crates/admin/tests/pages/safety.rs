//! What somebody who means harm tries.

use admin::Address;
use ledger::model::Mode;
use ledger::role::{Right, Role};

use crate::browser::Browser;
use crate::stage::{PASSWORD, Stage};

/// The address with ids that nothing has.
fn path_of(address: &Address) -> String {
    address.path.replace("{id}", "in_0000000000000")
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_sees_anything() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::new(&stage);
    for address in admin::addresses() {
        let Some(_) = address.right else { continue };
        let path = path_of(&address);
        let csrf = ("csrf".to_owned(), browser.get("/sign-in").await.csrf());
        let form: &[(String, String)] = if address.method == "POST" { &[csrf] } else { &[] };
        let got = browser.send(address.method, &path, form, &[]).await;
        assert!(got.went().starts_with("/sign-in"), "{} {path}", address.method);
        let wanted = if address.method == "GET" && path != "/" { "?to=" } else { "" };
        assert!(got.to().contains(wanted), "{} {path}: {}", address.method, got.to());
    }
}

#[tokio::test]
async fn a_form_from_elsewhere_is_refused_at_every_address() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let csrf = browser.get("/").await.csrf();
    let other = Browser::of(&stage, Role::Administrator).await.get("/").await.csrf();
    assert_ne!(csrf, other, "a proof belongs to one session");
    for address in admin::addresses().into_iter().filter(|address| address.method == "POST") {
        let path = path_of(&address);
        for proof in ["", "x", other.as_str()] {
            let form = [("csrf".to_owned(), proof.to_owned())];
            let got = browser.send("POST", &path, &form, &[]).await;
            assert_eq!(got.status, 403, "{path} with {proof:?}");
        }
        let form = [("csrf".to_owned(), csrf.clone())];
        for header in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
        ] {
            let got = browser.send("POST", &path, &form, &[header]).await;
            assert_eq!(got.status, 403, "{path} with {header:?}");
        }
    }
    // The proof and the right origin together are taken.
    let form = [("csrf".to_owned(), csrf), ("theme".to_owned(), "dark".to_owned())];
    let headers = [("sec-fetch-site", "same-origin"), ("origin", "http://localhost")];
    assert_eq!(browser.send("POST", "/preferences", &form, &headers).await.status, 303);
}

#[tokio::test]
async fn no_role_gets_further_by_typing_an_address() {
    let stage = Stage::new("Trading");
    for role in Role::ALL {
        let mut browser = Browser::of(&stage, role).await;
        let csrf = browser.get("/").await.csrf();
        for address in admin::addresses() {
            let Some(right) = address.right else { continue };
            for mode in ["", "/test"] {
                let path = format!("{mode}{}", path_of(&address));
                let form = [("csrf".to_owned(), csrf.clone())];
                let form: &[_] = if address.method == "POST" { &form } else { &[] };
                let got = browser.send(address.method, &path, form, &[]).await;
                let refused = got.status == 403;
                let text = format!("{} {path} as {}: {}", address.method, role.text(), got.status);
                assert_eq!(refused, !role.may(right), "{text}");
                assert!(got.status < 500, "{text}: {}", got.body);
            }
        }
    }
}

#[tokio::test]
async fn what_the_engine_refuses_a_role_is_refused_here_too() {
    // The pages ask for at least the right that the ledger asks for.
    let rights = admin::addresses().into_iter().filter(|address| address.method == "POST");
    let reading: Vec<_> = rights.filter(|address| address.right == Some(Right::Read)).collect();
    let paths: Vec<&str> = reading.iter().map(|address| address.path).collect();
    let harmless = ["/settings/preview", "/trail/verify"];
    let own = ["/me/password", "/me/sign-out-everywhere"];
    assert_eq!(paths, [harmless, own].concat(), "these change nothing but one's own sign-in");
}

#[tokio::test]
async fn a_session_is_a_new_one_each_time_and_ends() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::new(&stage);
    browser.cookies.push(("gapless_session".to_owned(), "planted".to_owned()));
    let got = browser.sign_in("clerk@example.com", PASSWORD, "/").await;
    assert_eq!(got.status, 303, "{}", got.body);
    let session = |browser: &Browser| {
        let found = browser.cookies.iter().find(|(name, _)| name == "gapless_session");
        found.map(|(_, value)| value.clone())
    };
    let first = session(&browser).expect("a session");
    assert_ne!(first, "planted");
    browser.get("/").await.ok();
    assert_eq!(browser.post("/sign-out", &[]).await.went(), "/sign-in");
    assert_eq!(session(&browser), None);
    browser.cookies.push(("gapless_session".to_owned(), first));
    assert!(browser.get("/").await.went().starts_with("/sign-in"), "it is over for good");
    let got = browser.sign_in("clerk@example.com", "wrong", "/").await;
    assert_eq!((got.status, session(&browser)), (422, None));
    assert!(!got.body.contains("wrong\""), "a password is never shown again");
}

#[tokio::test]
async fn signing_in_leads_to_own_pages_only() {
    let stage = Stage::new("Trading");
    for (to, expected) in [
        ("/invoices?status=open", "/invoices?status=open"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let got = Browser::new(&stage).sign_in("clerk@example.com", PASSWORD, to).await;
        assert_eq!(got.went(), expected);
        let mut browser = Browser::of(&stage, Role::Clerk).await;
        assert_eq!(browser.post("/preferences", &[("to", to)]).await.went(), expected);
    }
}

#[tokio::test]
async fn every_answer_is_closed_to_frames_and_scripts() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let mut paths: Vec<String> =
        admin::addresses().iter().filter(|address| address.method == "GET").map(path_of).collect();
    paths.extend(["/nowhere", "/assets/style.css", "/assets/nothing"].map(str::to_owned));
    for path in paths {
        let got = browser.get(&path).await;
        let header = |name: &str| got.headers.get(name).map(|value| value.to_str().unwrap());
        let policy = header("content-security-policy").unwrap_or_else(|| panic!("{path}"));
        for rule in
            ["default-src 'none'", "frame-ancestors 'none'", "script-src 'self'", "base-uri 'none'"]
        {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
        let kept = path.starts_with("/assets/style");
        assert_eq!(header("cache-control") == Some("no-store"), !kept, "{path}");
        if header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            // Nothing that the policy would stop, and nothing from another host.
            let plain = got.body.to_ascii_lowercase();
            for odd in ["<script>", " style=\"", " onclick", " onload", "src=\"http", "javascript:"]
            {
                assert!(!plain.contains(odd), "{path} has {odd}");
            }
            assert!(got.body.len() < 150_000, "{path} has {} bytes", got.body.len());
        }
    }
}

const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'";

#[tokio::test]
async fn what_people_type_stays_a_text_on_every_page() {
    let stage = Stage::new(EVIL);
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let mut pages: Vec<String> = admin::addresses()
        .iter()
        .filter(|address| address.method == "GET" && !address.path.contains("{id}"))
        .map(path_of)
        .collect();
    pages.extend(evil_documents(&mut browser).await);
    // Names and prefixes that the rules let through, and those that they refuse: shown again.
    let odd = "<b>'&\"";
    let refused = browser.post("/settings", &[("prefix", odd)]).await;
    check("/settings refused", &refused.body);
    let new = [("name", EVIL), ("pattern", "S<i>{seq}"), ("reset", "never")];
    let series = browser.post("/series", &new).await;
    check("/series", &series.body);
    if series.status == 303 {
        pages.push(series.to().to_owned());
        let path = format!("{}/advance", series.to());
        browser.post(&path, &[("next", "5"), ("reason", EVIL)]).await;
    }
    let ledger = stage.ledger(Mode::Live);
    let page = store::Page { limit: 5, starting_after: None, ending_before: None };
    let gaps = stage.engine.gaps(ledger, engine::GapQuery::default(), page).await.unwrap();
    for gap in gaps.data {
        let path = format!("/gaps/{}/explain", gap.row.id.id(ledger));
        browser.post(&path, &[("explanation", EVIL)]).await.went();
    }
    for query in ["/invoices?number", "/numbers?number", "/customers?email", "/sign-in?to"] {
        pages.push(format!("{query}=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"));
    }
    for path in pages {
        let got = browser.get(&path).await;
        assert!(got.status < 500, "{path}: {}", got.body);
        let kind = got.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("text/html")) {
            check(&path, &got.body);
        }
    }
}

/// A customer, a draft and a voided invoice whose every text means harm.
async fn evil_documents(browser: &mut Browser) -> Vec<String> {
    let fields = [
        "name",
        "phone",
        "description",
        "address[line1]",
        "address[line2]",
        "address[city]",
        "address[postal_code]",
        "address[state]",
    ];
    let customer = browser.post("/customers", &fields.map(|name| (name, EVIL))).await.went();
    let id = customer.rsplit('/').next().unwrap().to_owned();
    let new = [("customer", id.as_str()), ("currency", "EUR")];
    let lines = [
        ("description", EVIL),
        ("footer", EVIL),
        ("line0_what", EVIL),
        ("line0_price", "5"),
        ("line0_quantity", "1"),
    ];
    let draft = browser.post("/invoices", &new).await.went();
    assert_eq!(browser.post(&draft, &lines).await.went(), draft);
    let void = browser.post("/invoices", &new).await.went();
    browser.post(&void, &lines).await.went();
    browser.post(&format!("{void}/finalize"), &[]).await.went();
    browser.post(&format!("{void}/void"), &[("reason", EVIL)]).await.went();
    vec![customer, draft, void]
}

fn check(path: &str, body: &str) {
    for evil in ["<script>alert", "<img src=x", "<b>'", "<i>"] {
        assert!(!body.contains(evil), "{path} has {evil}");
    }
}

#[tokio::test]
async fn the_other_ledgers_documents_are_not_there() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let customer = browser.post("/customers", &[("name", "Ada")]).await.went();
    let id = customer.rsplit('/').next().unwrap().to_owned();
    let draft = browser.post("/invoices", &[("customer", &id), ("currency", "EUR")]).await.went();
    browser.get(&customer).await.ok();
    browser.get(&draft).await.ok();
    for path in [&customer, &draft] {
        assert_eq!(browser.get(&format!("/test{path}")).await.status, 404, "{path}");
        let got = browser.post(&format!("/test{path}"), &[("name", "Eve")]).await;
        assert_eq!(got.status, 404, "{path}");
    }
    for step in ["finalize", "void", "pay", "send", "delete", "uncollectible", "revise", "credit"] {
        let path = format!("/test{draft}/{step}");
        let got = browser.post(&path, &[("reason", "x"), ("amount", "1")]).await;
        assert!([400, 404].contains(&got.status), "{path}: {}", got.status);
    }
    let other = Stage::new("Another business");
    let mut stranger = Browser::of(&other, Role::Administrator).await;
    // Ids carry their ledger: the same text means nothing in another database's ledger of that id,
    // which has no such row.
    assert_eq!(stranger.get(&draft).await.status, 404);
}

#[tokio::test]
async fn a_form_too_large_is_refused() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let large = "x".repeat(400_000);
    let got = browser.post("/customers", &[("description", &large)]).await;
    assert_eq!(got.status, 413);
}
