//! SQLite itself on the file systems of the test kit.

use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use testkit::random::Random;
use testkit::vfs::{Disk, Failure, FileKind, Operation, Shim, Survivors};

const PATH: &str = "/data/a.db";

fn open(disk: &Disk) -> Connection {
    let flags = OpenFlags::default();
    let db = Connection::open_with_flags_and_vfs(PATH, flags, disk.name()).expect("open");
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;
         CREATE TABLE IF NOT EXISTS t(x INTEGER PRIMARY KEY, y)",
    )
    .expect("set up");
    db
}

fn add(db: &Connection, x: i64) -> rusqlite::Result<usize> {
    db.execute("INSERT INTO t VALUES(?1, randomblob(3000))", [x])
}

fn ids(db: &Connection) -> Vec<i64> {
    let mut statement = db.prepare("SELECT x FROM t ORDER BY x").expect("prepare");
    let rows = statement.query_map([], |row| row.get(0)).expect("query");
    rows.collect::<Result<_, _>>().expect("rows")
}

#[test]
fn what_was_committed_outlives_every_crash_and_nothing_else_does() {
    for seed in 0..60 {
        let disk = Disk::mount();
        let mut random = Random::new(seed);
        let db = open(&disk);
        for x in 0..5 {
            add(&db, x).expect("insert");
            if random.chance(1, 3) {
                db.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").expect("checkpoint");
            }
        }
        disk.meter().cut_power(random.below(12) + 1);
        let mut answered = 5;
        while add(&db, answered).is_ok() {
            answered += 1;
            let _ = db.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
        let survivors = match random.chance(1, 2) {
            true => Survivors::None,
            false => Survivors::Some(random),
        };
        disk.crash(survivors);
        assert!(add(&db, 99).is_err(), "the connection from before is dead");
        drop(db);
        let db = open(&disk);
        let left = ids(&db);
        let expected: Vec<i64> = (0..left.len() as i64).collect();
        assert_eq!(left, expected, "seed {seed}");
        assert!((answered..=answered + 1).contains(&(left.len() as i64)), "seed {seed}: {left:?}");
        let fine: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("x");
        assert_eq!(fine, "ok", "seed {seed}");
    }
}

#[test]
fn a_disk_that_lies_about_syncs_loses_what_was_committed() {
    let disk = Disk::mount();
    let db = open(&disk);
    add(&db, 1).expect("insert");
    disk.meter().ignore_syncs(true);
    add(&db, 2).expect("insert");
    disk.crash(Survivors::None);
    drop(db);
    assert_eq!(ids(&open(&disk)), [1]);
}

#[test]
fn a_commit_is_one_sync_of_the_log() {
    let disk = Disk::mount();
    let db = open(&disk);
    add(&db, 1).expect("insert");
    let before = (disk.meter().counts(FileKind::Wal), disk.meter().syncs());
    for x in 2..=11 {
        add(&db, x).expect("insert");
    }
    let after = disk.meter().counts(FileKind::Wal);
    assert_eq!(after.syncs - before.0.syncs, 10);
    assert_eq!(disk.meter().syncs() - before.1, 10, "and nothing else was synced");
    assert!(after.bytes > before.0.bytes + 10 * 3000);
}

#[test]
fn readers_beside_a_writer() {
    let disk = Disk::mount();
    let (writer, reader) = (open(&disk), open(&disk));
    add(&writer, 1).expect("insert");
    reader.execute_batch("BEGIN").expect("begin");
    assert_eq!(ids(&reader), [1]);
    add(&writer, 2).expect("insert");
    assert_eq!(ids(&reader), [1], "the reader keeps what it began with");
    reader.execute_batch("COMMIT").expect("commit");
    assert_eq!(ids(&reader), [1, 2]);
    writer.execute_batch("BEGIN IMMEDIATE").expect("begin");
    let refused = add(&reader, 3).expect_err("there is one writer");
    assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    writer.execute_batch("COMMIT").expect("commit");

    let threads: Vec<_> = (0..4)
        .map(|lane| {
            let disk = disk.clone();
            std::thread::spawn(move || {
                let db = open(&disk);
                db.busy_timeout(Duration::from_secs(30)).expect("a timeout");
                for n in 0..20 {
                    add(&db, 100 * (lane + 1) + n).expect("insert");
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("a thread"));
    assert_eq!(ids(&writer).len(), 82);
}

#[test]
fn a_full_disk_and_a_failed_sync_are_told_and_pass() {
    let disk = Disk::mount();
    let db = open(&disk);
    add(&db, 1).expect("insert");
    disk.meter().fail(Operation::Write, 1, Failure::Full);
    let full = add(&db, 2).expect_err("there is no room");
    assert_eq!(full.sqlite_error_code(), Some(ErrorCode::DiskFull));
    disk.meter().fail(Operation::Sync, 1, Failure::Error);
    let failed = add(&db, 3).expect_err("the sync failed");
    assert_eq!(failed.sqlite_error_code(), Some(ErrorCode::SystemIoFailure));
    add(&db, 4).expect("insert");
    disk.crash(Survivors::None);
    drop(db);
    let left = ids(&open(&disk));
    assert!(left.starts_with(&[1]) && left.contains(&4), "{left:?}");
}

#[test]
fn a_flipped_bit_is_seen() {
    let disk = Disk::mount();
    let db = open(&disk);
    for x in 0..50 {
        add(&db, x).expect("insert");
    }
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpoint");
    drop(db);
    assert!(disk.len_of(PATH).expect("a file") > 50 * 3000);
    disk.flip(PATH, 8 * 4096 + 3);
    let db = Connection::open_with_flags_and_vfs(PATH, OpenFlags::default(), disk.name());
    let fine =
        db.and_then(|db| db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)));
    assert!(fine.is_err() || fine.is_ok_and(|text| text != "ok"));
}

#[test]
fn the_shim_counts_and_slows_real_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let shim = Shim::mount();
    let path = folder.path().join("a.db");
    let flags = OpenFlags::default();
    let db = Connection::open_with_flags_and_vfs(&path, flags, shim.name()).expect("open");
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;
         PRAGMA mmap_size=1000000; CREATE TABLE t(x INTEGER PRIMARY KEY, y)",
    )
    .expect("set up");
    let syncs = shim.meter().counts(FileKind::Wal).syncs;
    add(&db, 1).expect("insert");
    assert_eq!(shim.meter().counts(FileKind::Wal).syncs, syncs + 1);

    shim.meter().delay_syncs(Duration::from_millis(30));
    let began = Instant::now();
    add(&db, 2).expect("insert");
    assert!(began.elapsed() >= Duration::from_millis(30));

    shim.meter().delay_syncs(Duration::ZERO);
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("checkpoint");
    assert!(shim.meter().counts(FileKind::Database).bytes >= 4096);
    drop(db);
    let plain = Connection::open(&path).expect("open");
    assert_eq!(ids(&plain), [1, 2], "it is an ordinary file");
}
