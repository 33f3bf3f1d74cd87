//! What people do, without a line of script.

use std::sync::Arc;

use ledger::role::Role;

use crate::browser::Browser;
use crate::stage::Stage;

#[tokio::test]
async fn what_the_settings_show_is_what_is_issued() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let plain = |html: &str| html.replace("<span class=\"p-prefix\">", "").replace("</span>", "");
    let shown = |html: &str| {
        let mut text = plain(html);
        for class in ["seq", "date", "text"] {
            text = text.replace(&format!("<span class=\"p-{class}\">"), "");
        }
        text
    };
    let year = year(&stage);
    assert!(
        shown(&browser.get("/settings").await.ok().body).contains(&format!("INV-{year}-00001"))
    );
    let change = [("prefix", "SI-"), ("padding", "6"), ("yearly_reset_shown", "1")];
    let preview = browser.post("/settings/preview", &change).await.ok().body;
    assert!(shown(&preview).contains("SI-000001"), "{preview}");
    let with_year = [("prefix", "SI-"), ("padding", "6"), ("yearly_reset", "true")];
    let preview = browser.post("/settings/preview", &with_year).await.ok().body;
    let next = format!("SI-{year}-000001");
    assert!(shown(&preview).contains(&next), "{preview}");
    assert!(shown(&preview).contains(&format!("SI-{}-000001", year + 1)), "across the year's end");
    assert!(shown(&preview).contains(&format!("SI-{year}-1000000")), "beyond the width");
    assert_eq!(browser.post("/settings", &with_year).await.went(), "/settings");
    let page = browser.get("/settings").await.ok().body;
    assert!(page.contains("class=\"flash\""), "it says that it was saved");
    assert!(!browser.get("/settings").await.ok().body.contains("class=\"flash\""), "once");
    let draft = draft(&mut browser, "").await;
    assert!(browser.get(&draft).await.ok().body.contains(&next), "the number it will get");
    browser.post(&format!("{draft}/finalize"), &[]).await.went();
    assert!(browser.get(&draft).await.ok().body.contains(&next));
    assert!(browser.get("/").await.ok().body.contains(&format!("SI-{year}-000002")));
    // From now on the start is fixed.
    let refused = browser.post("/settings", &[("starting_number", "1000")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("starting_number-error"), "beside its field");
}

async fn draft(browser: &mut Browser, mode: &str) -> String {
    let form = [("new_customer", "Ada"), ("currency", "EUR")];
    let draft = browser.post(&format!("{mode}/invoices"), &form).await.went();
    let lines = [("line0_what", "Consulting"), ("line0_quantity", "2"), ("line0_price", "12.50")];
    assert_eq!(browser.post(&draft, &lines).await.went(), draft);
    draft
}

#[tokio::test]
async fn an_invoice_through_its_life() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Clerk).await;
    let draft = draft(&mut browser, "/test").await;
    let page = browser.get(&draft).await.ok().body;
    assert!(page.contains("EUR\u{a0}25.00") && page.contains("class=\"test\""), "{page}");
    // A wrong amount is refused whole, and nothing that was typed is lost.
    let wrong = [("description", "Kept words"), ("line0_what", "A"), ("line0_price", "many")];
    let refused = browser.post(&draft, &wrong).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Kept words") && refused.body.contains("value=\"many\""));
    assert!(!browser.get(&draft).await.ok().body.contains("Kept words"), "nothing was saved");
    let saved = browser
        .post(
            &draft,
            &[
                ("line0_what", "Consulting"),
                ("line0_quantity", "2"),
                ("line0_price", "12,50"),
                ("finalize", "1"),
            ],
        )
        .await;
    assert_eq!(saved.went(), draft);
    let page = browser.get(&draft).await.ok().body;
    assert!(page.contains("badge open") && page.contains("Why this number?"), "{page}");
    browser.post(&format!("{draft}/send"), &[]).await.went();
    let credited = browser.post(&format!("{draft}/credit"), &[("amount", "5")]).await;
    credited.went();
    assert!(browser.get(&draft).await.ok().body.contains("CN-"));
    browser.post(&format!("{draft}/pay"), &[]).await.went();
    assert!(browser.get(&draft).await.ok().body.contains("badge paid"));
    let void = browser.post(&format!("{draft}/void"), &[("reason", "late")]).await;
    assert_eq!(void.status, 422, "what is paid is not voided");
    assert!(browser.get("/test/invoices.csv").await.ok().body.lines().count() == 2);
}

#[tokio::test]
async fn several_at_once_and_found_by_number() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Accountant).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let draft = draft(&mut browser, "").await;
        ids.push(draft.rsplit('/').next().unwrap().to_owned());
    }
    let mut form: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    form.push(("do", "finalize"));
    assert_eq!(browser.post("/invoices/together", &form).await.went(), "/invoices");
    assert!(browser.get("/invoices").await.ok().body.contains("Done for 3 invoices."));
    let found = browser.get("/invoices?number=inv-2").await.ok().body;
    assert!(found.contains("No invoices here."));
    let year = year(&stage);
    let path = format!("/invoices?number=%20inv-{year}-00002");
    let found = browser.get(&path).await.ok().body;
    assert_eq!(found.matches("<tr><td>").count(), 1, "{found}");
    let german = [
        ("language".to_owned(), "de".to_owned()),
        ("csrf".to_owned(), browser.get("/").await.csrf()),
    ];
    browser.send("POST", "/preferences", &german, &[]).await.went();
    let page = browser.get("/invoices").await.ok().body;
    assert!(
        page.contains("<html lang=\"de\"") && page.contains("Rechnungen") && page.contains("25,00")
    );
}

#[tokio::test]
async fn a_gap_is_explained_and_a_period_locked() {
    let stage = Stage::new("Trading");
    let mut browser = Browser::of(&stage, Role::Administrator).await;
    let list = browser.get("/series").await.ok().body;
    let (_, behind) = list.split_once("href=\"/series/ser_").expect("a series");
    let series = format!("/series/ser_{}", behind.split('"').next().unwrap());
    let refused = browser.post(&format!("{series}/advance"), &[("next", "5")]).await;
    assert!(refused.status == 422 && refused.body.contains("reason-error"), "{}", refused.body);
    let moved = [("next", "5"), ("reason", "A lost book")];
    assert_eq!(browser.post(&format!("{series}/advance"), &moved).await.went(), series);
    let gaps = browser.get("/gaps").await.ok().body;
    assert!(gaps.contains("skipped"), "{gaps}");
    let (_, behind) = gaps.split_once("/gaps/gap_").expect("a gap to explain");
    let gap = format!("/gaps/gap_{}/explain", behind.split('/').next().unwrap());
    browser.post(&gap, &[("explanation", "Pages 1 to 4 were torn out.")]).await.went();
    assert!(browser.get("/gaps").await.ok().body.contains("torn out"));
    browser.post("/locks", &[("lock_date", "2020-12-31")]).await.went();
    assert!(browser.get("/locks").await.ok().body.contains("31 Dec 2020"));
    let back = browser.post("/locks", &[("lock_date", "2019-12-31")]).await;
    assert!(back.status == 422 && back.body.contains("reason"), "{}", back.body);
    let trail = browser.post("/trail/verify", &[]).await.ok().body;
    assert!(trail.contains("\u{2713}"), "{trail}");
    let learnt = [("example", "RE/2026/05/0007"), ("example_date", "2026-05-03")];
    let page = browser.post(&format!("{series}/learn"), &learnt).await.ok().body;
    assert!(page.contains("RE/{year}/{month}/{seq:4}"), "{page}");
}

#[tokio::test]
async fn the_first_one_comes_in_by_the_link_and_lets_others_in() {
    let stage = Stage::new("New account");
    let setup = admin::Setup {
        door: Arc::new(admin::EngineDoor(stage.engine.clone())),
        public_url: None,
        url_refusal: None,
    };
    let router = admin::router(stage.engine.clone(), setup);
    let token = stage.engine.first_start(stage.account.account.clone()).await.unwrap();
    let link = format!("/start/{}", token.expect("nobody is there yet"));
    let mut browser = Browser::over(router.clone());
    assert_eq!(browser.get("/start/wrong").await.status, 403);
    let csrf = ("csrf".to_owned(), browser.get(&link).await.ok().csrf());
    let fill = |zone: &str, password: &str| {
        let fields = [
            ("business", "Nordwind"),
            ("time_zone", zone),
            ("name", "Ann"),
            ("email", "ann@example.com"),
            ("password", password),
        ];
        let mut form = vec![csrf.clone()];
        form.extend(fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        form
    };
    let password = "many quiet words";
    for (form, field) in
        [(fill("Mars/Base", password), "time_zone"), (fill("Europe/Berlin", "short"), "password")]
    {
        let refused = browser.send("POST", &link, &form, &[]).await;
        let error = format!("{field}-error");
        assert!(refused.status == 422 && refused.body.contains(&error), "{}", refused.body);
        assert!(refused.body.contains("Nordwind") && !refused.body.contains(password));
    }
    let came = browser.send("POST", &link, &fill("Europe/Berlin", password), &[]).await;
    assert_eq!(came.went(), "/settings");
    let page = browser.get("/settings").await.ok().body;
    assert!(page.contains("Nordwind") && page.contains("Europe/Berlin"), "{page}");
    assert_eq!(Browser::over(router.clone()).get(&link).await.status, 403, "once");
    let other = [("name", "Bo"), ("email", "bo@example.com"), ("role", "clerk")];
    let other = [&other[..], &[("new_password", "other quiet words")]].concat();
    assert_eq!(browser.post("/people", &other).await.went(), "/people");
    let people = browser.get("/people").await.ok().body;
    let (_, behind) = people.split_once("/people/user_").expect("somebody");
    let ann = format!("/people/user_{}/role", behind.split('/').next().unwrap());
    let refused = browser.post(&ann, &[("role", "clerk")]).await;
    assert!(refused.status == 422 || refused.status == 400, "the last administrator stays");
    let mut clerk = Browser::over(router);
    assert_eq!(clerk.sign_in("bo@example.com", "wrong words here", "/").await.status, 422);
    assert_eq!(clerk.sign_in("BO@example.com", "other quiet words", "/").await.went(), "/");
    assert_eq!(clerk.get("/people").await.status, 403);
    let change = [("present_password", "other quiet words"), ("new_password", "newer quiet words")];
    assert_eq!(clerk.post("/me/password", &change).await.went(), "/me");
    assert!(clerk.get("/me").await.ok().body.contains("class=\"flash\""));
}

/// The present year, in the account's zone.
fn year(stage: &Stage) -> i16 {
    let now = jiff::Timestamp::from_millisecond(stage.engine.now().0).expect("an instant");
    now.to_zoned(jiff::tz::TimeZone::UTC).year()
}
