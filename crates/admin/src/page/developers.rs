//! What programs need: keys, webhooks, events, and the version of the interface.

use askama::Template;
use ledger::command::document::DocumentAction;
use ledger::id::KeyId;
use ledger::model::{ApiVersion, DeliveryAttempt, DeliveryState, Object, ObjectKind, ObjectRow};
use ledger::outcome::VersionView;
use ledger::role::{Right, Role};
use ledger::{Code, Outcome};
use store::{DeliveriesOf, EventFilter, ObjectFilter, Page};
use wire::{Problem, Version, request};

use super::document::{act, addressed, found, made, newest};
use crate::answer::Answer;
use crate::field::Choice;
use crate::form::{Form, Sent};
use crate::frame::Frame;
use crate::list::{Pager, asked};
use crate::route::{Route, get_as, post};
use crate::visit::{Call, internal, page, page_with_status, problem};

pub(super) const ROUTES: &[Route] = &[
    get_as(Right::Administer, "/developers", |call| Box::pin(show(call))),
    post(Right::Administer, "/developers/keys", |call| Box::pin(create_key(call))),
    post(Right::Administer, "/developers/keys/{id}/revoke", |call| Box::pin(revoke_key(call))),
    post(Right::Administer, "/developers/webhooks", |call| Box::pin(create_endpoint(call))),
    get_as(Right::Administer, "/developers/webhooks/{id}", |call| Box::pin(endpoint(call))),
    post(Right::Administer, "/developers/webhooks/{id}", |call| Box::pin(change_endpoint(call))),
    post(Right::Administer, "/developers/webhooks/{id}/delete", |call| {
        Box::pin(delete_endpoint(call))
    }),
    post(Right::Administer, "/developers/webhooks/{id}/redeliver", |call| {
        Box::pin(redeliver(call))
    }),
    get_as(Right::Administer, "/developers/events", |call| Box::pin(events(call))),
    post(Right::Administer, "/developers/version", |call| Box::pin(upgrade(call))),
    post(Right::Administer, "/developers/version/rollback", |call| Box::pin(roll_back(call))),
    post(Right::Administer, "/developers/wipe", |call| Box::pin(wipe(call))),
];

const ENDPOINT: ObjectKind = ObjectKind::WebhookEndpoint;

#[derive(Template)]
#[template(path = "developers.html")]
struct Developers {
    f: Frame,
    form: Form,
    keys: Vec<Key>,
    /// A secret that is shown this once, and what it belongs to.
    secret: Option<(String, String)>,
    roles: Vec<Choice>,
    endpoints: Vec<Endpoint>,
    version: String,
    newest: String,
    former: Option<(String, String)>,
    base: String,
}

struct Key {
    id: String,
    name: String,
    role: String,
    hint: String,
    created: String,
    revoked: Option<String>,
}

struct Endpoint {
    id: String,
    url: String,
    events: String,
    version: String,
    disabled: bool,
}

#[derive(Template)]
#[template(path = "endpoint.html")]
struct EndpointPage {
    f: Frame,
    form: Form,
    endpoint: Endpoint,
    deliveries: Vec<Delivery>,
}

struct Delivery {
    event: String,
    state: &'static str,
    attempts: u32,
    last: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "events.html")]
struct Events {
    f: Frame,
    rows: Vec<Event>,
    pager: Pager,
}

struct Event {
    id: String,
    kind: String,
    at: String,
    pending: u32,
}

async fn show(call: Call) -> Result<Answer, Problem> {
    write(&call, 200, Form::default(), None).await
}

async fn write(
    call: &Call,
    status: u16,
    form: Form,
    secret: Option<(String, String)>,
) -> Result<Answer, Problem> {
    let f = call.frame_of("nav.developers", "developers");
    let keys = call.engine().keys(call.ledger()).await.map_err(problem)?;
    let keys = keys.into_iter().map(|key| Key {
        id: key.id.to_string(),
        role: f.word("role", key.role.text()),
        created: f.day(&key.created),
        revoked: key.revoked.map(|at| f.day(&at)),
        name: key.name,
        hint: key.hint,
    });
    let endpoints = newest(call, ObjectFilter::of(ENDPOINT)).await?;
    let view = call.engine().api_version(call.ledger()).await.map_err(problem)?;
    let VersionView { version, former, .. } = view;
    let shown = Developers {
        form,
        keys: keys.collect(),
        secret,
        roles: Choice::of(&f, "role", &Role::ALL.map(Role::text)),
        endpoints: endpoints.iter().filter_map(shown).collect(),
        newest: Version::NEWEST.name().to_owned(),
        former: former.map(|(former, until)| (former.name, f.time(&until))),
        version: version.name,
        base: call.base.clone(),
        f,
    };
    page_with_status(status, &shown)
}

fn shown(row: &ObjectRow) -> Option<Endpoint> {
    let Object::WebhookEndpoint(endpoint) = &row.body else { return None };
    Some(Endpoint {
        id: row.text(),
        url: endpoint.url.clone(),
        events: endpoint.enabled_events.join(", "),
        version: endpoint.version.clone().unwrap_or_default(),
        disabled: endpoint.disabled,
    })
}

async fn create_key(call: Call) -> Result<Answer, Problem> {
    let role = Role::parse(call.form.get("role")).unwrap_or(Role::Auditor);
    let (actor, name) = (call.member.actor(call.mode), call.form.get("key_name").trim());
    match call.engine().create_key(call.ledger(), actor, role, name).await.map_err(problem) {
        // It is shown on this page and nowhere else: it stands in no address and in no cookie.
        Ok(made) => {
            let what = call.language.with("developers.key_of", &[&made.key.name]);
            write(&call, 200, Form::default(), Some((what, made.secret))).await
        }
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[("name", "key_name")]);
            write(&call, 422, form, None).await
        }
    }
}

async fn revoke_key(call: Call) -> Result<Answer, Problem> {
    let key = KeyId::parse(call.id()).ok_or_else(|| {
        Problem::of(Code::ResourceMissing, "id", call.language.text("developers.no_key"))
    })?;
    let actor = call.member.actor(call.mode);
    call.engine().revoke_key(call.ledger(), actor, key).await.map_err(problem)?;
    Ok(call.done("/developers", "developers.revoked", &[]))
}

async fn create_endpoint(call: Call) -> Result<Answer, Problem> {
    match try_create_endpoint(&call).await {
        Ok((row, secret)) => {
            let what = call.language.with("developers.secret_of", &[&row.url]);
            write(&call, 200, Form::default(), Some((what, secret))).await
        }
        Err(problem) => {
            let mut form = call.form.clone();
            form.refuse(&problem, &[("enabled_events", "events")]);
            write(&call, 422, form, None).await
        }
    }
}

async fn try_create_endpoint(call: &Call) -> Result<(Endpoint, String), Problem> {
    let mut sent = Sent::default();
    sent.filled(&call.form, &["url", "description", "api_version"]);
    put_events(&mut sent, &call.form);
    let change = request::new_endpoint(sent.params()?, call.mode)?;
    check_url(call, change.url.as_deref())?;
    let secret = format!("whsec_{}", call.engine().ids().base62(32));
    let action = DocumentAction::CreateEndpoint(Box::new(change), secret.clone());
    let view = made(call, action).await?;
    Ok((shown(&view.row).ok_or_else(internal)?, secret))
}

/// Types of events, as words between commas, spaces or lines.
fn put_events(sent: &mut Sent, form: &Form) {
    let words = form.get("events").split([',', ' ', '\n']).filter(|word| !word.is_empty());
    for word in words {
        sent.put("enabled_events[]", word);
    }
}

async fn endpoint(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, ENDPOINT).await?;
    let form = match &view.row.body {
        Object::WebhookEndpoint(endpoint) => Form::filled([
            ("url", endpoint.url.clone()),
            ("events", endpoint.enabled_events.join(" ")),
            ("disabled", endpoint.disabled.to_string()),
        ]),
        _ => return Err(internal()),
    };
    write_endpoint(&call, 200, form, &view.row).await
}

async fn write_endpoint(
    call: &Call,
    status: u16,
    form: Form,
    row: &ObjectRow,
) -> Result<Answer, Problem> {
    let f = call.frame_of("developers.endpoint", "developers");
    let page = Page { limit: 50, starting_after: None, ending_before: None };
    let of = DeliveriesOf::Endpoint(row.id);
    let found = call.engine().deliveries(call.ledger(), of, page).await.map_err(problem)?;
    let delivery = |delivery: &ledger::model::DeliveryRow| {
        let last = delivery.log.last();
        Delivery {
            event: delivery.event.event_text(call.ledger()),
            state: state(delivery.state),
            attempts: delivery.attempts,
            last: last.map(|attempt| f.time(&attempt.at)).unwrap_or_default(),
            answer: last.map(answered).unwrap_or_default(),
        }
    };
    let deliveries = found.rows.iter().map(delivery).collect();
    let endpoint = shown(row).ok_or_else(internal)?;
    page_with_status(status, &EndpointPage { f, form, endpoint, deliveries })
}

fn state(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "pending",
        DeliveryState::Delivered => "delivered",
        DeliveryState::GivenUp => "given_up",
    }
}

fn answered(attempt: &DeliveryAttempt) -> String {
    match &attempt.result {
        Ok(status) => status.to_string(),
        Err(why) => why.clone(),
    }
}

/// Refuses where events would never be sent to.
fn check_url(call: &Call, url: Option<&str>) -> Result<(), Problem> {
    let refusal =
        call.app.url_refusal.as_ref().zip(url).and_then(|(refusal, url)| refusal(url, call.mode));
    refusal.map_or(Ok(()), |why| Err(Problem::of(Code::ParameterInvalid, "url", why)))
}

async fn change_endpoint(call: Call) -> Result<Answer, Problem> {
    let view = found(&call, ENDPOINT).await?;
    let mut sent = Sent::default();
    sent.filled(&call.form, &["url"]);
    put_events(&mut sent, &call.form);
    sent.put("disabled", if call.form.has("disabled") { "true" } else { "false" });
    let read = sent.params().and_then(|params| request::endpoint_change(params, call.mode));
    let read = read.and_then(|change| check_url(&call, change.url.as_deref()).map(|()| change));
    let tried = match read {
        Ok(change) => {
            made(&call, DocumentAction::UpdateEndpoint(view.row.id, Box::new(change))).await
        }
        Err(problem) => Err(problem),
    };
    let Err(problem) = tried else {
        return Ok(call.done(&format!("/developers/webhooks/{}", call.id()), "form.saved", &[]));
    };
    let mut form = call.form.clone();
    form.refuse(&problem, &[("enabled_events", "events")]);
    write_endpoint(&call, 422, form, &view.row).await
}

async fn delete_endpoint(call: Call) -> Result<Answer, Problem> {
    act(&call, DocumentAction::DeleteEndpoint(addressed(&call, ENDPOINT)?)).await?;
    Ok(call.done("/developers", "developers.endpoint_deleted", &[]))
}

async fn redeliver(call: Call) -> Result<Answer, Problem> {
    let endpoint = addressed(&call, ENDPOINT)?;
    let event = request::event_id(call.form.get("event"), call.ledger(), "event")?;
    act(&call, DocumentAction::Redeliver(event, Some(endpoint))).await?;
    Ok(call.done(&format!("/developers/webhooks/{}", call.id()), "developers.redelivered", &[]))
}

async fn events(call: Call) -> Result<Answer, Problem> {
    let asked = asked(&call.query, |text| request::event_id(text, call.ledger(), "id"))?;
    let found = call.engine().events(call.ledger(), EventFilter::default(), asked).await;
    let found = found.map_err(problem)?;
    let f = call.frame_of("developers.events", "developers");
    let row = |(event, pending): &(ledger::model::EventRow, u32)| Event {
        id: event.id.event_text(call.ledger()),
        kind: event.kind.clone(),
        at: f.time(&event.at),
        pending: *pending,
    };
    let rows: Vec<_> = found.rows.iter().map(row).collect();
    let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.id.clone(), b.id.clone()));
    let pager = Pager::new(&f, "/developers/events", &call.query, ends, found.has_more);
    page(&Events { f, rows, pager })
}

async fn upgrade(call: Call) -> Result<Answer, Problem> {
    let version = Version::read(call.form.get("version"), "version")?;
    let behaviour = version.behaviour();
    let name = version.name().to_owned();
    let version = ApiVersion { name, drafts_numbered: behaviour.drafts_numbered };
    match act(&call, DocumentAction::SetApiVersion(version)).await {
        Ok(Outcome::Version(view)) => {
            Ok(call.done("/developers", "developers.upgraded", &[&view.version.name]))
        }
        Ok(_) => Err(internal()),
        Err(problem) => {
            let mut form = Form::default();
            form.refuse(&problem, &[]);
            write(&call, 422, form, None).await
        }
    }
}

async fn roll_back(call: Call) -> Result<Answer, Problem> {
    match act(&call, DocumentAction::RollBackApiVersion).await {
        Ok(_) => Ok(call.done("/developers", "developers.rolled_back", &[])),
        Err(problem) => {
            let mut form = Form::default();
            form.refuse(&problem, &[]);
            write(&call, 422, form, None).await
        }
    }
}

/// Empties the test ledger. The engine refuses to empty the live one.
async fn wipe(call: Call) -> Result<Answer, Problem> {
    call.engine().wipe_test_ledger(call.ledger()).await.map_err(problem)?;
    Ok(call.done("/developers", "developers.wiped", &[]))
}
