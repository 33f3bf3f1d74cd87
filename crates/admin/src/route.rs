//! The table of pages, and the router made from it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use engine::Engine;
use ledger::Code;
use ledger::model::Mode;
use ledger::role::Right;
use tokio::sync::Semaphore;
use wire::{Problem, RimCode};

use crate::answer::Answer;
use crate::app::{App, Setup, text};
use crate::catalogue::Language;
use crate::cookie::{Cookie, Cookies};
use crate::door::{Boxed, Member};
use crate::form::{Form, encode};
use crate::frame::address;
use crate::visit::{Call, Visit, csrf_of, internal, problem};
use crate::{assets, headers, page};

/// The largest form, in bytes.
const FORM_BYTES_MAX: usize = 1 << 20;
/// Pages that are made at once; more are told to come again.
const AT_ONCE_MAX: usize = 256;
/// Characters of the secret that a guest's forms are proved by.
const GUEST_CHARS: usize = 24;

/// One page, or one thing that a form does.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path in the live mode, with `{id}` for an id. In test mode `/test` stands before it.
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
}

/// What makes the page, and for whom.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// For everybody.
    Open(fn(Visit) -> Boxed<Result<Answer, Problem>>),
    /// For who is signed in and has the right.
    Signed(Right, fn(Call) -> Boxed<Result<Answer, Problem>>),
}

pub(crate) const fn get(
    path: &'static str,
    handler: fn(Call) -> Boxed<Result<Answer, Problem>>,
) -> Route {
    Route { method: Method::Get, path, handler: Handler::Signed(Right::Read, handler) }
}

pub(crate) const fn get_as(
    right: Right,
    path: &'static str,
    handler: fn(Call) -> Boxed<Result<Answer, Problem>>,
) -> Route {
    Route { method: Method::Get, path, handler: Handler::Signed(right, handler) }
}

pub(crate) const fn post(
    right: Right,
    path: &'static str,
    handler: fn(Call) -> Boxed<Result<Answer, Problem>>,
) -> Route {
    Route { method: Method::Post, path, handler: Handler::Signed(right, handler) }
}

/// Where something is to be had, and what whoever asks must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path in the live mode, with `{id}` for an id.
    pub path: &'static str,
    /// What somebody who is signed in must be allowed to do; `None` where everybody may ask.
    pub right: Option<Right>,
}

/// Every address of the pages.
pub fn addresses() -> Vec<Address> {
    let address = |route: &Route| Address {
        method: match route.method {
            Method::Get => "GET",
            Method::Post => "POST",
        },
        path: route.path,
        right: match route.handler {
            Handler::Open(_) => None,
            Handler::Signed(right, _) => Some(right),
        },
    };
    page::routes().map(address).collect()
}

/// The pages over an engine.
pub fn router(engine: Engine, setup: Setup) -> Router {
    let app = Arc::new(App::new(engine, setup));
    let room = Arc::new(Semaphore::new(AT_ONCE_MAX));
    let mut router = Router::new();
    for route in page::routes() {
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let modes: &[Mode] = match route.handler {
            Handler::Open(_) => &[Mode::Live],
            Handler::Signed(..) => &[Mode::Live, Mode::Test],
        };
        for mode in modes.iter().copied() {
            let (app, room) = (Arc::clone(&app), Arc::clone(&room));
            let handler = move |request: Request| {
                serve(Arc::clone(&app), Arc::clone(&room), Some((route, mode)), request)
            };
            router = router.route(&address(mode, route.path), on(filter, handler));
        }
    }
    let assets = |request: Request| async move {
        let name = request.uri().path().rsplit('/').next().unwrap_or_default();
        protected(assets::answer(name), false)
    };
    let missing = move |request: Request| serve(Arc::clone(&app), Arc::clone(&room), None, request);
    router
        .route("/assets/{name}", on(MethodFilter::GET, assets))
        .fallback(missing.clone())
        .method_not_allowed_fallback(missing)
}

type Place = Option<(&'static Route, Mode)>;

/// Answers a request, whatever happens on the way.
async fn serve(app: Arc<App>, room: Arc<Semaphore>, place: Place, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let cookies = Cookies::of(&app, &parts.headers);
    let Ok(_permit) = room.try_acquire_owned() else {
        return protected(busy().response(), cookies.is_secure);
    };
    // On a task of its own, so that a panic ends this page alone.
    let answered = tokio::spawn(answer(app, place, parts, body, cookies.clone())).await;
    let answer = answered.unwrap_or_else(|_| Answer::with_status(500, internal().message));
    let set: Vec<_> =
        answer.cookies.iter().map(|(cookie, value)| cookies.set(*cookie, value)).collect();
    let mut response = answer.response();
    for cookie in set.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    protected(response, cookies.is_secure)
}

fn protected(mut response: Response, is_secure: bool) -> Response {
    headers::protect(response.headers_mut(), is_secure);
    response
}

fn busy() -> Answer {
    Answer::with_status(503, "The server is busy. Load the page again in a moment.".to_owned())
}

async fn answer(
    app: Arc<App>,
    place: Place,
    mut parts: Parts,
    body: Body,
    cookies: Cookies,
) -> Answer {
    let mut visit = Visit {
        language: language(&cookies, &parts.headers),
        base: app.base(&parts.headers),
        from: parts
            .extensions
            .get::<api::Peer>()
            .map(|peer| peer.0.to_string())
            .unwrap_or_default(),
        path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
        ids: Vec::new(),
        query: Form::default(),
        form: Form::default(),
        csrf: String::new(),
        cookies,
        app,
    };
    // A guest's forms are proved by a cookie of their own, which is set when it is missing.
    let session = visit.cookies.get(Cookie::Session).map(str::to_owned);
    let guest = visit.cookies.get(Cookie::Guest).map(str::to_owned);
    let new_guest =
        (session.is_none() && guest.is_none()).then(|| visit.app.engine.ids().base62(GUEST_CHARS));
    let secret = session.as_ref().or(guest.as_ref()).or(new_guest.as_ref());
    visit.csrf = csrf_of(secret.map(String::as_str).unwrap_or_default());
    let had_message = visit.cookies.get(Cookie::Message).is_some();
    let carried = carry_out(&mut visit, place, &mut parts, body, session.as_deref()).await;
    let mut answer = match carried {
        Ok(answer) => answer,
        Err(problem) => page::failed::answer(&visit, &problem),
    };
    if let Some(guest) = new_guest {
        answer.cookies.push((Cookie::Guest, guest));
    }
    let leaves_message = answer.cookies.iter().any(|(cookie, _)| *cookie == Cookie::Message);
    if had_message && !leaves_message {
        answer.cookies.push((Cookie::Message, String::new()));
    }
    answer
}

async fn carry_out(
    visit: &mut Visit,
    place: Place,
    parts: &mut Parts,
    body: Body,
    session: Option<&str>,
) -> Result<Answer, Problem> {
    let Some((route, mode)) = place else { return Err(missing(&visit.path)) };
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let params = params.map_err(|_| missing(&visit.path))?;
    visit.ids = params.iter().map(|(_, id)| id.to_owned()).collect();
    visit.query = Form::read(parts.uri.query().unwrap_or_default())?;
    if route.method == Method::Post {
        check_origin(visit, &parts.headers)?;
        visit.form = read(body).await?;
        if visit.form.get("csrf") != visit.csrf {
            return Err(forged());
        }
    }
    let (right, handler) = match route.handler {
        Handler::Open(handler) => return handler(visit.clone()).await,
        Handler::Signed(right, handler) => (right, handler),
    };
    let Some(member) = member(visit, session).await? else { return Ok(to_sign_in(route, visit)) };
    if !member.may(right) {
        return Err(Problem::new(
            Code::RoleForbidden,
            visit.language.with("error.role", &[&visit.language.text(role_key(&member))]),
        ));
    }
    let call = Call::new(visit.clone(), member, mode).await.map_err(problem)?;
    handler(call).await
}

fn role_key(member: &Member) -> &'static str {
    use ledger::role::Role;
    match member.role {
        Role::Administrator => "role.administrator",
        Role::Accountant => "role.accountant",
        Role::Clerk => "role.clerk",
        Role::Auditor => "role.auditor",
    }
}

async fn member(visit: &Visit, session: Option<&str>) -> Result<Option<Member>, Problem> {
    match session {
        Some(session) => visit.app.door.member(session).await.map_err(problem),
        None => Ok(None),
    }
}

/// The way to sign in, and back to the page from there.
fn to_sign_in(route: &Route, visit: &Visit) -> Answer {
    let mut path = String::from("/sign-in");
    if route.method == Method::Get && visit.path != "/" {
        path.push_str("?to=");
        encode(&mut path, &visit.path);
    }
    // A session that is over would keep the forms of guests from being proved.
    Answer::to(path).with_cookie(Cookie::Session, "")
}

fn language(cookies: &Cookies, headers: &HeaderMap) -> Language {
    let chosen = cookies.get(Cookie::Language).and_then(Language::of_tag);
    let accepted = || text(headers, "accept-language").and_then(Language::accepted);
    chosen.or_else(accepted).unwrap_or_default()
}

async fn read(body: Body) -> Result<Form, Problem> {
    let bytes = to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
        Problem::new(RimCode::BodyTooLarge, "The form is larger than 1 MiB. Send less at once.")
    })?;
    let text = std::str::from_utf8(&bytes).map_err(|_| forged())?;
    Form::read(text)
}

/// Refuses what another site sends, by what browsers say of where it comes from.
fn check_origin(visit: &Visit, headers: &HeaderMap) -> Result<(), Problem> {
    let site = text(headers, "sec-fetch-site");
    let other_site = site.is_some_and(|site| !["same-origin", "none"].contains(&site));
    // Behind a proxy the scheme may differ from what is seen here; the host may not.
    let host_of = |url: &str| url.split_once("://").map_or(url, |(_, host)| host).to_owned();
    let origin = text(headers, "origin").map(host_of);
    let other_origin = origin.is_some_and(|origin| origin != host_of(&visit.base));
    if other_site || other_origin { Err(forged()) } else { Ok(()) }
}

fn forged() -> Problem {
    Problem::new(
        Code::RoleForbidden,
        "This form did not come from a page of this server, or the page was too old. Go back, load \
         the page again, and send the form once more.",
    )
}

fn missing(path: &str) -> Problem {
    let path: String = path.chars().take(100).collect();
    Problem::new(RimCode::UrlUnknown, format!("There is no page at {path}."))
}
