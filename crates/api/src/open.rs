//! What anybody may ask: is it alive, is it ready, what did it do, what can it do.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use engine::Metrics;
use wire::{Problem, RimCode};

use crate::app::App;
use crate::failure::Failure;
use crate::paper;
use crate::route::{Handler, LinkedHandler, Method, Route};

/// An answer that is no object of the interface.
#[derive(Debug)]
pub(crate) struct Page {
    content_type: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Page {
    pub(crate) fn new(content_type: &'static str, body: Bytes) -> Page {
        Page { content_type, headers: Vec::new(), body }
    }

    /// The same with headers more; a text that can stand in none is left out.
    pub(crate) fn with(mut self, headers: &[(HeaderName, &str)]) -> Page {
        let read = |(name, text): &(HeaderName, &str)| {
            HeaderValue::from_str(text).ok().map(|value| (name.clone(), value))
        };
        self.headers.extend(headers.iter().filter_map(read));
        self
    }

    pub(crate) fn respond(self, request_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.extend(self.headers);
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("request-id", id);
        }
        response
    }
}

const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=utf-8";
/// How long the database may take to show that it can be used: whoever asks waits little longer.
const READY_PATIENCE: Duration = Duration::from_secs(2);
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(crate) static ROUTES: &[Route] = &[
    open("/healthz", "check_health", "Whether the server runs", "health", |_| {
        Box::pin(std::future::ready(Ok(status("alive"))))
    }),
    open("/readyz", "check_readiness", "Whether the database can be used", "health", |app| {
        Box::pin(ready(app))
    }),
    open("/metrics", "read_metrics", "Counts, in the text format of Prometheus", "text", |app| {
        Box::pin(std::future::ready(Ok(metrics(&app))))
    }),
    open("/openapi.json", "read_openapi", "This document", "openapi", |app| {
        let body = app.openapi.clone();
        Box::pin(std::future::ready(Ok(Page::new(JSON, body))))
    }),
    open("/docs", "read_docs", "The interface, to read", "page", |app| {
        let body = app.docs.clone();
        Box::pin(std::future::ready(Ok(Page::new(HTML, body))))
    }),
    linked("/invoices/{id}/{secret}", "read_invoice", "An invoice, to read", "page", |app, ids| {
        Box::pin(paper::invoice_page(app, ids))
    }),
    linked(
        "/invoices/{id}/{secret}/pdf",
        "read_invoice_pdf",
        "An invoice, to print",
        "pdf",
        |app, ids| Box::pin(paper::invoice_pdf(app, ids)),
    ),
    linked(
        "/credit_notes/{id}/{secret}/pdf",
        "read_credit_note_pdf",
        "A credit note, to print",
        "pdf",
        |app, ids| Box::pin(paper::credit_note_pdf(app, ids)),
    ),
];

const fn linked(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    answer: &'static str,
    handler: LinkedHandler,
) -> Route {
    Route {
        method: Method::Get,
        path,
        operation,
        summary,
        params: &[],
        answer,
        body_bytes_max: 0,
        handler: Handler::Linked(handler),
    }
}

const fn open(
    path: &'static str,
    operation: &'static str,
    summary: &'static str,
    answer: &'static str,
    handler: fn(Arc<App>) -> crate::route::Boxed<Result<Page, Failure>>,
) -> Route {
    Route {
        method: Method::Get,
        path,
        operation,
        summary,
        params: &[],
        answer,
        body_bytes_max: 0,
        handler: Handler::Open(handler),
    }
}

async fn ready(app: Arc<App>) -> Result<Page, Failure> {
    match tokio::time::timeout(READY_PATIENCE, app.engine.ready()).await {
        Ok(ready) => ready.map(|()| status("ready")).map_err(Failure::from),
        Err(_) => {
            let message =
                "The database does not answer in time. Repeat the request a little later.";
            Err(Problem::new(RimCode::DatabaseUnavailable, message).into())
        }
    }
}

fn status(word: &str) -> Page {
    Page::new(JSON, format!("{{\"status\":\"{word}\"}}").into())
}

fn metrics(app: &App) -> Page {
    let mut text = exposition(&app.engine.metrics());
    gauge(&mut text, "gapless_requests_in_flight", "Requests being answered.", app.requests());
    let name = "gapless_responses_total";
    // Writing to a String cannot fail.
    let _ = writeln!(text, "# HELP {name} Answers by class of status.\n# TYPE {name} counter");
    for class in 2..=5 {
        let count = app.answered(class);
        let _ = writeln!(text, "{name}{{class=\"{class}xx\"}} {count}");
    }
    if let Some(counts) = &app.counts {
        text.push_str(&counts());
    }
    Page::new(PROMETHEUS, text.into())
}

fn exposition(metrics: &Metrics) -> String {
    let mut text = String::with_capacity(4096);
    let counters: [(&str, &str, u64); 12] = [
        ("commands_total", "Commands answered, refusals included.", metrics.commands),
        ("commands_refused_total", "Commands refused by a rule.", metrics.refused),
        ("commands_replayed_total", "Commands answered from memory.", metrics.replayed),
        ("commands_overloaded_total", "Commands turned away.", metrics.overloaded),
        ("commands_failed_total", "Commands that failed with the store.", metrics.failed),
        ("batches_total", "Batches committed.", metrics.batches),
        ("batch_commands_total", "Commands in committed batches.", metrics.batch_commands),
        ("commit_microseconds_total", "Time spent in commits.", metrics.commit_us),
        ("batches_split_total", "Batches run again one by one.", metrics.split_batches),
        ("writer_reopened_total", "Times the writer was opened again.", metrics.reopened),
        ("jobs_total", "Jobs run.", metrics.jobs),
        ("queries_total", "Queries answered.", metrics.queries),
    ];
    for (name, help, value) in counters {
        let _ = writeln!(
            text,
            "# HELP gapless_{name} {help}\n# TYPE gapless_{name} counter\ngapless_{name} {value}",
        );
    }
    let gauges: [(&str, &str, u64); 3] = [
        (
            "gapless_batch_commands_max",
            "Commands in the largest batch.",
            metrics.batch_commands_max,
        ),
        ("gapless_commit_microseconds_max", "The longest commit.", metrics.commit_us_max),
        ("gapless_queue_depth", "Commands waiting.", metrics.queue_depth),
    ];
    for (name, help, value) in gauges {
        gauge(&mut text, name, help, value);
    }
    text
}

fn gauge(text: &mut String, name: &str, help: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_has_its_help_and_its_type() {
        let text = exposition(&Metrics { commands: 7, queue_depth: 3, ..Metrics::default() });
        assert!(text.contains("\ngapless_commands_total 7\n"));
        assert!(text.contains("\ngapless_queue_depth 3\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.split_once(' ').unwrap();
            assert!(value.parse::<u64>().is_ok(), "{line}");
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
            assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
        }
    }
}
