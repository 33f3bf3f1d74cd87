//! Nothing of another ledger is found, shown or changed, by whatever operation it is asked for.

use axum::body::Body;
use engine::NewAccount;
use ledger::model::HouseStyle;
use serde_json::Value;

use crate::app::{App, Got};
use crate::world::{Caller, Operation, World, operations};

/// A ledger with one of everything, and who may ask for it.
struct Side {
    name: &'static str,
    caller: Caller,
    world: World,
}

/// Two ledgers of one account, one of another account, and one of an account that is connected to
/// the first.
async fn sides(app: &App) -> [Side; 4] {
    let new = NewAccount { style: HouseStyle::Stripe, ..NewAccount::default() };
    let stranger = app.engine.open_account(new).await.unwrap();
    let connected = app.form("/v1/accounts", "name=Shop&numbering=stripe").await.ok();
    let connected = connected.str("/id").to_owned();
    let caller = |key: &str, account| Caller { key: key.to_owned(), account };
    let callers = [
        ("test", app.caller()),
        ("live", caller(&app.account.live_key, None)),
        ("another account", caller(&stranger.test_key, None)),
        ("a connected account", caller(&app.account.test_key, Some(connected))),
    ];
    let mut sides = Vec::new();
    for (name, caller) in callers {
        let world = World::new(app, &caller).await;
        sides.push(Side { name, caller, world });
    }
    sides.try_into().ok().unwrap()
}

/// Everything that a side sees of its own.
async fn contents(app: &App, side: &Side) -> String {
    let mut contents = String::new();
    for operation in operations() {
        let is_list = operation.method == "GET" && !operation.path.contains('{');
        let is_free = operation.params.iter().all(|(_, _, is_needed)| !is_needed);
        let takes_a_while = operation.path.ends_with("/verify");
        if is_list && is_free && !takes_a_while {
            let got = app.by(&side.caller, "GET", &operation.path, "").await.ok();
            contents.push_str(&got.text);
        }
    }
    contents
}

#[tokio::test]
async fn an_address_of_another_ledger_is_not_there() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    not_there(&app).await;
}

#[tokio::test]
async fn an_address_of_another_ledger_is_not_there_on_postgres() {
    not_there(&App::on_postgres("other_ledgers").await).await;
}

async fn not_there(app: &App) {
    let sides = sides(app).await;
    let mut before = Vec::new();
    for side in &sides {
        before.push(contents(app, side).await);
    }
    let mut asked = 0;
    for operation in operations().iter().filter(|one| one.path.contains("{id}")) {
        for owner in &sides {
            for stranger in sides.iter().filter(|side| side.name != owner.name) {
                // An account is one for both of its modes, and known to its platform.
                if operation.path.starts_with("/v1/accounts/")
                    && owner.name != "another account"
                    && stranger.name != "another account"
                {
                    continue;
                }
                refused(app, operation, owner, stranger).await;
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "{asked} were asked");
    for (side, before) in sides.iter().zip(before) {
        assert_eq!(contents(app, side).await, before, "{}", side.name);
    }
}

async fn refused(app: &App, operation: &Operation, owner: &Side, stranger: &Side) {
    let address = owner.world.address(operation);
    // All but the address is the stranger's own.
    let form = stranger.world.needed(operation, "").join("&");
    let got = app.by(&stranger.caller, &operation.method, &address, &form).await;
    let told = (got.status.as_u16(), got.code(), got.param());
    let asked = format!("{} {address} by {} of {}", operation.method, stranger.name, owner.name);
    assert_eq!(told, (404, "resource_missing", "id"), "{asked}: {}", got.text);
}

/// What a parameter names of another ledger is missing too, and a list by it is empty.
#[tokio::test]
async fn what_a_parameter_names_of_another_ledger_is_not_there() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    let sides = sides(&app).await;
    let mut asked = 0;
    for operation in operations() {
        for owner in &sides {
            for stranger in sides.iter().filter(|side| side.name != owner.name) {
                for (name, pair) in named(&operation, &owner.world) {
                    let address = stranger.world.address(&operation);
                    let top = name.split('[').next().unwrap();
                    let mut form = stranger.world.needed(&operation, top);
                    form.push(pair);
                    let form = form.join("&");
                    let got = app.by(&stranger.caller, &operation.method, &address, &form).await;
                    let asked = format!("{} {address} {form}", operation.method);
                    not_seen(&got, name, &asked);
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 400, "{asked} were asked");
}

/// Parameters of an operation that name things, each with one of this world.
fn named(operation: &Operation, world: &World) -> Vec<(&'static str, String)> {
    let known = [
        ("invoice", "invoice", &world.open),
        ("tax_rates", "tax_rates[0]", &world.tax_rate),
        ("default_tax_rates", "default_tax_rates[0]", &world.tax_rate),
        ("from_invoice", "from_invoice[invoice]", &world.open),
        ("webhook_endpoint", "webhook_endpoint", &world.endpoint),
        ("series", "series", &world.series),
    ];
    let mut named = known.to_vec();
    // Outside documents have customers of their own, which are any text.
    let has_customers = ["invoices", "invoiceitems", "credit_notes"];
    if operation.path.split('/').nth(2).is_some_and(|family| has_customers.contains(&family)) {
        named.push(("customer", "customer", &world.customer));
    }
    let has = |top: &str| operation.params.iter().any(|(name, _, _)| name == top);
    let pairs = named.into_iter().filter(|(top, _, _)| has(top));
    pairs
        .map(|(_, name, id)| match name {
            "from_invoice[invoice]" => (name, format!("{name}={id}&from_invoice[action]=revision")),
            name => (name, format!("{name}={id}")),
        })
        .collect()
}

#[track_caller]
fn not_seen(got: &Got, name: &str, asked: &str) {
    if got.status == 200 {
        let data = got.body["data"].as_array();
        assert_eq!(data.map(Vec::len), Some(0), "{asked}: {}", got.text);
        return;
    }
    assert_eq!(got.code(), "resource_missing", "{asked}: {}", got.text);
    assert!(matches!(got.status.as_u16(), 400 | 404), "{asked}: {}", got.text);
    assert_eq!(got.param(), name, "{asked}: {}", got.text);
}

/// An idempotency key is one ledger's own.
#[tokio::test]
async fn an_answer_of_another_ledger_is_not_repeated() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    let sides = sides(&app).await;
    let mut ids = std::collections::BTreeSet::new();
    for side in &sides {
        for expected in ["", "true"] {
            let bearer = format!("Bearer {}", side.caller.key);
            let mut request = axum::http::Request::builder()
                .method("POST")
                .uri("/v1/customers")
                .header("authorization", bearer)
                .header("idempotency-key", "one for all");
            if let Some(account) = &side.caller.account {
                request = request.header("stripe-account", account);
            }
            let got = app.send(request.body(Body::from("{\"name\":\"Ada\"}")).unwrap()).await.ok();
            assert_eq!(got.header("idempotent-replayed"), expected, "{}", side.name);
            ids.insert(got.body["id"].as_str().map(str::to_owned));
        }
    }
    assert_eq!(ids.len(), sides.len(), "{ids:?}");
}

/// Cursors of lists are ids too; but for the trail's, which count its entries in any ledger, and
/// those of accounts, which are the same in both modes.
#[tokio::test]
async fn a_cursor_of_another_ledger_is_refused() {
    let app = App::with(HouseStyle::Stripe, api::Limits::default()).await;
    let sides = sides(&app).await;
    let mut asked = 0;
    for operation in operations().iter().filter(|one| one.method == "GET") {
        let is_paged = operation.params.iter().any(|(name, _, _)| name == "starting_after");
        if !is_paged || ["/v1/trail", "/v1/accounts"].contains(&&*operation.path) {
            continue;
        }
        for owner in &sides {
            let own = owner.world.address(operation);
            let needed = owner.world.needed(operation, "").join("&");
            let list = app.by(&owner.caller, "GET", &own, &needed).await.ok();
            let Some(cursor) = list.body.pointer("/data/0/id").and_then(Value::as_str) else {
                continue;
            };
            for stranger in sides.iter().filter(|side| side.name != owner.name) {
                for name in ["starting_after", "ending_before"] {
                    let address = stranger.world.address(operation);
                    let needed = stranger.world.needed(operation, "").join("&");
                    let form = format!("{needed}&{name}={cursor}");
                    let form = form.trim_start_matches('&');
                    let got = app.by(&stranger.caller, "GET", &address, form).await;
                    let told = (got.code(), got.param());
                    let shown = format!("{address} {form}: {}", got.text);
                    assert_eq!(told, ("resource_missing", name), "{shown}");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked > 100, "{asked} were asked");
}
