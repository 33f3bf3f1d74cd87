//! A document for whoever has its link: as a page, and as a PDF.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use ledger::Code;
use ledger::model::document::InvoiceStatus;
use ledger::model::{Object, ObjectKind};
use pdf::Paper;
use wire::Problem;

use crate::app::App;
use crate::failure::{Failure, internal};
use crate::open::Page;

const HTML: &str = "text/html; charset=utf-8";
const PDF: &str = "application/pdf";

/// Of every document that a link opens: the link is in the address, which nobody else is to learn.
const GUARDED: [(HeaderName, &str); 4] = [
    (CACHE_CONTROL, "private, no-cache"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// An invoice as a page.
pub(crate) async fn invoice_page(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    let paper = open(&app, ObjectKind::Invoice, &ids).await?;
    let pdf = format!("/invoices/{}/pdf", ids.join("/"));
    let pdf::Page { html, policy } = pdf::page(&paper, &pdf);
    let page = Page::new(HTML, html.into()).with(&GUARDED);
    Ok(page.with(&[(CONTENT_SECURITY_POLICY, &policy)]))
}

/// An invoice as a PDF.
pub(crate) async fn invoice_pdf(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    print(&app, ObjectKind::Invoice, &ids).await
}

/// A credit note as a PDF.
pub(crate) async fn credit_note_pdf(app: Arc<App>, ids: Vec<String>) -> Result<Page, Failure> {
    print(&app, ObjectKind::CreditNote, &ids).await
}

async fn print(app: &App, kind: ObjectKind, ids: &[String]) -> Result<Page, Failure> {
    let paper = open(app, kind, ids).await?;
    let disposition = format!("inline; filename=\"{}\"", paper.file_name);
    let _turn = app.printing.acquire().await.map_err(|_| internal())?;
    let press = Arc::clone(&app.press);
    let printed = tokio::task::spawn_blocking(move || press.print(&paper)).await;
    let printed = printed.map_err(|_| internal())?.map_err(|error| {
        tracing::error!(document = ids.first(), %error, "the template prints no such document");
        internal()
    })?;
    let page = Page::new(PDF, Bytes::from(printed)).with(&GUARDED);
    Ok(page.with(&[(CONTENT_DISPOSITION, &disposition)]))
}

/// The document of a link. Whether it is the id or the secret that is wrong is not told.
async fn open(app: &App, kind: ObjectKind, ids: &[String]) -> Result<Paper, Failure> {
    let [id, secret] = ids else { return Err(gone().into()) };
    let Some((ledger, id)) = kind.parse_id(id) else { return Err(gone().into()) };
    let found = pdf::gather(&app.engine, ledger, kind, id).await?;
    let around = found.ok_or_else(gone)?;
    let is_open = match &around.row.body {
        Object::Invoice(invoice) => {
            opens(&invoice.secret, secret) && invoice.status != InvoiceStatus::Draft
        }
        Object::CreditNote(note) => opens(&note.secret, secret),
        _ => false,
    };
    let paper = if is_open { around.paper() } else { None };
    Ok(paper.ok_or_else(gone)?)
}

/// Compares all of both, so that the time it takes tells nothing.
fn opens(secret: &str, given: &str) -> bool {
    let differs = secret.bytes().zip(given.bytes()).fold(0, |seen, (a, b)| seen | (a ^ b));
    !secret.is_empty() && secret.len() == given.len() && differs == 0
}

fn gone() -> Problem {
    let message = "There is no document at this address. Ask whoever sent it for another link.";
    Problem::of(Code::ResourceMissing, "id", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_secret_opens() {
        assert!(opens("abc", "abc"));
        for wrong in ["", "ab", "abcd", "abd"] {
            assert!(!opens("abc", wrong), "{wrong}");
        }
        assert!(!opens("", ""));
    }
}
