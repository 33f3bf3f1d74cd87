//! The same on PostgreSQL.

use super::{events, invoices, search, versions};
use crate::app::App;

#[tokio::test]
async fn documents_are_the_same_on_postgres() {
    invoices::life(&App::on_postgres("life").await).await;
    invoices::credit_notes(&App::on_postgres("credit_notes").await).await;
    invoices::lists(&App::on_postgres("lists").await).await;
    invoices::lines(&App::on_postgres("lines").await).await;
    invoices::deletions(&App::on_postgres("deletions").await).await;
    search::search(&App::on_postgres("search").await).await;
}

#[tokio::test]
async fn accounts_and_events_are_the_same_on_postgres() {
    events::events(&App::on_postgres("events").await).await;
    events::endpoints(&App::on_postgres("endpoints").await).await;
    events::clock(&App::on_postgres("clock").await).await;
    versions::versions(&App::on_postgres("versions").await).await;
    versions::connected(&App::on_postgres("connected").await).await;
    versions::wipe(&App::on_postgres("wipe").await).await;
}
