//! The same on every store, and by several processes on one database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::model::{At, DeliveryRow, DeliveryState};
use store::Store;
use store_postgres::connect::Location;
use store_postgres::{OpenOptions, PostgresStore};
use store_sqlite::SqliteStore;
use testkit::model::Model;
use testkit::postgres::{Durability, TemporaryCluster};
use testkit::sink::{Reply, Sink};

use crate::stage::{PATIENCE, Stage, all, attempted};

fn open(url: &str) -> Arc<dyn Store> {
    let location = Location::parse(url, &|_| None).expect("a URL");
    Arc::new(PostgresStore::open(location, OpenOptions::default()).expect("a store"))
}

/// Two endpoints, one of which fails first; a worker that is killed; and what comes of it all.
async fn everything_is_told(stage: &Stage) {
    let answers = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&answers);
    let moody = Sink::start(move |_| match told.load(Ordering::SeqCst) {
        true => Reply::Status(200),
        false => Reply::Hang,
    });
    let (good, moody) = (Sink::start(|_| Reply::Status(200)), moody.expect("a port"));
    let good = good.expect("a port");
    let to = [stage.endpoint(&good.url("/")), stage.endpoint(&moody.url("/"))];
    stage.tell(stage.opened.test, "invoice.paid", 300, &to);
    let of = |rows: &[DeliveryRow], which: usize| {
        let rows = rows.iter().filter(|row| row.endpoint == to[which]);
        rows.cloned().collect::<Vec<_>>()
    };
    let killed = stage.worker();
    stage.until(|rows| all(DeliveryState::Delivered)(&of(rows, 0))).await;
    assert!(moody.wait_for(1, PATIENCE));
    drop(killed);
    answers.store(true, Ordering::SeqCst);
    let before = moody.count();
    // All leases and all that was put off are over by then.
    stage.advance_minutes(10);
    let _worker = stage.worker();
    let rows = stage.until(all(DeliveryState::Delivered)).await;
    assert_eq!((rows.len(), good.count()), (600, 300));
    assert!(moody.count() >= 300 && before <= 64, "{before} of {}", moody.count());
    assert!(of(&rows, 0).iter().all(|row| row.attempts == 1));
    let last = rows.iter().map(|row| row.log.last().map(|attempt| attempt.result.clone()));
    assert!(last.into_iter().all(|result| result == Some(Ok(200))));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_model() {
    everything_is_told(&Stage::on(Arc::new(Model::default()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stage.db");
    let store = SqliteStore::open(&path, store_sqlite::OpenOptions::default()).expect("a store");
    everything_is_told(&Stage::on(Arc::new(store))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    let url = cluster.create_database("stage").expect("a database");
    everything_is_told(&Stage::on(open(&url))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_share_one_database_and_take_over_from_each_other() {
    let cluster = TemporaryCluster::for_test(Durability::None);
    let url = cluster.create_database("stage").expect("a database");
    let first = Stage::on(open(&url));
    let second = Stage::beside(open(&url), &first);
    let sink = Sink::start(|_| Reply::Status(200)).expect("a port");
    let to: Vec<_> = (0..3).map(|one| first.endpoint(&sink.url(&format!("/{one}")))).collect();
    let (one, other) = (first.worker(), second.worker());
    for _ in 0..10 {
        first.tell(first.opened.test, "invoice.paid", 40, &to);
        second.tell(first.opened.test, "invoice.voided", 40, &to);
    }
    let is_done = all(DeliveryState::Delivered);
    let rows = first.until(|rows| rows.len() == 2_400 && is_done(rows)).await;
    assert_eq!(sink.count(), 2_400, "none is made twice");
    assert!(attempted(1)(&rows));
    one.stop().await;
    first.tell(first.opened.test, "invoice.paid", 10, &to);
    assert!(sink.wait_for(2_430, PATIENCE), "the other one goes on alone");
    drop(other);
    assert!(rows.iter().all(|row| row.due <= At(first.now().0)));
}
