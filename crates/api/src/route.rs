//! The table of routes, and the router made from it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use engine::{Access, Engine};
use ledger::id::AccountId;
use wire::{Problem, RimCode, Version};

use crate::app::{App, Limits, Setup};
use crate::call::Call;
use crate::failure::{Failure, internal, overloaded};
use crate::openapi::Param;
use crate::replica::{Replica, finds, may_answer};
use crate::reply::{Reply, respond};
use crate::{auth, body, cors, headers, open, v1};

/// One operation: where it is, what it takes, what it answers.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path, with `{id}` for an id or a name.
    pub(crate) path: &'static str,
    /// Its name, for generated clients.
    pub(crate) operation: &'static str,
    /// What it does, in one line.
    pub(crate) summary: &'static str,
    /// What it takes beside the path.
    pub(crate) params: &'static [Param],
    /// The name of what it answers; see [`crate::openapi`].
    pub(crate) answer: &'static str,
    /// The largest body.
    pub(crate) body_bytes_max: usize,
    /// What carries it out.
    pub(crate) handler: Handler,
}

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Method {
    Get,
    Post,
    Delete,
}

/// A future that a table can name.
pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Answers whoever has the link; it gets what stands in the address.
pub(crate) type LinkedHandler = fn(Arc<App>, Vec<String>) -> Boxed<Result<open::Page, Failure>>;

/// What carries out a route.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// With a key.
    Keyed(fn(Call) -> Boxed<Result<Reply, Failure>>),
    /// With a key, and beyond what a call has.
    Shared(fn(Arc<App>, Call) -> Boxed<Result<Reply, Failure>>),
    /// For everybody.
    Open(fn(Arc<App>) -> Boxed<Result<open::Page, Failure>>),
    /// For whoever has the link.
    Linked(LinkedHandler),
}

impl Handler {
    /// Whether it asks for a key.
    pub(crate) fn is_keyed(self) -> bool {
        matches!(self, Handler::Keyed(_) | Handler::Shared(_))
    }
}

impl Method {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Delete => MethodFilter::DELETE,
        }
    }
}

/// Every route.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    v1::TABLES.iter().copied().flatten().chain(open::ROUTES)
}

/// The routes over an engine, with the default [`Limits`].
pub fn router(engine: Engine) -> Router {
    router_with(engine, Limits::default())
}

/// The routes over an engine.
pub fn router_with(engine: Engine, limits: Limits) -> Router {
    router_set_up(engine, Setup { limits, ..Setup::default() })
}

/// The routes over an engine, with lists and reports read from a replica while that is there. Such
/// an answer says in `Gapless-Read-Age` how many seconds old it may be.
pub fn router_reading_from(replica: Replica, engine: Engine, limits: Limits) -> Router {
    router_set_up(engine, Setup { limits, replica: Some(replica), ..Setup::default() })
}

/// The routes over an engine, set up in every way.
pub fn router_set_up(engine: Engine, setup: Setup) -> Router {
    let app = Arc::new(App::new(engine, setup));
    let mut router = Router::new();
    for route in routes() {
        let app = Arc::clone(&app);
        let handler = move |request: Request| answer(Arc::clone(&app), Some(route), request);
        router = router.route(route.path, on(route.method.filter(), handler));
    }
    let (unknown, wrong_method) = (Arc::clone(&app), app);
    router
        .fallback(move |request: Request| answer(Arc::clone(&unknown), None, request))
        .method_not_allowed_fallback(move |request: Request| {
            refuse_method(Arc::clone(&wrong_method), request)
        })
}

/// Answers a request, whatever happens on the way.
/// The kind that `expand` finds its way in, of what a route answers: what is left of a deleted
/// object has nothing to expand.
pub(crate) fn expandable(answer: &'static str) -> &'static str {
    answer.strip_suffix("_or_deleted").unwrap_or(answer)
}

async fn answer(app: Arc<App>, route: Option<&'static Route>, request: Request) -> Response {
    let request_id = app.engine.ids().request();
    let origin = app.origins.allowed(request.headers());
    let started = std::time::Instant::now();
    let line = tracing::enabled!(tracing::Level::DEBUG)
        .then(|| format!("{} {}", request.method(), request.uri().path()));
    let carried = match (app.enter(), route) {
        (None, _) => Err(overloaded().into()),
        (Some(_), None) => Err(unknown_url(&request).into()),
        (Some(_room), Some(route)) => {
            catching(carry_out(Arc::clone(&app), route, request, &request_id)).await
        }
    };
    let mut response = match carried {
        Ok(Carried::Reply(reply, version)) => respond(Ok(reply), &request_id, version),
        Ok(Carried::Page(page)) => page.respond(&request_id),
        Err(failure) => respond(Err(failure), &request_id, None),
    };
    if let Some(origin) = origin {
        cors::mark(response.headers_mut(), origin);
    }
    let status = response.status().as_u16();
    app.count(status);
    let micros = started.elapsed().as_micros();
    if status >= 500 {
        tracing::error!(request.id = request_id, status, duration_us = micros, "request failed");
    } else if let Some(line) = line {
        tracing::debug!(request.id = request_id, line, status, duration_us = micros, "request");
    }
    response
}

enum Carried {
    Reply(Reply, Option<Version>),
    Page(open::Page),
}

async fn carry_out(
    app: Arc<App>,
    route: &'static Route,
    request: Request,
    request_id: &str,
) -> Result<Carried, Failure> {
    let (mut parts, body) = request.into_parts();
    match route.handler {
        Handler::Open(handler) => return handler(app).await.map(Carried::Page),
        Handler::Linked(handler) => {
            let ids = path_ids(&mut parts).await?;
            return handler(app, ids).await.map(Carried::Page);
        }
        Handler::Keyed(_) | Handler::Shared(_) => {}
    }
    // What is wrong is told in the order of the catalogue of errors.
    let access = auth::authenticate(&app.engine, &parts.headers).await?;
    app.meter.admit(access.ledger, access.mode, route.operation)?;
    let version = headers::version(&parts.headers)?;
    let (access, platform) = act_for(&app, access, &parts.headers).await?;
    let ids = if route.path.contains('{') { path_ids(&mut parts).await? } else { Vec::new() };
    let post = route.method == Method::Post;
    let idempotency_key = if post { headers::idempotency_key(&parts.headers)? } else { None };
    let announced = if post { body::announced(&parts.headers, &body)? } else { None };
    let held = match post {
        true => Some(body::read(&app, body, route.body_bytes_max).await?),
        false => None,
    };
    let newest = headers::asks_for_primary(&parts.headers)?;
    let bytes = held.as_ref().map(|held| held.bytes.clone()).unwrap_or_default();
    let of_account = || Version::parse(&access.api_version).unwrap_or(Version::NEWEST);
    let version = version.unwrap_or_else(of_account);
    let call = Call {
        engine: app.engine.clone(),
        access,
        method: route.method,
        operation: route.operation,
        answer: route.answer,
        encoding: announced.unwrap_or_else(|| body::guessed(&bytes)),
        idempotency_text: idempotency_key.and_then(|_| headers::idempotency_text(&parts.headers)),
        idempotency_key,
        request_id: request_id.to_owned(),
        version,
        base: app.base(&parts.headers),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        ids,
        body: bytes,
        platform,
        url_refusal: app.url_refusal.clone(),
    };
    let reply = match &app.replica {
        Some(replica) if may_answer(route) && !newest && !finds(&call) => {
            read_from(replica, &app, route, call).await
        }
        _ => handle(&app, route, call).await,
    };
    reply.map(|reply| Carried::Reply(reply, Some(version)))
}

/// What the request acts on: the key's own account, or one that is connected to it.
async fn act_for(
    app: &App,
    access: Access,
    headers: &HeaderMap,
) -> Result<(Access, Option<AccountId>), Failure> {
    match headers::account(headers) {
        Some(account) if account != access.account => {
            let connected = app.engine.connected(&access, account).await?;
            let connected = connected.ok_or_else(headers::no_such_account)?;
            Ok((connected, Some(access.account)))
        }
        _ => Ok((access, None)),
    }
}

async fn handle(app: &Arc<App>, route: &Route, call: Call) -> Result<Reply, Failure> {
    match route.handler {
        Handler::Keyed(handler) => handler(call).await,
        Handler::Shared(handler) => handler(Arc::clone(app), call).await,
        Handler::Open(_) | Handler::Linked(_) => Err(internal().into()),
    }
}

/// Carries out a call on the replica, and where that gives no good answer, on the database that is
/// written to.
async fn read_from(
    replica: &Replica,
    app: &Arc<App>,
    route: &Route,
    call: Call,
) -> Result<Reply, Failure> {
    let loan = replica.lend(&call.access).await;
    let engine = loan.as_ref().and_then(|loan| loan.engine().cloned());
    let (Some(loan), Some(engine)) = (loan, engine) else { return handle(app, route, call).await };
    let failure = match handle(app, route, Call { engine, ..call.clone() }).await {
        Ok(reply) => return Ok(Reply { age: Some(loan.age()), ..reply }),
        Err(failure) => failure,
    };
    match failure.problem.status() {
        // As much as is taken on at once is not more because there are two databases.
        429 => return Err(failure),
        500.. => replica.failed(&loan, &failure.problem.message),
        // It may not have heard yet of what the caller names.
        _ => {}
    }
    handle(app, route, call).await
}

async fn path_ids(parts: &mut axum::http::request::Parts) -> Result<Vec<String>, Problem> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let ids = params.ok().map(|params| params.iter().map(|(_, id)| id.to_owned()).collect());
    ids.ok_or_else(|| {
        let message = "The id in the address is not UTF-8.";
        Problem::of(ledger::Code::ResourceMissing, "id", message)
    })
}

/// Runs to the end, and makes a panic an error like any other.
async fn catching(
    future: impl Future<Output = Result<Carried, Failure>>,
) -> Result<Carried, Failure> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let poll = || future.as_mut().poll(context);
        match std::panic::catch_unwind(AssertUnwindSafe(poll)) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(Err(internal().into())),
        }
    })
    .await
}

fn unknown_url(request: &Request) -> Problem {
    let path: String = request.uri().path().chars().take(SHOWN_CHARS_MAX).collect();
    let message = format!("There is nothing at {path}. See /openapi.json for what there is.");
    Problem::new(RimCode::UrlUnknown, message)
}

const SHOWN_CHARS_MAX: usize = 100;

async fn refuse_method(app: Arc<App>, request: Request) -> Response {
    if let Some(response) = app.origins.preflight(request.method(), request.headers()) {
        return response;
    }
    let method = request.method();
    let path: String = request.uri().path().chars().take(SHOWN_CHARS_MAX).collect();
    let message = format!("{path} does not take {method}. See /openapi.json for what it takes.");
    let problem = Problem::new(RimCode::MethodNotAllowed, message);
    app.count(problem.status());
    respond(Err(problem.into()), &app.engine.ids().request(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let failure = catching(async { panic!("on purpose") }).await.err().unwrap();
        assert_eq!(failure.problem.status(), 500);
        assert_eq!(failure.problem.code.text(), "internal_error");
    }

    #[test]
    fn no_operation_has_the_name_of_another() {
        let mut names: Vec<_> = routes().map(|route| route.operation).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
