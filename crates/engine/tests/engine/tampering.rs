//! One row changed behind the ledger's back, in each table: the walk finds it and names it.

use std::path::Path;
use std::sync::Arc;

use engine::{Engine, EngineOptions, Progress, StoreAccess, VerifyReport};
use ledger::command::document::{DocumentAction, InvoiceChange};
use ledger::id::LedgerId;
use rusqlite::Connection;
use store_sqlite::{Create, OpenOptions, SqliteStore};

use crate::stage::{Stage, busy};

/// Statements that each change one row, and a word of what is said then.
const CHANGES: &[(&str, &str)] = &[
    ("UPDATE ledger SET account = account || 'x' WHERE ledger_id = 1", "account"),
    ("UPDATE ledger SET account = 'x', mode = 0 WHERE ledger_id = 1", "mode"),
    ("UPDATE ledger SET last_position = last_position + 1 WHERE ledger_id = 1", "last position"),
    ("UPDATE ledger SET last_series = last_series + 1 WHERE ledger_id = 1", "last series"),
    ("UPDATE ledger SET last_gap = last_gap + 1 WHERE ledger_id = 1", "last gap"),
    ("UPDATE ledger SET trail_count = trail_count - 1 WHERE ledger_id = 1", "entries"),
    ("UPDATE ledger SET trail_hash = zeroblob(32) WHERE ledger_id = 1", "head"),
    (
        "UPDATE ledger SET definition = (SELECT l.definition FROM ledger l WHERE l.ledger_id = 2) \
         WHERE ledger_id = 1",
        "default series",
    ),
    ("UPDATE api_key SET hash = zeroblob(32) WHERE key_id = 2", "key_"),
    ("UPDATE api_key SET role = 'administrator' WHERE key_id = 2", "key_"),
    ("UPDATE api_key SET name = 'mine' WHERE key_id = 2", "key_"),
    ("UPDATE api_key SET hint = 'mine' WHERE key_id = 2", "key_"),
    ("UPDATE api_key SET created = created - 1 WHERE key_id = 2", "key_"),
    ("UPDATE api_key SET revoked = NULL WHERE key_id = 1", "key_"),
    ("UPDATE api_key SET ledger_id = 2 WHERE key_id = 2", "keys"),
    ("DELETE FROM api_key WHERE key_id = 2", "keys"),
    ("UPDATE series SET name = 'other' WHERE ledger_id = 1 AND name = 'customers'", "customers"),
    (
        "UPDATE series SET definition = (SELECT s.definition FROM series s WHERE s.ledger_id = 1 \
         AND s.series_id = 2) WHERE ledger_id = 1 AND series_id = 3",
        "series",
    ),
    ("DELETE FROM series WHERE ledger_id = 1 AND name = 'customers'", "series"),
    ("UPDATE sequence SET series_id = 2 WHERE ledger_id = 1 AND sequence_id = 2", "sequence"),
    ("UPDATE sequence SET scope = 'x' WHERE ledger_id = 1 AND sequence_id = 3", "sequence 3"),
    (
        "UPDATE sequence SET period_from = 20000 WHERE ledger_id = 1 AND sequence_id = 2",
        "sequence 2",
    ),
    (
        "UPDATE sequence SET period_to = period_to + 1 WHERE ledger_id = 1 AND sequence_id = 2",
        "ce 2",
    ),
    (
        "UPDATE sequence SET period_label = 'x' WHERE ledger_id = 1 AND sequence_id = 2",
        "sequence 2",
    ),
    ("UPDATE sequence SET first = first - 1 WHERE ledger_id = 1 AND sequence_id = 2", "sequence 2"),
    ("UPDATE sequence SET last = last + 1 WHERE ledger_id = 1 AND sequence_id = 2", "sequence 2"),
    ("UPDATE sequence SET last_date = NULL WHERE ledger_id = 1 AND sequence_id = 2", "sequence 2"),
    ("DELETE FROM sequence WHERE ledger_id = 1 AND sequence_id = 2", "sequences"),
    ("UPDATE number SET text = 'INV-2026-00009' WHERE reference = 'b'", "INV-2026-00009"),
    ("UPDATE number SET slug = 'x' || slug WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET slug = 'x', text = slug WHERE kind = 'legacy' AND ordinal = 5", "slug"),
    ("UPDATE number SET slug_rank = 2 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET series_id = 2 WHERE kind = 'legacy' AND ordinal = 5", "OLD-0005"),
    ("UPDATE number SET sequence_id = 2 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET ordinal = 7 WHERE kind = 'legacy' AND ordinal = 6", "OLD-0006"),
    ("UPDATE number SET state = 3 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET kind = 'credit_note' WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET date = date + 1 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET created = 1 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET entry = entry + 1 WHERE kind = 'legacy' AND ordinal = 5", "sequence 1"),
    ("UPDATE number SET reference = 'z' WHERE reference = 'b'", "sequence 2"),
    ("UPDATE number SET customer = 'z' WHERE reference = 'b'", "sequence 2"),
    ("UPDATE number SET parent = 1 WHERE reference = 'b'", "sequence 2"),
    ("UPDATE number SET metadata = NULL WHERE customer = 'cus_b'", "sequence 4"),
    ("UPDATE number SET reissue_of = NULL WHERE reissue_of IS NOT NULL", "reference"),
    ("UPDATE number SET warning = NULL WHERE reference = 'c'", "sequence 2"),
    ("UPDATE number SET mark = 0 WHERE reference = 'b'", "sequence 2"),
    ("UPDATE number SET void_cause = 1 WHERE void_cause = 0", "voids"),
    ("UPDATE number SET void_reason = 'x' WHERE void_cause = 0", "voids"),
    ("UPDATE number SET void_at = 1 WHERE void_cause = 0", "voids"),
    ("UPDATE number SET void_entry = 1 WHERE void_cause = 0", "voids"),
    ("UPDATE number SET void_entry = 1000 WHERE void_cause = 0", "void otherwise"),
    ("UPDATE number SET state = 0, void_cause = NULL WHERE void_cause = 0", "voids"),
    ("DELETE FROM number WHERE reference = 'b'", "ordinals of sequence 2"),
    ("UPDATE gap SET sequence_id = 2 WHERE ledger_id = 1 AND gap_id = 1", "gaps"),
    ("UPDATE gap SET series_id = 2 WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET first = first - 1 WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET last = last + 1 WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET first_text = 'x' WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET last_text = 'x' WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET cause = 'deleted' WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET at = at + 1 WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET actor = 'me' WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET entry = entry + 1 WHERE ledger_id = 1 AND gap_id = 1", "gap 1"),
    ("UPDATE gap SET explanation = 'x' WHERE ledger_id = 1 AND gap_id = 2", "gap 2"),
    ("UPDATE gap SET explained_by = 'x' WHERE ledger_id = 1 AND gap_id = 2", "gap 2"),
    ("UPDATE gap SET explained_at = 1 WHERE ledger_id = 1 AND gap_id = 2", "gap 2"),
    ("DELETE FROM gap WHERE ledger_id = 1 AND gap_id = 2", "gaps"),
    ("UPDATE customer SET prefix = 'MINE' WHERE customer = 'cus_a'", "cus_a"),
    ("UPDATE customer SET customer = 'cus_z' WHERE customer = 'cus_a'", "cus_z"),
    ("DELETE FROM customer WHERE customer = 'cus_a'", "customers"),
    ("UPDATE prefix SET prefix = 'MINE' WHERE customer = 'cus_a'", "cus_a"),
    ("UPDATE prefix SET customer = 'cus_b' WHERE customer = 'cus_a'", "cus_a"),
    ("UPDATE prefix SET series_id = 3 WHERE ledger_id = 1 AND prefix = 'OLD'", "OLD"),
    ("DELETE FROM prefix WHERE ledger_id = 1 AND prefix = 'OLD'", "OLD"),
    ("UPDATE trail SET at = at + 1 WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("UPDATE trail SET actor = 'me' WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("UPDATE trail SET what = 'x' WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("UPDATE trail SET body = zeroblob(9) WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("UPDATE trail SET hash = zeroblob(32) WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("DELETE FROM trail WHERE trail_id = (1 << 36) + 4", "entry 4"),
    ("UPDATE trail_line SET bytes = zeroblob(9) WHERE line = 1", "line"),
    ("DELETE FROM trail_line WHERE line = 1", "lines"),
    ("INSERT INTO checkpoint VALUES (1, 3, zeroblob(32))", "checkpoint"),
];

/// The same for documents, whose rows the register does not hold.
const OF_DOCUMENTS: &[(&str, &str)] = &[
    (
        "UPDATE object SET body = CAST(json_set(CAST(body AS TEXT), '$.lines[0].description', \
         'a sofa') AS BLOB) WHERE ledger_id = 1 AND kind = 4",
        "does not say what the trail records",
    ),
    (
        "UPDATE object SET body = CAST(json_set(CAST(body AS TEXT), '$.totals.total', 1) AS BLOB) \
         WHERE ledger_id = 1 AND kind = 5",
        "does not say what the trail records",
    ),
    (
        "UPDATE object SET body = CAST(json_set(CAST(body AS TEXT), '$.number', 'INV-9') AS BLOB) \
         WHERE ledger_id = 1 AND kind = 4",
        "INV-9",
    ),
    (
        "UPDATE object SET body = CAST(json_set(CAST(body AS TEXT), '$.customer', 9) AS BLOB) \
         WHERE ledger_id = 1 AND kind = 4",
        "does not say what the trail records",
    ),
    ("UPDATE object SET deleted = 1 WHERE ledger_id = 1 AND kind = 4", "is deleted"),
    ("UPDATE object SET object_id = object_id + 500 WHERE ledger_id = 1 AND kind = 4", "is gone"),
    ("DELETE FROM object WHERE ledger_id = 1 AND kind = 4", "in_"),
    ("DELETE FROM object WHERE ledger_id = 1 AND kind = 5", "cn_"),
];

#[test]
fn a_row_that_was_changed_is_found_and_named() {
    assert_found(&busy_stage(), CHANGES);
}

#[test]
fn a_document_that_was_changed_is_found_and_named() {
    let stage = Stage::new();
    let invoice = stage.draft(stage.customer(), InvoiceChange::default());
    stage.make(DocumentAction::Finalize(invoice, None));
    stage.credit(invoice, 400);
    assert_found(&stage, OF_DOCUMENTS);
}

/// Makes each change to a copy of the database, and looks for the word.
fn assert_found(stage: &Stage, changes: &[(&str, &str)]) {
    let ledger = stage.live();
    assert_eq!(ledger, LedgerId(1), "the statements name it");
    stage.assert_holds();
    stage.engine.shutdown();
    let mut missed = Vec::new();
    for (place, (change, word)) in changes.iter().enumerate() {
        let copy = stage.folder.path().join(format!("copy-{place}.db"));
        let original = Connection::open(stage.folder.path().join("stage.db")).expect("open");
        original.execute("VACUUM INTO ?1", [copy.to_str()]).expect("a copy");
        let changed = Connection::open(&copy).expect("open").execute(change, []);
        let changed = changed.unwrap_or_else(|error| panic!("{change}: {error}"));
        if changed != 1 {
            missed.push(format!("{change}\n  changed {changed} rows"));
        }
        let report = verified(&copy, ledger);
        if !told(&report).iter().any(|text| text.contains(word)) {
            missed.push(format!("{change}\n  {:#?}", told(&report)));
        }
        std::fs::remove_file(&copy).expect("removed");
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn busy_stage() -> Stage {
    let stage = Stage::new();
    stage.import(busy::import()).expect("it is imported");
    for action in busy::actions() {
        let what = format!("{action:?}");
        stage.run(action).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    stage
}

fn verified(path: &Path, ledger: LedgerId) -> VerifyReport {
    let options = OpenOptions { create: Create::Never, ..OpenOptions::default() };
    let store = SqliteStore::open(path, options).expect("it opens");
    let options = EngineOptions { access: StoreAccess::Read, ..EngineOptions::default() };
    let engine = Engine::start(Arc::new(store), options).expect("it starts");
    engine.verify(ledger, &Progress::default()).expect("a report")
}

fn told(report: &VerifyReport) -> Vec<String> {
    let chain = report.trail.broken.as_ref();
    let chain = chain.map(|found| format!("entry {}: {}", found.index, found.problem));
    chain.into_iter().chain(report.violations.iter().map(|found| found.to_string())).collect()
}
