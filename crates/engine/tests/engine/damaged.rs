//! Pages of an index that are not where they belong: the walk comes to an end, and says so.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use engine::{Engine, EngineOptions, Progress, StoreAccess, VerifyReport, move_ledgers};
use ledger::Action;
use ledger::id::LedgerId;
use rusqlite::Connection;
use store::Store;
use store_sqlite::{Create, OpenOptions, SqliteStore};

use crate::stage::{Stage, order};

/// What a walk over so few rows never needs.
const FOR_EVER: Duration = Duration::from_secs(60);
const PAGE: usize = 4_096;

#[test]
fn numbers_that_come_again_are_a_finding_and_no_endless_walk() {
    let stage = filled();
    let path = copy(&stage, "numbers.db");
    // More rows than are read at once stand behind a place that they do not belong behind.
    overwrite(&path, "number_ordinal", 1, 8..14);
    let told = told(&within(&path, move |store| verified(store, stage.live())));
    let wanted = "numbers of sequence 1 do not come in their order";
    assert!(told.iter().any(|text| text.contains(wanted)), "{told:#?}");
}

#[test]
fn a_move_of_numbers_that_come_again_is_refused() {
    let stage = filled();
    let path = copy(&stage, "moved.db");
    overwrite(&path, "number_ordinal", 1, 8..14);
    let target = stage.folder.path().join("target.db");
    let target = SqliteStore::open(&target, OpenOptions::default()).expect("a target");
    let target: Arc<dyn Store> = Arc::new(target);
    let refused = within(&path, move |source| {
        move_ledgers(&source, &target, &Progress::default()).expect_err("refused")
    });
    let text = refused.to_string();
    assert!(text.contains("do not come in their order"), "{text}");
}

/// A ledger with enough numbers in one sequence for an index of many pages.
fn filled() -> Stage {
    let stage = Stage::new();
    for part in 0..6 {
        let orders = (0..1_000).map(|n| order(&format!("{part}-{n}"))).collect();
        stage.run(Action::Issue(orders)).expect("numbers");
    }
    stage.assert_holds();
    stage.engine.shutdown();
    stage
}

fn copy(stage: &Stage, name: &str) -> PathBuf {
    let copy = stage.folder.path().join(name);
    let original = Connection::open(stage.folder.path().join("stage.db")).expect("open");
    original.execute("VACUUM INTO ?1", [copy.to_str()]).expect("a copy");
    copy
}

/// Puts one leaf of an index in the place of others, as a disk does that writes to the wrong place.
fn overwrite(path: &Path, index: &str, leaf: usize, others: Range<usize>) {
    let root: u32 = {
        let connection = Connection::open(path).expect("open");
        let sql = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
        connection.query_row(sql, [index], |row| row.get(0)).expect("an index")
    };
    let mut bytes = std::fs::read(path).expect("read");
    let leaves = leaves(&bytes, root as usize);
    assert!(leaves.len() > others.end, "{} has {} leaves", index, leaves.len());
    for other in &leaves[others] {
        bytes.copy_within(place(leaves[leaf]), place(*other).start);
    }
    std::fs::write(path, bytes).expect("write");
}

/// The leaves under the root of an index that is two pages high, in their order.
fn leaves(file: &[u8], root: usize) -> Vec<usize> {
    let page = &file[place(root)];
    assert_eq!(page[0], 2, "an inner page of an index");
    let short = |at: usize| usize::from(u16::from_be_bytes([page[at], page[at + 1]]));
    let long = |at: usize| (short(at) << 16) | short(at + 2);
    let cells = (0..short(3)).map(|cell| long(short(12 + 2 * cell)));
    cells.chain([long(8)]).collect()
}

fn place(page: usize) -> Range<usize> {
    (page - 1) * PAGE..page * PAGE
}

/// What comes of work on a store, which must come to an end.
fn within<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(Arc<dyn Store>) -> T + Send + 'static,
) -> T {
    let options = OpenOptions { create: Create::Never, ..OpenOptions::default() };
    let store = SqliteStore::open(path, options).expect("it opens");
    let (done, waiting) = mpsc::channel();
    std::thread::spawn(move || done.send(work(Arc::new(store))));
    waiting.recv_timeout(FOR_EVER).expect("it comes to an end")
}

fn verified(store: Arc<dyn Store>, ledger: LedgerId) -> VerifyReport {
    let options = EngineOptions { access: StoreAccess::Read, ..EngineOptions::default() };
    let engine = Engine::start(store, options).expect("it starts");
    engine.verify(ledger, &Progress::default()).expect("a report")
}

fn told(report: &VerifyReport) -> Vec<String> {
    report.violations.iter().map(|found| found.to_string()).collect()
}
